"""How many space-based interceptors: the time there is, the reach it gives, the shots it takes, and the uniform-sphere algebra.

The algebra spreads the satellites evenly over a flat-capped sphere (T. Harrison, AEI). What real orbits make of it is in ``shell``.
Everything is SI and radians; the edges (the questions, the command line) speak km, km/s, g and degrees.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from cupola.core.constants import EARTH_RADIUS, G0, Cited
from cupola.core.errors import BadOption

AEI_RADIUS = 6378.1e3
AEI_G0 = 9.81
_AEI = "T. Harrison, Build Your Own Golden Dome, AEI Working Paper 2025-20, and the published source of its calculator"
SOURCES = {
    "AEI_RADIUS": Cited("m", _AEI, 2025, "read"),
    "AEI_G0": Cited("m/s^2", _AEI + " (in the rocket equation only)", 2025, "read"),
}
WHOLE = 1e-9  # satellites: what is this close above a whole number is that number


@dataclass(frozen=True)
class Sizing:
    """One set of assumptions. speed m/s, acceleration m/s^2, flyout s, heights m, latitudes rad (0 <= low <= high <= pi/2).

    shots: for each target; availability: share of the time with enough interceptors in reach.
    """

    targets: int
    shots: int
    speed: float
    acceleration: float
    flyout: float
    altitude: float
    intercept: float
    low: float
    high: float
    availability: float

    @property
    def wanted(self) -> int:
        """Interceptors that must be in reach at once."""
        return self.targets * self.shots

    @property
    def reach(self) -> float:
        """How far the interceptor gets, m. Raises BadOption where it cannot even make up the difference in height."""
        found = reach(self.speed, self.acceleration, self.flyout)
        climb = abs(self.altitude - self.intercept)
        if found <= climb:
            raise BadOption(
                f"the interceptor reaches {found / 1e3:.0f} km in {self.flyout:g} s, and orbit and intercept are "
                f"{climb / 1e3:.0f} km apart in height: no satellite is ever in reach. "
                "Give it more time, more speed, or bring the heights together"
            )
        return found


def flyout_time(boost: float, detect: float, decide: float, margin: float) -> float:
    """What is left of the boost to fly in, s. Raises BadOption where nothing is left, or for a negative time."""
    for name, time in (("boost", boost), ("detection", detect), ("decision", decide), ("margin", margin)):
        if time < 0.0:
            raise BadOption(f"{name} of {time:g} s: a time cannot be negative; give 0 s or more")
    left = boost - detect - decide - margin
    if left <= 0.0:
        raise BadOption(
            f"no time to fly: the boost lasts {boost:g} s, and detection {detect:g} s + decision {decide:g} s + "
            f"margin {margin:g} s take {boost - left:g} s of it. Shorten them, or take a missile that burns longer"
        )
    return left


def check_flyout(flyout: float, boost: float) -> None:
    """Raises BadOption where the interceptor flies for longer than the missile boosts."""
    if flyout > boost:
        raise BadOption(
            f"a fly-out of {flyout:g} s is longer than the boost of {boost:g} s: "
            "what is hit after burnout is no boost-phase intercept. Shorten the fly-out or name the longer boost"
        )


def burn_time(speed: float, acceleration: float) -> float:
    """How long the interceptor burns, s."""
    return speed / acceleration


def reach(speed: float, acceleration: float, flyout: float) -> float:
    """Straight-line distance from where the satellite would be, m: v (t - t_burn / 2), and a t^2 / 2 while it still burns.

    In the free-falling frame of the satellite the interceptor flies straight.
    Source: Harrison 2025 (D = a tb^2 / 2 + v (T - tb), the same). Limits: no divert, no closing geometry, flights of minutes.
    """
    burn = burn_time(speed, acceleration)
    return speed * (flyout - 0.5 * burn) if flyout >= burn else 0.5 * acceleration * flyout * flyout


def coverage_radius(s: Sizing) -> float:
    """Radius of the ground's circle that one satellite covers, m, flat: sqrt(reach^2 - (difference in height)^2)."""
    return math.sqrt(s.reach**2 - (s.altitude - s.intercept) ** 2)


def uniform_ratio(s: Sizing) -> float:
    """Satellites for one interceptor in reach, spread evenly up to the latitude ``high``: 4 (Re + h)^2 sin(lat) / r^2.

    Source: Harrison 2025. Limits: flat caps, and no bunching of orbits at their turning latitude.
    """
    return 4.0 * (AEI_RADIUS + s.intercept) ** 2 * math.sin(s.high) / coverage_radius(s) ** 2


def cap_angle(s: Sizing) -> float:
    """Angle at the Earth's centre below which a satellite is in reach, rad: cos psi = (a^2 + b^2 - R^2) / (2 a b).

    Raises BadOption where the straight flight would leave the line of sight (the Earth is in the way).
    """
    return reach_angle(s.altitude, s.intercept, s.reach)


def reach_angle(altitude: float, intercept: float, r: float) -> float:
    """``cap_angle`` of an interceptor that reaches ``r`` m. Raises BadOption, too, where it does not bridge the heights (m)."""
    if r <= abs(altitude - intercept):
        apart = abs(altitude - intercept) / 1e3
        raise BadOption(f"a reach of {r / 1e3:g} km does not bridge the {apart:g} km between orbit and intercept; lengthen it")
    a, b = EARTH_RADIUS + altitude, EARTH_RADIUS + intercept
    sight = math.sqrt(a * a - EARTH_RADIUS**2) + math.sqrt(b * b - EARTH_RADIUS**2)
    if r > sight:
        raise BadOption(
            f"a reach of {r / 1e3:.0f} km goes beyond the horizon of the orbit ({sight / 1e3:.0f} km from {altitude / 1e3:g} "
            "km up): straight flight is no model for that. Shorten the fly-out or lower the speed"
        )
    return math.acos((a * a + b * b - r * r) / (2.0 * a * b))


@dataclass(frozen=True)
class Masses:
    """What one satellite weighs, kg."""

    total: float
    divert_propellant: float
    main_propellant: float


def masses(speed: float, divert: float, isp: float, kill_vehicle: float, body: float, support: float) -> Masses:
    """Wet mass of a satellite with one interceptor by the rocket equation (speeds m/s, isp s, dry masses kg).

    Source: Harrison 2025, which takes g0 = 9.81 here. Limits: one stage, dry masses do not grow with the propellant.
    """
    exhaust = AEI_G0 * isp
    divert_propellant = kill_vehicle * math.expm1(divert / exhaust)
    main = (kill_vehicle + divert_propellant + body) * math.expm1(speed / exhaust)
    return Masses(kill_vehicle + body + support + divert_propellant + main, divert_propellant, main)


def acceleration_of(g: float) -> float:
    """Acceleration in m/s^2 of so many g."""
    return g * G0
