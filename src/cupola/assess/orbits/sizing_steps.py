"""From the uniform sphere to real shells, one step at a time: what each assumption does to the number of satellites."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from cupola.assess.orbits import shell, shell_search
from cupola.assess.orbits.sizing import AEI_RADIUS, Sizing, burn_time, cap_angle, coverage_radius, uniform_ratio
from cupola.core.constants import EARTH_RADIUS, MU


@dataclass(frozen=True)
class Step:
    """One step: what was changed, in words, and the satellites after it (fractional, on average; the last may be a design)."""

    change: str
    satellites: float


def waterfall(s: Sizing, times: Mapping[str, float], working: float, designed: float | None = None) -> list[Step]:
    """Steps from the simplest sum to the case ``s``. times: ``boost_s detect_s decide_s margin_s`` (flyout_s overrides them).

    Every step keeps what the ones before it changed. designed: the satellites of a real pattern, nan while one is searched.
    Limits: the order is ours; a step's share depends on it, the ends do not.
    """
    start = replace(s, targets=1, shots=1, flyout=times["boost_s"] if not times["flyout_s"] else s.flyout)
    pole = replace(start, low=0.0, high=0.5 * math.pi)
    straight = start.speed * start.flyout
    steps = [
        Step(
            "even sphere, one target, one shot, full speed for all of the boost", 4.0 * ((AEI_RADIUS + s.intercept) / straight) ** 2
        ),
        Step(f"the interceptor burns {burn_time(s.speed, s.acceleration):.0f} s to get its speed", _flat(pole)),
        Step(f"orbit and intercept differ by {abs(s.altitude - s.intercept) / 1e3:.0f} km in height", uniform_ratio(pole)),
        Step("caps on a sphere instead of flat ones", 2.0 / (1.0 - math.cos(cap_angle(start)))),
    ]
    middle = 0.5 * (s.low + s.high)
    steps.append(Step(f"circular orbits, best inclination for {math.degrees(middle):.0f} deg", _one(start, middle, middle)))
    if s.high > s.low:
        band = f"{math.degrees(s.low):g} to {math.degrees(s.high):g} deg"
        steps.append(Step(f"intercepts anywhere from {band}", _one(start, s.low, s.high)))
        steps.append(Step("the best mix of inclinations", shell.mixture_bound(s.low, s.high, cap_angle(start))[0]))
    steps += _delays(start, s, times)
    ratio = shell.mixture_bound(s.low, s.high, cap_angle(s))[0]
    if s.shots > 1:
        steps.append(Step(f"{s.shots} shots at the target", ratio * s.shots))
    if s.targets > 1:
        steps.append(Step(f"{s.targets} targets at once", ratio * s.wanted))
    wanted, whole = s.wanted / working, working_needs(s.wanted, working)
    if working < 1.0:
        steps.append(Step(f"{100 * working:g} % of the satellites work", ratio * wanted))
    if s.availability < 1.0:
        may = f"none need be in reach {100 * (1.0 - s.availability):g} % of the time: the bound"
        steps.append(Step(may, ratio * shell_search.bound_mean(wanted, s.availability)))
    if designed is not None and whole > wanted * (1.0 + 1e-9):
        steps.append(Step(f"whole interceptors: {whole:,} in reach", ratio * shell_search.bound_mean(whole, s.availability)))
    if designed is not None:
        steps.append(Step(f"a real pattern, enough in reach {100 * s.availability:g} % of the time", float(designed)))
    return steps


def working_needs(count: int, working: float) -> int:
    """Whole satellites that must be in reach so that, on average, ``count`` of them work."""
    return math.ceil(count / working - 1e-9)


def spread_in_time(s: Sizing, seconds: float, working: float = 1.0) -> float:
    """Satellites (on average) if the targets come evenly over so many seconds: new ones drift into reach meanwhile.

    In W seconds those within reach at some moment are p + n W c / 2 pi of all (n: mean motion, c: share of the planes that cross
    the cap) at each latitude, and the first target needs its shots at once. One inclination, the best for the worst latitude.
    At once it is the bound for one inclination. Source: own derivation, see docs/constellation.md. Limits: averages; an interceptor
    is there for one target only.
    """
    psi = cap_angle(s)
    lats = shell.latitudes(s.low, s.high, psi)
    turns = math.sqrt(MU / (EARTH_RADIUS + s.altitude) ** 3) * seconds / (2.0 * math.pi)
    one, best = shell.one_shell_bound(s.low, s.high, psi)
    tried = np.append(shell.inclinations(s.low, s.high, psi, 15, 40), best)
    there = shell.occupancy(tried[:, None], lats[None], psi)
    coming = np.array([[shell.crossing_share(float(i), float(lat), psi) for lat in lats] for i in tried])
    passing = float((there + turns * coming).min(axis=1).max())
    all_of_them, first = (shell_search.bound_mean(n / working, s.availability) for n in (s.wanted, s.shots))
    return max(all_of_them / passing, first * one)


def _delays(start: Sizing, s: Sizing, times: Mapping[str, float]) -> list[Step]:
    found: list[Step] = []
    left = start.flyout
    if times["flyout_s"]:
        return found
    for name, word in (("detect_s", "detection and track"), ("decide_s", "decision"), ("margin_s", "margin before burnout")):
        if times[name]:
            left -= times[name]
            later = replace(start, flyout=left)
            ratio = shell.mixture_bound(s.low, s.high, cap_angle(later))[0]
            found.append(Step(f"{word} takes {times[name]:g} s: {left:g} s left to fly", ratio))
    return found


def _flat(s: Sizing) -> float:
    return uniform_ratio(s) * coverage_radius(s) ** 2 / s.reach**2


def _one(s: Sizing, low: float, high: float) -> float:
    return shell.one_shell_bound(low, high, cap_angle(s))[0]


def as_rows(steps: list[Step]) -> list[dict[str, Any]]:
    """Steps as plain data."""
    return [{"change": s.change, "satellites": s.satellites} for s in steps]
