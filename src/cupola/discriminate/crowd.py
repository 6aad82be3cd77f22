"""How likely it is that a look given to a track was another object's: from how near the next track is.

Measured in a run of ``raid-10`` (hard assignment, 220,000 looks): two successive looks of one track were of different objects in
18 % of cases with the next track nearer than 1 km, 12 % at 1-3 km, 1.4 % at 3-10 km, 0.3 % beyond; see design/discrimination.md.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from cupola.core.batches import Floats, Ints
from cupola.core.constants import Cited
from cupola.core.sorting import ascending

MOST = 0.2
REACH = 4000.0
LEAST = 0.003
FARTHEST = 4 * REACH  # m: beyond, a neighbour is none

_MEASURED = "counted in a run of raid-10, design/discrimination.md"
SOURCES: dict[str, Cited] = {
    "MOST": Cited("1", f"assumed: share of swapped looks between near tracks, rounded up; {_MEASURED}", 2026, "assumed"),
    "REACH": Cited("m", f"assumed: 1-sigma of the fall-off with the distance to the next track; {_MEASURED}", 2026, "assumed"),
    "LEAST": Cited("1", f"share of a track that is alone: what it learnt lasts some 300 looks; {_MEASURED}", 2026, "computed"),
}


@njit(cache=True, nogil=True)
def in_order(x: Floats) -> tuple[Ints, Ints]:
    """Rows of the tracks ``x (n, 6)`` in order of their first coordinate, and the place of each row in it."""
    first = np.empty(len(x))
    for k in range(len(x)):
        first[k] = x[k, 0]
    order = ascending(first)
    place = np.empty(len(order), np.int64)
    for k in range(len(order)):
        place[order[k]] = k
    return order, place


@njit(cache=True, nogil=True)
def nearest(x: Floats, order: Ints, place: Ints, i: int) -> tuple[float, int]:
    """Distance (m) of the nearest other track to track i within ``FARTHEST``, and its row; (inf, i) if there is none.

    Walks both ways along the first coordinate until that alone is farther than the best so far.
    """
    best, who = FARTHEST * FARTHEST, i
    for way in (-1, 1):
        k = place[i] + way
        while 0 <= k < len(order):
            j = order[k]
            d = x[j, 0] - x[i, 0]
            if d * d > best:
                break
            d2 = d * d + (x[j, 1] - x[i, 1]) ** 2 + (x[j, 2] - x[i, 2]) ** 2
            if d2 < best or (d2 == best and j < who):
                best, who = d2, j
            k += way
    return (math.sqrt(best), who) if who != i else (math.inf, i)


@njit(cache=True, nogil=True)
def share(away: float) -> float:
    """Probability that a look was of the nearest other track, ``away`` m off.

    Limits: knows nothing of the sensors' resolution or of velocities."""
    return MOST * math.exp(-0.5 * (away / REACH) ** 2)
