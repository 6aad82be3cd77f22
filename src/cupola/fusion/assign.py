"""Exact assignment of tracks to detections with the choice of missing: shortest augmenting paths over sparse candidates.

Source: Jonker, Volgenant 1987 (Computing 38, 325-340), with a binary heap for sparse rows; each row has a private column of price
0 (a miss). Cost: a row explores what its path can reach, so clusters are solved apart by themselves and a large one does not make
a large matrix.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from cupola.core.batches import Floats
from cupola.fusion.cluster import clusters
from cupola.fusion.pool import Ints


@njit(cache=True, nogil=True)
def _push(key: Floats, item: Ints, size: int, k: float, j: int) -> None:
    i = size
    while i > 0:
        up = (i - 1) >> 1
        if key[up] <= k:
            break
        key[i], item[i] = key[up], item[up]
        i = up
    key[i], item[i] = k, j


@njit(cache=True, nogil=True)
def _pop(key: Floats, item: Ints, size: int) -> None:
    """Remove the top of a heap of ``size`` entries (the caller has read it)."""
    size -= 1
    k, j = key[size], item[size]
    i = 0
    while True:
        down = 2 * i + 1
        if down >= size:
            break
        if down + 1 < size and key[down + 1] < key[down]:
            down += 1
        if key[down] >= k:
            break
        key[i], item[i] = key[down], item[down]
        i = down
    key[i], item[i] = k, j


@njit(cache=True, nogil=True)
def assign(ptr: Ints, det: Ints, price: Floats, m: int) -> Ints:
    """The detection of each row ``(n,)``, -1 for none, so that the sum of prices is least.

    ptr ``(n + 1,)``, det, price ``(e,)``: candidates by row, prices below zero (missing costs 0); m detections.
    """
    start, rows = clusters(ptr, det, m)
    return assign_clusters(start, rows, ptr, det, price, m)


@njit(cache=True, nogil=True)
def assign_clusters(start: Ints, rows: Ints, ptr: Ints, det: Ints, price: Floats, m: int) -> Ints:
    """``assign`` where the clusters (``cluster.clusters``) are known."""
    n = len(ptr) - 1
    choice, owner = np.full(n, -1, np.int64), np.full(m, -1, np.int64)
    u, v = np.zeros(n), np.zeros(m)
    far, pred, done = np.full(m, math.inf), np.full(m, -1, np.int64), np.zeros(m, np.int64)
    key, item, touched = np.empty(len(det) + 1), np.empty(len(det) + 1, np.int64), np.empty(m, np.int64)
    for c in range(len(start) - 1):
        first = rows[start[c]]
        if start[c + 1] - start[c] == 1 and ptr[first + 1] - ptr[first] == 1:
            choice[first] = det[ptr[first]]
            continue
        for row in rows[start[c] : start[c + 1]]:  # one more by the shortest path; keeps reduced prices price - u - v >= 0
            u[row] = 0.0
            for e in range(ptr[row], ptr[row + 1]):
                u[row] = min(u[row], price[e] - v[det[e]])
            heap = reached = 0
            best, end_row, end_col = math.inf, row, -1
            i, base = row, 0.0
            while True:
                if base - u[i] < best:
                    best, end_row, end_col = base - u[i], i, -1
                for e in range(ptr[i], ptr[i + 1]):
                    j = det[e]
                    if done[j]:
                        continue
                    d = base + price[e] - u[i] - v[j]
                    if d < far[j]:
                        if far[j] == math.inf:
                            touched[reached] = j
                            reached += 1
                        far[j], pred[j] = d, i
                        _push(key, item, heap, d, j)
                        heap += 1
                j = -1
                while heap > 0:
                    d, j = key[0], item[0]
                    _pop(key, item, heap)
                    heap -= 1
                    if not done[j] and d == far[j]:
                        break
                    j = -1
                if j < 0 or far[j] >= best:
                    break
                if owner[j] < 0:
                    best, end_col = far[j], j
                    break
                done[j] = 1
                i, base = owner[j], far[j]
            u[row] += best
            for k in range(reached):
                j = touched[k]
                if done[j]:
                    v[j] += far[j] - best
                    u[owner[j]] += best - far[j]
                far[j], done[j] = math.inf, 0
            if end_col < 0:  # the path ends at a row that is missed from now on
                end_col = choice[end_row]
                choice[end_row] = -1
                if end_row == row:
                    continue
            i = -1
            while i != row:  # back along the path
                i = pred[end_col]
                owner[end_col] = i
                end_col, choice[i] = choice[i], end_col
    return choice
