"""Means, differences and agreement with their intervals, from finished runs.

Sources: Student's t; Wilson 1927, J. Am. Stat. Assoc. 22 (score interval); Lavenberg & Welch 1981, Management Science 27(3)
(control variates); Liang & Zeger 1986, Biometrika 73(1) (cluster-robust variance); Welch 1947, Biometrika 34 (unequal variances);
Newcombe 1998, Statistics in Medicine 17, method 10 (difference of two shares from the interval of each).
The interval of what a model draws by itself is the normal one, from the standard error that it tells: its draws are many.
Limits: t intervals lean on the mean being near normal: few runs of a skewed output cover less than they say; a sequential stop
looks at the data, which costs a little coverage too (Chow & Robbins 1965). Calibration runs that show no spread tell nothing of how
much they could differ: there is no interval then, but for shares, where Wilson's holds with the calibration runs as its runs.
A few calibration runs may agree by luck: an interval over clusters is never narrower than independent runs would give.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtri, stdtrit

from cupola.assess.study.quantities import NEVER_NEGATIVE, SHARES
from cupola.assess.study.result import Agreement, Difference, Estimate
from cupola.assess.study.tasks import Run
from cupola.core.batches import Floats, Ints

FEWEST_FOR_TAILS = 20  # runs: of fewer none lies below the lowest twentieth
FEWEST_FOR_CONTROL = 10  # runs beyond four for each control variate: below it the fit costs more than it gains


@dataclass(frozen=True)
class Mean:
    """A mean with its standard error and degrees of freedom."""

    value: float
    error: float
    freedom: float

    def half(self, confidence: float) -> float:
        """Half width of the two-sided interval."""
        return float(stdtrit(self.freedom, 0.5 + 0.5 * confidence)) * self.error


def values(runs: Sequence[Run], output: str) -> tuple[Ints, Floats]:
    """Rows of the runs that have this output, and its values."""
    given = [(i, r.outputs[output]) for i, r in enumerate(runs) if r.outputs.get(output) is not None]
    return np.array([i for i, _ in given], np.int64), np.array([v for _, v in given], float)


def plain(y: Floats) -> Mean:
    """Student's mean of independent values."""
    return Mean(average(y), math.sqrt(variance(y) / len(y)), len(y) - 1)


def average(y: Floats) -> float:
    """The mean; of equal values that value itself, which a sum need not give back."""
    return float(y[0] if np.ptp(y) == 0.0 else y.mean())


def variance(y: Floats) -> float:
    """The sample variance; of equal values exactly 0."""
    return 0.0 if np.ptp(y) == 0.0 else float(y.var(ddof=1))


def clustered(y: Floats, cluster: Ints) -> Mean:
    """The mean of values that go together in clusters: what is common to a cluster counts once. error: the larger of that
    over clusters and that of independent values; NaN where clusters show no spread, or there is but one."""
    mean = average(y)
    totals = np.bincount(cluster, y - mean)[np.unique(cluster)]
    m = len(totals)
    spread = math.sqrt(float(totals @ totals))
    known = m > 1 and spread > 1e-12 * len(y) * max(1.0, abs(mean))
    error = max(math.sqrt(m / (m - 1)) * spread / len(y), plain(y).error) if known else math.nan
    return Mean(mean, error, max(m - 1, 1))


def controlled(y: Floats, x: Floats) -> Mean | None:
    """The mean freed of what control variates ``x (n, q)`` of expectation zero explain; None where they explain it badly."""
    x = x[:, x.std(axis=0) > 0]
    n, q = x.shape
    if q == 0 or n < FEWEST_FOR_CONTROL + 4 * q:
        return None
    design = np.column_stack([np.ones(n), x])
    solved, _, rank, _ = np.linalg.lstsq(design, y, rcond=None)
    if rank < q + 1:
        return None
    rest = y - design @ solved
    spread = float(rest @ rest) / (n - q - 1)
    inverse = np.linalg.inv(design.T @ design)
    return Mean(float(solved[0]), math.sqrt(max(0.0, spread * inverse[0, 0])), n - q - 1)


def wilson(hits: int, n: int, confidence: float) -> tuple[float, float]:
    """Interval of a share."""
    z = float(ndtri(0.5 + 0.5 * confidence))
    p, wide = hits / n, z * z / n
    middle, half = (p + wide / 2) / (1 + wide), z / (1 + wide) * math.sqrt(p * (1 - p) / n + wide / (4 * n))
    lo = 0.0 if hits == 0 else max(0.0, middle - half)
    return lo, 1.0 if hits == n else min(1.0, middle + half)


