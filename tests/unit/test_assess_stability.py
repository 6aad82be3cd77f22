"""Arsenal exchange and stability index: accounting by hand, symmetry, limits. No number of a real arsenal is in here."""

import itertools
import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cupola.assess.models import model
from cupola.assess.question import ask
from cupola.assess.shield import stability
from cupola.assess.shield.stability import Side

QUESTION = model("stability")
PLAIN = Side(warheads=1000.0, hidden=0.4, destroyed=0.8, works=0.9, shield=0.0, magazine=0.0)
sides = st.builds(
    Side, st.floats(1, 5000), st.floats(0, 1), st.floats(0, 0.99), st.floats(0.1, 1), st.floats(0, 1), st.floats(0, 5000)
)  # fmt: skip


def test_an_exchange_by_hand():
    victim = Side(warheads=500.0, hidden=0.2, destroyed=0.5, works=0.8, shield=0.25, magazine=60.0)
    x = stability.strike(PLAIN, victim, 0.5)
    through = 1000 * 0.9 - 60.0  # a quarter would be 225, the magazine stops 60
    left = 100.0 + 400.0 * 0.5 ** (0.5 * through / 400.0)
    assert x.first == pytest.approx(0.5 * through)
    assert x.survivors == pytest.approx(left)
    assert x.second == pytest.approx(0.8 * left)


@given(a=sides, b=sides, share=st.floats(0, 1))
@settings(max_examples=60)
def test_nothing_arrives_that_was_not_there(a, b, share):
    x = stability.strike(a, b, share)
    assert 0 <= x.first <= a.warheads
    assert b.warheads * b.hidden - 1e-9 <= x.survivors <= b.warheads + 1e-9
    assert 0 <= x.second <= x.survivors + 1e-9
    bare = stability.strike(replace(a, shield=0.0), b, share)
    assert x.second <= bare.second + 1e-9


@given(a=sides, b=sides)
@settings(max_examples=40)
def test_the_index_does_not_care_who_is_called_a(a, b):
    one, other = stability.index(a, b, 300.0, 0.3), stability.index(b, a, 300.0, 0.3)
    assert one == pytest.approx(other, rel=1e-9)


def test_out_of_reach_arsenals_leave_nothing_to_gain():
    """All hidden, no shields: going first meets the whole answer, so both costs are the same."""
    safe = replace(PLAIN, hidden=1.0)
    assert stability.costs(safe, safe, 300.0, 0.3)[0] == pytest.approx(stability.costs(safe, safe, 300.0, 0.3)[1])
    assert stability.index(safe, safe, 300.0, 0.3) == pytest.approx(1.0)


def test_perfect_shields_leave_nothing_to_gain():
    whole = replace(PLAIN, shield=1.0, magazine=1e9)
    assert stability.index(whole, whole, 300.0, 0.3) == pytest.approx(1.0)
    assert stability.ratio(0.0, 0.0) == 1.0
    assert stability.ratio(1.0, 0.0) == math.inf


def test_exposed_arsenals_tempt_more_than_hidden_ones():
    """Small and exposed: going first leaves nearly no answer."""
    small = replace(PLAIN, warheads=200.0, hidden=0.0, destroyed=0.95)
    hidden = replace(small, hidden=0.95)
    assert stability.index(small, small, 300.0, 0.3) < 0.8 < stability.index(hidden, hidden, 300.0, 0.3)
    assert stability.strike(small, small, 1.0).survivors < 0.2 * 200


def test_a_one_sided_shield_that_stops_the_remnant_lowers_the_index():
    """The finding of Best and Bracken for two sides: a shield too small for a first strike may do against what is left."""
    one = replace(PLAIN, shield=0.8, magazine=1000.0)
    assert stability.index(one, PLAIN, 300.0, 0.3) < stability.index(PLAIN, PLAIN, 300.0, 0.3)


