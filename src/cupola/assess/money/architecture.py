"""Architectures compared: a baseline plus changes, in elements and quantities, with acquisition, operations and replenishment.

Prices and their ranges are the catalogue's. The same draws serve both architectures, so that the difference keeps what they share.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from cupola.assess.assumptions import cited, source_text
from cupola.assess.money.programme import generations
from cupola.assess.question import Chart, Input, Model, Output
from cupola.assess.spread import DRAWS, quantiles
from cupola.catalog import load
from cupola.catalog.values import Value
from cupola.core.batches import Floats
from cupola.core.constants import Cited
from cupola.core.errors import BadOption
from cupola.core.randoms import stream

LO_HI = 1.5
SOURCES: dict[str, Cited] = {
    "LO_HI": Cited("times", "assumed: range of a price that the catalogue gives without one", 2026, "assumed")
}


@dataclass(frozen=True)
class Element:
    """Something that is bought. price: million USD with its range; life: years in service; layer: what it engages."""

    name: str
    label: str
    price: Value
    life: float
    layer: str = ""

    def musd(self) -> tuple[float, float, float]:
        """Lowest, most likely and highest price, million USD; half again either way where the catalogue has no range."""
        mid, lo, hi = (v * self.price.factor / 1e6 for v in (self.price.value, self.price.lo, self.price.hi))
        return (lo, mid, hi) if lo < hi else (mid / LO_HI, mid, mid * LO_HI)


def _elements() -> tuple[Element, ...]:
    years = {k: load.programme("life").value(f"{k}_yr").value for k in ("interceptor", "battery", "site", "leo", "meo")}

    def rounds(name: str, label: str, layer: str) -> Element:
        return Element(name, label, load.interceptor(name).value("cost_musd"), years["interceptor"], layer)

    def bought(name: str, label: str, key: str, life: str) -> Element:
        return Element(name, label, load.cost(name).value(key), years[life])

    orbit = Element(
        "space-interceptor", "Space interceptors", load.programme("space-interceptor").value("cost_musd"), years["leo"], "space"
    )
    return (
        rounds("gbi", "Ground-Based Interceptors", "midcourse"),
        rounds("ngi", "Next Generation Interceptors", "midcourse"),
        rounds("sm3-iia", "SM-3 IIA", "upper"),
        rounds("thaad", "THAAD interceptors", "upper"),
        rounds("pac3-mse", "PAC-3 MSE", "terminal"),
        rounds("sm6", "SM-6", "terminal"),
        orbit,
        bought("gbi-site", "Sites for ground-based interceptors", "cost_busd", "site"),
        bought("thaad-battery", "THAAD batteries", "cost_busd", "battery"),
        bought("patriot-battery", "Patriot batteries", "cost_busd", "battery"),
        bought("aegis-ashore", "Aegis Ashore sites", "cost_busd", "site"),
        bought("warning-satellite-leo", "Warning satellites, low orbit", "cost_musd", "leo"),
        bought("warning-satellite-meo", "Warning satellites, medium orbit", "cost_musd", "meo"),
    )


ELEMENTS = _elements()
PRESETS = tuple(n.removeprefix("architecture-") for n in load.entries("programme") if n.startswith("architecture-"))


def key(element: Element) -> str:
    """Name of the input that changes an element's quantity."""
    return "add_" + element.name.replace("-", "_")


def quantities_of(preset: str) -> dict[str, float]:
    """Quantities of a catalogue architecture by element, 0 where it has none."""
    entry = load.programme(f"architecture-{preset}")
    return {e.name: entry.value(e.name).value if e.name in entry else 0.0 for e in ELEMENTS}


@dataclass(frozen=True)
class Cost:
    """Billions over the period."""

    acquisition: float
    replenishment: float
    operations: float

    @property
    def total(self) -> float:
        """All three."""
        return self.acquisition + self.replenishment + self.operations


