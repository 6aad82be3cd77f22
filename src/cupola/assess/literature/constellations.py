"""Our numbers for constellations, their cost and their life: the AEI algebra, real shells under stated assumptions, drag."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from cupola.assess.literature import costs, units
from cupola.assess.literature.case import SINGLE, Case
from cupola.assess.literature.compare import Ours
from cupola.assess.models import model
from cupola.assess.orbits import decay, sizing, sizing_orbits
from cupola.assess.question import ask
from cupola.assess.shield.leakage import shots_for
from cupola.core.constants import Cited
from cupola.core.errors import BadInput

AEI = {  # defaults of the calculator, where a case leaves one out
    "orbit_altitude_km": 300, "intercept_altitude_km": 200, "acceleration_g": 15, "delta_v_km_s": 6.0, "divert_delta_v_km_s": 2.5,
    "isp_s": 240, "kill_vehicle_dry_kg": 25, "body_kg": 25, "support_kg": 50, "single_shot_kill_probability": 0.8,
    "composite_kill_probability": 0.96, "flyout_s": 120, "coverage_latitude_deg": 90, "earth_radius_km": 6378.1, "salvo": 1,
}  # fmt: skip


TIMES = ("boost_s", "detect_s", "decide_s", "margin_s")  # of which the time to fly in is left


def algebra(case: Case) -> Ours | None:
    """Everything the AEI algebra gives for the case's inputs: reach, masses, ratio, constellation, cost."""
    if not {"flyout_s", "boost_s", "delta_v_km_s"} & set(case.inputs):
        return None
    g = {**AEI, "salvo": case.inputs.get("targets", 1), **case.inputs}
    how = "assess.orbits.sizing: the AEI algebra on the case's inputs"
    if "boost_s" in case.inputs and "flyout_s" not in case.inputs:
        g["flyout_s"] = sizing_orbits.flyout({k: float(g[k]) for k in TIMES if k in g})
        if g["flyout_s"] <= 0.0:
            raise BadInput(f"boost_s {g['boost_s']:g} leaves no time to fly in after detection, decision and margin")
        ours = [k for k in TIMES if k not in case.inputs]
        how += f"; {g['flyout_s']:g} s to fly in" + (f" ({', '.join(ours)} as in question sizing-walker)" if ours else "")
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
    if unit in single:
        values[SINGLE] = single[unit]
    if case.kind == "cost":
        values |= costs.bill_of(g, ratio, needed, m.total)
    return Ours(values, how, ("the formula", "approximation", "analytic"))


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
        why="in real shells ten cost about seven times one over 39 to 46 N, nine over 41 N: gaps average out for ten",
    )


BAND = {"latitude_lo_deg": 39.0, "latitude_hi_deg": 46.0}  # where such boosts are met; assumed
DECISION_S = 30.0


BOOSTS = {"solid": 170.0, "liquid": 240.0}
BEFORE_S = 70.0
COUNTS = {"one": 1, "single": 1, "two": 2, "three": 3, "four": 4, "five": 5, "ten": 10, "twenty": 20, "fifty": 50}
SOURCES: dict[str, Cited] = {
    "BOOSTS": Cited("s", "APS study group 2003, as told by IEEE Spectrum: solid 170 s, liquid 240 to 250 s", 2005, "second-hand"),
    "BEFORE_S": Cited("s", "the same: about 100 s of 170 are left to fly in", 2005, "second-hand"),
}


def _left(case: Case) -> tuple[int, float, str] | None:
    """Missiles at once and seconds to fly in of a study that gives neither: what we assume for it, or from its words; and why."""
    if "flyout_s" in case.ours:
        return int(case.ours.get("targets", 1)), float(case.ours["flyout_s"]), ""
    counted = {"interceptors", "interceptors_min", "satellites"} & set(case.values)
    words = re.findall(r"[a-z]+|\d+", case.quantity.lower())
    fuels = [f for f in BOOSTS if f in words]
    if len(fuels) != 1 or not (counted or case.units.get(SINGLE, "") in ("interceptors", "satellites")):
        return None
    said = re.search(r"(\d+|" + "|".join(COUNTS) + r")\s+(?:\w+[- ])?(?:fuelled |fueled |fuel )?(?:solid|liquid|icbm|missile)",
                     case.quantity.lower())  # fmt: skip
    number = case.inputs.get("salvo", case.inputs.get("targets", said[1] if said else 1))
    time = BOOSTS[fuels[0]] - BEFORE_S
    why = f"{fuels[0]} fuel burns {BOOSTS[fuels[0]]:g} s of which {time:g} are left to fly in (APS, as told by IEEE Spectrum)"
    return int(COUNTS.get(number, number)), time, f"{why}; interceptor, orbit and launch area are ours"


