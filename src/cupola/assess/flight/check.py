"""Is a claimed flight possible? Apogee, ground range and flight time of a ballistic missile against physics.

Two bounds with very different strength. Apogee and range alone fix a free-fall ellipse on the turning Earth, and a boost can only
lengthen the flight: a claim below the ellipse's time contradicts itself, whatever the missile. How much the boost adds depends on
the burn time, which follows one rule per propellant class (``dynamics.vehicle.burn_time``) fitted on published burns and never on
flights; that bound mostly raises doubts.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cupola.assess.flight.free_fall import Ellipse, ellipse, turning_ellipse
from cupola.core.constants import MEAN_RADIUS, Cited
from cupola.core.errors import BadInput, BadOption
from cupola.dynamics.boost import AimTable, aim_many, apogee_for
from cupola.dynamics.frames import destination
from cupola.dynamics.vehicle import PROPELLANTS, Vehicle, burn_time, generic

MOST_KM, MOST_S = 1e7, 1e8  # a claim beyond these is a slip of the pen: 26 times the way to the Moon, three years
Floats = NDArray[np.float64]
LIMIT_KM = math.pi * MEAN_RADIUS / 1e3
BURN_SCATTER = (0.7, 1.45)
DEFAULT_LATITUDE = 40.0
FASTEST = 9000.0
SHALLOWEST = 0.15
LONGEST_EXCESS = 2.5

SOURCES: dict[str, Cited] = {
    "BURN_SCATTER": Cited("1", "assumed: part of the class rule that a burn may last; holds all published burns", 2026, "assumed"),
    "DEFAULT_LATITUDE": Cited("deg", "assumed: where no site is given", 2026, "assumed"),
    "FASTEST": Cited(
        "m/s",
        "assumed: surface speed above which the body needs a satellite launcher's delta-v; lofted ICBMs reach 8.1 km/s",
        2026,
        "assumed",
    ),
    "SHALLOWEST": Cited(
        "1",
        "assumed: part of the minimum-energy apogee: below it, and with no modelled flight, the claim is refused",
        2026,
        "assumed",
    ),
    "LONGEST_EXCESS": Cited(
        "1", "assumed: times the greatest modelled excess: above it no boost explains the flight", 2026, "assumed"
    ),
}


@dataclass(frozen=True)
class Claim:
    """A claimed flight in SI, half the last digit of each figure, and the place and headings to try."""

    apogee: float
    range: float
    asked_range: float
    time: float
    apogee_slack: float
    range_slack: float
    time_slack: float
    lat: float
    lon: float
    headings: tuple[float, ...]
    too_far: bool


def check_flight(
    apogee_km: float,
    range_km: float,
    time_s: float,
    site: tuple[float, float] | None = None,
    azimuth: float | None = None,
    propellant: str | None = None,
    burn_s: float | tuple[float, float] | None = None,
) -> dict[str, Any]:
    """Judge a claimed apogee (km), ground range (km) and flight time (s).

    ``site`` is (latitude, longitude) and ``azimuth`` the launch heading, in degrees; where they are missing, 40 N and all headings
    are tried and the ranges widen. ``propellant`` is ``solid`` or ``liquid``; unknown covers both. ``burn_s`` (one value or lowest
    and highest) replaces the class rule. Returns ``verdict``, ``best_time_s``, ``time_range_s``, ``impulsive_time_s``, ``reason``
    and the figures behind them. Raises BadOption for values that are not finite or out of their domain.
    Limits: generic point-mass boost; rounding of each figure is taken as half its last digit that is not zero.
    """
    claim = _read(apogee_km, range_km, time_s, site, azimuth)
    burns = _burns(burn_s)
    if propellant is not None and propellant not in PROPELLANTS:
        raise BadOption(f"--propellant {propellant!r} is unknown: write solid or liquid, or leave it out for both")
    falls = [turning_ellipse(claim.apogee, claim.range, claim.lat, h) for h in claim.headings]
    kinds = (propellant,) if propellant else PROPELLANTS
    flights = _model(claim, falls, kinds, burns)
    return _judge(claim, falls, flights, _assumptions(claim, site, azimuth, propellant, burns, flights))


def _number(name: str, value: float, least: float, inclusive: bool = False, most: float = math.inf) -> float:
    """A finite number above ``least`` and at most ``most``, or BadOption."""
    try:
        out = float(value)
    except (TypeError, ValueError):
        raise BadOption(f"{name} must be a number, got {value!r}") from None
    if not math.isfinite(out) or out < least or (out == least and not inclusive):
        raise BadOption(f"{name} must be a finite number {'of at least' if inclusive else 'above'} {least:g}, got {value}")
    if out > most:
        raise BadOption(f"{name} must be at most {most:g}, got {value:g}")
    return out


def _half_digit(value: float, cap: float) -> float:
    """Half of the last decimal place that is not zero, at most ``cap`` times the value: how far a rounded figure may be off."""
    if value == 0:
        return 0.0
    for digits in range(-4, 4):
        if math.isclose(round(value, digits), value, rel_tol=1e-9):
            return min(0.5 * 10.0**-digits, cap * value)
    return 0.0


def _time_slack(time: float) -> float:
    """Half the step a reported time was rounded to: a minute, ten seconds, or one."""
    step = 60.0 if time % 60 == 0 else 10.0 if time % 10 == 0 else 1.0
    return min(step / 2.0, 0.1 * time)


def _read(apogee_km: float, range_km: float, time_s: float, site: tuple[float, float] | None, azimuth: float | None) -> Claim:
    """Check the figures and bring them to SI."""
    apogee, reach = _number("--apogee-km", apogee_km, 0.0, most=MOST_KM), _number("--range-km", range_km, 0.0, most=MOST_KM)
    time = _number("--time-s", time_s, 0.0, most=MOST_S)
    lat, lon = site if site is not None else (DEFAULT_LATITUDE, 0.0)
    lat, lon = _number("--site latitude", lat, -90.0, True), _number("--site longitude", lon, -360.0, True)
    if lat > 90.0 or lon > 360.0:
        raise BadOption(f"--site takes latitude (-90 to 90) and longitude (-360 to 360) in degrees, got {lat},{lon}")
    if azimuth is not None:
        azimuth = _number("--azimuth", azimuth, -360.0, inclusive=True)
    headings = (math.radians(azimuth),) if azimuth is not None else tuple(math.radians(a) for a in range(0, 360, 60))
    slacks = (_half_digit(apogee, 0.01) * 1e3, _half_digit(reach, 0.01) * 1e3, _time_slack(time))
    near = min(reach, 0.999 * LIMIT_KM)  # a longer claim is judged at the longest range there is
    return Claim(
        apogee * 1e3, near * 1e3, reach * 1e3, time, *slacks, math.radians(lat), math.radians(lon), headings, reach > LIMIT_KM
    )


def _burns(burn_s: float | tuple[float, float] | None) -> tuple[float, float] | None:
    """Lowest and highest burn time given, or None."""
    if burn_s is None:
        return None
    pair = tuple(burn_s) if isinstance(burn_s, Iterable) else (burn_s, burn_s)
    if len(pair) not in (1, 2):
        raise BadOption(f"--burn-s takes one time or LO,HI, got {burn_s}")
    lo, hi = _number("--burn-s", pair[0], 0.0), _number("--burn-s", pair[-1], 0.0)
    if lo > hi:
        raise BadOption(f"--burn-s takes the lower time first, got {lo:g},{hi:g}")
    return lo, hi


@dataclass(frozen=True)
class Modelled:
    """Flight times (s) by propellant, burn (lowest, typical, highest) and heading; NaN where no boost was found."""

    times: Floats
    burns: tuple[tuple[float, float, float], ...]
    kinds: tuple[str, ...]


def _lifting(kind: str, speed: float, burn: float, given: bool) -> Vehicle:
    """A generic vehicle with this burn; a class burn too long to lift off is shortened, one given by the user is refused."""
    for _ in range(40):
        try:
            return generic(kind, speed, burn_s=burn)
        except BadInput as error:
            if given:
                raise BadOption(f"--burn-s {burn:g}: {error}") from None
            burn *= 0.95
    raise BadOption(f"no generic {kind} missile reaches {speed / 1e3:.2f} km/s; name a burn time with --burn-s LO,HI")


def _model(claim: Claim, falls: list[Ellipse], kinds: tuple[str, ...], given: tuple[float, float] | None) -> Modelled:
    """Fly the claim with the generic missile of each class, burn and heading."""
    speed = ellipse(claim.apogee, min(claim.range / MEAN_RADIUS, math.pi - 1e-6)).speed
    reach = max(claim.range, 12e3)
    ends = [destination(claim.lat, claim.lon, h, reach) for h in claim.headings]
    goals = ([float(e[0]) for e in ends], [float(e[1]) for e in ends])
    rows, burns, none = [], [], np.full(len(falls), math.nan)
    beyond = claim.too_far or speed > FASTEST  # refused without flying it
    for kind in kinds:
        rule = None if beyond or given else _class_burn(kind, speed, claim, goals)
        burn = rule or generic(kind, speed).burn_s
        lo, hi = given or (BURN_SCATTER[0] * burn, BURN_SCATTER[1] * burn)
        trio = [_lifting(kind, speed, b, given is not None) for b in (lo, 0.5 * (lo + hi) if given else burn, hi)]
        burns.append((trio[0].burn_s, trio[1].burn_s, trio[2].burn_s))
        typical = none if beyond or (rule is None and not given) else _times(trio[1], claim, goals)
        hopeless = bool(np.isnan(typical).all())  # then a quicker or slower boost does not fly it either
        rows += [none if hopeless else _times(trio[0], claim, goals), typical, none if hopeless else _times(trio[2], claim, goals)]
    times = np.array(rows).reshape(len(kinds), 3, len(falls))
    return Modelled(times, tuple(burns), kinds)


def _fly(vehicle: Vehicle, claim: Claim, goals: tuple[list[float], list[float]]) -> AimTable:
    """The claim flown by one vehicle on every heading, delta-v scaled to fit."""
    many = [vehicle] * len(goals[0])
    return aim_many(many, claim.lat, claim.lon, *goals, apogee_m=claim.apogee, mode="scale", explain=False)


def _times(vehicle: Vehicle, claim: Claim, goals: tuple[list[float], list[float]]) -> Floats:
    """Flight time by heading, s; NaN where no flight was found."""
    table = _fly(vehicle, claim, goals)
    return np.where(table.reached, table.flight_s, np.nan)


def _class_burn(kind: str, speed: float, claim: Claim, goals: tuple[list[float], list[float]]) -> float | None:
    """Burn of the class rule for the delta-v this flight needs (it depends a little on the burn); None if it cannot be flown."""
    vehicle = generic(kind, speed)
    for _ in range(4):
        table = _fly(vehicle, claim, goals)
        if not table.reached.any():
            return None
        burn = burn_time(kind, vehicle.delta_v * float(np.mean(table.scale[table.reached])))
        settled = abs(burn - vehicle.burn_s) < 0.01 * burn
        vehicle = _lifting(kind, speed, burn, False)
        if settled:
            break
    return vehicle.burn_s


def _rounding(claim: Claim) -> float:
    """How far the free-fall time moves, s, when apogee and range move by what rounding allows."""
    lat, h = claim.lat, claim.headings[0]
    here = turning_ellipse(claim.apogee, claim.range, lat, h).time
    up = turning_ellipse(claim.apogee + claim.apogee_slack, claim.range, lat, h).time
    out = turning_ellipse(claim.apogee, claim.range + claim.range_slack, lat, h).time
    return abs(up - here) + abs(out - here)


def _judge(claim: Claim, falls: list[Ellipse], flights: Modelled, assumptions: list[str]) -> dict[str, Any]:
    """Verdict and reason from the free-fall times, the modelled times and the rounding of the claim."""
    fall = float(np.mean([f.time for f in falls]))
    least = min(f.time for f in falls)
    slack = claim.time_slack + _rounding(claim)
    flown = not np.all(np.isnan(flights.times))
    times = flights.times if flown else _without_boost_model(falls, flights)
    best = float(np.nanmean(times[:, 1])) if not np.all(np.isnan(times[:, 1])) else float(np.nanmean(times))
    lo, hi = float(np.nanmin(times)) - slack, float(np.nanmax(times)) + slack
    numbers = {
        "excess_s": round(claim.time - fall, 1),
        "burn_s": {k: [round(b, 1) for b in three] for k, three in zip(flights.kinds, flights.burns, strict=True)},
        "surface_speed_m_s": round(float(np.mean([f.speed for f in falls])), 1),
        "minimum_time_s": round(max(least - slack, 0.0), 1),
        "rounding_s": round(slack, 1),
        "assumptions": assumptions,
    }
    verdict, reason = _verdict(claim, falls, (least, best, lo, hi, slack), flown)
    return _report(verdict, claim, (best, max(lo, least - slack, 0.0), hi), fall, reason, numbers)


def _without_boost_model(falls: list[Ellipse], flights: Modelled) -> Floats:
    """A stand-in where the boost model found no flight: free fall plus 0.6 of the burn, the share it adds on steep flights."""
    burns = np.array(flights.burns)
    out: Floats = 0.6 * burns[:, :, None] + np.array([f.time for f in falls])[None, None, :]
    return out


def _verdict(claim: Claim, falls: list[Ellipse], bounds: tuple[float, ...], flown: bool) -> tuple[str, str]:
    """What to say, strongest ground first."""
    _, best, lo, hi, _ = bounds
    time = claim.time
    what = f"a flight to {claim.apogee / 1e3:,.0f} km over {claim.asked_range / 1e3:,.0f} km"
    why = _impossible(claim, falls, bounds, flown)
    if why:
        return "impossible", f"{what} {why}"
    if not flown:
        return "doubtful", f"{what}: the boost model found no way to fly it; the times are free fall plus a typical boost"
    if lo <= time <= hi:
        return (
            "consistent",
            f"{what} lasts about {best:,.0f} s with a typical boost ({lo:,.0f} to {hi:,.0f} s); claimed: {time:,.0f} s",
        )
    side, pace = ("shorter", "quick") if time < lo else ("longer", "slow")
    return "doubtful", (
        f"{what} lasts {lo:,.0f} to {hi:,.0f} s with the boosts known of its class; the claimed {time:,.0f} s are {side}. "
        f"It would need an unusually {pace} boost, or {_apogee_for(claim, best)}"
    )


def _impossible(claim: Claim, falls: list[Ellipse], bounds: tuple[float, ...], flown: bool) -> str:
    """Why no ballistic missile flies the claim, strongest ground first; empty where nothing forbids it."""
    least, best, _, hi, slack = bounds
    speed, efficient = min(f.speed for f in falls), float(apogee_for(claim.range, 1.0))
    remedy = f"Either the time would have to be about {best:,.0f} s, or"
    if claim.too_far:
        return f"ends further away than any place on Earth: no two are over {LIMIT_KM:,.0f} km apart. The range must be smaller"
    if speed > FASTEST:
        return (
            f"needs {speed / 1e3:.1f} km/s at the surface, a satellite launcher's speed; ballistic missiles reach about 8 km/s. "
            f"The apogee or the range would have to be much smaller"
        )
    if claim.time + slack < least:
        return (
            f"falls freely for {least:,.0f} s even without boost, {least - claim.time:,.0f} s more than claimed. "
            f"{remedy} {_apogee_for(claim, best)}"
        )
    if not flown and claim.apogee < SHALLOWEST * efficient:
        return (
            "is too shallow to be ballistic: the path lies in dense air and no boost of the model reaches it. "
            f"The apogee would have to be nearer to {efficient / 1e3:,.0f} km"
        )
    if claim.time - slack > least + LONGEST_EXCESS * (hi - least):
        return (
            f"lasts {best:,.0f} s with a typical boost and at most about {hi:,.0f} s; no boost explains {claim.time:,.0f} s. "
            f"{remedy} {_apogee_for(claim, best)}"
        )
    return ""


def _apogee_for(claim: Claim, best: float) -> str:
    """Which apogee would give the claimed time at the claimed range, boost added as modelled; in words."""
    lat, h = claim.lat, claim.headings[0]
    boost = best - turning_ellipse(claim.apogee, claim.range, lat, h).time
    wanted = claim.time - max(boost, 0.0)
    lo, hi = 1e3, 60e6
    if not turning_ellipse(lo, claim.range, lat, h).time < wanted < turning_ellipse(hi, claim.range, lat, h).time:
        return "the range is wrong as well: no apogee gives that time over it"
    for _ in range(50):
        middle = 0.5 * (lo + hi)
        lo, hi = (middle, hi) if turning_ellipse(middle, claim.range, lat, h).time < wanted else (lo, middle)
    return f"the apogee would have to be about {lo / 1e3:,.0f} km"


def _assumptions(
    claim: Claim, site: object, azimuth: object, propellant: str | None, burns: object, flights: Modelled
) -> list[str]:
    """What the answer rests on besides the claim."""
    out = ["generic point-mass boost with assumed stage values; free fall with J2-J4 and drag; no accuracy beyond it is claimed"]
    if site is None:
        out.append(f"no launch site given: latitude {DEFAULT_LATITUDE:g} N assumed")
    if azimuth is None:
        out.append(f"no launch heading given: {len(claim.headings)} headings tried, times averaged, range widened")
    if propellant is None:
        out.append("propellant unknown: solid and liquid tried, times averaged, range widened")
    if burns is None:
        out.append("burn time from one rule per class (fitted on published burns), range -30 % to +45 %")
    missing = int(np.isnan(flights.times).sum())
    if missing:
        out.append(f"the boost model found no flight in {missing} of {flights.times.size} variants")
    return out


def _report(
    verdict: str, claim: Claim, times: tuple[float, float, float], fall: float, reason: str, numbers: dict[str, Any]
) -> dict[str, Any]:
    """The answer as the command line prints it."""
    best, lo, hi = times
    return {
        "verdict": verdict,
        "best_time_s": round(best, 1),
        "time_range_s": [round(lo, 1), round(hi, 1)],
        "impulsive_time_s": round(fall, 1),
        "reason": reason,
        "claim": {"apogee_km": claim.apogee / 1e3, "range_km": claim.asked_range / 1e3, "time_s": claim.time},
        **numbers,
    }
