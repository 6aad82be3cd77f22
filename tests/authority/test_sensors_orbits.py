"""Satellite platforms against oracles we did not write: sun-synchronous drift, DOP853 under J2, SGP4, pymap3d."""

from __future__ import annotations

import math

import numpy as np
import pymap3d
import pytest
from scipy.integrate import solve_ivp
from sgp4.api import Satrec

from cupola.core.constants import EARTH_RADIUS, J2, MU, OMEGA
from cupola.sensors.platform import Fixed, Orbit, Tle, secular_rates
from cupola.sensors.pose import pose


@pytest.mark.parametrize(("altitude", "inc"), [(705e3, 98.2), (786e3, 98.62)], ids=["Landsat 8", "Sentinel-2"])
def test_sun_synchronous_orbits_drift_with_the_sun(altitude, inc):
    """Their operators' heights and inclinations (USGS, ESA); rounding of 0.05 deg moves the drift by 0.6 %."""
    node, _, _ = secular_rates(Orbit(6378.137e3 + altitude, math.radians(inc), 0.0, 0.0))
    assert math.degrees(node) * 86400 == pytest.approx(360 / 365.2422, rel=1e-2)


def test_the_critical_inclination_holds_perigee():
    _, perigee, _ = secular_rates(Orbit(26.56e6, math.acos(math.sqrt(0.2)), 0.0, 0.0, 0.74))
    assert perigee == pytest.approx(0.0, abs=1e-12)


def rate(_: float, y: np.ndarray) -> np.ndarray:
    """Point mass and J2."""
    r = np.linalg.norm(y[:3])
    s = 5 * (y[2] / r) ** 2
    k = 1.5 * J2 * (EARTH_RADIUS / r) ** 2
    return np.r_[y[3:], -MU * y[:3] / r**3 * (1 + k * (np.array([1.0, 1.0, 3.0]) - s))]


@pytest.mark.parametrize(
    "orbit", [Orbit(7.378e6, 0.9, 0.4, 1.0), Orbit(7.578e6, 1.5, 2.0, 3.0), Orbit(26.56e6, 1.1, 0.0, 2.5, 0.7, -1.5)]
)
def test_the_plane_drifts_as_under_integrated_j2(orbit):
    """The orbit's normal after whole revolutions, from a start on the same plane: within 0.02 deg of DOP853 (short-period terms).

    Whole ones, since the pull acts near perigee and the secular rate is its mean over a revolution.
    """
    turn = 2 * math.pi / secular_rates(orbit)[2]
    end = turn * max(2, round(21600 / turn))
    x0, later = pose(orbit, 0.0, 0.0, 0)[0], pose(orbit, 0.0, 1.0, 0)[0]
    v0 = later - x0 - 0.5 * (-MU * x0 / np.linalg.norm(x0) ** 3)
    y = solve_ivp(rate, (0.0, end), np.r_[x0, v0], method="DOP853", rtol=1e-10, atol=1e-3).y[:, -1]
    a, b = (pose(orbit, 0.0, end + s, 0)[0] for s in (-10.0, 10.0))
    n, m = np.cross(a, b), np.cross(y[:3], y[3:])
    first = np.cross(x0, v0)
    angle = _angle(n, m)
    assert angle < math.radians(0.02)
    assert angle < 0.2 * _angle(first, m)  # the drift itself is several times larger


def _angle(a: np.ndarray, b: np.ndarray) -> float:
    return math.atan2(float(np.linalg.norm(np.cross(a, b))), float(a @ b))


def test_a_low_circle_keeps_step_with_sgp4_for_an_hour():
    """Elements made from a near-circular TLE: the two places stay within 40 km over an hour."""
    tle = Tle(
        "1 25544U 98067A   08264.51782528 -.00002182  00000-0 -11606-4 0  2927",
        "2 25544  51.6416 247.4627 0006703 130.5360 325.0288 15.72125391563537",
    )
    s = Satrec.twoline2rv(tle.line1, tle.line2)
    days, part = divmod(s.jdsatepoch + s.jdsatepochF - 2440587.5, 1.0)
    epoch = int(days) * 86_400_000_000_000 + round(part * 86400) * 1_000_000_000
    places = np.array([pose(tle, 0.0, t, epoch)[0] for t in (0.0, 300.0)])
    normal = np.cross(*places)
    raan = math.atan2(normal[0], -normal[1])
    node = np.array([math.cos(raan), math.sin(raan), 0.0])
    inc = math.acos(normal[2] / np.linalg.norm(normal))
    u = math.atan2(places[0] @ np.cross(normal, node) / np.linalg.norm(normal), places[0] @ node)
    ours = Orbit((MU / (s.no_kozai / 60) ** 2) ** (1 / 3), inc, raan, u)
    for t in (600.0, 1800.0, 3600.0):
        assert np.linalg.norm(pose(ours, 0.0, t, epoch)[0] - pose(tle, 0.0, t, epoch)[0]) < 40e3


def test_a_site_is_where_pymap3d_puts_it():
    t, lat, lon = 1234.5, 0.7, -1.9
    want = np.array(pymap3d.geodetic2ecef(math.degrees(lat), math.degrees(lon), 250.0))
    c, s = math.cos(OMEGA * t), math.sin(OMEGA * t)
    turned = np.array([c * want[0] - s * want[1], s * want[0] + c * want[1], want[2]])
    np.testing.assert_allclose(pose(Fixed(lat, lon, 250.0), 0.0, t, 0)[0], turned, atol=1e-6)
