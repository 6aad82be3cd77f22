"""Frames: round trips, orthogonality, the turning Earth, lines of sight."""

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from cupola.core.constants import EARTH_RADIUS, MEAN_RADIUS, OMEGA
from cupola.dynamics import ellipsoid, frames

quick = settings(max_examples=40, deadline=None)
latitude = st.floats(-np.pi / 2, np.pi / 2)
longitude = st.floats(-np.pi + 1e-9, np.pi)
altitude = st.floats(-1e4, 5e7)


@quick
@given(latitude, longitude, altitude)
def test_geodetic_round_trip(lat, lon, alt):
    x = frames.ecef_from_geodetic(lat, lon, alt)
    back = frames.geodetic_from_ecef(x)
    assert abs(back[0] - lat) < 2e-13
    assert abs(back[2] - alt) < 6e-8
    assert abs(frames.height(x) - alt) < 6e-8
    if abs(lat) < 1.57:
        assert abs(back[1] - lon) < 1e-12


def test_poles_and_equator():
    lat, lon, alt = frames.geodetic_from_ecef([[0.0, 0.0, frames.POLAR_RADIUS + 5.0], [EARTH_RADIUS, 0.0, 0.0]])
    assert np.allclose(lat, [np.pi / 2, 0.0], atol=1e-15)
    assert np.allclose(alt, [5.0, 0.0], atol=1e-8)
    assert lon[1] == 0.0


@quick
@given(latitude, longitude)
def test_enu_is_a_right_handed_frame_and_up_is_up(lat, lon):
    axes = frames.enu_axes(lat, lon)
    assert np.allclose(axes @ axes.T, np.eye(3), atol=1e-14)
    assert np.linalg.det(axes) > 0.99
    step = frames.ecef_from_geodetic(lat, lon, 1000.0) - frames.ecef_from_geodetic(lat, lon, 0.0)
    assert np.allclose(step / 1000.0, axes[2], atol=1e-10)


def test_north_and_east_point_where_latitude_and_longitude_grow():
    here = frames.ecef_from_geodetic(0.6, 1.1, 0.0)
    axes = frames.enu_axes(0.6, 1.1)
    north = frames.ecef_from_geodetic(0.6 + 1e-6, 1.1, 0.0) - here
    east = frames.ecef_from_geodetic(0.6, 1.1 + 1e-6, 0.0) - here
    assert np.allclose(north / np.linalg.norm(north), axes[1], atol=1e-5)
    assert np.allclose(east / np.linalg.norm(east), axes[0], atol=1e-5)


@quick
@given(st.lists(st.floats(-8e6, 8e6), min_size=6, max_size=6), st.floats(-1e5, 1e5))
def test_states_turn_there_and_back(values, t):
    s = np.array(values)
    back = frames.state_ecef_from_eci(frames.state_eci_from_ecef(s, t), t)
    assert np.allclose(back, s, atol=1e-6)
    assert np.allclose(frames.eci_from_ecef(s[:3], t), frames.state_eci_from_ecef(s, t)[:3])


def test_velocity_is_the_rate_of_position():
    fixed = np.r_[frames.ecef_from_geodetic(0.5, -0.4, 2e5), 0.0, 0.0, 0.0]
    t, h = 777.0, 0.5
    rate = (frames.eci_from_ecef(fixed[:3], t + h) - frames.eci_from_ecef(fixed[:3], t - h)) / (2 * h)
    assert np.allclose(frames.state_eci_from_ecef(fixed, t)[3:], rate, atol=1e-6)
    assert np.isclose(np.linalg.norm(rate), OMEGA * np.hypot(fixed[0], fixed[1]), rtol=1e-9)


def test_frames_agree_at_the_epoch_and_broadcast():
    x = np.arange(12.0).reshape(4, 3)
    assert np.array_equal(frames.eci_from_ecef(x, 0.0), x)
    assert frames.eci_from_ecef(x, np.zeros((5, 1))).shape == (5, 4, 3)
    assert frames.eci_from_ecef(x[0], np.arange(5.0)).shape == (5, 3)


