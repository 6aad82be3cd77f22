"""Second tracks of one body are given up; neighbours are not."""

import fusion_scene as scene
import numpy as np
import pytest

from cupola.fusion import merge, tracker
from cupola.fusion.config import Config
from cupola.fusion.pool import CONFIRMED, NEXT_ID, TRACK, remember, take


def follow(cards, scans, until, doubled=None):
    """Run the tracker; at time ``doubled`` every confirmed track gets a second one. Returns ids by step, ids of the second ones."""
    state = tracker.start(Config(), cards)
    ids, added = [], []
    for s in scans:
        if s.t > until:
            break
        state, out = tracker.step(state, (s,), s.t)
        ids.append(set(out.tracks.id[out.tracks.confirmed].tolist()))
        if doubled is not None and s.t >= doubled:
            doubled = None
            for row in np.flatnonzero(state.pool["status"] == CONFIRMED):
                new = take(state.pool, state.spare, state.book)
                number = int(state.book[NEXT_ID]) - 1
                state.pool[new] = state.pool[row]
                state.pool[new]["id"], state.pool[new]["pasts"], state.pool[new]["born"] = number, 0, s.t
                added.append(number)
    return ids, added


def test_a_second_track_of_a_body_is_given_up_for_the_older():
    cards, scans, _, _ = scene.ballistic(n=3, seconds=60.0, seed=4, false=0)
    ids, added = follow(cards, scans, 60.0, doubled=25.0)
    before = ids[[s.t for s in scans].index(next(s.t for s in scans if s.t >= 25.0))]
    assert len(before) == 3
    assert len(added) == 3
    assert ids[-1] == before


def test_bodies_a_hundred_metres_apart_keep_their_tracks():
    rng = np.random.default_rng(7)
    x0 = np.repeat(scene.bodies(1, rng), 2, axis=0)
    x0[1, :3] += [60.0, 60.0, 60.0]
    sites = [scene.radar(-8.0, sigma=[2e-5, 2e-5, 5.0]), scene.radar(6.0, 5.0, sigma=[2e-5, 2e-5, 5.0])]
    cards, scans, _, _ = scene.ballistic(seconds=90.0, seed=5, false=0, sites=sites, x0=x0)
    ids, _ = follow(cards, scans, 90.0)
    early = ids[len(ids) // 3]
    assert len(early) == 2
    assert ids[-1] == early


@pytest.mark.parametrize(("looks", "meant"), [((40, 20, 20, 0), 1), ((40, 20, 20, 8), -1), ((40, 0, 20, 0), 0), ((0, 0, 0, 0), 0)])
def test_the_count_speaks_for_one_body_where_two_are_never_seen_together(looks, meant):
    count = merge.counted(*looks)
    assert count == 0 if meant == 0 else np.sign(count) == meant
    assert looks != (40, 20, 20, 0) or count > 9.0


def test_looks_in_common_are_counted_by_scan():
    pair = np.zeros(2, TRACK)
    for scan, a, b in [(1, 1, None), (2, 1, 0), (3, 0, 1), (4, 1, 1), (5, None, 1), (6, 0, 0)]:
        for r, hit in ((pair[0], a), (pair[1], b)):
            if hit is not None:
                remember(r, scan, hit)
    assert merge.together(pair[0], pair[1]) == (4, 2, 2, 1)


def test_agreement_is_numpys_chi_square_and_density():
    rng = np.random.default_rng(5)
    root = rng.normal(size=(2, 6, 6)) * np.array([300.0, 200.0, 500.0, 3.0, 2.0, 5.0])[:, None]
    P = root @ root.swapaxes(1, 2)
    x = np.zeros((2, 6))
    x[1] = rng.multivariate_normal(np.zeros(6), P.sum(axis=0))
    d2, gain = merge.agreement(x, P, 1, 0, np.empty((6, 6)), np.empty(6))
    want = x[1] @ np.linalg.solve(P.sum(axis=0), x[1])
    apart = 3 * np.log(merge.APART * merge.APART_SPEED) - 0.5 * np.linalg.slogdet(P.sum(axis=0))[1]
    assert d2 == pytest.approx(want, rel=1e-9)
    assert gain == pytest.approx(apart - 0.5 * (merge.FREEDOM + 6) * np.log1p(want / merge.FREEDOM), rel=1e-9)
    P[0] -= 2 * P.sum(axis=0)
    assert merge.agreement(x, P, 1, 0, np.empty((6, 6)), np.empty(6)) == (np.inf, -np.inf)
