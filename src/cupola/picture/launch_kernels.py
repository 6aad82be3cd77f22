"""Compiled kernel of launch estimation: from the state of a thrusting missile back to rest on the ground.

A gravity turn run backwards under constant thrust and mass flow: ``a(tau) = a0 / (1 + a0 tau / ve)`` tau seconds ago; or, for a
later stage (whose acceleration now is below what one stage would need), under constant acceleration, the mean of a sawtooth.
Backwards a gravity turn bends upwards by itself, so the only free number is ``a0``: the missile must be at rest when it is on the
ground. Drag is left out (it makes ``a0`` smaller).

Source: gravity-turn equations, Zarchan, Tactical and Strategic Missile Guidance; Wiesel, Spaceflight Dynamics, ch. 7.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from cupola.core.batches import Floats
from cupola.core.constants import G0, MEAN_RADIUS, Cited

EXHAUST = 2600.0
STEADY = 1e9  # m/s: so fast an exhaust means constant acceleration
LATER = 0.85
STEP = 1.0  # s
LONGEST = 500.0
FIT = 30.0  # m, how near rest on the ground the fit must come
TURNS = 14  # steps of the search at most; five to nine are usual
LEAST, MOST = 10.5, 250.0

SOURCES: dict[str, Cited] = {
    "EXHAUST": Cited("m/s", "assumed: between solid and liquid at sea level; a0 makes up for most of an error", 2026, "assumed"),
    "LATER": Cited("1", "assumed: a measured thrust below this part of the fitted one says: not the first stage", 2026, "assumed"),
    "LONGEST": Cited("s", "assumed: no boost lasts longer", 2026, "assumed"),
    "LEAST": Cited("m/s^2", "assumed: least thrust acceleration (a0) that leaves the ground, with a margin", 2026, "assumed"),
    "MOST": Cited("m/s^2", "assumed: no boost accelerates harder", 2026, "assumed"),
}


@njit(cache=True, nogil=True)
def _back(h: float, v: float, gamma: float, a0: float, ve: float, out: Floats) -> int:
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
        a = a0 / (1.0 + a0 * t / ve)
        sg, cg = math.sin(gamma), math.cos(gamma)
        dv = a - g * sg
        if dv > 1e-6:
            dt = min(dt, 0.5 * v / dv + 0.01)
        w = v - 0.5 * dt * dv
        u = gamma + 0.5 * dt * min((g / v - v / r) * cg, 1.0)
        hm = h - 0.5 * dt * v * sg
        r = MEAN_RADIUS + hm
        g = g0r2 / (r * r)
        a = a0 / (1.0 + a0 * (t + 0.5 * dt) / ve)
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
def _miss(h: float, v: float, gamma: float, a0: float, ve: float, out: Floats) -> float:
    """By how much (m) this thrust misses rest on the ground: height left over, or minus the height its speed would reach."""
    end = _back(h, v, gamma, a0, ve, out)
    if end == -1:
        return float(out[0]) + 1e-3
    speed = float(out[3])
    return -speed * speed / (2.0 * G0) - 1e-3 if end == 1 else -1e6


@njit(cache=True, nogil=True)
def solve(h: float, v: float, gamma: float, ve: float, near: float, out: Floats) -> float:
    """The ``a0`` (m/s^2) that fits, NaN if none does; ``out`` (4,) as ``_back``: downrange and time since launch are out[1],
    out[2].

    ``near``: a value it must lie within a factor 1.5 of (quicker), or 0. Regula falsi (Illinois; Dowell, Jarratt 1971) in ln a0
    with a bisection whenever three steps have not halved the bracket, to ``FIT`` m. Where the miss jumps over zero there is none.
    """
    lo, hi = math.log(LEAST), math.log(MOST)
    if near > 0.0:
        lo, hi = max(math.log(near / 1.5), lo), min(math.log(near * 1.5), hi)
    f_lo = _miss(h, v, gamma, math.exp(lo), ve, out)
    f_hi = _miss(h, v, gamma, math.exp(hi), ve, out)
    if f_hi < 0.0 or f_lo > 0.0:
        return math.nan
    width = hi - lo
    for turn in range(TURNS):
        mid = (lo * f_hi - hi * f_lo) / (f_hi - f_lo)
        if turn % 3 == 2:
            if hi - lo > 0.5 * width:
                mid = 0.5 * (lo + hi)
            width = hi - lo
        a0 = math.exp(mid)
        f = _miss(h, v, gamma, a0, ve, out)
        if abs(f) < FIT:
            return a0
        if f > 0.0:
            hi, f_hi = mid, f
            f_lo *= 0.5
        else:
            lo, f_lo = mid, f
            f_hi *= 0.5
    return math.nan


@njit(cache=True, nogil=True)
def _local(x: Floats, ve: float, near: float, out: Floats) -> bool:
    """Launch point east, north (m), time since launch and a0 into ``out`` (5,), with the downrange distance; False where none
    fits."""
    side = math.hypot(x[3], x[4])
    v = math.hypot(side, x[5])
    if x[2] < 100.0 or v < 30.0 or x[5] < 0.0:
        return False
    end = np.empty(4)
    a0 = solve(x[2], v, math.atan2(x[5], side), ve, near, end)
    if math.isnan(a0):
        return False
    ux, uy = (x[3] / side, x[4] / side) if side > 0.0 else (0.0, 0.0)
    out[0], out[1], out[2], out[3], out[4] = x[0] - ux * end[1], x[1] - uy * end[1], end[2], a0, end[1]
    return True


@njit(cache=True, nogil=True)
def estimate(x: Floats, P: Floats, thrust: float, out: Floats) -> bool:
    """Launch from an Earth-relative state in a local frame: x ``(6,)`` = east, north, up (m, up is height) and velocity; P ``(6,
    6)``.

    ``thrust``: measured thrust acceleration (m/s^2), 0 if unknown. out ``(7,)`` = east, north of the launch point (m), seconds
    since launch, a0, downrange distance (m), sigma of the point (m) and of the time (s) that come from the state alone. False
    where no boost fits. Sigmas by differences along the columns of P's root; those that fit no boost leave the sigma to the others;
    fewer than three leave none.
    """
    end = np.empty(5)
    ve = EXHAUST
    if not _local(x, ve, 0.0, end):
        return False
    if 0.0 < thrust < LATER * end[3]:
        ve = STEADY
        if not _local(x, ve, 0.0, end):
            return False
    for i in range(5):
        out[i] = end[i]
    L = np.linalg.cholesky(P)
    point = np.empty(6)
    var, var_t, used = 0.0, 0.0, 0
    for q in range(6):
        for sign in (1.0, -1.0):  # the other side only where this one fits no boost
            for i in range(6):
                point[i] = x[i] + sign * L[i, q]
            if _local(point, ve, out[3], end):
                var += (end[0] - out[0]) ** 2 + (end[1] - out[1]) ** 2
                var_t += (end[2] - out[2]) ** 2
                used += 1
                break
    if used < 3:
        return False
    out[5] = math.sqrt(6.0 * var / used)
    out[6] = math.sqrt(6.0 * var_t / used)
    return True
