"""Compiled kernels of powered flight: a point mass with staged thrust, drag and zonal gravity, then a free fall to the ground.

The attitude program is open loop: straight up for ``rise`` seconds, then the thrust axis tilts linearly until ``tilted`` seconds
to a constant inertial direction. The tilt is a vector (east, north) whose length is the final zenith angle, because azimuth and
pitch are singular where steep flights live and this vector is not.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from cupola.core.batches import Floats
from cupola.core.constants import EARTH_RADIUS, MEAN_RADIUS, MU
from cupola.dynamics.atmosphere import density_kernel
from cupola.dynamics.ellipsoid import radial_height
from cupola.dynamics.frames import E2
from cupola.dynamics.gravity import gravity_kernel

AIR_TOP = 200e3  # above this height drag is left out, as in the propagator
START, BURN, EXHAUST, DELTA_V, BETA = range(5)  # columns of the packed stage table


@njit(cache=True, nogil=True)
def _acceleration(
    t: float,
    x: float,
    y: float,
    z: float,
    vx: float,
    vy: float,
    vz: float,
    beta: float,
    omega: float,
    a0: float,
    rate: float,
    t0: float,
    axis: Floats,
    rise: float,
    tilted: float,
    zenith: float,
) -> tuple[float, float, float]:
    """Gravity + drag (``beta``, air turning with ``omega``) + thrust ``a0 / (1 - rate (t - t0))`` along the programmed axis."""
    ax, ay, az = gravity_kernel(x, y, z)
    height = radial_height(x, y, z)
    mass = 1.0 - rate * (t - t0)
    if height < AIR_TOP:
        ux = vx + omega * y
        uy = vy - omega * x
        drag = -0.5 * density_kernel(max(height, 0.0)) * math.sqrt(ux * ux + uy * uy + vz * vz) / (beta * mass)
        ax += drag * ux
        ay += drag * uy
        az += drag * vz
    if a0 > 0.0:
        lean = zenith * min(max((t - rise) / (tilted - rise), 0.0), 1.0)
        up = a0 / mass * math.cos(lean)
        out = a0 / mass * math.sin(lean)
        ax += up * axis[0] + out * axis[3]
        ay += up * axis[1] + out * axis[4]
        az += up * axis[2] + out * axis[5]
    return ax, ay, az


@njit(cache=True, nogil=True)
def _step(
    t: float,
    dt: float,
    s: Floats,
    beta: float,
    omega: float,
    a0: float,
    rate: float,
    t0: float,
    axis: Floats,
    rise: float,
    tilted: float,
    zenith: float,
) -> None:
    """One Runge-Kutta 4 step of state ``s`` (6,), in place."""
    x, y, z, vx, vy, vz = s[0], s[1], s[2], s[3], s[4], s[5]
    h = 0.5 * dt
    ax1, ay1, az1 = _acceleration(t, x, y, z, vx, vy, vz, beta, omega, a0, rate, t0, axis, rise, tilted, zenith)
    bx, by, bz = vx + h * ax1, vy + h * ay1, vz + h * az1
    ax2, ay2, az2 = _acceleration(
        t + h, x + h * vx, y + h * vy, z + h * vz, bx, by, bz, beta, omega, a0, rate, t0, axis, rise, tilted, zenith
    )
    cx, cy, cz = vx + h * ax2, vy + h * ay2, vz + h * az2
    ax3, ay3, az3 = _acceleration(
        t + h, x + h * bx, y + h * by, z + h * bz, cx, cy, cz, beta, omega, a0, rate, t0, axis, rise, tilted, zenith
    )
    dx, dy, dz = vx + dt * ax3, vy + dt * ay3, vz + dt * az3
    ax4, ay4, az4 = _acceleration(
        t + dt, x + dt * cx, y + dt * cy, z + dt * cz, dx, dy, dz, beta, omega, a0, rate, t0, axis, rise, tilted, zenith
    )
    w = dt / 6.0
    s[0] = x + w * (vx + 2.0 * (bx + cx) + dx)
    s[1] = y + w * (vy + 2.0 * (by + cy) + dy)
    s[2] = z + w * (vz + 2.0 * (bz + cz) + dz)
    s[3] = vx + w * (ax1 + 2.0 * (ax2 + ax3) + ax4)
    s[4] = vy + w * (ay1 + 2.0 * (ay2 + ay3) + ay4)
    s[5] = vz + w * (az1 + 2.0 * (az2 + az3) + az4)


@njit(cache=True, nogil=True)
def _climb(s: Floats) -> float:
    """Rate of change of the distance from the Earth's centre, m/s."""
    return (s[0] * s[3] + s[1] * s[4] + s[2] * s[5]) / math.sqrt(s[0] ** 2 + s[1] ** 2 + s[2] ** 2)


@njit(cache=True, nogil=True)
def _summit(h0: float, w0: float, w1: float, dt: float) -> float:
    """Greatest height within a step over which the climb rate went from ``w0`` > 0 to ``w1`` <= 0."""
    return h0 + 0.5 * w0 * w0 * dt / (w0 - w1)


