"""Two-body flight: closed forms against each other, coasting against its invariants, the ground."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cupola.core.constants import MEAN_RADIUS, MU
from cupola.core.errors import BadInput
from cupola.dynamics import frames, kepler

quick = settings(max_examples=40, deadline=None)


def launch(speed, angle, lat=0.4, alt=0.0, bearing=1.0):
    east, north = np.cos(angle) * np.sin(bearing), np.cos(angle) * np.cos(bearing)
    velocity = frames.enu_axes(lat, 0.2).T @ np.array([east, north, np.sin(angle)]) * speed
    return np.r_[frames.ecef_from_geodetic(lat, 0.2, alt), velocity]


def some_flights(n=200, seed=4):
    rng = np.random.default_rng(seed)
    rows = zip(rng.uniform(2e3, 7.3e3, n), rng.uniform(0.1, 1.3, n), rng.uniform(-1.5, 1.5, n), rng.uniform(0, 4e5, n), strict=True)
    return np.array([launch(v, g, lat, alt, b) for (v, g, lat, alt), b in zip(rows, rng.uniform(0, 6.28, n), strict=True)])


@quick
@given(st.floats(1e4, 1.9e7))
def test_no_other_ellipse_is_slower_than_the_minimum(distance):
    speed, angle, apogee, time = kepler.minimum_energy(distance)
    assert np.allclose(kepler.impulsive_launch(apogee, distance), (speed, angle), rtol=1e-7)
    assert np.isclose(time, kepler.impulsive_time(apogee, distance))
    for factor in (0.9, 1.1):
        assert kepler.impulsive_launch(factor * apogee, distance)[0] > speed


@quick
@given(st.floats(2e4, 8e6), st.floats(1e5, 1.2e7))
def test_impulsive_flight_is_what_coasting_gives(apogee, distance):
    speed, angle = kepler.impulsive_launch(apogee, distance)
    x = np.array([[MEAN_RADIUS, 0.0, 0.0, speed * np.sin(angle), speed * np.cos(angle), 0.0]])
    end = kepler.coast(x, kepler.impulsive_time(apogee, distance))[0]
    psi = distance / MEAN_RADIUS
    assert np.allclose(end[:3], MEAN_RADIUS * np.array([np.cos(psi), np.sin(psi), 0.0]), atol=1.0)
    top = kepler.coast(x, 0.5 * kepler.impulsive_time(apogee, distance))[0]
    assert np.isclose(np.linalg.norm(top[:3]), MEAN_RADIUS + apogee, atol=1.0)


def test_short_flights_are_those_over_a_flat_earth():
    apogee, distance = 100.0, 400.0
    assert np.isclose(kepler.impulsive_time(apogee, distance), np.sqrt(8 * apogee / (MU / MEAN_RADIUS**2)), rtol=1e-4)


@pytest.mark.parametrize(("apogee", "distance"), [(-1.0, 1e6), (1e6, 0.0), (1e6, 2.1e7), (np.inf, 1e6), (np.nan, 1e6)])
def test_impossible_flights_are_refused(apogee, distance):
    with pytest.raises(BadInput):
        kepler.impulsive_time(apogee, distance)


def test_coasting_keeps_energy_and_momentum_and_comes_back():
    x = some_flights()
    dt = np.random.default_rng(1).uniform(-3000, 9000, len(x))
    y = kepler.coast(x, dt)
    energy = [np.sum(s[:, 3:] ** 2, axis=1) / 2 - MU / np.linalg.norm(s[:, :3], axis=1) for s in (x, y)]
    assert np.allclose(energy[0], energy[1], rtol=1e-11)
    assert np.allclose(np.cross(x[:, :3], x[:, 3:]), np.cross(y[:, :3], y[:, 3:]), rtol=1e-10, atol=1e-2)
    assert np.max(np.abs(kepler.coast(y, -dt) - x)[:, :3]) < 1e-4


def test_coasting_on_circle_and_hyperbola():
    r = 7e6
    circle = np.array([[r, 0.0, 0.0, 0.0, np.sqrt(MU / r), 0.0]])
    quarter = 0.5 * np.pi * np.sqrt(r**3 / MU)
    assert np.allclose(kepler.coast(circle, quarter)[0, :3], [0.0, r, 0.0], atol=1e-5)
    fast = np.array([[r, 0.0, 0.0, 0.0, 15e3, 0.0]])
    assert np.allclose(kepler.coast(kepler.coast(fast, 5000.0), -5000.0), fast, atol=1e-3)


def test_ground_is_on_the_ellipsoid_coming_down():
    x = some_flights()
    wait, end = kepler.ground(x)
    assert np.all(wait > 0.0)
    assert np.max(np.abs(frames.height(end))) < 1e-5
    assert np.all(np.sum(end[:, :3] * end[:, 3:], axis=1) < 0.0)
    assert np.allclose(kepler.coast(x, wait), end, atol=1e-4)


def test_orbits_that_stay_up_have_no_ground():
    r = 7e6
    up = [[r, 0.0, 0.0, 0.0, np.sqrt(MU / r), 0.0], [r, 0.0, 0.0, 1.0, 1.2 * np.sqrt(MU / r), 0.0], [r, 0.0, 0.0, 0.0, 1.5e4, 0.0]]
    wait, end = kepler.ground(up)
    assert np.all(np.isnan(wait))
    assert np.all(np.isnan(end))


def test_no_orbit_is_refused():
    with pytest.raises(BadInput, match="no orbits"):
        kepler.coast(np.full((1, 6), np.nan), 1.0)
