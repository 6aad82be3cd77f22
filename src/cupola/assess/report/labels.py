"""Names of lines at their ends: where each stands so that none lies on another, or a legend where they do not fit."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from cupola.assess.report.style import COLOURS, DASHES, Spec

GAP = 13  # px from name to name
LONG = 28  # letters; a longer name would leave the chart no room
MOST = 6  # names beside each other


def at_ends(series: Mapping[str, Sequence[tuple[float, float]]], scale: Spec, height: float) -> list[dict[str, object]]:
    """Each name with the end of its line, its colour and how far it is moved up or down, px. Nothing where they do not fit.

    scale: the upward one, with its domain.
    """
    ends = {name: max(points) for name, points in series.items() if points and math.isfinite(max(points)[1])}
    if len(ends) != len(series) or len(series) > MOST or max(map(len, series), default=0) > LONG or "domain" not in scale:
        return []
    wanted = {name: _down(scale, y, height) for name, (_, y) in ends.items()}
    order = sorted(wanted, key=lambda name: wanted[name])
    placed = spread([wanted[name] for name in order], GAP, height)
    names = list(series)
    return [
        {"name": name, "x": ends[name][0], "y": ends[name][1], "dy": place - wanted[name], "colour": COLOURS[names.index(name)]}
        for name, place in zip(order, placed, strict=True)
    ]


def spread(wanted: Sequence[float], gap: float, height: float) -> list[float]:
    """Places in rising order, ``gap`` apart at least and as near to those wanted as a push down and one back up leave them."""
    out: list[float] = []
    for place in wanted:
        out.append(max(place, out[-1] + gap) if out else place)
    below = height + gap / 2.0
    for k in reversed(range(len(out))):
        out[k] = min(out[k], below)
        below = out[k] - gap
    return out


def _down(scale: Spec, y: float, height: float) -> float:
    low, high = (float(v) for v in scale["domain"])
    if scale.get("type") == "log":
        return height * (1.0 - math.log(y / low) / math.log(high / low))
    return height * (1.0 - (y - low) / (high - low))


def layer(named: Sequence[Mapping[str, object]], x: Spec, y: Spec) -> Spec:
    """The names as a layer of a chart over ``x`` and ``y``."""
    each = [
        {
            "data": {"values": [{"x": n["x"], "y": n["y"], "name": n["name"]}]},
            "mark": {
                "type": "text",
                "align": "left",
                "dx": 7,
                "dy": n["dy"],
                "fontSize": 11,
                "color": n["colour"],
            },
            "encoding": {"x": x | {"field": "x"}, "y": y | {"field": "y"}, "text": {"field": "name"}},
        }
        for n in named
    ]
    return {"layer": each}


def key(series: Sequence[str]) -> Spec:
    """A legend of lines by colour and dash, as a layer that draws nothing else."""
    names = list(series)
    colours, dashes = ({"domain": names, "range": [of[k % len(of)] for k in range(len(names))]} for of in (COLOURS, DASHES))
    legend = {"columns": 2} if max(map(len, series)) > LONG else {}
    return {
        "data": {"values": [{"series": name} for name in series]},
        "mark": {"type": "line", "opacity": 0},
        "encoding": {
            "color": {"field": "series", "type": "nominal", "scale": colours, "legend": legend | {"symbolOpacity": 1}},
            "strokeDash": {"field": "series", "type": "nominal", "scale": dashes, "legend": legend | {"symbolOpacity": 1}},
        },
    }
