"""Belief from tests. Oracles: scipy's own exact interval, closed forms, numerical integration."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from cupola.assess.models import model
from cupola.assess.question import ask
from cupola.assess.shield import reliability
from cupola.core.errors import BadOption

QUESTION = model("reliability")


@pytest.mark.parametrize(("hits", "trials"), [(12, 21), (0, 5), (14, 14), (735, 805)])
def test_exact_interval(hits, trials):
    want = stats.binomtest(hits, trials).proportion_ci(0.9, method="exact")
    assert reliability.exact_interval(hits, trials) == pytest.approx((want.low, want.high))


@given(trials=st.integers(1, 200), share=st.floats(0, 1))
@settings(max_examples=40)
def test_the_belief_lies_inside_the_exact_interval(trials, share):
    hits = round(share * trials)
    a, b = reliability.belief(hits, trials)
    lo, hi = reliability.exact_interval(hits, trials)
    assert lo - 1e-9 <= stats.beta.ppf(0.05, a, b) <= stats.beta.ppf(0.95, a, b) <= hi + 1e-9


@pytest.mark.parametrize(("claimed", "confidence"), [(0.8, 0.9), (0.95, 0.95), (0.5, 0.99)])
def test_tests_without_a_miss_by_logarithm(claimed, confidence):
    assert reliability.trials_needed(claimed, confidence) == math.ceil(math.log(1 - confidence) / math.log(claimed))


@pytest.mark.parametrize("misses", [0, 1, 3])
def test_one_test_fewer_does_not_show_it(misses):
    n = int(reliability.trials_needed(0.9, 0.95, misses))
    assert stats.binom.cdf(misses, n, 0.1) <= 0.05 < stats.binom.cdf(misses, n - 1, 0.1)


def test_some_claims_cannot_be_shown():
    assert reliability.trials_needed(0.9999, 0.999) == math.inf
    with pytest.raises(BadOption, match="tests never show certainty"):
        reliability.trials_needed(1.0, 0.9)


@pytest.mark.parametrize("hits", [0, 12, 21])
def test_expectation_by_integration(hits):
    a, b = reliability.belief(hits, 21)
    want, _ = integrate.quad(lambda k: (1 - k) ** 4 * stats.beta.pdf(k, a, b), 0, 1, limit=200, points=[0.001, 0.999])
    assert reliability.expect(a, b, lambda k: (1 - k) ** 4) == pytest.approx(want, rel=2e-3, abs=1e-6)


def test_not_knowing_costs_more_leakage_than_the_mean_says():
    """Jensen: (1 - k)^n bends upward, so the mean over the belief lies above its value at the mean."""
    r = ask(QUESTION)
    assert r["leak_lo"] < r["leak_at_mean"] < r["leak_mean"] < r["leak_hi"]
    assert ask(QUESTION, {"hits": 1200, "trials": 2000})["leak_mean"] == pytest.approx(
        ask(QUESTION, {"hits": 1200, "trials": 2000})["leak_at_mean"], abs=1e-3
    )


def test_common_failures_are_the_floor():
    r = ask(QUESTION, {"rounds": 12, "hits": 90, "trials": 100})
    assert r["leak_mean"] == pytest.approx(0.05, abs=1e-4)


@given(tests=st.integers(0, 30), more=st.integers(1, 20), trials=st.integers(0, 40), share=st.floats(0, 1))
@settings(max_examples=40)
def test_more_tests_never_tell_less(tests, more, trials, share):
    a, b = reliability.belief(round(share * trials), trials)
    stake = (100.0, 60.0, 0.6)
    fewer = reliability.purchase(a, b, tests, *stake)
    assert reliability.purchase(a, b, tests + more, *stake) >= fewer - 1e-6
    assert fewer >= max(0.0, float(reliability.bought(a, b, *stake))) - 1e-6


def test_knowing_all_is_worth_the_most_that_tests_can_be():
    """What many tests leave unknown is a strip around the threshold, as wide as their standard error."""
    a, b = reliability.belief(12, 21)
    most = 60.0 * stats.beta.sf(0.6, a, b)
    short = [most - reliability.purchase(a, b, n, 100.0, 60.0, 0.6) for n in (400, 1600)]
    assert 0.0 < short[1] < short[0]
    assert short[0] / short[1] == pytest.approx(2.0, rel=0.1)


def test_one_test_by_hand():
    """Uniform prior, buy above 1/2: a hit makes Beta(2, 1), P(k > 1/2) = 3/4; a miss 1/4; each has chance 1/2."""
    assert reliability.purchase(1.0, 1.0, 1, 1.0, 1.0, 0.5) == pytest.approx(0.5 * (0.75 - 0.25) + 0.5 * 0.0)


def test_the_prior_matters_less_with_every_test():
    apart = [
        abs(np.subtract(*(ask(QUESTION, {"hits": n // 2, "trials": n, "prior": p})["p95"] for p in ("jeffreys", "uniform"))))
        for n in (2, 20, 200)
    ]
    assert apart == sorted(apart, reverse=True)


@pytest.mark.parametrize("hits", [0, 12, 21])
@pytest.mark.parametrize("tests", [0, 1, 7, 60])
def test_tests_never_tell_less_than_nothing(hits, tests):
    r = ask(QUESTION, {"hits": hits, "tests": tests, "buy": 20000, "round_musd": 5000.0, "value_ratio": 20.0})
    assert r["information_musd"] >= 0.0
    assert r["avoided_musd"] >= 0.0
    assert min(next(c for c in r["charts"] if c.title == "Fly before you buy").series["gained against buying now"][1]) >= 0.0
