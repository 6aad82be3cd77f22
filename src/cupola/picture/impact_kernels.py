"""Compiled kernels of impact prediction: free fall with J2 down to the air, drag from there, and the spread of the impact point.

Two models on purpose. The point itself: Runge-Kutta 4 with J2, then drag below ``AIR``. Its spread: closed-form Kepler arcs
through the sigma points of the covariance, for differences of nearby orbits need no J2.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from cupola.core.batches import Floats
from cupola.core.constants import EARTH_RADIUS, G0, J2, MU, OMEGA, Cited
from cupola.dynamics.atmosphere import density_and_scale, density_kernel
from cupola.dynamics.ellipsoid import radial_height
from cupola.dynamics.frames import E2, POLAR_RADIUS

AIR = 110e3
SLOW, SETTLED, SLICES = 250.0, 40.0, 20
THIN, BRAKES = 4.0, 0.02  # steps grow by so much at most; 1/s, the drag over the speed below which they do
_FLAT, _TALL = EARTH_RADIUS**-2, POLAR_RADIUS**-2
CENTRE, SIDES = 2.0, 3.0  # strides of the fall through the air: of the point, and of one sigma lighter and heavier

SOURCES: dict[str, Cited] = {
    "AIR": Cited("m", "assumed: drag above it moves no impact point by more than its own error", 2026, "assumed"),
    "SLOW": Cited("m/s", "assumed: terminal fall is looked for below this speed relative to the air", 2026, "assumed"),
    "SETTLED": Cited("m", "assumed: a body that its own motion moves less beside terminal fall falls so", 2026, "assumed"),
}


@njit(cache=True, nogil=True)
def _force(x: float, y: float, z: float, vx: float, vy: float, vz: float, k: float) -> tuple[float, float, float, float, float]:
    """Acceleration: gravity with J2 (Vallado 2013, eq. 8-30) and, for ``k`` = 1 / (2 beta) above zero, drag of air that turns with
    the Earth. Besides: drag over speed (1/s) and the height (m) along the radius (``ellipsoid.radial_height``), 0 without drag.
    """
    p2, z2 = x * x + y * y, z * z
    r2 = p2 + z2
    r, part = math.sqrt(r2), 1.0 / r2
    f = -MU * part / r
    bulge, u = 1.5 * J2 * EARTH_RADIUS * EARTH_RADIUS * part, 5.0 * z2 * part
    side = f * (1.0 + bulge * (1.0 - u))
    ax, ay, az = side * x, side * y, f * (1.0 + bulge * (3.0 - u)) * z
    if k == 0.0:
        return ax, ay, az, 0.0, 0.0
    h = r - r / math.sqrt(p2 * _FLAT + z2 * _TALL)
    ux, uy = vx + OMEGA * y, vy - OMEGA * x
    d = k * density_kernel(h) * math.sqrt(ux * ux + uy * uy + vz * vz)
    return ax - d * ux, ay - d * uy, az - d * vz, d, h


@njit(cache=True, nogil=True)
def _step(
    x: float, y: float, z: float, vx: float, vy: float, vz: float, ax: float, ay: float, az: float, dt: float, k: float
) -> tuple[float, float, float, float, float, float]:
    """State after one Runge-Kutta 4 step; ax, ay, az: the acceleration it begins with. In plain numbers: arrays that go into
    functions cost more than the forces."""
    h, q = 0.5 * dt, dt / 6.0
    ux, uy, uz = vx + h * ax, vy + h * ay, vz + h * az
    bx, by, bz, _, _ = _force(x + h * vx, y + h * vy, z + h * vz, ux, uy, uz, k)
    wx, wy, wz = vx + h * bx, vy + h * by, vz + h * bz
    cx, cy, cz, _, _ = _force(x + h * ux, y + h * uy, z + h * uz, wx, wy, wz, k)
    ex, ey, ez = vx + dt * cx, vy + dt * cy, vz + dt * cz
    dx, dy, dz, _, _ = _force(x + dt * wx, y + dt * wy, z + dt * wz, ex, ey, ez, k)
    return (
        x + q * (vx + 2.0 * (ux + wx) + ex),
        y + q * (vy + 2.0 * (uy + wy) + ey),
        z + q * (vz + 2.0 * (uz + wz) + ez),
        vx + q * (ax + 2.0 * (bx + cx) + dx),
        vy + q * (ay + 2.0 * (by + cy) + dy),
        vz + q * (az + 2.0 * (bz + cz) + dz),
    )


@njit(cache=True, nogil=True)
def fall_to_air(s: Floats, max_s: float) -> float:
    """Free fall of ``s`` in place until it is below ``AIR`` and sinking; returns the time taken, NaN if that does not happen in
    time.

    Steps of 30 s err by 0.1 m in 900 s; the last is cut short by a step at the present rate of sinking.
    """
    x, y, z, vx, vy, vz = s[0], s[1], s[2], s[3], s[4], s[5]
    t = 0.0
    while t < max_s:
        h = radial_height(x, y, z)
        sink = -(x * vx + y * vy + z * vz) / math.sqrt(x * x + y * y + z * z)
        if sink > 0.0 and h < AIR + 10.0:
            s[0], s[1], s[2], s[3], s[4], s[5] = x, y, z, vx, vy, vz
            return t
        if h < -1000.0:
            return math.nan
        dt = 30.0
        if sink > 0.0:
            # time to AIR under constant gravity; never past it
            dt = min(dt, max((math.sqrt(sink * sink + 2.0 * G0 * max(h - AIR, 0.0)) - sink) / G0, 0.01))
        ax, ay, az, _, _ = _force(x, y, z, vx, vy, vz, 0.0)
        x, y, z, vx, vy, vz = _step(x, y, z, vx, vy, vz, ax, ay, az, dt, 0.0)
        t += dt
    return math.nan


@njit(cache=True, nogil=True)
def _settled(h: float, beta: float, level: float) -> tuple[float, float]:
    """How far east (m) and for how long (s) a body falls from height ``h`` at its terminal speed; level: cosine of the latitude.

    Twenty slices of air. The speed is sqrt(2 beta g / rho), and more as drag has to slow the body down too, by d ln rho / dh beta /
    rho of it; eastwards the Coriolis force 2 omega v against the drag g / v of what is across the fall.
    """
    down, east, dh = 0.0, 0.0, h / SLICES
    for j in range(SLICES):
        rho, fade = density_and_scale((j + 0.5) * dh)
        v = math.sqrt(2.0 * beta * G0 / rho * (1.0 + fade * beta / rho))
        down += dh / v
        east += 2.0 * OMEGA * level * v / G0 * dh
    return east, down


@njit(cache=True, nogil=True)
def fall_through_air(s: Floats, beta: float, stride: float) -> float:
    """Fall of ``s`` with drag, down to the ground, the place (not the speed) in place; returns the time taken. Ends on the
    ellipsoid to about 1 m.

    stride: of the steps, 1 for 3 km or a quarter of the speed at most; in thin air up to ``THIN`` times 3 km, for the error of a
    step goes by its drag and the fourth power of its length; design/picture.md has what longer ones cost.
    """
    x, y, z, vx, vy, vz = s[0], s[1], s[2], s[3], s[4], s[5]
    t, k = 0.0, 0.5 / beta
    for _ in range(4000):
        ax, ay, az, brake, h = _force(x, y, z, vx, vy, vz, k)
        if h < 1.0:
            s[0], s[1], s[2] = x, y, z
            return t
        r = math.sqrt(x * x + y * y + z * z)
        sink = -(x * vx + y * vy + z * vz) / r
        wx, wy = vx + OMEGA * y, vy - OMEGA * x
        w2 = wx * wx + wy * wy + vz * vz
        if w2 < SLOW * SLOW and sink > 0.0:
            speed = math.sqrt(w2)
            over = 0.5 * (sink - math.sqrt(G0 * speed / max(brake, 1e-12)))  # half of what it sinks faster than its terminal speed
            own = speed / G0  # s in which its own motion across the fall dies away; along it twice as fast
            if own * math.sqrt(max(w2 - sink * sink, 0.0) + over * over) < SETTLED:
                flat, part = math.sqrt(x * x + y * y), sink / r
                east, down = _settled(h, beta, flat / r)
                nx, ny, nz = x * _FLAT, y * _FLAT, z * _TALL
                drop, turn = h / math.sqrt(nx * nx + ny * ny + nz * nz), east / max(flat, 1.0)
                x, y, z = (
                    x - drop * nx + own * (wx + part * x) - turn * y,
                    y - drop * ny + own * (wy + part * y) + turn * x,
                    z - drop * nz + own * (vz + part * z),
                )
                down -= over / G0
                c, d = math.cos(OMEGA * down), math.sin(OMEGA * down)  # carried round with the air
                s[0], s[1], s[2] = c * x - d * y, d * x + c * y, z
                return float(t + down)
        thin = min(THIN, max(1.0, math.sqrt(math.sqrt(BRAKES / max(brake, 1e-9)))))
        dt = stride * min(2.0 * thin, 0.25 / max(brake, 1e-6), 3000.0 * thin / max(sink, 50.0))
        if sink > 0.0:
            dt = min(dt, max(h / sink, 1e-4))
        x, y, z, vx, vy, vz = _step(x, y, z, vx, vy, vz, ax, ay, az, dt, k)
        t += dt
    return math.nan


@njit(cache=True, nogil=True)
def kepler_arc(s: Floats, radius: float, out: Floats) -> bool:
    """Where and when the Kepler orbit of ``s`` sinks through ``radius``: ``out`` = x, y, z, time. False if it does not.

    Source: Bate, Mueller, White 1971, sections 1.5 and 4.2 (conic equation, Kepler's equation)."""
    r = math.sqrt(s[0] * s[0] + s[1] * s[1] + s[2] * s[2])
    v2 = s[3] * s[3] + s[4] * s[4] + s[5] * s[5]
    rv = s[0] * s[3] + s[1] * s[4] + s[2] * s[5]
    alpha = 2.0 / r - v2 / MU  # 1 / semi-major axis
    if alpha <= 1e-9:
        return False
    a = 1.0 / alpha
    ec = 1.0 - r * alpha  # e cos E
    es = rv / math.sqrt(MU * a)  # e sin E
    e = math.sqrt(ec * ec + es * es)
    if e < 1e-9:
        return False
    c1 = (1.0 - radius * alpha) / e
    if abs(c1) >= 1.0:
        return False
    e0 = math.atan2(es, ec)
    e1 = 2.0 * math.pi - math.acos(c1)  # sinking half
    if e0 < 0.0:
        e0 += 2.0 * math.pi
    d = e1 - e0
    if d < 0.0:
        if r < radius * 1.0005:
            d = min(d, 0.0)
        else:
            d += 2.0 * math.pi
    cd, sd = math.cos(d), math.sin(d)
    n = math.sqrt(MU * alpha) * alpha
    t = (d - ec * sd + es * (1.0 - cd)) / n  # Kepler's equation from E0 to E0 + d
    f = 1.0 - a / r * (1.0 - cd)
    g = t - (d - sd) / n
    for i in range(3):
        out[i] = f * s[i] + g * s[3 + i]
    out[3] = t
    return True


@njit(cache=True, nogil=True)
def _ground(x: float, y: float, z: float, t: float, up: Floats) -> tuple[float, float]:
    """East and north (m) of an ECI point at ``t``, in the tangent plane whose Earth-fixed axes are ``up`` = lat, lon."""
    c, s = math.cos(OMEGA * t), math.sin(OMEGA * t)
    ex, ey = c * x + s * y, -s * x + c * y
    so, co, sl, cl = math.sin(up[1]), math.cos(up[1]), math.sin(up[0]), math.cos(up[0])
    return -so * ex + co * ey, -sl * (co * ex + so * ey) + cl * z


@njit(cache=True, nogil=True)
def _factor(P: Floats, L: Floats) -> None:
    """Lower Cholesky factor of ``P (6, 6)`` into ``L``; a direction without variance (or with a negative one) is left out."""
    for i in range(6):
        for j in range(i + 1):
            total = P[i, j]
            for q in range(j):
                total -= L[i, q] * L[j, q]
            if i == j:
                L[i, i] = math.sqrt(total) if total > 0.0 else 0.0
            else:
                L[i, j] = total / L[j, j] if L[j, j] > 0.0 else 0.0
        for j in range(i + 1, 6):
            L[i, j] = 0.0


@njit(cache=True, nogil=True)
def spread(x: Floats, P: Floats, t0: float, radius: float, place: Floats, cov: Floats) -> bool:
    """Covariance (east, north; m^2) of the point where orbits of ``x``, ``P`` sink through ``radius``, into ``cov (2, 2)``.

    Twelve points ``x +- sqrt(3) L_i``; the differences of each pair, so that curvature cannot make it too small for want of a
    centre. Shrinks the points tenfold where one does not come down. Source: divided differences, Norgaard, Poulsen, Ravn 2000.
    """
    L = np.empty((6, 6))
    _factor(P, L)
    point, end = np.empty(6), np.empty(4)
    for h in (1.7320508, 0.17320508):
        cov[:] = 0.0
        ok = True
        for q in range(6):
            e0, n0, e1, n1 = 0.0, 0.0, 0.0, 0.0
            for sign in (1.0, -1.0):
                for i in range(6):
                    point[i] = x[i] + sign * h * L[i, q]
                if not kepler_arc(point, radius, end):
                    ok = False
                    break
                e, n = _ground(end[0], end[1], end[2], t0 + end[3], place)
                if sign > 0.0:
                    e0, n0 = e, n
                else:
                    e1, n1 = e, n
            if not ok:
                break
            de, dn = (e0 - e1) / (2.0 * h), (n0 - n1) / (2.0 * h)
            cov[0, 0] += de * de
            cov[0, 1] += de * dn
            cov[1, 1] += dn * dn
        if ok:
            cov[1, 0] = cov[0, 1]
            return True
    return False


@njit(cache=True, nogil=True)
def predict(x: Floats, P: Floats, t0: Floats, beta: Floats, max_s: float, out: Floats) -> None:
    """Impact of each track into ``out (n, 6)``: lat, lon (rad), time (s), and east, north variance and covariance (m^2). NaN: none.

    x ``(n, 6)`` and P ``(n, 6, 6)`` at t0 ``(n,)``, ECI; beta ``(n, 2)``: ln(kg/m^2) and its sigma. Impact is on the ellipsoid.
    """
    s, low, place = np.empty(6), np.empty(6), np.empty(2)
    cov = np.empty((2, 2))
    side = np.empty((2, 2))
    for i in range(len(x)):
        out[i, :] = math.nan
        for m in range(6):
            s[m] = x[i, m]
        t = t0[i] + fall_to_air(s, max_s)
        if math.isnan(t):
            continue
        for m in range(6):
            low[m] = s[m]
        fall = fall_through_air(s, math.exp(beta[i, 0]), CENTRE)
        if math.isnan(fall):
            continue
        end = t + fall
        c, d = math.cos(OMEGA * end), math.sin(OMEGA * end)
        ex, ey = c * s[0] + d * s[1], -d * s[0] + c * s[1]
        place[0] = math.atan2(s[2], (1.0 - E2) * math.sqrt(ex * ex + ey * ey))
        place[1] = math.atan2(ey, ex)
        radius = math.sqrt(s[0] * s[0] + s[1] * s[1] + s[2] * s[2])
        if not spread(x[i], P[i], t0[i], radius, place, cov):
            continue
        # what an unknown ballistic coefficient adds: the fall through the air again, one sigma lighter and heavier
        if beta[i, 1] > 0.0:
            for q in range(2):
                for m in range(6):
                    s[m] = low[m]
                other = fall_through_air(s, math.exp(beta[i, 0] + (2.0 * q - 1.0) * beta[i, 1]), SIDES)
                side[q, 0], side[q, 1] = _ground(s[0], s[1], s[2], t + other, place)
            de, dn = 0.5 * (side[1, 0] - side[0, 0]), 0.5 * (side[1, 1] - side[0, 1])
            cov[0, 0] += de * de
            cov[0, 1] += de * dn
            cov[1, 1] += dn * dn
        out[i, 0], out[i, 1], out[i, 2] = place[0], place[1], end
        out[i, 3], out[i, 4], out[i, 5] = cov[0, 0], cov[1, 1], cov[0, 1]
