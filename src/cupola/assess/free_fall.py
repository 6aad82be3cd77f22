"""The free-fall ellipse that a claimed apogee and range fix, on a still and on a turning sphere."""

from __future__ import annotations

import math
from dataclasses import dataclass

from cupola.core.constants import MEAN_RADIUS, MU, OMEGA


@dataclass(frozen=True)
class Ellipse:
    """Surface-to-surface ellipse: flight time (s), surface speed (m/s, inertial) and angle above the horizon (rad) at both ends."""

    time: float
    speed: float
    angle: float


def ellipse(apogee: float, central_angle: float) -> Ellipse:
    """The ellipse with this apogee height (m) whose ends lie ``central_angle`` (rad, below pi) apart.

    Source: Bate, Mueller, White 1971, ch. 6: e = (ra - R) / (ra - R cos(psi/2)), Kepler's equation for the time.
    """
    top = MEAN_RADIUS + apogee
    half = central_angle / 2.0
    e = (top - MEAN_RADIUS) / (top - MEAN_RADIUS * math.cos(half))
    a = top / (1.0 + e)
    anomaly = 2.0 * math.atan(math.sqrt((1.0 - e) / (1.0 + e)) * math.tan((math.pi - half) / 2.0))
    time = 2.0 * (math.pi - (anomaly - e * math.sin(anomaly))) * math.sqrt(a**3 / MU)
    speed = math.sqrt(MU * (2.0 / MEAN_RADIUS - 1.0 / a))
    level = math.sqrt(MU * a * (1.0 - e * e)) / MEAN_RADIUS
    return Ellipse(time, speed, math.acos(min(level / speed, 1.0)))


def _inertial_angle(distance: float, lat: float, azimuth: float, time: float) -> float:
    """Central angle from the pad at launch to where the target is ``time`` later, the Earth turning below."""
    d = distance / MEAN_RADIUS
    sin_lat = math.sin(lat) * math.cos(d) + math.cos(lat) * math.sin(d) * math.cos(azimuth)
    east = math.sin(azimuth) * math.sin(d) * math.cos(lat)
    lead = math.atan2(east, math.cos(d) - math.sin(lat) * sin_lat) + OMEGA * time
    cos_lat = math.sqrt(max(1.0 - sin_lat * sin_lat, 0.0))
    cos_angle = math.sin(lat) * sin_lat + math.cos(lat) * cos_lat * math.cos(lead)
    return math.acos(min(max(cos_angle, -1.0), 1.0))


def turning_ellipse(apogee: float, distance: float, lat: float, azimuth: float) -> Ellipse:
    """The ellipse over ``distance`` (m) of ground of the turning Earth, from latitude ``lat`` towards ``azimuth`` (rad).

    The target moves east while the flight lasts; iterated on the flight time. Limits: sphere, no air, no boost.
    """
    found = ellipse(apogee, min(distance / MEAN_RADIUS, math.pi - 1e-6))
    for _ in range(60):
        before = found.time
        found = ellipse(apogee, min(_inertial_angle(distance, lat, azimuth, before), math.pi - 1e-6))
        if abs(found.time - before) < 1e-3:
            break
    return found
