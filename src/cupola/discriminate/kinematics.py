"""Evidence from motion: ballistic coefficient once drag bites, speed of separation from the parent track, thrust. Kernels."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from cupola.core.batches import BOOSTER, CLASSES, Floats
from cupola.core.constants import Cited

SAYS_BOOST = (0.95, 0.005)
OUTLIER = 0.01
WIDE = 10.0  # they are spread over ln values 0..10, which bounds what one estimate can claim
SOURCES: dict[str, Cited] = {
    "SAYS_BOOST": Cited(
        "1", "assumed: probability that the tracker says boost of a booster, and of anything else", 2026, "assumed"
    ),
    "OUTLIER": Cited("1", "assumed: share of estimates that are simply wrong", 2026, "assumed"),
}
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(7)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()


def thrust_likelihood() -> Floats:
    """p(the tracker's mode | class) ``(2, C)``, second row where it says boost: only a booster thrusts. Not accumulated, the
    mode is filtered already."""
    p = np.full(len(CLASSES), SAYS_BOOST[1])
    p[BOOSTER] = SAYS_BOOST[0]
    return np.stack([1 - p, p])


@njit(cache=True, nogil=True)
def beta_likelihood(b: float, sigma: float, classes: Floats, out: Floats) -> None:
    """p(estimate | class) into ``out (C,)`` of ln beta with its sigma, under class mean and spread ``(C, 2)``."""
    for c in range(len(classes)):
        var = classes[c, 1] ** 2 + sigma**2
        density = math.exp(-0.5 * (b - classes[c, 0]) ** 2 / var) / math.sqrt(2 * math.pi * var)
        out[c] = (1 - OUTLIER) * density + OUTLIER / WIDE


@njit(cache=True, nogil=True)
def speed_likelihood(speed: float, sigma: float, classes: Floats, out: Floats) -> None:
    """p(measured speed | class) into ``out (C,)``: true speed log-normal per class ``(C, 2)``, measured vector with error
    ``sigma`` per axis.

    Source: Maxwell-Rice density of the length of a 3-D Gaussian vector; Gauss-Hermite over the log-normal (7 nodes)."""
    mean = 0.0
    for c in range(len(classes)):
        out[c] = 0.0
        for q in range(len(_NODES)):
            d = math.exp(classes[c, 0] + classes[c, 1] * _NODES[q])
            near, far = math.exp(-0.5 * ((speed - d) / sigma) ** 2), math.exp(-0.5 * ((speed + d) / sigma) ** 2)
            out[c] += _WEIGHTS[q] * (near - far) * speed / (d * sigma * math.sqrt(2 * math.pi))
        mean += out[c] / len(classes)
    for c in range(len(classes)):
        out[c] = (1 - OUTLIER) * out[c] + OUTLIER * mean + 1e-12


@njit(cache=True, nogil=True)
def separation_sigma(P: Floats, i: int, j: int) -> float:
    """Sigma per axis (m/s) of the difference of two tracks' velocities, of covariances ``P (n, 6, 6)``."""
    return math.sqrt((P[i, 3, 3] + P[i, 4, 4] + P[i, 5, 5] + P[j, 3, 3] + P[j, 4, 4] + P[j, 5, 5]) / 3)


@njit(cache=True, nogil=True)
def separation(x: Floats, i: int, j: int) -> float:
    """Speed of separation (m/s) of two of the tracks ``x (n, 6)``.

    Limits: relative speed now, not at release; differential gravity over minutes is below 0.1 m/s per km of distance."""
    return math.sqrt((x[i, 3] - x[j, 3]) ** 2 + (x[i, 4] - x[j, 4]) ** 2 + (x[i, 5] - x[j, 5]) ** 2)
