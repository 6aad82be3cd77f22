"""Compiled kernels of unpowered flight: forces, one step, its length, the quintic between its ends, terminal fall.

State at the ends of a step is a *node* of nine numbers: position, velocity, acceleration (ECI, SI). Drag is described by two
numbers per object: ``k`` = density scale / (2 beta) and ``roof``, the radius above which drag is below 1e-7 m/s^2 and left out.
Why these rules: ``design/propagation.md``.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from cupola.core.batches import Floats
from cupola.core.constants import EARTH_RADIUS, OMEGA
from cupola.dynamics.atmosphere import density_and_scale
from cupola.dynamics.ellipsoid import height
from cupola.dynamics.gravity import gravity_kernel

Six = tuple[float, float, float, float, float, float]

STEP = 20.0  # s, in vacuum near the Earth; grows with the time scale of the orbit, (r/a)^1.5
STEP_AIR = 8.0  # s, likewise, where there is drag
STEP_MAX = 60.0  # s
STEP_MIN = 1e-3  # s, so that nonsense ends too
ERROR = 1e-4  # m/s^2, local error of the drag acceleration that a step may make, ...
ERROR_PART = 2e-4  # ... and the part of the drag acceleration it may be besides
SETTLED = 0.2  # m: a body whose own motion will move it less than this beside terminal fall is taken to fall so
SLOW = 300.0  # m/s: terminal fall is looked for below this speed relative to the air


@njit(cache=True, nogil=True)
def force(x: float, y: float, z: float, vx: float, vy: float, vz: float, k: float, roof: float) -> tuple[float, float, float]:
    """Acceleration by gravity (J2-J4) and drag in air that turns with the Earth. Source: a = -rho |w| w / (2 beta), Zarchan."""
    ax, ay, az = gravity_kernel(x, y, z)
    if k > 0.0 and x * x + y * y + z * z < roof * roof:
        wx = vx + OMEGA * y
        wy = vy - OMEGA * x
        d = k * density_and_scale(height(x, y, z))[0] * np.sqrt(wx * wx + wy * wy + vz * vz)
        ax -= d * wx
        ay -= d * wy
        az -= d * vz
    return ax, ay, az


@njit(cache=True, nogil=True)
def runge_kutta(node: Floats, dt: float, k: float, roof: float) -> Six:
    """State after ``dt`` by the classical rule of order four; the first slope is the node's own acceleration."""
    x, y, z, vx, vy, vz, ax, ay, az = node
    h = 0.5 * dt
    ux, uy, uz = vx + h * ax, vy + h * ay, vz + h * az
    bx, by, bz = force(x + h * vx, y + h * vy, z + h * vz, ux, uy, uz, k, roof)
    wx, wy, wz = vx + h * bx, vy + h * by, vz + h * bz
    cx, cy, cz = force(x + h * ux, y + h * uy, z + h * uz, wx, wy, wz, k, roof)
    ex, ey, ez = vx + dt * cx, vy + dt * cy, vz + dt * cz
    dx, dy, dz = force(x + dt * wx, y + dt * wy, z + dt * wz, ex, ey, ez, k, roof)
    q = dt / 6.0
    return (
        x + q * (vx + 2.0 * (ux + wx) + ex),
        y + q * (vy + 2.0 * (uy + wy) + ey),
        z + q * (vz + 2.0 * (uz + wz) + ez),
        vx + q * (ax + 2.0 * (bx + cx) + dx),
        vy + q * (ay + 2.0 * (by + cy) + dy),
        vz + q * (az + 2.0 * (bz + cz) + dz),
    )


@njit(cache=True, nogil=True)
def nystrom(node: Floats, dt: float) -> Six:
    """State after ``dt`` under gravity alone. Source: Nystrom's rule of order five, Hairer, Norsett, Wanner 1993, table II.14.2."""
    x, y, z, vx, vy, vz, ax, ay, az = node
    s = dt * dt
    p, q = dt / 5.0, s / 50.0
    bx, by, bz = gravity_kernel(x + p * vx + q * ax, y + p * vy + q * ay, z + p * vz + q * az)
    p, q, u = dt * 2.0 / 3.0, s * -1.0 / 27.0, s * 7.0 / 27.0
    cx, cy, cz = gravity_kernel(x + p * vx + q * ax + u * bx, y + p * vy + q * ay + u * by, z + p * vz + q * az + u * bz)
    q, u, w = s * 3.0 / 10.0, s * -2.0 / 35.0, s * 9.0 / 35.0
    dx, dy, dz = gravity_kernel(
        x + dt * vx + q * ax + u * bx + w * cx, y + dt * vy + q * ay + u * by + w * cy, z + dt * vz + q * az + u * bz + w * cz
    )
    s /= 336.0
    q = dt / 336.0
    return (
        x + dt * vx + s * (14.0 * ax + 100.0 * bx + 54.0 * cx),
        y + dt * vy + s * (14.0 * ay + 100.0 * by + 54.0 * cy),
        z + dt * vz + s * (14.0 * az + 100.0 * bz + 54.0 * cz),
        vx + q * (14.0 * ax + 125.0 * bx + 162.0 * cx + 35.0 * dx),
        vy + q * (14.0 * ay + 125.0 * by + 162.0 * cy + 35.0 * dy),
        vz + q * (14.0 * az + 125.0 * bz + 162.0 * cz + 35.0 * dz),
    )


