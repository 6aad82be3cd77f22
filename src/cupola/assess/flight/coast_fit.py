"""An unpowered arc predicted from its beginning: gravity alone, the Earth turning below.

Speed is Earth-relative and no heading is published, so the start state has four unknowns: altitude, climb rate, horizontal speed,
and the eastward share of the heading, which decides how much of the Earth's rotation adds to the orbital motion. All are fitted to
the first part of the arc only (the share with a prior from what is known of the launch); the rest of the arc is a prediction.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from cupola.core.constants import EARTH_RADIUS, FLATTENING, J2, MU, OMEGA, Cited

Floats = NDArray[np.float64]

SIGMA_ALTITUDE = 60.0
SIGMA_SPEED = 0.5
SHARE_SPREAD = 0.5

SOURCES: dict[str, Cited] = {
    "SIGMA_ALTITUDE": Cited(
        "m", "assumed: steps of 0.1 km (29 m RMS), doubled because neighbouring rows are not independent", 2026, "assumed"
    ),
    "SIGMA_SPEED": Cited("m/s", "assumed: steps of 1 km/h (0.08 m/s RMS) and reading errors over many rows", 2026, "assumed"),
    "SHARE_SPREAD": Cited("1", "assumed: of the eastward share about its prior, which is a guess from the site", 2026, "assumed"),
}


@dataclass(frozen=True)
class CoastFit:
    """Modelled altitude and speed at the arc's seconds, the fitted start state, and how much of the arc was used to fit."""

    altitude: Floats
    speed: Floats
    start: dict[str, float]
    fitted_s: float


def ground_radius(lat: float) -> float:
    """Distance of the ellipsoid's surface from the Earth's centre at latitude ``lat`` (rad), m, to first order."""
    return EARTH_RADIUS * (1.0 - FLATTENING * math.sin(lat) ** 2)


@njit(cache=True, nogil=True)
def arc(h0: float, climb: float, level: float, share: float, lat: float, ground: float, out: Floats) -> None:
    """Fly an arc, one row of ``out`` (k, 2) a second: altitude and Earth-relative speed.

    ``level`` is the horizontal Earth-relative speed, ``share`` the sine of its azimuth. RK4 in the orbital plane, gravity with J2
    at the starting latitude. Limits: some 500 km and minutes, no air.
    """
    k = MU * (1.0 - 1.5 * J2 * (EARTH_RADIUS / ground) ** 2 * (3.0 * math.sin(lat) ** 2 - 1.0))
    side = math.sqrt(max(1.0 - share * share, 0.0))
    r, w = ground + h0, climb
    spin = OMEGA * math.cos(lat)
    along, across = level + spin * r * share, spin * r * side
    orbital = math.hypot(along, across)
    turn = orbital * r
    for i in range(len(out)):
        scale = turn / r / orbital
        u = along * scale - spin * r * share
        n = across * scale - spin * r * side
        out[i, 0] = r - ground
        out[i, 1] = math.sqrt(u * u + n * n + w * w)
        k1 = turn * turn / r**3 - k / r**2
        r2, w2 = r + 0.5 * w, w + 0.5 * k1
        k2 = turn * turn / r2**3 - k / r2**2
        r3, w3 = r + 0.5 * w2, w + 0.5 * k2
        k3 = turn * turn / r3**3 - k / r3**2
        r4, w4 = r + w3, w + k3
        k4 = turn * turn / r4**3 - k / r4**2
        r, w = r + (w + 2.0 * (w2 + w3) + w4) / 6.0, w + (k1 + 2.0 * (k2 + k3) + k4) / 6.0


def fit(altitude: Floats, speed: Floats, lat: float, share: float) -> CoastFit:
    """Fit the start state on the first third (40 to 80 s, at most half) of the arc and predict all of it.

    Shapes: altitude, speed (k,) once a second. ``lat`` rad; ``share`` prior eastward share of the heading, -1 to 1.
    """
    from scipy.optimize import least_squares

    count = len(altitude)
    used = int(min(max(count / 3.0, 40.0), 80.0, count / 2.0)) + 1
    ground = ground_radius(lat)
    out = np.empty((used, 2))

    def errors(p: Floats) -> Floats:
        arc(p[0], p[1], p[2], p[3], lat, ground, out)
        doubt = np.array([(p[3] - share) / SHARE_SPREAD])
        return np.concatenate([(out[:, 0] - altitude[:used]) / SIGMA_ALTITUDE, (out[:, 1] - speed[:used]) / SIGMA_SPEED, doubt])

    climb = float(np.polyfit(np.arange(9.0), altitude[:9], 1)[0])
    level = math.sqrt(max(speed[0] ** 2 - climb**2, 100.0))
    start = np.array([altitude[0], climb, level, share * 0.99])
    bounds = ([-1e4, -1e4, 0.0, -1.0], [1e7, 1e4, 1.2e4, 1.0])
    found = least_squares(errors, start, bounds=bounds, x_scale=[100.0, 1.0, 1.0, 0.1])
    whole = np.empty((count, 2))
    h0, climb, level, share = (float(v) for v in found.x)
    arc(h0, climb, level, share, lat, ground, whole)
    names = ("altitude_m", "climb_m_s", "horizontal_m_s", "eastward_share")
    return CoastFit(whole[:, 0], whole[:, 1], dict(zip(names, (h0, climb, level, share), strict=True)), used - 1.0)
