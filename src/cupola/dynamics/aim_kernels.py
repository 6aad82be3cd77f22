"""Compiled shooting: which tilt and cut-off make a simulated flight end at a given point with a given apogee."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from cupola.core.batches import Floats
from cupola.core.constants import MEAN_RADIUS, OMEGA
from cupola.dynamics.boost_kernels import BURN, START, flight_kernel

SOLVED, BEYOND, FAILED = 0, 1, 2  # what the shooting ended with
CUT, SCALE = 0, 1  # what is varied: thrust ends early, or every stage's delta-v is scaled


@njit(cache=True, nogil=True)
def _residual(
    u: Floats,
    mode: int,
    launch: Floats,
    goal: Floats,
    apogee: float,
    stages: Floats,
    rise: float,
    tilted: float,
    payload_beta: float,
    h_max: float,
    nodes: Floats,
    work: Floats,
    end: Floats,
    res: Floats,
) -> float:
    """Miss along, miss across, apogee error (m) of the flight ``u`` = (tilt east, tilt north, share); return impact time or NaN."""
    total = stages[-1, START] + stages[-1, BURN]
    cutoff = total * u[2] if mode == CUT else total
    scale = 1.0 if mode == CUT else u[2]
    t, top = flight_kernel(launch, stages, rise, tilted, u[0], u[1], cutoff, scale, payload_beta, OMEGA, h_max, nodes, work, end)
    if math.isnan(t):
        return t
    turn = OMEGA * t
    c, s = math.cos(turn), math.sin(turn)
    x, y, z = c * end[0] + s * end[1], c * end[1] - s * end[0], end[2]
    r = math.sqrt(x * x + y * y + z * z)
    # goal: three orthogonal unit vectors (the pad, the horizontal towards the target, their normal), then the angle between them
    a = (x * goal[0] + y * goal[1] + z * goal[2]) / r
    b = (x * goal[3] + y * goal[4] + z * goal[5]) / r
    n = (x * goal[6] + y * goal[7] + z * goal[8]) / r
    res[0] = MEAN_RADIUS * (math.atan2(b, a) - goal[9])
    res[1] = MEAN_RADIUS * math.asin(min(max(n, -1.0), 1.0))
    res[2] = top - apogee
    if res[0] < -math.pi * MEAN_RADIUS:
        res[0] += 2.0 * math.pi * MEAN_RADIUS
    return t


@njit(cache=True, nogil=True)
def _solve3(m: Floats, b: Floats, out: Floats) -> bool:
    """Solve the 3x3 system by Cramer's rule; False where it is singular."""
    c0 = m[1, 1] * m[2, 2] - m[1, 2] * m[2, 1]
    c1 = m[1, 2] * m[2, 0] - m[1, 0] * m[2, 2]
    c2 = m[1, 0] * m[2, 1] - m[1, 1] * m[2, 0]
    det = m[0, 0] * c0 + m[0, 1] * c1 + m[0, 2] * c2
    if abs(det) < 1e-30:
        return False
    out[0] = (b[0] * c0 + m[0, 1] * (m[1, 2] * b[2] - b[1] * m[2, 2]) + m[0, 2] * (b[1] * m[2, 1] - m[1, 1] * b[2])) / det
    out[1] = (m[0, 0] * (b[1] * m[2, 2] - m[1, 2] * b[2]) + b[0] * c1 + m[0, 2] * (m[1, 0] * b[2] - b[1] * m[2, 0])) / det
    out[2] = (m[0, 0] * (m[1, 1] * b[2] - b[1] * m[2, 1]) + m[0, 1] * (b[1] * m[2, 0] - m[1, 0] * b[2]) + b[0] * c2) / det
    return True


@njit(cache=True, nogil=True)
def shoot(  # noqa: PLR0911 the ways a shooting can end are separate on purpose
    u: Floats,
    mode: int,
    launch: Floats,
    goal: Floats,
    apogee: float,
    stages: Floats,
    rise: float,
    tilted: float,
    payload_beta: float,
    h_max: float,
    tol: float,
) -> tuple[int, float, float]:
    """Damped Newton with Broyden updates from the guess ``u`` (3,), in place; return (what it ended with, impact time, worst miss).

    The Jacobian is taken by differences at the start and again when an update reduced the error too little. A cut-off pinned to
    burn-out three times in a row means the target lies beyond reach. ``tol`` bounds each miss and the apogee error, m.
    """
    nodes = np.empty(2 * len(stages) + 4)
    work = np.empty((len(nodes), 6))
    end = np.empty(6)
    res, new, du, trial = np.empty(3), np.empty(3), np.empty(3), np.empty(3)
    jac = np.empty((3, 3))
    t = _residual(u, mode, launch, goal, apogee, stages, rise, tilted, payload_beta, h_max, nodes, work, end, res)
    if math.isnan(t):
        return FAILED, t, math.inf
    fresh, pinned = False, 0
    size = math.sqrt(res[0] ** 2 + res[1] ** 2 + res[2] ** 2)
    for turn in range(40):
        if abs(res[0]) < tol and abs(res[1]) < tol and abs(res[2]) < tol:
            return SOLVED, t, size
        if turn == 0 or not fresh:
            for k in range(3):
                for m in range(len(u)):
                    trial[m] = u[m]
                step = -1e-3 if k == 2 else 1e-3
                trial[k] += step
                tk = _residual(trial, mode, launch, goal, apogee, stages, rise, tilted, payload_beta, h_max, nodes, work, end, new)
                if math.isnan(tk):
                    return FAILED, tk, size
                for j in range(3):
                    jac[j, k] = (new[j] - res[j]) / step
            fresh = True
            exact = True
        else:
            exact = False
        if not _solve3(jac, res, du):
            return FAILED, t, size
        limit = max(1.0, math.hypot(du[0], du[1]) / 0.3, abs(du[2]) / (0.25 * u[2]))
        factor = 1.0 / limit
        better = False
        for _ in range(6):
            hit_wall = False
            for k in range(3):
                trial[k] = u[k] - factor * du[k]
            if mode == CUT and trial[2] > 1.0:
                trial[2] = 1.0
                hit_wall = True
            tn = _residual(trial, mode, launch, goal, apogee, stages, rise, tilted, payload_beta, h_max, nodes, work, end, new)
            new_size = math.sqrt(new[0] ** 2 + new[1] ** 2 + new[2] ** 2)
            if not math.isnan(tn) and (new_size < size or hit_wall):
                better = True
                break
            factor *= 0.4
        if hit_wall:
            pinned += 1
            if pinned >= 4:
                return BEYOND, t, size
        else:
            pinned = 0
        if not better:
            if exact:
                return FAILED, t, size
            fresh = False
            continue
        dd = 0.0
        for k in range(3):
            du[k] = trial[k] - u[k]
            dd += du[k] ** 2
        if dd > 0.0:
            for j in range(3):
                gap = new[j] - res[j]
                for k in range(3):
                    gap -= jac[j, k] * du[k]
                for k in range(3):
                    jac[j, k] += gap * du[k] / dd
        fresh = new_size < 0.3 * size
        for m in range(len(u)):
            u[m] = trial[m]
        for m in range(len(res)):
            res[m] = new[m]
        size, t = new_size, tn
    return FAILED, t, size
