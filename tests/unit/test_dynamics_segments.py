"""Segments: the same flight as ``propagate``, tick by tick, whatever the ticks."""

import numpy as np
import pytest

from cupola.core.errors import Fault
from cupola.dynamics import frames, propagate, segments


def fleet(n, angle, seed=0):
    rng = np.random.default_rng(seed)
    lat, lon, bearing = rng.uniform(-1, 1, n), rng.uniform(-3, 3, n), rng.uniform(0, 6.28, n)
    level = np.cos(angle)
    enu = np.stack([level * np.sin(bearing), level * np.cos(bearing), np.full(n, np.sin(angle))], axis=1) * 6500.0
    velocity = np.einsum("nij,ni->nj", frames.enu_axes(lat, lon), enu)
    return np.concatenate([frames.ecef_from_geodetic(lat, lon, 110e3), velocity], axis=1)


def test_ticks_give_what_propagate_gives():
    x, beta = fleet(12, -0.5), np.geomspace(5.0, 8000.0, 12)
    s = segments.start_segments(x, 40.0, beta)
    got = np.stack([segments.state_at(s, 40.0 + t) for t in range(120)], axis=1)
    want = propagate.propagate(x, np.arange(120.0), beta)
    assert np.array_equal(np.isnan(got), np.isnan(want))
    assert np.nanmax(np.abs(got - want)[..., :3]) < 1e-5
    when, where = propagate.impact(x, 40.0, beta)
    down = np.isfinite(s.impact[:, 0])
    assert down.sum() > 3
    assert np.allclose(s.impact[down, 0], when[down], atol=1e-6)
    assert np.allclose(s.impact[down, 1:4], where[down, :3], atol=1e-2)


def test_states_do_not_depend_on_when_they_were_asked_for():
    x = fleet(5, 0.6)
    a, b = segments.start_segments(x, 0.0, 3000.0), segments.start_segments(x, 0.0, 3000.0)
    for t in np.arange(0.0, 500.0, 0.7):
        segments.state_at(a, t)
    assert np.array_equal(segments.state_at(a, 500.0), segments.state_at(b, 500.0))


def test_time_does_not_go_back():
    s = segments.start_segments(fleet(2, 0.6), 0.0)
    segments.state_at(s, 200.0)
    with pytest.raises(Fault, match="ascending"):
        segments.state_at(s, 1.0)


def test_starting_now_answers_now_and_none_is_fine():
    x = fleet(3, 0.6)
    assert np.array_equal(segments.state_at(segments.start_segments(x, 5.0), 5.0), x)
    assert segments.state_at(segments.start_segments(np.empty((0, 6)), 0.0), 9.0).shape == (0, 6)
