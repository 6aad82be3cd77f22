"""Keeping a constellation in orbit: design life against drag life, launch price, and the three factors behind "more than $1T".

Replenishment is fleet x price x (years / life, rounded up): whoever says a trillion says three numbers.
This question shows the three.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from cupola.assess.assumptions import cited
from cupola.assess.money.programme import (
    LATER_OUTPUTS,
    LIFE,
    PERIOD,
    PERIODS,
    REAL_RATE,
    TOTAL_OUTPUTS,
    WET_MASS,
    Bill,
    curve_total,
    generations,
)
from cupola.assess.orbits.decay import DRAG_COEFFICIENT, FLUX_MEAN, LOST_AT, density_model, life, makeup
from cupola.assess.question import Chart, Input, Model, Output
from cupola.assess.spread import RANGE_INPUTS, drawn, quantiles
from cupola.catalog import load
from cupola.core.errors import BadOption

TRILLION = 1000.0  # billion USD
NEVER = 100.0  # years: longer lives are not told apart
MOST_FLEETS = 2000
ONE_MISSILE = 998  # satellites for one missile at once in AEI's algebra
CBO_FLEETS = 4  # 20 years of satellites that live 5


def orbit_life(altitude: float, ballistic: float, f107: float, budget: float) -> tuple[float, float, float]:
    """Years in orbit that drag allows, velocity change a year to stay up (m/s), and the years of drag alone.

    The budget (m/s) first holds the altitude; when it is used up the satellite sinks. IPS density, see ``decay``.
    """
    rho = density_model("ips")
    here = float(rho(np.array([altitude]), np.array([f107]))[0])
    yearly = makeup(here, altitude, ballistic)
    alone = life(rho, altitude, ballistic, f107, LOST_AT) / 365.25
    return min(NEVER, budget / yearly + alone), yearly, alone


def satellite_price(unit_musd: float, mass_kg: float, usd_per_kg: float) -> float:
    """One satellite in orbit, million USD."""
    return unit_musd + mass_kg * usd_per_kg / 1e6


def implied_launch_price(busd: float, satellites: float, fleets: int, mass_kg: float) -> float:
    """USD per kg that ``busd`` of launch cost mean for that many satellites bought ``fleets`` times."""
    return busd * 1e9 / (satellites * fleets * mass_kg)


# ------------------------------------------------------------------------------------------------------- as a question

_AEI = load.programme("aei-calculator").value
_CBO = load.programme("cbo-launch-2025").value
INPUTS = (
    Input("satellites", "Interceptors in orbit", "", 16000, 1, 500000, 100, source="APS 2025: ten solid missiles at once (press)",
          status="second-hand",
          help="998 for one missile at once, 9,972 for ten in AEI's algebra; CBO: 1,300 in the low case of 2025, 7,800 for ten"
          " in 2026", low=1300, high=16000),
    cited("first_unit_musd", "First interceptor, without launch", _AEI("first_unit_musd"), 0.0, 5000.0, 1.0),
    cited("unit_learning", "Cost ratio of a doubling, interceptors", _AEI("unit_learning"), 0.6, 1.0, 0.01),
    Input("unit_musd", "One price for all instead, without launch", "million USD", 0.0, 0.0, 1000.0, 0.1, role="numeric",
          zero="from the curve", help="0: the average of as many as one fleet has, down the learning curve: 18.2 for 998, 9.5 for"
          " 16,000 with AEI's first price and ratio"),
    WET_MASS,
    Input("usd_per_kg", "Launch price", "USD/kg", 2300.0, 0.0, 100000.0, 100.0, status="computed",
          source="AEI's algebra: 471 launches of 34 satellites at $103M on average", low=1500.0, high=6000.0),
    Input("old_usd_per_kg", "Launch price of old, to compare with", "USD/kg", 18300.0, 0.0, 100000.0, 100.0, status="computed",
          source="what CBO's fall of $103B means for 1,300 satellites of this mass bought four times, above today's price; an"
          " account of its letter has 9,800 and up, so its satellites are heavier",
          role="demand"),
    replace(LIFE, help="5 years in AEI and CBO, 10 at 1,500 km: not decay. Years over life is rounded up to whole fleets;"
            " programme-cost, as AEI's calculator, rounds down unless told otherwise"),
    PERIOD,
    Input("operations_share", "Operations a year over the price of the fleet", "", 0.01, 0.0, 0.3, 0.005),
    Input("altitude_km", "Altitude", "km", 300.0, 200.0, 1000.0, 10.0, source="AEI 2025", status="read", low=250.0, high=500.0),
    Input("area_over_mass_m2_kg", "Area over mass", "m²/kg", 0.001, 0.0005, 0.1, 0.0005,
          help="0.001 dense interceptor, 0.01 usual satellite", low=0.0005, high=0.002),
    Input("f107", "Solar activity, F10.7", "solar flux units", FLUX_MEAN, 65.0, 300.0, 5.0,
          help="70 quiet, 150 middling, 200 active", low=70.0, high=200.0),
    Input("budget_m_s", "Velocity change carried to stay up", "m/s", 400.0, 0.0, 5000.0, 10.0, help="0: drag alone decides"),
    REAL_RATE,
    *RANGE_INPUTS,
)  # fmt: skip
OUTPUTS = (
    Output("total_busd", "Total", "billion USD"),
    Output("drag_life_yr", "Years in orbit that drag allows", "years"),
    Output("drag_alone_yr", "Years in orbit without thrust", "years"),
    Output("makeup_m_s_yr", "Velocity change to stay up", "m/s per year"),
    Output("life_used_yr", "Life that counts: the shorter", "years"),
    Output("fleets", "Fleets bought, rounded up", ""),
    Output("per_year", "Satellites bought a year, first fleet included", "satellites"),
    Output("average_musd", "One interceptor without launch, average", "million USD"),
    Output("satellite_musd", "One satellite in orbit", "million USD"),
    Output("first_busd", "First fleet", "billion USD"),
    *LATER_OUTPUTS,
    *TOTAL_OUTPUTS,
    Output("fleet_for_1t", "Satellites at which fleets alone reach $1T", ""),
    Output("price_for_1t_musd", "Price in orbit at which fleets reach $1T", "million USD"),
    Output("life_for_1t_yr", "Life below which fleets reach $1T", "years"),
    Output("launch_ratio", "Total with today's over total with the old launch price", ""),
    Output("cbo_ratio", "Ratio of new to old total in CBO's low case", ""),
    Output("cbo_usd_per_kg", "Fall of the launch price that CBO's case means here", "USD/kg"),
)


def answer(g: Mapping[str, Any]) -> dict[str, Any]:
    """The bill of staying in orbit and the three numbers behind it. Raises BadOption where drag ends the life at once."""
    ballistic = DRAG_COEFFICIENT * g["area_over_mass_m2_kg"]
    drag, yearly, alone = orbit_life(g["altitude_km"], ballistic, g["f107"], g["budget_m_s"])
    used = min(g["life_yr"], drag)
    if g["period_yr"] / used > MOST_FLEETS:
        raise BadOption(
            f"at {g['altitude_km']:g} km drag ends a satellite after {365.25 * used:.1f} days; go higher or"
            " carry more velocity change"
        )
    price, times = _price(g, g["satellites"]), generations(g["period_yr"], used, "ceil")
    b = _bill(g, used)
    fleet = (b.units[0] + b.launches[0]) / 1e3
    parts = {"units": sum(b.units) / 1e3, "launches": sum(b.launches) / 1e3, "operations": b.running() / 1e3}
    return {
        "drag_life_yr": drag,
        "drag_alone_yr": alone,
        "makeup_m_s_yr": yearly,
        "life_used_yr": used,
        "fleets": times,
        "per_year": g["satellites"] * times / g["period_yr"],
        "average_musd": unit_price(g, g["satellites"]),
        "satellite_musd": price,
        "first_busd": fleet,
        "replenishment_busd": fleet * (times - 1),
        "operations_busd": parts["operations"],
        "total_busd": b.total() / 1e3,
        "present_busd": b.total(g["real_rate"]) / 1e3,
        **{f"total_{p}yr_busd": fleet * (generations(p, used, "ceil") + g["operations_share"] * p) for p in PERIODS},
        **_range(g, parts),
        **_trillion(g, fleet, times),
        **_launch(g, parts, times),
        "charts": _charts(g, fleet, used),
    }


def unit_price(g: Mapping[str, Any], satellites: float) -> float:
    """One interceptor of a fleet of so many, million USD: the price given, or the curve's average (it starts anew each fleet)."""
    if g["unit_musd"]:
        return float(g["unit_musd"])
    return float(curve_total(g["first_unit_musd"], g["unit_learning"], satellites)) / satellites


