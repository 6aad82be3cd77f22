"""How many warning satellites: every point in a band of latitude and height seen by two of them at once (stereo).

A tracker of warm bodies needs cold sky behind the target: its line of sight, drawn on, must pass above the air (``grazing``).
A plume is seen against the Earth too. What matters is the angle at the Earth's centre between satellite and target, so counting is
that of ``shell_kernels``, for a ring (between two angles) instead of a cap.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from cupola.assess.orbits import shell_kernels as kernels
from cupola.assess.orbits.inputs import (
    ALTITUDE,
    AVAILABILITY,
    BOUND,
    INCLINATION,
    INCLINED,
    LATITUDE_HI,
    LATITUDE_LO,
    PLANES,
    SATELLITES,
)
from cupola.assess.orbits.latitudes import band, latitude_size
from cupola.assess.orbits.shell import Floats, Shell, latitudes, mixture_bound
from cupola.assess.question import Answer, Chart, Input, Model, Output
from cupola.core.constants import EARTH_RADIUS
from cupola.core.errors import BadOption

SHIFTS = 12  # places between two nodes
LATITUDES = 16  # of the band
MOST = 600  # satellites of one shell that are tried
ROUNDING = 1e-12  # a share of the time below this is none


@dataclass(frozen=True)
class View:
    """Angles at the Earth's centre, rad, between which a satellite sees a target at one height."""

    nearest: float
    farthest: float


def view(altitude: float, height: float, grazing: float, longest: float, cold_sky: bool) -> View | None:
    """What a satellite at ``altitude`` sees of targets at ``height`` (m); None if nothing.

    farthest: the line of sight just clears ``grazing`` (height of the air that blinds, m) or is ``longest`` (m). nearest: with
    cold_sky the line of sight, drawn on behind the target, must clear it too.
    Source: plane geometry of a chord that touches a circle. Limits: sphere, no sun, no refraction.
    """
    a, b, c = EARTH_RADIUS + altitude, EARTH_RADIUS + height, EARTH_RADIUS + grazing
    if cold_sky and b < c:
        return None
    far = limb_angle(altitude, height, grazing)
    span = (a * a + b * b - longest * longest) / (2.0 * a * b)
    far = min(far, math.acos(min(1.0, max(-1.0, span))))
    near = math.acos(c / a) - math.acos(c / b) if cold_sky and a > b and a > c else 0.0
    return View(near, far) if far > near else None


def limb_angle(altitude: float, height: float, grazing: float) -> float:
    """Widest angle (rad) at the Earth's centre from a satellite to a target that it sees above ``grazing`` past the limb; in m.

    0 where the satellite itself is not above it. Source: as ``view``.
    """
    a, b, c = EARTH_RADIUS + altitude, EARTH_RADIUS + height, EARTH_RADIUS + grazing
    return math.acos(min(1.0, c / a)) + math.acos(min(1.0, c / b)) if a > c else 0.0


def counted(s: Shell, seen: View, lats: Floats, size: int) -> Floats:
    """Share of places and moments at which 0, 1, ... size - 1 or more see a target at each latitude. Shapes: (lats, size)."""
    cosines = math.cos(seen.farthest), math.cos(seen.nearest)
    return np.asarray(kernels.histogram(s.inclination, s.planes, s.each, s.phasing, lats, *cosines, SHIFTS, size))


def missing(s: Shell, seen: View, lats: Floats, wanted: int, enough: float) -> float:
    """Largest share of the time, over the latitudes, with fewer than ``wanted`` that see a target; stops above ``enough``."""
    most = 0.0
    for k in range(len(lats)):
        most = max(most, float(counted(s, seen, lats[k : k + 1], wanted + 1)[0, :wanted].sum()))
        if most > enough:
            break
    return most


