"""Charts as Vega-Lite specifications: the same one is interactive in the HTML and a vector picture in the PDF."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from cupola.assess.question import Chart
from cupola.assess.report import axes, labels
from cupola.assess.report.style import COLOURS, DASHES, Spec, framed, scaled, titled
from cupola.assess.report.words import number

SHAPES = ("diamond", "circle", "square", "triangle-up", "cross", "triangle-down", "triangle-right", "triangle-left")
HEIGHT = 200  # px of a chart of lines
LONG = 24  # letters of a name, from which three do not fit beside each other
WRAP = 44  # letters of a label beside a bar, then it goes on in the next line
WORDS = {"labelExpr": "split(datum.label, '\\n')", "labelLimit": 330, "labelBaseline": "middle", "labelLineHeight": 13}


def chart(c: Chart) -> Spec:
    """The specification of a model's chart."""
    if c.kind == "bar":
        return _bars(c)
    layers = [_band(c)] if c.kind == "band" else []
    lines = {k: v for k, v in c.series.items() if c.kind != "points" and len(v[0]) > 1 and not (layers and k in ("lo", "hi"))}
    dots = {k: v for k, v in c.series.items() if k not in lines and not (layers and k in ("lo", "hi"))}
    named = _named(c, lines)
    layers += [_lines(c, lines, named=bool(named))] if lines else []
    layers += [_dots(c, dots, len(lines))] if dots else []
    layers += [labels.layer(named, *_axes(c))] if named else []
    apart = {"color": "independent", "shape": "independent"}  # a legend of lines, one of dots
    return framed({"layer": layers, "resolve": {"scale": apart}}, HEIGHT)


def levels(rows: Sequence[Mapping[str, Any]], title: str, now: float | None) -> Spec:
    """What each input does: a line from its least to its greatest result with a dot for each value, words at the two ends.

    rows: ``input``, ``value`` in words, ``mean``; now: the result of the baseline, as a line down.
    """
    scale = scaled(axes.axis([*(r["mean"] for r in rows), *([] if now is None else [now])], zero=False))
    x = {"field": "mean", "type": "quantitative", "title": titled(title, scale), "scale": scale}
    given = [{**r, "input": _wrapped(r["input"]), **end} for r, end in zip(rows, _which_end(rows), strict=True)]
    y = {"field": "input", "type": "nominal", "sort": None, "title": None, "axis": WORDS}
    tip = [{"field": "input"}, {"field": "value"}, {"field": "mean", "title": title}]
    text = {"type": "text", "fontSize": 10.5, "color": "#333"}
    layers: list[Spec] = [
        {
            "mark": {"type": "rule", "color": COLOURS[5], "strokeWidth": 2},
            "encoding": {
                "x": x | {"aggregate": "min"},
                "x2": {"field": "mean", "aggregate": "max"},
                "y": y,
            },
        },
        {
            "mark": {"type": "point", "filled": True, "size": 45, "opacity": 1, "color": COLOURS[0]},
            "encoding": {"x": x, "y": y, "tooltip": tip},
        },
        {
            "transform": [{"filter": "datum.end == 'low'"}],
            "mark": text | {"dy": -11, "dx": 4, "align": "left"},
            "encoding": {"x": x, "y": y, "text": {"field": "value"}},
        },
        {
            "transform": [{"filter": "datum.end == 'high'"}],
            "mark": text | {"dy": -11, "dx": -4, "align": "right"},
            "encoding": {"x": x, "y": y, "text": {"field": "value"}},
        },
    ]
    if now is not None:
        layers.append(
            {
                "data": {"values": [{"now": now}]},
                "mark": {"type": "rule", "strokeDash": [4, 3]},
                "encoding": {"x": {"field": "now", "type": "quantitative"}},
            }
        )
    return framed({"data": {"values": given}, "layer": layers}, height=42 * len({r["input"] for r in rows}))


