"""Our numbers for published flights: reported triples, flights known by range or time alone, closed forms, recorded coasts."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from cupola.assess.flight import coast_fit, telemetry_check, telemetry_file
from cupola.assess.flight.check import check_flight
from cupola.assess.literature.case import Case
from cupola.assess.literature.compare import Ours
from cupola.catalog import load
from cupola.catalog.missile import missile
from cupola.core.constants import MEAN_RADIUS, MU
from cupola.core.errors import BadFile, BadInput
from cupola.dynamics import boost, frames, kepler
from cupola.dynamics.vehicle import PROPELLANTS

RECORDED = Path(__file__).parents[2] / "truth" / "data" / "falcon"  # the flights that come with Cupola
HEADINGS = (0.0, 90.0, 180.0, 270.0)  # where none is known, as in check-flight
NOT_FITTED = "not fitted"
GRAZING_KM = 1e-6  # of apogee: less is no flight
KEYS = frozenset({
    "apogee_km", "ground_range_km", "flight_time_s", "flight_time_min_s", "flight_time_max_s", "impulsive_time_s", "excess_s",
    "launch_lat_deg", "launch_lon_deg", "azimuth_deg", "propellant", "missile", "time_resolution_s", "peak_speed_km_s",
    "terminal_speed_km_s", "terminal_speed_mach_min", "launch_speed_km_s", "launch_angle_deg", "earth_radius_km", "mu_km3_s2",
    "file", "t0_s", "t1_s", "site_lat_deg", "altitude_t0_km", "altitude_t1_km",
})  # fmt: skip


def triple(case: Case) -> Ours | None:
    """A reported apogee and range: flight time by free fall and by our boost model, and what the boost adds."""
    known = case.known
    return _checked(case, float(known["apogee_km"])) if {"apogee_km", "ground_range_km"} <= set(known) else None


def by_class(case: Case) -> Ours | None:
    """A range and a propellant: the same at the apogee of least energy."""
    known = case.known
    if "ground_range_km" not in known or "apogee_km" in known or _burning(case) is None:
        return None
    apogee = float(kepler.minimum_energy(1e3 * known["ground_range_km"])[2]) / 1e3
    ours, name = _checked(case, apogee), _named(case)
    how = f"{ours.how}; no apogee is given: the one of least energy, {apogee:,.0f} km"
    return replace(ours, how=how + (f"; our {name} does not reach as far" if name else ""), given=frozenset({"ground_range_km"}))


def _checked(case: Case, apogee: float) -> Ours:
    """What check-flight says of a flight to ``apogee`` (km) over the case's range. Raises BadInput where nothing flies it."""
    known, burning = case.known, _burning(case)
    reach = float(known["ground_range_km"])
    reported = known.get("flight_time_s", known.get("flight_time_max_s", known.get("flight_time_min_s")))
    site = (known["launch_lat_deg"], known.get("launch_lon_deg", 0.0)) if "launch_lat_deg" in known else None
    time = float(reported) if reported is not None else float(kepler.impulsive_time(1e3 * apogee, 1e3 * reach))
    found = check_flight(apogee, reach, time, site, known.get("azimuth_deg"), burning)
    lo, hi = found["time_range_s"]
    values = {
        "flight_time_s": found["best_time_s"],
        "flight_time_min_s": lo,
        "flight_time_max_s": hi,
        "impulsive_time_s": found["impulsive_time_s"],
        "terminal_speed_km_s": found["surface_speed_m_s"] / 1e3,
        "apogee_km": apogee,
        "ground_range_km": reach,
    }
    how = (
        f"cupola check-flight, {burning or 'either propellant'}: free fall on the turning Earth plus a generic boost of that class"
    )
    if not math.isfinite(values["flight_time_s"]):
        raise BadInput(found["reason"])
    why = f"such a flight lasts about {found['best_time_s']:,.0f} s with a typical boost ({lo:,.0f} to {hi:,.0f} s)"
    if reported is not None:
        values["excess_s"] = time - found["impulsive_time_s"]
        why = f"check-flight says {found['verdict']}, by the whole range of plausible boosts: {found['reason']}"
    taken = frozenset({"apogee_km", "ground_range_km"})
    return Ours(values, how, (NOT_FITTED, "boost-free"), taken, why=why, spans={"flight_time_s": (lo, hi)})


def _burning(case: Case) -> str | None:
    """The propellant that the case says, in its inputs or its words, or that of the missile it names."""
    said = case.known.get("propellant")
    if said is not None:
        return str(said).lower().removesuffix("-fuelled").removesuffix("-fueled").removesuffix(" fuel")
    words = set(re.findall(r"[a-z]+", case.quantity.lower()))
    spoken = [p for p in PROPELLANTS if p in words]
    return spoken[0] if len(spoken) == 1 else _propellant(case)


