"""Marginal association: how likely each detection is each track's, where more than one answer is plausible.

Loopy belief propagation on the sparse candidates gives the marginals of the joint (JPDA) distribution over all one-to-one
assignments; with ratios L = exp(-price / 2) against "missed, and a false alarm":

    to detection: m_ij = L_ij / (1 + sum of L_ik n_ik over k != j)      to track: n_ij = 1 / (1 + sum of m_kj over k != i)

The choice is the best assignment (``assign``), not the largest marginal: choices one by one from marginals contradict each other.
Source: Williams, Lau 2014 (IEEE Trans. Aerospace and Electronic Systems 50, 2942-2959), who prove that it converges.
Limits: marginals of loopy graphs are approximate (as a rule too sure); the rounds are bounded.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from cupola.core.batches import Floats
from cupola.fusion.assign import assign_clusters
from cupola.fusion.cluster import clusters
from cupola.fusion.pool import Ints
from cupola.fusion.update import CERTAIN

ROUNDS = 40
TOLERANCE = 1e-2  # largest relative change of a message in the last round
STEEPEST = 600.0  # exp of more overflows
FAINT = 1e-3  # a marginal below this is left out


@njit(cache=True, nogil=True)
def _others(value: Floats, k: int, out: Floats) -> None:
    """Write 1 + the sum of all other values, by running sums from both ends: a difference would lose small ones beside large."""
    run = 1.0
    for a in range(k):
        out[a] = run
        run += value[a]
    run = 0.0
    for a in range(k - 1, -1, -1):
        out[a] += run
        run += value[a]


@njit(cache=True, nogil=True)
def marginals(ptr: Ints, det: Ints, price: Floats, m: int) -> Floats:
    """Marginal of each candidate ``(e,)``: ptr ``(n + 1,)``, det, price ``(e,)`` by row; m detections."""
    start, rows = clusters(ptr, det, m)
    return marginals_clusters(start, rows, ptr, det, price, m)


@njit(cache=True, nogil=True)
def marginals_clusters(start: Ints, rows: Ints, ptr: Ints, det: Ints, price: Floats, m: int) -> Floats:
    """``marginals`` where the clusters (``cluster.clusters``) are known."""
    out, ratio, column = np.empty(len(det)), np.empty(len(det)), np.empty(len(det), np.int64)
    size = np.zeros(m + 1, np.int64)
    for e in range(len(det)):
        ratio[e] = math.exp(min(-0.5 * price[e], STEEPEST))
        size[det[e] + 1] += 1
    first = np.cumsum(size)
    at = first.copy()
    for e in range(len(det)):  # candidates by detection
        column[at[det[e]]] = e
        at[det[e]] += 1
    longest = 1
    for i in range(len(ptr) - 1):
        longest = max(longest, ptr[i + 1] - ptr[i])
    for j in range(m):
        longest = max(longest, size[j + 1])
    value, rest, before = np.empty(longest), np.empty(longest), np.empty(len(det))
    for c in range(len(start) - 1):
        i = rows[start[c]]
        if start[c + 1] - start[c] == 1 and ptr[i + 1] - ptr[i] == 1:
            out[ptr[i]] = ratio[ptr[i]] / (1.0 + ratio[ptr[i]])
            continue
        _spread(rows[start[c] : start[c + 1]], ptr, det, ratio, first, column, value, rest, before, out)
    return out


@njit(cache=True, nogil=True)
def _spread(
    rows: Ints, ptr: Ints, det: Ints, ratio: Floats, first: Ints, column: Ints, value: Floats, rest: Floats, before: Floats,
    out: Floats,
) -> None:  # fmt: skip
    """Pass messages in one cluster until they settle; out holds them, and the marginals at the end."""
    for i in rows:
        for e in range(ptr[i], ptr[i + 1]):
            out[e] = 1.0
    for _ in range(ROUNDS):
        change = 0.0
        for i in rows:
            for e in range(ptr[i], ptr[i + 1]):
                before[e] = out[e]
        for i in rows:  # to detections
            k = ptr[i + 1] - ptr[i]
            for a in range(k):
                value[a] = ratio[ptr[i] + a] * out[ptr[i] + a]
            _others(value, k, rest)
            for a in range(k):
                out[ptr[i] + a] = -ratio[ptr[i] + a] / rest[a]  # below zero: not yet answered
        for i in rows:  # and back
            for e in range(ptr[i], ptr[i + 1]):
                if out[e] >= 0.0:
                    continue
                j = det[e]
                k = first[j + 1] - first[j]
                for a in range(k):
                    value[a] = -out[column[first[j] + a]]
                _others(value, k, rest)
                for a in range(k):
                    out[column[first[j] + a]] = 1.0 / rest[a]
        for i in rows:
            for e in range(ptr[i], ptr[i + 1]):
                change = max(change, abs(out[e] - before[e]) / before[e])
        if change < TOLERANCE:
            break
    for i in rows:
        k = ptr[i + 1] - ptr[i]
        total = 1.0
        for a in range(k):
            total += ratio[ptr[i] + a] * out[ptr[i] + a]
        for a in range(k):
            out[ptr[i] + a] *= ratio[ptr[i] + a] / total


@njit(cache=True, nogil=True)
def bp(ptr: Ints, det: Ints, price: Floats, m: int) -> tuple[Ints, Ints, Floats, Ints]:
    """Marginals above ``FAINT``, or the only one where one is ``CERTAIN``, and the best assignment."""
    start, rows = clusters(ptr, det, m)
    choice = assign_clusters(start, rows, ptr, det, price, m)
    share = marginals_clusters(start, rows, ptr, det, price, m)
    n = len(ptr) - 1
    out, kept, weight = np.zeros(n + 1, np.int64), np.empty(len(det), np.int64), np.empty(len(det))
    given = np.zeros(m)
    for e in range(len(det)):
        given[det[e]] += share[e]
    for e in range(len(det)):  # what the last round left open
        share[e] /= max(given[det[e]], 1.0)
    count = 0
    for i in range(n):
        sure = False
        for e in range(ptr[i], ptr[i + 1]):
            sure = sure or (det[e] == choice[i] and share[e] >= CERTAIN)
        for e in range(ptr[i], ptr[i + 1]):
            if (sure and det[e] == choice[i]) or (not sure and share[e] > FAINT):
                kept[count], weight[count] = det[e], share[e]
                count += 1
        out[i + 1] = count
    return out, kept[:count], weight[:count], choice
