"""Sequential Bayes: what must hold of any posterior, and an oracle that works on whole covariance matrices."""

from __future__ import annotations

from dataclasses import replace

import looks_maker
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import cKDTree
from scipy.stats import multivariate_normal

from cupola.core.batches import BOOST, BOOSTER, CLASSES, DECOY, FEATURES, STAGE, WARHEAD, Floats, Looks, Scan, Tracks, select
from cupola.core.errors import BadInput
from cupola.core.randoms import stream
from cupola.core.scans import Scans
from cupola.discriminate import bayes, crowd, memory, ranging
from cupola.discriminate.signatures import Signatures, load
from cupola.observe import infrared

PRIORS = np.array([0.01, 0.1, 0.05, 0.25, 0.59])


def tracks(n: int, t: float = 0.0) -> Tracks:
    world = looks_maker.World(np.zeros(n, int), np.zeros(n), np.full((1, n, len(FEATURES)), np.nan), np.zeros(1, int))
    return looks_maker.batch(world, 0, t)[0]


def looks(track: list[int], rcs: list[float], sensor: int = 0, intensity: float = np.nan) -> Looks:
    z = np.stack([rcs, np.full(len(rcs), intensity)], axis=1).astype(np.float32)
    n = len(track)
    return Looks(np.array(track), np.full(n, sensor), np.zeros(n), z, np.zeros(n, np.int64), np.arange(n))


def by_matrix(z: Floats, sensor: Floats, s: Signatures) -> Floats:
    """Posterior of one object from the joint Gaussian of all its looks at one feature, no recursion."""
    lag = np.abs(np.subtract.outer(np.cumsum(sensor == 0), np.cumsum(sensor == 0)))
    lag1 = np.abs(np.subtract.outer(np.cumsum(sensor == 1), np.cumsum(sensor == 1)))
    same = np.equal.outer(sensor, sensor)
    ar1 = np.where(same, s.rho ** np.where(np.equal.outer(sensor, 0 * sensor), lag, lag1), 0.0)
    L = np.log(PRIORS)
    for c in range(len(CLASSES)):
        cov = s.spread[c, 0] ** 2 + s.noise[c, 0] ** 2 * ar1
        L[c] += multivariate_normal(np.full(len(z), s.level[c, 0]), cov).logpdf(z)
    return np.exp(L - np.logaddexp.reduce(L))


def own_noise() -> Signatures:
    """Classes that differ in how much they fluctuate, too."""
    s = load()
    noise = s.noise.copy()
    noise[:, 0] = [4.0, 6.0, 2.5, 4.5, 5.5]
    return replace(s, noise=noise)


def test_the_recursion_equals_the_whole_gaussian() -> None:
    rng = stream(5, "oracle")
    s = own_noise()
    sensor = rng.integers(0, 2, 12)
    z = rng.normal(-8, 5, 12).astype(np.float32).astype(float)
    state = bayes.start(PRIORS, (0.0,), s, swaps=False)
    for k in range(12):
        state, p = bayes.step(state, (tracks(1), looks([0], [z[k]], int(sensor[k]))), float(k))
    # mode "ballistic" is evidence too: not boosting
    want = by_matrix(z, sensor, s) * np.where(np.arange(len(CLASSES)) == BOOSTER, 0.05, 0.995)
    assert p[0] == pytest.approx(want / want.sum(), rel=1e-6, abs=1e-12)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(-60, 60), max_size=6), st.integers(0, 3), st.floats(-20, 80))
def test_posterior_sums_to_one(rcs: list[float], sensor: int, intensity: float) -> None:
    state = bayes.start(PRIORS)
    p = bayes.step(state, (tracks(2), Looks.empty()), 0.0)[1]
    for z in rcs:
        state, p = bayes.step(state, (tracks(2), looks([1], [z], sensor, intensity)), 0.0)
    assert np.all(p >= 0)
    assert p.sum(axis=1) == pytest.approx(1.0)
    assert state.weight.sum() == pytest.approx(1.0)


def test_no_look_leaves_the_prior_and_nan_is_no_look() -> None:
    state = bayes.start(PRIORS)
    silent = np.where(np.arange(len(CLASSES)) == BOOSTER, 0.05, 0.995) * PRIORS
    for seen in (Looks.empty(), looks([0, 1], [np.nan, np.nan])):
        state, p = bayes.step(state, (tracks(2), seen), 0.0)
        assert p == pytest.approx(np.tile(silent / silent.sum(), (2, 1)))
    _, empty = bayes.step(state, (tracks(0), Looks.empty()), 0.0)
    assert empty.shape == (0, len(CLASSES))


@settings(max_examples=20, deadline=None)
@given(st.permutations(range(5)))
def test_order_of_independent_looks_does_not_matter(order: list[int]) -> None:
    s = replace(load(), rho=0.0)
    z = [-14.0, -9.0, -11.5, -3.0, -12.0]
    out = []
    for turn in (range(5), order):
        state = bayes.start(PRIORS, signatures=s, swaps=False)
        state = bayes.step(state, (tracks(1), Looks.empty()), 0.0)[0]
        weight = state.weight
        for k in turn:
            state, p = bayes.step(replace(state, weight=weight), (tracks(1), looks([0], [z[k]])), 0.0)
        out.append(p)
    assert out[0] == pytest.approx(out[1], rel=1e-9)


