"""One tick of sequential Bayes over all tracks, as one kernel (``bayes`` says what it does)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from cupola.core.batches import BOOST, Floats, Ints
from cupola.core.constants import Cited
from cupola.discriminate import crowd
from cupola.discriminate.kinematics import beta_likelihood, separation, separation_sigma, speed_likelihood
from cupola.discriminate.looks import take_look
from cupola.discriminate.memory import BETA, CLASS, DEPLOY, GAIN, F, Records, forget, row_of

ALONE = 0.03

SOURCES: dict[str, Cited] = {
    "ALONE": Cited(
        "1", "assumed: doubt below which a track's own motion, and its parent's, is taken as that of one object", 2026, "assumed"
    ),
}


@njit(cache=True, nogil=True)
def _doubt(x: Floats, order: Ints, place: Ints, i: int, known: Floats) -> float:
    """Probability that a look of track i was of another object; worked out once a tick, ``known (n,)`` is -1 until then."""
    if known[i] < 0.0:
        known[i] = crowd.LEAST + crowd.share(crowd.nearest(x, order, place, i)[0])
    return float(known[i])


@njit(cache=True, nogil=True)
def _motion(seen: Records, i: int, j: int, x: Floats, P: Floats, beta: Floats, classes: Floats) -> None:
    """Keep a measured ballistic coefficient, and the separation speed from the parent track j (-1: none) if it is the most
    precise."""
    r = seen[i]
    if math.isfinite(beta[i, 0]) and math.isfinite(beta[i, 1]) and (r.beta[0] != beta[i, 0] or r.beta[1] != beta[i, 1]):
        r.beta[0], r.beta[1] = beta[i, 0], beta[i, 1]
        beta_likelihood(beta[i, 0], beta[i, 1], classes[:, BETA : BETA + 2], r.beta_p)
    if j >= 0:
        r.speed_sigma = separation_sigma(P, i, j)
        speed_likelihood(separation(x, i, j), r.speed_sigma, classes[:, DEPLOY : DEPLOY + 2], r.speed_p)


@njit(cache=True, nogil=True)
def _posterior(r: Any, know: Floats, kinds: Floats, prior: Floats, thrust: Floats, p: Floats, prob: Floats) -> None:
    """Write the posterior of each kind of one track into ``p (K,)`` and of each class into ``prob (C,)``."""
    total = 0.0
    for k in range(len(kinds)):
        c = int(kinds[k, CLASS])
        p[k] = know[k, GAIN] * prior[k] * thrust[r.boosting, c] * r.beta_p[c] * r.speed_p[c]
        total += p[k]
    prob[:] = 0.0
    for k in range(len(kinds)):
        p[k] /= total
        prob[int(kinds[k, CLASS])] += p[k]


@njit(cache=True, nogil=True)
def tick(
    seen: Records, know: Floats, kinds: Floats, classes: Floats, thrust: Floats, prior: Floats, rho: float, swaps: bool,
    ids: Ints, x: Floats, P: Floats, mode: NDArray[np.uint8], beta: Floats, parent: Ints,
    track: Ints, sensor: Ints, z: NDArray[np.float32], prob: Floats, votes: Floats,
) -> int:  # fmt: skip
    """Looks ``track, sensor (m,)``, ``z (m, F)`` into the memory of tracks ``ids (n,)``, and the posterior into ``prob (n, C)``.

    Memory and parameters as in ``memory``; prior ``(K,)``, that of each kind as learnt so far; votes ``(K,)``: sums of posteriors
    over tracks that were looked at. Returns how many looks were of tracks that are not there.
    """
    n, K, unmatched = len(ids), len(kinds), 0
    p = np.empty(K)
    order, place = crowd.in_order(x) if swaps else (ids, ids)
    doubt = np.full(n, -1.0 if swaps else 0.0)
    for i in range(n):
        burns = 1 if mode[i] == BOOST else 0
        if seen[i].boosting and not burns:
            forget(seen[i], know[i], kinds)
        seen[i].boosting = burns
    for q in range(len(track)):
        i = row_of(ids, track[q])
        if i < 0:
            unmatched += 1
            continue
        seen[i].looked = 1
        for f in range(F):
            y = float(z[q, f])
            if not math.isnan(y):
                take_look(seen[i], know[i], kinds, prior, p, sensor[q], f, y, _doubt(x, order, place, i, doubt), rho)
    votes[:] = 0.0
    for i in range(n):
        j = row_of(ids, parent[i]) if parent[i] >= 0 else -1
        if j >= 0 and not separation_sigma(P, i, j) < seen[i].speed_sigma:
            j = -1
        if j >= 0 and swaps and _doubt(x, order, place, i, doubt) >= ALONE:
            j = -1
        _motion(seen, i, j, x, P, beta, classes)
        _posterior(seen[i], know[i], kinds, prior, thrust, p, prob[i])
        if seen[i].looked:
            for k in range(K):
                votes[k] += p[k]
    return unmatched
