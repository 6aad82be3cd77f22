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
from cupola.core.constants import EARTH_RADIUS, G0, MEAN_RADIUS, OMEGA, Cited
from cupola.dynamics.ellipsoid import vertical
from cupola.dynamics.frames import E2

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
def _root(P: Floats, L: Floats) -> bool:
    """Lower Cholesky factor of ``P (6, 6)`` into ``L``, of which the lower half is written; False where P is no covariance."""
    for i in range(6):
        for j in range(i + 1):
            total = P[i, j]
            for q in range(j):
                total -= L[i, q] * L[j, q]
            if i > j:
                L[i, j] = total / L[j, j]
            elif total > 0.0 and math.isfinite(total):
                L[i, i] = math.sqrt(total)
            else:
                return False
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
    end, L = np.empty(5), np.zeros((6, 6))
    ve = EXHAUST
    if not _local(x, ve, 0.0, end):
        return False
    if 0.0 < thrust < LATER * end[3]:
        ve = STEADY
        if not _local(x, ve, 0.0, end):
            return False
    for i in range(5):
        out[i] = end[i]
    if not _root(P, L):
        return False
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


@njit(cache=True, nogil=True)
def local_frame(x: Floats, t: float, local: Floats, axes: Floats) -> tuple[float, float]:
    """An ECI state at ``t`` as seen from the place below it: ``local (6,)`` = 0, 0, height, and the Earth-relative velocity east,
    north, up; ``axes (3, 3)``: rows east, north, up in ECI. Returns latitude and longitude. Limits: not on the Earth's axis."""
    h, c, s = vertical(x[0], x[1], x[2])
    flat = math.sqrt(x[0] * x[0] + x[1] * x[1])
    co, so = x[0] / flat, x[1] / flat
    axes[0, 0], axes[0, 1], axes[0, 2] = -so, co, 0.0
    axes[1, 0], axes[1, 1], axes[1, 2] = -s * co, -s * so, c
    axes[2, 0], axes[2, 1], axes[2, 2] = c * co, c * so, s
    vx, vy, vz = x[3] + OMEGA * x[1], x[4] - OMEGA * x[0], x[5]
    local[0], local[1], local[2] = 0.0, 0.0, h
    for k in range(3):
        local[3 + k] = axes[k, 0] * vx + axes[k, 1] * vy + axes[k, 2] * vz
    return math.atan2(s, c), _wrapped(math.atan2(x[1], x[0]) - OMEGA * t)


@njit(cache=True, nogil=True)
def _wrapped(lon: float) -> float:
    """An angle brought into [-pi, pi)."""
    return (lon + math.pi) % (2.0 * math.pi) - math.pi


@njit(cache=True, nogil=True)
def course(x: Floats, t: float) -> tuple[float, float]:
    """Speed relative to the Earth (m/s) and heading (rad clockwise from north) of an ECI state ``(6,)`` at ``t``."""
    local, axes = np.empty(6), np.empty((3, 3))
    local_frame(x, t, local, axes)
    speed = math.sqrt(local[3] * local[3] + local[4] * local[4] + local[5] * local[5])
    return speed, math.atan2(local[3], local[4]) % (2.0 * math.pi)


@njit(cache=True, nogil=True)
def launched(x: Floats, P: Floats, t: float, thrust: float, out: Floats, place: Floats) -> bool:
    """``estimate`` for an ECI state and covariance at ``t``: out ``(7,)`` as of ``estimate``; place ``(6,)``: latitude and
    longitude of the launch (rad), its ECEF point (m), and the missile's height now."""
    local, axes, half, cov = np.empty(6), np.empty((3, 3)), np.empty((6, 6)), np.empty((6, 6))
    lat, lon = local_frame(x, t, local, axes)
    for i in range(6):
        for j in range(6):
            a, b = i // 3 * 3, i % 3
            half[i, j] = axes[b, 0] * P[a, j] + axes[b, 1] * P[a + 1, j] + axes[b, 2] * P[a + 2, j]
    for i in range(6):
        for j in range(6):
            a, b = j // 3 * 3, j % 3
            cov[i, j] = axes[b, 0] * half[i, a] + axes[b, 1] * half[i, a + 1] + axes[b, 2] * half[i, a + 2]
    if not math.isfinite(local.sum()) or not estimate(local, cov, thrust, out):
        return False
    arc, bearing = math.hypot(out[0], out[1]) / MEAN_RADIUS, math.atan2(out[0], out[1])
    s = math.sin(lat) * math.cos(arc) + math.cos(lat) * math.sin(arc) * math.cos(bearing)
    at = math.asin(min(max(s, -1.0), 1.0))
    east = math.atan2(math.sin(bearing) * math.sin(arc) * math.cos(lat), math.cos(arc) - math.sin(lat) * s)
    lon = _wrapped(lon + east)
    flat = EARTH_RADIUS / math.sqrt(1.0 - E2 * math.sin(at) ** 2)
    place[0], place[1], place[5] = at, lon, local[2]
    place[2], place[3] = flat * math.cos(at) * math.cos(lon), flat * math.cos(at) * math.sin(lon)
    place[4] = flat * (1.0 - E2) * math.sin(at)
    return True
