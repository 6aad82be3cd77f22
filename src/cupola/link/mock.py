"""MockLink: links in virtual time. A rate-limited first-in first-out queue, then loss, then a fixed delay, as a pure step.

It carries scans whole: their size is that of the wire format (``core.wire``), their content is not touched. What is dropped is
counted by link and shown in the run summary.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numba import njit

from cupola.core.batches import Bools, Floats, Ints, Scan
from cupola.core.randoms import stream
from cupola.core.scans import Records, Scans
from cupola.core.wire import DETECTION_BYTES, SCAN_BYTES
from cupola.link.spec import LinkSpec

LINK = np.dtype(
    [
        ("rate", "f8"), ("delay_s", "f8"), ("loss", "f8"), ("buffer_s", "f8"), ("free_at", "f8"),
        ("offered", "i8"), ("lost", "i8"), ("dropped", "i8"), ("bytes", "i8"),
    ],
    align=True,
)  # fmt: skip
"""One link: what its spec says of it (rate: bit/s), when its sender is idle again, and what it did so far."""
TRIP = np.dtype([("arrival", "f8"), ("order", "i8"), ("link", "i8")], align=True)
"""One scan in transit: when it arrives (NaN: never), its number among all that were sent, its link."""


@dataclass(frozen=True)
class MockLink:
    """State of all links; ``table (L,)`` of LINK is counted up in place. flying: scans in transit, their trips ``(k,)`` of TRIP;
    ages: of the delivered scans, seconds from measurement to arrival, and their links, tick by tick."""

    specs: tuple[LinkSpec, ...]
    of_sensor: Ints
    randoms: tuple[np.random.Generator, ...]
    table: Records
    flying: Scans = field(default_factory=Scans.empty)
    trips: Records = field(default_factory=lambda: np.empty(0, TRIP))
    order: int = 0
    ages: list[tuple[Ints, Floats]] = field(default_factory=list)


def start(specs: Sequence[LinkSpec], sensor_names: Sequence[str], seed: int) -> MockLink:
    """Links for these sensors; a sensor that no spec names gets an ideal link of its own name ``direct``."""
    links = (*specs, LinkSpec("direct", tuple(n for n in sensor_names if not any(n in s.sensors for s in specs))))
    links = tuple(s for s in links if any(n in s.sensors for n in sensor_names))
    of_sensor = np.array([next(i for i, s in enumerate(links) if n in s.sensors) for n in sensor_names], np.int64)
    table = np.zeros(len(links), LINK)
    for row, s in zip(table, links, strict=True):
        row["rate"], row["delay_s"], row["loss"], row["buffer_s"] = s.capacity_kbps * 1e3, s.delay_s, s.loss, s.buffer_s
    return MockLink(links, of_sensor, tuple(stream(seed, "link", s.name) for s in links), table)


def scan_bytes(scan: Scan) -> int:
    """Bytes of one scan on the wire, without transport overhead."""
    return SCAN_BYTES + DETECTION_BYTES * len(scan.z)


def step(state: MockLink, scans: Sequence[Scan], now: float) -> tuple[MockLink, Scans]:
    """Take in the scans made at ``now``; hand over those that have arrived by ``now``, in order of arrival."""
    new = Scans.of(scans)
    trips = np.empty(len(new), TRIP)
    trips["link"] = state.of_sensor[new.looks["sensor"]]
    down = np.array([any(a <= now < b for a, b in s.outage) for s in state.specs])
    order = _send(state.table, down, _unlucky(state, trips["link"]), new.looks["count"], now, state.order, trips)
    under_way, trips = state.flying.then(new), np.concatenate((state.trips, trips))
    turn = np.lexsort((trips["order"], trips["arrival"]))  # NaN, what never arrives, comes last
    turn = turn[: len(turn) - np.count_nonzero(np.isnan(trips["arrival"]))]
    n = np.searchsorted(trips["arrival"][turn], now + 1e-9, side="right")
    here, there = turn[:n], turn[n:]
    arrived = under_way.take(here)
    state.ages.append((trips["link"][here], trips["arrival"][here] - arrived.looks["t"]))
    moved = MockLink(
        state.specs, state.of_sensor, state.randoms, state.table, under_way.take(there), trips[there], order, state.ages
    )  # fmt: skip
    return moved, arrived


def _unlucky(state: MockLink, link: Ints) -> Bools:
    """Which of these scans are to be lost ``(k,)``: drawn for every scan, so that a drop does not shift later draws."""
    out = np.zeros(len(link), np.bool_)
    for i in np.flatnonzero(state.table["loss"]):
        mine = link == i
        out[mine] = state.randoms[i].random(np.count_nonzero(mine)) < state.table["loss"][i]
    return out


@njit(cache=True, nogil=True)
def _send(table: Records, down: Bools, unlucky: Bools, count: Ints, now: float, order: int, trips: Records) -> int:
    """Queue scans of ``count (k,)`` detections on their links and write when each arrives; returns the next scan's number."""
    for j in range(len(count)):
        i = trips[j].link
        link = table[i]
        trips[j].arrival, trips[j].order = np.nan, order
        link.offered += 1
        start = max(link.free_at, now)
        if start - now > link.buffer_s or down[i]:
            link.dropped += 1
            continue
        size = SCAN_BYTES + DETECTION_BYTES * count[j]
        link.free_at = start + size * 8 / link.rate
        link.bytes += size
        if unlucky[j]:
            link.lost += 1
            continue
        trips[j].arrival = link.free_at + link.delay_s
        order += 1
    return order


def ages(state: MockLink) -> list[Floats]:
    """Ages (s) of all scans delivered so far, by link."""
    link = np.concatenate([np.empty(0, np.int64), *(k for k, _ in state.ages)])
    age = np.concatenate([np.empty(0), *(a for _, a in state.ages)])
    return [age[link == i] for i in range(len(state.specs))]


def summary(state: MockLink, duration: float) -> list[dict[str, object]]:
    """Rows of the run summary's ``links``. capacity_kbps is null for a link that does not limit."""
    rows: list[dict[str, object]] = []
    for spec, c, old in zip(state.specs, state.table, ages(state), strict=True):
        age = np.percentile(old, [50, 99]) if len(old) else [None, None]
        rows.append(
            {
                "name": spec.name,
                "capacity_kbps": spec.capacity_kbps if np.isfinite(spec.capacity_kbps) else None,
                "used_kbps": round(int(c["bytes"]) * 8e-3 / duration, 3) if duration else None,
                "age_s": {"p50": None if age[0] is None else float(age[0]), "p99": None if age[1] is None else float(age[1])},
                "lost": int(c["lost"] + c["dropped"]),
            }
        )
    return rows
