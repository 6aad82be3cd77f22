"""Stocks and production over a campaign. Oracles: a plain loop over days, integrals by hand."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cupola.assess.models import model
from cupola.assess.question import ask
from cupola.assess.shield import campaign

QUESTION = model("magazine")


def plain_loop(stock, use, made):
    """Rounds left each day, first day short, and rounds fired, one day at a time: each day's rounds arrive, then are fired."""
    left, first, fired = stock, math.inf, 0.0
    for day, (u, m) in enumerate(zip(use, made, strict=True), 1):
        left += m
        if u > left and first == math.inf:
            first = day
        fired += min(u, left)
        left -= min(u, left)
    return left, first, fired


@given(
    stock=st.integers(0, 500),
    use=st.lists(st.integers(0, 60), min_size=1, max_size=40),
    made=st.integers(0, 20),
)
@settings(max_examples=60)
def test_stock_and_first_short_day_by_a_plain_loop(stock, use, made):
    u, m = np.array(use, float), np.full(len(use), float(made))
    left, first, fired = plain_loop(stock, u, m)
    curve = campaign.stock_curve(stock, u, m)
    assert curve[-1] == pytest.approx(left)
    assert np.all(curve >= -1e-9)
    assert float(campaign.empty_day(stock, u, m)) == first
    assert stock + m.sum() - curve[-1] == pytest.approx(fired)


def test_a_ramp_by_hand():
    assert campaign.produced(7 * campaign.YEAR, 96, 400, 7) == pytest.approx(7 * (96 + 400) / 2)
    assert campaign.produced(campaign.YEAR, 96, 400, 7, start=7) == pytest.approx(400)
    assert campaign.produced(campaign.YEAR, 96, 400, 0) == pytest.approx(400)
    assert campaign.produced(0.0, 96, 400, 7, start=2) == pytest.approx(0)


@given(rounds=st.floats(1, 5000), now=st.floats(1, 500), more=st.floats(0, 2000), ramp=st.floats(0, 10), start=st.floats(0, 10))
@settings(max_examples=40)
def test_refilling_makes_just_that_many(rounds, now, more, ramp, start):
    years = campaign.refill_years(rounds, now, now + more, ramp, start)
    assert campaign.produced(years * campaign.YEAR, now, now + more, ramp, start) == pytest.approx(rounds, rel=1e-6)


def test_without_production_nothing_is_refilled():
    assert campaign.refill_years(44, 0, 0, 7) == math.inf
    assert campaign.refill_years(0, 0, 0, 7) >= 0


def test_forty_four_rounds_at_four_each():
    r = ask(QUESTION, {"stock": 44, "rounds_per_missile": 4.0, "missiles_per_day": 11.0, "now_per_year": 0.0, "goal_per_year": 0.0})
    assert r["missiles_in_stock"] == 11
    assert r["exhaustion_day"] == 2
    assert r["refill_yr"] == math.inf
    assert r["missiles_met"] == pytest.approx(11.0)


def test_even_days_by_division():
    r = ask(QUESTION, {"now_per_year": 0.0, "goal_per_year": 0.0})
    assert r["exhaustion_day"] == 336 // 10 + 1
    assert campaign.exhaustion(336, 10) == 33.6


def test_uneven_days_come_out_even_when_salvos_are_small():
    """Many small salvos: the drawn day comes close to the even one; few large ones scatter."""
    small, large = (ask(QUESTION, {"salvo_size": s, "missiles_per_day": 10.0}) for s in (1, 100))
    assert abs(small["day_p50"] - small["exhaustion_day"]) <= 2
    assert large["day_p90"] - large["day_p10"] > 3 * (small["day_p90"] - small["day_p10"])


@given(stock=st.integers(0, 2000), more=st.integers(1, 500), rate=st.floats(0.5, 30.0))
@settings(max_examples=20)
def test_a_larger_stock_lasts_at_least_as_long(stock, more, rate):
    base = {"stock": stock, "missiles_per_day": rate, "campaign_days": 120}
    one, two = ask(QUESTION, base), ask(QUESTION, base | {"stock": stock + more})
    assert two["exhaustion_day"] >= one["exhaustion_day"]
    assert two["missiles_met"] >= one["missiles_met"] - 1e-9
    assert two["p_empty"] <= one["p_empty"]
    assert one["missiles_unmet"] >= -1e-6


def test_a_reserve_is_a_smaller_stock():
    held, less = ask(QUESTION, {"reserve": 100}), ask(QUESTION, {"stock": 236})
    assert held["exhaustion_day"] == less["exhaustion_day"]
    assert held["missiles_met"] == less["missiles_met"]


def test_the_chart_of_the_stock_by_hand():
    """Eleven campaigns with 0, 10, ..., 100 rounds left, and 7 kept back: the quantiles fall on the second, sixth and tenth."""
    left = np.arange(0.0, 101.0, 10.0)[:, None] + np.array([5.0, 0.0])
    chart = campaign._stock_chart({"reserve": 7}, np.array([1.0, 2.0]), left)
    assert {name: list(y) for name, (_, y) in chart.series.items()} == {
        "10 % quantile": [22.0, 17.0],
        "median": [62.0, 57.0],
        "90 % quantile": [102.0, 97.0],
    }


@pytest.mark.parametrize("ramp", [1e-320, 5e-324, 1e-300])
def test_a_ramp_of_next_to_no_time_is_a_step(ramp):
    step, short = ask(QUESTION, {"years_to_goal": 0.0}), ask(QUESTION, {"years_to_goal": ramp})
    assert {o.name: short[o.name] for o in QUESTION.outputs} == {o.name: step[o.name] for o in QUESTION.outputs}
