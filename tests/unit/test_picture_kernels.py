"""Kernels of the alerts against the numpy and scipy formulas they stand for."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtr

from cupola.core.randoms import stream
from cupola.dynamics import frames
from cupola.picture import descent, launch_kernels, ranges


def test_local_frame_is_that_of_frames() -> None:
    rng = stream(1, "local frame")
    for t in (0.0, 321.5, 4000.0):
        s = np.r_[frames.ecef_from_geodetic(*rng.uniform(-1.4, 1.4, 2), rng.uniform(0.0, 900e3)), rng.normal(0.0, 3e3, 3)]
        x, local, axes = frames.state_eci_from_ecef(s, t), np.empty(6), np.empty((3, 3))
        lat, lon = launch_kernels.local_frame(x, t, local, axes)
        at_lat, at_lon, h = frames.geodetic_from_ecef(s[:3])
        assert (lat, lon) == (pytest.approx(at_lat, abs=1e-12), pytest.approx(at_lon, abs=1e-12))
        enu = frames.enu_axes(at_lat, at_lon)
        np.testing.assert_allclose(local, np.r_[0.0, 0.0, h, enu @ s[3:]], rtol=1e-9, atol=1e-6)
        np.testing.assert_allclose(axes, frames.eci_from_ecef(enu, t), atol=1e-12)
        speed, heading = launch_kernels.course(x, t)
        assert speed == pytest.approx(np.linalg.norm(s[3:]))
        assert heading == pytest.approx(np.arctan2(local[3], local[4]) % (2 * np.pi))


def test_what_is_no_covariance_has_no_root() -> None:
    rng = stream(2, "root")
    half, L = rng.normal(size=(6, 6)), np.zeros((6, 6))
    assert launch_kernels._root(half @ half.T, L)
    np.testing.assert_allclose(L, np.linalg.cholesky(half @ half.T), atol=1e-12)
    assert not launch_kernels._root(np.diag([1.0, 1.0, 1.0, -1.0, 1.0, 1.0]), L)
    assert not launch_kernels._root(np.full((6, 6), np.nan), L)


def test_what_is_learned_is_merged_in_order() -> None:
    rng = stream(3, "learn")
    for n, m in ((0, 0), (0, 3), (5, 0), (40, 13)):
        both = rng.permutation(200)[: n + m].astype(np.int64)
        track, ids = np.sort(both[:n]), np.sort(both[n:])
        launch, rows = rng.integers(0, 9, m), np.arange(m)
        more, of = np.empty(n + m, np.int64), np.empty(n + m, np.int64)
        descent.learn(track, track * 2, ids, launch, rows, more, of)
        order = np.argsort(np.r_[track, ids])
        np.testing.assert_array_equal(more, np.r_[track, ids][order])
        np.testing.assert_array_equal(of, np.r_[track * 2, launch][order])


def test_farthest_is_the_greatest_great_circle() -> None:
    rng = stream(4, "farthest")
    n, alerts = 60, 6
    watch = np.zeros(alerts, descent.WATCH)
    watch["burning"][2] = True
    launch = rng.integers(-1, alerts - 1, n)  # nothing belongs to the last
    at = np.column_stack([rng.uniform(-1.0, 1.0, alerts), rng.uniform(-3.0, 3.0, alerts), rng.uniform(1e3, 1e4, alerts)])
    impact, ellipse = rng.uniform(-1.0, 1.0, (n, 3)), rng.uniform(1e3, 1e5, (n, 3))
    impact[::7] = np.nan
    reach, sigma = np.empty(alerts), np.full(alerts, np.nan)
    descent.farthest(watch, launch, impact, ellipse, at, reach, sigma)
    for k in range(alerts):
        mine = np.flatnonzero((launch == k) & np.isfinite(impact[:, 0]))
        if k in (2, alerts - 1):
            assert np.isnan(reach[k])
            continue
        d, _ = frames.great_circle(at[k, 0], at[k, 1], impact[mine, 0], impact[mine, 1])
        assert reach[k] == pytest.approx(d.max())
        assert sigma[k] == pytest.approx(np.hypot(ellipse[mine[d.argmax()], 0], at[k, 2]))


@pytest.mark.parametrize(("since", "speed"), [(30.0, 600.0), (70.0, 2500.0), (150.0, 4200.0), (200.0, 6800.0)])
def test_class_while_burning_is_that_of_the_formula(since: float, speed: float) -> None:
    weight = []
    for finals, (median, spread), prior in zip(ranges._FINALS, ranges.BURN, ranges.PRIOR, strict=True):
        faster = np.mean(ndtr((finals - speed) / (0.05 * finals)))
        weight.append(prior * max(faster, 1e-6) * max(ndtr((np.log(median) - np.log(since)) / spread), 1e-6))
    k = int(np.argmax(weight))
    assert ranges._burning(since, speed) == (k, pytest.approx(weight[k] / sum(weight)))