@given(n=st.floats(0, 5000), more=st.floats(1, 500))
@settings(max_examples=30)
def test_damage_saturates(n, more):
    assert 0 <= stability.damage(n, 300.0) <= stability.damage(n + more, 300.0) <= 1
    assert stability.damage(300.0, 300.0) == pytest.approx(1 - math.exp(-1))
    assert stability.damage(n + more, 300.0) - stability.damage(n, 300.0) <= more / 300.0


def test_the_cost_is_the_one_quoted_from_kent_and_thaler():
    """App. C, p. 61, with the two numbers of that page: own damage and what the other keeps, both to the power 0.75."""
    lost, kept = 1 - math.exp(-0.5), 1 - math.exp(-2.0)
    by_hand = lost**0.75 + 0.3 * (1 - kept**0.75)
    assert stability.cost(150.0, 600.0, 300.0, stability.WEIGHT) == pytest.approx(by_hand)
    assert stability.cost(0.0, 1e9, 300.0, stability.WEIGHT) == pytest.approx(0.0)
    assert stability.cost(1e9, 0.0, 300.0, stability.WEIGHT) == pytest.approx(1.3)


def test_a_side_that_would_rather_wait_does_not_hide_one_that_is_tempted():
    """Each ratio is a threshold of probability, at most 1: the index is never above the lower of the two."""
    r = ask(QUESTION, {"a_shield": 0.7, "a_magazine": 2000})
    assert r["b_ratio"] > 1.0 > r["a_ratio"]
    assert r["index"] == pytest.approx(r["a_ratio"])


def test_of_equally_cheap_divisions_the_one_dearest_to_the_other_counts():
    """Without a weight on what is dealt, and nobody there to answer, every division costs the striker nothing."""
    nobody = replace(PLAIN, warheads=0.0)
    assert stability.least_bad(PLAIN, nobody, 300.0, 0.0).first == pytest.approx(900.0)


def test_true_perceptions_give_the_true_index():
    known = {"a_shield": 0.4, "a_magazine": 200, "a_seen_shield": 0.4, "a_seen_magazine": 200}
    known |= {"b_shield": 0.1, "b_magazine": 50, "b_seen_shield": 0.1, "b_seen_magazine": 50}
    r = ask(QUESTION, known)
    assert r["index_seen_by_a"] == r["index_seen_by_b"] == r["index"]
    assert r["a_answer_feared"] == r["a_answer"]
    assert r["b_answer_feared"] == r["b_answer"]


def test_a_feared_shield_counts_for_the_other_side_only():
    base, feared = ask(QUESTION, {"a_seen_shield": 0.0}), ask(QUESTION, {"a_seen_shield": 0.9, "a_seen_magazine": 3000})
    assert feared["index_seen_by_a"] == base["index_seen_by_a"]
    assert feared["index_seen_by_b"] != base["index_seen_by_b"]
    assert feared["b_answer_feared"] < base["b_answer_feared"]
    assert feared["index"] == base["index"]
    other = ask(QUESTION, {"a_seen_shield": 0.0, "b_seen_shield": 0.9, "b_seen_magazine": 3000})
    assert other["index_seen_by_a"] != base["index_seen_by_a"]
    assert other["index_seen_by_b"] == base["index_seen_by_b"]


def test_the_range_holds_the_point_and_sides_are_neutral():
    r = ask(QUESTION)
    assert r["index_lo"] <= r["index"] <= r["index_hi"]
    assert r["a_ratio"] == r["b_ratio"]
    assert r["index"] == pytest.approx(min(1.0, r["a_ratio"]) * min(1.0, r["b_ratio"]))
    words = " ".join([QUESTION.title, QUESTION.question, *(i.label for i in QUESTION.inputs), *(o.label for o in QUESTION.outputs)])
    assert not {"china", "russia", "america", "enemy"} & set(words.lower().split())


