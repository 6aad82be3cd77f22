"""The state 1/beta of a re-entry track: never below zero in the motion, whatever an update has made of it."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import truncnorm

from cupola.core.batches import BALLISTIC, BOOST, REENTRY
from cupola.core.constants import EARTH_RADIUS, J2, MU, OMEGA
from cupola.fusion import boost, motion, pool, report
from cupola.fusion.config import Config

SETTINGS = Config().record()[0]
SIGMA = Config.drag_sigma


def placed(height, lat, speed, climb, turn):
    """State of a body at a height (m) and latitude, with a speed over ground, a climb angle and a heading."""
    up = np.array([math.cos(lat), 0.0, math.sin(lat)])
    east, north = np.array([0.0, 1.0, 0.0]), np.array([-math.sin(lat), 0.0, math.cos(lat)])
    x = (EARTH_RADIUS - 21.4e3 * math.sin(lat) ** 2 + height) * up
    v = speed * (math.sin(climb) * up + math.cos(climb) * (math.cos(turn) * east + math.sin(turn) * north))
    return np.r_[x, v + np.cross([0.0, 0.0, OMEGA], x)]


def energy(x):
    """Energy (J/kg) in the turning frame: constant in free fall, what the air takes is lost."""
    r, u = np.linalg.norm(x[:3]), x[3:] - np.cross([0.0, 0.0, OMEGA], x[:3])
    potential = -MU / r * (1.0 - J2 * (EARTH_RADIUS / r) ** 2 * (1.5 * (x[2] / r) ** 2 - 0.5))
    return 0.5 * u @ u + potential - 0.5 * OMEGA**2 * (x[0] ** 2 + x[1] ** 2)


def flown(x, e, sigma, dt, links=(0.0,) * 6):
    """A track moved by dt: its mean, covariance, state of 1/beta and rows of it. links: correlations of 1/beta with the rest."""
    spread = np.r_[np.full(3, 300.0), np.full(3, 30.0)]
    P, Pe = np.diag(spread**2), np.zeros((3, 9))
    Pe[0, :6], Pe[0, 6] = np.array(links) * spread * sigma, sigma**2
    x, e = x.copy(), np.array([e, 0.0, 0.0])
    motion.advance(REENTRY, x, P, e, Pe, dt, SETTINGS, np.zeros((3, 9, 9)))
    return x, P, e, Pe


PLACES = st.builds(
    placed,
    st.floats(0.0, 130e3), st.floats(-1.5, 1.5), st.floats(1.0, 11e3), st.floats(-math.pi / 2, math.pi / 2), st.floats(-3.0, 3.0),
)  # fmt: skip
STATES = st.floats(-3.0 * boost.LIGHTEST, 3.0 * boost.LIGHTEST)
SIGMAS = st.floats(0.0, SIGMA)


@settings(max_examples=60, deadline=None)
@given(PLACES, STATES, SIGMAS, st.floats(0.01, 60.0))
def test_air_takes_energy_whatever_the_state_of_drag(x, e, sigma, dt):
    before = energy(x)
    for _ in range(3):
        y, P, light, Pe = flown(x, e, sigma, dt / 3)
        assert np.isfinite(y).all()
        assert np.isfinite(P).all()
        assert np.isfinite(Pe).all()
        assert light[0] == e  # the filter's own mean is left as it was
        assert np.linalg.eigvalsh(P).min() > -1e-9 * np.trace(P)
        assert energy(y) < before + 60.0  # the zonal harmonics beyond J2, and the step's error
        x, before = y, min(before, energy(y))


@settings(max_examples=60, deadline=None)
@given(PLACES, STATES, SIGMAS, st.floats(0.01, 30.0))
def test_going_back_in_time_stays_among_what_flies(x, e, sigma, dt):
    y, P, _, _ = flown(x, e, sigma, -dt)
    assert np.isfinite(y).all()
    assert np.isfinite(P).all()
    first = max(SETTINGS["speed_limit"], np.linalg.norm(x[3:]))
    assert np.linalg.norm(y[3:]) < 1.5 * first + 12.0 * dt  # one step may pass the limit, then gravity


def test_a_long_fall_of_the_lightest_body_ends_at_its_terminal_speed():
    x, *_ = flown(placed(5e3, 0.3, 300.0, -1.5, 0.0), boost.LIGHTEST, 0.0, 100.0)
    u = x[3:] - np.cross([0.0, 0.0, OMEGA], x[:3])
    assert np.linalg.norm(u) == pytest.approx(math.sqrt(2 * 9.8 / (0.77 * boost.LIGHTEST)), rel=0.15)  # density at 4.5 km


@settings(max_examples=60, deadline=None)
@given(st.floats(-5.9, 8.0), st.floats(1e-6, 1.0))
def test_lightness_has_the_moments_of_the_truncated_gaussian(z, sigma):
    mean, share = motion.lightness(z * sigma, sigma**2)
    known = truncnorm(-z, np.inf, loc=z * sigma, scale=sigma)
    assert mean == pytest.approx(known.mean(), rel=1e-6)
    assert share == pytest.approx(known.var() / sigma**2, rel=1e-3, abs=1e-6)


@given(st.floats(-1e3, 1e3), st.floats(0.0, 1e3))
def test_lightness_is_never_below_zero(e, sigma):
    mean, share = motion.lightness(e, sigma**2)
    assert mean >= 0.0
    assert 0.0 <= share <= 1.0


def test_the_state_given_a_positive_drag_is_that_of_the_samples_that_have_one():
    rng = np.random.default_rng(5)
    root = rng.normal(size=(7, 7)) * np.r_[np.full(3, 300.0), np.full(3, 20.0), 0.05][:, None]
    C, e = root @ root.T, -0.04
    sample = rng.multivariate_normal(np.r_[np.zeros(6), e], C, 200_000)
    sample = sample[sample[:, 6] > 0.0]
    x, P, Pe = np.zeros(6), C[:6, :6].copy(), np.zeros((3, 9))
    Pe[0, :7] = C[6]
    motion.along(x, e, Pe, 1.0)
    motion.bounded(P, Pe, motion.lightness(e, Pe[0, 6])[1])
    d = np.sqrt(np.diag(P))
    assert np.abs((x - sample[:, :6].mean(axis=0)) / d).max() < 0.02
    assert np.abs((P - np.cov(sample[:, :6].T)) / np.outer(d, d)).max() < 0.03
    motion.along(x, e, Pe, -1.0)
    assert np.allclose(x, 0.0, atol=1e-9)


@settings(max_examples=25, deadline=None)
@given(st.floats(1e-4, 0.2), st.floats(3e3, 11.5e3), st.floats(0.1, 1.5), st.integers(5, 60))
def test_no_body_is_lighter_than_what_could_have_come_there(light, speed, climb, seconds):
    x = placed(130e3, 0.2, speed, -climb, 1.0)
    row = np.zeros(1, pool.TRACK)
    for _ in range(seconds):
        x, *_ = flown(x, light, 0.0, 1.0)
        row["x"][0] = x
        assert boost._lightest(row[0], SETTINGS) > min(light, boost.LIGHTEST) * 0.999
        if np.linalg.norm(x[:3]) < EARTH_RADIUS - 15e3:
            break


def test_drag_that_nothing_has_there_begins_again():
    row = np.zeros(1, pool.TRACK)
    row["x"][0], row["mode"], row["hits"] = placed(15e3, 0.0, 7e3, -0.5, 0.0), REENTRY, 9
    row["e"][0, 0], row["Pe"][0, 0, 6] = 0.28, 0.003**2
    assert boost._astray(row[0], SETTINGS)
    boost.meet_air(row[0], SETTINGS)
    light, _ = motion.lightness(row["e"][0, 0], row["Pe"][0, 0, 6])
    assert 0.0 < light < 0.01
    assert not boost._astray(row[0], SETTINGS)


@pytest.mark.parametrize(("speed", "shown"), [(7e3, True), (2e4, False)])
def test_a_state_that_nothing_has_is_not_confirmed_in_the_picture(speed, shown):
    rows, live = np.zeros(1, pool.TRACK), np.zeros(1, np.int64)
    rows["id"], rows["status"], rows["mode"], rows["hits"] = 1, pool.CONFIRMED, BALLISTIC, 9
    rows["x"][0] = placed(200e3, 0.0, speed, 0.3, 0.0)
    rows["P"][0] = np.eye(6)
    out = report.tracks(rows, live, 1.0, Config().record(), 1)
    assert out.confirmed.tolist() == [shown]


def test_a_boost_predicted_too_far_is_not_confirmed_in_the_picture():
    rows, live = np.zeros(1, pool.TRACK), np.zeros(1, np.int64)
    rows["id"], rows["status"], rows["mode"], rows["hits"], rows["burning"] = 1, pool.CONFIRMED, BOOST, 9, 1.0
    rows["x"][0], rows["e"][0] = placed(60e3, 0.0, 2e3, 0.9, 0.0), [30.0, 20.0, 0.0]
    rows["P"][0] = np.eye(6)
    assert report.tracks(rows.copy(), live, 1.0, Config().record(), 1).confirmed.tolist() == [True]
    far = report.tracks(rows.copy(), live, 120.0, Config().record(), 1)
    assert far.confirmed.tolist() == [False]
