"""Sufficient statistics of correlated looks, and the likelihood of a class given them.

One feature of one object of class c is, over a sensor's successive looks, ``z_k = m + sigma_c u_k`` with ``u`` a unit AR(1)
series of correlation ``rho`` and the object's own level ``m ~ Normal(mu_c, tau_c^2)``. Whitened, ``e_k = (z_k - rho z_{k-1}) /
sqrt(1 - rho^2)`` is ``g m + sigma_c w_k`` with ``g = sqrt((1 - rho) / (1 + rho))`` (1 for a sensor's first look) and ``w`` white,
so that ``n, G = sum g^2, S = sum g e, E = sum e^2`` hold all there is to know of m and sigma_c. ``G`` is the number of effective
looks.

Source: integrated likelihood of a normal mean, e.g. Gelman et al., Bayesian Data Analysis (2013), ch. 5; AR(1) whitening
(Cochrane-Orcutt 1949). Limits: Gaussian in dB; sensors independent given the object.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from cupola.core.batches import Floats, Ints

SLOTS = 4  # sensors remembered per object and feature; a fifth takes the place of the one longest there


@njit(cache=True, nogil=True)
def add_looks(
    row: Ints,
    sensor: Ints,
    z: NDArray[np.float32],
    rho: float,
    stats: Floats,
    slot_sensor: NDArray[np.int32],
    slot_z: Floats,
    slot_next: NDArray[np.uint8],
) -> None:
    """Add looks ``z (m, F)`` of objects ``row (m,)`` to ``stats (n, F, 4)`` = n, G, S, E in place. NaN looks and rows < 0 are
    skipped."""
    white = 1.0 / math.sqrt(1.0 - rho * rho)
    slope = math.sqrt((1.0 - rho) / (1.0 + rho))
    for k in range(len(row)):
        i = row[k]
        if i < 0:
            continue
        for f in range(z.shape[1]):
            y = float(z[k, f])
            if math.isnan(y):
                continue
            at = -1
            for q in range(slot_sensor.shape[2]):
                if slot_sensor[i, f, q] == sensor[k]:
                    at = q
            if at < 0:
                at = slot_next[i, f]
                slot_next[i, f] = (at + 1) % slot_sensor.shape[2]
                slot_sensor[i, f, at] = sensor[k]
                g, e = 1.0, y
            else:
                g, e = slope, (y - rho * slot_z[i, f, at]) * white
            slot_z[i, f, at] = y
            stats[i, f, 0] += 1.0
            stats[i, f, 1] += g * g
            stats[i, f, 2] += g * e
            stats[i, f, 3] += e * e


@njit(cache=True, nogil=True, inline="always")
def look_loglik(n: float, G: float, S: float, E: float, mu: float, tau2: float, sigma2: float, log_sigma2: float) -> float:
    """ln p(looks | class), with the object's own level integrated out, up to a term all classes share."""
    rest = S - mu * G
    q = E - 2.0 * mu * S + mu * mu * G - rest * rest * tau2 / (sigma2 + tau2 * G)
    return -0.5 * (n * log_sigma2 + math.log1p(tau2 * G / sigma2) + q / sigma2)


@njit(cache=True, nogil=True)
def score_looks(
    stats: Floats, level: Floats, spread: Floats, noise: Floats, log_weight: Floats, decoy: int, out: Floats, terms: Floats
) -> None:
    """ln p(looks | class) into ``out (n, C)``, and ln(weight x p(looks | decoy of similarity s)) into ``terms (n, S)``.

    ``level`` is ``(S, C, F)``, ``spread`` and ``noise`` ``(C, F)``. Classes other than ``decoy`` read the first level; the decoy is
    a mixture over similarities with ``log_weight (S,)``, so that ``out`` of the decoy is the logsumexp of ``terms``. Features
    without looks add nothing.
    """
    n, F = stats.shape[0], stats.shape[1]
    C, S = spread.shape[0], len(log_weight)
    log_n2 = np.log(noise * noise)
    for i in range(n):
        for c in range(C):
            for s in range(S if c == decoy else 1):
                total = 0.0
                for f in range(F):
                    if stats[i, f, 0] > 0.0:
                        total += look_loglik(
                            stats[i, f, 0], stats[i, f, 1], stats[i, f, 2], stats[i, f, 3],
                            level[s, c, f], spread[c, f] ** 2, noise[c, f] ** 2, log_n2[c, f],
                        )  # fmt: skip
                if c == decoy:
                    terms[i, s] = total + log_weight[s]
                else:
                    out[i, c] = total
        top = terms[i].max()
        total = 0.0
        for s in range(S):
            total += math.exp(terms[i, s] - top)
        out[i, decoy] = top + math.log(total)
