"""A claimed flight flown by the generic missile of each propellant class, with short, typical and long burns."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from cupola.assess.flight.claim import Claim
from cupola.assess.flight.free_fall import Ellipse, ellipse
from cupola.core.batches import Floats
from cupola.core.constants import MEAN_RADIUS, Cited
from cupola.core.errors import BadInput, BadOption
from cupola.dynamics.boost import AimTable, aim_many
from cupola.dynamics.frames import destination
from cupola.dynamics.vehicle import Vehicle, burn_time, generic

BURN_SCATTER = (0.7, 1.45)
FASTEST = 9000.0

SOURCES: dict[str, Cited] = {
    "BURN_SCATTER": Cited("1", "assumed: part of the class rule that a burn may last; holds all published burns", 2026, "assumed"),
    "FASTEST": Cited(
        "m/s",
        "assumed: surface speed above which the body needs a satellite launcher's delta-v; lofted ICBMs reach 8.1 km/s",
        2026,
        "assumed",
    ),
}


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


def model(claim: Claim, falls: list[Ellipse], kinds: tuple[str, ...], given: tuple[float, float] | None) -> Modelled:
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
