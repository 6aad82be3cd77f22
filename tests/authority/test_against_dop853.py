"""The integrator against scipy's DOP853 (rtol 1e-13) on the same forces, written here a second time in plain Python.

Gravity is the textbook sum of Cartesian terms (Vallado 2013, eq. 8-30 ff), height an iterated geodetic latitude, density scipy's
spline through the same nodes; drag acts at every height, where Cupola leaves out what is below 1e-7 m/s^2.
"""

import bisect
import math

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.interpolate import CubicSpline

from cupola.core.constants import EARTH_RADIUS, FLATTENING, J2, J3, J4, MU, OMEGA
from cupola.dynamics import atmosphere, frames, propagate

KNOTS = np.r_[np.arange(0.0, 86.5), [h for h, _ in atmosphere.UPPER]]
SPLINE = CubicSpline(KNOTS, np.log(atmosphere.density(KNOTS * 1e3)), bc_type="natural")
PIECES, FEET = SPLINE.c.T.tolist(), KNOTS.tolist()
E2 = FLATTENING * (2.0 - FLATTENING)


def oracle_height(x, y, z):
    p, lat = math.hypot(x, y), math.atan2(z, math.hypot(x, y))
    for _ in range(6):
        normal = EARTH_RADIUS / math.sqrt(1.0 - E2 * math.sin(lat) ** 2)
        lat = math.atan2(z + E2 * normal * math.sin(lat), p)
    normal = EARTH_RADIUS / math.sqrt(1.0 - E2 * math.sin(lat) ** 2)
    return p * math.cos(lat) + (z + E2 * normal * math.sin(lat)) * math.sin(lat) - normal


def oracle_density(h):
    i = min(max(bisect.bisect_right(FEET, h * 1e-3) - 1, 0), len(PIECES) - 1)
    s = h * 1e-3 - FEET[i]
    c = PIECES[i]
    return math.exp(c[3] + s * (c[2] + s * (c[1] + s * c[0])))


def oracle_rates(beta):
    def rates(_, s):
        x, y, z, vx, vy, vz = s.tolist()
        r2 = x * x + y * y + z * z
        r, w = math.sqrt(r2), z * z / r2
        a2 = 1.5 * J2 * MU * EARTH_RADIUS**2 / (r2 * r2 * r)
        a3 = 2.5 * J3 * MU * EARTH_RADIUS**3 / (r2 * r2 * r2 * r)
        a4 = 1.875 * J4 * MU * EARTH_RADIUS**4 / (r2 * r2 * r2 * r)
        plane = -MU / (r2 * r) - a2 * (1 - 5 * w) - a3 * (3 * z - 7 * z * w) + a4 * (1 - 14 * w + 21 * w * w)
        pole = -MU / (r2 * r) - a2 * (3 - 5 * w) + a4 * (5 - 70 * w / 3 + 21 * w * w)
        az = pole * z - a3 * (6 * z * z - 7 * z * z * w - 0.6 * r2)
        ux, uy = vx + OMEGA * y, vy - OMEGA * x
        d = 0.0
        if math.isfinite(beta) and r < EARTH_RADIUS + 9e5:
            d = oracle_density(oracle_height(x, y, z)) * math.sqrt(ux * ux + uy * uy + vz * vz) / (2 * beta)
        return [vx, vy, vz, plane * x - d * ux, plane * y - d * uy, az - d * vz]

    return rates


def oracle(x, beta, duration):
    def ground(_, s):
        return oracle_height(s[0], s[1], s[2])

    ground.terminal, ground.direction = True, -1.0
    return solve_ivp(
        oracle_rates(beta),
        (0.0, duration),
        x,
        "DOP853",
        events=ground,
        dense_output=True,
        rtol=1e-13,
        atol=[1e-7] * 3 + [1e-10] * 3,
    )


def flight(speed, angle, height, lat=0.7, bearing=1.0):
    level = math.cos(angle)
    enu = np.array([level * math.sin(bearing), level * math.cos(bearing), math.sin(angle)]) * speed
    return np.r_[frames.ecef_from_geodetic(lat, 0.3, height), frames.enu_axes(lat, 0.3).T @ enu]


def errors(x, beta, duration):
    """Position errors each second above 140 km and below it, and time and Earth-fixed place of impact."""
    truth = oracle(x, beta, duration)
    times = np.arange(0.0, truth.t[-1] - 1e-6, 1.0)
    want = truth.sol(times).T
    got = propagate.propagate(x[None], times, beta)[0]
    off, high = np.linalg.norm((got - want)[:, :3], axis=1), frames.height(want) > 140e3
    place = np.nan
    if len(truth.t_events[0]):
        when, where = propagate.impact(x[None], 0.0, beta, 2 * duration)
        place = np.linalg.norm(
            frames.ecef_from_eci(where[0, :3], when[0]) - frames.ecef_from_eci(truth.y_events[0][0][:3], truth.t_events[0][0])
        )
    return off[high].max(initial=0.0), off[~high].max(initial=0.0), place


def test_the_two_force_models_agree():
    for h in (0.0, 1234.5, 50e3, 85.7e3, 90e3, 171e3, 820e3):
        assert np.isclose(oracle_density(h), atmosphere.density(h), rtol=1e-9)
        assert math.isclose(oracle_height(*frames.ecef_from_geodetic(-0.9, 2.0, h)), h, abs_tol=1e-7)


@pytest.mark.parametrize(
    ("beta", "speed", "angle", "height", "duration"),
    [
        (math.inf, 7000.0, 0.6, 100e3, 1800.0),  # vacuum
        (8000.0, 6500.0, 0.4, 110e3, 2400.0),  # up through the thin air, over the top, down to the ground
        (1000.0, 7200.0, -0.1, 200e3, 1200.0),  # shallow entry
        (3000.0, 7000.0, -0.4, 120e3, 300.0),
    ],
)
def test_heavy_bodies_within_a_centimetre_aloft_and_two_to_the_ground(beta, speed, angle, height, duration):
    """The goal is 1 cm above 140 km and 1 m to impact; this holds what was reached."""
    high, low, place = errors(flight(speed, angle, height), beta, duration)
    assert high < 0.01
    assert low < 0.02
    assert np.isinf(beta) or place < 0.02


@pytest.mark.parametrize(("beta", "duration"), [(200.0, 600.0), (50.0, 900.0), (5.0, 2500.0)])
def test_light_bodies_within_half_a_metre(beta, duration):
    """Where they fall at terminal speed the quasi-steady rule is what limits them."""
    high, low, place = errors(flight(7000.0, -0.4, 160e3), beta, duration)
    assert high < 0.01
    assert low < 0.5
    assert place < 0.5
