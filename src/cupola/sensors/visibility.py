"""Which objects are in a sensor's field and not behind the Earth.

Lines of sight are straight and the Earth is the bare ellipsoid: no refraction (in fact a radar sees a little farther round the
curve: the 4/3-Earth rule adds about 15 % to the horizon distance of low targets), no terrain. The oracle is
``frames.line_of_sight``.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from cupola.core.batches import Bools, Floats, Ints
from cupola.core.constants import EARTH_RADIUS
from cupola.dynamics.frames import POLAR_RADIUS

TURN = 2 * math.pi


@njit(cache=True, nogil=True)
def in_view(x: Floats, rows: Ints, position: Floats, axes: Floats, limits: Floats) -> tuple[Ints, Floats]:
    """Rows of x ``(n, 6)``, of ``rows`` and in their order, inside limits ``(6,)`` and in sight; their el, az, range ``(k, 3)``.

    NaN limits do not bind; NaN states are nowhere.
    """
    keep = np.empty(len(rows), np.int64)
    z = np.empty((len(rows), 3))
    squash = EARTH_RADIUS / POLAR_RADIUS
    px, py, pz = position[0], position[1], position[2]
    qz, radius2 = pz * squash, EARTH_RADIUS * EARTH_RADIUS
    sin_lo, sin_hi, az_lo, width = math.sin(limits[0]), math.sin(limits[1]), limits[2], limits[3] - limits[2]
    k = 0
    for i in rows:
        dx, dy, dz = x[i, 0] - px, x[i, 1] - py, x[i, 2] - pz
        r = math.sqrt(dx * dx + dy * dy + dz * dz)
        if not r > 0.0 or r < limits[4] or r > limits[5]:
            continue
        vz = axes[2, 0] * dx + axes[2, 1] * dy + axes[2, 2] * dz
        if vz < sin_lo * r or vz > sin_hi * r:
            continue
        sz = dz * squash
        along = -(px * dx + py * dy + qz * sz)
        length2 = dx * dx + dy * dy + sz * sz
        if 0.0 < along < length2:
            f = along / length2
            fx, fy, fz = px + f * dx, py + f * dy, qz + f * sz
            if fx * fx + fy * fy + fz * fz < radius2:
                continue
        vx = axes[0, 0] * dx + axes[0, 1] * dy + axes[0, 2] * dz
        vy = axes[1, 0] * dx + axes[1, 1] * dy + axes[1, 2] * dz
        az = math.atan2(vy, vx)
        if (az - az_lo) % TURN > width:
            continue
        keep[k] = i
        z[k, 0], z[k, 1], z[k, 2] = math.atan2(vz, math.sqrt(vx * vx + vy * vy)), az, r
        k += 1
    return keep[:k].copy(), z[:k].copy()


@njit(cache=True, nogil=True)
def against_space(x: Floats, rows: Ints, position: Floats, margin: float) -> Bools:
    """For each row: does the sight line, carried on beyond the object, miss the ellipsoid grown by margin (m)? ``(k,)``."""
    out = np.empty(len(rows), np.bool_)
    squash = (EARTH_RADIUS + margin) / (POLAR_RADIUS + margin)
    px, py, qz = position[0], position[1], position[2] * squash
    for k in range(len(rows)):
        i = rows[k]
        dx, dy, sz = x[i, 0] - px, x[i, 1] - py, x[i, 2] * squash - qz
        along = -(px * dx + py * dy + qz * sz)
        f = along / (dx * dx + dy * dy + sz * sz)
        fx, fy, fz = px + f * dx, py + f * dy, qz + f * sz
        out[k] = along <= 0.0 or fx * fx + fy * fy + fz * fz >= (EARTH_RADIUS + margin) ** 2
    return out
