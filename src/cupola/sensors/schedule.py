"""When a sensor scans, and whom it serves when there are more objects than beams."""

from __future__ import annotations

import numpy as np
from numba import njit

from cupola.core.batches import Floats, Ints
from cupola.sensors.table import Records


@njit(cache=True, nogil=True)
def due(table: Records, outages: Floats, number: int, now: float, which: Ints) -> int:
    """Write the sensors that scan at this tick into ``which (S,)`` and return how many: phase + a whole number of periods, and no
    outage ``(k, 3)`` (sensor, from, to) silences them: from <= now < to."""
    n = 0
    for i in range(len(table)):
        since = number - table[i].first
        wanted = since >= 0 and since % table[i].every == 0
        for k in range(len(outages) if wanted else 0):
            wanted &= not (outages[k, 0] == i and outages[k, 1] <= now < outages[k, 2])
        if wanted:
            which[n] = i
            n += 1
    return n


@njit(cache=True, nogil=True)
def serve(ids: Ints, budget: float, cursor: int) -> tuple[Ints, int, float]:
    """Rows served (ascending) of the objects ``ids`` (ascending), the new cursor and the share of the field that was served.

    In turn: those after ``cursor`` (the last id served before) first, then from the lowest id on.
    """
    n = len(ids)
    if n <= budget:
        return np.arange(n), -1, 1.0
    count = int(budget)
    first = int(np.searchsorted(ids, cursor, side="right"))
    turn, over = np.empty(count, np.int64), max(first + count - n, 0)
    for k in range(count):
        turn[k] = k if k < over else first + k - over
    return turn, ids[(first + count - 1) % n], count / n
