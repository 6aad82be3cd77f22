"""Estimates along a number: one panel for each value of a second one, in each the full path with its band and the fast fidelity
as a dashed line, all panels over the same axes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from cupola.assess.report import axes, labels
from cupola.assess.report.style import COLOURS, DASHES, Spec, framed, scaled, titled
from cupola.assess.report.words import number

TICKS = {"tickCount": {"expr": "width / 55"}}
ONE = 220  # px, height of a chart alone
SMALL = 190  # px, of one among several


def banded(rows: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a sweep of these rows shows a band: where any of them has an interval."""
    return any(r["lo"] is not None for r in rows)


def sweep(rows: Sequence[Mapping[str, Any]], x_title: str, y_title: str, within: Sequence[Mapping[str, Any]] = ()) -> Spec:
    """A line for each series with its name at its end; the first one's intervals as a band, of the others as thin whiskers.

    rows: ``x``, ``series``, ``mean``, ``lo``, ``hi``; within: rows of all panels, whose axes this one shares.
    """
    series = list(dict.fromkeys(str(r["series"]) for r in rows))
    every = within or rows
    xs, ys = _along(every), _upward(every)
    x = {"field": "x", "type": "quantitative", "title": titled(x_title, xs), "scale": xs, "axis": TICKS}
    y = {"field": "mean", "type": "quantitative", "title": titled(y_title, ys), "scale": ys}
    height = SMALL if within else ONE
    layers: list[Spec] = []
    for k, name in enumerate(series):
        layers += _line([r for r in rows if str(r["series"]) == name], x, y, k, banded(rows))
    named = labels.at_ends({n: [(r["x"], r["mean"]) for r in rows if str(r["series"]) == n] for n in series}, ys, height)
    if len(series) > 1 and named:
        layers += [labels.layer(named, x, y)]
    elif len(series) > 1:
        layers += [labels.key(series)]
    return framed({"layer": layers}, height)


def _line(rows: Sequence[Mapping[str, Any]], x: Spec, y: Spec, k: int, spread: bool) -> list[Spec]:
    """One series: its intervals, then its line with a dot for each mean."""
    colour, dash = COLOURS[k % len(COLOURS)], DASHES[k % len(DASHES)]
    tip = [
        {"field": "x", "title": x["title"]},
        {"field": "series", "title": "of"},
        {"field": "mean_text", "title": "mean"},
        {"field": "interval", "title": "interval"},
    ]
    values = [_told(r) for r in rows]
    interval = {"x": x, "y": y | {"field": "lo"}, "y2": {"field": "hi"}}
    alone = any(r["lo"] is None for r in rows) or len(rows) == 1
    found: list[Spec] = []
    if spread and k == 0 and not alone:
        found.append({"mark": {"type": "area", "opacity": 0.16, "color": colour}, "encoding": interval})
    elif spread:
        some = [{"filter": "isValid(datum.lo)"}]
        found.append({"transform": some, "mark": {"type": "rule", "opacity": 0.7, "color": colour}, "encoding": interval})
    found.append(
        {
            "mark": {"type": "line", "color": colour, "strokeDash": dash, "point": {"color": colour, "size": 40, "opacity": 1}},
            "encoding": {"x": x, "y": y, "tooltip": tip},
        }
    )
    return [{"data": {"values": values}, **layer} for layer in found]


def _told(r: Mapping[str, Any]) -> dict[str, Any]:
    interval = "none" if r["lo"] is None or r["hi"] is None else f"{number(r['lo'])} to {number(r['hi'])}"
    return {**r, "mean_text": number(r["mean"]), "interval": interval}


def _along(rows: Sequence[Mapping[str, Any]]) -> Spec:
    """The scale along, over the rows of all panels."""
    scale = scaled(axes.axis([r["x"] for r in rows], zero=False, near=axes.NEAR_X))
    xs = [float(r["x"]) for r in rows]
    low = min([0.0, *xs]) if scale.get("zero") else min(xs)
    return scale | {"domain": [low, max(xs)]} if low < max(xs) else scale


def _upward(rows: Sequence[Mapping[str, Any]]) -> Spec:
    """The scale of means and bands: one of a count may go down to 0, which has no place on a logarithmic axis."""
    curves = [
        [r[k] for r in sorted(rows, key=lambda r: float(r["x"])) if (r.get("panel"), str(r["series"])) == name]
        for name in dict.fromkeys((r.get("panel"), str(r["series"])) for r in rows)
        for k in ("mean", "lo", "hi")
    ]
    values = [float(v) for curve in curves for v in curve if v is not None and math.isfinite(v)]
    scale = scaled(axes.axis(values, zero=False, even=not all(axes.one_way(curve) for curve in curves)))
    if not values or min(values) == max(values):
        return scale | {"zero": True} if "zero" in scale else scale
    low = min(0.0, *values) if scale.get("zero") else min(values)
    return scale | {"domain": [low, max(values)], "nice": True}
