"""Charts as Vega-Lite specifications: the same one is interactive in the HTML and a vector picture in the PDF."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from cupola.assess.question import Chart, Input
from cupola.assess.report import axes
from cupola.assess.report.words import between, number
from cupola.assess.tornado import Bar
from cupola.core.plain import plain

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#555555", "#000000")  # Okabe and Ito, 2008
SHAPES = ("diamond", "circle", "square", "triangle-up", "cross", "triangle-down", "triangle-right", "triangle-left")
DASHES = ([1, 0], [6, 3], [2, 2], [8, 3, 2, 3], [4, 2], [1, 2], [10, 4], [3, 3])
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
LONG = 24  # letters of a name, from which three do not fit beside each other
WRAP = 44  # letters of a label beside a bar, then it goes on in the next line
WORDS = {"labelExpr": "split(datum.label, '\\n')", "labelLimit": 330, "labelBaseline": "middle", "labelLineHeight": 13}
LARGE = (
    "abs(datum.value) < 1e6 || !datum.label ? datum.label : replace(format(datum.value, '.3~s'), 'G', 'B')"  # 4B, not 4,000,000,000
)
Spec = dict[str, Any]


def framed(body: Spec, height: int = 200) -> Spec:
    """A specification with what all charts share: schema, size, fonts, quiet axes. Its width is set by who draws it."""
    config = {
        "font": FONT,
        "view": {"stroke": None},
        "axis": {
            "gridColor": "#e6e6e6",
            "domainColor": "#888",
            "tickColor": "#888",
            "titleFontWeight": "normal",
            "labelLimit": 280,
            "labelOverlap": "greedy",
            "labelFontSize": 11,
            "titleFontSize": 12,
        },
        "axisQuantitative": {"tickCount": 7, "labelExpr": LARGE},
        "legend": {
            "orient": "top",
            "title": None,
            "labelLimit": 420,
            "labelFontSize": 11,
            "columns": 3,
            "symbolStrokeWidth": 2,
            "layout": {"top": {"direction": "vertical", "anchor": "start"}},
        },
    }
    spec: Spec = plain({"$schema": SCHEMA, "height": height, "config": config, **body})
    return spec


def chart(c: Chart) -> Spec:
    """The specification of a model's chart."""
    if c.kind == "bar":
        return _bars(c)
    layers = [_band(c)] if c.kind == "band" else []
    lines = {k: v for k, v in c.series.items() if c.kind != "points" and len(v[0]) > 1 and not (layers and k in ("lo", "hi"))}
    dots = {k: v for k, v in c.series.items() if k not in lines and not (layers and k in ("lo", "hi"))}
    layers += [_lines(c, lines)] if lines else []
    layers += [_dots(c, dots, len(lines))] if dots else []
    apart = {"color": "independent", "shape": "independent"}  # a legend of lines, one of dots
    return framed({"layer": layers, "resolve": {"scale": apart}})


def movers(bars: Sequence[Bar], inputs: Mapping[str, Input], output: str, now: float, most: int = 12) -> Spec:
    """A tornado: for each input the answer at its low and its high end, widest first, and the answer of now as a line."""
    rows = [
        {
            "input": _wrapped(f"{inputs[b.name].label}: {_ends(b, inputs[b.name])}"),
            "lo": b.at_lo,
            "hi": b.at_hi,
            "from": min(b.at_lo, b.at_hi, now),
            "to": max(b.at_lo, b.at_hi, now),
        }
        for b in bars[:most]
    ]
    scale = _scale(axes.axis([*(r["lo"] for r in rows), *(r["hi"] for r in rows), now], zero=False))
    x = {"field": "from", "type": "quantitative", "title": _titled(output, scale), "scale": scale}
    y = {"field": "input", "type": "nominal", "sort": None, "title": None, "axis": WORDS}
    tip = [{"field": "input", "title": "input"}, {"field": "lo", "title": "at low end"}, {"field": "hi", "title": "at high end"}]
    layers = [
        {
            "mark": {"type": "bar", "height": 12, "color": COLOURS[5]},
            "encoding": {"x": x, "x2": {"field": "to"}, "y": y, "tooltip": tip},
        },
        {
            "mark": {"type": "point", "filled": True, "color": COLOURS[1], "size": 45, "opacity": 1},
            "encoding": {"x": {"field": "hi", "type": "quantitative"}, "y": y, "tooltip": tip},
        },
        {
            "data": {"values": [{"now": now}]},
            "mark": {"type": "rule", "strokeDash": [4, 3]},
            "encoding": {"x": {"field": "now", "type": "quantitative"}},
        },
    ]
    return framed({"data": {"values": rows}, "layer": layers}, height=30 * len(rows))


def levels(rows: Sequence[Mapping[str, Any]], title: str, now: float | None) -> Spec:
    """What each input does: a line from its least to its greatest result with a dot for each value, words at the two ends.

    rows: ``input``, ``value`` in words, ``mean``; now: the result of the baseline, as a line down.
    """
    scale = _scale(axes.axis([*(r["mean"] for r in rows), *([] if now is None else [now])], zero=False))
    x = {"field": "mean", "type": "quantitative", "title": _titled(title, scale), "scale": scale}
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


