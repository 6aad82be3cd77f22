"""Cost exchange and decision time: by hand, limits, and Kepler's own closed form."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cupola.assess.models import model
from cupola.assess.question import ask
from cupola.assess.shield import warning_time
from cupola.core.errors import BadInput
from cupola.dynamics import kepler

EXCHANGE, TIME = model("cost-exchange"), model("launch-on-warning")


def test_a_raid_by_hand():
    r = ask(EXCHANGE, {"missiles": 10, "missile_musd": 8.0, "round_musd": 12.4, "kill": 0.7, "rounds": 2, "first": 1})
    rounds = 10 * (1 + 0.05 + 0.95 * 0.3)  # the second at what a common failure saved, and at what the first missed
    assert r["rounds_used"] == pytest.approx(rounds)
    assert r["defence_musd"] == pytest.approx(rounds * 12.4)
    assert r["exchange"] == pytest.approx(rounds * 12.4 / 80)
    assert r["leaked"] == pytest.approx(10 * (1 - 0.95 * (1 - 0.3**2)))
    assert r["attacker_per_defender"] == pytest.approx(1 / r["exchange_margin"])
    assert r["saved_musd"] == pytest.approx((10 - r["leaked"]) * 500)


def test_at_the_margin_it_is_the_published_marginal_form():
    """One round a look: rounds for one more missile are the geometric series, for two looks."""
    r = ask(EXCHANGE, {"kill": 0.5, "common_mode": 0.0, "rounds": 2, "first": 1})
    assert r["margin_rounds"] == pytest.approx((1 - 0.5**2) / 0.5)


def test_common_failures_move_the_exchange_where_a_look_lies_between_salvos_only():
    def exchange(**given):
        return ask(EXCHANGE, given)["exchange"]

    assert exchange(common_mode=0.2) / exchange(common_mode=0.05) == pytest.approx(1.44 / 1.335)
    assert exchange(common_mode=0.2, first=2) == pytest.approx(exchange(common_mode=0.05, first=2))


def test_a_raid_that_empties_the_magazine_says_what_one_more_missile_does():
    raid, larger = ask(EXCHANGE, {"decoys": 10.0}), ask(EXCHANGE, {"decoys": 10.0, "missiles": 21})
    assert raid["full_raid"] < 20
    assert raid["unmet"] == pytest.approx(20 - raid["full_raid"])
    assert (larger["defence_musd"], larger["leaked"]) == pytest.approx((raid["defence_musd"], raid["leaked"] + 1))
    assert all("20 empties the magazine" in c.note for c in raid["charts"])
    assert ask(EXCHANGE)["unmet"] == 0.0
    assert not any(c.note for c in ask(EXCHANGE)["charts"])


def test_an_empty_magazine_costs_nothing_and_saves_nothing():
    r = ask(EXCHANGE, {"magazine": 0})
    assert (r["defence_musd"], r["saved_musd"], r["saved_per_dollar"]) == (0.0, 0.0, 0.0)
    assert r["leaked"] == 20


def test_forty_four_interceptors_at_four_each_meet_eleven():
    r = ask(EXCHANGE, {"magazine": 44, "rounds": 4, "first": 4, "round_musd": 109.0})
    assert r["full_raid"] == pytest.approx(11.0)


@given(decoys=st.floats(0, 50), more=st.floats(0.1, 20), missiles=st.integers(1, 200))
@settings(max_examples=30)
def test_decoys_make_the_defender_pay_more_per_missile_and_never_leak_less(decoys, more, missiles):
    base = {"missiles": missiles, "decoys": decoys}
    one, two = ask(EXCHANGE, base), ask(EXCHANGE, base | {"decoys": decoys + more})
    assert two["margin_rounds"] > one["margin_rounds"]
    assert two["leaked"] >= one["leaked"] - 1e-9
    assert one["p10"] < one["p50"] < one["p90"]


def test_time_to_decide_by_hand():
    r = ask(TIME)
    free = float(kepler.minimum_energy(1e7)[3])
    assert r["flight_s"] == pytest.approx(free + 134.0, rel=1e-6)
    assert r["time_to_decide_s"] == pytest.approx(r["flight_s"] - 60 - 120 - 120 - 180)
    assert r["left_s"] == pytest.approx(r["time_to_decide_s"] - 480)


def test_a_lost_sensor_takes_its_delay_from_the_decision():
    one, two = ask(TIME), ask(TIME, {"outage_s": 300.0})
    assert one["left_s"] - two["left_s"] == pytest.approx(300.0)
    assert one["warning_s"] - two["warning_s"] == pytest.approx(300.0)


@given(km=st.floats(500, 15000), loft=st.floats(0.3, 4.0))
@settings(max_examples=30)
def test_farther_and_higher_flies_longer(km, loft):
    t = warning_time.flight_time(km, loft)
    assert warning_time.flight_time(km, loft * 1.1) > t
    if loft >= 1.0 and km < 13000:
        assert warning_time.flight_time(km + 200, 1.0) > warning_time.flight_time(km, 1.0)


def test_bars_add_up_to_the_flight():
    r = ask(TIME)
    ((_, minutes),) = (c.series["used and left"] for c in r["charts"] if c.kind == "bar")
    assert math.fsum(minutes) * 60 == pytest.approx(r["flight_s"])


def test_an_impossible_range_is_refused():
    with pytest.raises(BadInput):
        warning_time.least_energy_apogee(25000.0)
