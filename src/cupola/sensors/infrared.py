"""An infrared telescope's signal: plumes above the clouds, warm bodies against cold space.

Signal: intensity / r^2 over the noise-equivalent irradiance, which is set so that ``threshold`` W/sr at ``range_ref`` is detected
with pd. A pixel's noise is Gaussian: amplitude + n against Q^-1(Pfa).
Simplified: the band's background is no more than that noise (no sun in the field, no glint, no sunlit cloud, no atmospheric
absorption above the cloud height); a warm body is seen only against space, its sight line clearing the Earth by ``LIMB``; a burning
object is seen by its plume and not by its skin, in every direction alike.
"""

from __future__ import annotations

import math
from functools import lru_cache

from numba import njit
from scipy.special import ndtri

from cupola.core.batches import Floats
from cupola.core.constants import Cited
from cupola.dynamics.ellipsoid import clears, height
from cupola.observe.infrared import infrared_nominal_range
from cupola.observe.signal import amplitude_gaussian
from cupola.sensors.plume import profile
from cupola.sensors.spec import LIMB, SensorSpec

FAINT = 0.05

SOURCES: dict[str, Cited] = {
    "FAINT": Cited("1", "assumed: a source of smaller Pd takes no read-out and is never seen", 2026, "assumed"),
}


@lru_cache(maxsize=1024)
def reference(pd: float, pfa: float) -> tuple[float, float]:
    """Amplitude of the threshold source at range_ref, and the faintest that matters, in noise sigmas."""
    return amplitude_gaussian(pd, pfa), amplitude_gaussian(max(min(FAINT, pd), pfa), pfa)


def threshold(pfa: float) -> float:
    """Least measured amplitude that is a detection, in noise sigmas."""
    return float(-ndtri(pfa))


def nei(spec: SensorSpec, source: float) -> float:
    """Noise-equivalent irradiance (W/m^2) of the band whose threshold source is this many W/sr; NaN for a band it lacks."""
    return source / spec.range_ref**2 / reference(spec.pd, spec.pfa)[0] if source > 0 else math.nan


@njit(cache=True, nogil=True)
def amplitude(x: Floats, r: float, burning: bool, plume: float, skin: float, nei: float, cloud: float, position: Floats) -> float:
    """Signal of an object in noise sigmas, -1 if clouds below ``cloud`` m or the Earth behind it hide it.

    cloud: -inf for a telescope that is itself below the clouds. nei: of the band it is seen in.
    """
    h = height(x[0], x[1], x[2])
    if h <= cloud:
        return -1.0
    if burning:
        return plume * profile(h) / (r * r) / nei
    return skin / (r * r) / nei if clears(position, x, LIMB) else -1.0


@njit(cache=True, nogil=True)
def intensity(irradiance: float, z: Floats, position: Floats, axes: Floats) -> float:
    """Intensity (dBW/sr) told by the measured irradiance (W/m^2), as if the source were at its sight line's nominal range."""
    return 10.0 * math.log10(irradiance) + 20.0 * math.log10(infrared_nominal_range(z, position, axes))
