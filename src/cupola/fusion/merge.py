"""Second tracks of one body: found by counting who is seen beside whom, given up for the older one.

Two bodies are now and then seen in the same scan; two tracks of one body share its detections and never are. So a pair is judged
by its looks in common, scans that looked at both (``pool.remember`` keeps the latest): seen in a and b of n looks, two bodies
seen independently are seen together about a b / n times, one body hardly ever. To the logarithm of that ratio comes the one of
the states: how likely their difference is between two estimates of one body (covariances added) rather than between neighbours
released together. A track that has vanished beside one that was born after it was last seen gets the odds of its misses. Where
the count says nothing (each sensor's own births) the states must agree within their covariances.
A pair above ``ODDS`` in ``PATIENCE`` tests in a row, each with new detections, is one body. The older id survives, with the state
of whichever track was seen more often (in doubt, the surer one). States are not averaged: what two tracks share is not known.

Source: test of the difference of two track states: Bar-Shalom, Li, Kirubarajan 2001, 8.4.2; the count is ours.
Limits: bodies that no sensor resolves are one track as long as that lasts; the sum of the covariances neglects what the two
tracks have in common.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from cupola.core.batches import Floats
from cupola.fusion.pool import CONFIRMED, PAST, Ints, Record, Records, release
from cupola.fusion.tally import MERGED

PERIOD = 1.0  # s between two tests of all pairs
REACH = 10e3  # m, side of a cell: tracks farther apart are not compared
CHANCE = 0.02  # part of a body's detections beside which chance puts another one
APART, APART_SPEED = (
    5e3,
    10.0,
)  # m, m/s, differences of the states of neighbours (released together), root mean square of each component
FREEDOM = 8.0  # of Student's distribution of the difference: covariances in crowds are not to be trusted to the last
ODDS = 10.0  # ln of the odds that decide
LIKELY = 22.5  # chi-square (6 degrees of freedom) within which two states must agree where the count says nothing
GONE = 4.6  # -ln of the probability that a track is missed so often in a row: 1 %
PATIENCE = 3  # tests in a row, each with new detections
FAR = 400.0  # chi-square of one component
SETTLED = 8  # detections of a track whose covariance is taken seriously there


@njit(cache=True, nogil=True)
def together(a: Record, b: Record) -> tuple[int, int, int, int]:
    """Looks in common: how many, in how many a was seen, b was seen, both were."""
    n = seen_a = seen_b = both = 0
    i, j = a.pasts - 1, b.pasts - 1
    end_a, end_b = max(a.pasts - PAST, 0), max(b.pasts - PAST, 0)
    while i >= end_a and j >= end_b:
        p, q = a.past[i % PAST], b.past[j % PAST]
        if p >> 1 > q >> 1:
            i -= 1
        elif p >> 1 < q >> 1:
            j -= 1
        else:
            n += 1
            seen_a += p & 1
            seen_b += q & 1
            both += p & q & 1
            i -= 1
            j -= 1
    return n, seen_a, seen_b, both


@njit(cache=True, nogil=True)
def agreement(x: Floats, P: Floats, i: int, j: int, C: Floats, y: Floats) -> tuple[float, float]:
    """Chi-square of the difference of two states, and ln of its density if they are one body over that if they are neighbours.

    C ``(6, 6)``, y ``(6,)``: scratch. -inf where the covariances are not sound.
    """
    d2, volume = 0.0, 1.0
    for a in range(6):
        y[a] = x[i, a] - x[j, a]
        for b in range(a + 1):
            C[a, b] = P[i, a, b] + P[j, a, b]
    for a in range(6):  # C = L D L^T: L below the diagonal, on it the inverse of D, L D above it
        rest, gap = C[a, a], y[a]
        for b in range(a):
            total = C[a, b]
            for k in range(b):
                total -= C[k, a] * C[b, k]
            C[b, a], C[a, b] = total, total * C[b, b]
            rest -= total * C[a, b]
            gap -= C[a, b] * y[b]
        if not rest > 0.0:
            return math.inf, -math.inf
        C[a, a] = 1.0 / rest
        y[a] = gap
        volume *= rest
        d2 += gap * gap * C[a, a]
    gain = 3.0 * math.log(APART * APART_SPEED) - 0.5 * math.log(volume) - 0.5 * (FREEDOM + 6.0) * math.log(1.0 + d2 / FREEDOM)
    return d2, gain


@njit(cache=True, nogil=True)
def counted(n: int, seen_a: int, seen_b: int, both: int) -> float:
    """ln of the likelihood of the looks in common if there is one body, over that if there are two (Poisson)."""
    if n == 0 or seen_a == 0 or seen_b == 0:
        return 0.0
    expected = seen_a * seen_b / n
    false = min(CHANCE * min(seen_a, seen_b), expected)
    return expected - false + both * math.log(false / expected)


@njit(cache=True, nogil=True)
def verdict(a: Record, b: Record, d2: float, state: float) -> float:
    """ln of the odds of a pair, a the older, being one body over two; -inf where it is not to be asked."""
    n, seen_a, seen_b, both = together(a, b)
    count = counted(n, seen_a, seen_b, both)
    if count < 0.0:
        return -math.inf
    if a.miss >= GONE and b.born >= a.updated and seen_b >= 3 and both == 0:
        count += GONE
    if count < 1.0 and (d2 > LIKELY or min(a.hits, b.hits) < SETTLED):
        return -math.inf
    return count + state


@njit(cache=True, nogil=True)
def _column(a: int, b: int, mask: int) -> int:
    """Place in a hash table of the cells one above the other."""
    return ((a * 73856093) ^ (b * 19349663)) & mask


@njit(cache=True, nogil=True)
def unite(a: Record, b: Record, better: bool) -> None:
    """Make a, the older, the track of both; better: b's state is the one to go on with."""
    if better:
        for i in range(6):
            a.x[i] = b.x[i]
            for j in range(6):
                a.P[i, j] = b.P[i, j]
        for i in range(3):
            a.e[i] = b.e[i]
            for j in range(9):
                a.Pe[i, j] = b.Pe[i, j]
        a.mode, a.t, a.nis, a.score = b.mode, b.t, b.nis, b.score
        for i in range(PAST):
            a.past[i] = b.past[i]
        a.pasts = b.pasts
    a.miss = min(a.miss, b.miss)
    a.before[:] = 0.0
    a.burning = max(a.burning, b.burning)
    a.burn_t = max(a.burn_t, b.burn_t)
    a.burn_seen = max(a.burn_seen, b.burn_seen)
    a.updated = max(a.updated, b.updated)
    a.hits += b.hits
    a.passive += b.passive
    if b.rcs_n > 0.0:
        a.rcs = (a.rcs * a.rcs_n + b.rcs * b.rcs_n) / (a.rcs_n + b.rcs_n)
        a.rcs_n += b.rcs_n
    for k in range(len(a.mask)):
        a.mask[k] |= b.mask[k]
    for k in range(len(a.found)):  # both were looked at in the same looks
        a.found[k] += b.found[k]
        a.looks[k] = max(a.looks[k], b.looks[k], a.found[k])
    a.rival, a.rival_n = -1, 0