def _propellant(case: Case) -> str | None:
    """The propellant of the catalogue's missile that the case names, if it names one."""
    name = _named(case)
    return missile(name).vehicle.propellant if name else None


def _named(case: Case) -> str | None:
    """The catalogue's missile that the case names."""
    if "missile" in case.ours:
        return str(case.ours["missile"])
    words = case.quantity.lower().replace(" ", "-")
    fits = [n for n in load.entries("missile") if n.removesuffix("-class") in words]
    return max(fits, key=len) if fits else None


def flown(case: Case) -> Ours | None:
    """A missile of the catalogue over a known range at least energy: flight time, greatest and terminal speed."""
    known = case.known
    name = _named(case)
    if name is None or "ground_range_km" not in known or "apogee_km" in known:
        return None
    vehicle = missile(name).vehicle
    lat, lon = math.radians(known.get("launch_lat_deg", 40.0)), math.radians(known.get("launch_lon_deg", 0.0))
    headings = (known["azimuth_deg"],) if "azimuth_deg" in known else HEADINGS
    rows = []
    for h in headings:
        try:
            rows.append(_flown(vehicle, lat, lon, math.radians(h), 1e3 * known["ground_range_km"]))
        except BadInput:
            continue  # too far for it on this heading
    if not rows:
        return None
    time, peak, apogee = np.mean(rows, axis=0)
    where = "the heading given" if "azimuth_deg" in known else f"the mean of {len(rows)} of four headings"
    where += "" if "launch_lat_deg" in known else ", from 40 N (assumed)"
    fall = float(kepler.minimum_energy(1e3 * known["ground_range_km"])[3])
    return Ours(
        {
            "flight_time_s": time,
            "peak_speed_km_s": peak / 1e3,
            "apogee_km": apogee / 1e3,
            "ground_range_km": known["ground_range_km"],
        },
        f"{name} of our catalogue, aimed at that range at least energy, {where}; speed relative to the Earth at cut-off",
        given=frozenset({"ground_range_km"}),
        why=f"free fall of least energy over that range takes {fall:,.0f} s; a flatter path takes less, a boost and a loft more",
    )


def _flown(vehicle: Any, lat: float, lon: float, heading: float, reach: float) -> tuple[float, float, float]:
    end_lat, end_lon = frames.destination(lat, lon, heading, reach)
    s = boost.aim(vehicle, lat, lon, float(end_lat), float(end_lon))
    burn = boost.fly(vehicle, lat, lon, s.azimuth, s.pitch, cutoff_s=s.cutoff_s, scale=s.scale)
    relative = frames.state_ecef_from_eci(burn.states, burn.times)[:, 3:]
    return s.flight_s, float(np.linalg.norm(relative, axis=1).max()), s.apogee_m


def timed(case: Case) -> Ours | None:
    """A flight known by its time alone, over a range that we assume: apogee and speed at the ground that this time asks for."""
    known = case.known
    if "flight_time_s" not in case.values or "ground_range_km" not in known or "apogee_km" in known:
        return None
    reach, time = 1e3 * known["ground_range_km"], known["flight_time_s"]
    shortest = float(kepler.minimum_energy(reach)[3])
    lofted = time > shortest
    apogee = _apogee_lasting(reach, time) if lofted else float(kepler.minimum_energy(reach)[2])
    speed = float(kepler.impulsive_launch(apogee, reach)[0])
    values = {"flight_time_s": time if lofted else shortest, "apogee_km": apogee / 1e3, "terminal_speed_km_s": speed / 1e3}
    return Ours(
        values | {"terminal_speed_mach_min": speed / 340.0},
        f"free fall over {reach / 1e3:g} km lasting that long: apogee {apogee / 1e3:.0f} km, {speed / 1e3:.2f} km/s at the ground "
        f"before drag; the flight of least energy would take {shortest:.0f} s",
        given=frozenset({"flight_time_s"}) if lofted else frozenset(),
        why="the Mach number is taken with 340 m/s; drag near the ground is left out",
    )


def _apogee_lasting(reach: float, time: float) -> float:
    """The apogee (m) above the one of least energy whose free flight over ``reach`` lasts ``time``."""
    lo, hi = float(kepler.minimum_energy(reach)[2]), 1e8
    for _ in range(80):
        mid = 0.5 * (lo + hi)
        lo, hi = (mid, hi) if float(kepler.impulsive_time(mid, reach)) < time else (lo, mid)
    return 0.5 * (lo + hi)


