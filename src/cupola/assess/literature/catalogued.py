"""What our catalogue holds for a published case: prices, stocks, radar ranges, burn times, counts; what a test record allows."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np

from cupola.assess.literature.case import Case
from cupola.assess.literature.compare import Ours
from cupola.assess.literature.sensing import stacked
from cupola.assess.shield import reliability
from cupola.catalog import load
from cupola.catalog.entry import Entry
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
    "gbx_km": lambda: stacked(2) * load.sensor("tpy-2").value("range_1m2_km").value,
    "tpy2_km": lambda: load.sensor("tpy-2").value("range_1m2_km").value,
    "yunnan_min_km": lambda: load.sensor("large-array").value("range_1m2_km").value,
    "heilongjiang_km": lambda: load.sensor("large-array").value("range_max_km").value,
    "launches_press_reading": lambda: _launches("raid-1000"),
}


def _launches(name: str) -> float:
    from cupola import scenario

    return float(sum(g.count for g in scenario.load(name).launches))


_STOCK = "-stock"
_NOTES = {"gbx_km": "the catalogue's TPY-2 twice, in phase: power, area and gain double, so range by 2^(3/4)"}


def catalogued(case: Case) -> Ours | None:
    """What our catalogue holds for the same thing: the number that simulations start from. Mostly this very source."""
    values = {k: _LOOKUPS[k]() for k in case.values if k in _LOOKUPS}
    held = _stock(case)
    if held is not None:
        values |= {k: held.value(k).value for k in case.values if k in held}
    if not values:
        return None
    notes = "; ".join(f"{k}: {_NOTES[k]}" for k in case.values if k in _NOTES)
    how = "our catalogue's value, which simulations start from; it may rest on this source"
    return Ours(values, how, why=notes, looked_up=True)


def _stock(case: Case) -> Entry | None:
    """Stock and production of the interceptor that the case's words name, in the catalogue; None where they name none."""
    words = re.sub(r"[^a-z0-9]", "", case.quantity.lower())
    names = [n for n in load.entries("programme") if n.endswith(_STOCK)]
    fits = {n: t for n in names for t in _called(n) if t in words}
    return load.entry("programme", max(fits, key=lambda n: len(fits[n]))) if fits else None


def _called(name: str) -> tuple[str, ...]:
    """What a stock's interceptor is called, without spaces: by its entry and by its title."""
    title = load.entry("programme", name).text("title", name)
    return tuple({re.sub(r"[^a-z0-9]", "", t.lower()) for t in (name.removesuffix(_STOCK), title.split("(")[0])})


_COUNTED = ("tests", "hits", "intercepted", "missed")


def record(case: Case) -> Ours | None:
    """A test record: the share recomputed, and what so few trials allow to be believed."""
    v = {**case.inputs, **case.values}
    tried = v.get("tests", v.get("intercepted", math.nan) + v.get("missed", math.nan))
    hits = v.get("hits", v.get("intercepted"))
    if hits is None or not tried > 0:
        return None
    lo, hi = reliability.exact_interval(round(hits), round(tried))
    share = "hit_rate" if "hit_rate" in v else "success_rate"
    text = f"exact 90 % interval of {hits:g} in {tried:g}: {lo:.2f} to {hi:.2f} (cupola's 'reliability' carries it on)"
    values = {share: hits / tried, "interval_lo": lo, "interval_hi": hi} | {k: v[k] for k in _COUNTED if k in v}
    return Ours(values, text, given=frozenset(_COUNTED) & set(v))


def horizon(case: Case) -> Ours | None:
    """For a claimed radar range: from which height its beam, level with the horizon, meets a target that far."""
    far = max((x for k, x in case.values.items() if k.endswith("_km")), default=0.0) * 1e3
    if far <= 0.0 or any("altitude" in k for k in case.values):
        return None
    height = math.hypot(EARTH_RADIUS, far) - EARTH_RADIUS
    held = catalogued(case)
    text = f"at {far / 1e3:g} km the horizon hides all below {height / 1e3:.0f} km"
    how, why = (held.how, held.why) if held else ("geometry only", "")
    return Ours(held.values if held else {}, f"{how}; {text}", why=why, looked_up=True)


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
    return Ours(values, "shortest and longest powered flight of the intercontinental missiles in our catalogue", looked_up=True)


def counts(case: Case) -> Ours | None:
    """Counts of an agency: nothing to compute, they are inputs of scenarios and campaigns. ``_now``, ``_now_max`` and the year at
    the end of the catalogue's range.
    """
    held = load.entry("programme", "threat-dia-2025")
    values: dict[str, Any] = {}
    for key in case.values:
        entry, _, when = re.sub(r"_(min|max)$", "", key).rpartition("_")
        if entry in held and when in ("now", "2035"):
            values[key] = held.value(entry).value if when == "now" else held.value(entry).hi
    how = "our catalogue's value and the end of its range, taken from this source: a count is an input, nothing to compute"
    return Ours(values, how, looked_up=True) if values else None


KEYS = frozenset({
    *_LOOKUPS, "tests", "hits", "hit_rate", "success_rate", "intercepted", "missed", "now_per_year", "goal_per_year",
    "years_to_goal", "stock", "interval_lo", "interval_hi", "liquid_min_s", "liquid_max_s", "solid_min_s", "solid_max_s",
})  # fmt: skip
RULES = {
    "inventory_cost": (record, counts, catalogued),
    "sensor": (horizon, catalogued),
    "threat": (burns, catalogued),
    "claim": (catalogued,),
}
