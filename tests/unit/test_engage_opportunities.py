"""Opportunities against a plain second-by-second search."""

import exercise
import numpy as np
import pytest

from cupola.catalog import defence
from cupola.core.batches import Tracks
from cupola.dynamics import frames
from cupola.dynamics.propagate import advance
from cupola.engage import flyout, opportunities

D = np.deg2rad


@pytest.fixture(scope="module")
def raid():
    x = np.array([exercise.lob(D(40), D(127) + 0.002 * i, D(38), D(132)) for i in range(3)])
    beta = np.full(3, 8000.0)
    return x, beta, exercise.ground(x, 0.0, beta)


def search(battery, x, beta, t0, until):
    """Every second: (time, latest command) of points within the envelope."""
    times = np.arange(t0 + 1.0, until, 1.0)
    path = np.array([advance(x[None], t0, t, np.array([beta]))[0, :3] for t in times])
    flight = flyout.flight_time(battery, frames.ecef_from_eci(path, times))
    ok = np.isfinite(flight)
    return times[ok], (times - flight)[ok]


@pytest.mark.parametrize("kind", ["thaad", "pac3-mse", "arrow3"])
def test_against_a_plain_search(raid, kind):
    x, beta, ground = raid
    battery = defence.battery("b", kind, ground[0, 0], ground[0, 1] + 0.002)
    for now in (0.0, float(ground[:, 2].min()) - 100.0):
        state = advance(x, 0.0, now, beta) if now > 0 else x
        found = opportunities.find(state, beta, ground[:, 2], now, flyout.sites((battery,)))
        step = opportunities.FINE if now > 0 else opportunities.COARSE
        for i in range(len(x)):
            times, commands = search(battery, state[i], beta[i], now, ground[i, 2])
            open_ = commands >= now
            if not open_.any():
                assert np.isnan(found.first[i, 0])
                continue
            assert times[open_][0] <= found.first[i, 0] <= times[open_][0] + step
            assert found.last[i, 0] <= commands.max() + 1.0
            assert found.last[i, 0] >= commands.max() - 2.0 * step
            assert now <= found.command[i, 0] <= found.first[i, 0]


def test_out_of_reach_is_nan(raid):
    x, beta, ground = raid
    far = defence.battery("far", "pac3-mse", ground[0, 0] + 0.5, ground[0, 1])
    found = opportunities.find(x, beta, ground[:, 2], 0.0, flyout.sites((far,)))
    assert np.isnan(found.first).all()
    assert np.isnan(found.last).all()


def test_order_of_tracks_and_batteries_does_not_matter(raid):
    x, beta, ground = raid
    batteries = (
        defence.battery("a", "thaad", ground[0, 0], ground[0, 1]),
        defence.battery("b", "arrow3", ground[0, 0] + 0.01, ground[0, 1]),
    )
    one = opportunities.find(x, beta, ground[:, 2], 0.0, flyout.sites(batteries))
    two = opportunities.find(x[::-1], beta, ground[::-1, 2], 0.0, flyout.sites(batteries[::-1]))
    assert np.array_equal(one.first, two.first[::-1, ::-1])
    assert np.array_equal(one.last, two.last[::-1, ::-1])


def test_no_tracks_no_batteries():
    none = Tracks.empty()
    assert opportunities.find(none.x, opportunities.drag_of(none.beta), np.empty(0), 0.0, flyout.sites(())).first.shape == (0, 0)


def test_unknown_drag_takes_the_assumed_value():
    assert opportunities.drag_of(np.array([[np.nan, np.nan], [np.log(500.0), 0.1]])) == pytest.approx(
        [opportunities.PAYLOAD_BETA, 500.0]
    )
