"""What all charts of reports share: colours, dashes, fonts, quiet axes, and how a scale is written."""

from __future__ import annotations

from typing import Any

from cupola.assess.report import axes
from cupola.core.plain import plain

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#555555", "#000000")  # Okabe and Ito, 2008
DASHES = ([1, 0], [6, 3], [2, 2], [8, 3, 2, 3], [4, 2], [1, 2], [10, 4], [3, 3])
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
LARGE = (
    "abs(datum.value) < 1e6 || !datum.label ? datum.label : replace(format(datum.value, '.3~s'), 'G', 'B')"  # 4B, not 4,000,000,000
)
Spec = dict[str, Any]


def framed(body: Spec, height: int) -> Spec:
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
        "axisY": {"titleAngle": 0, "titleAlign": "left", "titleBaseline": "bottom", "titleX": -28, "titleY": -9},
        "axisQuantitative": {"tickCount": 7, "labelExpr": LARGE},
        "legend": {
            "orient": "top",
            "offset": 22,
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


def scaled(how: str) -> Spec:
    """A scale that runs as ``axes`` says."""
    return {"type": "log"} if how == axes.LOG else {"zero": how == axes.ZERO}


def titled(title: str, scale: Spec) -> str:
    """An axis' title, which says where it is logarithmic."""
    return f"{title} (log scale)" if scale.get("type") == "log" else title
