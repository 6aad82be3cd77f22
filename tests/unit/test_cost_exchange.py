"""Prices, ranges, exchange ratios and the closed forms' edges. Oracles: arithmetic by hand, the published unit costs."""

import math

import numpy as np
import pytest

from cupola.assess.shield import campaign, leakage
from cupola.catalog import defence, load
from cupola.core.errors import BadInput, BadOption
from cupola.run import price


def test_published_unit_costs():
    published = {"gbi": 109, "sm3-iia": 25.4, "thaad": 12.4, "pac3-mse": 3.9, "sm6": 5.3, "arrow3": 3.0, "ngi": 111}
    for name, musd in published.items():
        assert defence.interceptor_type(name).cost == pytest.approx(musd * 1e6), name


def test_every_number_is_cited_and_in_its_range():
    for kind in ("interceptor", "cost"):
        for name, entry in load.entries(kind).items():
            assert entry.values(), name
            for path, value in entry.values():
                assert value.source in load.sources(), path
                assert value.lo <= value.value <= value.hi
    cited = {s.key for s in load.citations([load.interceptor("gbi"), load.cost("srbm")])}
    assert {"int-mdaa-gmd", "int-findings-aei", "assumed-cost-short"} <= cited


def test_gmd_belief_is_twelve_of_twenty_one():
    gbi = defence.interceptor_type("gbi")
    assert (gbi.hits, gbi.trials) == (12, 21)
    assert gbi.kill == pytest.approx(12.5 / 22)


def test_rounds_and_raid():
    batteries = (defence.battery("a", "gbi", 0.0, 0.0), defence.battery("b", "pac3-mse", 0.0, 0.0))
    fired = price.rounds_price(np.array([2, 10]), batteries)
    assert fired.usd == pytest.approx(2 * 109e6 + 10 * 3.9e6)
    assert fired.lo <= fired.usd <= fired.hi


def test_nothing_costs_nothing():
    assert price.total([]) == price.NOTHING


def test_edges_of_the_closed_forms():
    assert leakage.kill_chance(0, 0.5) == 0.0
    assert leakage.kill_chance(1000, 0.5, 0.1) == pytest.approx(0.9)
    assert leakage.rounds_needed(10, 0.95, 0.7, 0.05) == math.inf
    assert leakage.leakage([]) == 1.0
    assert leakage.leakage([1.0], 0.05) == pytest.approx(0.05)
    assert campaign.exhaustion(44, 0.0) == math.inf
    assert campaign.exhaustion(44, 0.5) == 88.0


def test_forty_four_rounds_at_four_each_stop_eleven_at_most():
    assert 44 // 4 == 11
    assert 11 * leakage.kill_chance(4, 0.56) < 11


@pytest.mark.parametrize(
    "call", [lambda: leakage.kill_chance(1, 1.2), lambda: leakage.leakage([-0.1]), lambda: leakage.rounds_needed(1, 2.0, 0.5)]
)
def test_impossible_probabilities_are_refused(call):
    with pytest.raises(BadOption, match="between 0 and 1"):
        call()


def test_unknown_names_are_refused():
    with pytest.raises(BadInput, match="thaad"):
        defence.interceptor_type("thad")
    with pytest.raises(BadInput, match="srbm"):
        load.cost("srb")
