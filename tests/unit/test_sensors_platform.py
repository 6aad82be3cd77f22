"""Poses: frames are frames, routes go round, satellites stay where they should, bad orbits are named."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cupola.core.errors import BadScenario
from cupola.dynamics import frames
from cupola.sensors.platform import Circle, Fixed, Geo, Orbit, Route, Tle, walker
from cupola.sensors.pose import movers, nadir_axes, pose, poses

ISS = Tle(
    "1 25544U 98067A   08264.51782528 -.00002182  00000-0 -11606-4 0  2927",
    "2 25544  51.6416 247.4627 0006703 130.5360 325.0288 15.72125391563537",
)
ISS_EPOCH = 1_221_913_540_104_192_000  # 2008-09-20T12:25:40.104192Z
PLATFORMS = [
    Fixed(0.7, -1.2, 300.0),
    Route(((0.1, 0.2), (0.15, 0.3), (0.0, 0.25)), 200.0, 9e3),
    Circle(-0.5, 2.0, 40e3, 12.0),
    Geo(1.3),
    Orbit(7.2e6, 1.0, 0.3, 2.0),
    Orbit(26.6e6, math.radians(63.4), 0.0, 1.0, 0.72, -math.pi / 2),
    ISS,
]


@pytest.mark.parametrize("platform", PLATFORMS, ids=lambda p: type(p).__name__)
@given(t=st.floats(0, 5e4), boresight=st.floats(-7, 7))
@settings(max_examples=15, deadline=None)
def test_axes_are_a_right_handed_frame(platform, t, boresight):
    position, axes = pose(platform, boresight, t, ISS_EPOCH)
    np.testing.assert_allclose(axes @ axes.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(axes) == pytest.approx(1.0)
    if isinstance(platform, Geo | Orbit | Tle):
        np.testing.assert_allclose(axes[0], -position / np.linalg.norm(position), atol=1e-12)
        assert axes[2, 2] > 0  # z towards north
    else:
        assert axes[2] @ position > 0.99 * np.linalg.norm(position)  # z up, within the ellipsoid's 0.2 deg


def test_all_at_once_stand_as_each_alone():
    bearings = [0.1 * i for i in range(len(PLATFORMS))]
    which = np.array([6, 1, 2, 5, 0])
    looks = poses(movers(PLATFORMS, bearings, ISS_EPOCH), which, 777.0)
    for k, i in enumerate(which):
        place, own = pose(PLATFORMS[i], bearings[i], 777.0, ISS_EPOCH)
        np.testing.assert_array_equal(looks["position"][k], place)
        np.testing.assert_array_equal(looks["axes"][k], own)


@given(boresight=st.floats(0, 6.28), t=st.floats(0, 1e5))
@settings(max_examples=20, deadline=None)
def test_x_looks_along_the_boresight_and_y_to_its_left(boresight, t):
    _, axes = pose(Fixed(0.6, 0.4), boresight, t, 0)
    east, north, _ = frames.eci_from_ecef(frames.enu_axes(0.6, 0.4), t)
    np.testing.assert_allclose(axes[0], math.sin(boresight) * east + math.cos(boresight) * north, atol=1e-12)
    left = boresight - math.pi / 2
    np.testing.assert_allclose(axes[1], math.sin(left) * east + math.cos(left) * north, atol=1e-12)


def test_over_the_pole_the_frame_still_exists():
    axes = np.empty((3, 3))
    nadir_axes(np.array([0.0, 0.0, 7e6]), axes)
    np.testing.assert_allclose(axes @ axes.T, np.eye(3), atol=1e-15)
    assert np.linalg.det(axes) == pytest.approx(1.0)


def ground(platform, t: float) -> tuple[float, float, float]:
    lat, lon, alt = frames.geodetic_from_ecef(frames.ecef_from_eci(pose(platform, 0.0, t, 0)[0], t))
    return float(lat), float(lon), float(alt)


@given(t=st.floats(0, 1e5))
@settings(max_examples=20, deadline=None)
def test_a_circle_stays_on_its_circle_and_height(t):
    lat, lon, alt = ground(Circle(-0.5, 2.0, 40e3, 12.0, 5e3), t)
    assert frames.great_circle(-0.5, 2.0, lat, lon)[0] == pytest.approx(40e3, abs=1.0)
    assert alt == pytest.approx(5e3, abs=1e-3)


def test_a_route_passes_its_waypoints_and_goes_round():
    points = ((0.1, 0.2), (0.15, 0.3), (0.0, 0.25))
    ends = np.array([*points, points[0]])
    legs, _ = frames.great_circle(ends[:-1, 0], ends[:-1, 1], ends[1:, 0], ends[1:, 1])
    route = Route(points, 250.0)
    for k, at in enumerate(np.concatenate([[0.0], np.cumsum(legs)])):
        np.testing.assert_allclose(ground(route, float(at) / 250.0)[:2], points[k % 3], atol=1e-8)
    a, b = ground(route, 1000.0), ground(route, 1001.0)
    assert frames.great_circle(a[0], a[1], b[0], b[1])[0] == pytest.approx(250.0, rel=1e-6)


def test_a_geostationary_satellite_stays_over_its_longitude():
    for t in (0.0, 1e4, 8e4):
        lat, lon, alt = ground(Geo(1.3), t)
        assert (lat, lon) == (pytest.approx(0.0, abs=1e-12), pytest.approx(1.3, abs=1e-9))
        assert alt == pytest.approx(35_786e3, abs=2e3)


@given(planes=st.integers(1, 6), per=st.integers(1, 8), phasing=st.integers(0, 5))
@settings(max_examples=20, deadline=None)
def test_a_walker_shell_is_evenly_spread(planes, per, phasing):
    total = planes * per
    shell = walker(total, planes, phasing, 1000e3, 1.0)
    assert len(shell) == total
    places = np.array([pose(o, 0.0, 0.0, 0)[0] for o in shell])
    np.testing.assert_allclose(np.linalg.norm(places, axis=1), 7378137.0, rtol=1e-12)
    assert len({(round(o.raan, 9), round(o.anomaly % (2 * math.pi), 9)) for o in shell}) == total
    if per > 1:  # an even ring has its centre of mass at the Earth's
        np.testing.assert_allclose(places.reshape(planes, per, 3).sum(axis=1), 0.0, atol=1e-5)


def test_a_walker_shell_that_does_not_divide_is_refused():
    with pytest.raises(BadScenario, match="10 satellites do not divide into 3 planes"):
        walker(10, 3, 1, 1e6, 1.0)


def test_unreadable_elements_are_refused():
    for bad in (Tle("nonsense", ISS.line2), Tle(ISS.line1[:-1] + "0", ISS.line2)):
        with pytest.raises(BadScenario, match="two-line elements"):
            pose(bad, 0.0, 0.0, ISS_EPOCH)


def test_the_space_station_is_at_its_height():
    for t in np.linspace(0, 5500, 12):
        assert 330e3 < ground_tle(t) < 380e3


def ground_tle(t: float) -> float:
    return float(frames.height(pose(ISS, 0.0, float(t), ISS_EPOCH)[0]))
