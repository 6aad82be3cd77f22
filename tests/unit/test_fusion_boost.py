"""Burning things: started from two telescopes' angles, tracked under thrust, made ballistic at burnout."""

import fusion_scene as fs
import numpy as np
import pytest

from cupola.core.batches import MODES
from cupola.core.constants import EARTH_RADIUS, OMEGA
from cupola.fusion import boost, stereo
from cupola.fusion.config import Config

BURN = 70.0


def launches(n=4, seconds=110.0, seed=3, spacing=15e3, telescopes=(-25.0, 30.0), false=6, radars=()):
    """n launches from near (0 N, 0 E), burning until BURN, watched by telescopes (2 s) and radars."""
    rng = np.random.default_rng(seed)
    sites = [fs.telescope(lon) for lon in telescopes] + list(radars)
    pad = np.column_stack([np.full(n, EARTH_RADIUS), np.zeros(n), spacing * np.arange(n)])
    pad *= EARTH_RADIUS / np.linalg.norm(pad, axis=1, keepdims=True)
    up = pad / EARTH_RADIUS
    x = np.hstack([pad + 9e3 * up, np.cross([0, 0, OMEGA], pad) + 350 * up + [0.0, 200.0, 60.0]])
    period = 2.0 / len(sites)
    scans, truth, t = [], [], 0.0
    for k, at in enumerate(np.arange(0.0, seconds, period)):
        for lo, hi, push in ((t, min(at, BURN), 28.0), (max(t, BURN), at, 0.0)):
            if hi > lo:
                x = fs.fly(x, np.full(n, np.inf), np.full(n, push), lo, hi, 0.2)
        t = at
        i = k % len(sites)
        warm = None if sites[i].card.kind == "radar" else np.full(n, at < BURN)
        s, _ = sites[i].scan(i, k // len(sites), at, x, rng, false, warm)
        scans.append(s)
        truth.append(x)
    return tuple(s.card for s in sites), scans, np.array(truth)


@pytest.fixture(scope="module")
def raid():
    cards, scans, truth = launches()
    return cards, scans, truth, fs.run(cards, scans)


def test_each_launch_gets_one_confirmed_track_soon(raid):
    _, scans, truth, out = raid
    k = next(k for k, s in enumerate(scans) if s.t >= 12.0)
    near, distance, _ = fs.errors(out[k].tracks, truth[k])
    assert sorted(near) == [0, 1, 2, 3]
    assert distance.max() < 3000


def test_clutter_and_crossed_lines_confirm_no_ghost(raid):
    _, _, _, out = raid
    assert max(int(o.tracks.confirmed.sum()) for o in out) == 4
    ids = set().union(*[o.tracks.id[o.tracks.confirmed].tolist() for o in out])
    assert len(ids) == 4


def test_thrust_and_covariance_are_right(raid):
    _, scans, truth, out = raid
    k = next(k for k, s in enumerate(scans) if s.t >= 60.0)
    t = out[k].tracks
    assert all(MODES[m] == "boost" for m in t.mode[t.confirmed])
    thrust = np.concatenate([out[i].tracks.accel[out[i].tracks.confirmed] for i in range(k - 20, k)])
    assert abs(thrust.mean() - 28.0) < 6.0  # two telescopes of 750 m each: about 10 m/s^2 for one track at one time
    nees = np.concatenate([fs.errors(out[i].tracks, truth[i])[2] for i in range(k - 20, k)])
    assert nees.mean() < 2.0


def test_burnout_is_noticed_and_the_coast_is_consistent(raid):
    _, scans, truth, out = raid
    k = next(k for k, s in enumerate(scans) if s.t >= BURN + 6.0)
    t = out[k].tracks
    assert all(MODES[m] != "boost" for m in t.mode[t.confirmed])
    assert np.all(t.accel[t.confirmed] == 0.0)
    near, _, nees = fs.errors(out[-1].tracks, truth[-1])
    assert sorted(near) == [0, 1, 2, 3]
    assert nees.mean() < 3.0


def test_one_telescope_starts_nothing_but_keeps_updating():
    cards, scans, _ = launches(n=3, seconds=40, telescopes=(-25.0,))
    assert not any(len(o.tracks) for o in fs.run(cards, scans))
    cards, scans, truth = launches(n=3, seconds=50)
    alone = [s for s in scans if s.sensor == 0 or s.t < 20.0]
    out = fs.run(cards, alone)
    assert fs.errors(out[-1].tracks, truth[max(i for i, s in enumerate(scans) if s.sensor == 0)])[0].tolist() == [0, 1, 2]
    assert np.all(out[-1].tracks.updated[out[-1].tracks.confirmed] > 45.0)


def test_radar_and_telescopes_make_one_track():
    cards, scans, truth = launches(n=2, seconds=100, radars=(fs.radar(-3.0),), spacing=60e3)
    out = fs.run(cards, scans)
    near, distance, _ = fs.errors(out[-1].tracks, truth[-1])
    assert sorted(near) == [0, 1]
    assert distance.max() < 500
    assert np.all(out[-1].tracks.sensors[out[-1].tracks.confirmed, 0] == 7)


def test_two_lines_meet_where_they_were_drawn_from():
    rays = np.zeros(2, stereo.RAY)
    place = np.array([EARTH_RADIUS + 3e4, 2e5, -1e5])
    for r, o in zip(rays, ([4.2e7, 1e7, 0.0], [3e7, -2.5e7, 1e6]), strict=True):
        r["o"] = o
        r["u"] = (place - o) / np.linalg.norm(place - o)
        r["sigma"] = 2e-5
    p = np.empty(3)
    miss, _, a, b = stereo.meet(rays[0], rays[1], 0.0, p, np.zeros(3))
    assert miss < 0.01
    assert np.allclose(p, place, atol=0.1)
    assert [a, b] == pytest.approx([np.linalg.norm(place - r["o"]) for r in rays])
    rays[1]["u"] *= -1
    assert stereo.meet(rays[0], rays[1], 0.0, p, np.zeros(3))[2] == -1.0  # behind the sensor


def test_a_flame_looked_for_in_vain_goes_out_by_bayes():
    from cupola.core.batches import BOOST
    from cupola.fusion.pool import TRACK

    r = np.zeros(1, TRACK)
    r["burning"], r["burn_t"], r["mode"] = 1.0, 10.0, BOOST
    s = Config().record()
    prior = np.exp(-2.0 / s["burn_mean"][0])
    boost.missed(r[0], 12.0, 0.9, s[0])
    assert r["burning"][0] == pytest.approx(prior * 0.1 / (prior * 0.1 + 1 - prior))
    for t in (12.5, 13.0, 13.5):
        boost.missed(r[0], t, 0.9, s[0])
    assert r["burning"][0] < boost.OUT