def closed_form(case: Case) -> Ours | None:
    """An impulsive flight on a sphere of any radius and mu: ours is for the Earth's, scaled."""
    if not case.has("ground_range_km"):
        return None
    radius = 1e3 * case.inputs.get("earth_radius_km", MEAN_RADIUS / 1e3)
    mu = 1e9 * case.inputs.get("mu_km3_s2", MU / 1e9)
    length = radius / MEAN_RADIUS
    fast, slow = math.sqrt(mu / MU / length), math.sqrt(length**3 * MU / mu)
    reach = 1e3 * case.inputs["ground_range_km"] / length
    if "apogee_km" in case.inputs:
        apogee = 1e3 * case.inputs["apogee_km"] / length
        speed, angle = (float(v) for v in kepler.impulsive_launch(apogee, reach))
        time = float(kepler.impulsive_time(apogee, reach))
    else:
        speed, angle, apogee, time = (float(v) for v in kepler.minimum_energy(reach))
    values = {
        "launch_speed_km_s": fast * speed / 1e3,
        "launch_angle_deg": math.degrees(angle),
        "apogee_km": length * apogee / 1e3,
        "flight_time_s": slow * time,
    }
    return Ours(values, "dynamics.kepler: closed form of free fall on a sphere at rest", ("analytic",))


def thrown(case: Case) -> Ours | None:
    """The same from speed and angle above the horizon at the surface: Q = v^2 R / mu; refuses what does not come down.

    Source: Bate, Mueller and White, Fundamentals of Astrodynamics, 1971, ch. 6 (free-flight range, symmetric).
    """
    if not case.has("launch_speed_km_s", "launch_angle_deg"):
        return None
    radius = case.inputs.get("earth_radius_km", MEAN_RADIUS / 1e3)
    mu = case.inputs.get("mu_km3_s2", MU / 1e9)
    speed, up = case.inputs["launch_speed_km_s"], math.radians(case.inputs["launch_angle_deg"])
    q = speed**2 * radius / mu
    if q >= 2.0:
        raise BadInput(f"launch_speed_km_s {speed:g} is escape speed or more: it does not come down")
    long_axis = radius / (2.0 - q)
    e = math.sqrt(1.0 + q * (q - 2.0) * math.cos(up) ** 2)
    top = long_axis * (1.0 + e)
    if top - radius < GRAZING_KM:
        raise BadInput(f"launch_angle_deg {case.inputs['launch_angle_deg']:g} at that speed does not leave the surface")
    half = math.acos(min(1.0, (1.0 - q * math.cos(up) ** 2) / e))
    fallen = math.acos(max(-1.0, min(1.0, (1.0 - radius / long_axis) / e)))
    values = {
        "ground_range_km": 2.0 * half * radius,
        "apogee_km": top - radius,
        "flight_time_s": 2.0 * (math.pi - fallen + e * math.sin(fallen)) * math.sqrt(long_axis**3 / mu),
    }
    return Ours(values, "closed form of free fall on a sphere at rest, from speed and angle", ("analytic",))


def coast(case: Case) -> Ours | None:
    """A recorded unpowered arc: the start state from its first third, the rest predicted by gravity on the turning Earth."""
    if not case.has("file", "t0_s", "t1_s"):
        return None
    flight = telemetry_file.read(_recording(case))
    t0, t1 = float(case.inputs["t0_s"]), float(case.inputs["t1_s"])
    window = np.flatnonzero((flight.t >= t0) & (flight.t <= t1))
    if len(window) < 20:
        raise BadInput(f"the recording has {len(window)} rows between {t0:g} and {t1:g} s; an arc needs 20")
    altitude, speed = flight.altitude[window], flight.speed[window]
    if "azimuth_deg" in case.inputs:
        share, why = math.sin(math.radians(case.inputs["azimuth_deg"])), "heading as the case gives it"
    else:
        share, why = telemetry_check.heading_prior(flight, int(window[0]), telemetry_check.find_cutoff(flight))
    fit = coast_fit.fit(altitude, speed, math.radians(case.inputs.get("site_lat_deg", flight.site[0])), share)
    values = {
        "altitude_t0_km": fit.altitude[0] / 1e3,
        "apogee_km": fit.altitude.max() / 1e3,
        "altitude_t1_km": fit.altitude[-1] / 1e3,
    }
    return Ours(values, f"assess.flight.coast_fit: start fitted on the first {fit.fitted_s:.0f} s, the rest predicted; {why}")


def _recording(case: Case) -> Path:
    """The recording beside the file of cases, or the same one of those that come with Cupola."""
    name = Path(str(case.inputs["file"]))
    places = [case.folder / name, RECORDED / name.name]
    for place in places:
        if place.is_file():
            return place
    raise BadFile(f"{name}: the recording is not here (looked for {places[0]} and among Cupola's own flights)")


RULES = {
    "trajectory": (triple, flown, by_class, timed),
    "trajectory_analytic": (closed_form, thrown),
    "trajectory_flightdata": (coast,),
}
