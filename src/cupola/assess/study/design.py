"""From a study to its design points: grid, one at a time, latin hypercube, named cases. Point 0 is the baseline.

Source: latin hypercube: McKay, Beckman, Conover 1979, Technometrics 21(2).
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from cupola.assess.study.definition import MOST_POINTS, BadStudy, Range, Study
from cupola.assess.study.result import Point
from cupola.core.randoms import stream

BASELINE = "baseline"


def points(study: Study) -> list[Point]:
    """All design points in order. Raises BadStudy for more than MOST_POINTS.

    grid: every combination, the first values together are the baseline; one-at-a-time and latin-hypercube: the baseline changes
    nothing; list: the first case is the baseline; nothing varied: the baseline alone.
    """
    make = {"grid": _grid, "one-at-a-time": _one_at_a_time, "latin-hypercube": _hypercube, "list": _list}[study.design]
    return make(study)


def _grid(study: Study) -> list[Point]:
    axes = {path: values(v) for path, v in study.vary.items()}
    total = int(np.prod([len(v) for v in axes.values()], dtype=float)) if axes else 1
    if total > MOST_POINTS:
        raise BadStudy(f"vary: the grid has {total:,} points; at most {MOST_POINTS:,}: give fewer values, or a latin hypercube")
    found = [dict(zip(axes, combination, strict=True)) for combination in itertools.product(*axes.values())]
    return [Point(i, label(c), c) for i, c in enumerate(found)]


def _one_at_a_time(study: Study) -> list[Point]:
    found: list[dict[str, Any]] = [{}] + [{path: v} for path, given in study.vary.items() for v in values(given)]
    return [Point(i, label(c), c) for i, c in enumerate(found)]


def _hypercube(study: Study) -> list[Point]:
    """Each axis is cut into ``samples`` equal parts and every part is used once."""
    n = study.samples or 2
    rng = stream(study.seed, "study", "design")
    columns = {path: _spread(v, (rng.permutation(n) + rng.uniform(size=n)) / n) for path, v in study.vary.items()}
    found: list[dict[str, Any]] = [{}] + [{path: c[i] for path, c in columns.items()} for i in range(n)]
    return [Point(i, label(c), c) for i, c in enumerate(found)]


def _list(study: Study) -> list[Point]:
    return [Point(i, c.name, dict(c.set), tuple(c.without)) for i, c in enumerate(study.cases)]


def values(given: Sequence[Any] | Range) -> list[Any]:
    """The values of an axis: as listed, or evenly spaced over a range."""
    if not isinstance(given, Range):
        return list(given)
    even = np.linspace(given.lo, given.hi, given.count).tolist()
    return sorted({round(v) for v in even}) if given.whole else even


def _spread(given: Sequence[Any] | Range, share: Any) -> list[Any]:
    """Values at these shares ``(n,)`` in [0, 1) of an axis; a list is cut into equal parts."""
    if not isinstance(given, Range):
        return [given[min(int(s * len(given)), len(given) - 1)] for s in share.tolist()]
    if given.whole:
        lo, hi = round(given.lo), round(given.hi)
        return [lo + min(int(s * (hi - lo + 1)), hi - lo) for s in share.tolist()]
    return [given.lo + s * (given.hi - given.lo) for s in share.tolist()]


def label(changes: Mapping[str, Any]) -> str:
    """``links.*.delay_s=0.5, scenario...``; ``baseline`` where nothing is changed."""
    return ", ".join(f"{k}={short(v)}" for k, v in changes.items()) or BASELINE


def short(value: Any) -> str:
    """A value in a label."""
    text = f"{value:.6g}" if isinstance(value, float) else value if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= 60 else text[:57] + "..."
