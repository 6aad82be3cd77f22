"""Scores of probabilities, and the benchmark: the share of what could be known that the estimator knows."""

from __future__ import annotations

from dataclasses import replace

import looks_maker
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cupola.core.batches import DECOY, WARHEAD, Floats
from cupola.core.randoms import stream
from cupola.discriminate import bayes, scoring
from cupola.discriminate.signatures import SIMILARITIES, load

SHARES = np.array([0.001, 0.1, 0.05, 0.25, 0.599])
N, ROUNDS = 6000, 12


def run(state: bayes.State, world: looks_maker.World) -> Floats:
    for k in range(len(world.looks)):
        state, p = bayes.step(state, looks_maker.batch(world, k, float(k)), float(k))
    return p


def drawn(similarity: float, name: str) -> looks_maker.World:
    return looks_maker.draw(load(), SHARES, N, ROUNDS, stream(11, name), similarity)


@pytest.mark.parametrize("similarity", [0.0, 0.4, 1.0])
def test_most_of_what_can_be_known_is_known(similarity: float) -> None:
    world = drawn(similarity, f"share {similarity}")
    prior = scoring.prior_logloss(SHARES)
    best = scoring.logloss(run(scoring.ceiling(SHARES, similarity), world), world.kind)
    p = run(bayes.start(SHARES), world)
    share = scoring.reduction_share(scoring.logloss(p, world.kind), best, prior)
    assert share is not None
    assert 0.95 <= share <= 1.02
    assert scoring.ece(p[:, WARHEAD], world.kind == WARHEAD) <= 0.03
    assert 0 < best < prior


def test_a_wrong_similarity_keeps_three_quarters_and_the_ceiling_is_one() -> None:
    """The estimator is told only similarities that are not the true one."""
    world = drawn(0.5, "wrong")
    prior = scoring.prior_logloss(SHARES)
    best = scoring.logloss(run(scoring.ceiling(SHARES, 0.5), world), world.kind)
    for wrong in ((0.0, 1.0), (0.25, 1.0)):
        p = run(bayes.start(SHARES, wrong), world)
        share = scoring.reduction_share(scoring.logloss(p, world.kind), best, prior)
        assert share is not None
        assert 0.75 <= share < 1.0
        assert scoring.ece(p[:, WARHEAD], world.kind == WARHEAD) <= 0.03
    assert scoring.reduction_share(best, best, prior) == 1.0
    assert scoring.reduction_share(prior, prior, prior) is None


def test_the_raids_similarity_is_learnt() -> None:
    world = drawn(0.75, "learnt")
    state = bayes.start(SHARES)
    for k in range(ROUNDS):
        state, _ = bayes.step(state, looks_maker.batch(world, k, float(k)), float(k))
    assert state.weight @ np.array(SIMILARITIES) == pytest.approx(0.75, abs=0.1)


def test_twins_cannot_be_told_apart() -> None:
    """With equal densities no one beats a coin: AUC 0.5 within four standard errors."""
    s = load()
    level, spread, noise = s.level.copy(), s.spread.copy(), s.noise.copy()
    for table in (level, spread, noise):
        table[DECOY] = table[WARHEAD]
    same = replace(s, level=level, spread=spread, noise=noise)
    world = looks_maker.draw(same, np.array([1e-6, 1e-6, 0.5, 0.5, 1e-6]), 3000, 6, stream(3, "twins"))
    p = run(bayes.start((0.001, 0.001, 0.5, 0.5, 0.001), signatures=same), world)
    area = scoring.warhead_auc(p, world.kind)
    assert area == pytest.approx(0.5, abs=4 * np.sqrt(1 / 12 * 2 / 1500))


def test_scores_by_hand() -> None:
    p = np.array([[0.5, 0.5], [0.1, 0.9], [0.8, 0.2]])
    kind = np.array([0, 1, 1])
    assert scoring.logloss(p, kind) == pytest.approx(-(np.log(0.5) + np.log(0.9) + np.log(0.2)) / 3)
    assert scoring.ece(p[:, 1], kind == 1) == pytest.approx((0.5 + 0.1 + 0.8) / 3)
    assert scoring.auc(p[:, 1], kind == 1) == pytest.approx(0.5)
    assert scoring.auc(p[:, 1], kind >= 0) is None
    assert scoring.prior_logloss(np.array([2.0, 2.0])) == pytest.approx(np.log(2))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=2, max_size=30))
def test_auc_is_the_share_of_pairs_in_order(rows: list[tuple[float, bool]]) -> None:
    score, true = np.array([r[0] for r in rows]), np.array([r[1] for r in rows])
    up, down = score[true], score[~true]
    got = scoring.auc(score, true)
    if not len(up) or not len(down):
        assert got is None
        return
    pairs = np.subtract.outer(up, down)
    assert got == pytest.approx(np.mean((pairs > 0) + 0.5 * (pairs == 0)))
