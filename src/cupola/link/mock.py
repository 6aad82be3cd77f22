"""MockLink: links in virtual time. A rate-limited first-in first-out queue, then loss, then a fixed delay, as a pure step.

It carries scans whole: their size is that of the wire format (``core.wire``), their content is not touched. What is dropped is
counted by link and shown in the run summary.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit

from cupola.core.batches import Bools, Floats, Ints, Scan
from cupola.core.frozen import quick
from cupola.core.randoms import stream
from cupola.core.scans import DETECTION, LOOK, Records, Scans
from cupola.core.sorting import ascending
from cupola.core.wire import DETECTION_BYTES, SCAN_BYTES
from cupola.link.spec import LinkSpec

LINK = np.dtype(
    [
        ("rate", "f8"), ("delay_s", "f8"), ("buffer_s", "f8"), ("free_at", "f8"),
        ("offered", "i8"), ("lost", "i8"), ("dropped", "i8"), ("bytes", "i8"),
    ],
    align=True,
)  # fmt: skip
"""One link: what its spec says of it (rate: bit/s), when its sender is idle again, and what it did so far."""


@quick
@dataclass(frozen=True)
class MockLink:
    """State of all links; ``table (L,)`` of LINK is counted up in place.

    outages ``(o, 3)``: link, from, to (s); lossy: links that lose at random. flying: scans in transit, in order of
    ``arrival (k,)``, each on its ``link (k,)``; ages: of the delivered scans, their links and seconds from measurement to arrival,
    tick by tick.
    """

    specs: tuple[LinkSpec, ...]
    of_sensor: Ints
    randoms: tuple[np.random.Generator, ...]
    table: Records
    outages: Floats
    lossy: tuple[int, ...]
    flying: Scans
    arrival: Floats
    link: Ints
    ages: list[tuple[Ints, Floats]]


def start(specs: Sequence[LinkSpec], sensor_names: Sequence[str], seed: int) -> MockLink:
    """Links for these sensors; a sensor that no spec names gets an ideal link of its own name ``direct``."""
    links = (*specs, LinkSpec("direct", tuple(n for n in sensor_names if not any(n in s.sensors for s in specs))))
    links = tuple(s for s in links if any(n in s.sensors for n in sensor_names))
    of_sensor = np.array([next(i for i, s in enumerate(links) if n in s.sensors) for n in sensor_names], np.int64)
    table = np.zeros(len(links), LINK)
    for row, s in zip(table, links, strict=True):
        row["rate"], row["delay_s"], row["buffer_s"] = s.capacity_kbps * 1e3, s.delay_s, s.buffer_s
    outages = np.array([(i, a, b) for i, s in enumerate(links) for a, b in s.outage], float).reshape(-1, 3)
    lossy, randoms = tuple(i for i, s in enumerate(links) if s.loss > 0.0), tuple(stream(seed, "link", s.name) for s in links)
    none = np.empty(0), np.empty(0, np.int64)
    return MockLink(links, of_sensor, randoms, table, outages, lossy, Scans.empty(), *none, [])


def step(state: MockLink, scans: Sequence[Scan], now: float) -> tuple[MockLink, Scans]:
    """Take in the scans made at ``now``; hand over those that have arrived by ``now``, in order of arrival."""
    new, held = Scans.of(scans), state.flying
    unlucky = _unlucky(state, new) if state.lossy else NOBODY
    n = len(held.looks) + len(new.looks)
    looks, found = np.empty(n, LOOK), np.empty(len(held.found) + len(new.found), DETECTION)
    arrival, link, age = np.empty(n), np.empty(n, np.int64), np.empty(n)
    come, n, m = _pass_on(
        state.table, state.outages, state.of_sensor, unlucky, new.looks, new.found, held.looks, held.found,
        state.arrival, state.link, now, looks, found, arrival, link, age,
    )  # fmt: skip
    found = found[:m]
    state.ages.append((link[:come], age[:come]))
    left = Scans(looks[come:n], found)
    out = MockLink(
        state.specs, state.of_sensor, state.randoms, state.table, state.outages, state.lossy,
        left, arrival[come:n], link[come:n], state.ages,
    )  # fmt: skip
    return out, Scans(looks[:come], found)


NOBODY = np.zeros(0, np.bool_)


def _unlucky(state: MockLink, scans: Scans) -> Bools:
    """Which of these scans are to be lost ``(k,)``: drawn for every scan, so that a drop does not shift later draws."""
    link = state.of_sensor[scans.looks["sensor"]]
    out = np.zeros(len(link), np.bool_)
    for i in state.lossy:
        mine = link == i
        out[mine] = state.randoms[i].random(np.count_nonzero(mine)) < state.specs[i].loss
    return out


@njit(cache=True, nogil=True)
def _pass_on(
    table: Records, outages: Floats, of_sensor: Ints, unlucky: Bools, new: Records, new_found: Records, held: Records,
    held_found: Records, held_arrival: Floats, held_link: Ints, now: float,
    looks: Records, found: Records, arrival: Floats, link: Ints, age: Floats,
) -> tuple[int, int, int]:  # fmt: skip
    """Queue new scans on their links; write those that arrive at all and those held so far in order of arrival: ``looks``,
    ``found``, when, by which link and at what age (s).

    unlucky ``(k,)``, or none: new scans that get lost. Returns how many have come by ``now``, how many there are, and how many
    detections they have.
    """
    when, via, row, n = np.empty(len(looks)), np.empty(len(looks), np.int64), np.empty(len(looks), np.int64), len(held)
    for j in range(n):
        when[j], via[j], row[j] = held_arrival[j], held_link[j], j
    down = np.zeros(len(table), np.bool_)
    for o in range(len(outages)):
        down[int(outages[o, 0])] |= outages[o, 1] <= now < outages[o, 2]
    for j in range(len(new)):
        on = of_sensor[new[j].sensor]
        c = table[on]
        c.offered += 1
        start = max(c.free_at, now)
        if start - now > c.buffer_s or down[on]:
            c.dropped += 1
            continue
        size = SCAN_BYTES + DETECTION_BYTES * new[j].count
        c.free_at = start + size * 8 / c.rate
        c.bytes += size
        if len(unlucky) > 0 and unlucky[j]:
            c.lost += 1
        else:
            when[n], via[n], row[n] = c.free_at + c.delay_s, on, len(held) + j
            n += 1
    turn, come, m = ascending(when[:n]), 0, 0  # equal ones stay in the order in which they were sent
    for k in range(n):
        j = row[turn[k]]
        old = j < len(held)
        arrival[k], link[k] = when[turn[k]], via[turn[k]]
        come += arrival[k] <= now + 1e-9
        looks[k] = held[j] if old else new[j - len(held)]
        age[k] = arrival[k] - looks[k].t
        first, looks[k].first = looks[k].first, m
        for q in range(looks[k].count):
            found[m] = held_found[first + q] if old else new_found[first + q]
            m += 1
    return come, n, m


def ages(state: MockLink) -> list[Floats]:
    """Ages (s) of all scans delivered so far, by link."""
    link = np.concatenate([np.empty(0, np.int64), *(k for k, _ in state.ages)])
    age = np.concatenate([np.empty(0), *(a for _, a in state.ages)])
    return [age[link == i] for i in range(len(state.specs))]


def summary(state: MockLink, duration: float) -> list[dict[str, object]]:
    """Rows of the run summary's ``links``. capacity_kbps is null for a link that does not limit.

    under_way: scans sent that have not arrived yet.
    """
    rows: list[dict[str, object]] = []
    under_way = np.bincount(state.link, minlength=len(state.specs)).tolist()
    for spec, c, old, flying in zip(state.specs, state.table, ages(state), under_way, strict=True):
        age = np.percentile(old, [50, 99]) if len(old) else [None, None]
        rows.append(
            {
                "name": spec.name,
                "capacity_kbps": spec.capacity_kbps if np.isfinite(spec.capacity_kbps) else None,
                "used_kbps": round(int(c["bytes"]) * 8e-3 / duration, 3) if duration else None,
                "age_s": {"p50": None if age[0] is None else float(age[0]), "p99": None if age[1] is None else float(age[1])},
                "lost": int(c["lost"] + c["dropped"]),
                "under_way": flying,
            }
        )
    return rows