def smallest(low: float, high: float, views: list[View], wanted: int, availability: float, inclinations: Floats) -> Shell | None:
    """The smallest Walker shell up to ``MOST`` that does it for every view (one for each height); None if there is none.

    Sizes from the fewest that could do on average upwards; for each every number of planes from 2 to 20 and some phasings.
    """
    lats = np.linspace(low, high, 1 if high - low < 1e-9 else LATITUDES)
    size = max(wanted, math.ceil(_bound(views, wanted, availability, low, high)))
    while size <= MOST:
        for planes in [p for p in range(2, 21) if size % p == 0]:
            for inclination in inclinations:
                for phasing in range(min(planes, 6)):
                    s = Shell(float(inclination), planes, size // planes, phasing)
                    if all(
                        missing(s, v, lats, wanted, 1.0 - availability) <= 1.0 - availability
                        for v in sorted(views, key=lambda v: v.farthest)
                    ):
                        return s
        size += 1 if size < 60 else 2 if size < 150 else 6
    return None


def answer(a: Mapping[str, Any]) -> Answer:
    """The smallest layer that sees. Raises BadOption."""
    low, high = latitude_size(*band(a["latitude_lo_deg"], a["latitude_hi_deg"]))
    if a["height_lo_km"] > a["height_hi_km"]:
        raise BadOption(f"targets from {a['height_lo_km']:g} km up to {a['height_hi_km']:g} km: give the lower height first")
    views = [_seen(a, h) for h in (a["height_lo_km"], a["height_hi_km"])]
    given = a["inclination_deg"]
    tried = np.radians([given] if given else sorted({min(90.0, max(5.0, math.degrees(high) + d)) for d in (-20.0, -10.0, 0.0)}))
    found = smallest(low, high, views, a["wanted"], a["availability"], tried)
    if found is None:
        raise BadOption(f"no shell of up to {MOST} satellites sees all of it; go higher, allow a longer range, or ask for less")
    return {
        "satellites": found.satellites,
        "planes": found.planes,
        "inclination_deg": math.degrees(found.inclination),
        "phasing": found.phasing,
        "radius_deg": math.degrees(min(v.farthest for v in views)),
        "bound": _bound(views, a["wanted"], a["availability"], low, high),
        "charts": [_chart(found, views, low, high)],
    }


def _seen(a: Mapping[str, Any], height: float) -> View:
    grazing = a["grazing_km"] * 1e3 if a["warm_body"] else 0.0
    found = view(a["altitude_km"] * 1e3, height * 1e3, grazing, a["range_km"] * 1e3, a["warm_body"])
    if found is None:
        raise BadOption(
            f"a satellite at {a['altitude_km']:g} km never sees a target {height:g} km up, within {a['range_km']:g} km and above "
            f"{grazing / 1e3:g} km of air: raise the target or the range, lower the grazing height, or set warm_body to false"
        )
    return found


def _bound(views: list[View], wanted: int, availability: float, low: float, high: float) -> float:
    """Satellites on average, for the height at which one sees least far; no mix of circular orbits can do with fewer."""
    return wanted * availability * mixture_bound(low, high, min(v.farthest for v in views))[0]


def _chart(s: Shell, views: list[View], low: float, high: float) -> Chart:
    lats = latitudes(low, high, 0.2)
    tight = min(views, key=lambda v: v.farthest - v.nearest)
    shares = counted(s, tight, lats, s.satellites + 1)
    least = np.argmax(shares > ROUNDING, axis=1).tolist()
    mean = (shares @ np.arange(s.satellites + 1)).tolist()
    degrees = [math.degrees(x) for x in lats]
    return Chart(
        "Satellites that see a target", "latitude, deg", "satellites", {"least": (degrees, least), "mean": (degrees, mean)}
    )


_SDA = "SDA director at Space Symposium and SDA solicitations, Defense Daily and SpaceNews, 2024"
MODELS = (
    Model(
        "tracking-layer",
        "A tracking layer in low orbit",
        "How many warning satellites, so that two of them see every target at once?",
        (
            replace(ALTITUDE, default=1_000.0, lo=300.0, hi=36_000.0, step=50.0, source=_SDA, low=600.0, high=1_400.0),
            Input("wanted", "Satellites that must see a target", "", 2, 1, 6, 1, role="demand"),
            Input("height_lo_km", "Lowest target", "km", 150.0, 0.0, 2_000.0, 10.0, role="demand"),
            Input("height_hi_km", "Highest target", "km", 500.0, 0.0, 2_000.0, 10.0, role="demand"),
            Input("warm_body", "Against cold sky only", "", True, help="true: a warm body after burnout; false: a plume"),
            Input("grazing_km", "Height of the air that blinds", "km", 100.0, 0.0, 200.0, 5.0),
            Input("range_km", "Longest range", "km", 6_000.0, 200.0, 50_000.0, 100.0),
            replace(LATITUDE_LO, default=0.0, step=1.0),
            replace(LATITUDE_HI, default=90.0, step=1.0),
            replace(AVAILABILITY, default=0.99),
            replace(INCLINATION, step=1.0, help="0: a few are tried"),
        ),
        (
            SATELLITES,
            PLANES,
            INCLINED,
            Output("phasing", "Phasing", ""),
            Output("radius_deg", "Angle within which one sees", "deg"),
            BOUND,
        ),
        answer,
        False,
        "Lowest and highest target only; no sun, no slewing, no field of view: whoever is in line of sight looks.",
        (_SDA,),
    ),
)
