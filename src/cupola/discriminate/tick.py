"""One tick of sequential Bayes over all tracks, as one kernel (``bayes`` says what it does)."""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from cupola.core.batches import BOOST, DECOY, Floats, Ints
from cupola.core.constants import Cited
from cupola.discriminate import crowd
from cupola.discriminate.kinematics import beta_likelihood, separation, separation_sigma, speed_likelihood
from cupola.discriminate.looks import take_look
from cupola.discriminate.memory import BETA, CLASS, DEPLOY, GAIN, PRIOR, F, Records, forget, row_of

ALONE = 0.03
OPEN_MIND = 20.0

SOURCES: dict[str, Cited] = {
    "OPEN_MIND": Cited("1", "assumed: objects' worth of belief that all similarities are equally common", 2026, "assumed"),
    "ALONE": Cited(
        "1", "assumed: doubt below which a track's own motion, and its parent's, is taken as that of one object", 2026, "assumed"
    ),
}


@njit(cache=True, nogil=True, inline="always")
def _doubt(x: Floats, order: Ints, place: Ints, i: int) -> float:
    """Probability that a look of track i was of another object."""
    return crowd.LEAST + crowd.share(crowd.nearest(x, order, place, i)[0])


@njit(cache=True, nogil=True, inline="always")
def _posterior(seen: Records, know: Floats, kinds: Floats, prior: Floats, thrust: Floats, i: int, p: Floats, prob: Floats) -> None:
    """Write the posterior of each kind of track i into ``p (K,)`` and of each class into ``prob (n, C)``."""
    r, total = seen[i], 0.0
    for k in range(len(kinds)):
        c = int(kinds[k, CLASS])
        p[k] = know[i, k, GAIN] * prior[k] * thrust[r.boosting, c] * r.beta_p[c] * r.speed_p[c]
        total += p[k]
    for c in range(prob.shape[1]):
        prob[i, c] = 0.0
    for k in range(len(kinds)):
        p[k] /= total
        prob[i, int(kinds[k, CLASS])] += p[k]


@njit(cache=True, nogil=True)
def tick(
    seen: Records, know: Floats, kinds: Floats, classes: Floats, thrust: Floats, weight: Floats, rho: float, swaps: bool,
    ids: Ints, x: Floats, P: Floats, mode: NDArray[np.uint8], beta: Floats, parent: Ints,
    track: Ints, sensor: Ints, z: NDArray[np.float32], prob: Floats, learnt: Floats,
) -> int:  # fmt: skip
    """Looks ``track, sensor (m,)``, ``z (m, F)`` into the memory of tracks ``ids (n,)``, and the posterior into ``prob (n, C)``.

    Memory and parameters as in ``memory``; weight ``(S,)``: of each similarity as learnt so far; learnt ``(S,)``: the same from
    the posteriors of the tracks that were looked at. Returns how many looks were of tracks that are not there.
    """
    n, K, unmatched = len(ids), len(kinds), 0
    p, prior, votes = np.empty(K), np.empty(K), np.zeros(K)
    for k in range(K):
        prior[k] = kinds[k, PRIOR]
    for s in range(len(weight)):  # the decoy's kinds, one for each similarity
        prior[DECOY + s] *= weight[s]
    order, place = crowd.in_order(x) if swaps else (ids, ids)
    doubt = np.full(n, -1.0 if swaps else 0.0)  # below zero: not asked for yet
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
                if doubt[i] < 0.0:
                    doubt[i] = _doubt(x, order, place, i)
                take_look(seen[i], know[i], kinds, prior, p, sensor[q], f, y, doubt[i], rho)
    for i in range(n):
        r = seen[i]
        j = row_of(ids, parent[i]) if parent[i] >= 0 else -1
        if j >= 0 and separation_sigma(P, i, j) < r.speed_sigma:  # the most precise so far
            if doubt[i] < 0.0:
                doubt[i] = _doubt(x, order, place, i)
            if not swaps or doubt[i] < ALONE:
                r.speed_sigma = separation_sigma(P, i, j)
                speed_likelihood(separation(x, i, j), r.speed_sigma, classes[:, DEPLOY : DEPLOY + 2], r.speed_p)
        b, sigma = beta[i, 0], beta[i, 1]
        if math.isfinite(b) and math.isfinite(sigma) and (r.beta[0] != b or r.beta[1] != sigma):
            r.beta[0], r.beta[1] = b, sigma
            beta_likelihood(b, sigma, classes[:, BETA : BETA + 2], r.beta_p)
        _posterior(seen, know, kinds, prior, thrust, i, p, prob)
        if r.looked:
            for k in range(K):
                votes[k] += p[k]
    total = 0.0
    for s in range(len(weight)):
        learnt[s] = votes[DECOY + s] + OPEN_MIND / len(weight)
        total += learnt[s]
    for s in range(len(weight)):
        learnt[s] /= total
    return unmatched
