"""Constellation sizing with real orbits, two questions: the bound that no orbits can beat, and a Walker design found by search."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cupola.assess.orbits import launchable, shell, shell_search, sizing, sizing_published, sizing_steps
from cupola.assess.orbits.inputs import (
    ACCELERATION,
    ALTITUDE,
    APS,
    AVAILABILITY,
    BOOST,
    CONFIDENCE,
    INCLINATION,
    INCLINED,
    INTERCEPT,
    KILL,
    LATITUDE_HI,
    LATITUDE_LO,
    PLANES,
    SHOTS,
    SIZING_OUTPUTS,
    SPEED,
    TARGETS,
    sizing_of,
    target_kill,
    warnings,
)
from cupola.assess.orbits.latitudes import band, latitude_size
from cupola.assess.orbits.sizing import Sizing
from cupola.assess.question import Answer, Chart, Input, Model, Output, least
from cupola.core.errors import BadOption

INPUTS = (
    TARGETS,
    SHOTS,
    KILL,
    CONFIDENCE,
    replace(SPEED, default=4.0, source=APS, status="second-hand"),
    replace(ACCELERATION, default=10.0, source=APS, status="assumed"),
    Input("flyout_s", "Usable fly-out time", "s", 0.0, 0.0, 400.0, 1.0, role="numeric", zero="derived",
          help="0: what detection, decision and margin leave of the boost"),
    BOOST,
    Input("detect_s", "Detection and track", "s", 30.0, 0.0, 300.0, 5.0, low=15.0, high=60.0),
    Input("decide_s", "Decision", "s", 30.0, 0.0, 300.0, 5.0, source=APS, status="second-hand", low=0.0, high=60.0),
    Input("margin_s", "Margin before burnout", "s", 0.0, 0.0, 300.0, 5.0, low=0.0, high=20.0),
    ALTITUDE,
    INTERCEPT,
    LATITUDE_LO,
    LATITUDE_HI,
    AVAILABILITY,
    Input("working", "Share of the satellites that work", "", 1.0, 0.1, 1.0, 0.01, help="more must be in reach, on average",
          low=0.8, high=1.0),
    Input("spread_s", "Launches spread evenly over", "s", 0.0, 0.0, 3_600.0, 10.0, role="demand", zero="all at once",
          help="new satellites drift into reach meanwhile; on average, for the last step and output only"),
)  # fmt: skip


MOST = 1_000  # interceptors in reach at once for which a pattern is searched
SPREAD = Output("spread_satellites", "Satellites on average if the launches are spread", "", up=True)


def bound(a: Mapping[str, Any]) -> Answer:
    """What no constellation of circular orbits can beat, and the best that one inclination could do. Raises BadOption."""
    s = orbit_sizing(a)
    psi = sizing.cap_angle(s)
    needed = shell_search.bound_mean(s.wanted / a["working"], s.availability)
    one, inclination = shell.one_shell_bound(s.low, s.high, psi)
    mixed, mix = shell.mixture_bound(s.low, s.high, psi)
    return {
        "satellites": math.ceil(needed * one),
        "bound": needed * mixed,
        "absentee_ratio": one,
        "reach_km": s.reach / 1e3,
        "shots": s.shots,
        "target_kill": target_kill(a, s.shots),
        "warnings": warnings(a, s.shots),
        "flyout_s": s.flyout,
        "inclination_deg": math.degrees(inclination),
        "spread_satellites": sizing_steps.spread_in_time(s, a["spread_s"], a["working"]),
        "mix": [{"inclination_deg": math.degrees(i), "satellites": n * needed} for i, n in mix],
    }


def bound_charts(a: Mapping[str, Any]) -> list[Chart]:
    """The bound by fly-out time, with published answers."""
    return [sizing_published.chart(orbit_sizing(a))]


def walker(a: Mapping[str, Any]) -> Answer:
    """A Walker design beside its bound. Raises BadOption."""
    s = orbit_sizing(a)
    known = _unsearched(a)  # it refuses what it can
    wanted = in_reach(s, a["working"])
    design = shell_search.design(sizing.cap_angle(s), s.low, s.high, wanted, s.availability, _inclination(a))
    main = max(design.shells, key=lambda x: x.satellites)
    steps = _steps(s, a, known["spread_satellites"], design.satellites)
    return {
        "satellites": design.satellites,
        **known,
        "absentee_ratio": design.satellites / wanted,
        "inclination_deg": math.degrees(main.inclination),
        "planes": sum(x.planes for x in design.shells),
        "satellites_per_plane": main.each,
        "phasing": main.phasing,
        "available": design.available,
        "shells": [_shell(x) for x in design.shells],
        "launchable": _launchable(design.launchable),
        "launchable_satellites": sum(x.satellites for x in design.launchable) or None,
        "steps": sizing_steps.as_rows(steps),
        "published": sizing_published.explained(s),
        "charts": [_bars(steps), sizing_published.chart(s)],
    }


def walker_at_once(a: Mapping[str, Any]) -> Answer:
    """What of it needs no search: bounds, reach, and the charts without the pattern. Raises BadOption as ``walker``."""
    s, known = orbit_sizing(a), _unsearched(a)
    steps = _steps(s, a, known["spread_satellites"], math.nan)
    return {**known, "charts": [_bars(steps), sizing_published.chart(s)]}


def _unsearched(a: Mapping[str, Any]) -> Answer:
    s = orbit_sizing(a)
    psi = sizing.cap_angle(s)
    wanted = in_reach(s, a["working"])
    if wanted > MOST:
        raise BadOption(
            f"{wanted:,} interceptors in reach at once (targets x shots / share that works): patterns are searched for up to "
            f"{MOST:,}. Ask for fewer targets or shots; above that a pattern comes close to the bound, which grows in proportion"
        )
    shell_search.check(psi, s.low, s.high, _inclination(a))
    needed = shell_search.bound_mean(s.wanted / a["working"], s.availability)
    return {
        "bound": needed * shell.mixture_bound(s.low, s.high, psi)[0],
        "reach_km": s.reach / 1e3,
        "shots": s.shots,
        "target_kill": target_kill(a, s.shots),
        "warnings": warnings(a, s.shots),
        "bound_one_inclination": needed * shell.one_shell_bound(s.low, s.high, psi)[0],
        "flyout_s": s.flyout,
        "lateral_km": sizing.coverage_radius(s) / 1e3,
        "spread_satellites": sizing_steps.spread_in_time(s, a["spread_s"], a["working"]),
    }


def _inclination(a: Mapping[str, Any]) -> float | None:
    return math.radians(a["inclination_deg"]) or None


def _steps(s: Sizing, a: Mapping[str, Any], spread: float, designed: float) -> list[sizing_steps.Step]:
    steps = sizing_steps.waterfall(s, a, a["working"], designed)
    if a["spread_s"]:
        steps.append(sizing_steps.Step(f"launches spread over {a['spread_s']:g} s instead of at once, on average", spread))
    return steps


def _shell(x: shell.Shell) -> dict[str, Any]:
    return {"inclination_deg": math.degrees(x.inclination), "planes": x.planes, "per_plane": x.each, "phasing": x.phasing}


def _launchable(shells: tuple[shell.Shell, ...]) -> dict[str, Any] | None:
    """All of them together; inclination, per plane and phasing are those of the largest."""
    if not shells:
        return None
    main = _shell(max(shells, key=lambda x: x.satellites))
    total = {"satellites": sum(x.satellites for x in shells), "planes": sum(x.planes for x in shells)}
    return main | total | {"shells": [_shell(x) for x in shells]}


def _bars(steps: list[sizing_steps.Step]) -> Chart:
    names = [f"{k}. {s.change}" for k, s in enumerate(steps, 1)]
    counts = [least(s.satellites) for s in steps]
    bars = {"satellites": (names, counts)}
    return Chart("One step at a time", "assumption added", "satellites", bars, "bar", note="On average; rounded up.")


def in_reach(s: Sizing, working: float) -> int:
    """Whole satellites that must be in reach so that, on average, enough of them work."""
    return sizing_steps.working_needs(s.wanted, working)


def orbit_sizing(a: Mapping[str, Any]) -> Sizing:
    """The assumptions of the orbit models in SI. Raises BadOption."""
    time = flyout({n: a[n] for n in ("flyout_s", "boost_s", "detect_s", "decide_s", "margin_s")})
    low, high = latitude_size(*band(a["latitude_lo_deg"], a["latitude_hi_deg"]))
    return sizing_of(a, time, low, high, a["availability"])


def flyout(given: Mapping[str, float]) -> float:
    """Fly-out time, s, of some of ``flyout_s boost_s detect_s decide_s margin_s``, the others as in the orbit models."""
    names = ("boost_s", "detect_s", "decide_s", "margin_s")
    times = {i.name: float(i.default) for i in INPUTS if i.name in names} | dict(given)
    sizing.check_flyout(given.get("flyout_s", 0.0), times["boost_s"])
    return given.get("flyout_s") or sizing.flyout_time(times["boost_s"], times["detect_s"], times["decide_s"], times["margin_s"])


MODELS = (
    Model(
        "sizing-bound",
        "Space-based interceptors: what no orbit can beat",
        "How few interceptors could ever do, with real orbits over the launch area?",
        INPUTS,
        (
            *SIZING_OUTPUTS,
            Output("flyout_s", "Usable fly-out time", "s"),
            Output("inclination_deg", "Best single inclination", "deg"),
            SPREAD,
        ),
        bound,
        True,
        "Averages over time: a real pattern needs more (see sizing-walker). Circular orbits of one altitude, straight fly-out.",
        ("closed form: time that a circular orbit spends near a latitude; linear programme over inclinations",),
        bound_charts,
    ),
    Model(
        "sizing-walker",
        "Space-based interceptors: a real pattern",
        "How many interceptors in a real pattern of orbits, so that enough are always in reach?",
        (*INPUTS, INCLINATION),
        (
            *SIZING_OUTPUTS,
            INCLINED,
            PLANES,
            Output("satellites_per_plane", "Satellites per plane, largest shell", ""),
            Output(
                "launchable_satellites",
                f"Satellites that launches can fill: at most {launchable.PLANES} planes of each inclination, "
                f"{launchable.EACH} or more in each",
                "",
            ),
            Output("available", "Share of the time with enough in reach", "", share=True),
            Output("bound_one_inclination", "Bound for one inclination", "", up=True),
            Output("flyout_s", "Usable fly-out time", "s"),
            Output("lateral_km", "Reach along the ground", "km"),
            SPREAD,
        ),
        walker,
        False,
        "The smallest pattern found, not a proof that none is smaller: the bound stands beside it. It may have one "
        "satellite in a plane; a launch fills a plane, so compare the number that launches can fill. The pattern keeps the average "
        "shortfall below 1 - share of the time, which is stricter than that share alone: below about 0.99 fewer may do. "
        "No divert, no closing geometry.",
        ("J. G. Walker, Satellite constellations, J. British Interplanetary Society 37, 1984 (delta patterns)",),
        at_once=walker_at_once,
    ),
)
