"""Angles that wrap, and directions given by elevation and azimuth."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from cupola.core.batches import Floats

TURN = 2 * math.pi


@njit(cache=True, nogil=True)
def wrap_scalar(angle: float) -> float:
    """One angle (rad) brought into [-pi, pi): use it on every azimuth residual. Numba kernel; oracle: ``wrap``."""
    angle += math.pi
    if not 0.0 <= angle < TURN:  # the remainder alone costs more than a sine
        angle %= TURN
    return angle - math.pi


def wrap(angle: Floats) -> Floats:
    """Angles (rad, any shape) brought into [-pi, pi)."""
    return np.asarray((np.asarray(angle) + np.pi) % TURN - np.pi)


def direction(el: Floats, az: Floats) -> Floats:
    """Unit vectors ``(..., 3)`` in the measurement frame: el = asin(z/r), az = atan2(y, x)."""
    c = np.cos(el)
    return np.stack([c * np.cos(az), c * np.sin(az), np.sin(el)], axis=-1)
