"""Kernels of the defence's bookkeeping against the numpy formulas they stand for."""

from __future__ import annotations

import numpy as np

from cupola.core.randoms import stream
from cupola.dynamics.frames import great_circle
from cupola.dynamics.propagate import advance
from cupola.engage import defend, policy
from cupola.engage.opportunities import drag_of


def test_rounds_that_may_be_fired() -> None:
    rng = stream(1, "room")
    m, k, now = 5, 40, 100.0
    rounds, channels, battery = rng.integers(0, 12, m), rng.integers(1, 9, m), rng.integers(0, m, k)
    end, out = rng.uniform(50.0, 150.0, k), np.empty(m, np.int64)
    defend._room(rounds, 2, channels, battery, end, now, out)
    busy = np.bincount(battery[end > now], minlength=m)
    np.testing.assert_array_equal(out, np.maximum(0, np.minimum(rounds - 2, channels - busy)))


def test_when_to_look_again() -> None:
    rng = stream(2, "pause")
    n, m, now, plan = 30, 4, 500.0, 2.0
    first, command = rng.uniform(500.0, 600.0, (n, m)), rng.uniform(480.0, 540.0, (n, m))
    first[rng.random((n, m)) < 0.6] = np.nan
    impact, out = rng.uniform(510.0, 1200.0, n), np.empty(n)
    defend._pause(first, command, impact, now, plan, out)
    wait = np.where(~np.isnan(first), command, np.inf).min(axis=1) - plan - now
    later = np.where(wait > 0, np.clip(wait, plan, defend.REVISIT), defend.REVISIT)
    np.testing.assert_allclose(out, np.where(impact - now > defend.NEAR, later, plan))


def test_the_value_at_risk_is_that_of_the_areas_within_reach() -> None:
    rng = stream(3, "risk")
    areas = np.column_stack(
        [rng.uniform(-1.5, 1.5, 6), rng.uniform(-np.pi, np.pi, 6), rng.uniform(1e5, 4e6, 6), rng.uniform(1, 9, 6)]
    )
    seen = set()
    for lat, lon, margin in zip(
        rng.uniform(-1.5, 1.5, 200), rng.uniform(-np.pi, np.pi, 200), rng.uniform(0, 1e6, 200), strict=True
    ):
        gap = great_circle(np.full(6, lat), np.full(6, lon), areas[:, 0], areas[:, 1])[0]
        want = areas[gap <= areas[:, 2] + margin, 3].max(initial=0.0)
        assert policy._at_risk(lat, lon, margin, areas) == want
        seen.add(want)
    assert len(seen) > 4
    assert policy._at_risk(0.0, 0.0, 0.0, areas[:0]) == 1.0  # where no areas are named, all the Earth is one


def test_each_round_is_aimed_where_its_track_will_be_at_its_own_time() -> None:
    x = np.array([[7e6, 0.0, 0.0, 0.0, 6e3, 1e3], [0.0, 7.2e6, 0.0, -5e3, 0.0, 3e3]])
    beta = np.array([[np.log(5e3), 0.1], [np.nan, np.nan]])
    track, end = np.array([5, 5, 5, 9, 9, 7]), np.array([160.0, 160.0, 220.0, 220.0, 99.0, 150.0])
    aim, found = np.zeros((6, 3)), np.zeros(6, np.bool_)
    defend._aim(np.array([5, 9]), x, beta, 100.0, track, end, 100.0, aim, found)
    assert found.tolist() == [True, True, True, True, False, False]  # the fifth is past its time, of the sixth there is no track
    of = np.array([0, 0, 0, 1])
    want = advance(x[of], np.full(4, 100.0), end[:4], drag_of(beta)[of])[:, :3]
    np.testing.assert_allclose(aim[:4], want, atol=2.0)  # with longer steps in the air: metres