@njit(cache=True, nogil=True)
def stride(node: Floats, k: float, roof: float, guess: float, ease: float) -> tuple[float, bool]:
    """Length of the next step (s), at most ``guess``, and whether it stays out of the air.

    In air it is what keeps the local error of drag below ``ERROR + ERROR_PART d``: with d the drag acceleration and
    rate = |vr|/H + 2 d/v its relative rate of change, both at the lowest point the step may reach (h + vr dt - 5 dt^2), the error
    of the rule is of order d (rate dt)^4. ease: steps are longer by this, in vacuum too, where ``STEP_MAX`` lets them.
    """
    x, y, z, vx, vy, vz = node[0], node[1], node[2], node[3], node[4], node[5]
    r = np.sqrt(x * x + y * y + z * z)
    q = max(0.5, r / EARTH_RADIUS)
    q *= np.sqrt(q)
    dt = min(guess, STEP_MAX, ease * STEP * q)
    vr = (x * vx + y * vy + z * vz) / r
    if k == 0.0 or r + min(0.0, vr * dt - 5.0 * dt * dt) > roof:
        return dt, True
    dt = min(dt, ease * STEP_AIR * q)
    h = height(x, y, z)
    wx = vx + OMEGA * y
    wy = vy - OMEGA * x
    w = np.sqrt(wx * wx + wy * wy + vz * vz)
    while True:
        rho, fade = density_and_scale(h + min(0.0, vr * dt - 5.0 * dt * dt))
        d = k * rho * w * w + 1e-12
        rate = abs(vr) * fade + 2.0 * k * rho * w + 1e-6
        limit = max(STEP_MIN, min(1.0, ease * np.sqrt(np.sqrt(ERROR / d + ERROR_PART))) / rate)
        if not limit < dt:  # so written that a state that is no number ends the search too
            return dt, False
        dt = max(limit, 0.5 * dt)


@njit(cache=True, nogil=True)
def fall(x: float, y: float, z: float, k: float) -> tuple[float, float, float, float]:
    """Velocity relative to the air (m/s) of a body in terminal fall, and the rate at which it slows (1/s).

    Balance of gravity, centrifugal and Coriolis force, drag, and the slowing as the air thickens (v ~ rho^-1/2), to the third order
    of the slowing over the relaxation by drag.
    """
    gx, gy, gz = gravity_kernel(x, y, z)
    gx += OMEGA * OMEGA * x
    gy += OMEGA * OMEGA * y
    rho, fade = density_and_scale(height(x, y, z))
    g = np.sqrt(gx * gx + gy * gy + gz * gz)
    fx, fy, fz = gx, gy, gz
    ux, uy, uz, slowing = 0.0, 0.0, 0.0, 0.0
    for _ in range(3):
        f = np.sqrt(fx * fx + fy * fy + fz * fz)
        v = np.sqrt(f / (k * rho))
        ux, uy, uz = v / f * fx, v / f * fy, v / f * fz
        part = 0.5 * fade * v * v / g  # how much more than gravity drag takes, for the body slows down
        slowing = 0.5 * fade * v * (1.0 + part / (1.0 + part))
        fx = gx + 2.0 * OMEGA * uy + slowing * ux
        fy = gy - 2.0 * OMEGA * ux + slowing * uy
        fz = gz + slowing * uz
    return ux, uy, uz, slowing


@njit(cache=True, nogil=True)
def settle(node: Floats, k: float, roof: float) -> bool:
    """True if the body has relaxed to terminal fall; then its node is put on it.

    What is left of its own motion, u, decays at the rate g/v across the fall and 2 g/v along it; where that moves the body by less
    than ``SETTLED`` in all, it is moved so at once.
    """
    x, y, z = node[0], node[1], node[2]
    wx, wy, wz = node[3] + OMEGA * y, node[4] - OMEGA * x, node[5]
    w2 = wx * wx + wy * wy + wz * wz
    if k == 0.0 or w2 > SLOW * SLOW or x * x + y * y + z * z > roof * roof:
        return False
    fx, fy, fz, slowing = fall(x, y, z, k)
    f2 = fx * fx + fy * fy + fz * fz
    relax = 9.8 / np.sqrt(f2)
    ux, uy, uz = (wx - fx) / relax, (wy - fy) / relax, (wz - fz) / relax
    if slowing > 0.03 * relax or ux * ux + uy * uy + uz * uz > SETTLED * SETTLED:
        return False
    along = 0.5 * (ux * fx + uy * fy + uz * fz) / f2
    node[0] += ux - along * fx
    node[1] += uy - along * fy
    node[2] += uz - along * fz
    return True


