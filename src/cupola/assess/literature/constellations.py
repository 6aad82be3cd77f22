"""Our numbers for constellations, their cost and their life: the AEI algebra, real shells under stated assumptions, drag."""

from __future__ import annotations

import math
import re
from typing import Any

from cupola.assess.literature.case import SINGLE, Case
from cupola.assess.literature.compare import Ours
from cupola.assess.models import model
from cupola.assess.money import programme
from cupola.assess.orbits import decay, sizing
from cupola.assess.question import ask, checked
from cupola.assess.shield.leakage import shots_for
from cupola.core.errors import BadInput

AEI = {  # defaults of the calculator, where a case leaves one out
    "orbit_altitude_km": 300, "intercept_altitude_km": 200, "acceleration_g": 15, "delta_v_km_s": 6.0, "divert_delta_v_km_s": 2.5,
    "isp_s": 240, "kill_vehicle_dry_kg": 25, "body_kg": 25, "support_kg": 50, "single_shot_kill_probability": 0.8,
    "composite_kill_probability": 0.96, "flyout_s": 120, "coverage_latitude_deg": 90, "earth_radius_km": 6378.1, "salvo": 1,
}  # fmt: skip
COSTS = {  # a case's key -> input of the question programme-cost, and what its unit is worth there
    "first_unit_musd": ("first_unit_musd", 1.0), "unit_learning": ("unit_learning", 1.0),
    "first_launch_musd": ("first_launch_musd", 1.0), "launch_learning": ("launch_learning", 1.0),
    "payload_per_launch_kg": ("payload_kg", 1.0), "nonrecurring_musd": ("nonrecurring_busd", 1e-3),
    "operations_musd_per_year": ("operations_per_year_busd", 1e-3), "life_years": ("life_yr", 1.0),
    "period_years": ("period_yr", 1.0),
}  # fmt: skip
UNITS_OF_LIFE = {"day": 1.0, "month": 365.25 / 12.0, "year": 365.25}


def algebra(case: Case) -> Ours | None:
    """Everything the AEI algebra gives for the case's inputs: reach, masses, ratio, constellation, cost."""
    if not {"flyout_s", "delta_v_km_s"} & set(case.inputs):
        return None
    g = {**AEI, **case.inputs}
    s = _sizing(g)
    m = _masses(g)
    ratio = sizing.uniform_ratio(s) * ((1e3 * g["earth_radius_km"] + s.intercept) / (sizing.AEI_RADIUS + s.intercept)) ** 2
    needed = math.ceil(ratio * s.wanted - 1e-9)
    values = {
        "burn_s": sizing.burn_time(s.speed, s.acceleration),
        "flyout_range_km": s.reach / 1e3,
        "coverage_radius_km": sizing.coverage_radius(s) / 1e3,
        "total_kg": m.total,
        "kill_vehicle_propellant_kg": m.divert_propellant,
        "main_propellant_kg": m.main_propellant,
        "ratio": ratio,
        "absentee_ratio": ratio,
        "shots": float(s.shots),
        "interceptors": float(needed),
        "satellites": float(needed),
    }
    single = {"ratio": ratio, "interceptors": float(needed), "satellites": float(needed)}
    unit = case.units.get(SINGLE, "")
    if unit.startswith("B USD"):
        values[SINGLE] = _total(g, needed, m.total)
    elif unit.startswith("M USD"):
        values[SINGLE] = 1e3 * _total(g, needed, m.total)
    elif unit in single:
        values[SINGLE] = single[unit]
    return Ours(values, "assess.orbits.sizing: the AEI algebra on the case's inputs", ("the formula", "approximation", "analytic"))


def _sizing(g: dict[str, Any]) -> sizing.Sizing:
    shots = int(g.get("shots", 0)) or shots_for(g["composite_kill_probability"], g["single_shot_kill_probability"])
    latitude = math.radians(g["coverage_latitude_deg"])
    return sizing.Sizing(
        int(g["salvo"]), shots, 1e3 * g["delta_v_km_s"], sizing.acceleration_of(g["acceleration_g"]), float(g["flyout_s"]),
        1e3 * g["orbit_altitude_km"], 1e3 * g["intercept_altitude_km"], 0.0, latitude, 1.0,
    )  # fmt: skip


def _masses(g: dict[str, Any]) -> sizing.Masses:
    dry = (g["kill_vehicle_dry_kg"], g["body_kg"], g["support_kg"])
    return sizing.masses(1e3 * g["delta_v_km_s"], 1e3 * g["divert_delta_v_km_s"], g["isp_s"], *dry)


def _costs(g: dict[str, Any]) -> dict[str, Any]:
    """Inputs of programme-cost: its defaults, and what the case says otherwise."""
    said = {name: factor * g[key] for key, (name, factor) in COSTS.items() if key in g}
    return checked(model("programme-cost"), said)


def _total(g: dict[str, Any], satellites: int, wet_mass: float) -> float:
    inputs = _costs(g) | {"wet_mass_kg": wet_mass}
    return programme.bill(inputs, satellites, inputs["period_yr"]).total() / 1e3


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
        {"new_over_old": share}, "the ratio of the two published totals", why="the parts of the older total are not published"
    )