def test_a_feature_that_all_classes_share_changes_nothing() -> None:
    s = load()
    flat = replace(s, level=np.zeros_like(s.level), spread=np.ones_like(s.spread), noise=np.ones_like(s.noise))
    state, before = bayes.step(bayes.start(PRIORS, signatures=flat), (tracks(1), Looks.empty()), 0.0)
    for z in (3.0, -40.0, 12.0):
        state, after = bayes.step(state, (tracks(1), looks([0], [z])), 0.0)
    assert after == pytest.approx(before)


def test_correlated_looks_count_less_than_independent_ones() -> None:
    p = {}
    for rho in (0.0, 0.8):
        s = replace(load(), rho=rho)
        state = bayes.start(PRIORS, (0.0,), s, swaps=False)
        for _ in range(10):
            state, prob = bayes.step(state, (tracks(1), looks([0], [-13.4])), 0.0)
        p[rho] = prob
        if rho:
            effective = 1 + 9 * (1 - rho) / (1 + rho)
            left = 1 / (1 / s.spread[WARHEAD, 0] ** 2 + effective / s.noise[WARHEAD, 0] ** 2)
            assert state.know[0, WARHEAD, memory.VAR] == pytest.approx(left)
    assert p[0.0][0, WARHEAD] > p[0.8][0, WARHEAD]


def test_state_follows_track_ids() -> None:
    state = bayes.start(PRIORS)
    all_ = tracks(4)
    state, _ = bayes.step(state, (all_, looks([1, 3], [-13.0, 8.0])), 0.0)
    kept = replace(select(all_, np.array([1, 3])), id=np.array([1, 3]))
    state, p = bayes.step(state, (kept, looks([2], [8.0])), 0.0)
    assert state.unmatched == 1
    assert p[0, WARHEAD] > p[1, WARHEAD]
    assert p[1, STAGE] > p[0, STAGE]
    state, p = bayes.step(state, (all_, Looks.empty()), 0.0)
    assert p[2] == pytest.approx(p[0])


def test_a_thrusting_track_is_a_booster_and_forgets_when_it_stops() -> None:
    state = bayes.start(PRIORS)
    burning = replace(tracks(1), mode=np.array([BOOST], np.uint8))
    for _ in range(5):
        state, p = bayes.step(state, (burning, looks([0], [9.0], intensity=50.0)), 0.0)
    assert p[0, BOOSTER] > 0.99
    state, p = bayes.step(state, (tracks(1), Looks.empty()), 1.0)
    _, fresh = bayes.step(bayes.start(PRIORS), (tracks(1), Looks.empty()), 1.0)
    assert p == pytest.approx(fresh)


def test_drag_tells_what_a_copy_cannot_fake() -> None:
    light, heavy = np.log(30.0), np.log(8000.0)
    both = replace(tracks(2), beta=np.array([[light, 0.3], [heavy, 0.3]]))
    state, p = bayes.step(bayes.start(PRIORS, (1.0,)), (both, Looks.empty()), 0.0)
    assert p[1, WARHEAD] > 0.9
    assert p[0, WARHEAD] < 0.01
    blind = replace(both, beta=np.full((2, 2), np.nan))
    _, kept = bayes.step(state, (blind, Looks.empty()), 1.0)
    assert kept == pytest.approx(p)


def test_separation_speed_counts_once_it_is_known() -> None:
    pair = replace(tracks(2), parent=np.array([-1, 0]))
    pair.x[1, 3] = 12.0
    vague = replace(pair, P=np.tile(np.diag([1e4] * 3 + [500.0**2] * 3), (2, 1, 1)))
    sharp = replace(pair, P=np.tile(np.diag([1.0] * 3 + [0.1] * 3), (2, 1, 1)))
    _, none = bayes.step(bayes.start(PRIORS), (tracks(2), Looks.empty()), 0.0)
    state, little = bayes.step(bayes.start(PRIORS), (vague, Looks.empty()), 0.0)
    _, much = bayes.step(state, (sharp, Looks.empty()), 0.0)
    assert little[1] == pytest.approx(none[1], abs=0.02)
    assert much[1, WARHEAD] < 0.2 * none[1, WARHEAD]
    assert much[0] == pytest.approx(none[0])


def near(distance: float) -> Tracks:
    pair = tracks(2)
    pair.x[:, 0] = [0.0, distance]
    return pair


def warhead_then(one: float, distance: float) -> tuple[Floats, Floats]:
    """Beliefs of a track after 40 looks at a warhead, and after another look of ``one`` dBsm."""
    state, out = bayes.start(PRIORS, (0.0,)), []
    for z in [-13.4] * 40 + [one]:
        state, p = bayes.step(state, (near(distance), looks([0], [z], intensity=14.0)), 0.0)
        out.append(p[0])
    return out[-2], out[-1]