def shells(case: Case) -> Ours | None:
    """A constellation that a study only names: ours with the fly-out time that the study is said to leave, the rest our own."""
    if case.kind != "constellation" or (left := _left(case)) is None:
        return None
    targets, time, because = left
    one, lateral = _walker(1, time)
    mass = _masses({**AEI, "delta_v_km_s": 4.0}).total
    values = {"interceptors": targets * one, "interceptors_min": one, "mass_in_orbit_t": targets * one * mass / 1e3}
    values |= dict.fromkeys(("satellites", SINGLE), targets * one)
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
        if "interceptors_30s_decision" in case.values:
            beside += f" ({_walker(targets, time - DECISION_S)[0]:,.0f} with {DECISION_S:g} s less)"
        why = f"a design of ours for {targets} at once needs {salvo:,.0f}{beside}: chance gaps average out. The check is not of it"
    return Ours(values, how, why=". ".join(w for w in (because, why) if w))


WALKER = {  # a case's key -> input of sizing-walker
    "salvo": "targets", "targets": "targets", "shots": "shots", "flyout_s": "flyout_s", "delta_v_km_s": "speed_km_s",
    "acceleration_g": "accel_g", "orbit_altitude_km": "altitude_km", "intercept_altitude_km": "intercept_altitude_km",
    "single_shot_kill_probability": "kill_probability", "composite_kill_probability": "confidence", "boost_s": "boost_s",
    "latitude_lo_deg": "latitude_lo_deg", "latitude_hi_deg": "latitude_hi_deg", "inclination_deg": "inclination_deg",
}  # fmt: skip


def shells_asked(case: Case) -> Ours | None:
    """Real shells over the latitudes, or at the inclination, that a case gives: the algebra of a uniform sphere knows neither."""
    if not {"latitude_deg", "latitude_lo_deg", "latitude_hi_deg", "inclination_deg"} & set(case.inputs):
        return None
    said: dict[str, Any] = {WALKER.get(k, k): v for k, v in case.inputs.items() if k in WALKER or k in TIMES}
    if "latitude_deg" in case.inputs:
        said |= dict.fromkeys(("latitude_lo_deg", "latitude_hi_deg"), case.inputs["latitude_deg"])
    if "flyout_s" in said and "boost_s" not in said:  # a boost that the case does not give forbids no fly-out
        said["boost_s"] = max(said["flyout_s"], sizing_orbits.flyout({"detect_s": 0.0, "decide_s": 0.0, "margin_s": 0.0}))
    said = {"shots": 0} | said if "composite_kill_probability" in case.inputs else said
    one = next((said[k] for k in ("latitude_lo_deg", "latitude_hi_deg") if k in said), None)
    said = ({"latitude_lo_deg": one, "latitude_hi_deg": one} if one is not None else {}) | said
    found = ask(model("sizing-walker"), {k: int(v) if k in ("targets", "shots") else float(v) for k, v in said.items()})
    n = float(found["satellites"])
    values = {"interceptors": n, "interceptors_min": n, "satellites": n, "absentee_ratio": float(found["absentee_ratio"])}
    if case.units.get(SINGLE, "") in ("interceptors", "satellites", ""):
        values[SINGLE] = n
    return Ours(values, f"question sizing-walker with the case's inputs, inclination {found['inclination_deg']:.1f} deg")


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
    """Days until an uncontrolled satellite sinks, and the air where it is; or air density at altitudes in the case's keys."""
    i = case.inputs
    flux, ap = i.get("f107", decay.FLUX_MEAN), i.get("ap", decay.AP_USUAL)
    heights = {k: float(m[1]) for k in case.values if (m := re.fullmatch(r"density_(\d+)km_kg_m3", k))}
    if heights:
        values = {k: float(decay.ips_density(h, flux, ap)) for k, h in heights.items()}
        table = {k: float(decay.mean_density(h)) for k, h in heights.items()}
        spans = {} if "f107" in i else {k: (min(v, table[k]), max(v, table[k])) for k, v in values.items()}
        return Ours(values, f"assess.orbits.decay: IPS atmosphere at F10.7 {flux:g}, Ap {ap:g}", spans=spans)
    if {"lost", "launched"} <= set(case.values):
        return Ours({"drag_increase_max": decay.STORM - 1.0}, "the storm's factor of assess.orbits.decay, taken from this source",
                    given=frozenset({"drag_increase_max"}))  # fmt: skip
    if "altitude_km" not in i:
        return None
    here = float(decay.ips_density(i["altitude_km"], flux, ap))
    single = {SINGLE: here} if case.units.get(SINGLE, "").replace(" ", "") in ("kg/m3", "kg/m^3") else {}
    ballistic = _ballistic(i)
    how = "assess.orbits.decay: IPS atmosphere, constant activity"
    if ballistic is None:
        return Ours({"density_kg_m3": here} | single, how) if single or "density_kg_m3" in case.values else None
    values = _sunk(case, here, ballistic) | single
    spans = {}
    if "f107" not in i:  # mean activity: the published table is as good an atmosphere
        other = _sunk(case, float(decay.mean_density(i["altitude_km"])), ballistic, "mean")
        spans = {k: (min(v, other.get(k, v)), max(v, other.get(k, v))) for k, v in values.items()}
        how += f" at F10.7 {flux:g}; by a table of mean density instead: " + ", ".join(f"{k} {v:.4g}" for k, v in other.items())
    return Ours(values, how, ("the same model",), spans=spans)


