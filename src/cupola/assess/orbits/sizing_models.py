"""Constellation sizing as questions: the uniform-sphere algebra, the bound of real orbits, and a Walker design found by search."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cupola.assess.orbits import shell, shell_search, sizing, sizing_published, sizing_steps
from cupola.assess.orbits.latitudes import band, latitude_size
from cupola.assess.orbits.sizing import Sizing
from cupola.assess.question import Answer, Bar, Chart, Input, Model, Output, tornado
from cupola.assess.shield.leakage import shots_for
from cupola.core.errors import BadOption

_AEI = "T. Harrison, AEI Working Paper 2025-20, default of its calculator"
_APS = "APS study groups 2003 and 2025, as reported: solid-fuel ICBM, space-based interceptor"

TARGETS = Input("targets", "Targets launched at once", "", 1, 1, 10_000, 1, help="from one region, within one fly-out")
KILL = Input("kill_probability", "Single-shot kill probability", "", 0.8, 0.01, 0.999, 0.01, source=_AEI, status="read")
CONFIDENCE = Input("confidence", "Wanted kill probability of a target", "", 0.96, 0.01, 0.99999, 0.01, source=_AEI, status="read")
ALTITUDE = Input("altitude_km", "Orbit altitude", "km", 300.0, 150.0, 2_000.0, 10.0, source=_AEI, status="read")
INTERCEPT = Input("intercept_altitude_km", "Intercept altitude", "km", 200.0, 50.0, 1_500.0, 10.0, source=_AEI, status="read")

UNIFORM_INPUTS = (
    TARGETS,
    Input("shots", "Shots per target", "", 0, 0, 1_000, 1, help="0: as many as the two probabilities ask for"),
    KILL,
    CONFIDENCE,
    Input("speed_km_s", "Interceptor speed", "km/s", 6.0, 0.5, 15.0, 0.1, source=_AEI, status="read"),
    Input("accel_g", "Interceptor acceleration", "g", 15.0, 1.0, 200.0, 1.0, source=_AEI, status="read"),
    Input("flyout_s", "Usable fly-out time", "s", 120.0, 1.0, 2_000.0, 1.0, source=_AEI, status="read"),
    ALTITUDE,
    INTERCEPT,
    Input("latitude_deg", "Covered up to latitude", "deg", 90.0, 0.1, 90.0, 1.0, source=_AEI, status="read"),
    Input("divert_km_s", "Divert speed of the kill vehicle", "km/s", 2.5, 0.0, 6.0, 0.1, source=_AEI, status="read"),
    Input("isp_s", "Specific impulse", "s", 240.0, 150.0, 500.0, 5.0, source=_AEI, status="read"),
    Input("kill_vehicle_kg", "Kill vehicle, dry", "kg", 25.0, 1.0, 1_000.0, 1.0, source=_AEI, status="read"),
    Input("body_kg", "Interceptor body, dry", "kg", 25.0, 0.0, 1_000.0, 1.0, source=_AEI, status="read"),
    Input("support_kg", "Satellite around it", "kg", 50.0, 0.0, 5_000.0, 5.0, source=_AEI, status="read"),
)
ORBIT_INPUTS = (
    TARGETS,
    Input("shots", "Shots per target", "", 1, 0, 1_000, 1, help="0: as many as the two probabilities ask for"),
    KILL,
    CONFIDENCE,
    Input("speed_km_s", "Interceptor speed", "km/s", 4.0, 0.5, 15.0, 0.1, source=_APS, status="second-hand"),
    Input("accel_g", "Interceptor acceleration", "g", 10.0, 1.0, 200.0, 1.0, source=_APS),
    Input(
        "flyout_s",
        "Usable fly-out time",
        "s",
        0.0,
        0.0,
        400.0,
        1.0,
        help="0: what detection, decision and margin leave of the boost",
    ),
    Input(
        "boost_s",
        "Boost of the missile",
        "s",
        170.0,
        30.0,
        400.0,
        5.0,
        source=_APS + "; 170-180 s, liquid 240-250 s",
        status="read",
    ),
    Input("detect_s", "Detection and track", "s", 30.0, 0.0, 300.0, 5.0),
    Input("decide_s", "Decision", "s", 30.0, 0.0, 300.0, 5.0, source=_APS, status="second-hand"),
    Input("margin_s", "Margin before burnout", "s", 0.0, 0.0, 300.0, 5.0),
    ALTITUDE,
    INTERCEPT,
    Input("latitude_lo_deg", "Lowest latitude of intercepts", "deg", 41.0, -90.0, 90.0, 0.5),
    Input("latitude_hi_deg", "Highest latitude of intercepts", "deg", 41.0, -90.0, 90.0, 0.5),
    Input("availability", "Share of the time with enough in reach", "", 0.999, 0.5, 0.9999, 0.001),
    Input("working", "Share of the satellites that work", "", 1.0, 0.1, 1.0, 0.01, help="more must be in reach, on average"),
)
COMMON_OUTPUTS = (
    Output("satellites", "Satellites", ""),
    Output("bound", "Satellites if none were wasted", ""),
    Output("absentee_ratio", "Satellites for each interceptor in reach", ""),
    Output("reach_km", "Reach of an interceptor", "km"),
    Output("shots", "Shots per target", ""),
)


def uniform(a: Mapping[str, Any]) -> Answer:
    """The uniform-sphere algebra. Raises BadOption."""
    latitude = math.radians(a["latitude_deg"])
    s = _sizing(a, a["flyout_s"], 0.0, latitude, 0.5)
    ratio = sizing.uniform_ratio(s)
    dry = (a["kill_vehicle_kg"], a["body_kg"], a["support_kg"])
    mass = sizing.masses(s.speed, a["divert_km_s"] * 1e3, a["isp_s"], *dry)
    return {
        "satellites": math.ceil(ratio * s.wanted - sizing.WHOLE),
        "bound": ratio * s.wanted,
        "absentee_ratio": ratio,
        "reach_km": s.reach / 1e3,
        "shots": s.shots,
        "coverage_radius_km": sizing.coverage_radius(s) / 1e3,
        "burn_s": sizing.burn_time(s.speed, s.acceleration),
        "satellite_kg": mass.total,
        "divert_propellant_kg": mass.divert_propellant,
        "main_propellant_kg": mass.main_propellant,
    }


def bound(a: Mapping[str, Any]) -> Answer:
    """What no constellation of circular orbits can beat, and the best that one inclination could do. Raises BadOption."""
    return bound_numbers(a) | {"charts": [sizing_published.chart(orbit_sizing(a))]}


def bound_numbers(a: Mapping[str, Any]) -> Answer:
    """``bound`` without its chart."""
    s = orbit_sizing(a)
    psi = sizing.cap_angle(s)
    needed = shell_search.least_mean(in_reach(s, a["working"]), s.availability)
    one, inclination = shell.one_shell_bound(s.low, s.high, psi)
    mixed, mix = shell.mixture_bound(s.low, s.high, psi)
    return {
        "satellites": math.ceil(needed * one),
        "bound": needed * mixed,
        "absentee_ratio": one,
        "reach_km": s.reach / 1e3,
        "shots": s.shots,
        "flyout_s": s.flyout,
        "inclination_deg": math.degrees(inclination),
        "spread_satellites": sizing_steps.spread_in_time(s, a["spread_s"]),
        "mix": [{"inclination_deg": math.degrees(i), "satellites": n * needed} for i, n in mix],
    }


def walker(a: Mapping[str, Any]) -> Answer:
    """A Walker design beside its bound. Raises BadOption."""
    s = orbit_sizing(a)
    psi = sizing.cap_angle(s)
    wanted = in_reach(s, a["working"])
    design = shell_search.design(psi, s.low, s.high, wanted, s.availability, math.radians(a["inclination_deg"]) or None)
    mixed, _ = shell.mixture_bound(s.low, s.high, psi)
    one, _ = shell.one_shell_bound(s.low, s.high, psi)
    steps = sizing_steps.waterfall(s, a, a["working"], design.satellites)
    main = max(design.shells, key=lambda x: x.satellites)
    return {
        "satellites": design.satellites,
        "bound": mixed * shell_search.least_mean(wanted, s.availability),
        "absentee_ratio": design.satellites / wanted,
        "reach_km": s.reach / 1e3,
        "shots": s.shots,
        "inclination_deg": math.degrees(main.inclination),
        "planes": sum(x.planes for x in design.shells),
        "satellites_per_plane": main.each,
        "phasing": main.phasing,
        "available": design.available,
        "bound_one_inclination": one * shell_search.least_mean(wanted, s.availability),
        "flyout_s": s.flyout,
        "lateral_km": sizing.coverage_radius(s) / 1e3,
        "shells": [
            {"inclination_deg": math.degrees(x.inclination), "planes": x.planes, "per_plane": x.each, "phasing": x.phasing}
            for x in design.shells
        ],
        "steps": sizing_steps.as_rows(steps),
        "published": sizing_published.explained(s),
        "charts": [_bars(steps), sizing_published.chart(s)],
    }


def _bars(steps: list[sizing_steps.Step]) -> Chart:
    names = [f"{k}. {s.change}" for k, s in enumerate(steps, 1)]
    return Chart(
        "One step at a time", "assumption added", "satellites", {"satellites": (names, [s.satellites for s in steps])}, "bar"
    )


def in_reach(s: Sizing, working: float) -> int:
    """Satellites that must be in reach so that, on average, enough of them work."""
    return math.ceil(s.wanted / working - 1e-9)


def orbit_sizing(a: Mapping[str, Any]) -> Sizing:
    """The assumptions of the orbit models in SI. Raises BadOption."""
    time = flyout({n: a[n] for n in ("flyout_s", "boost_s", "detect_s", "decide_s", "margin_s")})
    low, high = latitude_size(*band(a["latitude_lo_deg"], a["latitude_hi_deg"]))
    return _sizing(a, time, low, high, a["availability"])


def flyout(given: Mapping[str, float]) -> float:
    """Fly-out time, s, of some of ``flyout_s boost_s detect_s decide_s margin_s``, the others as in the orbit models."""
    names = ("boost_s", "detect_s", "decide_s", "margin_s")
    times = {i.name: float(i.default) for i in ORBIT_INPUTS if i.name in names} | dict(given)
    if given.get("flyout_s", 0.0) > times["boost_s"]:
        raise BadOption(
            f"a fly-out of {given['flyout_s']:g} s is longer than the boost of {times['boost_s']:g} s: "
            "what is hit after burnout is no boost-phase intercept. Shorten the fly-out or name the longer boost"
        )
    return given.get("flyout_s") or sizing.flyout_time(times["boost_s"], times["detect_s"], times["decide_s"], times["margin_s"])


def _sizing(a: Mapping[str, Any], flyout: float, low: float, high: float, availability: float) -> Sizing:
    return Sizing(
        targets=a["targets"],
        shots=a["shots"] or shots_for(a["confidence"], a["kill_probability"]),
        speed=a["speed_km_s"] * 1e3,
        acceleration=sizing.acceleration_of(a["accel_g"]),
        flyout=flyout,
        altitude=a["altitude_km"] * 1e3,
        intercept=a["intercept_altitude_km"] * 1e3,
        low=low,
        high=high,
        availability=availability,
    )


SPANS = {
    "speed_km_s": (3.0, 6.0),
    "accel_g": (5.0, 20.0),
    "boost_s": (150.0, 190.0),
    "detect_s": (15.0, 60.0),
    "decide_s": (0.0, 60.0),
    "margin_s": (0.0, 20.0),
    "altitude_km": (250.0, 500.0),
    "intercept_altitude_km": (150.0, 250.0),
    "shots": (1, 4),
    "working": (0.8, 1.0),
}  # of the tornado: assumed, what public studies differ in


def bars(given: Mapping[str, Any]) -> tuple[list[Bar], list[str]]:
    """One assumption at a time over ``SPANS`` in the bound for one inclination: the bars, and what could not be asked."""
    plain = replace(next(m for m in MODELS if m.name == "sizing-bound"), answer=bound_numbers)
    found, refused = [], []
    known = {i.name for i in plain.inputs}
    base = {k: v for k, v in given.items() if k in known}
    for name, span in SPANS.items():
        if base.get("flyout_s") and name in ("boost_s", "detect_s", "decide_s", "margin_s"):
            continue
        try:
            found += tornado(plain, base, "satellites", {name: span})
        except BadOption as e:
            refused.append(f"{name} {span[0]:g} to {span[1]:g}: {e}")
    return sorted(found, key=lambda b: b.width, reverse=True), refused


MODELS = (
    Model(
        "sizing-uniform",
        "Space-based interceptors: uniform sphere",
        "How many interceptors in orbit, if they were spread evenly over the Earth?",
        UNIFORM_INPUTS,
        (
            *COMMON_OUTPUTS,
            Output("coverage_radius_km", "Radius that one satellite covers", "km"),
            Output("burn_s", "Burn of the interceptor", "s"),
            Output("satellite_kg", "Mass of one satellite", "kg"),
            Output("divert_propellant_kg", "Propellant for divert", "kg"),
            Output("main_propellant_kg", "Propellant for speed", "kg"),
        ),
        uniform,
        True,
        "Even spread, flat caps; detection and decision inside the fly-out time; no orbit is evenly spread.",
        ("T. Harrison, Build Your Own Golden Dome, AEI Working Paper 2025-20, 2025 (formulas read in its calculator's source)",),
    ),
    Model(
        "sizing-bound",
        "Space-based interceptors: what no orbit can beat",
        "How few interceptors could ever do, with real orbits over the launch area?",
        (
            *ORBIT_INPUTS,
            Input("spread_s", "Launches spread evenly over", "s", 0.0, 0.0, 3_600.0, 10.0, help="for the last output only"),
        ),
        (
            *COMMON_OUTPUTS,
            Output("flyout_s", "Usable fly-out time", "s"),
            Output("inclination_deg", "Best single inclination", "deg"),
            Output("spread_satellites", "Satellites if the launches are spread", ""),
        ),
        bound,
        True,
        "Averages over time: a real pattern needs more (see sizing-walker). Circular orbits of one altitude, straight fly-out.",
        ("closed form: time that a circular orbit spends near a latitude; linear programme over inclinations",),
    ),
    Model(
        "sizing-walker",
        "Space-based interceptors: a real pattern",
        "How many interceptors in a real pattern of orbits, so that enough are always in reach?",
        (*ORBIT_INPUTS, Input("inclination_deg", "Inclination", "deg", 0.0, 0.0, 90.0, 0.5, help="0: search for the best")),
        (
            *COMMON_OUTPUTS,
            Output("inclination_deg", "Inclination", "deg"),
            Output("planes", "Planes", ""),
            Output("satellites_per_plane", "Satellites per plane", ""),
            Output("available", "Share of the time with enough in reach", ""),
            Output("bound_one_inclination", "Bound for one inclination", ""),
            Output("flyout_s", "Usable fly-out time", "s"),
            Output("lateral_km", "Reach along the ground", "km"),
        ),
        walker,
        False,
        "The smallest pattern found, not a proof that none is smaller: the bound stands beside it. No divert, no closing geometry.",
        ("J. G. Walker, Satellite constellations, J. British Interplanetary Society 37, 1984 (delta patterns)",),
    ),
)