def linear(case: Case) -> Ours | None:
    """So many times the missiles at once in the algebra, and what real shells make of it."""
    asked = {k: m for k in case.values if (m := re.fullmatch(r"ratio_(\d+)_over_(\d+)", k))}
    if not asked:
        return None
    question = model("sizing-uniform")
    return Ours(
        {
            k: ask(question, {"targets": int(m[1])})["satellites"] / ask(question, {"targets": int(m[2])})["satellites"]
            for k, m in asked.items()
        },
        "question sizing-uniform for as many missiles at once",
        ("analytic",),
        why="in real shells ten cost about seven times one: gaps that must be bridged for one average out for ten",
    )


BAND = {"latitude_lo_deg": 39.0, "latitude_hi_deg": 46.0}  # where such boosts are met; assumed
DECISION_S = 30.0


def shells(case: Case) -> Ours | None:
    """A constellation that a study only names: ours with the fly-out time that the study is said to leave, the rest our own."""
    if case.kind != "constellation" or "flyout_s" not in case.ours:
        return None
    targets, time = int(case.ours.get("targets", 1)), float(case.ours["flyout_s"])
    one, lateral = _walker(1, time)
    mass = _masses({**AEI, "delta_v_km_s": 4.0}).total
    values = {"interceptors": targets * one, "interceptors_min": one, "mass_in_orbit_t": targets * one * mass / 1e3}
    if "interceptors_30s_decision" in case.values:
        values["interceptors_30s_decision"] = targets * _walker(1, time - DECISION_S)[0]
    how = (
        f"question sizing-walker: one missile, one shot, {time:g} s to fly in, 4 km/s at 10 g from 300 km, met at 200 km between "
        f"39 and 46 N: {lateral:.0f} km to the side, {one:,.0f} satellites of {mass:.0f} kg (AEI algebra)"
    )
    why = "a heavier kill vehicle than AEI's 25 kg makes more of the mass" if "mass_in_orbit_t" in case.values else ""
    if targets > 1:
        salvo = _walker(targets, time)[0]
        published = case.values.get("interceptors")
        beside = f", {salvo / published:.2f} times the published {published:,.0f}" if published else ""
        how += f"; the number above is that times {targets}, as the study counts"
        why = f"a design of ours for {targets} at once needs {salvo:,.0f}{beside}: chance gaps average out. The check is not of it"
    return Ours(values, how, why=why)


def _walker(targets: int, flyout: float) -> tuple[float, float]:
    found = ask(model("sizing-walker"), {"targets": targets, "shots": 1, "flyout_s": flyout, **BAND})
    return float(found["satellites"]), float(found["lateral_km"])


def layer(case: Case) -> Ours | None:
    """Warning satellites for the whole globe: ours with one and with two in view of every launch."""
    if "global_coverage_satellites" not in case.values:
        return None
    altitude = float(case.values.get("altitude_tranche1_km", 1200.0))
    given = {"altitude_km": altitude, "warm_body": False, "height_lo_km": 20.0, "height_hi_km": 100.0}
    one, two = (float(ask(model("tracking-layer"), given | {"wanted": k})["satellites"]) for k in (1, 2))
    how = f"question tracking-layer: {altitude:g} km, one satellite in view of every launch anywhere; two in view take {two:,.0f}"
    why = "how many must see a point, and how low above the horizon, is not published"
    return Ours({"global_coverage_satellites": one}, how, why=why)


def orbit_life(case: Case) -> Ours | None:
    """Days until an uncontrolled satellite sinks, by the model that the case names, or air density at altitudes in its keys."""
    i = case.inputs
    if case.has("altitude_km", "cd_area_over_mass_m2_kg"):
        rho = decay.density_model("ips", i.get("ap", decay.AP_USUAL))
        flux = i.get("f107", decay.FLUX_MEAN)
        stop, unit = i.get("stop_altitude_km", decay.LOST_AT), case.units.get(SINGLE, "day").removesuffix("s")
        if i["altitude_km"] <= stop:
            raise BadInput(f"altitude_km {i['altitude_km']:g} is not above {stop:g}, where a satellite counts as lost")
        if unit not in UNITS_OF_LIFE:
            raise BadInput(f"unit {unit!r} is no unit of a life here; choose from {', '.join(UNITS_OF_LIFE)}")
        days = decay.life(rho, i["altitude_km"], i["cd_area_over_mass_m2_kg"], flux, stop)
        return Ours(
            {SINGLE: days / UNITS_OF_LIFE[unit]}, "assess.orbits.decay: IPS atmosphere, constant activity", ("the same model",)
        )
    heights = {k: float(m[1]) for k in case.values if (m := re.fullmatch(r"density_(\d+)km_kg_m3", k))}
    if heights:
        values = {k: float(decay.ips_density(h, decay.FLUX_MEAN)) for k, h in heights.items()}
        return Ours(values, f"assess.orbits.decay: IPS atmosphere at F10.7 {decay.FLUX_MEAN:g}, Ap {decay.AP_USUAL:g}")
    if {"lost", "launched"} <= set(case.values):
        return Ours({"drag_increase_max": decay.STORM - 1.0}, "the storm's factor of assess.orbits.decay, taken from this source",
                    given=frozenset({"drag_increase_max"}))  # fmt: skip
    return None


RULES = {
    "sensor": (layer,),
    "constellation": (algebra, shells, linear),
    "cost": (algebra, tier, ratio_of_totals),
    "decay": (orbit_life,),
}