def mean_of(runs: Sequence[Run], output: str, control: bool, groups: int = 0) -> tuple[Mean, str, float] | None:
    """The mean of an output, how it was had, and what that gained (variance ratio). None below two runs.

    groups: run i of the fast fidelity drew from calibration run i mod groups (0: runs are independent).
    """
    rows, y = values(runs, output)
    if len(y) < 2:
        return None
    if groups:
        return clustered(y, _clusters(runs, rows, groups)), "cluster", 1.0
    simple = plain(y)
    fitted = controlled(y, _controls(runs, rows)) if control else None
    if fitted is None or simple.error == 0.0:
        return simple, "t", 1.0
    gain = (simple.error / fitted.error) ** 2 if fitted.error > 0 else 1.0
    return fitted, "control", gain


def _clusters(runs: Sequence[Run], rows: Ints, groups: int) -> Ints:
    return np.array([r.seed for r in runs], np.int64)[rows] % groups


def _controls(runs: Sequence[Run], rows: Ints) -> Floats:
    names = sorted(runs[0].controls) if runs else []
    return np.array([[runs[i].controls.get(k, 0.0) for k in names] for i in rows], float).reshape(len(rows), len(names))


def estimate(
    point: int,
    fidelity: str,
    output: str,
    runs: Sequence[Run],
    confidence: float,
    control: bool,
    groups: int = 0,
    shares: Collection[str] = SHARES,
) -> Estimate | None:
    """One estimate; None where no run has the output. shares: outputs that lie between 0 and 1."""
    rows, y = values(runs, output)
    n = len(y)
    if n == 0:
        return None
    if fidelity in ("exact", "drawn") or n == 1:
        return _once(point, fidelity, output, runs[int(rows[0])], confidence, shares)
    found = _several(point, fidelity, output, runs, confidence, control, groups, shares)
    if _truth(runs, output) or n < FEWEST_FOR_TAILS:
        return found
    p05, p50, p95 = (float(v) for v in np.quantile(y, (0.05, 0.5, 0.95), method="inverted_cdf"))
    return replace(found, p05=p05, p50=p50, p95=p95)


def _several(
    point: int,
    fidelity: str,
    output: str,
    runs: Sequence[Run],
    confidence: float,
    control: bool,
    groups: int,
    shares: Collection[str],
) -> Estimate:
    """The mean over two runs or more, with its interval."""
    rows, y = values(runs, output)
    n = len(y)
    spread = math.sqrt(variance(y))
    if _truth(runs, output) and not groups:
        lo, hi = wilson(int(y.sum()), n, confidence)
        return Estimate(point, fidelity, output, n, float(y.mean()), lo, hi, spread, "wilson")
    found = mean_of(runs, output, control, groups)
    assert found is not None  # two runs at least
    mean, method, gain = found
    half = mean.half(confidence)
    if math.isnan(half) and _truth(runs, output):
        m = len(np.unique(_clusters(runs, rows, groups)))
        lo, hi = wilson(round(m * mean.value), m, confidence)
        return Estimate(point, fidelity, output, n, mean.value, lo, hi, spread, "wilson")
    if math.isnan(half):
        return Estimate(point, fidelity, output, n, mean.value, None, None, spread, method)
    lo, hi = mean.value - half, mean.value + half
    share = output in shares or _truth(runs, output)
    if share or output in NEVER_NEGATIVE or _counts(runs, output):
        lo = max(0.0, lo)  # Student's interval does not know that counts, prices and shares have no negative values
    if share:
        hi = min(1.0, hi)  # nor that a share ends at one
    return Estimate(point, fidelity, output, n, mean.value, lo, hi, spread, method, gain)


def _once(point: int, fidelity: str, output: str, run: Run, confidence: float, shares: Collection[str]) -> Estimate:
    """The one run there is; with an interval where it tells the standard error of draws of its own."""
    mean, error = float(run.outputs[output] or 0.0), run.errors.get(output)
    method = fidelity if fidelity in ("exact", "drawn") else "t"
    if error is None:
        return Estimate(point, fidelity, output, 1, mean, None, None, None, method)
    return Estimate(point, fidelity, output, 1, mean, *of_draws(mean, error, confidence, output in shares), None, method)


def of_draws(mean: float, error: float, confidence: float, share: bool) -> tuple[float, float]:
    """Interval of a count's or a share's mean over many draws with this standard error: cut at zero, of a share also at one."""
    half = float(ndtri(0.5 + 0.5 * confidence)) * error
    return max(0.0, mean - half), min(1.0, mean + half) if share else mean + half


def _truth(runs: Sequence[Run], output: str) -> bool:
    """Whether an output says yes or no of each run."""
    return isinstance(next((v for r in runs if (v := r.outputs.get(output)) is not None), None), bool)


