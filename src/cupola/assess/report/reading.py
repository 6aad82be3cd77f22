"""A chart in one sentence: from where to where its lines go, or its longest and shortest bar, so that it can be read and quoted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from cupola.assess.question import Chart, small
from cupola.assess.report.words import number

MOST = 4  # lines or bars of one word that are told one by one
NOTHING = 1  # % of a hump's height, below which its feet are not worth telling (assumed)
TURN = 2  # % of its range by which a line goes beyond its ends, where that is told (assumed)


def sentence(c: Chart) -> str:
    """What the chart shows, in numbers; nothing of a cloud of points and of charts with more lines than can be told."""
    if c.kind == "bar":
        return _bars(c)
    band = ("lo", "hi") if c.kind == "band" else ()
    lines = {name: _finite(*s) for name, s in c.series.items() if name not in band and c.kind != "points" and len(s[0]) > 1}
    lines = {name: points for name, points in lines.items() if len(points) > 1}
    if not lines or len(lines) > MOST:
        return ""
    spans = {(points[0][0], points[-1][0]) for points in lines.values()}
    texts = [(f"{name}: " if len(lines) > 1 else "") + _way(points, len(spans) > 1) for name, points in lines.items()]
    first, last = min(a for a, _ in spans), max(b for _, b in spans)
    return f"With {small(c.x)} from {number(first)} to {number(last)}: {'; '.join(texts)}."


def _finite(xs: Sequence[Any], ys: Sequence[float]) -> list[tuple[float, float]]:
    pairs = [(float(x), float(y)) for x, y in zip(xs, ys, strict=True) if not isinstance(x, str) and math.isfinite(y)]
    return sorted(pairs, key=lambda p: p[0])


def _way(points: Sequence[tuple[float, float]], own: bool) -> str:
    """From its first to its last value, with the highest or lowest between where it goes beyond them. own: tell where it begins and
    ends."""
    (x0, first), (x1, last) = points[0], points[-1]
    values = [y for _, y in points]
    room = TURN / 100 * (max(values) - min(values))
    top_x, top = max(points, key=lambda p: p[1])
    if min(values) >= 0.0 and max(first, last) < NOTHING / 100 * top:
        return f"highest {number(top)} at {number(top_x)}"
    at = (f" at {number(x0)}", f" at {number(x1)}") if own else ("", "")
    text = f"{number(first)}{at[0]} to {number(last)}{at[1]}"
    if number(first) == number(last) and room == 0.0:
        return f"{number(first)} throughout"
    for word, best, beyond in (("highest", max, max(values) - max(first, last)), ("lowest", min, min(first, last) - min(values))):
        if beyond > room:
            x, y = best(points, key=lambda p: p[1])
            text += f", {word} {number(y)} at {number(x)}"
    return text


def _bars(c: Chart) -> str:
    texts = []
    for name, (xs, ys) in c.series.items():
        known = [(str(x), float(y)) for x, y in zip(xs, ys, strict=True) if math.isfinite(y)]
        if len(known) < 2 or len(c.series) > MOST:
            return ""
        (low, least), (high, most) = min(known, key=lambda p: p[1]), max(known, key=lambda p: p[1])
        own = f"{name}: " if len(c.series) > 1 else ""
        if number(least) == number(most):
            texts.append(f"{own}{number(most)} in all")
        else:
            texts.append(f"{own}most at “{high}”, {number(most)}; least at “{low}”, {number(least)}")
    text = "; ".join(texts)
    return f"{text[:1].upper()}{text[1:]}." if text else ""
