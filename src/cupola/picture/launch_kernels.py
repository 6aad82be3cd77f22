"""Compiled kernel of launch estimation: from the state of a thrusting missile back to rest on the ground.

A gravity turn under constant thrust and mass flow, run backwards: ``a(tau) = a0 / (1 + a0 tau / ve)`` tau seconds ago. Backwards it
bends upwards by itself, so the only free number is ``a0``, which must be such that the missile is at rest when it is on the ground.
No thrust has to be measured. Drag is left out (it makes ``a0`` smaller), and so are stage changes.

Source: gravity-turn equations, Zarchan, Tactical and Strategic Missile Guidance; Wiesel, Spaceflight Dynamics, ch. 7.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from cupola.core.batches import Floats
from cupola.core.constants import G0, MEAN_RADIUS

EXHAUST = 2600.0  # m/s, assumed: between solid and liquid at sea level; a0 makes up for most of an error
STEP = 0.5  # s
LONGEST = 500.0  # s, no boost lasts longer
LEAST, MOST = 10.5, 250.0  # m/s^2 bounds of a0 (thrust now, without gravity)


@njit(cache=True, nogil=True)
def _back(h: float, v: float, gamma: float, a0: float, out: Floats) -> int:
    """Fly back. 1: on the ground still moving (a0 too small); -1: at rest above the ground (too large); 0: neither.

    out = height, downrange (m), time (s), speed there."""
    t, s = 0.0, 0.0
    g0r2 = G0 * MEAN_RADIUS * MEAN_RADIUS
    while t < LONGEST:
        if v < 3.0:
            break
        dt = STEP
        # two-stage Runge-Kutta (midpoint)
        r = MEAN_RADIUS + h
        g = g0r2 / (r * r)
        a = a0 / (1.0 + a0 * t / EXHAUST)
        sg, cg = math.sin(gamma), math.cos(gamma)
        dv = a - g * sg
        if dv > 1e-6:
            dt = min(dt, 0.5 * v / dv + 0.01)
        w = v - 0.5 * dt * dv
        u = gamma + 0.5 * dt * min((g / v - v / r) * cg, 1.0)
        hm = h - 0.5 * dt * v * sg
        r = MEAN_RADIUS + hm
        g = g0r2 / (r * r)
        a = a0 / (1.0 + a0 * (t + 0.5 * dt) / EXHAUST)
        w = max(w, 1.0)
        sg, cg = math.sin(u), math.cos(u)
        gamma = min(gamma + dt * min((g / w - w / r) * cg, 1.0), 0.5 * math.pi)
        v -= dt * (a - g * sg)
        dh = dt * w * sg
        s += dt * w * cg * MEAN_RADIUS / r
        t += dt
        if dh > h:
            out[0], out[1], out[2], out[3] = 0.0, s, t, v
            return 1
        h -= dh
    out[0], out[1], out[2], out[3] = h, s, t, v
    return -1 if v < 3.0 else 0


@njit(cache=True, nogil=True)
def solve(h: float, v: float, gamma: float, out: Floats) -> float:
    """The ``a0`` (m/s^2) that fits, NaN if none does; ``out`` (4,) as ``_back``: downrange and time since launch are out[1], out[2]."""
    lo, hi = LEAST, MOST
    if _back(h, v, gamma, hi, out) != -1:
        return math.nan
    if _back(h, v, gamma, lo, out) == -1:
        return math.nan
    for _ in range(26):
        mid = math.sqrt(lo * hi)
        if _back(h, v, gamma, mid, out) == -1:
            hi = mid
        else:
            lo = mid
    _back(h, v, gamma, hi, out)
    return math.sqrt(lo * hi)


@njit(cache=True, nogil=True)
def estimate(x: Floats, P: Floats, out: Floats) -> bool:
    """Launch from an Earth-relative state in a local frame: x ``(6,)`` = east, north, up (m, up is height) and velocity; P ``(6, 6)``.

    out ``(6,)`` = east, north of the launch point (m), seconds since launch, a0, sigma of the point (m), sigma of the time (s); the sigmas
    are those of the state alone. False where no boost fits. Sigma points that fit no boost leave the sigma of the others.
    """
    end = np.empty(4)
    if not _local(x, end):
        return False
    out[0], out[1], out[2], out[3] = end[0], end[1], end[2], end[3]
    L = np.linalg.cholesky(P)
    point = np.empty(6)
    var, var_t, used = 0.0, 0.0, 0
    for q in range(6):
        for sign in (1.0, -1.0):
            for i in range(6):
                point[i] = x[i] + sign * L[i, q]
            if _local(point, end):
                var += (end[0] - out[0]) ** 2 + (end[1] - out[1]) ** 2
                var_t += (end[2] - out[2]) ** 2
                used += 1
    if used < 6:
        return False
    out[4] = math.sqrt(6.0 * var / used)
    out[5] = math.sqrt(6.0 * var_t / used)
    return True


@njit(cache=True, nogil=True)
def _local(x: Floats, out: Floats) -> bool:
    side = math.hypot(x[3], x[4])
    v = math.hypot(side, x[5])
    if x[2] < 100.0 or v < 30.0 or x[5] < 0.0:
        return False
    end = np.empty(4)
    a0 = solve(x[2], v, math.atan2(x[5], side), end)
    if math.isnan(a0):
        return False
    ux, uy = (x[3] / side, x[4] / side) if side > 0.0 else (0.0, 0.0)
    out[0], out[1], out[2], out[3] = x[0] - ux * end[1], x[1] - uy * end[1], end[2], a0
    return True
