"""Bodies that do what free fall does not keep their track; what is gone does not stay; a slow link is no reason to see nothing."""

import fusion_scene as scene
import numpy as np

from cupola.core.batches import REENTRY
from cupola.core.constants import EARTH_RADIUS
from cupola.fusion import maneuver, tracker
from cupola.fusion.config import Config
from cupola.fusion.pool import CONFIRMED

SHARP = [1e-4, 1e-4, 5.0]


def pushed(thrust, seconds=70.0, at=30.0, length=15.0, seed=1):
    """Scans of one body, seen by a radar each second, that thrusts along its velocity from ``at`` for ``length`` s."""
    rng = np.random.default_rng(seed)
    site = scene.radar(-4.0, sigma=SHARP, pd=0.95)
    x = np.array([[EARTH_RADIUS + 4e5, 0.0, 0.0, 300.0, 3000.0, 3000.0]])
    scans, t, none = [], 0.0, np.full(1, np.inf)
    for k in range(int(seconds)):
        x = scene.fly(x, none, np.full(1, thrust if at <= t < at + length else 0.0), t, float(k))
        t = float(k)
        scans.append(site.scan(0, k, t, x, rng)[0])
    return (site.card,), scans, x


def test_a_body_that_is_pushed_keeps_its_track():
    cards, scans, x = pushed(25.0)
    out = scene.run(cards, scans)
    before, after = out[28].tracks, out[-1].tracks
    assert before.confirmed.sum() == 1
    assert after.id[after.confirmed].tolist() == before.id[before.confirmed].tolist()
    _, distance, _ = scene.errors(after, x)
    assert distance[0] < 300.0
    assert sum(o.counts["tracks_recovered"] for o in out) > 0


def test_without_a_push_nothing_is_recovered():
    cards, scans, _ = pushed(0.0)
    assert sum(o.counts["tracks_recovered"] for o in scene.run(cards, scans)) == 0


def test_a_push_widens_a_covariance_and_leaves_it_sound():
    rows = tracker.start(Config(), (scene.radar(0.0).card,)).pool[:1]
    rows["P"][0] = np.diag([100.0] * 3 + [1.0] * 3)
    maneuver.push_covariance(rows[0], 2.0, 20.0)
    assert np.all(np.linalg.eigvalsh(rows["P"][0]) > 0.0)
    assert rows["P"][0, 0, 0] == 100.0 + 400.0 * 4.0
    assert rows["P"][0, 3, 3] == 1.0 + 400.0 * 4.0


def falling(height, speed, mode, spread):
    """A tracker with one confirmed track that falls straight down, last seen at 0 s."""
    state = tracker.start(Config(), (scene.radar(0.0).card,))
    r = state.pool[:1]
    state.book[:] = [1, 1, 0, 0]
    r["status"], r["mode"], r["hits"], r["rival"], r["twin"] = CONFIRMED, mode, 50, -1, -1
    r["x"][0] = [EARTH_RADIUS + height, 0.0, 0.0, -speed, 465.0, 0.0]
    r["P"][0] = np.diag([spread**2] * 3 + [1.0] * 3)
    r["e"][0, 0], r["Pe"][0, 0, 6] = 0.4, 1e-4
    return state


def last_seen(state, until, every=5.0):
    """Time up to which the track is shown, without any data."""
    shown = 0.0
    for now in np.arange(every, until, every):
        state, out = tracker.step(state, (), now)
        if len(out.tracks):
            shown = now
    return shown


def test_a_light_body_that_nobody_sees_is_not_shown_for_ever():
    state = falling(30e3, 50.0, REENTRY, 100.0)
    assert abs(last_seen(state, 600.0) - Config().spent_coast) <= 5.0


def test_an_uncertain_body_that_should_be_down_is_down():
    state = falling(2e3, 300.0, REENTRY, 30e3)
    assert last_seen(state, 170.0) < 120.0


def test_drag_never_pushes():
    state = falling(60e3, 3000.0, REENTRY, 100.0)
    state.pool["e"][0, 0], state.pool["Pe"][0, 0, 6] = -0.04, 1e-6
    scan, _ = scene.radar(0.0).scan(
        0, 0, 0.5, state.pool["x"][:1] + 0.5 * np.r_[state.pool["x"][0, 3:], 0, 0, 0], np.random.default_rng(1)
    )
    state, _ = tracker.step(state, (scan,), 0.5)
    assert state.pool["e"][0, 0] > -3.0 * np.sqrt(state.pool["Pe"][0, 0, 6])  # 40 sigma below zero it has begun again


def test_data_that_are_all_a_hundred_seconds_old_still_give_tracks():
    cards, scans, _, _ = scene.ballistic(n=3, seconds=30.0, seed=4, false=0)
    state = tracker.start(Config(), cards)
    for s in scans:
        state, out = tracker.step(state, (s,), s.t + 100.0)
    assert out.tracks.confirmed.sum() == 3
    assert out.tracks.t == scans[-1].t + 100.0