@njit(cache=True, nogil=True)
def launch_axes(lat: float, lon: float) -> Floats:
    """Position and (up, east, north) at a point on the ellipsoid, one after the other in an array (12,). ECEF, m."""
    out = np.empty(12)
    sl, cl, so, co = math.sin(lat), math.cos(lat), math.sin(lon), math.cos(lon)
    n = EARTH_RADIUS / math.sqrt(1.0 - E2 * sl * sl)
    out[0], out[1], out[2] = n * cl * co, n * cl * so, n * (1.0 - E2) * sl
    out[3], out[4], out[5] = cl * co, cl * so, sl
    out[6], out[7], out[8] = -so, co, 0.0
    out[9], out[10], out[11] = -sl * co, -sl * so, cl
    return out


@njit(cache=True, nogil=True)
def _stage_at(stages: Floats, t: float) -> tuple[int, float]:
    """Which stage is alight at ``t``; -1 where none is, with the mass-to-drag figure of the next one to burn."""
    for i in range(len(stages)):
        if t < stages[i, START]:
            return -1, stages[i, BETA]
        if t < stages[i, START] + stages[i, BURN]:
            return i, stages[i, BETA]
    return -1, stages[len(stages) - 1, BETA]


@njit(cache=True, nogil=True)
def boost_kernel(
    launch: Floats,
    stages: Floats,
    rise: float,
    tilted: float,
    tilt_e: float,
    tilt_n: float,
    cutoff: float,
    scale: float,
    payload_beta: float,
    omega: float,
    nodes: Floats,
    n_nodes: int,
    h_max: float,
    out: Floats,
) -> float:
    """Fly from the pad through ``nodes[:n_nodes]`` (rising from 0), writing the states to ``out``; return the greatest height.

    Every change of thrust or attitude program must be a node. Below the pad by 100 m the flight has crashed and -1 is returned.
    """
    s = out[0]
    s[0], s[1], s[2] = launch[0], launch[1], launch[2]
    s[3], s[4], s[5] = -omega * launch[1], omega * launch[0], 0.0
    zenith = math.hypot(tilt_e, tilt_n)
    ce, cn = (tilt_e / zenith, tilt_n / zenith) if zenith > 0.0 else (0.0, 1.0)
    axis = np.empty(6)
    for k in range(3):
        axis[k] = launch[3 + k]
        axis[3 + k] = ce * launch[6 + k] + cn * launch[9 + k]
    top = 0.0
    for j in range(1, n_nodes):
        now = out[j]
        for k in range(6):
            now[k] = out[j - 1, k]
        t, span = nodes[j - 1], nodes[j] - nodes[j - 1]
        mid = t + 0.5 * span
        i, beta = _stage_at(stages, mid)
        a0, rate, t0 = 0.0, 0.0, 0.0
        if mid > cutoff:
            beta = payload_beta
        elif i >= 0:
            t0 = stages[i, START]
            rate = (1.0 - math.exp(-scale * stages[i, DELTA_V] / stages[i, EXHAUST])) / stages[i, BURN]
            a0 = stages[i, EXHAUST] * rate
        elif mid > stages[-1, START] + stages[-1, BURN]:
            beta = payload_beta
        count = max(1, math.ceil(span / h_max - 1e-9))
        dt = span / count
        for _ in range(count):
            h0, w0 = radial_height(now[0], now[1], now[2]), _climb(now)
            _step(t, dt, now, beta, omega, a0, rate, t0, axis, rise, tilted, zenith)
            t += dt
            h1, w1 = radial_height(now[0], now[1], now[2]), _climb(now)
            top = max(top, h1)
            if w0 > 0.0 and w1 <= 0.0:
                top = max(top, _summit(h0, w0, w1, dt))
            if h1 < -100.0:
                return -1.0
    return top


@njit(cache=True, nogil=True)
def event_nodes(stages: Floats, rise: float, tilted: float, cutoff: float, nodes: Floats) -> int:
    """Fill ``nodes`` with 0, every change of thrust or program before ``cutoff``, and ``cutoff``, rising; return how many."""
    count = 1
    nodes[0] = 0.0
    for i in range(len(stages)):
        nodes[count] = stages[i, START]
        nodes[count + 1] = stages[i, START] + stages[i, BURN]
        count += 2
    nodes[count], nodes[count + 1], nodes[count + 2] = rise, tilted, cutoff
    nodes[: count + 3].sort()
    kept = 0
    for j in range(1, count + 3):
        if nodes[j] > nodes[kept] + 1e-9 and nodes[j] <= cutoff:
            kept += 1
            nodes[kept] = nodes[j]
    return kept + 1


