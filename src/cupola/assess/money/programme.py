"""What a constellation of space interceptors costs over the years: the AEI calculator's algebra, step by step.

Buy N units and their launches down two learning curves, again each time their life is over, and add operations and development.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from cupola.assess.assumptions import cited
from cupola.assess.question import Chart, Input, Model, Output
from cupola.assess.shield.leakage import shots_for
from cupola.assess.spread import RANGE_INPUTS, drawn, quantiles
from cupola.catalog import load
from cupola.core.batches import Floats
from cupola.core.errors import BadOption

CURVES = ("average", "summed")
ENDS = ("floor", "ceil")
HEAD = 32  # terms of a learning curve that are added one by one; Euler and Maclaurin do the rest to 1e-9
PERIODS = (10, 20, 30)


def curve_total(first: float, learning: float, n: ArrayLike, how: str = "average") -> Floats:
    """Cost of the first ``n`` units when each doubling costs ``learning`` times as much apiece.

    ``average``: T1 (N^(1+b) + 1) / (1 + b), b = log2(learning) (AEI calculator). ``summed``: T1 sum of i^b, unit by unit; about
    1 % lower at N = 1,000 and 85 %. The average of few is too high, that of 1 is 2 / (1 + b) times the first. Both are 0 for no
    unit. Raises BadOption for a learning rate outside (0.5, 1].
    """
    if not 0.5 < learning <= 1.0:
        raise BadOption(
            f"a learning rate of {learning:g} means nothing here; write the cost ratio of a doubling, above 0.5 and up to 1"
        )
    n, b = np.asarray(n, float), math.log2(learning)
    if how == "average":
        return np.asarray(np.where(n > 0, first * (np.power(n, 1.0 + b) + 1.0) / (1.0 + b), 0.0))
    head = np.r_[0.0, np.cumsum(np.arange(1.0, HEAD + 1.0) ** b)]
    tail = np.maximum(n, HEAD)
    rest = (
        (tail ** (1 + b) - HEAD ** (1 + b)) / (1 + b) + (tail**b - HEAD**b) / 2.0 + b * (tail ** (b - 1) - HEAD ** (b - 1)) / 12.0
    )
    return np.asarray(first * (head[np.minimum(n, HEAD).astype(int)] + rest))


def generations(period: float, life: float, end: str = "floor") -> int:
    """How many times the fleet is bought in ``period`` years: at least once. Raises BadOption for a life of nothing.

    ``floor`` is the calculator's; it lets the last fleet outlive its life when the period is no multiple of it; ``ceil`` does not.
    """
    if life <= 0.0:
        raise BadOption(f"a design life of {life:g} years would mean buying the fleet without end; write a life above 0")
    n = math.floor(period / life + 1e-9) if end == "floor" else math.ceil(period / life - 1e-9)
    return max(1, n)


def fleet_size(absentee_ratio: float, salvo: float, kill: float, composite: float) -> int:
    """Interceptors in orbit: ceil(absentee ratio x missiles at once x shots at each). Source: AEI WP 2025-20."""
    return math.ceil(absentee_ratio * salvo * shots_for(composite, kill) - 1e-9)


def launches_for(satellites: int, wet_mass: float, payload: float) -> int:
    """Launches that carry a fleet: ceil(N / floor(payload / mass)). Raises BadOption when one does not fit."""
    each = math.floor(payload / wet_mass)
    if each < 1:
        raise BadOption(
            f"an interceptor of {wet_mass:g} kg does not fit a launcher of {payload:g} kg; lighten it or take a larger one"
        )
    return math.ceil(satellites / each)


@dataclass(frozen=True)
class Bill:
    """Costs in million USD: one fleet, its launches, one year of operations, development, and when fleets are bought (years)."""

    units: tuple[float, ...]
    launches: tuple[float, ...]
    operations: float
    development: float
    life: float
    period: float

    def total(self, rate: float = 0.0) -> float:
        """Sum over the period; ``rate``: real discount rate a year (operations at mid-year)."""
        return self.fleets(rate) + self.running(rate) + self.development

    def fleets(self, rate: float = 0.0) -> float:
        """All fleets with their launches, each at the year it is bought."""
        bought = enumerate(zip(self.units, self.launches, strict=True))
        return float(sum((u + v) * math.pow(1.0 + rate, -k * self.life) for k, (u, v) in bought))

    def running(self, rate: float = 0.0) -> float:
        """Operations over the period."""
        whole = math.floor(self.period)
        part = self.period - whole
        years = [(k + 0.5, 1.0) for k in range(whole)] + [(whole + part / 2.0, part)]
        return self.operations * math.fsum(share * math.pow(1.0 + rate, -when) for when, share in years)


def bill(g: Mapping[str, Any], satellites: int, period: float) -> Bill:
    """The bill of ``satellites`` over ``period`` years under the assumptions ``g`` (the inputs of ``programme-cost``)."""
    times = generations(period, g["life_yr"], g["generations"])
    launches = launches_for(satellites, g["wet_mass_kg"], g["payload_kg"])
    units = _bought(g["first_unit_musd"], g["unit_learning"], satellites, times, g)
    carried = _bought(g["first_launch_musd"], g["launch_learning"], launches, times, g)
    return Bill(units, carried, 1e3 * g["operations_per_year_busd"], 1e3 * g["nonrecurring_busd"], g["life_yr"], period)


def _bought(first: float, learning: float, n: int, times: int, g: Mapping[str, Any]) -> tuple[float, ...]:
    """Cost of ``n`` things bought ``times`` times; the curve starts anew each time, or goes on."""
    if g["restart"]:
        return (float(curve_total(first, learning, n, g["curve"])),) * times
    upto = curve_total(first, learning, np.arange(times + 1) * n, g["curve"])
    return tuple(float(v) for v in np.diff(upto))


# ------------------------------------------------------------------------------------------------------- as a question

_AEI = load.programme("aei-calculator").value
WET_MASS = cited("wet_mass_kg", "Mass of one interceptor satellite", _AEI("wet_mass_kg"), 10.0, 45000.0, 10.0)
LIFE = cited("life_yr", "Design life of a satellite", _AEI("life_yr"), 0.5, 30.0, 0.5)
PERIOD = cited("period_yr", "Years counted", _AEI("period_yr"), 1.0, 50.0, 1.0, role="demand")
REAL_RATE = Input("real_rate", "Real discount rate", "per year", 0.0, 0.0, 0.15, 0.005, status="read",
                  source="AEI and CBO totals are undiscounted", low=0.0, high=0.07)  # fmt: skip
INPUTS = (
    Input("salvo", "Missiles launched at once", "", 1, 1, 200, 1, source="AEI 2025: 1, 5, 10, 50", status="read",
          help="that many interceptors must be in reach at every moment", role="demand"),
    cited("absentee_ratio", "Satellites for one in reach", _AEI("absentee_ratio"), 1.0, 50000.0, 10.0,
          help="from the sizing questions; 499 with the calculator's defaults, 3,725 for a fly-out of 60 s"),
    cited("kill", "Kill probability of one shot", _AEI("kill"), 0.05, 0.99, 0.01),
    cited("composite_kill", "Wanted kill probability per missile", _AEI("composite_kill"), 0.05, 0.999, 0.01, role="demand"),
    WET_MASS,
    cited("payload_kg", "Payload of one launch", _AEI("payload_kg"), 2000.0, 200000.0, 500.0),
    cited("first_unit_musd", "First interceptor", _AEI("first_unit_musd"), 0.0, 5000.0, 1.0),
    cited("unit_learning", "Cost ratio of a doubling, interceptors", _AEI("unit_learning"), 0.6, 1.0, 0.01),
    cited("first_launch_musd", "First launch", _AEI("first_launch_musd"), 0.0, 5000.0, 5.0),
    cited("launch_learning", "Cost ratio of a doubling, launches", _AEI("launch_learning"), 0.6, 1.0, 0.01),
    cited("nonrecurring_busd", "Development", _AEI("nonrecurring_busd"), 0.0, 500.0, 0.5),
    cited("operations_per_year_busd", "Operations a year", _AEI("operations_per_year_busd"), 0.0, 100.0, 0.05),
    LIFE,
    PERIOD,
    Input("curve", "How a learning curve is added up", "", "average", choices=CURVES, source="AEI calculator: average",
          status="read", help="the calculator's average, or unit by unit: 1 % less for 500 units, 4 % for 100, 20 % for 10;"
          " the average of a few is above the price of the first", role="numeric"),
    Input("restart", "Each fleet starts its learning curve anew", "", True, source="AEI calculator", status="read"),
    Input("generations", "When the period is no multiple of the life", "", "floor", choices=ENDS, source="AEI calculator: floor",
          status="read", help="floor: the last fleet is stretched; ceil: one more is bought for the rest, as replenishment and"
          " architecture-cost do (20 years of life 6: 3 fleets or 4)", role="numeric"),
    REAL_RATE,
    *RANGE_INPUTS,
)  # fmt: skip
LATER_OUTPUTS = (
    Output("replenishment_busd", "Later fleets", "billion USD"),
    Output("operations_busd", "Operations", "billion USD"),
    Output("present_busd", "Total, discounted", "billion USD"),
)
TOTAL_OUTPUTS = (
    *(Output(f"total_{p}yr_busd", f"Total over {p} years", "billion USD") for p in PERIODS),
    Output("p10_busd", "Total, 10 % quantile", "billion USD"),
    Output("p50_busd", "Total, median", "billion USD"),
    Output("p90_busd", "Total, 90 % quantile", "billion USD"),
)
OUTPUTS = (
    Output("total_busd", "Total over the period", "billion USD"),
    Output("satellites", "Interceptors in orbit", ""),
    Output("launches", "Launches for one fleet", ""),
    Output("fleets", "Fleets bought in the period, rounded as chosen", ""),
    Output("unit_musd", "Average interceptor", "million USD"),
    Output("launch_musd", "Average launch", "million USD"),
    Output("initial_busd", "Development and first fleet", "billion USD"),
    *LATER_OUTPUTS,
    Output("per_missile_busd", "Total per missile launched at once", "billion USD"),
    Output("one_more_busd", "One more missile at once", "billion USD"),
    *TOTAL_OUTPUTS,
)


def answer(g: Mapping[str, Any]) -> dict[str, Any]:
    """The programme's cost in parts, its range, and what one more missile costs. Raises BadOption."""
    n = fleet_size(g["absentee_ratio"], g["salvo"], g["kill"], g["composite_kill"])
    b = bill(g, n, g["period_yr"])
    top = max(10, 2 * g["salvo"])
    salvos = sorted({max(1, round(top * k / 12)) for k in range(13)} | {g["salvo"]})
    per_salvo = {s: bill(g, fleet_size(g["absentee_ratio"], s, g["kill"], g["composite_kill"]), g["period_yr"]) for s in salvos}
    more = bill(g, fleet_size(g["absentee_ratio"], g["salvo"] + 1, g["kill"], g["composite_kill"]), g["period_yr"])
    launches = launches_for(n, g["wet_mass_kg"], g["payload_kg"])
    first = (b.units[0] + b.launches[0] + b.development) / 1e3
    ranges = {f"{k}_busd": v for k, v in quantiles(_drawn_totals(g, b)).items()}
    return {
        "satellites": n,
        "launches": launches,
        "fleets": len(b.units),
        "unit_musd": b.units[0] / n,
        "launch_musd": b.launches[0] / launches,
        "initial_busd": first,
        "replenishment_busd": (b.fleets() + b.development) / 1e3 - first,
        "operations_busd": b.running() / 1e3,
        "total_busd": b.total() / 1e3,
        "present_busd": b.total(g["real_rate"]) / 1e3,
        "per_missile_busd": b.total() / 1e3 / g["salvo"],
        "one_more_busd": (more.total() - b.total()) / 1e3,
        **{f"total_{p}yr_busd": bill(g, n, p).total() / 1e3 for p in PERIODS},
        **ranges,
        "charts": [_by_year(g, n), _by_salvo(per_salvo)],
    }


