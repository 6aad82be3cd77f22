from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cupola import scenario
from cupola.catalog.defence import battery
from cupola.core.batches import CLASSES, DEBRIS, DECOY, STAGE, WARHEAD, Shots
from cupola.core.errors import Fault
from cupola.dynamics.frames import ecef_from_eci, geodetic_from_ecef, great_circle, height
from cupola.dynamics.propagate import advance
from cupola.truth import world
from cupola.truth.kill import KillModel
from cupola.truth.motion import on_table
from cupola.truth.objects import Paths

NONE = Shots.empty()


@pytest.fixture(scope="module")
def built():
    """Raid-10 flown to its end, every frame on the way kept by time; the fixture's world is at the end."""
    b = scenario.build(scenario.load("raid-10"), 5)
    w, frames = b.world, []
    for k in range(int(b.duration) + 1):
        w, out = world.step(w, NONE, float(k))
        frames.append(out)
    return b, w, frames


def test_frames_are_sorted_finite_and_of_known_kind(built):
    _, w, outs = built
    for o in outs:
        f = o.frame
        assert (np.diff(f.id) > 0).all()
        assert np.isfinite(f.x).all()
        assert ((f.kind >= 0) & (f.kind < len(CLASSES))).all()
        assert (f.launch == w.objects.launch[f.id]).all()
        assert ((f.plume > 0) == f.burning).all()
        assert (f.rcs > 0).all()
        assert (height(f.x[:, :3]) > -50).all()


def test_a_missile_is_a_booster_until_its_last_burn_ends(built):
    b, _, outs = built
    for number in range(len(b.launches)):
        for o in outs[:500]:
            row = np.flatnonzero((o.frame.launch == number) & (b.world.objects.parent[o.frame.id] < 0))
            if len(row):
                burnt = o.frame.t >= b.launches.burnout[number]
                assert CLASSES[o.frame.kind[row[0]]] == ("stage" if burnt else "booster")
                assert o.frame.burning[row[0]] == (not burnt)


def test_what_leaves_a_carrier_leaves_it_where_it_is(built):
    """Position is continuous at staging and deployment; the velocity differs by the deployment kick."""
    b, _, _ = built
    o, p = b.world.objects, b.world.paths
    child = np.flatnonzero(o.parent >= 0)
    parent = o.parent[child]
    table = np.searchsorted(p.object, parent)
    staged = o.birth[child] < o.free[parent]
    assert 0 < staged.sum() < len(child)
    carrier = np.empty((len(child), 6))
    carrier[staged] = p.at(o.birth[child[staged]], table[staged])
    late = ~staged
    carrier[late] = advance(o.x[parent[late]], o.free[parent[late]], o.birth[child[late]])
    assert np.abs(o.x[child, :3] - carrier[:, :3]).max() < 1e-3
    kick = np.linalg.norm(o.x[child, 3:] - carrier[:, 3:], axis=1)
    assert kick.min() > 0.05
    assert kick.max() < 100.0


def test_motion_is_continuous(built):
    """Over one tick an object moves by its mean velocity, up to what six times gravity bends in a second."""
    _, _, outs = built
    for a, b in pairwise(outs[:700]):
        both, i, j = np.intersect1d(a.frame.id, b.frame.id, return_indices=True)
        moved = b.frame.x[j, :3] - a.frame.x[i, :3]
        mean = 0.5 * (b.frame.x[j, 3:] + a.frame.x[i, 3:])
        assert len(both) == 0 or np.linalg.norm(moved - mean, axis=1).max() < 30.0


def test_warheads_land_near_their_targets_and_once(built):
    b, w, outs = built
    landed, t, lat, lon = (np.concatenate([getattr(o.impacts, n) for o in outs]) for n in ("id", "t", "lat", "lon"))
    assert len(landed) == len(set(landed.tolist()))
    rows = np.flatnonzero(w.objects.kind[landed] == WARHEAD)
    assert len(rows) == np.sum(w.objects.kind == WARHEAD)
    launch = w.objects.launch[landed[rows]]
    miss, _ = great_circle(lat[rows], lon[rows], b.launches.target_lat[launch], b.launches.target_lon[launch])
    assert np.median(miss) < 20e3  # the deployment kick of about 1 m/s over half an hour
    planned = b.launches.t[launch] + b.launches.flight[launch]
    assert np.abs(t[rows] - planned).max() < 60
    for o in outs:
        assert ((o.impacts.t > o.frame.t - 1.0 - 1e-9) & (o.impacts.t <= o.frame.t)).all()


def test_frames_do_not_depend_on_the_tick(built):
    _, _, outs = built
    w = scenario.build(scenario.load("raid-10"), 5).world
    for t in (0.0, 77.0, 200.5, 431.0, 900.0):
        w, out = world.step(w, NONE, t)
        if t == int(t):
            assert out.frame.x.tobytes() == outs[int(t)].frame.x.tobytes()
            assert out.frame.id.tolist() == outs[int(t)].frame.id.tolist()