@njit(cache=True, nogil=True)
def fall_kernel(s: Floats, t: float, beta: float, omega: float, top: float) -> tuple[float, float]:
    """Free fall of ``s`` (6,), in place, to the ellipsoid; return (time of impact, greatest height). Time is NaN if it never lands.

    Steps: 20 s in vacuum well above 200 km, 10 s above 140 km, then 1 s, so the error stays far below the aim tolerance.
    """
    axis = np.zeros(6)
    last = t + 6.0 * 3600.0
    h0, w0 = radial_height(s[0], s[1], s[2]), _climb(s)
    old = s.copy()
    while t < last:
        if h0 < 0.0:
            return math.nan, top
        low = min(h0, h0 + w0 * 20.0 - 5.0 * 400.0)
        dt = 20.0 if low > 200e3 else 10.0 if min(h0, h0 + w0 * 10.0 - 500.0) > 140e3 else 1.0
        for m in range(len(s)):
            old[m] = s[m]
        _step(t, dt, s, beta, omega, 0.0, 0.0, 0.0, axis, 0.0, 1.0, 0.0)
        h1, w1 = radial_height(s[0], s[1], s[2]), _climb(s)
        if w0 > 0.0 and w1 <= 0.0:
            top = max(top, _summit(h0, w0, w1, dt))
        if h1 <= 0.0:
            f = h0 / (h0 - h1)
            for k in range(6):
                s[k] = old[k] + f * (s[k] - old[k])
            return t + f * dt, top
        t += dt
        h0, w0 = h1, w1
    return math.nan, top


@njit(cache=True, nogil=True)
def flight_kernel(
    launch: Floats,
    stages: Floats,
    rise: float,
    tilted: float,
    tilt_e: float,
    tilt_n: float,
    cutoff: float,
    scale: float,
    payload_beta: float,
    omega: float,
    h_max: float,
    nodes: Floats,
    work: Floats,
    end: Floats,
) -> tuple[float, float]:
    """Boost, then free fall: ``end`` (6,) gets the ECI state at impact; return (impact time, NaN if none, and greatest height)."""
    n = event_nodes(stages, rise, tilted, cutoff, nodes)
    top = boost_kernel(launch, stages, rise, tilted, tilt_e, tilt_n, cutoff, scale, payload_beta, omega, nodes, n, h_max, work)
    if top < 0.0:
        return math.nan, 0.0
    for m in range(len(end)):
        end[m] = work[n - 1, m]
    return fall_kernel(end, cutoff, payload_beta, omega, top)


@njit(cache=True, nogil=True)
def reach_table(
    launch: Floats,
    stages: Floats,
    rise: float,
    tilted: float,
    payload_beta: float,
    zeniths: Floats,
    shares: Floats,
    cut: bool,
    h_max: float,
) -> tuple[Floats, Floats]:
    """Range and apogee, m, over a grid of final zenith angle and share: still Earth, two-body after the burn.

    A share is that of the burn at which thrust ends, or without ``cut`` the factor on every stage's delta-v.

    Shapes: (len(zeniths), len(shares)) each; NaN where the flight crashes or does not come down.
    """
    rng = np.full((len(zeniths), len(shares)), np.nan)
    apo = np.full((len(zeniths), len(shares)), np.nan)
    total = stages[-1, START] + stages[-1, BURN]
    nodes = np.empty(2 * len(stages) + 4)
    work = np.empty((len(nodes), 6))
    for i in range(len(zeniths)):
        for j in range(len(shares)):
            cutoff = total * min(shares[j], 1.0) if cut else total
            scale = 1.0 if cut else shares[j]
            n = event_nodes(stages, rise, tilted, cutoff, nodes)
            top = boost_kernel(
                launch, stages, rise, tilted, zeniths[i], 0.0, cutoff, scale, payload_beta, 0.0, nodes, n, h_max, work
            )
            if top >= 0.0:
                rng[i, j], apo[i, j] = _two_body_reach(launch, work[n - 1], top)
    return rng, apo


@njit(cache=True, nogil=True)
def _two_body_reach(launch: Floats, s: Floats, top: float) -> tuple[float, float]:
    """Ground range from the pad and apogee height of a state left to gravity alone; NaN if it does not come down."""
    ground = math.sqrt(launch[0] ** 2 + launch[1] ** 2 + launch[2] ** 2)
    r = math.sqrt(s[0] ** 2 + s[1] ** 2 + s[2] ** 2)
    w = _climb(s)
    v2 = s[3] ** 2 + s[4] ** 2 + s[5] ** 2
    u = math.sqrt(max(v2 - w * w, 0.0))
    energy = 0.5 * v2 - MU / r
    if energy >= 0.0 or r <= ground:
        return math.nan, math.nan
    p = (r * u) ** 2 / MU
    e = math.sqrt(max(1.0 + 2.0 * energy * p / MU, 0.0))
    if p / (1.0 + e) >= ground:
        return math.nan, math.nan
    here = math.acos(min(max((p / r - 1.0) / e, -1.0), 1.0))
    if w < 0.0:
        here = 2.0 * math.pi - here
    down = 2.0 * math.pi - math.acos(min(max((p / ground - 1.0) / e, -1.0), 1.0))
    so_far = math.acos(min(max((s[0] * launch[0] + s[1] * launch[1] + s[2] * launch[2]) / (r * ground), -1.0), 1.0))
    apogee = p / (1.0 - e) - ground
    if w < 0.0:
        apogee = top
    return (so_far + down - here) * MEAN_RADIUS, apogee
