"""What carries a sensor: sites, ships, aircraft, satellites, each a frozen record. ``sensors.pose`` says where they are."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from sgp4.api import SGP4_ERRORS, Satrec
from sgp4.io import verify_checksum

from cupola.core.batches import Floats
from cupola.core.clock import DAY_NS
from cupola.core.constants import EARTH_RADIUS, J2, MU
from cupola.core.errors import BadScenario
from cupola.dynamics import frames

UNIX_JD = 2440587.5  # Julian date of 1970-01-01T00:00:00 UTC


@dataclass(frozen=True)
class Fixed:
    """A site: geodetic latitude, longitude (rad), height (m)."""

    lat: float
    lon: float
    alt: float = 0.0


@dataclass(frozen=True)
class Route:
    """A ship or aircraft that goes round its waypoints ``((lat, lon), ...)`` (rad) on great circles, from the first, for ever."""

    waypoints: tuple[tuple[float, float], ...]
    speed: float
    alt: float = 0.0


@dataclass(frozen=True)
class Circle:
    """A ship or aircraft on a circle of ``radius`` m round a place, clockwise, starting north of it."""

    lat: float
    lon: float
    radius: float
    speed: float
    alt: float = 0.0


@dataclass(frozen=True)
class Geo:
    """A geostationary satellite at a longitude (rad)."""

    lon: float


@dataclass(frozen=True)
class Orbit:
    """A satellite on a Kepler orbit whose node, perigee and mean anomaly drift as J2 makes them (secular rates only).

    a m; e; inc; raan: longitude of the ascending node at t = 0, from the Greenwich meridian of the epoch; argp; anomaly: the mean
    one, at t = 0. Source: Vallado, Fundamentals of Astrodynamics, 4th ed. 2013, eqs. 9-37, 9-39, 9-41.
    Limits: no short-period terms (about 10 km), no drag.
    """

    a: float
    inc: float
    raan: float
    anomaly: float
    e: float = 0.0
    argp: float = 0.0


@dataclass(frozen=True)
class Tle:
    """A satellite by its two-line elements, propagated by SGP4 (sgp4 package) from the scenario's UTC epoch."""

    line1: str
    line2: str


Platform = Fixed | Route | Circle | Geo | Orbit | Tle
ORBITING = (Geo, Orbit, Tle)


def walker(
    total: int, planes: int, phasing: int, altitude: float, inc: float, raan: float = 0.0, anomaly: float = 0.0
) -> list[Orbit]:
    """Walker delta shell i: total/planes/phasing of circular orbits, plane by plane.

    Raises BadScenario when the satellites do not divide evenly. Source: Walker, J. Brit. Interplan. Soc. 37, 1984.
    """
    if planes < 1 or total % planes:
        raise BadScenario(f"Walker shell: {total} satellites do not divide into {planes} planes; make total a multiple of planes")
    per, turn = total // planes, 2 * math.pi
    return [
        Orbit(EARTH_RADIUS + altitude, inc, raan + turn * p / planes, anomaly + turn * (s / per + phasing * p / total))
        for p in range(planes)
        for s in range(per)
    ]


def secular_rates(orbit: Orbit) -> tuple[float, float, float]:
    """Rates (rad/s) of node, perigee and mean anomaly under J2: Vallado 2013, eqs. 9-37, 9-39, 9-41."""
    n = math.sqrt(MU / orbit.a**3)
    k = 1.5 * J2 * (EARTH_RADIUS / (orbit.a * (1 - orbit.e**2))) ** 2 * n
    s2 = math.sin(orbit.inc) ** 2
    return -k * math.cos(orbit.inc), k * (2 - 2.5 * s2), n + k * math.sqrt(1 - orbit.e**2) * (1 - 1.5 * s2)


@lru_cache(maxsize=4096)
def satellite(line1: str, line2: str) -> Satrec:
    """Parsed elements. Raises BadScenario for a line that is not a TLE's."""
    try:
        if not (line1[:2] == "1 " and line2[:2] == "2 " and len(line1) >= 69 and len(line2) >= 69):
            raise ValueError("the lines must begin with 1 and 2 and have 69 characters")
        verify_checksum(line1, line2)
        found = Satrec.twoline2rv(line1, line2)
    except ValueError as e:
        said = str(e).splitlines()[0]
        raise BadScenario(f"two-line elements cannot be read: {said}; paste both lines unchanged") from None
    if found.error:
        raise BadScenario(f"two-line elements of satellite {found.satnum}: {SGP4_ERRORS.get(found.error, 'unusable')}")
    return found


def tle_age(tle: Tle, ns: int) -> float:
    """Days from the elements' own epoch to UTC ns; negative before it."""
    found = satellite(tle.line1, tle.line2)
    return float(UNIX_JD - found.jdsatepoch + ns / DAY_NS - found.jdsatepochF)


def sgp4(tle: Tle, epoch_ns: int, t: float) -> Floats:
    """ECI position (m) of a satellite at t s from the scenario's UTC epoch. Raises BadScenario where SGP4 fails."""
    found = satellite(tle.line1, tle.line2)
    ns = epoch_ns + round(t * 1e9)
    days, rest = divmod(ns, DAY_NS)
    error, r, v = found.sgp4(UNIX_JD + days, rest / DAY_NS)
    if error:
        said = SGP4_ERRORS.get(error, error)
        raise BadScenario(f"satellite {found.satnum}: SGP4 says {said!r}; use elements nearer to the scenario's epoch")
    return frames.eci_from_ecef(frames.ecef_from_teme(np.array(r) * 1e3, np.array(v) * 1e3, ns)[0], t)
