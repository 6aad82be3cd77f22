"""Other units and names for what our models know: ``flight_time_min`` for ``flight_time_s``, "miles" for "km", ``range_km``.

A key ends in its unit. One that our models do not know, but know with another unit of the same kind, is converted; where the
unit beside a published number says another than its key, the unit beside it counts.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from cupola.assess.literature.case import SINGLE, Case
from cupola.assess.literature.compare import Ours
from cupola.assess.question import LARGEST
from cupola.core.constants import FOOT, NAUTICAL_MILE, Cited

MILE = 1609.344
POUND = 0.45359237
_YARD = "International yard and pound agreement"
SOURCES: dict[str, Cited] = {
    "MILE": Cited("m", _YARD, 1959, "second-hand"),
    "POUND": Cited("kg", _YARD, 1959, "second-hand"),
}
GROUPS: Mapping[str, Mapping[str, float]] = {  # what a unit is worth in the first of its group
    "length": {"km": 1.0, "m": 1e-3, "mi": MILE / 1e3, "miles": MILE / 1e3, "nmi": NAUTICAL_MILE / 1e3, "ft": FOOT / 1e3},
    "time": {"s": 1.0, "min": 60.0, "h": 3600.0, "hours": 3600.0},
    "age": {"days": 1.0, "day": 1.0, "d": 1.0, "months": 365.25 / 12, "month": 365.25 / 12, "years": 365.25, "year": 365.25,
            "yr": 365.25},
    "speed": {"km_s": 1.0, "m_s": 1e-3, "km_h": 1.0 / 3600.0, "mph": MILE / 3.6e6, "kn": NAUTICAL_MILE / 3.6e6},
    "angle": {"deg": 1.0, "rad": math.degrees(1.0), "mrad": math.degrees(1e-3)},
    "mass": {"kg": 1.0, "t": 1e3, "lb": POUND},
    "money": {"musd": 1.0, "usd": 1e-6, "busd": 1e3, "tusd": 1e6},
}  # fmt: skip
SUFFIXES = {unit: (group, worth) for group, units in GROUPS.items() for unit, worth in units.items()}
WORDS = {  # units beside a number, small letters, without the year of money
    "km/s": "km_s", "m/s": "m_s", "km/h": "km_h", "kph": "km_h", "mile": "miles", "statute miles": "miles", "nautical miles": "nmi",
    "nm": "nmi", "minutes": "min", "minute": "min", "seconds": "s", "second": "s", "sec": "s", "hour": "h", "degrees": "deg",
    "degree": "deg", "kilometres": "km", "kilometers": "km", "metres": "m", "meters": "m", "feet": "ft", "tonnes": "t", "tons": "t",
    "metric tons": "t", "pounds": "lb", "m usd": "musd", "million usd": "musd", "b usd": "busd", "billion usd": "busd",
    "t usd": "tusd", "trillion usd": "tusd", "knots": "kn",
}  # fmt: skip
ALIASES = {
    "range_km": "ground_range_km", "distance_km": "ground_range_km", "max_altitude_km": "apogee_km",
    "peak_altitude_km": "apogee_km", "heading_deg": "azimuth_deg", "duration_s": "flight_time_s", "trials": "tests",
    "attempts": "tests", "successes": "hits", "intercepts": "hits", "solar_flux": "f107", "life_yr": "life_years",
    "period_yr": "period_years",
    "sspk": "single_shot_kill_probability", "single_shot_pk": "single_shot_kill_probability",
    "interceptor_count": "interceptors", "number_of_interceptors": "interceptors",
}  # fmt: skip


def group_of(unit: str) -> tuple[str, float] | None:
    """The kind of a unit in words and its worth in the first of its kind; None where it is none of these."""
    plain = " ".join(w for w in unit.lower().replace("fy", " ").split() if not w.isdigit())
    return SUFFIXES.get(WORDS.get(plain, plain))


def known_as(key: str, unit: str, known: Iterable[str]) -> tuple[str, float]:
    """The key under which our models know a quantity, and what its number must be multiplied by; (key, 1) where they do not."""
    known = set(known)
    beside = group_of(unit) if unit else None
    if key in known:
        own = _ending(key)
        return (key, beside[1] / own[2]) if own and beside and own[1] == beside[0] else (key, 1.0)
    if key in ALIASES and ALIASES[key] in known:
        return known_as(ALIASES[key], unit, known)
    for base, group, worth in _endings(key):
        for other, factor in GROUPS[group].items():
            name = ALIASES.get(f"{base}_{other}", f"{base}_{other}")
            if name in known:
                return name, (beside[1] if beside and beside[0] == group else worth) / factor
    if beside:  # a key without a unit, or that ends in _min for the least
        named = [f"{key}_{other}" for other in GROUPS[beside[0]] if f"{key}_{other}" in known]
        if named:
            return named[0], beside[1] / SUFFIXES[named[0].removeprefix(f"{key}_")][1]
    return key, 1.0


def _endings(key: str) -> list[tuple[str, str, float]]:
    """Every way to part a key into a base and a unit, the longest unit first: (base, kind, worth)."""
    found = [(key[: -len(u) - 1], *SUFFIXES[u]) for u in sorted(SUFFIXES, key=len, reverse=True) if key.endswith(f"_{u}")]
    return [f for f in found if f[0]]


def _ending(key: str) -> tuple[str, str, float] | None:
    return next(iter(_endings(key)), None)


def in_ours(case: Case, known: Iterable[str]) -> Case:
    """The case with every input and published number that we know under another name or unit put in ours."""
    known = frozenset(known)
    inputs, values = dict(case.inputs), {}
    for key, given in case.inputs.items():
        name, factor = known_as(key, "", known)
        if (name, factor) != (key, 1.0) and name not in case.inputs and _numeric(given):
            inputs[name] = [v * factor for v in inputs.pop(key)] if isinstance(given, list) else inputs.pop(key) * factor
    for key, given in case.values.items():
        name, factor = known_as(key, case.units.get(key, ""), known) if key != SINGLE else (key, 1.0)
        values[name if name == key or name not in case.values else key] = given * factor
    return replace(case, inputs=inputs, values=values)


def _numeric(given: Any) -> bool:
    every = given if isinstance(given, list) else [given]
    return all(isinstance(v, int | float) and not isinstance(v, bool) and abs(v) < LARGEST for v in every)


def in_theirs(case: Case, ours: Ours, known: Iterable[str]) -> Ours:
    """Our numbers under the keys and in the units of the case, beside our own; for a single number the one that it means."""
    values, spans, given = dict(ours.values), dict(ours.spans), set(ours.given)
    for key in case.values:
        name, factor = known_as(key, case.units.get(key, ""), known)
        name, factor = (_meant(case, ours), factor) if key == SINGLE and SINGLE not in ours.values else (name, factor)
        if name not in ours.values or (name, factor) == (key, 1.0):
            continue
        if key == SINGLE:
            own, beside = _ending(name), group_of(case.units.get(key, ""))
            factor = beside[1] / own[2] if own and beside else 1.0
        values[key] = ours.values[name] / factor
        if name in ours.spans:
            spans[key] = (ours.spans[name][0] / factor, ours.spans[name][1] / factor)
        if name in ours.given:
            given.add(key)
    return replace(ours, values=values, spans=spans, given=frozenset(given))


def _meant(case: Case, ours: Ours) -> str:
    """Which of our numbers a case means that gives a single one: the one of its kind of unit whose words stand in the quantity."""
    beside = group_of(case.units.get(SINGLE, ""))
    fits = [k for k in ours.values if beside and (own := _ending(k)) and own[1] == beside[0] and k not in ours.given]
    if len(fits) < 2:
        return fits[0] if fits else SINGLE
    words = case.quantity.lower().replace("-", " ")
    counted = {k: sum(w in words for w in k.replace("flyout", "fly out").split("_")[:-1]) for k in fits}
    best = [k for k in fits if counted[k] == max(counted.values()) > 0]
    return best[0] if best else next((k for k in fits if k.startswith("total_")), SINGLE)


def unused(case: Case, known: Iterable[str]) -> str:
    """Which inputs of a case no rule here uses, with what is perhaps meant; empty where there are none."""
    known = sorted(set(known))
    strange = [k for k in case.inputs if known_as(k, "", known)[0] not in known]
    said = [f"{k} (is {near[0]} meant?)" if (near := difflib.get_close_matches(k, known, 1, 0.8)) else k for k in strange]
    return f"not used: {', '.join(said)}" if said else ""
