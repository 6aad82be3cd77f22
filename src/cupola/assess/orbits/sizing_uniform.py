"""Constellation sizing on an even sphere, as a question: the algebra of the AEI calculator."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cupola.assess.orbits import sizing, sizing_published
from cupola.assess.orbits.inputs import (
    ACCELERATION,
    AEI,
    ALTITUDE,
    BOOST,
    CONFIDENCE,
    INTERCEPT,
    KILL,
    LONGEST_BOOST,
    SHOTS,
    SIZING_OUTPUTS,
    SPEED,
    TARGETS,
    sizing_of,
    target_kill,
    warnings,
)
from cupola.assess.orbits.sizing import Sizing
from cupola.assess.question import Answer, Chart, Input, Model, Output

INPUTS = (
    TARGETS,
    replace(SHOTS, default=0),
    KILL,
    CONFIDENCE,
    SPEED,
    ACCELERATION,
    Input("flyout_s", "Usable fly-out time", "s", 120.0, 1.0, 400.0, 1.0, source=AEI, status="read", low=60.0, high=150.0),
    replace(
        BOOST,
        default=LONGEST_BOOST,
        status="assumed",
        source="longest boost of the catalogue, 275 s, rounded up",
        help="the fly-out must end within it; nothing else here depends on it",
        role="numeric",
        low=None,
        high=None,
    ),
    ALTITUDE,
    INTERCEPT,
    Input("latitude_deg", "Covered up to latitude", "deg", 90.0, 0.1, 90.0, 1.0, source=AEI, status="read", role="demand"),
    Input("divert_km_s", "Divert speed of the kill vehicle", "km/s", 2.5, 0.0, 6.0, 0.1, source=AEI, status="read"),
    Input("isp_s", "Specific impulse", "s", 240.0, 150.0, 500.0, 5.0, source=AEI, status="read"),
    Input("kill_vehicle_kg", "Kill vehicle, dry", "kg", 25.0, 1.0, 1_000.0, 1.0, source=AEI, status="read"),
    Input("body_kg", "Interceptor body, dry", "kg", 25.0, 0.0, 1_000.0, 1.0, source=AEI, status="read"),
    Input("support_kg", "Satellite around it", "kg", 50.0, 0.0, 5_000.0, 5.0, source=AEI, status="read"),
)


def uniform(a: Mapping[str, Any]) -> Answer:
    """The uniform-sphere algebra. Raises BadOption."""
    s = _case(a)
    ratio = sizing.uniform_ratio(s)
    dry = (a["kill_vehicle_kg"], a["body_kg"], a["support_kg"])
    mass = sizing.masses(s.speed, a["divert_km_s"] * 1e3, a["isp_s"], *dry)
    return {
        "satellites": math.ceil(ratio * s.wanted - sizing.WHOLE),
        "bound": ratio * s.wanted,
        "absentee_ratio": ratio,
        "reach_km": s.reach / 1e3,
        "shots": s.shots,
        "target_kill": target_kill(a, s.shots),
        "warnings": warnings(a, s.shots),
        "coverage_radius_km": sizing.coverage_radius(s) / 1e3,
        "burn_s": sizing.burn_time(s.speed, s.acceleration),
        "satellite_kg": mass.total,
        "divert_propellant_kg": mass.divert_propellant,
        "main_propellant_kg": mass.main_propellant,
    }


def charts(a: Mapping[str, Any]) -> list[Chart]:
    """The algebra by fly-out time, with published answers, and by missiles at once."""
    s = _case(a)
    ratio, most = sizing.uniform_ratio(s), max(10, 2 * s.targets)
    counts = sorted({max(1, round(most * k / 20)) for k in range(21)} | {s.targets})
    by_targets = {"satellites": (counts, [math.ceil(ratio * s.shots * k - sizing.WHOLE) for k in counts])}
    return [
        sizing_published.even_chart(s),
        Chart("Satellites by missiles launched at once", "targets launched at once", "satellites", by_targets),
    ]


def _case(a: Mapping[str, Any]) -> Sizing:
    sizing.check_flyout(a["flyout_s"], a["boost_s"])
    return sizing_of(a, a["flyout_s"], 0.0, math.radians(a["latitude_deg"]), 0.5)


MODELS = (
    Model(
        "sizing-uniform",
        "Space-based interceptors: uniform sphere",
        "How many interceptors in orbit, if they were spread evenly over the Earth?",
        INPUTS,
        (
            *SIZING_OUTPUTS,
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
        charts,
    ),
)
