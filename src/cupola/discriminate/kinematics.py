"""Evidence from motion: ballistic coefficient once drag bites, speed of separation from the parent track, thrust."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cupola.core.batches import CLASSES, MODES, Floats, Ints, Tracks

BOOST = MODES.index("boost")
BOOSTER = CLASSES.index("booster")
# Probability that the tracker says "boost" of a booster and of anything else. Assumed: the tracker's own error rate.
SAYS_BOOST = (0.95, 0.005)
OUTLIER = (
    0.01  # assumed share of estimates that are simply wrong; spread over ln values 0..10, it bounds what one estimate can claim
)
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(7)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()


def beta_loglik(beta: Floats, classes: Floats) -> Floats:
    """ln p(estimate | class) ``(n, C)`` of ln beta and its sigma ``(n, 2)`` under class mean and spread ``(C, 2)``; 0 where NaN."""
    b, s = beta[:, :1], beta[:, 1:]
    var = classes[:, 1] ** 2 + s**2
    density = np.exp(-0.5 * (b - classes[:, 0]) ** 2 / var) / np.sqrt(2 * np.pi * var)
    out: Floats = np.log((1 - OUTLIER) * density + OUTLIER / 10.0)
    return np.where(np.isfinite(b) & np.isfinite(s), out, 0.0)


def speed_loglik(speed: Floats, sigma: Floats, classes: Floats) -> Floats:
    """ln p(measured speed | class) ``(n, C)``: true speed log-normal per class ``(C, 2)``, measured vector with error ``sigma``
    per axis.

    Source: Maxwell-Rice density of the length of a 3-D Gaussian vector; Gauss-Hermite over the log-normal (7 nodes)."""
    d = np.exp(classes[:, :1] + classes[:, 1:] * _NODES)  # (C, 7)
    m, s = speed[:, None, None], sigma[:, None, None]
    near, far = np.exp(-0.5 * ((m - d) / s) ** 2), np.exp(-0.5 * ((m + d) / s) ** 2)
    density = ((near - far) * m / (d * s * np.sqrt(2 * np.pi))) @ _WEIGHTS
    out: Floats = np.log((1 - OUTLIER) * density + OUTLIER * density.mean(axis=1, keepdims=True) + 1e-12)
    return out


def separation(tracks: Tracks, rows: Ints) -> tuple[Floats, Floats]:
    """Speed of separation from the parent track (m/s) and its sigma per axis for these rows; NaN where the parent is not there.

    Limits: relative speed now, not at release; differential gravity over minutes is below 0.1 m/s per km of distance."""
    parent = tracks.parent[rows]
    at = np.searchsorted(tracks.id, parent)
    at = np.minimum(at, max(len(tracks) - 1, 0))
    there = (parent >= 0) & (tracks.id[at] == parent)
    speed, sigma = np.full(len(rows), np.nan), np.full(len(rows), np.nan)
    mine, its = rows[there], at[there]
    speed[there] = np.linalg.norm(tracks.x[mine, 3:] - tracks.x[its, 3:], axis=1)
    P = tracks.P[mine, 3:, 3:] + tracks.P[its, 3:, 3:]
    sigma[there] = np.sqrt(np.trace(P, axis1=1, axis2=2) / 3)
    return speed, sigma


def thrust_loglik(mode: NDArray[np.uint8]) -> Floats:
    """ln p(the tracker's mode now | class) ``(n, C)``: only a booster thrusts. Not accumulated, the mode is filtered already."""
    p = np.full(len(CLASSES), SAYS_BOOST[1])
    p[BOOSTER] = SAYS_BOOST[0]
    out: Floats = np.where((mode == BOOST)[:, None], np.log(p), np.log(1 - p))
    return out
