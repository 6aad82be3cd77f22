"""Launch alerts: one for each launch, soon, near where and when it was; none for what was not launched."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cupola.core.batches import MODES, Floats, Tracks
from cupola.core.randoms import stream
from cupola.dynamics import boost, frames
from cupola.picture import alerts, compose, digest, ranges

BALLISTIC, BOOST, AIR = (MODES.index(m) for m in ("ballistic", "boost", "air"))
SIGMA = np.r_[[150.0] * 3, [15.0] * 3]
SITE = np.radians(40.0), np.radians(60.0)


@pytest.fixture(scope="module")
def flights() -> list[boost.PoweredFlight]:
    """A short and a long one from the same pad."""
    out = []
    for propellant, distance, pitch in (("liquid", 300e3, 50.0), ("solid", 9000e3, 48.0)):
        v = boost.sized(distance, propellant)
        out.append(boost.fly(v, *SITE, np.radians(70.0), np.radians(pitch)))
    return out


def at(flight: boost.PoweredFlight, launched: float, now: float, east: float = 0.0) -> Floats:
    """ECI state of a flight launched at ``launched``, moved ``east`` rad along the parallel."""
    tau = now - launched
    k = int(tau)
    x = flight.states[k] + (tau - k) * (flight.states[k + 1] - flight.states[k])
    s = frames.state_ecef_from_eci(x, tau)
    s = np.r_[frames.turn(s[:3], east), frames.turn(s[3:], east)]
    return frames.state_eci_from_ecef(s, now)


def tracks(t: float, rows: list[tuple[int, Floats, int, int]], seed: int = 0, sensors: int = 3) -> Tracks:
    """Confirmed tracks from (id, state, mode, parent), with errors as their covariance says."""
    n = len(rows)
    rows = sorted(rows, key=lambda r: r[0])
    mode = np.array([r[2] for r in rows], np.uint8)
    x = np.array([r[1] for r in rows]).reshape(n, 6) + SIGMA * stream(seed, "noise", int(10 * t)).standard_normal((n, 6))
    return Tracks(
        t, np.array([r[0] for r in rows], np.int64), x, np.tile(np.diag(SIGMA**2), (n, 1, 1)), np.ones(n, np.bool_), mode,
        np.full(n, t), np.full(n, t), np.full(n, 5, np.int32), np.full((n, 1), sensors, np.uint64), np.full((n, 2), np.nan),
        np.where(mode == BOOST, 40.0, 0.0), np.array([r[3] for r in rows], np.int64),
    )  # fmt: skip


def test_one_alert_soon_and_near(flights: list[boost.PoweredFlight]) -> None:
    for flight in flights:
        state, raised = alerts.start(), []
        for k in range(20):
            now = 42.0 + k
            state, new, launch = alerts.step(state, tracks(now, [(7, at(flight, 10.0, now), BOOST, -1)]), now)
            raised += new
        assert len(raised) == 1
        assert launch[0] == 0
        a = raised[0]
        distance, _ = frames.great_circle(a.lat, a.lon, *SITE)
        assert a.t <= 45.0
        assert distance < 3 * a.sigma_m < 20e3
        assert a.launch_t == pytest.approx(10.0, abs=8.0)
        assert np.degrees(a.heading) == pytest.approx(70.0, abs=12.0)


def test_close_launches_are_told_apart(flights: list[boost.PoweredFlight]) -> None:
    """Eight missiles 5 km and 2 s apart, of two kinds; the short ones burn out while the long ones still climb."""
    step = 5e3 / (6.37e6 * np.cos(SITE[0]))
    state, raised = alerts.start(), []
    for k in range(60):
        now, rows = 40.0 + k, []
        for i in range(8):
            flight, launched = flights[i % 2], 2.0 * i
            tau = now - launched
            if 35.0 <= tau < flight.cutoff_s - 1:
                rows.append((i, at(flight, launched, now, i * step), BOOST, -1))
        state, new, _ = alerts.step(state, tracks(now, rows), now)
        raised += new
    assert sorted(a.track for a in raised) == list(range(8))


def test_a_second_and_a_reborn_track_raise_nothing(flights: list[boost.PoweredFlight]) -> None:
    flight, state, raised = flights[1], alerts.start(), []
    for k in range(60):
        now = 40.0 + k
        x = at(flight, 0.0, now)
        rows = [(1, x, BOOST, -1)] if k < 20 else []
        rows += [(2, x, BOOST, -1)] if 8 <= k < 20 else []
        rows += [(3, x, BOOST, -1)] if k >= 28 else []
        state, new, launch = alerts.step(state, tracks(now, rows, seed=k), now)
        raised += new
    assert len(raised) == 1
    assert launch.tolist() == [0]
    assert state.alerts[0].track == 3


def parting(flight: boost.PoweredFlight, k: int, born: float) -> Tracks:
    """A climbing track that loses its missile 20 s on and flies on without thrust; track 2 is born then, confirmed 9 s later
    and follows the missile."""
    now = 40.0 + k
    x = at(flight, 0.0, now)
    old = x.copy()
    if k > 20:
        last = at(flight, 0.0, 60.0)
        old = np.r_[last[:3] + (k - 20) * last[3:], last[3:]]
    rows = [(1, old, BOOST if k < 34 else BALLISTIC, -1)] + ([(2, x, BOOST, -1)] if now >= born + 9.0 else [])
    out = tracks(now, rows, seed=k)
    starts, last_look = np.array([40.0, born])[: len(rows)], np.array([min(now, 60.0), now])[: len(rows)]
    return replace(out, born=starts, updated=last_look)


@pytest.mark.parametrize("born", [60.0, 41.0])
def test_a_missile_that_leaves_its_track_is_no_new_launch(flights: list[boost.PoweredFlight], born: float) -> None:
    """Unless the other track was there before the alert: then there were two missiles."""
    state, raised = alerts.start(), []
    for k in range(40):
        batch = parting(flights[1], k, born)
        if born < 60.0 and len(batch) > 1:
            batch.x[1, :3] += 1500.0
        state, new, _ = alerts.step(state, batch, batch.t)
        raised += new
    assert len(raised) == (1 if born == 60.0 else 2)


def test_no_alert_without_evidence(flights: list[boost.PoweredFlight]) -> None:
    now = 45.0
    x = at(flights[1], 0.0, now)
    level = frames.state_ecef_from_eci(x, now)
    level[3:] = 240.0 * frames.enu_axes(*SITE)[0]
    aircraft = frames.state_eci_from_ecef(level, now)
    falling = np.r_[x[:3] * 1.05, -x[3:]]
    cases = {
        "ballistic": tracks(now, [(1, x, BALLISTIC, -1)]),
        "aircraft": tracks(now, [(1, aircraft, AIR, -1)]),
        "level": tracks(now, [(1, aircraft, BOOST, -1)]),
        "falling": tracks(now, [(1, falling, BOOST, -1)]),
        "one sensor": tracks(now, [(1, x, BOOST, -1)], sensors=1),
        "tentative": replace(tracks(now, [(1, x, BOOST, -1)]), confirmed=np.zeros(1, np.bool_)),
    }
    for name, case in cases.items():
        state = alerts.start()
        for k in range(30):
            state, new, _ = alerts.step(state, replace(case, t=now, updated=np.array([now + k])), now + k)
            assert not new, name
    state, good = alerts.start(), tracks(now, [(1, x, BOOST, -1)])
    for k in range(30):
        state, new, _ = alerts.step(state, good, now + k)
        assert not new, "one look"
    assert len(alerts.step(state, replace(good, updated=np.array([now + 30.0])), now + 30.0)[1]) == 1


def test_a_launch_where_a_lost_missile_may_be_is_a_launch_of_its_own(flights: list[boost.PoweredFlight]) -> None:
    """The first missile is lost 36 s after its launch, coasting; 85 s later where it may be reaches the pad next to its own."""
    state, raised = alerts.start(), []
    for k in range(110):
        now = 40.0 + k
        rows = [(1, at(flights[1], 14.0, now), BOOST if now < 46.0 else BALLISTIC, -1)] if now < 50.0 else []
        rows += [(2, at(flights[1], 100.0, now, east=2e-3), BOOST, -1)] if now > 135.0 else []
        state, new, _ = alerts.step(state, tracks(now, rows, seed=k), now)
        raised += new
    assert [a.track for a in raised] == [1, 2]


def test_a_launch_later_than_its_own_track_is_none(flights: list[boost.PoweredFlight]) -> None:
    """A track that began a minute before the lift-off it speaks of has gathered the flames of others."""
    raised = []
    for born in (0.0, 105.0):
        state = alerts.start()
        for k in range(20):
            now = 135.0 + k
            batch = replace(tracks(now, [(1, at(flights[1], 100.0, now), BOOST, -1)]), born=np.array([born]))
            state, new, _ = alerts.step(state, batch, now)
            raised += [(born, a.track) for a in new]
    assert raised == [(105.0, 1)]


def test_what_is_born_beside_an_alerted_missile_counts_as_its_booster(flights: list[boost.PoweredFlight]) -> None:
    state = alerts.start()
    for k in range(60):
        now = 42.0 + k
        rows = [(1, at(flights[1], 10.0, now), BOOST, -1)]
        rows += [(2, at(flights[1], 10.0, now, east=3e-4), BOOST, -1)] if k >= 30 else []
        batch = tracks(now, rows, seed=k)
        batch = replace(batch, born=np.array([42.0, 72.0])[: len(rows)])
        state, _, _ = alerts.step(state, batch, now)
    assert [a.boosters for a in state.alerts] == [2]


def test_children_descend_from_the_launch(flights: list[boost.PoweredFlight]) -> None:
    state = alerts.start()
    for k in range(3):
        now = 45.0 + k
        state, _, _ = alerts.step(state, tracks(now, [(1, at(flights[1], 0.0, now), BOOST, -1)]), now)
    x = at(flights[1], 0.0, 50.0)
    far = np.r_[x[:3] + 3e4, x[3:]]
    family = [(1, x, BALLISTIC, -1), (4, x, BALLISTIC, 1), (6, x, BALLISTIC, 4), (9, far, BALLISTIC, -1)]
    state, _, launch = alerts.step(state, tracks(50.0, family), 50.0)
    assert launch.tolist() == [0, 0, 0, -1]
    state, _, launch = alerts.step(state, tracks(51.0, [(6, x, BALLISTIC, 4), (11, x, BALLISTIC, 6)]), 51.0)
    assert launch.tolist() == [0, 0]


def test_range_class() -> None:
    assert ranges.while_burning(40.0, 500.0)[0] == "unknown"
    assert ranges.while_burning(180.0, 6500.0) == ("icbm", pytest.approx(1.0, abs=0.1))
    assert ranges.after_burnout(400e3, 20e3) == ("srbm", pytest.approx(1.0))
    assert ranges.after_burnout(9000e3, 50e3) == ("icbm", pytest.approx(1.0))
    assert ranges.after_burnout(3000e3, 100e3)[1] == pytest.approx(0.5, abs=0.01)


def test_the_picture_holds_confirmed_tracks_only_and_hashes_alike(flights: list[boost.PoweredFlight]) -> None:
    def run(nudge: float) -> tuple[bytes, compose.Picture]:
        state, chain = compose.start(), digest.START
        for k in range(12):
            now = 45.0 + k
            batch = tracks(now, [(1, at(flights[1], 0.0, now), BOOST, -1), (2, at(flights[0], 5.0, now), BALLISTIC, -1)])
            batch = replace(batch, confirmed=np.array([True, k > 5]))
            batch.x[0, 0] += nudge * (k == 7)
            state, picture = compose.step(state, (batch, np.full((2, 5), 0.2)), now)
            assert len(picture.tracks) == 1 + (k > 5)
            chain = digest.extend(chain, picture)
        return chain, picture

    one, picture = run(0.0)
    assert one == run(0.0)[0]
    assert one != run(1e-6)[0]
    assert picture.launch.tolist() == [0, -1]
    assert np.isnan(picture.impact[0]).all()
    assert np.isfinite(picture.impact[1]).all()
    assert picture.alerts[0].track == 1


def salvo(flights: list[boost.PoweredFlight], apart: float, sigma: float, n: int = 6) -> tuple[int, int]:
    """Alerts and boosters told of when n missiles lift off at once, side by side, tracked with this error (m) per axis."""
    state = alerts.start()
    for k in range(30):
        now = 42.0 + k
        seen = tracks(now, [(i, at(flights[1], 10.0, now, east=i * apart / 6.4e6), BOOST, -1) for i in range(n)])
        x = np.array([at(flights[1], 10.0, now, east=i * apart / 6.4e6) for i in range(n)])
        noise = np.r_[[sigma] * 3, [0.1 * sigma] * 3]
        x += noise * stream(4, "salvo", k).standard_normal((n, 6))
        state, _, _ = alerts.step(state, replace(seen, x=x, P=np.tile(np.diag(noise**2), (n, 1, 1))), now)
    return len(state.alerts), sum(a.boosters for a in state.alerts)


def test_a_tight_salvo_says_how_many_boosters_are_told_apart(flights: list[boost.PoweredFlight]) -> None:
    raised, boosters = salvo(flights, apart=300.0, sigma=20.0)
    assert raised < 6
    assert boosters == 6


def test_what_cannot_be_told_apart_is_not_counted(flights: list[boost.PoweredFlight]) -> None:
    assert salvo(flights, apart=20.0, sigma=150.0) == (1, 1)


def test_a_stage_taken_for_burning_for_some_seconds_is_no_booster(flights: list[boost.PoweredFlight]) -> None:
    state = alerts.start()
    for k in range(40):
        now = 42.0 + k
        x = at(flights[1], 10.0, now)
        rows = [(1, x, BOOST, -1)]
        if k >= 20:  # it drops back by 100 m/s from k = 20 on, and is seen to coast 8 s later
            rows.append(
                (2, x - np.r_[100.0 * (k - 19) * x[3:] / np.linalg.norm(x[3:]), 0, 0, 0], BOOST if k < 28 else BALLISTIC, 1)
            )
        state, _, _ = alerts.step(state, tracks(now, rows), now)
    assert [a.boosters for a in state.alerts] == [1]


def test_a_stage_that_brakes_its_fall_keeps_its_class(flights: list[boost.PoweredFlight]) -> None:
    state = alerts.start()
    for k in range(60):
        now = 42.0 + k
        x = at(flights[1], 10.0, min(now, 70.0))
        if now > 70.0:
            x = np.r_[x[:3], -0.3 * x[3:]]
        state, _, _ = alerts.step(state, tracks(now, [(1, x, BOOST, -1)]), now)
        if now == 70.0:
            before = state.alerts[0]
    after = state.alerts[0]
    assert (after.range_class, after.confidence, after.heading) == (before.range_class, before.confidence, before.heading)
