"""Sorting inside kernels. numpy's, as numba compiles it, costs seconds for every kind of array it meets; this one is small."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from cupola.core.batches import Floats, Ints

FEW = 24  # rows that are not worth a first pass
FULL = 12  # rows in one slot up to which insertion alone does the rest


@njit(cache=True, nogil=True)
def ascending(key: Floats) -> Ints:
    """Rows of ``key (n,)`` in rising order; equal ones stay in theirs. NaN has no order: with one, all rows
    come back, in some order.

    A first pass puts the rows into ``n`` slots of equal width between the least and the greatest key. Then runs of 8 rows by
    insertion, merged to runs of 16, 32, ...; where no slot is full, insertion over all rows is the shorter way.
    """
    n, width = len(key), 8
    todo = np.arange(n)
    if n > FEW and _spread(key, todo) <= FULL:
        width = n
    for low in range(0, n, width):
        for i in range(low + 1, min(low + width, n)):
            row, j = todo[i], i
            while j > low and key[row] < key[todo[j - 1]]:
                todo[j] = todo[j - 1]
                j -= 1
            todo[j] = row
    if n <= width:
        return todo
    done = np.empty(n, np.int64)
    while width < n:
        for low in range(0, n, 2 * width):
            mid, high = min(low + width, n), min(low + 2 * width, n)
            i, j = low, mid
            for k in range(low, high):
                if i < mid and (j >= high or key[todo[i]] <= key[todo[j]]):
                    done[k] = todo[i]
                    i += 1
                else:
                    done[k] = todo[j]
                    j += 1
        done, todo, width = todo, done, 2 * width
    return todo


@njit(cache=True, nogil=True)
def _spread(key: Floats, todo: Ints) -> int:
    """Put the rows ``todo (n,)``, 0 to n - 1, in the order of the slots their keys lie in, each slot's in theirs; returns how many
    are in the fullest. Keys that cannot be parted so, all equal, infinite or one of them NaN, are left as they are: all in one."""
    n, most, numbers = len(key), 0, True
    low, high = key[0], key[0]
    for k in key:
        low, high, numbers = min(low, k), max(high, k), numbers and not math.isnan(k)
    scale = (n - 1.0) / (high - low) if high > low else math.inf
    if not (numbers and 0.0 < scale < math.inf):
        return n
    slot, first = np.empty(n, np.int64), np.zeros(n + 1, np.int64)
    for i in range(n):
        slot[i] = int((key[i] - low) * scale)
        first[slot[i] + 1] += 1
    for i in range(n):
        most = max(most, first[i + 1])
        first[i + 1] += first[i]
    for i in range(n):
        todo[first[slot[i]]] = i
        first[slot[i]] += 1
    return most
