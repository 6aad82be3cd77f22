"""Re-entry with an unknown ballistic coefficient, and aircraft."""

import fusion_scene as fs
import numpy as np
import pytest

from cupola.core.batches import FEATURES, MODES, Scan
from cupola.core.constants import EARTH_RADIUS, OMEGA


@pytest.mark.parametrize(("beta", "seconds"), [(10.0, 28.0), (50.0, 31.0), (500.0, 37.0)])
def test_the_ballistic_coefficient_is_found_while_the_air_tells(beta, seconds):
    h, v, g = EARTH_RADIUS + 150e3, 5500.0, np.radians(30)
    x0 = np.array([[h, -250e3, 0, -v * np.sin(g), v * np.cos(g), 0.0]])
    cards, scans, truth, _ = fs.ballistic(x0=x0, beta=beta, seconds=seconds, period=1.0, seed=2, false=0, step=0.05)
    out = fs.run(cards, scans)
    early = out[45].tracks  # 95 km
    assert np.isnan(early.beta[early.confirmed]).all()
    t = out[-1].tracks
    i = np.flatnonzero(t.confirmed)
    assert len(i) == 1
    assert MODES[t.mode[i[0]]] == "reentry"
    value, sigma = t.beta[i[0]]
    assert sigma < 0.4
    assert abs(value - np.log(beta)) < 3 * sigma + 0.1
    _, distance, nees = fs.errors(t, truth[-1])
    assert distance[0] < 300
    assert nees[0] < 3


def flights(n=6, seconds=400, gap=(), seed=1):
    """Aircraft on great circles, reported every 10 s in ECEF with 30 m of noise; ``gap``: (from, to) s without reports."""
    rng = np.random.default_rng(seed)
    r = EARTH_RADIUS + rng.uniform(9e3, 12e3, n)
    where = rng.normal(size=(n, 3)) * 0.01 + [1.0, 0.0, 0.0]
    where /= np.linalg.norm(where, axis=1, keepdims=True)
    along = np.cross(where, rng.normal(size=(n, 3)))
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    speed = rng.uniform(180, 260, n)
    scans = []
    for k, t in enumerate(np.arange(0.0, seconds, 10.0)):
        a = (speed * t / r)[:, None]
        p = r[:, None] * (np.cos(a) * where + np.sin(a) * along) + 30 * rng.normal(size=(n, 3))
        if gap and gap[0] <= t < gap[1]:
            continue
        c, s = np.cos(OMEGA * t), np.sin(OMEGA * t)
        axes = np.array([[c, s, 0], [-s, c, 0], [0, 0, 1.0]])
        f = np.full((n, len(FEATURES)), np.nan, np.float32)
        scans.append(Scan(0, k, t, np.zeros(3), axes, p, np.full((n, 3), 30.0), f))
    return (fs.card("position", [30.0] * 3, pd=0.95, clutter=0.0),), scans


def test_aircraft_get_one_level_track_each():
    cards, scans = flights()
    out = fs.run(cards, scans)
    t = out[-1].tracks
    assert t.confirmed.sum() == len(t) == 6
    assert all(MODES[m] == "air" for m in t.mode)
    over = t.x[:, 3:] - np.cross([0, 0, OMEGA], t.x[:, :3])
    assert np.all((np.linalg.norm(over, axis=1) > 150) & (np.linalg.norm(over, axis=1) < 300))
    assert len(set().union(*[o.tracks.id.tolist() for o in out])) == 6


def test_aircraft_seen_by_radar_become_aircraft_and_missiles_do_not():
    _, scans = flights(seconds=120)
    site = fs.radar(-0.5)
    seen = []
    rng = np.random.default_rng(5)
    for s in scans:
        x = np.hstack([s.z @ s.axes, np.zeros_like(s.z)])
        seen.append(site.scan(0, s.seq, s.t, x, rng)[0])
    out = fs.run((site.card,), seen)
    t = out[-1].tracks
    modes = [MODES[m] for m in t.mode[t.confirmed]]
    assert len(modes) >= 4
    assert modes.count("air") >= len(modes) - 1


def test_after_a_long_gap_they_are_new_tracks():
    cards, scans = flights(seconds=700, gap=(200.0, 500.0))
    out = fs.run(cards, scans)
    t = out[-1].tracks
    assert t.confirmed.sum() == 6
    assert np.all(t.born >= 500.0)
