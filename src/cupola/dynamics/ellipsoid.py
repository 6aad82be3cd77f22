"""Compiled kernel of height above WGS-84 for one place; on many places ``dynamics.frames.height`` is its numpy oracle."""

from __future__ import annotations

import math

from numba import njit

from cupola.core.constants import EARTH_RADIUS
from cupola.dynamics.frames import E2, EP2, POLAR_RADIUS

_SQUASH = POLAR_RADIUS / EARTH_RADIUS


@njit(cache=True, nogil=True)
def vertical(x: float, y: float, z: float) -> tuple[float, float, float]:
    """Height above WGS-84 (m), cosine and sine of geodetic latitude of a place in ECI or ECEF: one round of Bowring 1976 without
    angles.

    Limits: 1e-8 m from -10 km to 1,000 km, 1e-3 m to 50,000 km.
    """
    p2 = x * x + y * y
    p = math.sqrt(p2)
    sb = _SQUASH * z * (1.0 + EP2 * POLAR_RADIUS / math.sqrt(p2 + z * z))
    n = 1.0 / math.sqrt(sb * sb + p2)
    sb *= n
    cb = p * n
    s = z + EP2 * POLAR_RADIUS * sb * sb * sb
    c = p - E2 * EARTH_RADIUS * cb * cb * cb
    n = 1.0 / math.sqrt(s * s + c * c)
    s *= n
    c *= n
    return p * c + z * s - EARTH_RADIUS * math.sqrt(1.0 - E2 * s * s), c, s


@njit(cache=True, nogil=True)
def height(x: float, y: float, z: float) -> float:
    """Height above WGS-84 (m)."""
    return vertical(x, y, z)[0]