def _price(g: Mapping[str, Any], satellites: float) -> float:
    return satellite_price(unit_price(g, satellites), g["wet_mass_kg"], g["usd_per_kg"])


def _bill(g: Mapping[str, Any], used: float) -> Bill:
    """The fleet bought again after ``used`` years, each time down the curve anew, and operations as a share of its price."""
    times = generations(g["period_yr"], used, "ceil")
    units = g["satellites"] * unit_price(g, g["satellites"])
    fleet = g["satellites"] * _price(g, g["satellites"])
    return Bill((units,) * times, (fleet - units,) * times, g["operations_share"] * fleet, 0.0, used, g["period_yr"])


def _range(g: Mapping[str, Any], parts: Mapping[str, float]) -> dict[str, float]:
    f = drawn(g, *parts)
    return {f"{k}_busd": v for k, v in quantiles(np.asarray(sum(f[k] * v for k, v in parts.items()))).items()}


def _trillion(g: Mapping[str, Any], fleet: float, times: int) -> dict[str, float]:
    """Each of the three factors at which fleets alone reach $1T, the other two as given; inf where no number does."""
    return {
        "fleet_for_1t": _fleet_worth(g, TRILLION * 1e3 / times),
        "price_for_1t_musd": TRILLION * 1e3 / (g["satellites"] * times),
        "life_for_1t_yr": _life_worth(g["period_yr"], fleet),
    }