@njit(cache=True, nogil=True)
def merge(pool: Records, spare: Ints, book: Ints, rows: Ints, x: Floats, P: Floats, tally: Ints) -> None:
    """Test all near pairs of confirmed tracks once and unite those that are one body.

    rows ``(n,)``: those of all live tracks by rising id, x ``(n, 6)``, P ``(n, 6, 6)``: the same at one time, as ``report.tracks``
    gives them. Near: in the same cell or one beside it.
    """
    n = len(rows)
    size = 16
    while size < 2 * n:
        size *= 2
    mask, head, cell = size - 1, np.full(size, -1, np.int64), np.empty((n, 4), np.int64)  # its cell, and who is next in the list
    C, y = np.empty((6, 6)), np.empty(6)
    for i in range(n):
        new = pool[rows[i]]
        if new.status != CONFIRMED:
            continue
        u, v, w = math.floor(x[i, 0] / REACH), math.floor(x[i, 1] / REACH), math.floor(x[i, 2] / REACH)
        best, found = ODDS, -1
        for a in range(u - 1, u + 2):
            for b in range(v - 1, v + 2):
                j = head[_column(a, b, mask)]
                while j >= 0:
                    if cell[j, 0] == a and cell[j, 1] == b and abs(cell[j, 2] - w) <= 1 and _near(x, P, i, j):
                        d2, state = agreement(x, P, i, j, C, y)
                        odds = verdict(pool[rows[j]], new, d2, state) if state > 0.0 else -math.inf
                        if odds > best:
                            best, found = odds, j
                    j = cell[j, 3]
        if found < 0:
            new.rival = -1
        elif _patience(new, pool[rows[found]]):
            old = pool[rows[found]]
            _, seen_a, seen_b, _ = together(old, new)
            unite(old, new, seen_b > seen_a or (seen_b == seen_a and _size(P, i) < _size(P, found)))
            release(pool, spare, book, rows[i])
            tally[MERGED] += 1
            continue
        h = _column(u, v, mask)
        cell[i, 0], cell[i, 1], cell[i, 2], cell[i, 3] = u, v, w, head[h]
        head[h] = i


@njit(cache=True, nogil=True)
def _size(P: Floats, i: int) -> float:
    return float(P[i, 0, 0] + P[i, 1, 1] + P[i, 2, 2])


@njit(cache=True, nogil=True)
def _near(x: Floats, P: Floats, i: int, j: int) -> bool:
    """A cheap test before the exact one: each component within its own bound."""
    for k in range(6):
        d = x[i, k] - x[j, k]
        if d * d > FAR * (P[i, k, k] + P[j, k, k]):
            return False
    return True


@njit(cache=True, nogil=True)
def _patience(b: Record, a: Record) -> bool:
    """Whether b and a have now agreed ``PATIENCE`` times in a row, each with new detections."""
    hits = a.hits + b.hits
    if b.rival != a.id:
        b.rival, b.rival_n, b.rival_hits = a.id, 1, hits
    elif hits > b.rival_hits:
        b.rival_n += 1
        b.rival_hits = hits
    return bool(b.rival_n >= PATIENCE)