@njit(cache=True, nogil=True)
def sink(node: Floats, end: Floats, dt: float, k: float) -> None:
    """Move a body in terminal fall by ``dt``: order four on its position in the turning frame, then the frame is turned."""
    x, y, z = node[0], node[1], node[2]
    h = 0.5 * dt
    ax, ay, az, _ = fall(x, y, z, k)
    bx, by, bz, _ = fall(x + h * ax, y + h * ay, z + h * az, k)
    cx, cy, cz, _ = fall(x + h * bx, y + h * by, z + h * bz, k)
    dx, dy, dz, _ = fall(x + dt * cx, y + dt * cy, z + dt * cz, k)
    q = dt / 6.0
    x += q * (ax + 2.0 * (bx + cx) + dx)
    y += q * (ay + 2.0 * (by + cy) + dy)
    z += q * (az + 2.0 * (bz + cz) + dz)
    ux, uy, uz, slowing = fall(x, y, z, k)
    px = -slowing * ux - 2.0 * OMEGA * uy - OMEGA * OMEGA * x  # inertial acceleration in the turned axes
    py = -slowing * uy + 2.0 * OMEGA * ux - OMEGA * OMEGA * y
    ux -= OMEGA * y
    uy += OMEGA * x
    c, s = np.cos(OMEGA * dt), np.sin(OMEGA * dt)
    end[0], end[1], end[2] = c * x - s * y, s * x + c * y, z
    end[3], end[4], end[5] = c * ux - s * uy, s * ux + c * uy, uz
    end[6], end[7], end[8] = c * px - s * py, s * px + c * py, -slowing * uz


@njit(cache=True, nogil=True)
def is_gone(x: Floats) -> bool:
    """True for a state that holds NaN: a body that landed before."""
    return np.isnan(x[0] + x[1] + x[2] + x[3] + x[4] + x[5])


@njit(cache=True, nogil=True)
def start(node: Floats, x: Floats, k: float, roof: float) -> None:
    """Fill a node from a state."""
    for m in range(6):
        node[m] = x[m]
    node[6], node[7], node[8] = force(x[0], x[1], x[2], x[3], x[4], x[5], k, roof)


@njit(cache=True, nogil=True)
def leap(node: Floats, end: Floats, k: float, roof: float, guess: float, ease: float = 1.0) -> float:
    """One step from ``node``: writes the node ``end``, returns the step's length (at most ``guess``). ease: as of ``stride``."""
    if settle(node, k, roof):
        dt = min(guess, STEP_AIR)
        sink(node, end, dt, k)
        return dt
    dt, airless = stride(node, k, roof, guess, ease)
    x, y, z, vx, vy, vz = nystrom(node, dt) if airless else runge_kutta(node, dt, k, roof)
    end[0], end[1], end[2], end[3], end[4], end[5] = x, y, z, vx, vy, vz
    end[6], end[7], end[8] = force(x, y, z, vx, vy, vz, k, roof)
    return dt


@njit(cache=True, nogil=True)
def quintic(node: Floats, end: Floats, dt: float, c: Floats) -> None:
    """Coefficients ``c (18,)``, in powers of the part of the step, of the quintic that joins two nodes (Hermite, C2)."""
    for i in range(3):
        x, v, a = node[i], node[3 + i] * dt, 0.5 * node[6 + i] * dt * dt
        p = end[i] - x - v - a
        q = end[3 + i] * dt - v - 2.0 * a
        r = 0.5 * end[6 + i] * dt * dt - a
        c[i], c[3 + i], c[6 + i] = x, v, a
        c[9 + i] = 10.0 * p - 4.0 * q + r
        c[12 + i] = -15.0 * p + 7.0 * q - 2.0 * r
        c[15 + i] = 6.0 * p - 3.0 * q + r


@njit(cache=True, nogil=True)
def read(c: Floats, part: float, dt: float, out: Floats) -> None:
    """State at ``part`` (0 to 1) of a step of ``dt`` from its quintic."""
    w = 1.0 / dt
    for i in range(3):
        c1, c2, c3, c4, c5 = c[3 + i], c[6 + i], c[9 + i], c[12 + i], c[15 + i]
        out[i] = c[i] + part * (c1 + part * (c2 + part * (c3 + part * (c4 + part * c5))))
        out[3 + i] = w * (c1 + part * (2.0 * c2 + part * (3.0 * c3 + part * (4.0 * c4 + part * 5.0 * c5))))


@njit(cache=True, nogil=True)
def is_under(end: Floats) -> bool:
    """True if a node lies below the ellipsoid and is moving down."""
    x, y, z = end[0], end[1], end[2]
    if x * x + y * y + z * z >= EARTH_RADIUS * EARTH_RADIUS or x * end[3] + y * end[4] + z * end[5] >= 0.0:
        return False
    return height(x, y, z) < 0.0


@njit(cache=True, nogil=True)
def landfall(c: Floats, dt: float, out: Floats) -> float:
    """Part of the step at which the quintic meets the ellipsoid (0 if it starts below); writes the state there. By bisection."""
    lo, hi = 0.0, 1.0
    while hi - lo > 1e-13:
        mid = 0.5 * (lo + hi)
        read(c, mid, dt, out)
        if height(out[0], out[1], out[2]) < 0.0:
            hi = mid
        else:
            lo = mid
    read(c, lo, dt, out)
    return lo
