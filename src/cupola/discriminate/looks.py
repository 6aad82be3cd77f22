"""What one more look says of an object's class and of its own level, when the look may be another object's.

One feature of one object of class c is, over a sensor's successive looks, ``z_k = m + sigma_c u_k`` with ``u`` a unit AR(1)
series of correlation ``rho`` and the object's own level ``m ~ Normal(mu_c, tau_c^2)``. For each class a Kalman filter keeps m as a
mean and a variance; the densities of its innovations make the likelihood of the class. Without doubt this is the exact Bayesian
answer.

With a probability ``doubt`` a look was of another object of the same population, and from then on the track may be that one:
belief and levels leak towards the prior by ``doubt`` at each look, the look itself counts as the population's with weight
``doubt``, and mixtures are merged into one Gaussian of the same mean and variance. So no single look can claim more than
``-ln doubt``, and what was learnt fades over ``1 / doubt`` looks.

Source: AR(1) whitening (Cochrane-Orcutt 1949); switching filter merged to one Gaussian a class (GPB1; Bar-Shalom, Li, Kirubarajan
2001, 11.6). Limits: Gaussian in dB; sensors independent given the object; swaps independent from look to look.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from cupola.core.batches import Floats, Ints

SLOTS = 4  # sensors remembered per object and feature; a fifth takes the place of the one longest there
LEAST = 1e-300


@njit(cache=True, nogil=True, inline="always")
def _density(innovation: float, variance: float) -> float:
    return math.exp(-0.5 * innovation * innovation / variance) / math.sqrt(2.0 * math.pi * variance)


@njit(cache=True, nogil=True)
def _leak(p: Floats, prior: Floats, mean: Floats, var: Floats, level: Floats, spread2: Floats, doubt: float) -> None:
    """Mix what is believed with what is believed of any object, weight ``doubt``."""
    for k in range(len(p)):
        a, b = (1.0 - doubt) * p[k], doubt * prior[k]
        total = a + b
        for f in range(mean.shape[1]):
            apart = mean[k, f] - level[k, f]
            mean[k, f] = (a * mean[k, f] + b * level[k, f]) / total
            var[k, f] = (a * var[k, f] + b * spread2[k, f]) / total + a * b / (total * total) * apart * apart
        p[k] = total


@njit(cache=True, nogil=True)
def take_looks(
    row: Ints,
    sensor: Ints,
    z: NDArray[np.float32],
    doubt: Floats,
    rho: float,
    prior: Floats,
    level: Floats,
    spread2: Floats,
    noise2: Floats,
    gain: Floats,
    mean: Floats,
    var: Floats,
    slot_sensor: NDArray[np.int32],
    slot_z: Floats,
    slot_own: Floats,
    slot_next: NDArray[np.uint8],
) -> None:
    """Take looks ``z (m, F)`` of objects ``row (m,)`` in, one after the other; NaN looks and rows < 0 are skipped.

    K classes: prior ``(K,)``; level, spread2, noise2 ``(K, F)``. doubt ``(n,)``. In place: gain ``(n, K)`` ln(belief / prior) up to
    a term all classes share; mean, var ``(n, K, F)`` of the object's own level; slots ``(n, F, SLOTS)``: each sensor's last look
    and the probability that it was this object's.
    """
    K = len(prior)
    p = np.empty(K)
    coloured = 1.0 - rho * rho
    for q in range(len(row)):
        i = row[q]
        if i < 0:
            continue
        for f in range(z.shape[1]):
            y = float(z[q, f])
            if math.isnan(y):
                continue
            top, total, anyone = gain[i].max(), 0.0, 0.0
            for k in range(K):
                p[k] = prior[k] * math.exp(gain[i, k] - top)
                total += p[k]
            for k in range(K):
                p[k] /= total
            if doubt[i] > 0.0:
                _leak(p, prior, mean[i], var[i], level, spread2, doubt[i])
                for k in range(K):
                    anyone += prior[k] * _density(y - level[k, f], spread2[k, f] + noise2[k, f])
            at = -1
            for s in range(slot_sensor.shape[2]):
                if slot_sensor[i, f, s] == sensor[q]:
                    at = s
            own = 0.0
            if at >= 0:
                own = slot_own[i, f, at]
            else:
                at = slot_next[i, f]
                slot_next[i, f] = (at + 1) % slot_sensor.shape[2]
                slot_sensor[i, f, at] = sensor[q]
            total, mine, alien = 0.0, 0.0, doubt[i] * anyone
            for k in range(K):
                m, v = mean[i, k, f], var[i, k, f]
                after, fresh, m1, v1, m2, v2 = 0.0, 0.0, m, v, m, v
                if own > 0.0:  # the sensor's last look was of this object: the two are correlated
                    h = 1.0 - rho
                    gap, s2 = y - rho * slot_z[i, f, at] - h * m, h * h * v + coloured * noise2[k, f]
                    after = (1.0 - doubt[i]) * own * _density(gap, s2)
                    m1, v1 = m + v * h / s2 * gap, v - v * v * h * h / s2
                if own < 1.0:
                    gap, s2 = y - m, v + noise2[k, f]
                    fresh = (1.0 - doubt[i]) * (1.0 - own) * _density(gap, s2)
                    m2, v2 = m + v / s2 * gap, v - v * v / s2
                sum_ = after + fresh + alien + LEAST
                a, b, c = after / sum_, fresh / sum_, 1.0 - (after + fresh) / sum_
                mid = a * m1 + b * m2 + c * m
                mean[i, k, f] = mid
                var[i, k, f] = a * (v1 + (m1 - mid) ** 2) + b * (v2 + (m2 - mid) ** 2) + c * (v + (m - mid) ** 2)
                p[k] *= sum_
                total += p[k]
                mine += p[k] * (a + b)
            for k in range(K):
                gain[i, k] = math.log(max(p[k] / total, LEAST) / prior[k])
            slot_z[i, f, at] = y
            slot_own[i, f, at] = 1.0 if doubt[i] == 0.0 else mine / total
