"""Sorting inside kernels. numpy's, as numba compiles it, costs seconds for every kind of array it meets; this one is small."""

from __future__ import annotations

import numpy as np
from numba import njit

from cupola.core.batches import Floats, Ints


@njit(cache=True, nogil=True)
def ascending(key: Floats) -> Ints:
    """Rows of ``key (n,)`` in rising order; equal ones stay in theirs. Keys must be numbers: NaN has no order.

    Runs of 8 rows by insertion, merged to runs of 16, 32, ...
    """
    n, width = len(key), 8
    todo = np.arange(n)
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