def _counts(runs: Sequence[Run], output: str) -> bool:
    """Whether an output counts things: whole numbers, none below zero."""
    given = [v for r in runs if (v := r.outputs.get(output)) is not None]
    return all(isinstance(v, int) and v >= 0 for v in given)


def half_width(
    runs: Sequence[Run], output: str, confidence: float, control: bool, groups: int = 0, shares: Collection[str] = SHARES
) -> float | None:
    """Half width of the interval that ``estimate`` would give; None where there is none yet."""
    e = estimate(-1, "", output, runs, confidence, control, groups, shares)
    if e is None or e.lo is None or e.hi is None:
        return None
    return 0.5 * (e.hi - e.lo) if e.method == "wilson" else max(e.hi - e.mean, e.mean - e.lo)  # one end may be cut


def difference(
    point: int,
    fidelity: str,
    output: str,
    base: Sequence[Run],
    other: Sequence[Run],
    confidence: float,
    groups: int = 0,
    shares: Collection[str] = SHARES,
) -> Difference | None:
    """``other`` less ``base``, paired by seed; None without a common run that has the output. shares: as in ``estimate``."""
    before = {r.seed: r.outputs.get(output) for r in base}
    seeds = [r.seed for r in other if r.outputs.get(output) is not None and before.get(r.seed) is not None]
    if not seeds:
        return None
    after = {r.seed: r.outputs.get(output) for r in other}
    a, b = (np.array([float(v[s]) for s in seeds]) for v in (before, after))  # type: ignore[arg-type]
    gap = b - a
    if len(gap) < 2:
        return Difference(point, fidelity, output, 1, float(gap[0]), None, None, 1.0)
    cluster = np.array(seeds, np.int64) % groups if groups else np.empty(0, np.int64)
    mean = clustered(gap, cluster) if groups else plain(gap)
    paired = variance(gap)
    gain = (variance(a) + variance(b)) / paired if paired > 0 else 1.0
    half = mean.half(confidence)
    lo, hi = (None, None) if math.isnan(half) else (mean.value - half, mean.value + half)
    if lo is not None and hi is not None and (output in shares or _truth(other, output)):
        lo, hi = max(-1.0, lo), min(1.0, hi)
    return Difference(point, fidelity, output, len(gap), mean.value, lo, hi, gain)


def agreement(
    point: int, output: str, full: Sequence[Run], fast: Sequence[Run], confidence: float, groups: int
) -> Agreement | None:
    """Fast less full with Welch's interval, which counts the error of the calibration; None without two runs of each.

    Calibrations that show no spread are taken to differ as full runs do: that is what agreement would mean. Of shares of runs the
    interval is made of those of the two shares, which are not of zero width where all runs are alike.
    """
    a, b = mean_of(full, output, False), mean_of(fast, output, False, groups)
    if a is None or b is None:
        return None
    if _truth(full, output):
        return _shares_agree(point, output, full, fast, confidence, groups)
    full_mean, fast_mean = a[0], b[0]
    if math.isnan(fast_mean.error):
        m = len(np.unique([r.seed % groups for r in fast]))
        y = values(full, output)[1]
        fast_mean = Mean(fast_mean.value, float(y.std(ddof=1)) / math.sqrt(m), len(y) - 1)
    both = full_mean.error**2 + fast_mean.error**2
    parts = full_mean.error**4 / full_mean.freedom + fast_mean.error**4 / fast_mean.freedom
    gap = Mean(fast_mean.value - full_mean.value, math.sqrt(both), both**2 / parts if parts > 0 else 1e6)
    half = gap.half(confidence)
    lo, hi = gap.value - half, gap.value + half
    return Agreement(point, output, full_mean.value, fast_mean.value, gap.value, lo, hi, lo <= 0.0 <= hi)


def _shares_agree(
    point: int, output: str, full: Sequence[Run], fast: Sequence[Run], confidence: float, groups: int
) -> Agreement | None:
    """Fast less full of a share of runs, after Newcombe."""
    a = estimate(point, "full", output, full, confidence, False)
    b = estimate(point, "fast", output, fast, confidence, False, groups)
    if a is None or b is None or a.lo is None or a.hi is None or b.lo is None or b.hi is None:
        return None
    gap = b.mean - a.mean
    lo = gap - math.hypot(b.mean - b.lo, a.hi - a.mean)
    hi = gap + math.hypot(b.hi - b.mean, a.mean - a.lo)
    return Agreement(point, output, a.mean, b.mean, gap, lo, hi, lo <= 0.0 <= hi)
