"""What our catalogue holds for a published case: prices, stocks, radar ranges, burn times, counts; what a test record allows."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from cupola.assess.literature.case import Case
from cupola.assess.literature.compare import Ours
from cupola.assess.shield import reliability
from cupola.catalog import load
from cupola.catalog.missile import missile
from cupola.core.constants import EARTH_RADIUS

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
    "inventory_cost": (record, counts, catalogued),
    "sensor": (horizon, catalogued),
    "threat": (burns, catalogued),
    "claim": (catalogued,),
}
