"""How an axis runs: the one rule, for charts of reports and of the gallery's page, which draws what is decided here."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any

from cupola.assess.question import Chart

LOG, ZERO, FREE = "log", "zero", "free"  # logarithmic; even and from zero; even between the values
LOG_SPAN = 1e4  # an axis over four decades or more is logarithmic
NEAR = 0.4  # an even axis begins at zero where its least value is below this share of the greatest
NEAR_X = 0.1  # the same for an axis along


def axis(values: Sequence[Any], zero: bool = True, even: bool = False, near: float = NEAR) -> str:
    """How an axis over these values runs. zero: from zero in any case but a logarithmic one; even: never logarithmic."""
    real = [float(v) for v in values if isinstance(v, int | float) and math.isfinite(v)]
    if not even and real and min(real) > 0.0 and max(real) / min(real) >= LOG_SPAN:
        return LOG
    return ZERO if zero or (real and 0.0 <= min(real) < near * max(real)) else FREE


def one_way(values: Sequence[Any]) -> bool:
    """Whether values only rise or only fall: then, and only then, many decades call for a logarithmic axis."""
    real = [v for v in values if isinstance(v, int | float) and math.isfinite(v)]
    signs = {math.copysign(1.0, b - a) for a, b in itertools.pairwise(real) if b != a}
    return len(signs) < 2


def of_chart(c: Chart) -> dict[str, str]:
    """The axes ``x`` and ``y`` of a model's chart; words along an axis stand side by side, and bars begin at zero."""
    ys = [y for series in c.series.values() for y in series[1]]
    if c.kind == "bar":
        return {"x": FREE, "y": ZERO}
    xs = [x for series in c.series.values() for x in series[0]]
    worded = any(isinstance(x, str) for x in xs)
    even = c.kind != "points" and not all(one_way(series[1]) for series in c.series.values())
    return {
        "x": FREE if worded else axis(xs, zero=False, near=NEAR_X),
        "y": LOG if c.log else axis(ys, zero=False, even=even),
    }
