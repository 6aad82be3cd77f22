"""Is a claimed flight possible? Apogee, ground range and flight time of a ballistic missile against physics.

Two bounds with very different strength. Apogee and range alone fix a free-fall ellipse on the turning Earth, and a boost can only
lengthen the flight: a claim below the ellipse's time contradicts itself, whatever the missile. How much the boost adds depends on
the burn time, which follows one rule per propellant class (``dynamics.vehicle.burn_time``) fitted on published burns and never on
flights; that bound mostly raises doubts.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from cupola.assess.flight.boosts import FASTEST, Modelled, model
from cupola.assess.flight.claim import DEFAULT_LATITUDE, LIMIT_KM, Claim, burns, read
from cupola.assess.flight.free_fall import Ellipse, turning_ellipse
from cupola.core.batches import Floats
from cupola.core.constants import Cited
from cupola.core.errors import BadOption
from cupola.dynamics.boost import apogee_for
from cupola.dynamics.vehicle import PROPELLANTS

SHALLOWEST = 0.15
LONGEST_EXCESS = 2.5

SOURCES: dict[str, Cited] = {
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
    claim = read(apogee_km, range_km, time_s, site, azimuth)
    given = burns(burn_s)
    if propellant is not None and propellant not in PROPELLANTS:
        raise BadOption(f"--propellant {propellant!r} is unknown: write solid or liquid, or leave it out for both")
    falls = [turning_ellipse(claim.apogee, claim.range, claim.lat, h) for h in claim.headings]
    kinds = (propellant,) if propellant else PROPELLANTS
    flights = model(claim, falls, kinds, given)
    return _judge(claim, falls, flights, _assumptions(claim, site, azimuth, propellant, given, flights))


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
    lo, hi = max(float(np.nanmin(times)) - slack, least - slack, 0.0), float(np.nanmax(times)) + slack
    best, lo, hi = round(best, 1), round(lo, 1), round(hi, 1)  # one rounding: text and numbers speak of the same range
    numbers = {
        "excess_s": round(claim.time - fall, 1),
        "burn_s": {k: [round(b, 1) for b in three] for k, three in zip(flights.kinds, flights.burns, strict=True)},
        "surface_speed_m_s": round(float(np.mean([f.speed for f in falls])), 1),
        "minimum_time_s": round(max(least - slack, 0.0), 1),
        "rounding_s": round(slack, 1),
        "assumptions": assumptions,
    }
    verdict, reason = _verdict(claim, falls, (least, best, lo, hi, slack), flown)
    return _report(verdict, claim, (best, lo, hi), fall, reason, numbers)


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
        "best_time_s": best,
        "time_range_s": [lo, hi],
        "impulsive_time_s": round(fall, 1),
        "reason": reason,
        "claim": {"apogee_km": claim.apogee / 1e3, "range_km": claim.asked_range / 1e3, "time_s": claim.time},
        **numbers,
    }
