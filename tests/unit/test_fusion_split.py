"""Young tracks: families of hypotheses, weighed jointly."""

import itertools
from dataclasses import replace

import fusion_scene as fs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cupola.fusion import pool, split


def by_hand(first, merit, mask):
    """Shares by listing every joint hypothesis."""
    share, total = np.zeros(len(merit)), 0.0
    for picks in itertools.product(*([-1, *range(a, b)] for a, b in itertools.pairwise(first))):
        taken = [k for k in picks if k >= 0]
        words = [int(mask[k, 0]) | int(mask[k, 1]) << 64 for k in taken]
        if any(a & b for a, b in itertools.combinations(words, 2)):
            continue
        w = np.exp(sum(merit[k] for k in taken))
        total += w
        share[taken] += w
    return share / total


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32), st.lists(st.integers(1, 3), min_size=1, max_size=3))
def test_shares_are_those_of_all_joint_hypotheses(seed, sizes):
    rng = np.random.default_rng(seed)
    first = np.concatenate([[0], np.cumsum(sizes)])
    merit = rng.uniform(-3.0, 6.0, first[-1])
    mask = np.uint64(1) << rng.integers(0, 4, (first[-1], 2)).astype(np.uint64)
    mask *= rng.integers(0, 2, (first[-1], 2)).astype(np.uint64)
    share = np.zeros(first[-1])
    split.weigh(np.arange(len(sizes)), first, merit, mask, share)
    np.testing.assert_allclose(share, by_hand(first, merit, mask), atol=1e-12)


@settings(max_examples=20, deadline=None)
@given(st.permutations(range(4)))
def test_a_family_keeps_its_id_to_the_last_member(order):
    rows, spare, book = pool.empty(8), np.empty(8, np.int64), np.zeros(4, np.int64)
    head = pool.take(rows, spare, book)
    family = int(rows[head]["id"])
    members = [head, *(pool.copied(rows, spare, book, head) for _ in range(3))]
    rows["share"][members] = [0.1, 0.4, 0.3, 0.2]
    for i, gone in enumerate(order):
        left = [members[k] for k in order[i + 1 :]]
        pool.release(rows, spare, book, members[gone])
        assert family not in rows["id"][left] or (rows["id"][left] == family).sum() == 1
        assert len(set(rows["id"][left].tolist())) == len(left)
        if left:
            assert family in rows["id"][left]
            ring, row = [], left[0]
            for _ in left:
                ring.append(row)
                row = rows[row]["twin"]
            assert set(ring) == set(left)
            assert row == (left[0] if len(left) > 1 else -1)
    assert book[pool.FREED] == 4


def pair(seed, apart):
    """Two bodies that fly ``apart`` (m) from each other; one is missed in the fourth scan."""
    rng = np.random.default_rng(seed)
    x0 = np.repeat(fs.bodies(1, rng), 2, axis=0)
    way = rng.normal(size=3)
    x0[1, :3] += apart * way / np.linalg.norm(way)
    cards, scans, truth, origin = fs.ballistic(x0=x0, seconds=16.0, false=0, seed=seed)
    keep = origin[3] != rng.integers(2)
    s = scans[3]
    scans[3] = replace(s, z=s.z[keep], sigma=s.sigma[keep], features=s.features[keep])
    return cards, scans, truth


def test_two_bodies_side_by_side_get_a_track_each():
    """Beside each other the nearest detection is often the other's: hard choices, scan by scan, spoil 8 of these 40 pairs."""
    spoilt = []
    for seed in range(40):
        cards, scans, truth = pair(seed, 1000.0)
        near, far, _ = fs.errors(fs.run(cards, scans)[-1].tracks, truth[-1])
        if sorted(near.tolist()) != [0, 1] or far.max() > 400.0:
            spoilt.append(seed)
    assert len(spoilt) <= 3, spoilt


@pytest.mark.parametrize("associator", ["gnn", "bp"])
def test_no_id_twice_and_no_share_above_one(associator):
    rng = np.random.default_rng(3)
    x0 = np.repeat(fs.bodies(3, rng), 4, axis=0) + rng.normal(size=(12, 6)) * np.array([2e3] * 3 + [10.0] * 3)
    cards, scans, *_ = fs.ballistic(x0=x0, seconds=12.0, false=4)
    state = fs.tracker.start(fs.Config(associator=associator), cards)
    members = 0
    for s in scans:
        state, out = fs.tracker.step(state, (s,), s.t)
        assert len(np.unique(out.tracks.id)) == len(out.tracks.id)
        live = state.pool[state.pool["status"] == pool.TENTATIVE]
        for family in np.unique(live["family"]):
            own = live[live["family"] == family]
            members = max(members, len(own))
            assert own["share"].sum() <= 1.0 + 1e-9
            assert (own["id"] == family).sum() == 1
    assert 1 < members <= split.MOST
