"""How soon could a round be at a point? A published-style kinematic rule, no trajectory and no guidance.

In free fall under a mean gravity ``g`` a body that leaves with velocity v0 is after ``tau`` at ``v0 tau + g tau^2 / 2``. The speed
needed to be at ``p`` after ``tau`` is therefore |p/tau - g tau/2|; it must not exceed the burnout speed. Squared, that is quadratic
in tau^2, so the shortest time has a closed form. The mean gravity is Simpson's rule for the double integral, (g at the start + 2 g
half way) / 3, half way being found by repetition. Burn counts as half its duration of delay (constant acceleration on the path).

Source: range D = a tb^2/2 + v (T - tb) = v (T - tb/2) as in T. Harrison, AEI WP 2025-20 (2025), with the mean-gravity term added.
Limits: how far off a two-body solution it is: design/engagement.md; Earth rotation is kept by working in the Earth-fixed frame, its
Coriolis force is not; drag is one factor on the speed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from cupola.catalog.defence import Battery
from cupola.core.batches import Floats, Ints
from cupola.core.constants import MEAN_RADIUS, MU
from cupola.dynamics import frames

SPEED, BURN, DELAY, ALT_MIN, ALT_MAX, RANGE_MAX = range(6)
ROUNDS = 4


@dataclass(frozen=True)
class Sites:
    """Batteries as columns for the kernels: place ``(m, 3)`` ECEF; reach ``(m, 6)`` in the order SPEED..RANGE_MAX; ends ``(m, 6)``:
    homing time, handover, delay, burn, velocity for updates, kill probability; channels ``(m,)``."""

    place: Floats
    reach: Floats
    ends: Floats
    channels: Ints


def sites(batteries: tuple[Battery, ...]) -> Sites:
    """Columns of these batteries, in their order."""
    place = np.array([frames.ecef_from_geodetic(b.lat, b.lon, b.alt) for b in batteries], dtype=np.float64).reshape(-1, 3)
    kinds = [b.type for b in batteries]
    rows = [(k.burnout * k.mean_fraction, k.burn, k.delay, k.alt_min, k.alt_max, k.range_max) for k in kinds]
    ends = [(k.homing, k.handover, k.delay, k.burn, k.update_dv, k.kill) for k in kinds]
    return Sites(
        place, np.array(rows, dtype=np.float64).reshape(-1, 6), np.array(ends, dtype=np.float64).reshape(-1, 6),
        np.array([b.channels for b in batteries], dtype=np.int64),
    )  # fmt: skip


@njit(cache=True, nogil=True)
def flight_time_kernel(place: Floats, reach: Floats, x: float, y: float, z: float) -> float:
    """Shortest time (s) from command to the ECEF point, inf if it cannot be reached. ``place (3,)``, ``reach (6,)``."""
    px, py, pz = x - place[0], y - place[1], z - place[2]
    d2 = px * px + py * py + pz * pz
    a2 = place[0] * place[0] + place[1] * place[1] + place[2] * place[2]
    at = MU / (a2 * np.sqrt(a2))
    v2 = reach[SPEED] * reach[SPEED]
    free2 = d2 / v2
    gx = gy = gz = under = 0.0
    for _ in range(ROUNDS):
        mx, my, mz = 0.5 * (x + place[0]), 0.5 * (y + place[1]), 0.5 * (z + place[2])
        mx, my, mz = mx - gx * free2 / 8.0, my - gy * free2 / 8.0, mz - gz * free2 / 8.0
        m2 = mx * mx + my * my + mz * mz
        mid = 2.0 * MU / (m2 * np.sqrt(m2))
        gx, gy, gz = -(at * place[0] + mid * mx) / 3.0, -(at * place[1] + mid * my) / 3.0, -(at * place[2] + mid * mz) / 3.0
        g2 = gx * gx + gy * gy + gz * gz
        b = v2 + px * gx + py * gy + pz * gz
        under = b * b - g2 * d2
        if b <= 0.0:
            return np.inf
        free2 = 2.0 * d2 / (b + np.sqrt(max(under, 0.0)))
    if under < 0.0:
        return np.inf
    return float(reach[DELAY] + max(reach[BURN], np.sqrt(free2) + 0.5 * reach[BURN]))


@njit(cache=True, nogil=True)
def least_kernel(reach: Floats) -> float:
    """No flight is shorter (s)."""
    return float(reach[DELAY] + reach[BURN])


@njit(cache=True, nogil=True)
def edge_kernel(reach: Floats) -> float:
    """Cosine of the greatest ground range, seen from the Earth's centre."""
    return float(np.cos(min(np.pi, reach[RANGE_MAX] / MEAN_RADIUS)))


@njit(cache=True, nogil=True)
def in_envelope_kernel(place: Floats, reach: Floats, edge: float, x: float, y: float, z: float, alt: float) -> bool:
    """Whether the ECEF point at altitude ``alt`` lies between the altitudes and within the ground range; edge: its cosine."""
    if alt < reach[ALT_MIN] or alt > reach[ALT_MAX]:
        return False
    a = np.sqrt(place[0] * place[0] + place[1] * place[1] + place[2] * place[2])
    r = np.sqrt(x * x + y * y + z * z)
    cosine = (place[0] * x + place[1] * y + place[2] * z) / (a * r)
    return bool(cosine >= edge)


def flight_time(battery: Battery, point: Floats) -> Floats:
    """Shortest times (s) from command to ECEF points ``(..., 3)``; inf where a point is out of reach or outside the envelope."""
    of = sites((battery,))
    flat = np.ascontiguousarray(np.asarray(point, dtype=np.float64).reshape(-1, 3))
    alt = frames.height(flat)
    out = np.full(len(flat), np.inf)
    for i, p in enumerate(flat):
        if in_envelope_kernel(of.place[0], of.reach[0], edge_kernel(of.reach[0]), p[0], p[1], p[2], alt[i]):
            out[i] = flight_time_kernel(of.place[0], of.reach[0], p[0], p[1], p[2])
    return out.reshape(np.shape(point)[:-1])
