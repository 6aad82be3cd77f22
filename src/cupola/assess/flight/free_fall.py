"""The free-fall ellipse that a claimed apogee and range fix, on a still and on a turning sphere (``dynamics.kepler``)."""

from __future__ import annotations

import math
from dataclasses import dataclass

from cupola.core.constants import MEAN_RADIUS, OMEGA
from cupola.dynamics import kepler
from cupola.dynamics.frames import destination, great_circle

WIDEST = math.pi - 1e-6  # rad: an arc to the very opposite point has no direction


@dataclass(frozen=True)
class Ellipse:
    """Surface-to-surface ellipse: flight time (s), surface speed (m/s, inertial) and angle above the horizon (rad) at both ends."""

    time: float
    speed: float
    angle: float


def ellipse(apogee: float, central_angle: float) -> Ellipse:
    """The ellipse with this apogee height (m) whose ends lie ``central_angle`` (rad, below pi) apart."""
    ground = central_angle * MEAN_RADIUS
    speed, angle = kepler.impulsive_launch(apogee, ground)
    return Ellipse(float(kepler.impulsive_time(apogee, ground)), float(speed), float(angle))


def turning_ellipse(apogee: float, distance: float, lat: float, azimuth: float) -> Ellipse:
    """The ellipse over ``distance`` (m) of ground of the turning Earth, from latitude ``lat`` towards ``azimuth`` (rad).

    The target moves east while the flight lasts; iterated on the flight time. Limits: sphere, no air, no boost.
    """
    end_lat, end_lon = destination(lat, 0.0, azimuth, distance)
    found = ellipse(apogee, min(distance / MEAN_RADIUS, WIDEST))
    for _ in range(60):
        before = found.time
        arc, _ = great_circle(lat, 0.0, end_lat, end_lon + OMEGA * before)
        found = ellipse(apogee, min(float(arc) / MEAN_RADIUS, WIDEST))
        if abs(found.time - before) < 1e-6:
            break
    return found