def _life_worth(period: float, fleet: float) -> float:
    """Years of life below which whole fleets at ``fleet`` billion USD reach $1T; inf where one does, 0 where they cost nothing."""
    needed = TRILLION / fleet if fleet > 0.0 else math.inf
    if needed <= 1.0:
        return math.inf
    return period / (math.ceil(needed - 1e-9) - 1) if math.isfinite(needed) else 0.0


def _fleet_worth(g: Mapping[str, Any], musd: float) -> float:
    """Fewest satellites of which one fleet costs so much; inf beyond a thousand million of them."""
    few, many = 0, 10**9
    if many * _price(g, many) < musd:
        return math.inf
    while many - few > 1:
        middle = (few + many) // 2
        few, many = (few, middle) if middle * _price(g, middle) >= musd else (middle, many)
    return many


def _launch(g: Mapping[str, Any], parts: Mapping[str, float], times: int) -> dict[str, float]:
    """What the fall of the launch price does here, and what CBO's two totals mean for the price of a kilogram."""
    total = sum(parts.values())
    old = total + g["satellites"] * times * g["wet_mass_kg"] * (g["old_usd_per_kg"] - g["usd_per_kg"]) / 1e9
    cbo_old, cbo_new, cbo_n = (_CBO(k).value for k in ("old_launch_busd", "new_launch_busd", "interceptors"))
    return {
        "launch_ratio": total / old if old > 0.0 else 1.0,
        "cbo_ratio": cbo_new / cbo_old,
        "cbo_usd_per_kg": implied_launch_price(cbo_old - cbo_new, cbo_n, CBO_FLEETS, g["wet_mass_kg"]),
    }


def _charts(g: Mapping[str, Any], fleet: float, used: float) -> list[Chart]:
    lives = [0.5 * k for k in range(2, 31)]
    over = {f"{p} years": (lives, [fleet * generations(p, v, "ceil") for v in lives]) for p in PERIODS}
    over["$1T"] = (lives, [TRILLION] * len(lives))
    heights = [float(h) for h in range(250, 601, 25)]
    ballistic = DRAG_COEFFICIENT * g["area_over_mass_m2_kg"]
    held = [orbit_life(h, ballistic, g["f107"], g["budget_m_s"]) for h in heights]
    orbit = {
        "drag allows": (heights, [min(20.0, h[0]) for h in held]),
        "without thrust": (heights, [min(20.0, h[2]) for h in held]),
        "design life": (heights, [g["life_yr"]] * len(heights)),
    }
    return [
        _changes(g, used),
        Chart(
            "Fleets bought, by the life of a satellite",
            "life (years)",
            "billion USD",
            over,
            note=f"Life used here: {used:.1f} years. Whole fleets: the last one counts in full, as in the total.",
        ),
        Chart("What ends a satellite's life", "altitude (km)", "years (20 at most shown)", orbit),
    ]


def _changes(g: Mapping[str, Any], used: float) -> Chart:
    """The total as set, and with one stated assumption of others in the place of ours: which of them passes $1T."""
    old = unit_price({**g, "unit_musd": 0.0}, ONE_MISSILE)
    cases: dict[str, dict[str, Any]] = {
        "as set": {},
        f"the price of {ONE_MISSILE} for all: {old:.1f} million USD": {"unit_musd": old},
        "36,000 satellites (APS 2025 with 30 s to decide, second-hand)": {"satellites": 36000},
        "7,800 at 22 million USD (CBO 2026)": {"satellites": 7800, "unit_musd": 22.0},
        "30 years": {"period_yr": 30.0},
    }
    totals = {name: _bill({**g, **change}, used).total() / 1e3 for name, change in cases.items()}
    totals["a trillion"] = TRILLION
    return Chart(
        "What takes it past a trillion dollars: one assumption of others at a time",
        "assumption",
        "billion USD",
        {"total over the years counted": (list(totals), list(totals.values()))},
        "bar",
        "The press says 'more than $1T' without its inputs. CBO (2026) has 1,191 billion USD over 20 years for four layers, 743 of"
        " them for space, AEI (2025) 2,400 for its space-centric architecture.",
    )


MODELS = (
    Model(
        "replenishment",
        "Replenishing a constellation",
        "What does keeping interceptors in orbit cost, and what takes it past a trillion dollars?",
        INPUTS,
        OUTPUTS,
        answer,
        quick=True,
        limits="Every satellite is replaced when its life is over, the last fleet whole however little of it is used; no failures"
        " before. The learning curve starts anew with each fleet, as in AEI's calculator; the launch price is one number. Constant"
        " dollars. Drag with the solar-activity density at constant activity, good to a factor of two.",
        sources=(
            "T. Harrison, AEI WP 2025-20, 2025",
            "Congressional Budget Office, 5 May 2025 and 12 May 2026 (7,800 satellites at $22M, five years, as told by Payload)",
            "IPS Radio and Space Services, 1999",
        ),
    ),
)
