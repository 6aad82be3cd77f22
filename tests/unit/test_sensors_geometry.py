"""Who is in view (against rays walked step by step) and who is told apart (against pairs tried one by one)."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from cupola.core.constants import EARTH_RADIUS, FLATTENING
from cupola.core.randoms import stream
from cupola.dynamics import frames
from cupola.dynamics.ellipsoid import clears
from cupola.observe import radar
from cupola.sensors.platform import Fixed
from cupola.sensors.pose import nadir_axes, pose
from cupola.sensors.resolve import merge
from cupola.sensors.visibility import bounds, field, in_view

EVERYTHING = np.full(6, np.nan)
SEEDS = st.integers(0, 2**32 - 1)


def sky(seed: int, n: int) -> np.ndarray:
    """Objects all round the Earth, ``(n, 6)``, 0.1 to 2,000 km up."""
    g = stream(seed, "sky")
    x = np.zeros((n, 6))
    x[:, :3] = frames.ecef_from_geodetic(g.uniform(-1.5, 1.5, n), g.uniform(-3.1, 3.1, n), 10 ** g.uniform(2, 6.3, n))
    return x


def looking_down(origin: np.ndarray) -> np.ndarray:
    """Axes of a satellite there."""
    axes = np.empty((3, 3))
    nadir_axes(origin, axes)
    return axes


def in_field(x: np.ndarray, origin: np.ndarray, axes: np.ndarray, limits: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows of x in view, and their el, az, range."""
    r = np.array([in_view(*place[:3], field(origin, axes, bounds(limits))) for place in x])
    seen = np.flatnonzero(r > 0.0)
    z = radar.h(x[seen], origin, axes)
    np.testing.assert_allclose(r[seen], z[:, 2], rtol=1e-12)
    return seen, z


def depth(points: np.ndarray, margin: float) -> np.ndarray:
    """Scaled distance from the centre of the grown ellipsoid: below 1 is inside."""
    a, b = EARTH_RADIUS + margin, EARTH_RADIUS * (1 - FLATTENING) + margin
    return np.linalg.norm(points / [a, a, b], axis=-1)


@given(seed=SEEDS, altitude=st.sampled_from([0.0, 10e3, 1200e3, 35_786e3]))
@settings(max_examples=25, deadline=None)
def test_occlusion_against_walked_rays(seed, altitude):
    x = sky(seed, 60)
    origin = frames.ecef_from_geodetic(*stream(seed, "origin").uniform(-1.4, 1.4, 2), altitude)
    rows, _ = in_field(x, origin, looking_down(origin), EVERYTHING)
    seen = np.isin(np.arange(60), rows)
    walk = np.linspace(0.0, 1.0, 4001)[1:-1, None, None]
    lowest = depth(origin + walk * (x[:, :3] - origin), 0.0).min(axis=0)
    clear = np.abs(lowest - 1.0) > 1e-6  # nearer than 6 m to the ground is not asked of the walk
    np.testing.assert_array_equal(seen[clear], lowest[clear] > 1.0)
    np.testing.assert_array_equal(seen, frames.line_of_sight(origin, x[:, :3]))


@given(seed=SEEDS)
@settings(max_examples=25, deadline=None)
def test_background_against_walked_rays(seed):
    x, margin = sky(seed, 60), 100e3
    origin = frames.ecef_from_geodetic(*stream(seed, "origin").uniform(-1.4, 1.4, 2), 1200e3)
    got = np.array([clears(origin, p, margin) for p in x])
    u = x[:, :3] - origin
    u /= np.linalg.norm(u, axis=1)[:, None]
    lowest = depth(origin + np.linspace(0, 1.2e7, 6001)[:, None, None] * u, margin).min(axis=0)
    clear = np.abs(lowest - 1.0) > 1e-6
    np.testing.assert_array_equal(got[clear], lowest[clear] > 1.0)