def _which_end(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Which row is its input's least and which its greatest; ``all values`` where none moves anything."""
    out: list[dict[str, str]] = [{"end": ""} for _ in rows]
    for name in dict.fromkeys(r["input"] for r in rows):
        mine = [k for k, r in enumerate(rows) if r["input"] == name]
        least, most = (f(mine, key=lambda k: rows[k]["mean"]) for f in (min, max))
        if rows[least]["mean"] == rows[most]["mean"]:
            out[least] = {"end": "low", "value": "moves nothing"}
        else:
            out[least], out[most] = {"end": "low"}, {"end": "high"}
    return out


def whiskers(rows: Sequence[Mapping[str, Any]], title: str, zero: bool = False) -> Spec:
    """Estimates with intervals, one line each. rows: ``label``, ``series``, ``mean``, ``lo``, ``hi``; zero: draw its line."""
    series = list(dict.fromkeys(str(r["series"]) for r in rows))
    y: Spec = {"field": "label", "type": "nominal", "sort": None, "title": None, "axis": WORDS}
    offset = {"yOffset": {"field": "series", "sort": None}} if len(series) > 1 else {}
    colour = _colour(series)
    x = {"field": "mean", "type": "quantitative", "title": title, "scale": {"zero": zero}}
    tip = [{"field": k} for k in ("label", "series", "mean", "lo", "hi")]
    layers: list[Spec] = [
        {
            "transform": [{"filter": "isValid(datum.lo)"}],
            "mark": {"type": "rule", "strokeWidth": 2},
            "encoding": {"x": x | {"field": "lo"}, "x2": {"field": "hi"}, "y": y, "color": colour, **offset},
        },
        {
            "mark": {"type": "point", "filled": True, "size": 50, "opacity": 1},
            "encoding": {"x": x, "y": y, "color": colour, "tooltip": tip, **offset},
        },
    ]
    if zero:
        layers.append(
            {
                "data": {"values": [{"none": 0}]},
                "mark": {"type": "rule", "strokeDash": [4, 3]},
                "encoding": {"x": {"field": "none", "type": "quantitative"}},
            }
        )
    return framed(
        {"data": {"values": [{**r, "label": _wrapped(r["label"])} for r in rows]}, "layer": layers},
        height=max(60, (28 if len(rows) <= 30 else 17) * len(rows)),
    )


def _wrapped(label: str) -> str:
    """A label in lines that leave the chart its room."""
    return "\n".join(textwrap.wrap(label, WRAP)) or label


def _rows(series: Mapping[str, tuple[Sequence[Any], Sequence[float]]]) -> list[dict[str, Any]]:
    return [
        {"series": name, "x": x, "y": y, "k": k, "text": number(y)}
        for name, (xs, ys) in series.items()
        for k, (x, y) in enumerate(zip(xs, ys, strict=True))
    ]


def _axes(c: Chart) -> tuple[Spec, Spec]:
    words = any(isinstance(x, str) for series in c.series.values() for x in series[0])
    along, up = (scaled(how) for how in axes.of_chart(c).values())
    up |= _domain(c, up) | {"nice": not c.log}
    x: Spec = {"field": "x", "type": "ordinal" if words else "quantitative", "title": c.x if words else titled(c.x, along)}
    x |= {"sort": None} if words else {"scale": along}
    return x, {"field": "y", "type": "quantitative", "title": titled(c.y, up), "scale": up}


def _domain(c: Chart, up: Spec) -> Spec:
    """From where to where the upward axis goes, for who has to place names in it; nothing where that is one value."""
    values = [float(y) for _, ys in c.series.values() for y in ys if math.isfinite(y)]
    if not values:
        return {}
    low, high = min(values), max(values)
    if up.get("zero"):
        low, high = min(0.0, low), max(0.0, high)
    return {"domain": [low, high]} if low < high else {}


def _colour(names: Sequence[str], first: int = 0) -> Spec:
    scale = {"domain": list(names), "range": [COLOURS[(first + k) % len(COLOURS)] for k in range(len(names))]}
    legend = {"columns": 2} if max(map(len, names)) > LONG else {}
    return {"field": "series", "type": "nominal", "scale": scale, "legend": legend if len(names) + first > 1 else None}


def _named(c: Chart, lines: Mapping[str, Any]) -> list[dict[str, object]]:
    """Names at the ends of the lines, where there are several and they fit."""
    x, y = _axes(c)
    points = {
        name: [(float(a), float(b)) for a, b in zip(xs, ys, strict=True) if math.isfinite(b)]
        for name, (xs, ys) in lines.items()
        if x["type"] == "quantitative"
    }
    return labels.at_ends(points, y["scale"], HEIGHT) if len(lines) > 1 and len(points) == len(lines) else []


def _dash(names: Sequence[str]) -> Spec:
    scale = {"domain": list(names), "range": [DASHES[k % len(DASHES)] for k in range(len(names))]}
    return {"field": "series", "type": "nominal", "scale": scale, "legend": None}


def _tip(c: Chart) -> list[Spec]:
    return [{"field": "series", "title": "of"}, {"field": "x", "title": c.x}, {"field": "text", "title": c.y}]


def _lines(c: Chart, series: Mapping[str, Any], named: bool) -> Spec:
    """named: each line has its name at its end, so there is no legend."""
    x, y = _axes(c)
    names = list(series)
    return {
        "data": {"values": _rows(series)},
        "mark": {"type": "line", "strokeWidth": 2, "interpolate": "linear"},
        "encoding": {
            "x": x,
            "y": y,
            "color": _colour(names) | ({"legend": None} if named else {}),
            "strokeDash": _dash(names),
            "order": {"field": "k"},
            "tooltip": _tip(c),
        },
    }


def _dots(c: Chart, series: Mapping[str, Any], first: int) -> Spec:
    x, y = _axes(c)
    colour = _colour(list(series), first)
    shapes = {"domain": list(series), "range": [SHAPES[k % len(SHAPES)] for k in range(len(series))]}
    return {
        "data": {"values": _rows(series)},
        "mark": {"type": "point", "filled": True, "size": 70, "opacity": 1},
        "encoding": {"x": x, "y": y, "color": colour, "shape": colour | {"scale": shapes}, "tooltip": _tip(c)},
    }


def _band(c: Chart) -> Spec:
    x, y = _axes(c)
    (xs, lo), (_, hi) = c.series["lo"], c.series["hi"]
    rows = [{"x": a, "y": b, "top": t} for a, b, t in zip(xs, lo, hi, strict=True)]
    tip = [{"field": "x", "title": c.x}, {"field": "y", "title": "low"}, {"field": "top", "title": "high"}]
    return {
        "data": {"values": rows},
        "mark": {"type": "area", "opacity": 0.25, "color": COLOURS[0], "line": {"color": COLOURS[0], "strokeWidth": 1}},
        "encoding": {"x": x, "y": y, "y2": {"field": "top"}, "tooltip": tip},
    }


def _bars(c: Chart) -> Spec:
    names = list(c.series)
    rows = [r | {"x": _wrapped(str(r["x"]))} for r in _rows(c.series)]
    words = len({r["x"] for r in rows})
    y: Spec = {"field": "x", "type": "nominal", "sort": None, "title": None, "axis": WORDS}
    place: Spec = {"x": {"field": "y", "type": "quantitative", "title": c.y}, "y": y}
    if len(names) > 1:
        place["yOffset"] = {"field": "series", "sort": None, "scale": {"paddingInner": 0.2}}
    enc = place | {"color": _colour(names), "tooltip": _tip(c)}
    value = {
        "type": "text",
        "align": {"expr": "datum.y < 0 ? 'right' : 'left'"},
        "dx": {"expr": "datum.y < 0 ? -4 : 4"},
        "fontSize": 11,
    }
    middle = {"yOffset": place["yOffset"] | {"bandPosition": 0.5}} if len(names) > 1 else {}
    layers = [
        {"mark": {"type": "bar"} | ({} if middle else {"height": {"band": 0.75}}), "encoding": enc},
        {"mark": value, "encoding": place | middle | {"text": {"field": "text"}}},
    ]
    return framed(
        {"data": {"values": rows}, "layer": layers},
        height=words * (14 * len(names) + 16),
    )
