"""Whether an object is in a sensor's field and not behind the Earth.

Lines of sight are straight and the Earth is the bare ellipsoid: no refraction (in fact a radar sees a little farther round the
curve: the 4/3-Earth rule adds about 15 % to the horizon distance of low targets), no terrain. The oracle is
``frames.line_of_sight``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numba import njit

from cupola.core.batches import Floats
from cupola.core.constants import EARTH_RADIUS
from cupola.dynamics.frames import POLAR_RADIUS
from cupola.observe.angles import TURN

ROUND, NARROW, WIDE = 0, 1, 2  # azimuths of a field: all round, half a turn at most, more
_SQUASH = EARTH_RADIUS / POLAR_RADIUS


def bounds(limits: Sequence[float]) -> Floats:
    """Limits (el lo, hi, az lo, hi, range lo, hi) as ``in_view`` wants them ``(9,)``: sines of elevation, cosine and sine of the
    first and the last azimuth, how wide these are (ROUND, NARROW or WIDE), ranges."""
    lo, hi, first, last, near, far = limits
    width = last - first if last - first < TURN else math.nan
    sector = ROUND if math.isnan(width) else NARROW if width <= math.pi else WIDE
    edges = math.cos(first), math.sin(first), math.cos(last), math.sin(last)
    return np.array([math.sin(lo), math.sin(hi), *edges, sector, near, far])


class Field(NamedTuple):
    """A sensor's place, the rows of its axes, and its bounds, as plain numbers: kernels hand these on for nothing, while every
    array that goes into a function is counted in and out again."""

    px: float
    py: float
    pz: float
    ax: tuple[float, float, float]
    ay: tuple[float, float, float]
    az: tuple[float, float, float]
    low: float
    high: float
    first: tuple[float, float]
    last: tuple[float, float]
    sector: float
    near: float
    far: float


@njit(cache=True, nogil=True)
def field(position: Floats, axes: Floats, bounds: Floats) -> Field:
    """The field of a sensor at ``position (3,)`` with ``axes (3, 3)``; bounds ``(9,)`` as of ``bounds``."""
    return Field(
        position[0], position[1], position[2],
        (axes[0, 0], axes[0, 1], axes[0, 2]), (axes[1, 0], axes[1, 1], axes[1, 2]), (axes[2, 0], axes[2, 1], axes[2, 2]),
        bounds[0], bounds[1], (bounds[2], bounds[3]), (bounds[4], bounds[5]), bounds[6], bounds[7], bounds[8],
    )  # fmt: skip


@njit(cache=True, nogil=True)
def in_view(x: float, y: float, z: float, f: Field) -> float:
    """Range (m) of the place x, y, z if it is inside the bounds and in sight, otherwise 0.

    NaN bounds do not bind; a NaN place is nowhere.
    """
    dx, dy, dz = x - f.px, y - f.py, z - f.pz
    r = math.sqrt(dx * dx + dy * dy + dz * dz)
    if not r > 0.0 or r < f.near or r > f.far:
        return 0.0
    up = f.az[0] * dx + f.az[1] * dy + f.az[2] * dz
    if up < f.low * r or up > f.high * r:
        return 0.0
    qz, sz = f.pz * _SQUASH, dz * _SQUASH  # the ellipsoid becomes a sphere
    along = -(f.px * dx + f.py * dy + qz * sz)
    length2 = dx * dx + dy * dy + sz * sz
    if 0.0 < along < length2:
        part = along / length2
        fx, fy, fz = f.px + part * dx, f.py + part * dy, qz + part * sz
        if fx * fx + fy * fy + fz * fz < EARTH_RADIUS * EARTH_RADIUS:
            return 0.0
    if f.sector != ROUND:  # by the sides of its edges: an azimuth costs ten times as much
        ahead = f.ax[0] * dx + f.ax[1] * dy + f.ax[2] * dz
        left = f.ay[0] * dx + f.ay[1] * dy + f.ay[2] * dz
        after = f.first[0] * left - f.first[1] * ahead >= 0.0
        before = f.last[1] * ahead - f.last[0] * left >= 0.0
        if not (after and before) if f.sector == NARROW else not (after or before):
            return 0.0
    return r
