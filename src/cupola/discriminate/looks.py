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
from typing import Any

from numba import njit

from cupola.core.batches import Floats
from cupola.discriminate.memory import GAIN, LEVEL, MEAN, NOISE2, SLOTS, SPREAD2, VAR

LEAST = 1e-300


@njit(cache=True, nogil=True, inline="always")
def _density(innovation: float, precision: float) -> float:
    """Normal density at ``innovation`` for the variance 1 / ``precision``."""
    return math.exp(-0.5 * innovation * innovation * precision) * math.sqrt(precision * (0.5 / math.pi))


@njit(cache=True, nogil=True)
def _leak(p: Floats, prior: Floats, know: Floats, kinds: Floats, features: int, scale: float, doubt: float) -> None:
    """Mix what is believed, ``scale`` p, with what is believed of any object, weight ``doubt``."""
    for k in range(len(p)):
        a, b = (1.0 - doubt) * scale * p[k], doubt * prior[k]
        p[k], part = a + b, 1.0 / (a + b)
        mine, other = a * part, b * part
        for f in range(features):
            level, m = kinds[k, LEVEL + f], know[k, MEAN + f]
            know[k, MEAN + f] = mine * m + other * level
            know[k, VAR + f] = mine * know[k, VAR + f] + other * kinds[k, SPREAD2 + f] + mine * other * (m - level) * (m - level)


@njit(cache=True, nogil=True)
def _slot(r: Any, f: int, sensor: int) -> tuple[int, float]:
    """Where this sensor's last look is kept, and the probability that it was this object's (0: it has not looked yet)."""
    for s in range(SLOTS):
        if r.slot_sensor[f, s] == sensor:
            return s, r.slot_own[f, s]
    s = r.slot_next[f]
    r.slot_next[f] = (s + 1) % SLOTS
    r.slot_sensor[f, s] = sensor
    return s, 0.0


@njit(cache=True, nogil=True)
def take_look(
    r: Any, know: Floats, kinds: Floats, prior: Floats, p: Floats, sensor: int, f: int, y: float, doubt: float, rho: float
) -> None:
    """Take one look at feature ``f`` of the object of record ``r`` in, of value ``y``. ``know (K, 1 + 2 F)`` and ``kinds`` as in
    ``memory``; prior ``(K,)``; ``p (K,)`` is room to work in."""
    K = len(prior)
    coloured, h = 1.0 - rho * rho, 1.0 - rho
    total, anyone = 0.0, 0.0
    for k in range(K):
        p[k] = prior[k] * know[k, GAIN]
        total += p[k]
    scale = 1.0 / total
    if doubt == 0.0:
        for k in range(K):
            p[k] *= scale
    else:
        _leak(p, prior, know, kinds, r.slot_sensor.shape[0], scale, doubt)
        for k in range(K):
            anyone += prior[k] * _density(y - kinds[k, LEVEL + f], 1.0 / (kinds[k, SPREAD2 + f] + kinds[k, NOISE2 + f]))
    at, own = _slot(r, f, sensor)
    follows, begins = (1.0 - doubt) * own, (1.0 - doubt) * (1.0 - own)
    total, mine, alien = 0.0, 0.0, doubt * anyone
    for k in range(K):
        m, v, noise2 = know[k, MEAN + f], know[k, VAR + f], kinds[k, NOISE2 + f]
        after, fresh, m1, v1, m2, v2 = 0.0, 0.0, m, v, m, v
        if own > 0.0:  # the sensor's last look was of this object: the two are correlated
            gap, precision = y - rho * r.slot_z[f, at] - h * m, 1.0 / (h * h * v + coloured * noise2)
            after = follows * _density(gap, precision)
            gain = v * h * precision
            m1, v1 = m + gain * gap, v - gain * h * v
        if own < 1.0:
            gap, precision = y - m, 1.0 / (v + noise2)
            fresh = begins * _density(gap, precision)
            gain = v * precision
            m2, v2 = m + gain * gap, v - gain * v
        sum_ = after + fresh + alien + LEAST
        scale = 1.0 / sum_
        a, b = after * scale, fresh * scale
        c = 1.0 - (a + b)
        mid = a * m1 + b * m2 + c * m
        know[k, MEAN + f] = mid
        know[k, VAR + f] = a * (v1 + (m1 - mid) * (m1 - mid)) + b * (v2 + (m2 - mid) * (m2 - mid)) + c * (v + (m - mid) * (m - mid))
        p[k] *= sum_
        total += p[k]
        mine += p[k] * (a + b)
    scale = 1.0 / total
    for k in range(K):
        know[k, GAIN] = max(p[k] * scale, LEAST) / prior[k]
    r.slot_z[f, at] = y
    r.slot_own[f, at] = 1.0 if doubt == 0.0 else mine * scale
