"""What few tests tell about reliability: a Beta belief from a test record, tests needed, and what testing before buying saves.

Law of the house: a kill probability from tests is a distribution. Whatever uses it gets the whole distribution, not its mean.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from cupola.assess.assumptions import cited
from cupola.assess.counting import beta_binomial
from cupola.assess.question import Chart, Input, Model, Output
from cupola.catalog import load
from cupola.core.batches import Floats
from cupola.core.errors import BadOption

PRIORS = {"jeffreys": 0.5, "uniform": 1.0}
MOST_TESTS = 4000
MOST_PAID = 20  # tests before buying that are weighed against their price
NODES, WEIGHTS = np.polynomial.legendre.leggauss(64)


def belief(hits: float, trials: float, prior: str = "jeffreys") -> tuple[float, float]:
    """Beta parameters of the kill probability after ``hits`` of ``trials``. Raises BadOption for more hits than trials.

    Prior Beta(1/2, 1/2) (Jeffreys) or Beta(1, 1) (uniform).
    """
    if not 0 <= hits <= trials:
        raise BadOption(f"{hits:g} hits in {trials:g} tests cannot be; hits must lie between 0 and the number of tests")
    if prior not in PRIORS:
        raise BadOption(f"no prior {prior!r}; choose from {', '.join(PRIORS)}")
    return hits + PRIORS[prior], trials - hits + PRIORS[prior]


def exact_interval(hits: int, trials: int, level: float = 0.9) -> tuple[float, float]:
    """Exact (Clopper-Pearson) interval of the kill probability: 12 of 21 at 90 % give 0.37 to 0.76.

    Source: Clopper and Pearson, Biometrika 26, 1934.
    """
    belief(hits, trials)
    tail = (1.0 - level) / 2.0
    lo = float(special.betaincinv(hits, trials - hits + 1, tail)) if hits else 0.0
    hi = float(special.betaincinv(hits + 1, trials - hits, 1.0 - tail)) if hits < trials else 1.0
    return lo, hi


def trials_needed(claimed: float, confidence: float, misses: int = 0) -> float:
    """Fewest tests with at most ``misses`` misses that show a kill probability of ``claimed`` with ``confidence``.

    inf beyond 4,000. P(at most m misses in n | claimed) <= 1 - confidence; without a miss n = ln(1 - confidence) / ln(claimed).
    """
    for name, p in (("the claimed kill probability", claimed), ("the confidence", confidence)):
        if not 0.0 < p < 1.0:
            raise BadOption(f"{name} must lie between 0 and 1, and tests never show certainty; it is {p:g}")
    lo, hi = misses, MOST_TESTS
    if special.bdtr(misses, hi, 1.0 - claimed) > 1.0 - confidence:
        return math.inf
    while hi - lo > 1:
        mid = (lo + hi) // 2
        lo, hi = (lo, mid) if special.bdtr(misses, mid, 1.0 - claimed) <= 1.0 - confidence else (mid, hi)
    return float(hi)


def expect(a: float, b: float, f: Any) -> float:
    """Mean of ``f(k)`` under Beta(a, b), by quadrature over its quantiles (64 points)."""
    k = special.betaincinv(a, b, (NODES + 1.0) / 2.0)
    return float(np.sum(WEIGHTS * f(k)) / 2.0)


def purchase(a: float, b: float, tests: int, lose: float, gain: float, least: float) -> float:
    """Expected worth of buying only if it looks right after ``tests`` more tests, without the tests' price.

    Buying pays ``gain`` if the kill probability is at least ``least`` and loses ``lose`` otherwise; not buying is worth 0. The
    outcome of the tests is Beta-binomial, and after each the better of both is done (Raiffa and Schlaifer 1961).
    """
    h = np.arange(tests + 1)
    then = np.maximum(0.0, bought(a + h, b + tests - h, lose, gain, least))
    return float(np.sum(beta_binomial(h, tests, a, b) * then))


def bought(a: ArrayLike, b: ArrayLike, lose: float, gain: float, least: float) -> Floats:
    """Expected worth of buying now under Beta(a, b): ``gain`` if the kill probability is at least ``least``, else ``-lose``."""
    good = special.betaincc(a, b, least)
    return np.asarray(gain * good - lose * (1.0 - good))


# ------------------------------------------------------------------------------------------------------- as a question

_GMD, _TEST, _ROUND = load.programme("gmd-record").value, load.programme("intercept-test").value, load.interceptor("gbi").value
INPUTS = (
    cited("hits", "Hits so far", _GMD("hits"), 0, 2000, 1, count=True,
          help="GMD 12 of 21, THAAD 14 of 14, SM-3 IIA 5 of 7, Iron Dome 2014 735 of 805 (disputed)", role="demand"),
    cited("trials", "Intercept tests so far", _GMD("trials"), 0, 2000, 1, count=True,
          help="scripted tests flatter: they are not combat", role="demand"),
    Input("prior", "Belief before any test", "", "jeffreys", choices=tuple(PRIORS)),
    Input("rounds", "Rounds fired at each warhead", "", 4, 1, 12, 1, source="as quoted for GMD by B. Blair", status="second-hand"),
    Input("warheads", "Warheads in the raid", "", 1, 1, 200, 1, role="demand"),
    Input("common_mode", "Failures common to all rounds", "", 0.05, 0.0, 0.9, 0.01,
          help="more rounds cannot mend these", low=0.0, high=0.2),
    Input("claimed", "Claimed kill probability", "", 0.8, 0.05, 0.99, 0.01, source="AEI calculator's single shot", status="read",
          role="demand"),
    Input("confidence", "Confidence wanted", "", 0.9, 0.5, 0.999, 0.01, role="demand"),
    Input("misses_allowed", "Misses allowed while showing it", "", 0, 0, 50, 1, role="demand"),
    Input("buy", "Rounds to be bought", "", 64, 1, 20000, 1, role="demand"),
    cited("round_musd", "One round", _ROUND("cost_musd"), 0.0, 5000.0, 1.0),
    cited("test_musd", "One test", _TEST("cost_musd"), 0.0, 2000.0, 10.0),
    Input("least", "Worth buying at a kill probability of", "", 0.5, 0.05, 0.99, 0.01,
          help="0.5: a hit is likelier than a miss", role="demand"),
    Input("value_ratio", "Worth of a good purchase over its price", "times", 1.5, 1.0, 20.0, 0.1,
          help="what a purchase that works is worth, in its own price"),
    Input("tests", "Tests before buying", "", 5, 0, 200, 1, role="demand"),
)  # fmt: skip
OUTPUTS = (
    Output("leak_mean", "Probability that something leaks, mean", "", share=True),
    Output("mean", "Kill probability, mean of the belief", "", share=True),
    Output("exact_lo", "Exact 90 % interval, low", "", share=True),
    Output("exact_hi", "Exact 90 % interval, high", "", share=True),
    Output("p05", "Belief, 5 % quantile", "", share=True),
    Output("p95", "Belief, 95 % quantile", "", share=True),
    Output("p_claimed", "Probability that the claim is true", "", share=True),
    Output("tests_needed", "Tests from scratch to show the claim", "tests"),
    Output("leak_lo", "Probability that something leaks, 5 % quantile", "", share=True),
    Output("leak_hi", "Probability that something leaks, 95 % quantile", "", share=True),
    Output("leak_at_mean", "Probability that something leaks, if the mean were the truth", "", share=True),
    Output("p_good", "Probability that buying is right", "", share=True),
    Output("buy_now_musd", "Expected worth of buying now", "million USD"),
    Output("avoided_musd", "Gained by deciding after the tests, against buying now", "million USD"),
    Output("information_musd", "Gained by what the tests tell", "million USD"),
    Output("price_of_tests_musd", "Price of these tests", "million USD"),
    Output("best_tests", "Tests before buying that pay most, of 20 at most", "tests"),
)


def answer(g: Mapping[str, Any]) -> dict[str, Any]:
    """Belief, tests needed, leakage under the whole belief, and the worth of testing first. Raises BadOption."""
    a, b = belief(g["hits"], g["trials"], g["prior"])
    lo, hi = exact_interval(g["hits"], g["trials"])
    lose = g["buy"] * g["round_musd"]
    stake = (lose, lose * (g["value_ratio"] - 1.0), g["least"])
    now, tested = float(bought(a, b, *stake)), purchase(a, b, g["tests"], *stake)
    k05, k95 = (float(special.betaincinv(a, b, q)) for q in (0.05, 0.95))
    best, testing = _testing(a, b, g, stake)
    return {
        "mean": a / (a + b),
        "exact_lo": lo,
        "exact_hi": hi,
        "p05": k05,
        "p95": k95,
        "p_claimed": float(special.betaincc(a, b, g["claimed"])),
        "tests_needed": trials_needed(g["claimed"], g["confidence"], g["misses_allowed"]),
        "leak_mean": expect(a, b, lambda k: _leak(k, g)),
        "leak_lo": float(_leak(np.array(k95), g)),
        "leak_hi": float(_leak(np.array(k05), g)),
        "leak_at_mean": float(_leak(np.array(a / (a + b)), g)),
        "p_good": float(special.betaincc(a, b, g["least"])),
        "buy_now_musd": now,
        "avoided_musd": max(0.0, tested - now),  # neither is negative: what is below zero is rounding of large sums
        "information_musd": max(0.0, tested - max(0.0, now)),
        "price_of_tests_musd": g["tests"] * g["test_musd"],
        "best_tests": best,
        "charts": [_density(a, b), _rounds(a, b, g), testing, _records(g["prior"])],
    }


def _testing(a: float, b: float, g: Mapping[str, Any], stake: tuple[float, float, float]) -> tuple[int, Chart]:
    """The number of tests that pays most, and what they gain beside what they cost."""
    counts = list(range(MOST_PAID + 1))
    told = [purchase(a, b, n, *stake) for n in counts]
    net = [v - told[0] - n * g["test_musd"] for v, n in zip(told, counts, strict=True)]
    now = float(bought(a, b, *stake))
    lines = {
        "gained against buying now": (counts, [max(0.0, v - now) for v in told]),
        "price of the tests": (counts, [n * g["test_musd"] for n in counts]),
    }
    return counts[int(np.argmax(net))], Chart("Fly before you buy", "tests before buying", "million USD", lines)


def _records(prior: str) -> Chart:
    """What the public test records of the catalogue say, each with its range."""
    records = {n: e for n, e in load.entries("programme").items() if n.endswith("-record")}
    titles = [f"{e.text('title')}: {e.value('hits').value:.0f} of {e.value('trials').value:.0f}" for e in records.values()]
    beliefs = [belief(e.value("hits").value, e.value("trials").value, prior) for e in records.values()]
    bars = {
        name: (titles, [float(special.betaincinv(a, b, q)) for a, b in beliefs])
        for name, q in (("5 %", 0.05), ("median", 0.5), ("95 %", 0.95))
    }
    return Chart(
        "Public test records",
        "record",
        "kill probability",
        bars,
        kind="bar",
        note="Scripted tests; Iron Dome's count is the operator's and disputed.",
    )


def _leak(k: Floats, g: Mapping[str, Any], rounds: int | None = None) -> Floats:
    """Probability that at least one of the warheads leaks at kill probability ``k``; a common failure is drawn per warhead."""
    each = (1.0 - g["common_mode"]) * (1.0 - (1.0 - k) ** (rounds or g["rounds"]))
    return np.asarray(1.0 - each ** g["warheads"])


def _density(a: float, b: float) -> Chart:
    k = np.linspace(0.005, 0.995, 100)
    density = np.exp((a - 1.0) * np.log(k) + (b - 1.0) * np.log1p(-k) - special.betaln(a, b))
    return Chart("Belief in the kill probability", "kill probability", "density", {"belief": (k.tolist(), density.tolist())})


def _rounds(a: float, b: float, g: Mapping[str, Any]) -> Chart:
    n = list(range(1, 11))
    quantile = {name: special.betaincinv(a, b, q) for name, q in (("lo", 0.95), ("hi", 0.05))}
    lines = {name: (n, [float(_leak(k, g, r)) for r in n]) for name, k in quantile.items()}
    return Chart(
        "Probability of a leaker by rounds at each warhead", "rounds at each warhead", "probability", lines, kind="band",
        note="Between the 5 % and the 95 % quantile of the belief; the floor is the common-mode share.",
    )  # fmt: skip


MODELS = (
    Model(
        "reliability", "Reliability from few tests",
        "What do a few tests say about the kill probability, and when is testing first worth it?",
        INPUTS, OUTPUTS, answer, quick=True,
        limits="Tests are taken as independent trials of one thing under one condition; they were scripted and the system"
        " changed between them. The worth of testing rests on an assumed threshold and an assumed worth of a good purchase.",
        sources=("GMD: MDAA, 12 hits in 21 tests 1999-2023", "Clopper and Pearson, Biometrika 26, 1934",
                 "Raiffa and Schlaifer, Applied Statistical Decision Theory, 1961"),
    ),
)  # fmt: skip