def sweep(rows: Sequence[Mapping[str, Any]], x_title: str, y_title: str) -> Spec:
    """Estimates along a number: a line for each series, with its band where there is an interval (``banded``).

    rows: ``x``, ``series``, ``mean``, ``lo``, ``hi``.
    """
    series = list(dict.fromkeys(str(r["series"]) for r in rows))
    xs = _scale(axes.axis([r["x"] for r in rows], zero=False))
    ys = _upward(rows)
    x = {"field": "x", "type": "quantitative", "title": _titled(x_title, xs), "scale": xs}
    y = {"field": "mean", "type": "quantitative", "title": _titled(y_title, ys), "scale": ys}
    colour = _colour(series)
    tip = [{"field": k} for k in ("x", "series", "mean", "lo", "hi")]
    interval = {"x": x, "y": y | {"field": "lo"}, "y2": {"field": "hi"}, "color": colour}
    band: Spec = {"mark": {"type": "area", "opacity": 0.2}, "encoding": interval}
    alone: Spec = {  # beside points without an interval there is no area
        "transform": [{"filter": "isValid(datum.lo)"}],
        "mark": {"type": "rule", "strokeWidth": 2, "opacity": 0.4},
        "encoding": interval,
    }
    line: Spec = {"mark": {"type": "line", "point": True}, "encoding": {"x": x, "y": y, "color": colour, "tooltip": tip}}
    gaps = any(r["lo"] is None for r in rows)
    layers = [band, *([alone] if gaps else []), line] if banded(rows) else [line]
    return framed({"data": {"values": [dict(r) for r in rows]}, "layer": layers})


def banded(rows: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a sweep of these rows shows a band: where any of them has an interval."""
    return any(r["lo"] is not None for r in rows)


def _upward(rows: Sequence[Mapping[str, Any]]) -> Spec:
    """The scale of a sweep's means and bands: one of a count may go down to 0, which has no place on a logarithmic axis."""
    curves = [
        [r[k] for r in sorted(rows, key=lambda r: float(r["x"])) if str(r["series"]) == name]
        for name in dict.fromkeys(str(r["series"]) for r in rows)
        for k in ("mean", "lo", "hi")
    ]
    values = [v for curve in curves for v in curve if v is not None]
    return _scale(axes.axis(values, zero=min(values, default=0.0) >= 0.0, even=not all(axes.one_way(curve) for curve in curves)))


def _ends(b: Bar, i: Input) -> str:
    if isinstance(b.lo, bool | str):
        return f"{number(b.lo)} or {number(b.hi)}"
    return between(i, b.lo, b.hi)


def _wrapped(label: str) -> str:
    """A label in lines that leave the chart its room."""
    return "\n".join(textwrap.wrap(label, WRAP)) or label


def _rows(series: Mapping[str, tuple[Sequence[Any], Sequence[float]]]) -> list[dict[str, Any]]:
    return [
        {"series": name, "x": x, "y": y, "k": k}
        for name, (xs, ys) in series.items()
        for k, (x, y) in enumerate(zip(xs, ys, strict=True))
    ]


def _scale(how: str) -> Spec:
    return {"type": "log"} if how == axes.LOG else {"zero": how == axes.ZERO}


def _titled(title: str, scale: Spec) -> str:
    return f"{title} (log scale)" if scale.get("type") == "log" else title


def _axes(c: Chart) -> tuple[Spec, Spec]:
    words = any(isinstance(x, str) for series in c.series.values() for x in series[0])
    along, up = (_scale(how) for how in axes.of_chart(c).values())
    up |= {"nice": False} if c.log else {}
    x: Spec = {"field": "x", "type": "ordinal" if words else "quantitative", "title": c.x if words else _titled(c.x, along)}
    x |= {"sort": None} if words else {"scale": along}
    return x, {"field": "y", "type": "quantitative", "title": _titled(c.y, up), "scale": up}


def _colour(names: Sequence[str], first: int = 0) -> Spec:
    scale = {"domain": list(names), "range": [COLOURS[(first + k) % len(COLOURS)] for k in range(len(names))]}
    legend = {"columns": 2} if max(map(len, names)) > LONG else {}
    return {"field": "series", "type": "nominal", "scale": scale, "legend": legend if len(names) + first > 1 else None}


def _dash(names: Sequence[str]) -> Spec:
    scale = {"domain": list(names), "range": [DASHES[k % len(DASHES)] for k in range(len(names))]}
    return {"field": "series", "type": "nominal", "scale": scale, "legend": None}


def _tip(c: Chart) -> list[Spec]:
    return [{"field": "series", "title": "of"}, {"field": "x", "title": c.x}, {"field": "y", "title": c.y}]


def _lines(c: Chart, series: Mapping[str, Any]) -> Spec:
    x, y = _axes(c)
    names = list(series)
    return {
        "data": {"values": _rows(series)},
        "mark": {"type": "line", "strokeWidth": 2, "interpolate": "linear"},
        "encoding": {
            "x": x,
            "y": y,
            "color": _colour(names),
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
    enc: Spec = {"x": {"field": "y", "type": "quantitative", "title": c.y}, "y": y, "color": _colour(names), "tooltip": _tip(c)}
    if len(names) > 1:
        enc["yOffset"] = {"field": "series", "sort": None}
    return framed(
        {"data": {"values": rows}, "mark": {"type": "bar", "height": {"band": 0.75}}, "encoding": enc},
        height=words * (14 * len(names) + 16),
    )
