"""The defence as a stage: what it may do with what it is told."""

from dataclasses import replace

import exercise
import numpy as np
import pytest
from skirmish import Raid, fight

from cupola.catalog import defence
from cupola.core.batches import Outcomes, Picture, Tracks
from cupola.core.errors import BadScenario
from cupola.dynamics.propagate import advance
from cupola.engage import defend, policy
from cupola.truth.kill import KillModel

D = np.deg2rad
BETA = 8000.0


@pytest.fixture(scope="module")
def lobs():
    x = np.array([exercise.lob(D(40), D(127) + 0.003 * i, D(38), D(132)) for i in range(6)])
    return x, exercise.ground(x, 0.0, np.full(6, BETA))


@pytest.fixture(scope="module")
def layers(lobs):
    lat, lon = lobs[1][0, :2]
    return (
        defence.battery("upper", "thaad", lat, lon, magazine=7, channels=3),
        defence.battery("terminal", "pac3-mse", lat, lon + 0.003, magazine=9, channels=4),
        defence.battery("early", "arrow3", lat, lon + 0.01, magazine=3),
    )


def no_picture(t):
    none = Tracks.empty(t)
    return Picture(t, none, np.empty((0, 5)), np.empty(0), np.empty(0, np.int64), np.empty((0, 3)), np.empty((0, 3)))


def at(lobs, t, rows=slice(None), sigma=(30.0, 1.0), alert=0.0, belief=1.0):
    x = advance(lobs[0], 0.0, t, BETA)[rows] if t > 0 else lobs[0][rows]
    ids = np.arange(6)[rows]
    return exercise.picture(exercise.tracks(x, t, sigma, ids), np.full(len(ids), belief), alert, lobs[1][rows])


def play(lobs, batteries, doctrine, until=400.0, **kwargs):
    """Shots against tracks that are never hit; checks magazines and channels at every step."""
    state, out = defend.start(batteries, doctrine), []
    for t in np.arange(0.0, until, 2.0):
        state, shots = defend.step(state, (at(lobs, t, **kwargs), Outcomes.empty()), t)
        aloft = state.flying.battery[state.flying.intercept_t > t]
        for j, b in enumerate(batteries):
            assert doctrine.reserve <= state.rounds[j] or b.magazine < doctrine.reserve
            assert state.rounds[j] >= 0
            assert (aloft == j).sum() <= b.channels
        out.append(shots)
    return state, out


def first_rows(out):
    seen, rows = set(), []
    for s in out:
        rows += [
            (float(s.fire_t[k]), int(s.battery[k]), int(s.track[k]), float(s.intercept_t[k]))
            for k in range(len(s))
            if s.id[k] not in seen
        ]
        seen |= set(s.id.tolist())
    return rows


def test_magazines_channels_and_reserve_are_kept(lobs, layers):
    for reserve in (0, 2):
        state, out = play(lobs, layers, defence.Doctrine(reserve=reserve))
        fired = np.bincount([b for _, b, _, _ in first_rows(out)], minlength=3)
        assert (np.array([b.magazine for b in layers]) - fired == state.rounds).all()
        assert state.fired == fired.sum() > 6


def test_the_order_of_the_batteries_changes_nothing(lobs, layers):
    turn = [2, 0, 1]
    named = []
    for batteries in (layers, tuple(layers[j] for j in turn)):
        _, out = play(lobs, batteries, defence.Doctrine())
        named.append([(t, batteries[b].name, k, e) for t, b, k, e in first_rows(out)])
    assert named[0] == named[1]


def test_same_input_same_shots(lobs, layers):
    one, two = (play(lobs, layers, defence.Doctrine(), until=250.0)[1] for _ in range(2))
    assert all(np.array_equal(a.aim, b.aim) and np.array_equal(a.id, b.id) for a, b in zip(one, two, strict=True))


def test_no_alert_no_shot_and_a_late_alert_costs_looks(lobs, layers):
    doctrine = defence.Doctrine(decision=30.0)
    counts = [len(first_rows(play(lobs, layers, doctrine, alert=a)[1])) for a in (0.0, 250.0, 340.0, None)]
    assert counts[0] >= counts[1] > counts[2] >= counts[3] == 0
    starts = [min(t for t, *_ in first_rows(play(lobs, layers, doctrine, alert=a)[1])) for a in (0.0, 250.0)]
    assert starts[0] >= 30.0
    assert starts[1] >= 280.0


def test_release_by_own_alert_else_by_the_first():
    made = exercise.picture(Tracks.empty(), np.empty(0)).alerts[0]
    alerts = (replace(made, id=0, t=100.0), replace(made, id=1, t=160.0))
    assert policy.release_times(np.array([1, 0, -1]), alerts, 60.0).tolist() == [220.0, 160.0, 160.0]
    assert np.isinf(policy.release_times(np.array([-1]), (), 60.0)).all()


def test_only_what_is_believed_threatening_is_engaged(lobs, layers):
    assert first_rows(play(lobs, layers, defence.Doctrine(threshold=0.3), belief=0.29)[1]) == []
    far = (defence.Area("elsewhere", 0.0, 0.0, 1e5, 1.0),)
    assert first_rows(play(lobs, layers, defence.Doctrine(areas=far))[1]) == []
    near = (defence.Area("here", *lobs[1][0, :2], 1.0, 1.0),)
    gap = 6371e3 * np.hypot(lobs[1][:, 0] - lobs[1][0, 0], (lobs[1][:, 1] - lobs[1][0, 1]) * np.cos(lobs[1][0, 0]))
    threatened = set(np.flatnonzero(gap < 1.0 + 2 * 1e3).tolist())  # the ellipse of the made-up picture is 1 km
    assert 0 < len(threatened) < 6
    assert {k for *_, k, _ in first_rows(play(lobs, layers, defence.Doctrine(areas=near))[1])} == threatened