def test_one_wrong_look_cannot_overthrow_what_forty_said() -> None:
    before, after = warhead_then(9.0, 1e6)
    assert before[WARHEAD] > 0.8
    assert after[WARHEAD] > 0.5 * before[WARHEAD]


def test_in_a_crowd_less_is_believed_and_a_lone_track_keeps_its_belief() -> None:
    alone, crowded = warhead_then(-13.4, 1e6)[1], warhead_then(-13.4, 300.0)[1]
    assert crowded[WARHEAD] < alone[WARHEAD] < 1
    assert crowded[WARHEAD] > PRIORS[WARHEAD] / (1 - PRIORS[BOOSTER])


def test_separation_speed_in_a_crowd_says_nothing() -> None:
    pair = replace(near(500.0), parent=np.array([-1, 0]), P=np.tile(np.diag([1.0] * 3 + [0.1] * 3), (2, 1, 1)))
    pair.x[1, 3] = 12.0
    _, none = bayes.step(bayes.start(PRIORS), (near(500.0), Looks.empty()), 0.0)
    _, p = bayes.step(bayes.start(PRIORS), (pair, Looks.empty()), 0.0)
    assert p == pytest.approx(none)


def neighbours(some: Tracks) -> tuple[list[float], list[int]]:
    """Of each track: the probability that a look was of the nearest other one, and the row of that."""
    order, place = crowd.in_order(some.x)
    found = [crowd.nearest(some.x, order, place, i) for i in range(len(some))]
    return [crowd.share(away) for away, _ in found], [other for _, other in found]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(1.0, 1e7), min_size=1, max_size=8))
def test_doubt_falls_with_distance(distances: list[float]) -> None:
    d = [neighbours(near(x))[0] for x in sorted(distances)]
    assert np.all(np.diff([v[0] for v in d]) <= 0)
    assert all(v[0] == v[1] and 0 <= v[0] <= crowd.MOST for v in d)
    assert neighbours(tracks(1)) == ([0.0], [0])


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 40), st.floats(1e3, 1e5))
def test_the_nearest_track_is_that_of_a_tree(seed: int, n: int, wide: float) -> None:
    some = tracks(n)
    some.x[:, :3] = np.random.default_rng(seed).normal(0, wide, (n, 3))
    share, other = neighbours(some)
    gap, who = cKDTree(some.x[:, :3]).query(some.x[:, :3], k=2, distance_upper_bound=4 * crowd.REACH)
    near = np.isfinite(gap[:, 1])
    assert other == np.where(near, who[:, 1], np.arange(n)).tolist()
    assert share == pytest.approx(crowd.MOST * np.exp(-0.5 * (gap[:, 1] / crowd.REACH) ** 2))


def test_intensity_is_brought_to_the_tracks_range() -> None:
    """A source of 14 dBW/sr seen by a telescope that states it at the nominal range of its sight."""
    place = np.array([7.5e6, 0.0, 0.0])
    one = tracks(1, t=3.0)
    one.x[0] = [7.4e6, 2.5e6, 1e5, 500.0, -6000.0, 900.0]
    then = one.x[:, :3] - (3.0 - 1.0) * one.x[:, 3:]
    axes = np.array([[-1.0, 0, 0], [0, -1.0, 0], [0, 0, 1.0]])
    z = infrared.h(then, place, axes)
    stated = 14.0 - 20 * np.log10(np.linalg.norm(then[0] - place) / infrared.nominal_range(z, place, axes)[0])
    scan = Scan(0, 0, 1.0, place, axes, z, np.full((1, 3), 1e-4), np.array([[np.nan, stated]], np.float32))
    other = replace(scan, sensor=1, position=2 * place)
    whose, k, when = np.array([0, 9]), np.array([1, 1]), np.array([1.0, 1.0])
    seen = Looks(whose, np.zeros(2, np.int64), when, np.array([[np.nan, stated]] * 2, np.float32), k, np.zeros(2, np.int64))
    got = ranging.at_range(seen, one, Scans.of([other, scan]))
    assert got.features[0, 1] == pytest.approx(14.0, abs=1e-4)
    assert abs(stated - 14.0) > 3.0
    assert np.isnan(got.features[1, 1])


@pytest.mark.parametrize("priors", [(1.0, 1.0), (0.0, 1, 1, 1, 1), (np.nan, 1, 1, 1, 1)])
def test_bad_priors_are_told(priors: tuple[float, ...]) -> None:
    with pytest.raises(BadInput, match="booster, stage, warhead, decoy, debris"):
        bayes.start(priors)


def test_similarity_moves_decoys_to_warheads() -> None:
    s = load()
    assert s.at_similarity(1.0).level[DECOY] == pytest.approx(s.level[WARHEAD])
    assert s.at_similarity(0.0).level[DECOY] == pytest.approx(s.level[DECOY])
    assert s.at_similarity(1.0).beta[DECOY] == pytest.approx(s.beta[DECOY])
