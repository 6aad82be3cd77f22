"""What moves an answer most, as bars with their numbers at the ends: rows for page and reports, and the chart of reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cupola.assess.amounts import ends
from cupola.assess.question import Input, Model, Output, small
from cupola.assess.report import axes, words
from cupola.assess.report.style import Spec, framed, scaled, titled
from cupola.assess.tornado import Bar

LOW, HIGH = "#56B4E9", "#E69F00"  # colours of the low and the high end: Okabe and Ito, 2008
MOST = 12  # bars that are drawn
ROW, NAME, LOWER, UPPER, THICK = 50, 9, 18, 32, 12  # px: of a row, and in it the name, both bars and their thickness
HALO = {"stroke": "white", "strokeWidth": 3, "strokeJoin": "round"}
READ = "Each pair of bars: from the answer now (dashed line) to what it is at the low end (blue) and at the high end (orange)."


def rows(model: Model, output: Output, bars: Sequence[Bar]) -> list[dict[str, Any]]:
    """Each bar with its words: the input's label, its value at both ends, what the answer is there, and the text of each end."""
    known = {i.name: i for i in model.inputs}
    return [_row(known[b.name], output, b) for b in bars]


def _row(i: Input, o: Output, b: Bar) -> dict[str, Any]:
    lo, hi = words.value(i, b.lo), words.value(i, b.hi)
    at_lo, at_hi = _apart(o, b.at_lo, b.at_hi)
    texts = {"lo_text": f"{lo} → {at_lo}", "hi_text": f"{hi} → {at_hi}"}
    return {"label": i.label, "lo": lo, "hi": hi, "at_lo": b.at_lo, "at_hi": b.at_hi, **texts}


def _apart(o: Output, lo: float, hi: float) -> tuple[str, str]:
    """The answer at both ends as it is shown anywhere (without the unit, which the axis tells), with more digits where that is one
    text for two numbers."""
    low, high = (words.answered(o, v).removesuffix(f" {o.unit}") for v in (lo, hi))
    return (low, high) if low != high or o.up else ends(lo, hi, o.unit)


def told(found: Sequence[Mapping[str, Any]], now: str) -> str:
    """The bars in a sentence: the widest, and by how much. found: ``rows``; now: the answer as it is shown."""
    if not found:
        return ""
    first = found[0]
    at_lo, at_hi = (first[k].split(" → ")[1] for k in ("lo_text", "hi_text"))
    return f"Most: {small(first['label'])}; {at_lo} at {first['lo']}, {at_hi} at {first['hi']}, {now} now."


def chart(found: Sequence[Mapping[str, Any]], output: str, now: float) -> Spec:
    """A tornado of ``rows``, widest first: two bars for each input from the answer of now, each with its text beyond its end, or
    over it where there is no room. Names stand above their bars, so that the chart is as wide as the page, also a narrow one."""
    drawn = [_placed(k, r, now, way) for k, r in enumerate(found[:MOST]) for way in ("lo", "hi")]
    height = ROW * len(found[:MOST])
    scale = scaled(axes.axis([*(d["at"] for d in drawn), now], zero=False))
    x: Spec = {"field": "at", "type": "quantitative", "title": titled(output, scale), "scale": scale}
    x["axis"] = {"tickCount": {"expr": "width / 90"}}
    tip = [{"field": "label", "title": "assumption"}, {"field": "text", "title": "value and answer"}]
    at, edge = "scale('x', datum.at)", "6.1 * length(datum.text) + 6"  # px: a letter is so wide at most, on average
    fits = f"(datum.right ? {at} + {edge} < width : {at} > {edge})"
    align = f"(datum.right == {fits} ? 'left' : 'right')"
    text: Spec = {"type": "text", "fontSize": 11, "baseline": "middle", "align": {"expr": align}}
    text["dx"] = {"expr": f"{align} == 'left' ? 4 : -4"}
    placed = {"x": x, "y": _down("mid", height), "text": {"field": "text"}}
    ends_: Spec = {"mark": text, "encoding": placed}
    names: Spec = {
        "transform": [{"filter": "datum.end == 'lo'"}],
        "mark": {"type": "text", "align": "left", "fontSize": 11.5, "fontWeight": "bold", "limit": {"expr": "width"}},
        "encoding": {"x": {"value": 2}, "y": _down("name", height), "text": {"field": "label"}},
    }
    layers: list[Spec] = [
        {
            "mark": {"type": "bar"},
            "encoding": {"x": x, "x2": {"field": "now"}, "y": _down("top", height), "y2": {"field": "bottom"}, "tooltip": tip}
            | {"color": {"field": "colour", "type": "nominal", "scale": None}},
        },
        {
            "data": {"values": [{"now": now}]},
            "mark": {"type": "rule", "strokeDash": [4, 3]},
            "encoding": {"x": {"field": "now", "type": "quantitative"}},
        },
        *({**layer, "mark": layer["mark"] | how} for layer in (ends_, names) for how in (HALO, {})),
    ]
    return framed({"data": {"values": drawn}, "layer": layers}, height=height)


def _placed(k: int, row: Mapping[str, Any], now: float, way: str) -> dict[str, Any]:
    """One bar: where it ends and what stands there. right: its text goes to the right, where that end is the greater or both are
    above the answer of now."""
    at = row[f"at_{way}"]
    top = ROW * k + (LOWER if way == "lo" else UPPER)
    return {
        "label": row["label"],
        "text": row[f"{way}_text"],
        "end": way,
        "at": at,
        "now": now,
        "right": at > now or (at == now and row["at_hi" if way == "lo" else "at_lo"] < now),
        "name": ROW * k + NAME,
        "top": top,
        "bottom": top + THICK,
        "mid": top + THICK / 2,
        "colour": LOW if way == "lo" else HIGH,
    }


def _down(field: str, height: int) -> Spec:
    scale = {"domain": [0, height], "reverse": True, "nice": False, "zero": False}
    return {"field": field, "type": "quantitative", "axis": None, "scale": scale}
