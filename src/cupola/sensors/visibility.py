"""Whether an object is in a sensor's field and not behind the Earth.

Lines of sight are straight and the Earth is the bare ellipsoid: no refraction (in fact a radar sees a little farther round the
curve: the 4/3-Earth rule adds about 15 % to the horizon distance of low targets), no terrain. The oracle is
``frames.line_of_sight``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numba import njit

from cupola.core.batches import Floats
from cupola.core.constants import EARTH_RADIUS
from cupola.dynamics.frames import POLAR_RADIUS

TURN = 2 * math.pi
_SQUASH = EARTH_RADIUS / POLAR_RADIUS


def bounds(limits: Sequence[float]) -> Floats:
    """Limits (el lo, hi, az lo, hi, range lo, hi) as ``in_view`` wants them ``(6,)``: sines of elevation, az lo, width, ranges."""
    lo, hi, az_lo, az_hi, near, far = limits
    return np.array([math.sin(lo), math.sin(hi), az_lo, az_hi - az_lo, near, far])


@njit(cache=True, nogil=True)
def in_view(x: float, y: float, z: float, position: Floats, axes: Floats, bounds: Floats) -> float:
    """Range (m) of the place x, y, z if it is inside the bounds and in sight, otherwise 0.

    NaN bounds do not bind; a NaN place is nowhere.
    """
    px, py, pz = position[0], position[1], position[2]
    dx, dy, dz = x - px, y - py, z - pz
    r = math.sqrt(dx * dx + dy * dy + dz * dz)
    if not r > 0.0 or r < bounds[4] or r > bounds[5]:
        return 0.0
    up = axes[2, 0] * dx + axes[2, 1] * dy + axes[2, 2] * dz
    if up < bounds[0] * r or up > bounds[1] * r:
        return 0.0
    qz, sz = pz * _SQUASH, dz * _SQUASH  # the ellipsoid becomes a sphere
    along = -(px * dx + py * dy + qz * sz)
    length2 = dx * dx + dy * dy + sz * sz
    if 0.0 < along < length2:
        f = along / length2
        fx, fy, fz = px + f * dx, py + f * dy, qz + f * sz
        if fx * fx + fy * fy + fz * fz < EARTH_RADIUS * EARTH_RADIUS:
            return 0.0
    if bounds[3] < TURN:
        ahead = axes[0, 0] * dx + axes[0, 1] * dy + axes[0, 2] * dz
        left = axes[1, 0] * dx + axes[1, 1] * dy + axes[1, 2] * dz
        if (math.atan2(left, ahead) - bounds[2]) % TURN > bounds[3]:
            return 0.0
    return r
