"""The world's side: who is met, who is killed, what updates may do. Oracles: counting, geometry, binomial intervals."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cupola.catalog import defence
from cupola.core.batches import CLASSES, Shots
from cupola.core.errors import Fault
from cupola.truth import kill

SURE = kill.KillModel(common_mode=0.0, draw_kill=False, report_kill=1.0, report_miss=1.0)


def battery(name="a", **changes):
    sure = {"kill": 1.0, "hits": 0.0, "trials": 0.0} | changes
    return replace(defence.battery(name, "thaad", 0.5, 1.0), type=replace(defence.interceptor_type("thaad"), **sure))


def at(*gaps):
    """Objects at rest, this many metres from the point (7e6, 0, 0)."""
    x = np.zeros((len(gaps), 6))
    x[:, 0], x[:, 1] = 7e6, gaps
    return x


def shots(n, t=10.0, aim=(7e6, 0.0, 0.0), ids=None):
    i = np.arange(n, dtype=np.int64) if ids is None else np.asarray(ids)
    return Shots(i, np.zeros(n, np.int64), np.zeros(n, np.int64), np.zeros(n), np.full(n, t), np.tile(np.array(aim), (n, 1)))


def settle(x, due, batteries=None, model=SURE, seed=1, t=10.0):
    n = len(x)
    return kill.settle(t, x, np.full(n, CLASSES.index("warhead")), np.arange(n) + 100, due, batteries or (battery(),), model, seed)


def test_the_nearest_object_within_the_basket_is_met():
    out = settle(at(900.0, 300.0, -200.0, 5e3), shots(1))
    assert out.killed.tolist() == [102]
    assert out.hits.object.tolist() == [102]
    assert out.hits.distance == pytest.approx([200.0])
    assert out.outcomes.kill.tolist() == [True]


def test_nothing_in_the_basket_is_a_miss():
    basket = battery().type.handover
    assert settle(at(basket + 1.0), shots(1)).hits.why.tolist() == [1]
    assert settle(at(basket - 1.0), shots(1)).hits.why.tolist() == [0]
    assert settle(np.empty((0, 6)), shots(2)).hits.why.tolist() == [1, 1]


def test_a_killed_object_is_not_met_again():
    out = settle(at(300.0, 400.0), shots(3))
    assert out.hits.object.tolist() == [100, 101, -1]
    assert out.killed.tolist() == [100, 101]


def test_objects_are_moved_to_the_intercept_time():
    x = at(0.0)
    x[0, 3:] = 0.0, 4000.0, 0.0
    out = settle(x, shots(1, t=9.5, aim=(7e6, -2000.0, 0.0)))
    assert out.hits.distance[0] < 2.0


def test_steering_budget_limits_updates_after_burnout_only():
    b = battery(update_dv=100.0, burn=20.0, delay=0.0)
    flying = kill.receive(kill.Flying.empty(), shots(1, t=100.0), 0.0, (b,))
    during = kill.receive(flying, shots(1, t=100.0, aim=(7e6, 5e4, 0.0)), 10.0, (b,))
    assert during.shots.aim[0, 1] == 5e4
    assert during.dv[0] == 100.0
    after = kill.receive(during, shots(1, t=100.0, aim=(7e6, 5e4 + 1000.0, 0.0)), 50.0, (b,))
    assert after.shots.aim[0, 1] == 5e4 + 1000.0
    assert after.dv[0] == pytest.approx(80.0)
    spent = kill.receive(after, shots(1, t=100.0, aim=(7e6, 9e4, 0.0)), 90.0, (b,))
    assert spent.shots.aim[0, 1] == pytest.approx(5e4 + 1000.0 + 800.0)
    assert spent.dv[0] == pytest.approx(0.0, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.floats(21.0, 99.0), st.floats(-1e5, 1e5)), max_size=6))
def test_the_budget_never_grows_nor_turns_negative(updates):
    b = battery(update_dv=100.0, burn=20.0, delay=0.0)
    flying = kill.receive(kill.Flying.empty(), shots(1, t=100.0), 0.0, (b,))
    for now, to in sorted(updates):
        nxt = kill.receive(flying, shots(1, t=100.0, aim=(7e6, to, 0.0)), now, (b,))
        moved = abs(nxt.shots.aim[0, 1] - flying.shots.aim[0, 1])
        assert 0.0 <= nxt.dv[0] <= flying.dv[0]
        assert moved / (100.0 - now) == pytest.approx(flying.dv[0] - nxt.dv[0], abs=1e-6)
        flying = nxt


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.floats(1.0, 110.0), st.floats(-1e5, 1e5), st.booleans()), max_size=6))
def test_one_round_steered_at_once_is_one_updated_step_by_step(updates):
    b = battery(update_dv=100.0, burn=20.0, delay=3.0)
    flying, updates = kill.receive(kill.Flying.empty(), shots(1, t=100.0), 0.0, (b,)), sorted(updates)
    for now, to, given_ in updates:
        if given_:
            flying = kill.receive(flying, shots(1, t=100.0, aim=(7e6, to, 0.0)), now, (b,))
    told = np.array([(7e6, to if given_ else np.nan, 0.0) for _, to, given_ in updates]).reshape(-1, 3)
    told[np.isnan(told[:, 1])] = np.nan
    at_once = kill.steered(np.array([7e6, 0.0, 0.0]), told, np.array([u[0] for u in updates]), 23.0, 100.0, 100.0)
    assert at_once.tolist() == flying.shots.aim[0].tolist()


def test_intercept_time_of_a_launched_round_stays():
    flying = kill.receive(kill.Flying.empty(), shots(1, t=100.0), 0.0, (battery(),))
    flying = kill.receive(flying, shots(1, t=50.0), 1.0, (battery(),))
    assert flying.shots.intercept_t.tolist() == [100.0]


def test_part_gives_each_round_once_in_order_of_time():
    s = replace(shots(3), intercept_t=np.array([9.0, 8.0, 12.0]))
    due, rest = kill.part(kill.receive(kill.Flying.empty(), s, 0.0, (battery(),)), 10.0)
    assert due.id.tolist() == [1, 0]
    assert rest.shots.id.tolist() == [2]


def test_an_unknown_battery_is_a_fault():
    with pytest.raises(Fault, match="different batteries"):
        kill.receive(kill.Flying.empty(), shots(1), 0.0, ())


def test_settling_apart_or_together_gives_the_same():
    x = np.concatenate([at(*np.linspace(-1e6, 1e6, 40))])
    aims = x[:, :3] + 10.0
    due = replace(shots(40), aim=aims)
    b = (battery(kill=0.5),)
    model = replace(SURE, common_mode=0.2)
    whole = settle(x, due, b, model)
    ids = np.arange(40) + 100
    parts = []
    for rows in (np.arange(20, 40), np.arange(20)):
        some = Shots(**{k: v[rows] for k, v in vars(due).items()})
        parts += kill.settle(10.0, x, np.full(40, 2), ids, some, b, model, 1).killed.tolist()
    assert sorted(parts) == whole.killed.tolist()
    assert 0 < len(parts) < 40


def met(model, seed, two_types=False):
    """Why of two rounds at each of 30 objects; the second of another type if asked."""
    one = battery("a", kill=1.0, handover=10.0)
    other = replace(one, name="b", type=replace(one.type, name="other")) if two_types else one
    x = at(*np.arange(30) * 1e3)
    why = []
    for b in (one, other):
        due = replace(shots(30, ids=np.arange(30) + (100 if b is other else 0)), aim=x[:, :3])
        why.append(kill.settle(10.0, x, np.full(30, 2), np.arange(30), due, (b,), model, seed).hits.why == 2)
    return np.array(why)


def test_scopes_of_the_common_failure():
    target = met(replace(SURE, common_mode=0.4, scope="target"), 3, two_types=True)
    assert (target[0] == target[1]).all()
    assert 0 < target[0].sum() < 30
    kinds = met(replace(SURE, common_mode=0.4, scope="type"), 3, two_types=True)
    assert (kinds[0] != kinds[1]).any()
    whole = np.array([met(replace(SURE, common_mode=0.4, scope="run"), s, two_types=True) for s in range(12)])
    assert (whole == whole[:, :, :1]).all()
    assert 0 < whole[:, 0, 0].sum() < 12


def test_wrong_reports_happen_as_often_as_stated():
    x = at(*np.arange(400) * 1e4)
    due = replace(shots(400), aim=x[:, :3])
    out = settle(x, due, model=replace(SURE, report_kill=0.8))
    assert len(out.killed) == 400
    assert out.outcomes.kill.mean() == pytest.approx(0.8, abs=2.576 * 0.02)


def test_kill_belief_is_drawn_once_a_run_from_the_tests():
    gbi = defence.interceptor_type("gbi")
    model = replace(SURE, draw_kill=True)
    draws = np.array([kill.kill_probability(gbi, model, s) for s in range(800)])
    assert kill.kill_probability(gbi, model, 5) == draws[5]
    assert kill.kill_probability(gbi, SURE, 5) == gbi.kill == pytest.approx(12.5 / 22)
    sd = np.sqrt(12.5 * 9.5 / 22**2 / 23)
    assert draws.mean() == pytest.approx(12.5 / 22, abs=2.576 * sd / np.sqrt(800))
    assert draws.std() == pytest.approx(sd, rel=0.1)
    low, high = np.quantile(draws, [0.05, 0.95])
    assert 0.37 < low < 0.44  # inside the exact 90 % interval 0.37-0.76 of 12 of 21, as a Jeffreys interval is
    assert 0.70 < high < 0.76


def test_join_of_no_tables_is_empty():
    assert len(kill.Hits.empty()) == 0