def test_time_goes_forward_only():
    w = scenario.build(scenario.load("falcon-crs-11")).world
    w, _ = world.step(w, NONE, 10.0)
    with pytest.raises(Fault, match="already at t = 10"):
        world.step(w, NONE, 9.0)


def test_a_killed_carrier_takes_its_unborn_with_it():
    b = scenario.build(scenario.load("lofted-1"), 2)
    w = world.start(
        b.world.objects, b.world.paths, b.world.burns, (battery("one", "gbi", 0.6, 2.4),),
        KillModel(draw_kill=False, common_mode=0.0, report_kill=1.0, report_miss=1.0), 1,
    )  # fmt: skip
    w, out = world.step(w, NONE, 250.0)
    ids = set(out.frame.id.tolist())
    booster = int(np.flatnonzero(w.objects.parent < 0)[0])
    state = out.frame.x[out.frame.id == booster][0]
    outcome = None
    for n in range(30):  # rounds until one kills: the nominal probability is about a half
        now = 251.0 + n
        w, out = world.step(w, shot_at(n, now, state), now)
        row = np.flatnonzero(out.frame.id == booster)
        if len(out.outcomes.kill) and out.outcomes.kill[0]:
            outcome = now
            break
        state = out.frame.x[row[0]]
    assert outcome is not None
    assert w.gone[booster] == outcome
    for t in (400.0, 1000.0, 4400.0):
        w, out = world.step(w, NONE, t)
        assert booster not in out.frame.id
        born = set(out.frame.id.tolist())
        assert born <= ids, "nothing may be released by a carrier that is gone"
        assert booster not in out.impacts.id


def shot_at(number, now, state):
    """A round that meets the object where it will be a tick later, from its last state."""
    aim = state[:3] + state[3:] * 1.0
    one = np.array([0])
    return Shots(np.array([number]), one, one, np.array([now - 100.0]), np.array([now]), aim[None])


def test_signatures_differ_between_objects_and_classes_overlap():
    o = scenario.build(scenario.load("raid-100"), 1).world.objects
    db = 10 * np.log10(o.rcs)
    for kind in (STAGE, WARHEAD, DEBRIS):
        assert 1.0 < db[o.kind == kind].std() < 8.0
    assert db[o.kind == WARHEAD].max() > db[o.kind == DECOY].min()
    assert (o.beta[o.kind == WARHEAD].min()) > 0


def test_glide_vehicles_stay_in_the_air_below_100_km_and_come_down_near_the_target():
    b = scenario.build(scenario.load("raid-100"), 1)
    o, p = b.world.objects, b.world.paths
    gliders = [k for k, i in enumerate(p.object) if o.kind[i] == WARHEAD and o.parent[i] >= 0]
    assert len(gliders) == 5
    for k in gliders:
        nodes = p.nodes[p.ptr[k] : p.ptr[k + 1]]
        times = p.start[k] + np.arange(len(nodes))
        lat, lon, alt = geodetic_from_ecef(ecef_from_eci(nodes[:, :3], times))
        level = alt[len(alt) // 2 :]
        assert level.max() < 70e3
        assert level.min() > 15e3
        n = int(o.launch[p.object[k]])
        left, _ = great_circle(lat[-1], lon[-1], b.launches.target_lat[n], b.launches.target_lon[n])
        assert left < 400e3


@given(t=st.floats(90.0, 120.0), seed=st.integers(0, 99))
@settings(max_examples=30, deadline=None)
def test_the_kernel_reads_tables_as_the_table_does(t, seed):
    g = np.random.default_rng(seed)
    p = Paths.pack([4, 7], [100.0, 95.5], [g.normal(size=(11, 6)), g.normal(size=(5, 6))])
    out = np.empty(6)
    for which in range(2):
        on_table(t, which, p.start, p.ptr, p.nodes, out)
        np.testing.assert_allclose(out, p.at(t, np.array([which]))[0], rtol=1e-9, atol=1e-9)


def test_paths_interpolate_a_smooth_curve_and_hold_their_nodes():
    t = np.arange(11.0)
    nodes = np.stack([t**3, t**2, t, 3 * t**2, 2 * t, np.ones(11)], axis=1)
    p = Paths.pack([4], [100.0], [nodes])
    which = np.zeros(1, np.int64)
    assert np.allclose(p.at(103.0, which)[0], nodes[3])
    assert np.allclose(p.at(103.25, which)[0], [3.25**3, 3.25**2, 3.25, 3 * 3.25**2, 6.5, 1.0])
    assert np.allclose(p.at(110.0, which)[0], nodes[10])
