"""A radar's echo and receiver: how strong an object returns, and whether that crosses the threshold.

Echo: snr = snr_1m2 rcs (range_1m2 / r)^4 with rcs fluctuating from look to look (``observe.fluctuation``). Receiver: the
square-law detector itself is drawn, y = ((sqrt(2 snr) + n1)^2 + n2^2) / 2 against -ln Pfa (Marcum), so that detection, measured
power, noise and cross-section come from the same draw and weak echoes are seen only when they look strong.
"""

from __future__ import annotations

import math
from functools import lru_cache

from numba import njit

from cupola.core.constants import Cited
from cupola.observe.fluctuation import DB, snr_fluctuating
from cupola.observe.signal import threshold as detector_threshold

FAINT = 0.05

SOURCES: dict[str, Cited] = {
    "FAINT": Cited("1", "assumed: an echo of smaller mean Pd takes no beam time and is never seen", 2026, "assumed"),
}


@lru_cache(maxsize=1024)
def reference(pd: float, pfa: float) -> tuple[float, float]:
    """Snr of 1 m^2 at range_1m2, and the faintest that matters."""
    return snr_fluctuating(pd, pfa), snr_fluctuating(min(FAINT, pd), pfa) if pfa < min(FAINT, pd) else 0.0


def threshold(pfa: float) -> float:
    """Least measured power that is a detection, in units of mean noise power."""
    return float(detector_threshold(pfa))


@njit(cache=True, nogil=True)
def echo(reference: float, range_1m2: float, r: float, rcs: float) -> float:
    """Mean snr of an object by the radar equation (Skolnik 2001, eq. 1.9; oracle: tests/support/oracles.py)."""
    ratio = range_1m2 / r
    return reference * rcs * ratio * ratio * ratio * ratio


@njit(cache=True, nogil=True)
def fluctuating(snr: float, g: float, sigma_db: float) -> float:
    """Snr of this look at standard Gaussian ``g`` (``observe.fluctuation.rcs_factor`` is the oracle)."""
    return snr * math.exp((sigma_db * g - sigma_db * sigma_db / (2.0 * DB)) / DB)


@njit(cache=True, nogil=True)
def measured(snr: float, n1: float, n2: float) -> float:
    """Power at the detector, noise included, in units of mean noise power."""
    a = math.sqrt(2.0 * snr) + n1
    return (a * a + n2 * n2) / 2.0


@njit(cache=True, nogil=True)
def false_power(threshold: float, u: float) -> float:
    """Power of noise that crossed the threshold: exponential above it."""
    return threshold - math.log(u)


@njit(cache=True, nogil=True)
def cross_section(ratio: float, range_1m2: float, r: float) -> float:
    """Cross-section (dBsm) told by measured power over that of 1 m^2 at range_1m2, at the measured range r (m)."""
    return 10.0 * math.log10(ratio) + 40.0 * math.log10(max(r, 1.0) / range_1m2)
