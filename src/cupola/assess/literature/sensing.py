"""Our numbers for what a radar reaches: the radar equation, another target or array on the same radar, the horizon."""

from __future__ import annotations

import math

from cupola.assess.literature.case import SINGLE, Case
from cupola.assess.literature.compare import Ours
from cupola.core.constants import EARTH_RADIUS, Cited

BOLTZMANN = 1.380649e-23
STANDARD_K = 290.0
LIGHT_M_S = 299_792_458.0

SOURCES: dict[str, Cited] = {
    "BOLTZMANN": Cited("J/K", "exact by the definition of the kelvin, SI brochure, 9th edition", 2019, "read"),
    "STANDARD_K": Cited("K", "standard noise temperature of a receiver (IEEE)", 2020, "second-hand"),
    "LIGHT_M_S": Cited("m/s", "exact by the definition of the metre, SI brochure, 9th edition", 2019, "read"),
}
KEYS = frozenset({
    "average_power_w", "antenna_area_m2", "frequency_ghz", "gain_db", "dwell_s", "rcs_m2", "snr_db", "noise_temperature_k",
    "losses_db", "efficiency", "reference_range_km", "reference_rcs_m2", "arrays", "range_km", "slant_range_km", "elevation_deg",
    "radar_altitude_km", "target_altitude_km", "horizon_range_km", "wavelength_m",
})  # fmt: skip


def radar_equation(case: Case) -> Ours | None:
    """Range at which pulses of ``dwell_s`` put together without loss give ``snr_db``.

    R^4 = P t G A s / ((4 pi)^2 k T L snr), with A the effective area and G = 4 pi A / wavelength^2 where it is not given.
    Source: M. Skolnik, Radar Handbook, 2008, eq. 1.9 in the form of an energy. Limits: no horizon, weather or fluctuation.
    """
    i = case.inputs
    if not case.has("average_power_w", "antenna_area_m2", "dwell_s", "rcs_m2", "snr_db"):
        return None
    area = i["antenna_area_m2"] * i.get("efficiency", 1.0)
    wave = i.get("wavelength_m", LIGHT_M_S / (1e9 * i["frequency_ghz"]) if "frequency_ghz" in i else math.nan)
    gain = 10 ** (i["gain_db"] / 10) if "gain_db" in i else 4.0 * math.pi * area / wave**2
    energy = i["average_power_w"] * i["dwell_s"] * gain * area * i["rcs_m2"]
    noise = BOLTZMANN * i.get("noise_temperature_k", STANDARD_K) * 10 ** ((i.get("losses_db", 0.0) + i["snr_db"]) / 10)
    reach = (energy / ((4.0 * math.pi) ** 2 * noise)) ** 0.25 / 1e3
    return Ours({SINGLE: reach, "range_km": reach}, "the radar equation on the case's inputs", ("analytic",))


def scaled(case: Case) -> Ours | None:
    """The same radar on another target, or as several equal arrays in phase.

    Range goes with the fourth root of cross-section, as in the simulation, and of power x area x gain: the cube of the arrays.
    """
    i = case.inputs
    if "reference_range_km" not in i or not {"rcs_m2", "arrays"} & set(i):
        return None
    reach = i["reference_range_km"] * (i.get("rcs_m2", 1.0) / i.get("reference_rcs_m2", 1.0)) ** 0.25 * stacked(i.get("arrays", 1))
    return Ours({SINGLE: reach, "range_km": reach}, "fourth root of cross-section and of power x area x gain", ("analytic",))


def stacked(arrays: float) -> float:
    """How much farther so many equal arrays in phase reach than one: power, area and gain each grow by their number."""
    return float(arrays**0.75)


def line_of_sight(case: Case) -> Ours | None:
    """Height of a target at a slant range and elevation, or how far one of a height is seen over the horizon; no refraction."""
    i = case.inputs
    if "slant_range_km" in i:
        far, up = 1e3 * i["slant_range_km"], math.radians(i.get("elevation_deg", 0.0))
        here = EARTH_RADIUS + 1e3 * i.get("radar_altitude_km", 0.0)
        height = (math.sqrt(here**2 + far**2 + 2.0 * here * far * math.sin(up)) - EARTH_RADIUS) / 1e3
        return Ours({SINGLE: height, "target_altitude_km": height}, "geometry on a sphere, no refraction", ("analytic",))
    if "target_altitude_km" in i:
        heights = (1e3 * i["target_altitude_km"], 1e3 * i.get("radar_altitude_km", 0.0))
        reach = sum(math.sqrt(h * (2.0 * EARTH_RADIUS + h)) for h in heights) / 1e3
        values = {SINGLE: reach, "slant_range_km": reach, "horizon_range_km": reach}
        return Ours(values, "geometry on a sphere, level with the horizon, no refraction", ("analytic",))
    return None


RULES = {"sensor": (radar_equation, scaled, line_of_sight)}
