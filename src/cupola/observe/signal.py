"""From signal-to-noise ratio to probability of detection.

snr is the ratio of signal power to mean noise power (a number, not dB) at the detector, for one look.
Sources: Skolnik, Introduction to Radar Systems, 3rd ed. 2001, chapters 2 and 6; Richards, Fundamentals of Radar Signal Processing,
2nd ed. 2014, chapter 6; Marcum, RAND RM-754, 1947.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chndtr, ndtri

from cupola.core.batches import Floats


def threshold(pfa: ArrayLike) -> Floats:
    """Detection threshold of a square-law detector, in units of mean noise power: -ln Pfa (Richards 2014, eq. 6.34)."""
    return np.asarray(-np.log(pfa))


def pd_swerling0(snr: ArrayLike, pfa: float) -> Floats:
    """Detection probability of a steady echo, one look: Marcum's Q1(sqrt(2 snr), sqrt(-2 ln Pfa)).

    It is the chance that a noncentral chi-square of 2 degrees of freedom and noncentrality 2 snr exceeds -2 ln Pfa.
    """
    return np.asarray(1.0 - chndtr(2 * threshold(pfa), 2.0, 2 * np.asarray(snr)))


def amplitude_gaussian(pd: float, pfa: float) -> float:
    """Known amplitude, in sigmas of Gaussian noise (a focal plane), that is detected with pd: Q^-1(Pfa) - Q^-1(Pd)."""
    return float(ndtri(pd) - ndtri(pfa))
