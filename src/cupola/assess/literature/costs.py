"""Our numbers for what a constellation costs: the AEI bill, a fleet bought at a stated price, parts of a tier, ratios of totals."""

from __future__ import annotations

from typing import Any

from cupola.assess.literature.case import Case
from cupola.assess.literature.compare import Ours
from cupola.assess.models import model
from cupola.assess.money import programme
from cupola.assess.question import ask, checked
from cupola.core.errors import BadInput

COSTS = {  # a case's key -> input of the question programme-cost, and what its unit is worth there
    "first_unit_musd": ("first_unit_musd", 1.0), "unit_learning": ("unit_learning", 1.0),
    "first_launch_musd": ("first_launch_musd", 1.0), "launch_learning": ("launch_learning", 1.0),
    "payload_per_launch_kg": ("payload_kg", 1.0), "nonrecurring_musd": ("nonrecurring_busd", 1e-3),
    "operations_musd_per_year": ("operations_per_year_busd", 1e-3), "life_years": ("life_yr", 1.0),
    "period_years": ("period_yr", 1.0),
}  # fmt: skip
LATER = ("initial_busd", "replenishment_busd", "operations_busd", "unit_musd", "launch_musd", "launches", "fleets")
PRICE = "satellite_musd"  # of one satellite in a fleet, average
KEYS = frozenset({
    *COSTS, *LATER, PRICE, "usd_per_kg", "wet_mass_kg", "mass_in_orbit_t", "launch_busd", "total_busd", "acquisition_busd",
    "present_busd", "per_missile_busd", "one_more_busd", "new_over_old",
})  # fmt: skip


def bill_of(g: dict[str, Any], ratio: float, satellites: int, wet_mass: float) -> dict[str, float]:
    """The AEI bill for the calculator's inputs ``g``: total and parts as the question programme-cost has them."""
    inputs = _costs(g) | {"wet_mass_kg": wet_mass}
    total = programme.bill(inputs, satellites, inputs["period_yr"]).total() / 1e3
    asked = {"absentee_ratio": ratio, "salvo": int(g["salvo"])}
    if not int(g.get("shots", 0)):
        asked |= {"kill": g["single_shot_kill_probability"], "composite_kill": g["composite_kill_probability"]}
        found = programme.answer(inputs | asked)
        return {"total_busd": total} | {k: float(found[k]) for k in (*LATER, "per_missile_busd", "one_more_busd")}
    return {"total_busd": total}


def _costs(g: dict[str, Any]) -> dict[str, Any]:
    """Inputs of programme-cost: its defaults, and what the case says otherwise."""
    said = {name: factor * g[key] for key, (name, factor) in COSTS.items() if key in g}
    return checked(model("programme-cost"), said)


def tier(case: Case) -> Ours | None:
    """Parts of a tier's cost at the calculator's defaults; the salvo is what we assume for the case."""
    if not {"initial_busd", "replenishment_busd", "operations_busd"} <= set(case.values) or "salvo" not in case.known:
        return None
    found = ask(model("programme-cost"), {"salvo": int(case.known["salvo"])})
    values = {k: float(found[k]) for k in case.values if k in found}
    return Ours(
        values,
        f"question programme-cost: the calculator's defaults with {case.known['salvo']} missiles at once",
        why="the tier's own cost inputs are not published: the defaults give more",
    )


def ratio_of_totals(case: Case) -> Ours | None:
    """What a cheaper launch does to a total, as published."""
    if not {"old_launch_cost_busd", "new_launch_cost_busd"} <= set(case.values):
        return None
    if not case.values["old_launch_cost_busd"]:
        raise BadInput("old_launch_cost_busd is 0: nothing can be held against it")
    share = case.values["new_launch_cost_busd"] / case.values["old_launch_cost_busd"]
    return Ours(
        {"new_over_old": share},
        "the ratio of the two published totals",
        why="the parts of the older total are not published; question replenishment says what such a fall means for a kilogram",
        arithmetic=frozenset({"new_over_old"}),
    )


def fleet(case: Case) -> Ours | None:
    """So many satellites at a stated average price, launched at a price per kilogram where it is given, bought anew when their
    life is over, and operated.
    """
    i = case.known
    number = i.get("interceptors", i.get("satellites"))
    if number is None or PRICE not in i:
        return None
    inputs = _costs({k: v for k, v in i.items() if k in COSTS})
    times = programme.generations(inputs["period_yr"], inputs["life_yr"], inputs["generations"])
    each = float(i[PRICE]) + float(i.get("usd_per_kg", 0.0)) * float(i.get("wet_mass_kg", 0.0)) / 1e6
    first = number * each / 1e3 + float(i.get("nonrecurring_musd", 0.0)) / 1e3
    later = number * each / 1e3 * (times - 1)
    running = float(i.get("operations_musd_per_year", 0.0)) / 1e3 * inputs["period_yr"]
    values = {"initial_busd": first, "replenishment_busd": later, "operations_busd": running, "acquisition_busd": first + later,
              "total_busd": first + later + running, "fleets": float(times)}  # fmt: skip
    left_out = [w for k, w in (("usd_per_kg", "launch"), ("nonrecurring_musd", "development"),
                               ("operations_musd_per_year", "operation")) if k not in i]  # fmt: skip
    how = f"{number:,.0f} satellites at {each:g} million USD, bought {times} times in {inputs['period_yr']:g} years"
    why = f"not in it, for the case gives no price: {', '.join(left_out)}" if left_out else ""
    return Ours(values, how, why=why)


def lifting(case: Case) -> Ours | None:
    """What it costs to lift a mass at a price per kilogram."""
    i = case.known
    if not {"mass_in_orbit_t", "usd_per_kg"} <= set(i):
        return None
    cost = 1e-6 * i["mass_in_orbit_t"] * i["usd_per_kg"]
    return Ours({"total_busd": cost, "launch_busd": cost}, "mass times price, launch alone", ("analytic",))


RULES = {"cost": (tier, fleet, lifting, ratio_of_totals)}
