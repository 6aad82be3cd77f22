"""Learning curves, generations, discounting, ranges and architectures. Oracles: sums by hand and the algebra's own limits."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cupola.assess import spread
from cupola.assess.models import model
from cupola.assess.money import architecture, programme, replenish
from cupola.assess.question import ask
from cupola.core.errors import BadOption

COST = model("programme-cost")


@pytest.mark.parametrize("n", [1, 2, 31, 32, 33, 998, 20000])
@pytest.mark.parametrize("learning", [0.6, 0.85, 1.0])
def test_unit_by_unit_is_the_plain_sum(n, learning):
    b = math.log2(learning)
    assert programme.curve_total(70.0, learning, n, "summed") == pytest.approx(
        70.0 * math.fsum(i**b for i in range(1, n + 1)), rel=1e-8
    )


def test_average_is_the_calculators_formula_and_nothing_costs_nothing():
    b = math.log2(0.85)
    assert programme.curve_total(70.0, 0.85, 998) / 998 == pytest.approx(70.0 * (998 ** (1 + b) + 1) / (998 * (1 + b)))
    assert programme.curve_total(70.0, 0.85, 0) == programme.curve_total(70.0, 0.85, 0, "summed") == 0.0


def test_a_doubling_costs_the_learning_rate():
    """The 2,000th unit over the 1,000th."""
    upto = programme.curve_total(1.0, 0.85, np.array([999, 1000, 1999, 2000]), "summed")
    assert (upto[3] - upto[2]) / (upto[1] - upto[0]) == pytest.approx(0.85, abs=1e-6)


@pytest.mark.parametrize("rate", [0.5, 0.0, 1.2])
def test_a_learning_rate_out_of_range_is_refused(rate):
    with pytest.raises(BadOption, match=r"above 0\.5 and up to 1"):
        programme.curve_total(1.0, rate, 10)


@pytest.mark.parametrize(
    ("period", "life", "end", "n"), [(20, 5, "floor", 4), (20, 6, "floor", 3), (20, 6, "ceil", 4), (20, 25, "floor", 1), (1,
    0.1, "floor", 10)]
)  # fmt: skip
def test_generations(period, life, end, n):
    assert programme.generations(period, life, end) == n


def test_a_life_of_nothing_is_refused():
    with pytest.raises(BadOption, match="write a life above 0"):
        programme.generations(20, 0.0)


def test_the_bill_adds_up():
    r = ask(COST)
    assert r["initial_busd"] + r["replenishment_busd"] + r["operations_busd"] == pytest.approx(r["total_busd"])
    assert r["present_busd"] == pytest.approx(r["total_busd"])
    assert r["operations_busd"] == pytest.approx(0.45 * 20)
    assert r["total_20yr_busd"] == pytest.approx(r["total_busd"])
    assert r["fleets"] == 4


def test_discounting_by_hand():
    b = programme.Bill(units=(10.0, 20.0), launches=(1.0, 2.0), operations=3.0, development=5.0, life=5.0, period=10.0)
    hand = 5.0 + 11.0 + 22.0 / 1.1**5 + sum(3.0 / 1.1 ** (y + 0.5) for y in range(10))
    assert b.total(0.1) == pytest.approx(hand)
    assert b.total() == pytest.approx(5.0 + 33.0 + 30.0)


def test_a_curve_that_goes_on_costs_less_than_one_that_starts_anew():
    anew, on = (ask(COST, {"restart": r})["total_busd"] for r in (True, False))
    assert on < anew
    flat = [
        ask(COST, {"restart": r, "unit_learning": 1.0, "launch_learning": 1.0, "curve": "summed"})["total_busd"]
        for r in (True, False)
    ]
    assert flat[0] == pytest.approx(flat[1])


@given(salvo=st.integers(1, 60), life=st.floats(1.0, 20.0), unit=st.floats(1.0, 500.0))
@settings(max_examples=30)
def test_more_missiles_dearer_units_and_shorter_lives_cost_more(salvo, life, unit):
    base = {"salvo": salvo, "life_yr": life, "first_unit_musd": unit}
    total = ask(COST, base)["total_busd"]
    assert ask(COST, base | {"salvo": salvo + 1})["total_busd"] > total
    assert ask(COST, base | {"first_unit_musd": unit * 1.1})["total_busd"] > total
    assert ask(COST, base | {"life_yr": life * 1.2})["total_busd"] <= total + 1e-9
    assert ask(COST, base | {"real_rate": 0.03})["present_busd"] <= total + 1e-9


def test_ranges_close_when_nothing_is_uncertain_and_keep_to_their_seed():
    sure = ask(COST, {"spread": 1.0})
    assert sure["p10_busd"] == sure["p50_busd"] == sure["p90_busd"] == pytest.approx(sure["total_busd"])
    one, two = (ask(COST, {"seed": s})["p90_busd"] for s in (1, 2))
    assert one != two
    assert one == pytest.approx(two, rel=0.05)


def test_shapes_of_the_ranges():
    log = spread.factors("lognormal", 2.0, 3, "a")["a"]
    assert spread.quantiles(log)["p90"] == pytest.approx(2.0, rel=0.05)
    assert spread.quantiles(log)["p50"] == pytest.approx(1.0, rel=0.05)
    tri = spread.factors("triangular", 2.0, 3, "a")["a"]
    assert 0.5 <= tri.min() < tri.max() <= 2.0
    assert tri.mean() == pytest.approx((0.5 + 1.0 + 2.0) / 3.0, rel=0.02)
    assert abs(np.corrcoef(*spread.factors("lognormal", 2.0, 3, "a", "b").values())[0, 1]) < 0.06
    with pytest.raises(BadOption, match="spread of at least 1"):
        spread.factors("lognormal", 0.5, 1, "a")


def test_a_trillion_is_three_factors():
    """Each of the three numbers, put in alone, brings the fleets to one trillion."""
    question = model("replenishment")
    base = {"operations_share": 0.0, "usd_per_kg": 0.0}
    r = ask(question, base)
    by_fleet = ask(question, base | {"satellites": r["fleet_for_1t"]})["total_busd"]
    by_price = ask(question, base | {"unit_musd": r["price_for_1t_musd"]})["total_busd"]
    assert by_fleet == pytest.approx(1000.0, rel=2e-4)
    one_price = ask(question, base | {"unit_musd": 10.0})
    assert one_price["fleet_for_1t"] == 25000
    assert by_price == pytest.approx(1000.0, rel=1e-9)
    shorter, longer = (ask(question, base | {"life_yr": r["life_for_1t_yr"] * f})["total_busd"] for f in (0.999, 1.0))
    assert longer < 1000.0 <= shorter


@pytest.mark.parametrize(("life", "fleets"), [(3.0, 7), (5.0, 4), (6.0, 4)])
def test_cards_chart_and_total_count_the_same_fleets(life, fleets):
    r = ask(model("replenishment"), {"life_yr": life, "operations_share": 0.0})
    lives, bought = next(c for c in r["charts"] if c.title.startswith("Fleets bought")).series["20 years"]
    assert r["fleets"] == fleets
    assert r["per_year"] == 16000 * fleets / 20.0
    assert bought[lives.index(life)] == pytest.approx(r["total_busd"]) == pytest.approx(r["first_busd"] * fleets)


def test_a_fleet_worth_a_trillion_reaches_it_whatever_its_life_and_a_free_one_never():
    question = model("replenishment")
    assert ask(question, {"satellites": 500000})["life_for_1t_yr"] == math.inf
    assert ask(question, {"unit_musd": 5e-324, "usd_per_kg": 0.0})["life_for_1t_yr"] == 0.0


def test_a_price_near_nothing_has_no_fleet_that_costs_a_trillion():
    r = ask(model("replenishment"), {"unit_musd": 5e-324, "usd_per_kg": 0.0})
    assert r["fleet_for_1t"] == math.inf


def test_the_price_is_that_of_as_many_as_are_bought():
    question = model("replenishment")
    for n in (998, 16000):
        curve = programme.curve_total(70.0, 0.85, n) / n
        assert ask(question, {"satellites": n})["average_musd"] == pytest.approx(float(curve))
    assert ask(question, {"unit_musd": 10.6})["average_musd"] == 10.6


def test_the_chart_says_which_stated_assumption_passes_a_trillion():
    question = model("replenishment")
    chart = ask(question)["charts"][0]
    names, totals = chart.series["total over the years counted"]
    cbo = {"satellites": 7800, "unit_musd": 22.0}
    by_hand = [
        {},
        {"unit_musd": ask(question, {"satellites": 998})["average_musd"]},
        {"satellites": 36000},
        cbo,
        {"period_yr": 30.0},
    ]
    assert totals[:5] == pytest.approx([ask(question, g)["total_busd"] for g in by_hand])
    assert names[0] == "as set"


def test_the_shorter_of_design_life_and_drag_counts():
    question = model("replenishment")
    held, sinking = (ask(question, {"budget_m_s": b}) for b in (2000.0, 0.0))
    assert held["life_used_yr"] == 5.0
    assert sinking["life_used_yr"] == sinking["drag_life_yr"] == sinking["drag_alone_yr"] < 1.0
    assert sinking["total_busd"] > 10 * held["total_busd"]
    life, yearly, alone = replenish.orbit_life(300.0, 0.0022, 150.0, 400.0)
    assert life == pytest.approx(400.0 / yearly + alone)


def test_replenishment_discounted_by_hand():
    r = ask(model("replenishment"), {"real_rate": 0.05})
    fleets = r["first_busd"] * sum(1.05 ** (-5 * k) for k in range(4))
    running = 0.01 * r["first_busd"] * sum(1.05 ** -(y + 0.5) for y in range(20))
    assert r["present_busd"] == pytest.approx(fleets + running)
    assert ask(model("replenishment"))["present_busd"] == pytest.approx(r["total_busd"])


def test_cheaper_launches_pay_and_equal_prices_change_nothing():
    question = model("replenishment")
    assert ask(question, {"old_usd_per_kg": 2300.0})["launch_ratio"] == pytest.approx(1.0)
    assert ask(question)["launch_ratio"] < 1.0


def test_an_architecture_is_the_sum_of_its_elements():
    every = {e.name: 0.0 for e in architecture.ELEMENTS}
    whole = architecture.quantities_of("layered")
    alone = sum(architecture.cost({**every, n: q}, 20, 0.03).total for n, q in whole.items())
    assert architecture.cost(whole, 20, 0.03).total == pytest.approx(alone)
    by_hand = architecture.cost({**every, "ngi": 40.0, "warning-satellite-leo": 10.0}, 20, 0.03)
    assert by_hand.acquisition == pytest.approx((40 * 111 + 10 * 50) / 1e3)
    assert by_hand.replenishment == pytest.approx(3 * 10 * 50 / 1e3)
    assert by_hand.operations == pytest.approx(0.03 * 20 * by_hand.acquisition)


def test_presets_name_elements_that_exist():
    from cupola.catalog import load

    known = {e.name for e in architecture.ELEMENTS} | {"title"}
    for preset in architecture.PRESETS:
        assert set(load.programme(f"architecture-{preset}").data) <= known


def test_a_change_and_its_reverse_cancel():
    question = model("architecture-cost")
    there = ask(question, {"baseline": "none", "add_space_interceptor": 0, "add_thaad": 400})
    back = ask(question, {"baseline": "area", "add_space_interceptor": 0, "add_thaad": -400})
    assert there["difference_busd"] == pytest.approx(-back["difference_busd"])
    assert there["p50_busd"] == pytest.approx(-back["p50_busd"])
    assert there["more_short"] == 200.0
    assert there["per_short_busd"] == pytest.approx(there["difference_busd"] / 200.0)
    assert there["per_long_busd"] == math.inf