def _drawn_totals(g: Mapping[str, Any], b: Bill) -> Floats:
    """The total in billion USD with each kind of cost off by its own factor."""
    f = drawn(g, "units", "launches", "operations", "development")
    parts = {"units": sum(b.units), "launches": sum(b.launches), "operations": b.running(), "development": b.development}
    return np.asarray(sum(f[k] * parts[k] for k in parts) / 1e3)


def _by_year(g: Mapping[str, Any], n: int) -> Chart:
    """Spending over the longest period: a step at each fleet, a slope between."""
    b = bill(g, n, float(PERIODS[-1]))
    years, spent, so_far = [0.0], [0.0], b.development
    for k, (u, v) in enumerate(zip(b.units, b.launches, strict=True)):
        end = min(b.period, (k + 1) * b.life) if k + 1 < len(b.units) else b.period
        so_far += u + v
        years += [k * b.life, end]
        spent += [so_far / 1e3, (so_far + b.operations * (end - k * b.life)) / 1e3]
        so_far += b.operations * (end - k * b.life)
    return Chart(
        "Spent so far", "year", "billion USD", {"development, fleets, operations": (years, spent)}, note="Each step is one fleet."
    )


def _by_salvo(bills: Mapping[int, Bill]) -> Chart:
    salvos = list(bills)
    totals = [b.total() / 1e3 for b in bills.values()]
    return Chart("Total by missiles launched at once", "missiles launched at once", "billion USD", {"total": (salvos, totals)})


MODELS = (
    Model(
        "programme-cost", "Cost of a space-interceptor programme",
        "What do space interceptors cost over the years, and what drives it?",
        INPUTS, OUTPUTS, answer, quick=True,
        limits="Number of satellites and mass come from the sizing questions. Later fleets are bought at once, in constant"
        " dollars; spread is independent for units, launches, operations and development. AEI's own tier table (271 for five"
        " missiles) rests on inputs that are not published with it: the calculator's defaults give 331.",
        sources=("T. Harrison, Build Your Own Golden Dome, AEI WP 2025-20, and its calculator, 2025",),
    ),
)  # fmt: skip
