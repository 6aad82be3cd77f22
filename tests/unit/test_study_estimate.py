"""Intervals of studies against closed forms and against how often they cover."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from cupola.assess.study import estimate as e
from cupola.assess.study.tasks import Run


def runs(y: np.ndarray, x: np.ndarray | None = None, first: int = 0) -> list[Run]:
    return [Run(first + i, {"y": v.item()}, {} if x is None else {"x": float(x[i])}) for i, v in enumerate(y)]


def test_the_t_interval_is_scipys() -> None:
    y = np.random.default_rng(1).normal(3, 2, 25)
    got = e.estimate(0, "full", "y", runs(y), 0.95, False)
    lo, hi = stats.t.interval(0.95, 24, y.mean(), y.std(ddof=1) / 5)
    assert got is not None
    assert (got.lo, got.hi) == (pytest.approx(lo), pytest.approx(hi))
    assert got.method == "t"


def test_the_interval_of_a_count_does_not_go_below_zero_and_still_stops_at_its_half_width() -> None:
    y = np.array([0] * 18 + [1, 3])
    got = e.estimate(0, "full", "y", runs(y), 0.95, False)
    lo, hi = stats.t.interval(0.95, 19, y.mean(), y.std(ddof=1) / np.sqrt(20))
    assert lo < 0.0
    assert got is not None
    assert (got.lo, got.hi) == (0.0, pytest.approx(hi))
    assert e.half_width(runs(y), "y", 0.95, False) == pytest.approx(0.5 * (hi - lo))
    free = e.estimate(0, "full", "y", runs(y - 0.5), 0.95, False)
    assert free is not None
    assert free.lo is not None
    assert free.lo < -0.5


def test_the_interval_of_a_share_of_calibrations_stays_between_zero_and_one() -> None:
    y = np.array([True] * 20)
    y[[3, 7]] = False  # both of the last of four calibration runs
    got = e.estimate(0, "fast", "y", runs(y), 0.95, False, 4)
    assert got is not None
    assert got.lo is not None
    half = stats.t.ppf(0.975, 3) * np.sqrt(4 / 3 * (3 * 0.5**2 + 1.5**2)) / 20
    assert 0.9 + half > 1.0
    assert (got.method, got.lo, got.hi) == ("cluster", pytest.approx(0.9 - half), 1.0)
    assert e.half_width(runs(y), "y", 0.95, False, 4) == pytest.approx(half)


def test_the_interval_of_a_share_stays_between_zero_and_one() -> None:
    def ends(name: str) -> tuple[float, float]:
        got = e.estimate(0, "full", name, [Run(i, {name: v}) for i, v in enumerate((0.0, 0.2, 1.0))], 0.95, False)
        assert got is not None
        assert got.lo is not None
        assert got.hi is not None
        return got.lo, got.hi

    lo, hi = ends("discrimination.reduction_share")
    assert lo < 0.0
    assert hi > 1.0
    assert ends("picture.completeness") == (0.0, 1.0)


@pytest.mark.parametrize(("hits", "n"), [(0, 20), (3, 20), (20, 20), (50, 99)])
def test_the_wilson_interval_is_scipys(hits: int, n: int) -> None:
    want = stats.binomtest(hits, n).proportion_ci(0.95, method="wilson")
    assert e.wilson(hits, n, 0.95) == (pytest.approx(want.low, abs=1e-12), pytest.approx(want.high))


def test_truth_values_get_a_share_with_its_interval() -> None:
    got = e.estimate(0, "full", "y", runs(np.array([True] * 7 + [False] * 3)), 0.95, False)
    assert got is not None
    assert got.method == "wilson"
    assert got.mean == pytest.approx(0.7)


def test_a_control_variate_gives_the_variance_that_regression_leaves_and_still_covers() -> None:
    rng, inside, gains = np.random.default_rng(3), 0, []
    for _ in range(400):
        x = rng.normal(size=40)
        got = e.estimate(0, "full", "y", runs(5 + 2 * x + rng.normal(size=40), x), 0.9, True)
        assert got is not None
        assert got.lo is not None
        assert got.hi is not None
        assert got.method == "control"
        inside += got.lo <= 5 <= got.hi
        gains.append(got.variance_ratio)
    assert 0.86 < inside / 400 < 0.94
    assert np.mean(gains) == pytest.approx(5, rel=0.15)  # (4 + 1) / 1


def test_runs_that_share_a_calibration_count_as_one_cluster() -> None:
    rng, inside = np.random.default_rng(5), 0
    for _ in range(300):
        common = rng.normal(size=10)
        y = common[np.arange(200) % 10] + 0.5 * rng.normal(size=200)
        got = e.estimate(0, "fast", "y", runs(y), 0.9, False, groups=10)
        assert got is not None
        assert got.lo is not None
        assert got.hi is not None
        assert got.method == "cluster"
        inside += got.lo <= 0 <= got.hi
    assert 0.84 < inside / 300 < 0.96


def test_calibrations_that_agree_by_luck_give_no_narrower_interval_than_independent_runs() -> None:
    y = np.array([2.0, 3.0, 4.0, 3.0] * 2 + [4.0, 3.0, 2.0, 3.1] * 2)  # the means of four calibrations are 3, 3, 3 and 3.05
    error = y.std(ddof=1) / 4
    half = stats.t.ppf(0.975, 3) * error
    got = e.estimate(0, "fast", "y", runs(y), 0.95, False, groups=4)
    assert got is not None
    assert (got.lo, got.hi) == (pytest.approx(y.mean() - half), pytest.approx(y.mean() + half))
    gap = e.difference(1, "fast", "y", runs(0.0 * y), runs(y), 0.95, 4)
    assert gap is not None
    assert (gap.lo, gap.hi) == (got.lo, got.hi)


def test_an_output_that_some_runs_lack_is_compared_where_both_have_it() -> None:
    base, other = runs(np.array([1.0, 2.0, 3.0])), runs(np.array([2.0, 4.0, 9.0]))
    other[2] = Run(other[2].seed, {}, {})
    found = e.difference(1, "full", "y", base, other, 0.95)
    assert found is not None
    assert (found.n, found.mean) == (2, 1.5)
    assert e.difference(1, "full", "y", base, [Run(r.seed, {}, {}) for r in other], 0.95) is None


def test_a_difference_pairs_by_seed_and_says_what_that_gained() -> None:
    rng = np.random.default_rng(7)
    luck = rng.normal(size=50)
    a, b = luck, luck + 0.3 + 0.1 * rng.normal(size=50)
    got = e.difference(1, "full", "y", runs(a), runs(b), 0.95)
    want = stats.ttest_rel(b, a).confidence_interval(0.95)
    assert got is not None
    assert (got.lo, got.hi) == (pytest.approx(want.low), pytest.approx(want.high))
    assert got.variance_ratio > 50
    apart = e.difference(1, "full", "y", runs(a), runs(b, first=1000), 0.95)
    assert apart is None


def test_agreement_is_welchs_interval() -> None:
    rng = np.random.default_rng(9)
    a, b = rng.normal(1, 1, 30), rng.normal(1.2, 3, 60)
    got = e.agreement(0, "y", runs(a), runs(b), 0.95, 0)
    want = stats.ttest_ind(b, a, equal_var=False).confidence_interval(0.95)
    assert got is not None
    assert (got.lo, got.hi) == (pytest.approx(want.low), pytest.approx(want.high))


def test_calibrations_without_spread_give_no_interval_of_nothing() -> None:
    same = runs(np.zeros(60))
    got = e.estimate(0, "fast", "y", same, 0.95, False, groups=12)
    assert got is not None
    assert (got.mean, got.lo, got.hi) == (0, None, None)
    assert e.half_width(same, "y", 0.95, False, groups=12) is None
    none = e.estimate(0, "fast", "y", runs(np.zeros(60, bool)), 0.95, False, groups=12)
    assert none is not None
    assert none.hi == pytest.approx(e.wilson(0, 12, 0.95)[1])
    one = e.estimate(0, "fast", "y", runs(np.arange(9.0)), 0.95, False, groups=1)
    assert one is not None
    assert one.lo is None
    apart = e.difference(1, "fast", "y", same, runs(np.full(60, 2.0)), 0.95, groups=12)
    assert apart is not None
    assert (apart.mean, apart.lo) == (2, None)
    full = runs(np.array([0.0, 1, 0, 2, 0, 1]))
    gap = e.agreement(0, "y", full, same, 0.95, 12)
    assert gap is not None
    assert gap.lo < gap.mean < gap.hi
    assert gap.hi - gap.lo > 2 * stats.sem([0, 1, 0, 2, 0, 1])


@pytest.mark.parametrize("groups", [0, 4])
def test_the_mean_of_equal_values_is_that_value_to_the_bit(groups: int) -> None:
    for v in np.random.default_rng(2).uniform(0, 200, 50):
        got = e.estimate(0, "full", "y", runs(np.full(20, v)), 0.95, True, groups)
        assert got is not None
        assert (got.mean, got.sd) == (v, 0.0)
    gap = e.difference(1, "full", "y", runs(np.full(20, 0.1)), runs(np.full(20, 0.8)), 0.95, groups)
    assert gap is not None
    assert (gap.mean, gap.variance_ratio) == (0.8 - 0.1, 1.0)


def test_the_interval_of_many_draws_ends_where_counts_and_shares_do() -> None:
    assert e.of_draws(0.5, 0.1, 0.95, True) == pytest.approx((0.5 - 0.195996, 0.5 + 0.195996), abs=1e-5)
    assert e.of_draws(0.05, 0.1, 0.95, True)[0] == 0.0
    assert e.of_draws(0.95, 0.1, 0.95, True)[1] == 1.0
    assert e.of_draws(0.95, 0.1, 0.95, False)[1] > 1.0


def test_single_runs_are_told_by_their_values_and_only_where_they_are_many() -> None:
    runs = [Run(k, {"n": k % 20, "clean": k % 2 == 0}) for k in range(40)]
    found = e.estimate(0, "full", "n", runs, 0.95, False)
    assert found is not None
    assert (found.p05, found.p50, found.p95) == (0.0, 9.0, 18.0)
    for few, output in ((runs[:19], "n"), (runs, "clean")):
        none = e.estimate(0, "full", output, few, 0.95, False)
        assert none is not None
        assert none.p50 is None


def test_shares_that_are_compared_have_newcombes_interval() -> None:
    """Newcombe 1998, Statistics in Medicine 17, table II, method 10: 56/70 less 48/80 is 0.2 [0.0524, 0.3339]."""
    full = [Run(k, {"clean": k < 48}) for k in range(80)]
    fast = [Run(k, {"clean": k < 56}) for k in range(70)]
    got = e.agreement(0, "clean", full, fast, 0.95, 0)
    assert got is not None
    assert (got.mean, got.lo, got.hi) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)
    none = e.agreement(0, "clean", [Run(k, {"clean": False}) for k in range(3)], fast[60:], 0.95, 4)
    assert none is not None
    assert none.mean == 0.0
    assert none.lo < -0.4  # three runs and four calibrations say little
    assert none.hi > 0.4


def test_half_width_and_difference_know_the_shares_they_are_told_of() -> None:
    y = np.array([0.0, 0.2, 1.0])
    half = stats.t.ppf(0.975, 2) * y.std(ddof=1) / np.sqrt(3)
    assert y.mean() + half > 1.0
    assert e.half_width(runs(y), "y", 0.95, False) == pytest.approx(half)
    assert e.half_width(runs(y), "y", 0.95, False, shares=("y",)) == pytest.approx(1.0 - y.mean())
    free, share = (e.difference(1, "full", "y", runs(0.0 * y), runs(y), 0.95, shares=s) for s in ((), ("y",)))
    assert free is not None
    assert share is not None
    assert free.hi == pytest.approx(y.mean() + half)
    assert share.hi == 1.0


def test_a_difference_of_shares_ends_at_one() -> None:
    base, other = ([Run(k, {"clean": k == hit}) for k in range(3)] for hit in (9, 1))
    got = e.difference(1, "full", "clean", base, other, 0.95)
    assert got is not None
    assert (got.mean, got.hi) == (pytest.approx(1 / 3), 1.0)


def test_the_interval_of_a_price_does_not_go_below_zero_and_that_of_a_signed_number_does() -> None:
    given = [Run(s, {"engagement.cost_usd": v, "discrimination.reduction_share": v}) for s, v in enumerate((0.0, 0.0, 5e8))]
    price, share = (e.estimate(0, "full", o, given, 0.95, False) for o in ("engagement.cost_usd", "discrimination.reduction_share"))
    assert price is not None
    assert share is not None
    assert share.lo is not None
    assert price.lo == 0.0
    assert share.lo < 0.0
    assert price.hi == share.hi
