"""Radar: elevation, azimuth, range in a frame whose rows are given in ECI.

el = asin(z/r), az = atan2(y, x), r = |v|, with v = axes @ (x - position). Both angles are measured on the axes themselves: the
noise of azimuth is not divided by cos(el). Numba kernels take small arrays and write into theirs; the functions on many rows are
their numpy oracle and agree to rounding.

Limits: azimuth is undefined at el = +-90 deg; derivatives are held finite within ``POLE`` rad of it.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from cupola.core.batches import Floats
from cupola.observe.angles import direction

POLE = 1e-6  # rad: closer than this to the frame's z axis, azimuth carries no usable gradient


@njit(cache=True, nogil=True)
def radar_h(x: Floats, position: Floats, axes: Floats, z: Floats) -> None:
    """Write el, az, range of the ECI position x ``(>=3,)`` into z ``(3,)``."""
    dx, dy, dz = x[0] - position[0], x[1] - position[1], x[2] - position[2]
    vx = axes[0, 0] * dx + axes[0, 1] * dy + axes[0, 2] * dz
    vy = axes[1, 0] * dx + axes[1, 1] * dy + axes[1, 2] * dz
    vz = axes[2, 0] * dx + axes[2, 1] * dy + axes[2, 2] * dz
    z[0] = math.atan2(vz, math.sqrt(vx * vx + vy * vy))
    z[1] = math.atan2(vy, vx)
    z[2] = math.sqrt(vx * vx + vy * vy + vz * vz)


@njit(cache=True, nogil=True)
def radar_jacobian(x: Floats, position: Floats, axes: Floats, z: Floats, H: Floats) -> None:
    """Write the measurement into z ``(3,)`` and its derivative by ECI position into H ``(3, 3)``; that by velocity is zero."""
    dx, dy, dz = x[0] - position[0], x[1] - position[1], x[2] - position[2]
    vx = axes[0, 0] * dx + axes[0, 1] * dy + axes[0, 2] * dz
    vy = axes[1, 0] * dx + axes[1, 1] * dy + axes[1, 2] * dz
    vz = axes[2, 0] * dx + axes[2, 1] * dy + axes[2, 2] * dz
    r2 = vx * vx + vy * vy + vz * vz
    r = math.sqrt(r2)
    flat2 = vx * vx + vy * vy
    flat = math.sqrt(flat2)
    z[0] = math.atan2(vz, flat)
    z[1] = math.atan2(vy, vx)
    z[2] = r
    if flat2 < POLE * POLE * r2:
        flat2, flat = POLE * POLE * r2, POLE * r
    by_flat2, by_r2 = 1.0 / flat2, 1.0 / r2
    by_r = r * by_r2
    ez = flat * by_r2
    ex, ey = -vx * vz * ez * by_flat2, -vy * vz * ez * by_flat2
    ax, ay = -vy * by_flat2, vx * by_flat2
    rx, ry, rz = vx * by_r, vy * by_r, vz * by_r
    for j in range(3):
        H[0, j] = ex * axes[0, j] + ey * axes[1, j] + ez * axes[2, j]
        H[1, j] = ax * axes[0, j] + ay * axes[1, j]
        H[2, j] = rx * axes[0, j] + ry * axes[1, j] + rz * axes[2, j]


@njit(cache=True, nogil=True)
def radar_invert(z: Floats, position: Floats, axes: Floats, x: Floats) -> None:
    """Write the ECI position of the measurement z ``(3,)`` into x ``(>=3,)``."""
    flat = z[2] * math.cos(z[0])
    vx, vy, vz = flat * math.cos(z[1]), flat * math.sin(z[1]), z[2] * math.sin(z[0])
    for j in range(3):
        x[j] = position[j] + axes[0, j] * vx + axes[1, j] * vy + axes[2, j] * vz


@njit(cache=True, nogil=True)
def radar_covariance(z: Floats, sigma: Floats, axes: Floats, R: Floats) -> None:
    """Write the noise sigma ``(3,)`` of z, turned to ECI to first order, into R ``(3, 3)``, m^2."""
    ce, se, ca, sa = math.cos(z[0]), math.sin(z[0]), math.cos(z[1]), math.sin(z[1])
    se_m, sa_m, sr = z[2] * sigma[0], z[2] * ce * sigma[1], sigma[2]
    for i in range(3):
        e_i = (-se * ca * axes[0, i] - se * sa * axes[1, i] + ce * axes[2, i]) * se_m
        a_i = (-sa * axes[0, i] + ca * axes[1, i]) * sa_m
        r_i = (ce * ca * axes[0, i] + ce * sa * axes[1, i] + se * axes[2, i]) * sr
        for j in range(i, 3):
            e_j = (-se * ca * axes[0, j] - se * sa * axes[1, j] + ce * axes[2, j]) * se_m
            a_j = (-sa * axes[0, j] + ca * axes[1, j]) * sa_m
            r_j = (ce * ca * axes[0, j] + ce * sa * axes[1, j] + se * axes[2, j]) * sr
            R[i, j] = e_i * e_j + a_i * a_j + r_i * r_j
            R[j, i] = R[i, j]


def h(x: Floats, position: Floats, axes: Floats) -> Floats:
    """El, az (rad), range (m) of states x ``(n, >=3)`` in ECI: ``(n, 3)``."""
    v = (x[:, :3] - position) @ axes.T
    flat = np.hypot(v[:, 0], v[:, 1])
    return np.stack([np.arctan2(v[:, 2], flat), np.arctan2(v[:, 1], v[:, 0]), np.linalg.norm(v, axis=1)], axis=1)


def invert(z: Floats, position: Floats, axes: Floats) -> Floats:
    """ECI positions ``(n, 3)`` of measurements z ``(n, 3)``."""
    return position + z[:, 2:3] * direction(z[:, 0], z[:, 1]) @ axes


def covariance(z: Floats, sigma: Floats, axes: Floats) -> Floats:
    """Noise sigma ``(n, 3)`` or ``(3,)`` of measurements z ``(n, 3)`` as ECI covariance ``(n, 3, 3)``, m^2, first order.

    Limits: holds while r sigma^2 << sigma_r (the curved error banana is drawn straight) and away from el = +-90 deg.
    """
    el, az, r = z.T
    ce, se, ca, sa = np.cos(el), np.sin(el), np.cos(az), np.sin(az)
    by_el = r[:, None] * np.stack([-se * ca, -se * sa, ce], axis=1)
    by_az = r[:, None] * np.stack([-ce * sa, ce * ca, np.zeros(len(z))], axis=1)
    J = np.stack([by_el, by_az, direction(el, az)], axis=2) * np.broadcast_to(sigma, z.shape)[:, None, :]
    J = axes.T @ J
    return np.asarray(J @ np.swapaxes(J, 1, 2))
