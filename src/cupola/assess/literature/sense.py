"""Whether the numbers of a case can be at all: what a height, a time, a probability or a count may be, told by its key.

A rule that is fed a negative height still gives a number; nobody should read it. So a case is looked at before any rule.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cupola.assess.literature.case import Case
from cupola.assess.question import LARGEST
from cupola.core.errors import BadInput

KINDS = (
    "trajectory", "trajectory_analytic", "trajectory_flightdata", "constellation", "cost", "threat", "leakage", "inventory_cost",
    "sensor", "decay", "claim",
)  # fmt: skip


@dataclass(frozen=True)
class Sense:
    """What inputs with such a key may be, both ends included; whole: they count things. words: the same for people."""

    keys: re.Pattern[str]
    lo: float
    hi: float
    words: str
    whole: bool = False


TINY = 1e-12
INF = math.inf
SENSES = tuple(
    Sense(re.compile(keys), lo, hi, words, whole)
    for keys, lo, hi, words, whole in (
        (r"shots|salvo|warheads|first_salvo|targets", 1, 1e6, "a whole number from 1 up", True),
        (r"interceptors|tests|hits|intercepted|missed|launched|lost", 0, INF, "a whole number from 0 up", True),
        (r".*kill_probability", TINY, 1.0, "a probability above 0, at most 1", False),
        (r".*probability|p_\w+|\w+_rate", 0.0, 1.0, "a probability, from 0 to 1", False),
        (r"\w*learning", 0.5, 1.0, "the cost ratio of a doubling, above 0.5, at most 1", False),
        (r".*lat(itude)?_deg", -90.0, 90.0, "a latitude, from -90 to 90", False),
        (r".*lon(gitude)?_deg", -360.0, 360.0, "a longitude, from -180 to 180 (or 0 to 360)", False),
        (r"azimuth_deg", -360.0, 360.0, "a heading, from 0 to 360", False),
        (r"ground_range_km", TINY, 20_037.0, "above 0, at most half of the Earth's girth", False),
        (r"(earth_radius|apogee|.*altitude)_km|mu_km3_s2", TINY, INF, "above 0", False),
        (
            r"flyout_s|boost_s|flight_time\w*_s|delta_v_km_s|acceleration_g|isp_s|cd_area_over_mass_m2_kg",
            TINY,
            INF,
            "above 0",
            False,
        ),
        (
            r"noise_temperature_k|average_power_w|antenna_area_m2|dwell_s|rcs_m2|reference_\w+|frequency_ghz|wavelength_m|slant_range_km",
            TINY,
            INF,
            "above 0",
            False,
        ),
        (r"launch_angle_deg", TINY, 90.0, "an angle above the horizon, from 0 to 90", False),
        (r"arrays", 1, 1e6, "a whole number from 1 up", True),
        (
            r"mass_kg|area_m2|ballistic_coefficient_kg_m2|launch_speed_km_s|drag_coefficient|area_over_mass_m2_kg|satellite_musd",
            TINY,
            INF,
            "above 0",
            False,
        ),
        (r"efficiency|layer_efficiencies", 0.0, 1.0, "a share, from 0 to 1", False),
        (r"decoys|satellites", 0, INF, "a whole number from 0 up", True),
        (r"usd_per_kg|mass_in_orbit_t|wet_mass_kg", 0.0, INF, "0 or more", False),
        (r"(life|period)_years|payload_per_launch_kg|f107", TINY, INF, "above 0", False),
        (r".*_(km|m|s|kg|t|km_s|years|musd|busd|musd_per_year)|ap", 0.0, INF, "0 or more", False),
    )
)
OF_VALUES = re.compile(r".*_km|flight_time\w*_s|.*_rate|tests|hits|intercepted|missed")


def check(case: Case) -> None:
    """Raises BadInput with the key, the number and what it may be; also for a kind that there is not."""
    if case.kind not in KINDS:
        raise BadInput(f"kind {case.kind!r} is not known; choose from {', '.join(KINDS)}")
    published = {k: v for k, v in case.values.items() if OF_VALUES.fullmatch(k)}
    known: Mapping[str, Any] = {**published, **case.inputs, **case.ours}
    for key, given in known.items():
        for value in given if isinstance(given, list) else [given]:
            _look(key, value)
    if "flyout_s" in known and "boost_s" in known and known["flyout_s"] > known["boost_s"]:
        raise BadInput(f"flyout_s {known['flyout_s']:g} is longer than boost_s {known['boost_s']:g}: no boost-phase intercept")
    if known.get("hits", 0) > known.get("tests", math.inf):
        raise BadInput(f"hits {known['hits']:g} of tests {known['tests']:g}: there cannot be more hits than tests")


def _look(key: str, value: Any) -> None:
    sense = next((s for s in SENSES if s.keys.fullmatch(key)), None)
    if sense is None:
        return
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadInput(f"{key} is {value!r}, not a number; it should be {sense.words}")
    if abs(value) > LARGEST:
        raise BadInput(f"{key} is too large to be meant; it should be {sense.words}")
    if not sense.lo <= value <= sense.hi or not math.isfinite(value) or (sense.whole and value != int(value)):
        raise BadInput(f"{key} is {value:g}; it should be {sense.words}")
