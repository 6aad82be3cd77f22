"""Where a sensor is and how it is turned: sites, ships, aircraft, satellites.

Two frames. On Earth: x level along the boresight, y to its left, z up. In orbit: x to the Earth's centre, z towards north. Rows are
given in ECI. ``pose`` is the only door; each kind of platform is a frozen record.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from sgp4.api import SGP4_ERRORS, Satrec
from sgp4.io import verify_checksum

from cupola.core.batches import Floats
from cupola.core.clock import DAY_NS
from cupola.core.constants import EARTH_RADIUS, J2, MU, OMEGA
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


def pose(platform: Platform, boresight: float, t: float, epoch_ns: int) -> tuple[Floats, Floats]:
    """Position ``(3,)`` m and axes ``(3, 3)`` in ECI at t. boresight: rad from north, for platforms on Earth."""
    if isinstance(platform, ORBITING):
        position = _in_orbit(platform, t, epoch_ns)
        return position, nadir_axes(position)
    turned = frames.eci_from_ecef(_level(*_on_earth(platform, t), boresight), t)
    return turned[3], turned[:3]


@lru_cache(maxsize=1024)
def _level(lat: float, lon: float, alt: float, boresight: float) -> Floats:
    """Rows x along the boresight, y to its left, z up, and the position, all in ECEF: ``(4, 3)``."""
    east, north, up = frames.enu_axes(lat, lon)
    s, c = math.sin(boresight), math.cos(boresight)
    return np.array([s * east + c * north, s * north - c * east, up, frames.ecef_from_geodetic(lat, lon, alt)])


def nadir_axes(position: Floats) -> Floats:
    """Rows x to the Earth's centre, y to the west, z towards north. Over a pole, where north is lost, y is ECI's y."""
    a, b, c = (-position / math.sqrt(position @ position)).tolist()
    flat = math.hypot(a, b)
    d, e = (-b / flat, a / flat) if flat > 1e-9 else (0.0, 1.0)
    return np.array([[a, b, c], [d, e, 0.0], [-c * e, c * d, a * e - b * d]])


def _on_earth(platform: Fixed | Route | Circle, t: float) -> tuple[float, float, float]:
    """Latitude, longitude, height at t."""
    if isinstance(platform, Fixed):
        return platform.lat, platform.lon, platform.alt
    if isinstance(platform, Circle):
        lat, lon = frames.destination(platform.lat, platform.lon, platform.speed * t / platform.radius, platform.radius)
        return float(lat), float(lon), platform.alt
    return *_along(platform.waypoints, platform.speed * t), platform.alt


def _along(waypoints: Sequence[tuple[float, float]], distance: float) -> tuple[float, float]:
    """The place ``distance`` m along the closed route."""
    ends = np.array([*waypoints, waypoints[0]])
    legs, bearings = frames.great_circle(ends[:-1, 0], ends[:-1, 1], ends[1:, 0], ends[1:, 1])
    total = float(legs.sum())
    left = distance % total if total > 0 else 0.0
    i = min(int(np.searchsorted(np.cumsum(legs), left, side="right")), len(legs) - 1)
    lat, lon = frames.destination(ends[i, 0], ends[i, 1], bearings[i], left - legs[:i].sum())
    return float(lat), float(lon)


def _in_orbit(platform: Geo | Orbit | Tle, t: float, epoch_ns: int) -> Floats:
    """ECI position of a satellite at t."""
    if isinstance(platform, Geo):
        angle = platform.lon + OMEGA * t
        r = (MU / OMEGA**2) ** (1 / 3)
        return np.array([r * math.cos(angle), r * math.sin(angle), 0.0])
    if isinstance(platform, Orbit):
        return _kepler(platform, t)
    return frames.eci_from_ecef(_sgp4(platform, epoch_ns + round(t * 1e9)), t)


def secular_rates(orbit: Orbit) -> tuple[float, float, float]:
    """Rates (rad/s) of node, perigee and mean anomaly under J2: Vallado 2013, eqs. 9-37, 9-39, 9-41."""
    n = math.sqrt(MU / orbit.a**3)
    k = 1.5 * J2 * (EARTH_RADIUS / (orbit.a * (1 - orbit.e**2))) ** 2 * n
    s2 = math.sin(orbit.inc) ** 2
    return -k * math.cos(orbit.inc), k * (2 - 2.5 * s2), n + k * math.sqrt(1 - orbit.e**2) * (1 - 1.5 * s2)


def _kepler(orbit: Orbit, t: float) -> Floats:
    """ECI position on the drifting ellipse."""
    node, perigee, mean = secular_rates(orbit)
    m = (orbit.anomaly + mean * t) % (2 * math.pi)
    e = orbit.e
    ecc = m if e < 0.5 else math.pi
    for _ in range(20 if e else 0):  # Newton on Kepler's equation; converges from these starts for every e < 1
        ecc -= (ecc - e * math.sin(ecc) - m) / (1 - e * math.cos(ecc))
    r = orbit.a * (1 - e * math.cos(ecc))
    u = math.atan2(math.sqrt(1 - e * e) * math.sin(ecc), math.cos(ecc) - e) + orbit.argp + perigee * t
    raan = orbit.raan + node * t
    c, s, co, so = math.cos(u), math.sin(u), math.cos(raan), math.sin(raan)
    ci = math.cos(orbit.inc)
    unit: Floats = np.array([co * c - so * s * ci, so * c + co * s * ci, s * math.sin(orbit.inc)])
    return np.asarray(unit * r)


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


def _sgp4(tle: Tle, ns: int) -> Floats:
    """ECEF position (m) at UTC ns."""
    found = satellite(tle.line1, tle.line2)
    days, rest = divmod(ns, DAY_NS)
    error, r, v = found.sgp4(UNIX_JD + days, rest / DAY_NS)
    if error:
        said = SGP4_ERRORS.get(error, error)
        raise BadScenario(f"satellite {found.satnum}: SGP4 says {said!r}; use elements nearer to the scenario's epoch")
    return frames.ecef_from_teme(np.array(r) * 1e3, np.array(v) * 1e3, ns)[0]
