"""Gliding flight of a point mass with bank: lift in the turning air, held near equilibrium by damping the flight path.

The damping stands for any autopilot that keeps a glider from skipping; it steers to nothing. Bank is a given history.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import ArrayLike

from cupola.core.batches import Floats
from cupola.core.constants import MEAN_RADIUS, MU, OMEGA, Cited
from cupola.core.errors import BadInput
from cupola.dynamics.atmosphere import density, density_and_scale
from cupola.dynamics.ellipsoid import height, vertical
from cupola.dynamics.gravity import gravity_kernel

DAMPING = 0.8  # of critical, of the phugoid swing
LIFT_MAX = 1.5  # largest lift the damping may ask for, over that at the given lift-to-drag ratio
SUBSTEP = 0.25  # s
SOURCES: dict[str, Cited] = {
    "DAMPING": Cited("1", "own choice: settles a swing within one period", 2026, "assumed"),
    "LIFT_MAX": Cited("1", "own choice: a glider trims below its largest lift", 2026, "assumed"),
    "SUBSTEP": Cited("s", "own measurement, design/propagation.md", 2026, "computed"),
}


def glide_range(lift_drag: ArrayLike, speed0: ArrayLike, speed1: ArrayLike, radius: float = MEAN_RADIUS) -> Floats:
    """Ground-track length (m at ``radius``) of an equilibrium glide without bank between two speeds (m/s).

    Source: Eggers, Allen, Neice 1958, NACA R-1382: R = (L/D)(r/2) ln[(1 - v1^2/vc^2)/(1 - v0^2/vc^2)], vc^2 = mu/r.
    Raises: BadInput unless 0 <= speed1 <= speed0 < circular speed. Limits: Earth at rest, small path angle.
    """
    v0, v1, vc2 = np.asarray(speed0, float), np.asarray(speed1, float), MU / radius
    if not np.all((v1 >= 0.0) & (v1 <= v0) & (v0 * v0 < vc2)):
        raise BadInput(f"glide speeds must satisfy 0 <= end <= start < {np.sqrt(vc2):.0f} m/s (circular speed)")
    return np.asarray(lift_drag, float) * 0.5 * radius * np.log((1.0 - v1 * v1 / vc2) / (1.0 - v0 * v0 / vc2))


def equilibrium_height(speed: float, lift_drag: float, beta: float, bank: float = 0.0, density_scale: float = 1.0) -> float:
    """Height (m) at which lift carries a glider: rho v^2 (L/D) cos(bank) / (2 beta) = g - v^2/r. Earth at rest.

    beta: mass / (Cd A), kg/m^2. Raises: BadInput if the glider cannot be carried between the ground and 150 km.
    """
    heights = np.arange(0.0, 150e3, 10.0)
    r = MEAN_RADIUS + heights
    lift = density(heights, density_scale) * speed**2 * lift_drag * np.cos(bank) / (2.0 * beta)
    spare = lift - (MU / r**2 - speed**2 / r)
    if not (spare[0] > 0.0 > spare[-1]):
        raise BadInput(f"no height carries a glider of L/D {lift_drag} and beta {beta} at {speed:.0f} m/s")
    return float(heights[np.argmax(spare < 0.0)])


@njit(cache=True, nogil=True)
def _force(s: Floats, k: float, lift_drag: float, bank: float, out: Floats) -> None:
    """Derivative of an ECI state: gravity, drag, and lift turned by ``bank`` about the air-relative velocity (right positive)."""
    x, y, z = s[0], s[1], s[2]
    ax, ay, az = gravity_kernel(x, y, z)
    g = np.sqrt(ax * ax + ay * ay + az * az)
    wx, wy, wz = s[3] + OMEGA * y, s[4] - OMEGA * x, s[5]
    w = np.sqrt(wx * wx + wy * wy + wz * wz)
    r = np.sqrt(x * x + y * y + z * z)
    h, cosine, uz = vertical(x, y, z)  # the geodetic vertical: the geocentric one leans by as much as the path does
    p = max(1e-9, np.sqrt(x * x + y * y))
    ux, uy = cosine * x / p, cosine * y / p
    rho, fade = density_and_scale(h)
    drag = k * rho * w * w
    wx, wy, wz = wx / w, wy / w, wz / w
    climb = ux * wx + uy * wy + uz * wz  # sine of the path angle
    level = np.sqrt(max(1e-12, 1.0 - climb * climb))
    ux, uy, uz = (ux - climb * wx) / level, (uy - climb * wy) / level, (uz - climb * wz) / level
    # Weight left after the centrifugal part; the path angle of equilibrium; damping of the swing sqrt(weight fade) about it.
    vr = (x * s[3] + y * s[4] + z * s[5]) / r
    weight = max(0.05 * g, g - (s[3] * s[3] + s[4] * s[4] + s[5] * s[5] - vr * vr) / r)
    steady = -2.0 * g / (fade * w * w * lift_drag * max(0.1, np.cos(bank)))
    gain = 2.0 * DAMPING * w * np.sqrt(fade / weight)
    lift = drag * lift_drag * min(LIFT_MAX, max(0.0, 1.0 - gain * (climb - steady)))
    c, q = lift * np.cos(bank), lift * np.sin(bank)
    out[0], out[1], out[2] = s[3], s[4], s[5]
    out[3] = ax - drag * wx + c * ux + q * (wy * uz - wz * uy)
    out[4] = ay - drag * wy + c * uy + q * (wz * ux - wx * uz)
    out[5] = az - drag * wz + c * uz + q * (wx * uy - wy * ux)


@njit(cache=True, nogil=True)
def _fly(state: Floats, k: float, lift_drag: float, bank: Floats, dt: float, slowest: float, out: Floats) -> int:
    """Fill nodes ``dt`` apart until the glider is slower than ``slowest`` or on the ground; returns how many are filled."""
    n = int(np.ceil(dt / SUBSTEP))
    h = dt / n
    s, a, b, c, d = state.copy(), np.empty(6), np.empty(6), np.empty(6), np.empty(6)
    out[0] = s
    for i in range(1, len(out)):
        for _ in range(n):
            _force(s, k, lift_drag, bank[i - 1], a)
            _force(s + 0.5 * h * a, k, lift_drag, bank[i - 1], b)
            _force(s + 0.5 * h * b, k, lift_drag, bank[i - 1], c)
            _force(s + h * c, k, lift_drag, bank[i - 1], d)
            s += h / 6.0 * (a + 2.0 * (b + c) + d)
        w = np.sqrt((s[3] + OMEGA * s[1]) ** 2 + (s[4] - OMEGA * s[0]) ** 2 + s[5] ** 2)
        if height(s[0], s[1], s[2]) < 0.0 or w < slowest:
            return i
        out[i] = s
    return len(out)


def fly(
    state: ArrayLike,
    lift_drag: float,
    beta: float,
    bank: ArrayLike = 0.0,
    duration: float = 3600.0,
    dt: float = 1.0,
    slowest: float = 1000.0,
    density_scale: float = 1.0,
) -> tuple[Floats, Floats]:
    """Glide from an ECI state until ``duration`` (s), the ground, or an air-relative speed below ``slowest`` (m/s).

    bank: rad, right positive, one for the flight or one per node of ``dt`` s. beta: mass / (Cd A), kg/m^2. May start above the
    air: it falls in and pulls up. Shapes: (6,) -> times (k,) from 0, states (k, 6). Raises: BadInput.
    Source: 3-DoF equations with constant L/D (Acton 2015, Science & Global Security 23, 191; Tracy & Wright 2020, ibid. 28, 135),
    lift modulated by the path angle. Limits: no heating, no trim drag, constant L/D; not below Mach 3 or so.
    """
    state = np.ascontiguousarray(state, float)
    if state.shape != (6,) or not (lift_drag > 0.0 and beta > 0.0 and dt > 0.0):
        raise BadInput("a glide needs a state of shape (6,) and positive lift_drag, beta and dt")
    nodes = int(duration / dt) + 1
    history = np.asarray(bank, float)
    if history.ndim and len(history) < nodes - 1:
        raise BadInput(f"bank has {len(history)} values, the flight of {duration} s needs {nodes - 1} (or one for all)")
    steps = np.ascontiguousarray(np.broadcast_to(history, (nodes,)) if history.ndim == 0 else history)
    out = np.empty((nodes, 6))
    count = _fly(state, 0.5 * density_scale / beta, lift_drag, steps, dt, slowest, out)
    return np.arange(count, dtype=np.float64) * dt, out[:count]
