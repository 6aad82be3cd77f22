"""MockLink: links in virtual time. A rate-limited first-in first-out queue, then loss, then a fixed delay, as a pure step.

It carries scans whole: their size is that of the wire format (``core.wire``), their content is not touched. What is dropped is
counted by link and shown in the run summary.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import itemgetter

import numpy as np

from cupola.core.batches import Scan
from cupola.core.randoms import stream
from cupola.core.wire import DETECTION_BYTES, SCAN_BYTES
from cupola.link.spec import LinkSpec

_turn, _arrival = itemgetter(0, 1), itemgetter(0)


@dataclass
class Counters:
    """What one link did so far; counted up in place. ages: seconds from measurement to arrival of each delivered scan."""

    offered: int = 0
    lost: int = 0
    dropped: int = 0
    bytes: int = 0
    ages: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class MockLink:
    """State of all links. free_at ``(L,)``: when a sender is idle again; flying: (arrival, order, link, scan) in transit."""

    specs: tuple[LinkSpec, ...]
    of_sensor: tuple[int, ...]
    randoms: tuple[np.random.Generator, ...]
    free_at: tuple[float, ...]
    counters: tuple[Counters, ...]
    flying: tuple[tuple[float, int, int, Scan], ...] = field(default=())
    order: int = 0


def start(specs: Sequence[LinkSpec], sensor_names: Sequence[str], seed: int) -> MockLink:
    """Links for these sensors; a sensor that no spec names gets an ideal link of its own name ``direct``."""
    links = (*specs, LinkSpec("direct", tuple(n for n in sensor_names if not any(n in s.sensors for s in specs))))
    links = tuple(s for s in links if any(n in s.sensors for n in sensor_names))
    of_sensor = tuple(next(i for i, s in enumerate(links) if n in s.sensors) for n in sensor_names)
    randoms = tuple(stream(seed, "link", s.name) for s in links)
    return MockLink(links, of_sensor, randoms, (0.0,) * len(links), tuple(Counters() for _ in links))


def scan_bytes(scan: Scan) -> int:
    """Bytes of one scan on the wire, without transport overhead."""
    return SCAN_BYTES + DETECTION_BYTES * len(scan.z)


def step(state: MockLink, scans: Sequence[Scan], now: float) -> tuple[MockLink, list[Scan]]:
    """Take in the scans made at ``now``; hand over those that have arrived by ``now``, in order of arrival."""
    free_at, flying, order = list(state.free_at), list(state.flying), state.order
    for scan in scans:
        i = state.of_sensor[scan.sensor]
        free_at[i], arrival = _send(state.specs[i], free_at[i], state.counters[i], scan, now, state.randoms[i])
        if arrival is not None:
            flying.append((arrival, order, i, scan))
            order += 1
    flying.sort(key=_turn)
    n = bisect_right(flying, now + 1e-9, key=_arrival)
    for arrival, _, i, scan in flying[:n]:
        state.counters[i].ages.append(arrival - scan.t)
    moved = MockLink(
        state.specs, state.of_sensor, state.randoms, tuple(free_at), state.counters, tuple(flying[n:]), order
    )  # fmt: skip
    return moved, [scan for *_, scan in flying[:n]]


def _send(
    spec: LinkSpec, free_at: float, c: Counters, scan: Scan, now: float, g: np.random.Generator
) -> tuple[float, float | None]:
    """When the sender is free again, and when the scan arrives (None: lost or dropped)."""
    c.offered += 1
    unlucky = spec.loss > 0.0 and g.random() < spec.loss  # drawn for every scan, so that a drop does not shift later draws
    start = free_at if free_at > now else now
    if start - now > spec.buffer_s or (spec.outage and any(a <= now < b for a, b in spec.outage)):
        c.dropped += 1
        return free_at, None
    size = scan_bytes(scan)
    sent = start + size * 8 / (spec.capacity_kbps * 1e3)
    c.bytes += size
    if unlucky:
        c.lost += 1
        return sent, None
    return sent, sent + spec.delay_s


def summary(state: MockLink, duration: float) -> list[dict[str, object]]:
    """Rows of the run summary's ``links``. capacity_kbps is null for a link that does not limit."""
    rows: list[dict[str, object]] = []
    for spec, c in zip(state.specs, state.counters, strict=True):
        age = np.percentile(c.ages, [50, 99]) if c.ages else [None, None]
        rows.append(
            {
                "name": spec.name,
                "capacity_kbps": spec.capacity_kbps if np.isfinite(spec.capacity_kbps) else None,
                "used_kbps": round(c.bytes * 8e-3 / duration, 3) if duration else None,
                "age_s": {"p50": None if age[0] is None else float(age[0]), "p99": None if age[1] is None else float(age[1])},
                "lost": c.lost + c.dropped,
            }
        )
    return rows