def cost(quantities: Mapping[str, float], period: float, share: float, rate: float = 0.0) -> Cost:
    """Acquisition, replenishment when a life is over, and ``share`` of the price a year; ``rate``: real discount rate."""
    bought = renewed = running = 0.0
    for e in ELEMENTS:
        price = quantities[e.name] * e.musd()[1] / 1e3
        times = generations(period, e.life, "ceil")
        bought += price
        renewed += price * sum(math.pow(1.0 + rate, -k * e.life) for k in range(1, times))
        running += price * share * sum(math.pow(1.0 + rate, -(y + 0.5)) for y in range(round(period)))
    return Cost(bought, renewed, running)


def engaged(quantities: Mapping[str, float], g: Mapping[str, Any]) -> dict[str, float]:
    """Missiles that can be engaged at once, by layer: rounds over rounds at each; from space, satellites over those per missile."""
    out = {
        layer: sum(quantities[e.name] for e in ELEMENTS if e.layer == layer)
        for layer in ("midcourse", "upper", "terminal", "space")
    }
    out["midcourse"] /= g["rounds_midcourse"]
    out["upper"] /= g["rounds_other"]
    out["terminal"] /= g["rounds_other"]
    out["space"] /= g["satellites_per_missile"]
    return out


# ------------------------------------------------------------------------------------------------------- as a question

_SHARE = load.programme("operations").value("share_per_year")
INPUTS = (
    Input("baseline", "Baseline", "", "ground", choices=PRESETS,
          help="what the changes are added to; example quantities, ours", role="demand"),
    *(
        Input(key(e), f"{e.label}, more or fewer", "", {"space-interceptor": 998}.get(e.name, 0), -100000, 100000, 1,
              source=f"price: {source_text(e.price)}", status=e.price.status, role="demand")
        for e in ELEMENTS
    ),
    Input("period_yr", "Years counted", "years", 20, 1, 50, 1, source="AEI and CBO: 20", status="read", role="demand"),
    cited("operations_share", "Operations a year over price", _SHARE, 0.0, 0.3, 0.005),
    Input("real_rate", "Real discount rate", "per year", 0.0, 0.0, 0.15, 0.005, low=0.0, high=0.07),
    Input("rounds_midcourse", "Midcourse rounds at each missile", "", 4.0, 1.0, 12.0, 0.5, source="as quoted for GMD by B. Blair",
          status="second-hand"),
    Input("rounds_other", "Other rounds at each missile", "", 2.0, 1.0, 12.0, 0.5),
    Input("satellites_per_missile", "Space interceptors for each missile at once", "", 998.0, 1.0, 50000.0, 1.0, status="computed",
          source="AEI's algebra with its defaults"),
    Input("seed", "Seed of the draws", "", 1, 0, 2**31, 1, role="numeric"),
)  # fmt: skip
OUTPUTS = (
    Output("difference_busd", "Difference", "billion USD"),
    Output("baseline_busd", "Baseline over the period", "billion USD"),
    Output("total_busd", "With the changes", "billion USD"),
    Output("acquisition_busd", "Difference in acquisition", "billion USD"),
    Output("replenishment_busd", "Difference in replenishment", "billion USD"),
    Output("operations_busd", "Difference in operations", "billion USD"),
    Output("present_busd", "Difference, discounted", "billion USD"),
    Output("p10_busd", "Difference, 10 % quantile", "billion USD"),
    Output("p50_busd", "Difference, median", "billion USD"),
    Output("p90_busd", "Difference, 90 % quantile", "billion USD"),
    Output("more_long", "More intercontinental missiles engaged at once", "missiles"),
    Output("more_short", "More shorter-range missiles engaged at once", "missiles"),
    Output("per_long_busd", "Difference per more intercontinental missile", "billion USD"),
    Output("per_short_busd", "Difference per more shorter-range missile", "billion USD"),
)