def test_the_range_of_the_index_says_what_is_varied_from_where_to_where_and_why():
    r = ask(QUESTION, {"enough": 600})
    (told,) = r["notes"]
    assert "exposed warhead destroyed by one attacking warhead 0.4, 0.8, 1;" in told
    assert "warheads that take 63 % of what a side values 150, 600;" in told  # as far as the value
    assert "weight L of not damaging the other 0.15, 0.3, 0.45." in told
    assert "assumed: half and one and a half" in told
    every = itertools.product((0.4, 0.8, 1.0), (150, 600), (0.15, 0.3, 0.45))
    at = [ask(QUESTION, {"destroyed": d, "enough": e, "weight": w})["index"] for d, e, w in every]
    assert (r["index_lo"], r["index_hi"]) == pytest.approx((min(at), max(at)))
    assert all("assumed" in i.help for i in QUESTION.inputs if i.name in ("destroyed", "enough", "weight"))


UNEQUAL = {"a_shield": 0.5, "a_magazine": 400, "b_shield": 0.2, "b_magazine": 150}
UNEQUAL |= {"a_seen_shield": 0.6, "a_seen_magazine": 700, "b_seen_shield": 0.35, "b_seen_magazine": 250}
HOW = (300.0, stability.WEIGHT)


def sides_of(key: str, shield: float, magazine: float) -> Side:
    values = {i.name: i.default for i in QUESTION.inputs}
    return Side(values[f"{key}_warheads"], values[f"{key}_hidden"], values["destroyed"], values["works"], shield, magazine)


def test_bare_answers_take_away_the_shield_of_the_side_struck_back_at():
    """A's answer without B's shield: A's own stays, B strikes first and meets it."""
    r = ask(QUESTION, UNEQUAL)
    a, b = sides_of("a", 0.5, 400), sides_of("b", 0.2, 150)
    assert r["a_answer_bare"] == stability.least_bad(replace(b, shield=0.0), a, *HOW).second
    assert r["b_answer_bare"] == stability.least_bad(replace(a, shield=0.0), b, *HOW).second
    assert r["a_answer_bare"] > r["a_answer"]
    assert r["b_answer_bare"] > r["b_answer"]
    assert r["index_bare"] == stability.index(replace(a, shield=0.0), replace(b, shield=0.0), *HOW) != r["index"]


def charts_of(given: dict[str, float]) -> dict[str, stability.Chart]:
    return {c.title: c for c in stability.drawn({i.name: i.default for i in QUESTION.inputs} | given)}


def test_lines_of_one_sided_shields_leave_the_other_side_bare():
    lines = charts_of(UNEQUAL)["Stability index by the share a shield stops"].series
    free = charts_of({})["Stability index by the share a shield stops"].series  # nobody has a shield
    assert lines["only A has a shield"] == free["only A has a shield"]
    assert lines["only B has a shield"] == free["only B has a shield"]
    assert lines["both"][1] != lines["only A has a shield"][1]
    a, b = sides_of("a", 0.5, 1500), sides_of("b", 0.0, 0)
    assert lines["only A has a shield"][1][10] == stability.index(a, b, *HOW)


def test_each_view_has_the_shield_of_the_other_side_as_its_owner_sees_it():
    bars = charts_of(UNEQUAL)["Cost of going first over cost of waiting"].series
    a, b = sides_of("a", 0.5, 400), sides_of("b", 0.2, 150)
    views = {"no shields": (replace(a, shield=0.0), replace(b, shield=0.0)), "shields as they are": (a, b)}
    views |= {"as A sees it": (a, sides_of("b", 0.35, 250)), "as B sees it": (sides_of("a", 0.6, 700), b)}
    for name, pair in views.items():
        for side, (own, other) in {"side A": pair, "side B": pair[::-1]}.items():
            at = bars[side][0].index(name)
            assert bars[side][1][at] == stability.ratio(*stability.costs(own, other, *HOW)), (name, side)
    assert len({*bars["side A"][1]}) == 4
