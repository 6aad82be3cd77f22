"""Clusters and assignment against scipy."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from cupola.core.errors import BadOption
from cupola.fusion.assign import assign
from cupola.fusion.associate import ASSOCIATORS, associator, checked
from cupola.fusion.cluster import clusters


def sparse(n, m, density, seed):
    rng = np.random.default_rng(seed)
    there = rng.random((n, m)) < density
    price = np.where(there, -rng.exponential(5.0, (n, m)), 0.0)
    ptr = np.r_[0, np.cumsum(there.sum(axis=1))].astype(np.int64)
    return ptr, np.nonzero(there)[1].astype(np.int64), price[there], price


problems = st.tuples(st.integers(1, 14), st.integers(1, 14), st.floats(0.0, 1.0), st.integers(0, 10**6))


@settings(max_examples=150, deadline=None)
@given(problems)
def test_assignment_is_optimal_and_one_to_one(problem):
    n, m, density, seed = problem
    ptr, det, cost, price = sparse(n, m, density, seed)
    choice = assign(ptr, det, cost, m)
    used = choice[choice >= 0]
    assert len(set(used)) == len(used)
    for i in np.flatnonzero(choice >= 0):
        assert choice[i] in det[ptr[i] : ptr[i + 1]]
    total = price[np.flatnonzero(choice >= 0), used].sum()
    padded = np.hstack([price, np.zeros((n, n))])  # a miss of price 0 for each row
    assert np.isclose(total, padded[linear_sum_assignment(padded)].sum())


def test_a_large_dense_cluster_is_optimal():
    ptr, det, cost, price = sparse(120, 110, 0.5, 7)
    choice = assign(ptr, det, cost, 110)
    padded = np.hstack([price, np.zeros((120, 120))])
    rows = np.flatnonzero(choice >= 0)
    assert np.isclose(price[rows, choice[rows]].sum(), padded[linear_sum_assignment(padded)].sum())


@settings(max_examples=60, deadline=None)
@given(problems)
def test_clusters_are_the_connected_components(problem):
    n, m, density, seed = problem
    ptr, det, _, price = sparse(n, m, density * 0.3, seed)
    start, rows = clusters(ptr, det, m)
    i, j = np.nonzero(price)
    _, label = connected_components(coo_matrix((np.ones(len(i)), (i, n + j)), (n + m, n + m)), directed=False)
    mine = {frozenset(rows[a:b]) for a, b in itertools.pairwise(start)}
    theirs = {frozenset(np.flatnonzero((label[:n] == k) & (np.diff(ptr) > 0))) for k in set(label[:n])} - {frozenset()}
    assert mine == theirs


def test_every_associator_keeps_the_contract():
    ptr, det, cost, _ = sparse(12, 9, 0.4, 3)
    for name in ASSOCIATORS:
        out, chosen, weight, choice = associator(name)(ptr, det, cost, 9)
        own = choice[choice >= 0]
        assert len(set(own)) == len(own)
        assert out[0] == 0
        assert out[-1] == len(chosen) == len(weight)
        assert np.all(np.bincount(chosen, weight, 9) <= 1 + 1e-9)
        for i in range(12):
            assert weight[out[i] : out[i + 1]].sum() <= 1 + 1e-9
            assert set(chosen[out[i] : out[i + 1]]) <= set(det[ptr[i] : ptr[i + 1]])


GOOD = ([0, 1, 1], [2], [0.9], [2, -1])  # two tracks, three detections


def test_what_a_foreign_associator_gives_is_taken_as_lists_too():
    ptr, det, weight, choice = checked(GOOD, 2, 3)
    assert (ptr.tolist(), det.tolist(), weight.tolist(), choice.tolist()) == GOOD


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        (0, [0, 2, 2], "ptr must rise from 0 to the 1 entries"),
        (0, [0, 1], "do not fit 2 tracks"),
        (1, [3], "not among the 3"),
        (2, [7.0], "probabilities"),
        (2, [np.nan], "probabilities"),
        (3, [3, -1], "not among the 3"),
        (3, ["a", "b"], "four arrays"),
    ],
)
def test_a_foreign_associator_that_would_break_kernels_is_refused(place, value, message):
    answer = list(GOOD)
    answer[place] = value
    with pytest.raises(BadOption, match=message):
        checked(answer, 2, 3)


def test_an_associator_must_give_four_arrays():
    with pytest.raises(BadOption, match="four arrays"):
        checked(GOOD[:3], 2, 3)