def answer(g: Mapping[str, Any]) -> dict[str, Any]:
    """Baseline against baseline plus changes. Raises BadOption when a change takes more than there is."""
    before = quantities_of(g["baseline"])
    after = {e.name: before[e.name] + g[key(e)] for e in ELEMENTS}
    for e in ELEMENTS:
        if after[e.name] < 0:
            there = f"the baseline {g['baseline']!r} has {before[e.name]:g}"
            raise BadOption(f"{key(e)} takes {-g[key(e)]} away where {there}; take fewer")
    old, new = (cost(q, g["period_yr"], g["operations_share"]) for q in (before, after))
    present = [cost(q, g["period_yr"], g["operations_share"], g["real_rate"]).total for q in (before, after)]
    drawn = _differences(g, before, after)
    had, has = engaged(before, g), engaged(after, g)
    more_long = has["midcourse"] + has["space"] - had["midcourse"] - had["space"]
    more_short = has["upper"] + has["terminal"] - had["upper"] - had["terminal"]
    more = new.total - old.total
    return {
        "baseline_busd": old.total,
        "total_busd": new.total,
        "difference_busd": more,
        "acquisition_busd": new.acquisition - old.acquisition,
        "replenishment_busd": new.replenishment - old.replenishment,
        "operations_busd": new.operations - old.operations,
        "present_busd": present[1] - present[0],
        **{f"{k}_busd": v for k, v in quantiles(drawn).items()},
        "more_long": more_long,
        "more_short": more_short,
        "per_long_busd": more / more_long if more_long > 0.0 else math.inf,
        "per_short_busd": more / more_short if more_short > 0.0 else math.inf,
        "charts": _charts(g, before, after),
    }


def _differences(g: Mapping[str, Any], before: Mapping[str, float], after: Mapping[str, float]) -> Floats:
    """Drawn difference of the totals: each price triangular over its range, one draw of it for both architectures."""
    out = np.zeros(DRAWS)
    for e in ELEMENTS:
        changed = after[e.name] - before[e.name]
        if changed:
            lo, mid, hi = e.musd()
            times = generations(g["period_yr"], e.life, "ceil") + g["operations_share"] * g["period_yr"]
            out += changed * times / 1e3 * stream(g["seed"], "price", e.name).triangular(lo, mid, hi, DRAWS)
    return out


def _charts(g: Mapping[str, Any], before: Mapping[str, float], after: Mapping[str, float]) -> list[Chart]:
    totals = {p: cost(quantities_of(p), g["period_yr"], g["operations_share"]) for p in PRESETS}
    names = [*totals, "with the changes"]
    costs = [*totals.values(), cost(after, g["period_yr"], g["operations_share"])]
    parts = {k: (names, [getattr(c, k) for c in costs]) for k in ("acquisition", "replenishment", "operations")}
    changed = [e for e in ELEMENTS if after[e.name] != before[e.name]]
    each = {e.name: _one(e, after[e.name] - before[e.name], g) for e in changed}
    return [
        Chart("Architectures", "architecture", "billion USD over the period", parts, kind="bar", note="Example quantities, ours."),
        Chart("What the changes cost", "element", "billion USD over the period", {"difference": (list(each),
        list(each.values()))}, kind="bar"),
    ]  # fmt: skip


def _one(e: Element, changed: float, g: Mapping[str, Any]) -> float:
    none = dict.fromkeys((x.name for x in ELEMENTS), 0.0)
    return cost({**none, e.name: changed}, g["period_yr"], g["operations_share"]).total


MODELS = (
    Model(
        "architecture-cost", "Architectures compared", "What does a change of the architecture cost, and what does it engage more?",
        INPUTS, OUTPUTS, answer, quick=True,
        limits="Elements are bought at once and renewed when their assumed life is over; no learning, no development, no research."
        " Engaged means that rounds are there, not that they hit. Skewed price ranges put the median above the most likely."
        " Example quantities are ours: AEI's compositions are not published"
        " in full, its totals (252 to 3,600) are in the literature table.",
        sources=("T. Harrison, AEI WP 2025-20, 2025 (unit costs, second-hand)", "Arms Control Today, June 2021 (NGI)"),
    ),
)  # fmt: skip
