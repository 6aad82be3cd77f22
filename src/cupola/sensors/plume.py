"""How bright a plume looks from above, by height.

Forden (2007) describes the trough: in SBIRS pictures of a climbing rocket the short-wave trace dims between about 70 and 90 km
and recovers above. No public W/sr profile was found, so the shape here is assumed: 1 up to 50 km, ``TROUGH`` from 74 to 86 km, 1
again from 105 km (log-linear between). Clouds and the atmosphere below are the sensor's ``cloud`` height: all or nothing.
"""

from __future__ import annotations

import math

from numba import njit

from cupola.core.constants import Cited

TROUGH = 0.2
KNOTS = (50e3, 74e3, 86e3, 105e3)

_FORDEN = "Forden, SBIRS: signal and background, armscontrolwonk.com 302134 (a trough at roughly 70-90 km); "
SOURCES: dict[str, Cited] = {
    "TROUGH": Cited("1", _FORDEN + "depth assumed, plausible range 0.05-0.5", 2007, "assumed"),
    "KNOTS": Cited("m", _FORDEN + "corner heights assumed", 2007, "assumed"),
}


@njit(cache=True, nogil=True)
def profile(height: float) -> float:
    """Factor on the plume's intensity at this geodetic height (m)."""
    if height <= KNOTS[0] or height >= KNOTS[3]:
        return 1.0
    if height < KNOTS[1]:
        depth = (height - KNOTS[0]) / (KNOTS[1] - KNOTS[0])
    elif height > KNOTS[2]:
        depth = (KNOTS[3] - height) / (KNOTS[3] - KNOTS[2])
    else:
        depth = 1.0
    return math.exp(depth * math.log(TROUGH))