def _ballistic(i: Mapping[str, Any]) -> float | None:
    """Cd A/m, m^2/kg, as given or from its parts (Cd as usual where it is not given); None where there is too little."""
    if "cd_area_over_mass_m2_kg" in i:
        return float(i["cd_area_over_mass_m2_kg"])
    if "ballistic_coefficient_kg_m2" in i:
        return 1.0 / float(i["ballistic_coefficient_kg_m2"])
    shape = i.get("area_over_mass_m2_kg", i["area_m2"] / i["mass_kg"] if {"area_m2", "mass_kg"} <= set(i) else None)
    return None if shape is None else float(i.get("drag_coefficient", decay.DRAG_COEFFICIENT) * shape)


def _sunk(case: Case, here: float, ballistic: float, air: str = "ips") -> dict[str, float]:
    """Life and make-up of a satellite in air of density ``here``."""
    i, unit = case.inputs, case.units.get(SINGLE, "")
    stop = i.get("stop_altitude_km", decay.LOST_AT)
    if i["altitude_km"] <= stop:
        raise BadInput(f"altitude_km {i['altitude_km']:g} is not above {stop:g}, where a satellite counts as lost")
    rho = decay.density_model(air, i.get("ap", decay.AP_USUAL))
    days = decay.life(rho, i["altitude_km"], ballistic, i.get("f107", decay.FLUX_MEAN), stop)
    values = {"life_days": days, "density_kg_m3": here, "makeup_m_s_yr": decay.makeup(here, i["altitude_km"], ballistic)}
    if SINGLE not in case.values or not unit or unit.replace(" ", "") in ("kg/m3", "kg/m^3"):
        return values | ({SINGLE: days} if SINGLE in case.values and not unit else {})
    if unit.replace(" ", "") in ("m/s/yr", "m/s/year"):
        return values | {SINGLE: values["makeup_m_s_yr"]}
    span = units.group_of(unit)
    if span is None or span[0] not in ("age", "time"):
        raise BadInput(f"unit {unit!r} is no unit of a life here; choose from days, months, years, h, min, s")
    return values | {SINGLE: days / (span[1] if span[0] == "age" else span[1] / 86400.0)}


KEYS = frozenset({
    *AEI, *TIMES, "latitude_deg", "ballistic_coefficient_kg_m2",
    "shots", "targets", "latitude_lo_deg", "latitude_hi_deg", "inclination_deg", "burn_s", "flyout_range_km",
    "coverage_radius_km", "total_kg", "kill_vehicle_propellant_kg", "main_propellant_kg", "ratio", "absentee_ratio", "interceptors",
    "interceptors_min", "satellites", "mass_in_orbit_t", "altitude_km", "cd_area_over_mass_m2_kg", "area_over_mass_m2_kg",
    "area_m2", "mass_kg", "drag_coefficient", "f107", "ap", "stop_altitude_km", "life_days", "density_kg_m3", "makeup_m_s_yr",
})  # fmt: skip
RULES = {
    "sensor": (layer,),
    "constellation": (shells_asked, algebra, shells, linear),
    "cost": (algebra,),
    "decay": (orbit_life,),
}
