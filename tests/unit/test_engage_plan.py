"""The greedy plan: capacity, relabelling, marginal value."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cupola.catalog.defence import Doctrine
from cupola.engage.plan import Problem, greedy


def problem(rng, n, m, rounds, due=1e9):
    first = rng.uniform(100.0, 200.0, (n, m))
    kill = np.where(rng.random((n, m)) < 0.7, rng.uniform(0.1, 0.9, (n, m)), 0.0)
    return Problem(
        np.sort(rng.choice(1000, n, replace=False)), rng.uniform(0.1, 1.0, n), kill, first, first - 50.0, first - 50.0,
        np.asarray(rounds), tuple(f"b{j}" for j in range(m)), due,
    )  # fmt: skip


def left(p, orders):
    """Expected value that leaks."""
    survive = np.ones(len(p.track))
    for o in orders:
        survive[o.row] *= (1.0 - p.kill[o.row, o.battery]) ** o.rounds
    return float(p.value @ survive)


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 6), st.integers(0, 3), st.integers(1, 3), st.integers(1, 4))
def test_never_more_rounds_than_there_are(seed, n, m, salvo, last):
    rng = np.random.default_rng(seed)
    p = problem(rng, n, m, rng.integers(0, 4, m))
    orders = greedy(p, Doctrine(salvo=salvo, last_salvo=last))
    used = np.bincount([o.battery for o in orders for _ in range(o.rounds)], minlength=m)
    assert (used <= p.rounds).all()
    assert all(p.kill[o.row, o.battery] > 0 and o.rounds > 0 for o in orders)
    assert all(sum(o.rounds for o in orders if o.row == i) <= max(salvo, last) for i in range(n))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
def test_relabelling_changes_nothing(seed):
    rng = np.random.default_rng(seed)
    p = problem(rng, 5, 3, [2, 1, 2])
    perm = rng.permutation(3)
    cols = {k: getattr(p, k)[:, perm] for k in ("kill", "first", "command", "last")}
    q = Problem(
        p.track,
        p.value,
        cols["kill"],
        cols["first"],
        cols["command"],
        cols["last"],
        p.rounds[perm],
        tuple(p.names[j] for j in perm),
        p.due,
    )
    named = [sorted((int(r.track[o.row]), r.names[o.battery], o.rounds) for o in greedy(r, Doctrine())) for r in (p, q)]
    assert named[0] == named[1]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
def test_one_more_round_never_hurts_with_one_battery(seed):
    rng = np.random.default_rng(seed)
    p = problem(rng, 5, 1, [3])
    more = Problem(p.track, p.value, p.kill, p.first, p.command, p.last, p.rounds + 1, p.names, p.due)
    assert left(more, greedy(more, Doctrine(last_salvo=3))) <= left(p, greedy(p, Doctrine(last_salvo=3))) + 1e-12


@pytest.mark.parametrize("seed", range(8))
def test_one_battery_plan_is_the_best_there_is(seed):
    p = problem(np.random.default_rng(seed), 4, 1, [4])
    best = min(float(p.value @ (1.0 - p.kill[:, 0]) ** np.array(xs)) for xs in product(range(4), repeat=4) if sum(xs) <= 4)
    assert left(p, greedy(p, Doctrine(last_salvo=3))) == pytest.approx(best, rel=1e-12)


def one_track(last):
    first = np.array([[100.0, 120.0]])
    return Problem(
        np.array([7]),
        np.array([1.0]),
        np.array([[0.5, 0.8]]),
        first,
        np.array([[50.0, 60.0]]),
        np.array([last]),
        np.array([9, 9]),
        ("a", "b"),
        55.0,
    )


def test_single_round_while_another_look_fits_in_and_last_salvo_when_not():
    doctrine = Doctrine(salvo=1, last_salvo=3, assess=10.0)
    assert [(o.battery, o.rounds) for o in greedy(one_track([50.0, 111.0]), doctrine)] == [(0, 1)]
    assert [(o.battery, o.rounds) for o in greedy(one_track([50.0, 109.0]), doctrine)] == [(0, 3)]


def test_a_command_that_is_not_due_waits():
    p = one_track([50.0, 60.0])
    later = Problem(p.track, p.value, p.kill, p.first, p.command + 10.0, p.last, p.rounds, p.names, p.due)
    assert greedy(later, Doctrine()) == []


def test_reserve_price_saves_a_round():
    assert greedy(one_track([50.0, 60.0]), Doctrine(min_gain=0.51)) == []
    assert greedy(one_track([50.0, 60.0]), Doctrine(min_gain=0.49)) != []
