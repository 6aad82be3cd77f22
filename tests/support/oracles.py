"""Signal laws as their sources write them: what the kernels and the sensors' numbers are held against.

snr is the ratio of signal power to mean noise power (a number, not dB) at the detector, for one look.
Sources: Skolnik, Introduction to Radar Systems, 3rd ed. 2001, chapters 2 and 6; Swerling, RAND RM-1217, 1954.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri

from cupola.core.batches import Floats


def sigma_from_snr(sigma_ref: ArrayLike, snr: ArrayLike, snr_ref: float, floor: ArrayLike = 0.0) -> Floats:
    """Noise of an angle or range estimate: sigma_ref sqrt(snr_ref / snr), never below floor (same unit as sigma_ref).

    Source: Skolnik 2001, section 6.3: the error of range and angle falls as 1 / sqrt(2 E/N0). The floor stands for what does not
    fall with SNR (propagation, alignment, quantisation).
    """
    return np.maximum(np.asarray(sigma_ref) * np.sqrt(snr_ref / np.asarray(snr)), floor)


def pd_swerling1(snr: ArrayLike, pfa: float) -> Floats:
    """Detection probability of a Rayleigh-fluctuating echo of mean snr, one look: Pfa^(1 / (1 + snr)) (Swerling 1954)."""
    return np.asarray(pfa ** (1.0 / (1.0 + np.asarray(snr))))


def snr_swerling1(pd: float, pfa: float) -> float:
    """Mean snr that gives pd: ln Pfa / ln Pd - 1, the inverse of ``pd_swerling1``."""
    return float(np.log(pfa) / np.log(pd) - 1.0)


def pd_gaussian(amplitude: ArrayLike, pfa: float) -> Floats:
    """Detection probability of a known amplitude in Gaussian noise of sigma 1 (a focal plane): Q(Q^-1(Pfa) - amplitude)."""
    return np.asarray(ndtr(np.asarray(amplitude) + ndtri(pfa)))


def radar_snr(r: ArrayLike, rcs: ArrayLike, range_1m2: float, snr_1m2: float) -> Floats:
    """Snr of an echo by the radar equation: snr_1m2 * rcs * (range_1m2 / r)^4.

    Shapes: broadcast. Units: r, range_1m2 m; rcs m^2. Source: Skolnik 2001, eq. 1.9. Limits: same time on target and beam
    losses at every range and angle; no clutter, no jamming.
    """
    return np.asarray(snr_1m2 * np.asarray(rcs) * (range_1m2 / np.asarray(r)) ** 4)


def radar_range(rcs: ArrayLike, range_1m2: float, dwell: ArrayLike = 1.0) -> Floats:
    """Range at which rcs (m^2) is seen as 1 m^2 is at range_1m2, with dwell times the time on target: R ~ (rcs t)^(1/4)."""
    return np.asarray(range_1m2 * (np.asarray(rcs) * np.asarray(dwell)) ** 0.25)


def rcs_from_snr(snr: ArrayLike, r: ArrayLike, range_1m2: float, snr_1m2: float) -> Floats:
    """Radar cross-section (m^2) that gives this snr at r: the inverse of ``radar_snr``."""
    return np.asarray(np.asarray(snr) / snr_1m2 * (np.asarray(r) / range_1m2) ** 4)


def infrared_amplitude(r: ArrayLike, intensity: ArrayLike, nei: ArrayLike) -> Floats:
    """Signal of a point source in noise sigmas: intensity / r^2 / nei.

    Units: W/sr, m, nei W/m^2 (noise-equivalent irradiance at the aperture). Limits: no absorption along the path.
    """
    return np.asarray(np.asarray(intensity) / np.asarray(r) ** 2 / np.asarray(nei))