@quick
@given(st.floats(-1.4, 1.4), longitude, st.floats(0, 2 * np.pi), st.floats(1e3, 1.9e7))
def test_destination_and_great_circle_are_inverse(lat, lon, bearing, distance):
    end = frames.destination(lat, lon, bearing, distance)
    d, b = frames.great_circle(lat, lon, *end)
    assert abs(d - distance) < 0.1
    assert abs(np.sin(0.5 * (b - bearing))) * distance < 1.0 or distance > 1.8e7


def test_quarter_of_the_globe():
    d, b = frames.great_circle(0.0, 0.0, 0.0, np.pi / 2)
    assert np.isclose(d, MEAN_RADIUS * np.pi / 2)
    assert np.isclose(b, np.pi / 2)


def _blocked_by_sampling(a, b):
    x = a + np.linspace(0.0, 1.0, 4001)[:, None] * (b - a)
    return bool(np.any(frames.height(x) < 0.0))


def test_line_of_sight_agrees_with_sampling():
    rng = np.random.default_rng(5)
    n = 60
    a = frames.ecef_from_geodetic(rng.uniform(-1.5, 1.5, n), rng.uniform(-3, 3, n), rng.uniform(1e3, 2e6, n))
    b = frames.ecef_from_geodetic(rng.uniform(-1.5, 1.5, n), rng.uniform(-3, 3, n), rng.uniform(1e5, 2e7, n))
    seen = frames.line_of_sight(a, b)
    assert 5 < seen.sum() < n - 5
    assert np.array_equal(seen, [not _blocked_by_sampling(p, q) for p, q in zip(a, b, strict=True)])


def test_ground_sites_see_above_their_horizon_only():
    for alt in (-400.0, 0.0, 10.0):
        site, axes = frames.ecef_from_geodetic(0.8, 2.0, alt), frames.enu_axes(0.8, 2.0)
        assert frames.line_of_sight(site, site + 1e6 * axes[2])
        assert frames.line_of_sight(site, site + 1e6 * (axes[0] + 0.02 * axes[2]))
        assert not frames.line_of_sight(site, site + 1e6 * (axes[0] - 0.02 * axes[2]))
        assert not frames.line_of_sight(site, -2.0 * site)


def test_margin_hides_what_grazes():
    a, b = np.array([-2e7, 0.0, EARTH_RADIUS + 50e3]), np.array([2e7, 0.0, EARTH_RADIUS + 50e3])
    assert frames.line_of_sight(a, b)
    assert not frames.line_of_sight(a, b, margin=100e3)


def test_earth_rotation_angle_at_j2000():
    assert np.isclose(frames.earth_rotation_angle(946_728_000_000_000_000), np.radians(280.46061837504), atol=1e-12)


def test_rotation_angle_and_gmst_keep_time():
    ns = np.int64(1_790_000_000_123_456_789)
    hour = np.int64(3600 * 10**9)
    for angle in (frames.earth_rotation_angle, frames.gmst):
        turned = np.mod(angle(ns + hour) - angle(ns), 2 * np.pi)
        assert abs(turned - OMEGA * 3600.0) < 8.6e-12 * 3600.0  # sidereal time runs ahead by the precession in right ascension


@given(st.floats(-math.pi / 2, math.pi / 2), st.floats(-math.pi, math.pi), st.floats(-100.0, 2e6))
@settings(max_examples=60, deadline=None)
def test_the_kernels_of_height(lat, lon, alt):
    x, y, z = frames.ecef_from_geodetic(lat, lon, alt)
    assert math.isclose(ellipsoid.height(x, y, z), alt, abs_tol=1e-6)
    up, c, s = ellipsoid.vertical(x, y, z)
    assert math.isclose(up, alt, abs_tol=1e-6)
    assert math.isclose(math.atan2(s, c), lat, abs_tol=1e-11)
    radial = ellipsoid.radial_height(x, y, z)
    assert abs(radial - alt) < 6e-6 * abs(alt) + 1e-8
