"""The whole tracker on small scenes."""

import hashlib
from dataclasses import replace

import fusion_scene as fs
import numpy as np
import pytest

from cupola.core.errors import BadInput, BadOption
from cupola.fusion import associate, tracker
from cupola.fusion.config import Config

BUILT_IN_NAMES = [name for name, f in associate.ASSOCIATORS.items() if f in associate.BUILT_IN]


@pytest.fixture(scope="module")
def scene():
    return fs.ballistic(seconds=40)


@pytest.fixture(scope="module")
def outputs(scene):
    return fs.run(scene[0], scene[1])


def digest(out):
    h = hashlib.sha256()
    for o in out:
        for a in (o.tracks.id, o.tracks.x, o.tracks.P, o.tracks.confirmed, o.looks.track):
            h.update(np.ascontiguousarray(a).tobytes())
    return h.hexdigest()


def test_every_body_has_one_consistent_track(scene, outputs):
    _, _, truth, _ = scene
    late = range(len(outputs) // 2, len(outputs))
    pairs = [fs.errors(outputs[k].tracks, truth[k]) for k in late]
    for near, distance, _ in pairs:
        assert sorted(near) == list(range(12))
        assert distance.max() < 500
    nees = np.concatenate([n for _, _, n in pairs])
    assert 0.5 < nees.mean() < 1.5
    last = outputs[-1].tracks
    assert np.linalg.norm(last.x[last.confirmed, 3:] - truth[-1, pairs[-1][0], 3:], axis=1).max() < 30


def test_a_track_keeps_its_number(outputs):
    half = outputs[len(outputs) // 2].tracks
    assert set(half.id[half.confirmed]) == set(outputs[-1].tracks.id[outputs[-1].tracks.confirmed])


def test_tracks_are_well_formed(outputs):
    for o in outputs:
        t = o.tracks
        assert np.all(np.diff(t.id) > 0)
        assert np.isfinite(t.x).all()
        assert np.array_equal(t.P, np.swapaxes(t.P, 1, 2))
        assert np.linalg.eigvalsh(t.P).min() > 0 if len(t) else True
        assert np.all(t.hits[t.confirmed] >= 4)
        assert set(o.looks.track) <= set(t.id) | set(o.looks.track)
    assert np.all(outputs[-1].tracks.sensors[outputs[-1].tracks.confirmed, 0] == 7)  # all three radars


def test_the_same_scans_give_the_same_bytes(scene, outputs):
    assert digest(fs.run(scene[0], scene[1])) == digest(outputs)


def test_order_of_detections_in_a_scan_does_not_matter(scene, outputs):
    cards, scans, _, _ = scene
    rng = np.random.default_rng(0)
    mixed = []
    for s in scans:
        p = rng.permutation(len(s.z))
        mixed.append(replace(s, z=s.z[p], sigma=s.sigma[p], features=s.features[p]))
    for a, b in zip(fs.run(cards, mixed), outputs, strict=True):
        assert len(a.tracks) == len(b.tracks)
        i, j = np.argsort(a.tracks.x[:, 0]), np.argsort(b.tracks.x[:, 0])
        assert np.array_equal(a.tracks.x[i], b.tracks.x[j])
        assert np.array_equal(a.tracks.confirmed[i], b.tracks.confirmed[j])


def test_one_bundle_or_many_give_the_same_tracks(scene, outputs):
    cards, scans, _, _ = scene
    state = tracker.start(Config(), cards)
    for k in range(0, len(scans), 3):
        some = tuple(reversed(scans[k : k + 3]))  # order of arrival does not matter within a step
        state, out = tracker.step(state, some, some[0].t)
    last = outputs[-1].tracks
    assert np.array_equal(out.tracks.confirmed, last.confirmed)
    assert np.allclose(out.tracks.x, last.x, atol=1e-3)


def test_late_scans_are_used_and_counted(scene):
    cards, scans, truth, _ = scene
    order = list(range(len(scans)))
    for k in range(20, len(scans) - 4, 6):
        order.insert(k + 3, order.pop(k))
    out = fs.run(cards, [scans[k] for k in order])
    assert sum(o.counts["scans_late"] for o in out) > 3
    near, distance, nees = fs.errors(out[-1].tracks, truth[-1])
    assert sorted(near) == list(range(12))
    assert distance.max() < 300
    assert nees.mean() < 1.5


def test_a_scan_far_too_late_is_left_out_and_counted(scene):
    cards, scans, _, _ = scene
    config = Config(late_limit=5.0)
    out = fs.run(cards, [*scans[:40], scans[2]], config)
    assert out[-1].counts["scans_too_late"] == 1
    assert out[-1].counts["scans"] == 0


def test_detections_that_are_not_finite_are_counted_and_do_no_harm(scene, outputs):
    cards, scans, _, _ = scene
    broken = []
    for s in scans:
        z = np.vstack([s.z, [[np.nan, 0.1, 1e6], [0.3, 0.1, np.inf]]])
        sigma = np.vstack([s.sigma, s.sigma[:1], s.sigma[:1]])
        broken.append(replace(s, z=z, sigma=sigma, features=np.full((len(z), 2), np.nan, np.float32)))
    out = fs.run(cards, broken)
    assert all(o.counts["detections_not_finite"] == 2 for o in out)
    assert np.array_equal(out[-1].tracks.x, outputs[-1].tracks.x)


def test_clutter_alone_confirms_nothing():
    cards, scans, _, _ = fs.ballistic(n=0, seconds=40, false=15, x0=np.empty((0, 6)))
    assert not any(o.tracks.confirmed.any() for o in fs.run(cards, scans))


def test_a_body_that_vanishes_is_dropped_after_six_looks(scene):
    cards, scans, _, _ = scene
    gone = [replace(s, z=s.z[:0], sigma=s.sigma[:0], features=s.features[:0]) for s in scans[30:45]]
    out = fs.run(cards, [*scans[:30], *gone])
    sure = [int(o.tracks.confirmed.sum()) for o in out[29:]]
    assert sure[0] == sure[3] == 12  # one or two had missed a look before
    assert sure[8:] == [0] * len(sure[8:])  # one or two are out of one radar's view
    assert sum(o.counts["tracks_lost"] for o in out) == 12


def test_out_of_view_nobody_is_dropped(scene):
    cards, scans, truth, _ = scene
    blind = tuple(replace(c, limits=np.array([0.0, 1.55, 3.0, 3.1, 0.0, 5e6])) for c in cards)
    state = tracker.start(Config(), cards)
    for s in scans[:40]:
        state, out = tracker.step(state, (s,), s.t)
    other = tracker.start(Config(), blind)
    state.frames = other.frames
    for s in scans[40:]:
        state, out = tracker.step(state, (replace(s, z=s.z[:0], sigma=s.sigma[:0], features=s.features[:0]),), s.t)
    assert out.tracks.confirmed.sum() == 12
    _, distance, nees = fs.errors(out.tracks, truth[-1])
    assert distance.max() < 2000
    assert nees.mean() < 1.5


def test_what_comes_off_a_body_takes_its_velocity_and_names_it():
    rng = np.random.default_rng(4)
    x0 = fs.bodies(1, rng)
    cards, scans, truth, origin = fs.ballistic(
        x0=np.repeat(x0, 2, axis=0) + np.array([[0] * 6, [900, 1500, 900, 3, 4, 2]]), seconds=40, false=0
    )
    first = []
    for s, who in zip(scans, origin, strict=True):  # the second body is hidden until 20 s
        keep = (who == 0) | (s.t >= 20.0)
        first.append(replace(s, z=s.z[keep], sigma=s.sigma[keep], features=s.features[keep]))
    out = fs.run(cards, first)
    last = out[-1].tracks
    assert last.confirmed.sum() == 2
    mother, child = last.id[last.confirmed]
    assert last.parent[last.id == child] == mother
    second_hit = next(o.tracks for o in out if np.any((o.tracks.id == child) & (o.tracks.hits == 2)))
    i = second_hit.id == child
    assert np.linalg.norm(second_hit.x[i, 3:] - x0[:, 3:] - (truth[32, 0, 3:] - truth[0, 0, 3:]), axis=1) < 300


def test_weak_echoes_are_not_dropped_for_being_weak():
    site = [fs.radar(-8.0, pd=0.25, range_1m2=1e6)]
    cards, scans, _, _ = fs.ballistic(n=6, seconds=120, period=1.0, sites=site, false=0)
    far = tuple(replace(c, pd=0.9) for c in cards)  # the card tells what 1 m^2 gives at 1,000 km; these echoes are far weaker
    features = [
        replace(s, features=np.column_stack([np.full(len(s.z), -12.0), s.features[:, 1]]).astype(np.float32)) for s in scans
    ]
    out = fs.run(far, features)
    assert sum(o.counts["tracks_lost"] for o in out) <= 1
    assert out[-1].tracks.confirmed.sum() == 6


def looks_in_vain(height, most=40):
    """How many looks in a row without a detection end the track of a body seen eight times before, once a second."""
    x0 = np.array([[fs.EARTH_RADIUS + height, 0.0, 0.0, -1.5e3, 1.5e3, 0.0]])
    site = [fs.radar(-2.0, pd=1.0, range_1m2=2e6)]
    cards, scans, _, _ = fs.ballistic(seconds=8.0 + most, period=1.0, sites=site, x0=x0, beta=3000.0, false=0, step=0.05)
    cards = tuple(replace(c, pd=0.9) for c in cards)
    gone = [replace(s, z=s.z[:0], sigma=s.sigma[:0], features=s.features[:0]) for s in scans[8:]]
    left = [int(o.tracks.confirmed.sum()) for o in fs.run(cards, [*scans[:8], *gone])]
    assert left[7] == 1
    return left[8:].index(0) + 1 if 0 in left[8:] else most


def test_misses_do_not_excuse_each_other_where_forces_may_have_led_the_body_away():
    assert looks_in_vain(80e3) <= 8  # in the air
    assert looks_in_vain(300e3) > 12  # in free fall it is where the track says, and its echo has become weaker


def test_wrong_settings_are_refused(scene):
    with pytest.raises(BadOption, match="there are: bp, gnn"):
        tracker.start(Config(associator="magic"), scene[0])
    with pytest.raises(BadOption, match="q_boost"):
        tracker.start(Config(q_boost=-1.0), scene[0])
    with pytest.raises(BadInput, match="256"):
        tracker.start(Config(), scene[0] * 100)


@pytest.mark.parametrize("name", sorted(BUILT_IN_NAMES))
def test_an_associator_called_from_python_gives_the_bytes_of_the_same_one_compiled_in(scene, monkeypatch, name):
    calls = []

    def from_python(*candidates):
        calls.append(len(candidates[1]))
        return associate.ASSOCIATORS[name](*candidates)

    inside = fs.run(scene[0], scene[1], Config(associator=name))
    monkeypatch.setitem(associate.ASSOCIATORS, "from-python", from_python)
    outside = fs.run(scene[0], scene[1], Config(associator="from-python"))
    assert sum(calls) > 100  # it was really asked
    assert digest(outside) == digest(inside)


def test_scans_in_one_bundle_or_one_by_one_end_in_the_same_tracks(scene, outputs):
    cards, scans, *_ = scene
    state, seen = tracker.start(Config(), cards), []
    for k in range(0, len(scans), 6):
        part = scans[k : k + 6]
        state, out = tracker.step(state, tuple(reversed(part)), part[-1].t)
        seen.append(out.looks)
    one_by_one = outputs[k + len(part) - 1].tracks
    assert np.array_equal(out.tracks.id, one_by_one.id)
    assert np.array_equal(out.tracks.x, one_by_one.x)
    for field in ("track", "sensor", "t"):
        assert np.array_equal(
            np.concatenate([getattr(s, field) for s in seen]), np.concatenate([getattr(o.looks, field) for o in outputs])
        )


def test_a_look_names_its_scan_and_the_row_in_it(scene):
    """Also where scans come in another order than they were made, and where detections are refused."""
    cards, scans, *_ = scene
    rng = np.random.default_rng(5)
    marked = [replace(s, z=s.z.copy(), features=rng.random(s.features.shape, np.float32)) for s in scans]
    for s in marked[::2]:
        s.z[0, 0] = np.nan
    state, looked = tracker.start(Config(), cards), 0
    for k in range(0, len(marked), 6):
        part = tuple(reversed(marked[k : k + 6]))
        state, out = tracker.step(state, part, part[0].t)
        columns = (getattr(out.looks, f) for f in ("t", "sensor", "features", "scan", "row"))
        for t, sensor, features, scan, row in zip(*columns, strict=True):
            assert (t, sensor) == (part[scan].t, part[scan].sensor)
            assert np.array_equal(features, part[scan].features[row])
            looked += 1
    assert looked > 300