@given(seed=SEEDS, az_lo=st.floats(-3.1, 3.1), width=st.floats(0.1, 6.2))
@settings(max_examples=25, deadline=None)
def test_limits_bind_and_sectors_may_cross_the_back(seed, az_lo, width):
    x = sky(seed, 400)
    origin, axes = pose(Fixed(0.3, 0.2), 0.5, 0.0, 0)
    limits = np.array([0.02, 1.2, az_lo, az_lo + width, 100e3, 4e6])
    rows, z = in_field(x, origin, axes, limits)
    want = radar.h(x, origin, axes)
    turn = np.mod(want[:, 1] - az_lo, 2 * math.pi)
    inside = (want[:, 0] >= 0.02) & (want[:, 0] <= 1.2) & (turn <= width) & (want[:, 2] >= 100e3) & (want[:, 2] <= 4e6)
    np.testing.assert_array_equal(rows, np.flatnonzero(inside & frames.line_of_sight(origin, x[:, :3])))
    np.testing.assert_allclose(z, want[rows], rtol=1e-9)


def test_absent_objects_are_nowhere():
    x = sky(1, 5)
    x[2] = np.nan
    origin = frames.ecef_from_geodetic(0.0, 0.0, 4e7)
    assert 2 not in in_field(x, origin, looking_down(origin), EVERYTHING)[0]


def crowd(seed: int, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Places close to each other, some across the seam of azimuth, and powers."""
    g = stream(seed, "crowd")
    z = np.stack([g.normal(0.4, 2e-3, n), math.pi + g.normal(0, 2e-3, n), g.normal(1e6, 100.0, n)], axis=1)
    z[:, 1] = (z[:, 1] + math.pi) % (2 * math.pi) - math.pi
    return z, g.exponential(10.0, n)


def naive(z: np.ndarray, power: np.ndarray, range_cell: float, angle_cell: float) -> np.ndarray:
    """Owner of each object, trying every pair, strongest first."""
    owner = np.full(len(z), -1)
    for i in np.argsort(-power, kind="stable"):
        if owner[i] >= 0:
            continue
        turn = np.abs((z[:, 1] - z[i, 1] + math.pi) % (2 * math.pi) - math.pi) * math.cos(z[i, 0])
        near = (np.abs(z[:, 0] - z[i, 0]) < angle_cell) & (turn < angle_cell) & (np.abs(z[:, 2] - z[i, 2]) < range_cell)
        owner[near & (owner < 0)] = i
    return owner


@given(seed=SEEDS, range_cell=st.sampled_from([20.0, 100.0, math.inf]), angle_cell=st.floats(1e-4, 5e-3))
@settings(max_examples=30, deadline=None)
def test_merging_against_all_pairs(seed, range_cell, angle_cell):
    z, power = crowd(seed, 80)
    owner = naive(z, power, range_cell, angle_cell)
    rows, places, total = merge(z, power, range_cell, angle_cell)
    np.testing.assert_array_equal(rows, np.unique(owner))
    np.testing.assert_allclose(total, [power[owner == i].sum() for i in rows])
    assert np.isclose(total.sum(), power.sum())
    for k, i in enumerate(rows):
        group = owner == i
        assert power[i] == power[group].max()
        assert np.isclose(places[k, 2], np.average(z[group, 2], weights=power[group]), rtol=1e-12)


def test_far_objects_and_zero_cells_are_left_alone():
    z, power = crowd(3, 30)
    for cells in ((0.0, 1.0), (10.0, 0.0)):
        rows, places, total = merge(z, power, *cells)
        assert len(rows) == 30
        np.testing.assert_array_equal(places, z)
        np.testing.assert_array_equal(total, power)
    z[:, 2] = np.arange(30) * 1e3
    assert len(merge(z, power, 999.0, 1.0)[0]) == 30


def test_two_in_a_cell_give_one_between_them_nearer_the_stronger():
    z = np.array([[0.5, 0.1, 1e6], [0.5, 0.1 + 1e-4, 1e6 + 10.0]])
    rows, place, total = merge(z, np.array([1.0, 3.0]), 50.0, 1e-3)
    assert rows.tolist() == [1]
    assert total.tolist() == [4.0]
    np.testing.assert_allclose(place, [[0.5, 0.1 + 0.75e-4, 1e6 + 7.5]])
