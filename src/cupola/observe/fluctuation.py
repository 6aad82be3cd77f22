"""How a radar echo changes from look to look: what the simulator draws and what a classifier may assume of it.

The logarithm of the cross-section is Gaussian and follows AR(1) from one look of a sensor to its next at the same object:
g' = rho g + sqrt(1 - rho^2) n, dB = level_db + sigma_db g. The stated cross-section is the mean in m^2; the level, the mean of the
looks in dB, lies sigma_db^2 / 8.69 dB below it (1.4 dB at 3.49 dB, 4.1 at 6). Within one look the echo is steady (Swerling 0). The
default sigma_db is the log-spread of a chi-square echo of four degrees of freedom (Swerling 3, one large scatterer among small
ones): 10/ln 10 sqrt(trigamma(2)) = 3.49 dB.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq

from cupola.core.batches import Floats
from cupola.core.constants import Cited
from cupola.observe.signal import pd_swerling0

RCS_SIGMA_DB = 3.49
RCS_RHO = 0.8

SOURCES: dict[str, Cited] = {
    "RCS_SIGMA_DB": Cited(
        "dB", "Swerling, RAND RM-1217, case 3: log-spread of a chi-square of 4 degrees of freedom", 1954, "computed"
    ),
    "RCS_RHO": Cited("1", "assumed: correlation from look to look, between a steady and a fresh draw", 2026, "assumed"),
}

DB = 10 / np.log(10)  # dB per neper of power


def level_shift_db(sigma_db: ArrayLike = RCS_SIGMA_DB) -> Floats:
    """Mean of the looks in dB minus the dB of the mean: -sigma^2 / (2 * 4.34), of a log-normal."""
    return -np.square(sigma_db) / (2 * DB)


def rcs_factor(g: ArrayLike, sigma_db: ArrayLike = RCS_SIGMA_DB) -> Floats:
    """Factor on the mean cross-section for standard Gaussian g ``(n,)``; its mean is 1."""
    return np.exp((np.asarray(sigma_db) * np.asarray(g) + level_shift_db(sigma_db)) / DB)


def pd_fluctuating(snr: float, pfa: float, sigma_db: float = RCS_SIGMA_DB) -> float:
    """Detection probability averaged over the fluctuation, at mean snr (Gauss-Hermite, 40 nodes)."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(40)
    pd = pd_swerling0(snr * rcs_factor(nodes, sigma_db), pfa)
    return float(weights @ pd / weights.sum())


def snr_fluctuating(pd: float, pfa: float, sigma_db: float = RCS_SIGMA_DB) -> float:
    """Mean snr at which the fluctuating echo is detected with probability pd: the inverse of
    ``pd_fluctuating``."""
    db = brentq(lambda d: pd_fluctuating(10 ** (d / 10), pfa, sigma_db) - pd, -20.0, 60.0, xtol=1e-10)
    return float(10 ** (db / 10))
