"""How bright a plume looks from above, by height.

Forden (2007) describes the trough: in SBIRS pictures of a climbing rocket the short-wave trace dims between about 70 and 90 km
and recovers above. No public W/sr profile was found, so the shape here is assumed: 1 up to 50 km, ``TROUGH`` from 74 to 86 km, 1
again from 105 km (log-linear between). Clouds and the atmosphere below are the sensor's ``cloud`` height: all or nothing.
"""

from __future__ import annotations

import numpy as np

from cupola.core.batches import Floats
from cupola.core.constants import Cited

TROUGH = 0.2
KNOTS = np.array([50e3, 74e3, 86e3, 105e3])

_FORDEN = "Forden, SBIRS: signal and background, armscontrolwonk.com 302134 (a trough at roughly 70-90 km); "
SOURCES: dict[str, Cited] = {
    "TROUGH": Cited("1", _FORDEN + "depth assumed, plausible range 0.05-0.5", 2007, "assumed"),
    "KNOTS": Cited("m", _FORDEN + "corner heights assumed", 2007, "assumed"),
}


def profile(height: Floats) -> Floats:
    """Factor on the plume's intensity at these geodetic heights (m)."""
    return np.exp(np.interp(height, KNOTS, np.log([1.0, TROUGH, TROUGH, 1.0])))
