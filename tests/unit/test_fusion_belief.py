"""Marginal association against enumeration, and what a track does with a doubt."""

import itertools

import fusion_scene as fs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cupola.core.batches import BALLISTIC, FEATURES, Scan
from cupola.fusion import sight, update
from cupola.fusion.belief import bp, marginals
from cupola.fusion.crowd import crowd
from cupola.fusion.pool import CONFIRMED, TRACK


def enumerated(ratio):
    """Exact marginals by going through all assignments. ratio ``(n, m)``, 0: no candidate."""
    n, m = ratio.shape
    out, total = np.zeros((n, m)), 0.0
    for a in itertools.product(range(-1, m), repeat=n):
        used = [j for j in a if j >= 0]
        if len(set(used)) < len(used):
            continue
        p = np.prod([ratio[i, j] for i, j in enumerate(a) if j >= 0])
        total += p
        for i, j in enumerate(a):
            if j >= 0:
                out[i, j] += p
    return out / total


def rows(ratio):
    there = ratio > 0
    ptr = np.r_[0, np.cumsum(there.sum(axis=1))].astype(np.int64)
    return ptr, np.nonzero(there)[1].astype(np.int64), -2.0 * np.log(ratio[there]), there


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 4), st.floats(0.0, 30.0))
def test_a_tree_of_candidates_has_exact_marginals(seed, n, steep):
    rng = np.random.default_rng(seed)
    ratio = np.zeros((n, n + 1))
    for i in range(n):  # a chain has no loop
        ratio[i, i : i + 2] = np.exp(rng.uniform(0.0, steep, 2))
    ptr, det, price, there = rows(ratio)
    assert np.allclose(marginals(ptr, det, price, n + 1), enumerated(ratio)[there], atol=3e-3)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
def test_loops_come_near_and_never_give_away_more_than_there_is(seed):
    rng = np.random.default_rng(seed)
    ratio = np.exp(rng.uniform(0.0, 4.0, (3, 3)))
    ptr, det, price, there = rows(ratio)
    got = marginals(ptr, det, price, 3)
    assert np.abs(got - enumerated(ratio)[there]).max() < 0.25
    assert np.all(np.add.reduceat(got, ptr[:-1]) <= 1 + 1e-9)
    assert np.all(np.bincount(det, got, 3) <= 1 + 1e-2)


def test_two_tracks_and_one_detection_between_them_share_it():
    ptr, det, price, _ = rows(np.full((2, 1), 1e6))
    out, _, weight, choice = bp(ptr, det, price, 1)
    assert np.diff(out).tolist() == [1, 1]
    assert weight == pytest.approx(0.5, abs=1e-3)
    assert sorted(choice.tolist()) == [-1, 0]


def test_a_lone_detection_is_certain_where_false_ones_are_rare_and_doubtful_in_a_crowd():
    f = sight.frame(fs.card("radar", [3e-4, 3e-4, 20.0], clutter=1e-9), 0)
    s = np.zeros(1, sight.SIGHT)
    s["z"], s["pd"], s["clutter"] = [[0.5, 0.1, 1e6]], 0.9, 1e-9
    rng = np.random.default_rng(1)
    z = s["z"] + rng.normal(size=(20, 3)) * [1e-3, 1e-3, 1e3]
    one = np.zeros(1, np.int64)
    crowd(s, one, z[:1], np.ones(1, np.int64), f)
    assert s["clutter"][0] == 1e-9
    crowd(s, one, z, np.ones(20, np.int64), f)
    assert 1.0 < s["clutter"][0] < 1e3


def test_a_track_that_is_farther_off_than_it_says_grows_and_a_calm_one_does_not():
    for nis, grows in ((1.0, False), (1.19, False), (1.5, True), (50.0, True)):
        pool = np.zeros(1, TRACK)
        pool["status"], pool["mode"], pool["nis"], pool["P"] = CONFIRMED, BALLISTIC, nis, np.eye(6)
        update._doubt(pool[0])
        assert (pool["P"][0, 0, 0] > 1.0) == grows
        assert pool["P"][0, 0, 0] <= update.WIDEST


def test_a_sensor_that_cannot_see_a_body_does_not_end_its_track():
    blind = fs.card("infrared", [5e-5, 5e-5, np.nan], pd=0.95, clutter=0.01, warm=True, limb=100e3)
    cards, scans, _, _ = fs.ballistic(seconds=60.0, period=1.0, seed=4, false=0)
    none = (np.zeros((0, 3)), np.zeros((0, 3)), np.zeros((0, len(FEATURES)), np.float32))
    far = np.array([2.0e7, 0.0, 0.0])
    dark = [Scan(len(cards), k, s.t + 0.01, far, np.diag([-1.0, -1.0, 1.0]), *none) for k, s in enumerate(scans)]
    out = fs.run((*cards, blind), [s for pair in zip(scans, dark, strict=True) for s in pair])
    assert out[-1].tracks.confirmed.sum() >= 1
    assert sum(o.counts["tracks_lost"] for o in out) == 0
