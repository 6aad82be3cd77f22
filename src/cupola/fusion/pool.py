"""The tracks' memory: one array of records, one record per track, rows reused through a free list.

A record array is a plain numpy array: a kernel takes it as a single argument (numba unpacks twenty separate arrays in 3-4 us a
call, one record array in 0.7), a column is ``pool["x"]``, and one track lies in one place. Rows keep their place while a track
lives.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from cupola.core.batches import BALLISTIC

Records = NDArray[Any]
Record = Any  # one row of Records, as a kernel sees it
Shorts = NDArray[np.float32]
Ints = NDArray[np.int64]

FREE, TENTATIVE, CONFIRMED = 0, 1, 2
WORDS = 4  # 64 sensors each
TRAIL = 8  # a young track remembers this many of its latest detections (see ``split``)
PAST = 128  # a track remembers this many of its latest looks: number of the scan, and whether it was seen (see ``merge``)
SLOTS = 64  # a track keeps its record of hits per look by sensor; beyond that many, sensors share a slot

# twin: the next row of the same family, a ring (-1: alone); family: the id they share; share: probability of this member; merit: ln
# of its likelihood ratio; trail: its latest detections, newest first (0: none). x, P at t; e: thrust acceleration (3, ECI) while
# boosting, 1/beta in e[0] in re-entry; Pe: its rows of the joint covariance. before: probability of detection by sensor when the
# misses since the last hit began (0: none yet), see ``delete``
TRACK = np.dtype(
    [
        ("id", "i8"), ("parent", "i8"), ("twin", "i8"), ("family", "i8"), ("status", "i8"), ("mode", "i8"),
        ("x", "f8", (6,)), ("P", "f8", (6, 6)), ("e", "f8", (3,)), ("Pe", "f8", (3, 9)),
        ("t", "f8"), ("born", "f8"), ("updated", "f8"), ("hits", "i8"),
        ("miss", "f8"), ("score", "f8"), ("nis", "f8"), ("burning", "f8"), ("burn_t", "f8"), ("burn_seen", "f8"),
        ("rcs", "f8"), ("rcs_n", "f8"), ("first_sensor", "i8"), ("first_hits", "i8"), ("passive", "i8"), ("mask", "u8", (WORDS,)),
        ("past", "i4", (PAST,)), ("pasts", "i8"), ("rival", "i8"), ("rival_n", "i8"), ("rival_hits", "i8"),
        ("share", "f8"), ("merit", "f8"), ("trail", "i8", (TRAIL,)),
        ("looks", "f4", (SLOTS,)), ("found", "f4", (SLOTS,)), ("before", "f4", (SLOTS,)),
    ],
    align=True,
)  # fmt: skip

# what the tracker keeps beside the tracks: rows in use, next id, free rows, scans so far
ROWS, NEXT_ID, FREED, SCANS = 0, 1, 2, 3


def empty(capacity: int) -> Records:
    """A pool of free rows."""
    return np.zeros(capacity, TRACK)


def grown(pool: Records, free: Ints, need: int) -> tuple[Records, Ints]:
    """The same pool with room for ``need`` rows at least (doubling)."""
    size = max(2 * len(pool), need)
    bigger, longer = empty(size), np.empty(size, np.int64)
    bigger[: len(pool)] = pool
    longer[: len(free)] = free
    return bigger, longer


@njit(cache=True, nogil=True)
def _row(free: Ints, book: Ints) -> int:
    if book[FREED] > 0:
        book[FREED] -= 1
        return int(free[book[FREED]])
    book[ROWS] += 1
    return int(book[ROWS] - 1)


@njit(cache=True, nogil=True)
def take(pool: Records, free: Ints, book: Ints) -> int:
    """A row for a new track, cleared, with the next id. The caller has made room."""
    row = _row(free, book)
    r = pool[row]
    r.id = r.family = book[NEXT_ID]
    book[NEXT_ID] += 1
    r.parent = -1
    r.twin = -1
    r.share = 1.0
    r.merit = 0.0
    r.trail[:] = 0
    r.status = TENTATIVE
    r.mode = BALLISTIC
    r.e[:] = 0.0
    r.Pe[:] = 0.0
    r.P[:] = 0.0
    r.mask[:] = 0
    r.hits = 0
    r.looks[:] = 0.0
    r.found[:] = 0.0
    r.before[:] = 0.0
    r.miss = 0.0
    r.score = 0.0
    r.nis = 1.0
    r.burning = 0.0
    r.burn_t = -1e18
    r.burn_seen = -1e18
    r.rcs = 0.0
    r.rcs_n = 0.0
    r.first_sensor = -1
    r.first_hits = 0
    r.passive = 0
    r.pasts = 0
    r.rival = -1
    r.rival_n = 0
    return int(row)


@njit(cache=True, nogil=True)
def copied(pool: Records, free: Ints, book: Ints, row: int) -> int:
    """A row for one more member of this track's family, the same in all but the id."""
    other = _row(free, book)
    pool[other] = pool[row]
    pool[other].id = book[NEXT_ID]
    book[NEXT_ID] += 1
    join(pool, row, other)
    return other


@njit(cache=True, nogil=True)
def join(pool: Records, row: int, other: int) -> None:
    """Make ``other``, a lone track, one of the family of ``row``."""
    pool[other].family = pool[row].family
    pool[other].twin = pool[row].twin if pool[row].twin >= 0 else row
    pool[row].twin = other


@njit(cache=True, nogil=True)
def release(pool: Records, free: Ints, book: Ints, row: int) -> None:
    """End the track in this row. The family's id goes on with the likeliest of the others."""
    r = pool[row]
    if r.twin >= 0:
        best = before = k = r.twin
        while k != row:
            if pool[k].share > pool[best].share:
                best = k
            before, k = k, pool[k].twin
        pool[before].twin = r.twin if r.twin != before else -1
        if r.id == r.family:
            r.id, pool[best].id = pool[best].id, r.id
        r.twin = -1
    r.status = FREE
    free[book[FREED]] = row
    book[FREED] += 1


@njit(cache=True, nogil=True)
def remember(r: Record, scan: int, hit: int) -> None:
    """Note that a scan looked at this track and saw it (hit 1) or did not (0)."""
    r.past[r.pasts % PAST] = 2 * scan + hit
    r.pasts += 1
