"""Infrared telescope: elevation and azimuth only, in a frame whose rows are given in ECI (same angles as the radar's).

Rows of three keep a place for the range, which is NaN in a measurement. Kernels work on the first two entries only; their
derivatives are the first two rows of ``radar.radar_jacobian``.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from cupola.core.batches import Floats
from cupola.core.constants import MEAN_RADIUS, Cited
from cupola.observe import radar
from cupola.observe.angles import direction

SHELL = 60e3

SOURCES: dict[str, Cited] = {
    "SHELL": Cited(
        "m", "assumed: a typical height of a burning plume, for a range where only the sight line is known", 2026, "assumed"
    ),
}


@njit(cache=True, nogil=True)
def infrared_h(x: Floats, position: Floats, axes: Floats, z: Floats) -> None:
    """Write el, az of the ECI position x ``(>=3,)`` into z ``(>=2,)``."""
    dx, dy, dz = x[0] - position[0], x[1] - position[1], x[2] - position[2]
    vx = axes[0, 0] * dx + axes[0, 1] * dy + axes[0, 2] * dz
    vy = axes[1, 0] * dx + axes[1, 1] * dy + axes[1, 2] * dz
    vz = axes[2, 0] * dx + axes[2, 1] * dy + axes[2, 2] * dz
    z[0] = math.atan2(vz, math.sqrt(vx * vx + vy * vy))
    z[1] = math.atan2(vy, vx)


@njit(cache=True, nogil=True)
def infrared_sight(z: Floats, axes: Floats, u: Floats) -> None:
    """Write the ECI unit vector along the measurement z ``(>=2,)`` into u ``(3,)``."""
    flat = math.cos(z[0])
    vx, vy, vz = flat * math.cos(z[1]), flat * math.sin(z[1]), math.sin(z[0])
    for j in range(3):
        u[j] = axes[0, j] * vx + axes[1, j] * vy + axes[2, j] * vz


@njit(cache=True, nogil=True)
def infrared_nominal_range(z: Floats, position: Floats, axes: Floats) -> float:
    """How far a source would be if all one knew were its sight line z ``(>=2,)``: ``nominal_range`` of one."""
    flat = math.cos(z[0])
    vx, vy, vz = flat * math.cos(z[1]), flat * math.sin(z[1]), math.sin(z[0])
    along, outside2 = 0.0, 0.0
    for j in range(3):
        along -= (axes[0, j] * vx + axes[1, j] * vy + axes[2, j] * vz) * position[j]
        outside2 += position[j] * position[j]
    half = math.sqrt(max((MEAN_RADIUS + SHELL) ** 2 - outside2 + along * along, 0.0))
    if along - half > 0.0:
        return along - half
    return along + half if along + half > 1.0 else 1e6


def h(x: Floats, position: Floats, axes: Floats) -> Floats:
    """El, az (rad) and NaN of states x ``(n, >=3)`` in ECI: ``(n, 3)``."""
    z = radar.h(x, position, axes)
    z[:, 2] = np.nan
    return z


def sight(z: Floats, axes: Floats) -> Floats:
    """ECI unit vectors ``(n, 3)`` along measurements z ``(n, >=2)``: where they point, not how far."""
    return direction(z[:, 0], z[:, 1]) @ axes


def nominal_range(z: Floats, position: Floats, axes: Floats) -> Floats:
    """How far a source would be if all one knew were its sight line: ``(n,)`` m.

    It is where the line first meets a sphere ``SHELL`` above the mean Earth, seen from outside; for a line that misses it, the
    line's nearest point to the Earth's centre; for one that leads away from the Earth, ``SHELL``'s crossing or, above it, 1,000 km.
    The intensity feature of an infrared detection is stated at this range: with a track's range r it becomes
    feature + 20 log10(r / nominal_range). Limits: a convention, no estimate; off by any factor for bodies in mid-course.
    """
    u = sight(z, axes)
    along = -(u @ position)
    miss2 = position @ position - along**2
    half = np.sqrt(np.maximum((MEAN_RADIUS + SHELL) ** 2 - miss2, 0.0))
    near, far = along - half, along + half
    return np.where(near > 0, near, np.where(far > 1.0, far, 1e6))