def test_poor_tracks_are_not_fired_at(lobs, layers):
    assert first_rows(play(lobs, layers, defence.Doctrine(), sigma=(8e3, 100.0))[1]) == []
    assert len(first_rows(play(lobs, layers, defence.Doctrine(), sigma=(50.0, 1.0))[1])) > 0


def test_updates_follow_the_track_and_a_lost_track_keeps_its_aim(lobs, layers):
    state = defend.start(layers, defence.Doctrine(decision=0.0))
    fired = None
    for t in np.arange(0.0, 300.0, 2.0):
        state, shots = defend.step(state, (at(lobs, t), Outcomes.empty()), t)
        if len(shots):
            fired, now = shots, t
            break
    moved = at(lobs, now + 2.0)
    x = moved.tracks.x + np.array([0.0, 0.0, 700.0, 0.0, 0.0, 0.0])
    lone = replace(moved, tracks=replace(moved.tracks, x=x))
    state, updates = defend.step(state, (lone, Outcomes.empty()), now + 2.0)
    shared = np.isin(updates.id, fired.id)
    assert shared.sum() == len(fired)
    assert np.linalg.norm(updates.aim[shared] - fired.aim, axis=1) == pytest.approx(700.0, rel=0.3)
    assert np.array_equal(updates.intercept_t[shared], fired.intercept_t)
    state, none = defend.step(state, (no_picture(now + 4.0), Outcomes.empty()), now + 4.0)
    assert len(none) == 0
    assert len(state.flying) == len(updates)


def rounds_after_report(lobs, battery, kill, measured_on):
    """Rounds fired at one track in all, when the first intercept is reported like this and the track is still measured or not."""
    state = defend.start((battery,), defence.Doctrine(decision=0.0, last_salvo=1, assess=6.0))
    reported, ids = None, set()
    for t in np.arange(0.0, float(lobs[1][0, 2]), 2.0):
        outcomes, picture = Outcomes.empty(), at(lobs, t, rows=slice(0, 1))
        ended = state.flying.intercept_t <= t
        if ended.any() and reported is None:
            reported = t
            outcomes = Outcomes(state.flying.id[ended], state.flying.intercept_t[ended], np.full(ended.sum(), kill))
        if reported is not None and not measured_on:
            picture = replace(picture, tracks=replace(picture.tracks, updated=np.array([reported])))
        state, shots = defend.step(state, (picture, outcomes), t)
        ids |= set(shots.id.tolist())
    return len(ids)


def test_shoot_look_shoot(lobs):
    lat, lon = lobs[1][0, :2]
    battery = defence.battery("early", "arrow3", lat, lon + 0.01)
    assert rounds_after_report(lobs, battery, kill=True, measured_on=False) == 1
    assert rounds_after_report(lobs, battery, kill=False, measured_on=True) > 1
    assert rounds_after_report(lobs, battery, kill=True, measured_on=True) > 1  # the report was wrong: it is still there


def test_two_batteries_of_one_name_are_refused(layers):
    with pytest.raises(BadScenario, match="upper"):
        defend.start((layers[0], layers[0]), defence.Doctrine())


def test_no_batteries_no_tracks(lobs):
    state, shots = defend.step(defend.start((), defence.Doctrine()), (at(lobs, 0.0), Outcomes.empty()), 0.0)
    assert len(shots) == 0
    assert state.fired == 0


@pytest.mark.parametrize("changes", [{"threshold": 1.5}, {"salvo": 0}, {"plan": 0.0}, {"common_mode_belief": -0.1}])
def test_doctrine_refuses_nonsense(changes):
    with pytest.raises(BadScenario, match="doctrine"):
        defence.Doctrine(**changes)


@pytest.mark.parametrize("changes", [{"scope": "planet"}, {"common_mode": -0.1}, {"report_kill": 1.1}])
def test_a_kill_model_refuses_nonsense(changes):
    with pytest.raises(BadScenario, match="kill_model"):
        KillModel(**changes)


def test_a_worse_track_kills_less(lobs, layers):
    """Handover error against basket: the same raid, tracks of growing error. Pooled over seeds."""
    doctrine, model = defence.Doctrine(common_mode_belief=0.0), KillModel(common_mode=0.0, draw_kill=False)

    def kills(sigma, seed):
        out = fight(Raid.warheads(lobs[0], BETA), layers, doctrine, seed, sigma, tick=2.0, model=model)
        return out.report.summary["killed"]

    killed = [sum(kills(s, seed) for seed in range(3)) for s in ((20.0, 0.5), (700.0, 5.0), (8e3, 100.0))]
    assert killed[0] > killed[1] > killed[2] == 0


def test_in_basket_against_drawn_errors():
    rng = np.random.default_rng(1)
    for sigma, handover in ((1.0, 0.5), (1.0, 1.5), (300.0, 600.0), (1.0, 5.0)):
        drawn = np.linalg.norm(rng.normal(size=(20000, 3)) * sigma, axis=1) < handover
        assert policy.in_basket(sigma, handover) == pytest.approx(drawn.mean(), abs=2.576 * 0.5 / np.sqrt(20000))


def test_spread_against_drawn_states():
    rng = np.random.default_rng(2)
    a = rng.normal(size=(6, 6)) * np.array([100.0] * 3 + [3.0] * 3)[:, None]
    drawn = rng.normal(size=(40000, 6)) @ a.T
    moved = drawn[:, :3] + 20.0 * drawn[:, 3:]
    assert policy.spread(a @ a.T, 20.0) == pytest.approx(np.sqrt((moved**2).sum(axis=1).mean() / 3), rel=0.02)
