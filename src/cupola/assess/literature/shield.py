"""Our numbers for what a shield takes: constellations, leakage, orbits, prices, stocks, radar ranges, threats."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np

from cupola.assess.literature.case import SINGLE, Case
from cupola.assess.literature.compare import Ours
from cupola.assess.orbits import decay
from cupola.assess.shield import leakage, reliability
from cupola.catalog import load
from cupola.catalog.missile import missile
from cupola.core.constants import EARTH_RADIUS
from cupola.core.errors import BadInput

DIGITS = (1, 2, 3, 4)  # after the point of a probability that stands in a key, as in kw_pt_0_95
UNITS_OF_LIFE = {"day": 1.0, "month": 365.25 / 12.0, "year": 365.25}

# ------------------------------------------------------------------------------------------------------------ leakage


def layer(case: Case) -> Ours | None:
    """Wilkening's forms: kill probability of several shots, rounds for a raid, warheads that a magazine can take."""
    i = case.inputs
    kill = i.get("single_shot_kill_probability")
    if kill is None:
        return None
    if "p_track" in i and isinstance(i["p_track"], list) and "shots" in i:
        chance = {
            f"kw_pt_{p:.{digits}f}": leakage.kill_chance(i["shots"], kill, 1.0 - p) for p in i["p_track"] for digits in DIGITS
        }
        values = {k.replace(".", "_"): v for k, v in chance.items() if k.replace(".", "_") in case.values}
        return Ours(values, "assess.shield.leakage: Pt [1 - (1 - k)^n]", ("analytic",))
    if case.has("warheads", "p_no_leak"):
        return _rounds(case, kill)
    if case.has("interceptors", "shots"):
        return Ours({SINGLE: float(i["interceptors"] // i["shots"])}, "whole groups of that many rounds")
    if case.has("shots"):
        chance = leakage.kill_chance(i["shots"], kill, 1.0 - i.get("p_track", 1.0)) ** i.get("warheads", 1)
        return Ours({SINGLE: chance}, "assess.shield.leakage: (Pt [1 - (1 - k)^n])^W", ("analytic",))
    return None


def _rounds(case: Case, kill: float) -> Ours:
    i = case.inputs
    each = leakage.rounds_needed(i["warheads"], i["p_no_leak"], kill, 1.0 - i.get("p_track", 1.0))
    if not math.isfinite(each):
        best = i.get("p_track", 1.0) ** i["warheads"]
        raise BadInput(f"p_no_leak {i['p_no_leak']:g} is out of reach: without end of rounds p_track alone leaves {best:.3g}")
    how = f"assess.shield.leakage: {each:.3f} rounds each (fractional)"
    if "first_salvo" in i:
        each = leakage.rounds_looking(each, kill, i["first_salvo"])
        how += f", {each:.3f} expected with a look after the first {i['first_salvo']}"
    return Ours({SINGLE: i["warheads"] * each}, how, ("analytic",))


# -------------------------------------------------------------------------------------------------------------- orbits


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


# ------------------------------------------------------------------------------------------ stocks, prices, production

_LOOKUPS: dict[str, Callable[[], float]] = {
    "gbi_musd": lambda: load.interceptor("gbi").value("cost_musd").value,
    "sm3_iia_musd": lambda: load.interceptor("sm3-iia").value("cost_musd").value,
    "thaad_musd": lambda: load.interceptor("thaad").value("cost_musd").value,
    "pac3_mse_musd": lambda: load.interceptor("pac3-mse").value("cost_musd").value,
    "sm6_musd": lambda: load.interceptor("sm6").value("cost_musd").value,
    "arrow3_musd": lambda: load.interceptor("arrow3").value("cost_musd").value,
    "thaad_battery_musd": lambda: 1e3 * load.cost("thaad-battery").value("cost_busd").value,
    "patriot_battery_musd": lambda: 1e3 * load.cost("patriot-battery").value("cost_busd").value,
    "aegis_ashore_musd": lambda: 1e3 * load.cost("aegis-ashore").value("cost_busd").value,
    "gbi_site_musd": lambda: 1e3 * load.cost("gbi-site").value("cost_busd").value,
    "unit_procurement_musd": lambda: load.interceptor("ngi").value("cost_musd").value,
    "tpy2_km": lambda: load.sensor("tpy-2").value("range_1m2_km").value,
    "yunnan_min_km": lambda: load.sensor("large-array").value("range_1m2_km").value,
    "heilongjiang_km": lambda: load.sensor("large-array").value("range_max_km").value,
    "launches_press_reading": lambda: _launches("raid-1000"),
}


def _launches(name: str) -> float:
    from cupola import scenario

    return float(sum(g.count for g in scenario.load(name).launches))


_STOCKS = {"thaad": "thaad-stock", "pac3": "pac3-mse-stock", "sm6": "sm6-stock"}


def catalogued(case: Case) -> Ours | None:
    """What our catalogue holds for the same thing: the number that simulations start from. Mostly this very source."""
    values = {k: _LOOKUPS[k]() for k in case.values if k in _LOOKUPS}
    stock = next((entry for word, entry in _STOCKS.items() if case.id.startswith(word)), None)
    if stock:
        held = load.entry("programme", stock)
        values |= {k: held.value(k).value for k in case.values if k in held}
    if not values:
        return None
    note = {"gbx_km": "no stacked array is in the catalogue", "parallel_tasks_across_nodes": "a part still to come"}
    missing = "; ".join(f"{k}: {note[k]}" for k in case.values if k in note)
    return Ours(values, "our catalogue's value, which simulations start from; it may rest on this source", why=missing)


def record(case: Case) -> Ours | None:
    """A test record: the share recomputed, and what so few trials allow to be believed."""
    v = case.values
    tried = v.get("tests", v.get("intercepted", math.nan) + v.get("missed", math.nan))
    hits = v.get("hits", v.get("intercepted"))
    if hits is None or not tried > 0:
        return None
    lo, hi = reliability.exact_interval(round(hits), round(tried))
    share = "hit_rate" if "hit_rate" in v else "success_rate"
    text = f"exact 90 % interval of {hits:g} in {tried:g}: {lo:.2f} to {hi:.2f} (cupola's 'reliability' carries it on)"
    values = {share: hits / tried} | {k: v[k] for k in ("tests", "hits") if k in v}
    return Ours(values, text, given=frozenset({"tests", "hits"} & set(v)))


def horizon(case: Case) -> Ours | None:
    """For a claimed radar range: from which height its beam, level with the horizon, meets a target that far."""
    far = max((x for k, x in case.values.items() if k.endswith("_km")), default=0.0) * 1e3
    if case.kind != "sensor" or far <= 0.0 or case.id.startswith("sda"):
        return None
    height = math.hypot(EARTH_RADIUS, far) - EARTH_RADIUS
    held = catalogued(case)
    text = f"at {far / 1e3:g} km the horizon hides all below {height / 1e3:.0f} km"
    return Ours(held.values if held else {}, f"{held.how if held else 'geometry only'}; {text}", why=held.why if held else "")


# ------------------------------------------------------------------------------------------------------------- threats


def burns(case: Case) -> Ours | None:
    """Burn times of the intercontinental missiles of our catalogue, by propellant."""
    keys = {k: k.split("_") for k in case.values if k.endswith("_s") and k.split("_")[0] in {"liquid", "solid"}}
    if not keys:
        return None
    types = [missile(n) for n in load.entries("missile")]
    pick = {"min": np.min, "max": np.max}
    values: dict[str, float] = {}
    for key, (propellant, end, _) in keys.items():
        found = [m.vehicle.burn_s for m in types if m.range_class == "icbm" and m.vehicle.propellant == propellant]
        values[key] = float(pick[end](found))
    return Ours(values, "shortest and longest powered flight of the intercontinental missiles in our catalogue")


def counts(case: Case) -> Ours | None:
    """Counts of an agency: nothing to compute, they are inputs of scenarios and campaigns."""
    if not case.id.startswith("threat"):
        return None
    held = load.entry("programme", "threat-dia-2025")
    pairs = {f"{k}_now": k for k in ("china_icbm", "russia_icbm", "iran_icbm")} | {"north_korea_icbm_now_max": "north_korea_icbm"}
    values: dict[str, Any] = {key: held.value(entry).value for key, entry in pairs.items() if key in case.values}
    return Ours(values, "our catalogue's value, taken from this source: a count is an input, nothing to compute")


RULES = {
    "leakage": (layer,),
    "decay": (orbit_life,),
    "inventory_cost": (record, counts, catalogued),
    "sensor": (horizon, catalogued),
    "threat": (burns, catalogued),
    "claim": (catalogued,),
}
