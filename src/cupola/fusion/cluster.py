"""Connected components of the graph of candidate pairs: what can be decided apart is decided apart."""

from __future__ import annotations

import numpy as np
from numba import njit

from cupola.fusion.pool import Ints


@njit(cache=True, nogil=True)
def root(parent: Ints, i: int) -> int:
    """The index that stands for i's component; the path to it is halved."""
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i


@njit(cache=True, nogil=True)
def clusters(ptr: Ints, det: Ints, m: int) -> tuple[Ints, Ints]:
    """Tracks grouped by component: (start ``(c + 1,)``, rows ``(n,)``); rows without candidates are left out.

    ptr ``(n + 1,)``, det ``(e,)`` as ``gate.candidates`` gives them, m detections. Components come in the order of their first row,
    rows in theirs. Union by smaller index with path halving: deterministic.
    """
    n = len(ptr) - 1
    parent = np.arange(n + m)
    for i in range(n):
        for e in range(ptr[i], ptr[i + 1]):
            a, b = root(parent, i), root(parent, n + det[e])
            if a < b:
                parent[b] = a
            elif b < a:
                parent[a] = b
    label, count = np.full(n, -1, np.int64), 0
    size = np.zeros(n + 1, np.int64)
    for i in range(n):
        if ptr[i + 1] > ptr[i]:
            a = root(parent, i)  # a row: the smallest index of a component is one
            if label[a] < 0:
                label[a] = count
                count += 1
            label[i] = label[a]
            size[label[i] + 1] += 1
    start = np.cumsum(size[: count + 1])
    rows, at = np.empty(start[count], np.int64), start.copy()
    for i in range(n):
        if ptr[i + 1] > ptr[i]:
            rows[at[label[i]]] = i
            at[label[i]] += 1
    return start, rows
