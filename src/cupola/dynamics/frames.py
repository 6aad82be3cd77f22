"""Where things are: WGS-84 geodesy, the turning Earth, lines of sight.

The frame note (documented here and nowhere else)
    ECEF is the WGS-84 Earth-fixed frame. **ECI is the ECEF frame of the scenario's epoch held still**: the two agree at t = 0 and
    ``eci = Rz(OMEGA t) ecef`` later. The celestial frame (CIRS) is ECI turned by ``earth_rotation_angle(epoch)`` about z; nothing
    here needs it, for gravity, drag and sensors are all tied to the Earth. TLEs are TEME and are turned by ``gmst``.
    Left out, with the size of the error at the Earth's surface: UT1-UTC (< 0.9 s: 13.5 arc-seconds, 420 m, only where a
    satellite's TLE meets an Earth-fixed sensor), polar motion (0.3 arc-seconds, 10 m), the motion of the pole in space during a
    scenario (< 0.02 arc-seconds an hour) and OMEGA's fixed value (1.5e-12 rad/s, 3 cm an hour).

Arrays are ``(..., 3)`` positions or ``(..., 6)`` states in m and m/s; latitudes, longitudes, bearings in rad (bearings clockwise
from north); times in s from the epoch; UTC in int64 ns since 1970.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from cupola.core.batches import Bools, Floats
from cupola.core.clock import DAY_NS
from cupola.core.constants import EARTH_RADIUS, FLATTENING, MEAN_RADIUS, OMEGA

E2 = FLATTENING * (2.0 - FLATTENING)  # first eccentricity squared
POLAR_RADIUS = EARTH_RADIUS * (1.0 - FLATTENING)
EP2 = E2 / (1.0 - E2)  # second eccentricity squared

_J2000_NS = 946_728_000_000_000_000  # 2000-01-01T12:00:00 UTC


# ----------------------------------------------------------------------------------------------- geodesy


def ecef_from_geodetic(lat: ArrayLike, lon: ArrayLike, alt: ArrayLike = 0.0) -> Floats:
    """ECEF position of geodetic latitude, longitude (rad), height above WGS-84 (m); they broadcast. Shapes: (...) -> (..., 3)."""
    lat, lon, alt = np.broadcast_arrays(np.asarray(lat, float), np.asarray(lon, float), np.asarray(alt, float))
    s = np.sin(lat)
    normal = EARTH_RADIUS / np.sqrt(1.0 - E2 * s * s)
    flat = (normal + alt) * np.cos(lat)
    return np.stack([flat * np.cos(lon), flat * np.sin(lon), (normal * (1.0 - E2) + alt) * s], axis=-1)


def _latitude_parts(p: Floats, z: Floats) -> tuple[Floats, Floats]:
    """Sine and cosine of geodetic latitude from distance to the axis and z: two rounds of Bowring on the parametric latitude."""
    squash = 1.0 - FLATTENING
    sb, cb = squash * z * (1.0 + EP2 * POLAR_RADIUS / np.hypot(p, z)), p  # a first guess that is good at every height
    s, c = sb, cb
    for _ in range(2):
        norm = np.hypot(sb, cb)
        s = z + EP2 * POLAR_RADIUS * (sb / norm) ** 3
        c = p - E2 * EARTH_RADIUS * (cb / norm) ** 3
        sb, cb = squash * s, c
    norm = np.hypot(s, c)
    return s / norm, c / norm


def geodetic_from_ecef(x: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """Geodetic latitude, longitude (rad, lon in (-pi, pi]) and height (m) of ECEF positions.

    Shapes: (..., 3) -> three of (...).
    Source: Bowring 1976, Survey Review 23(181), eq. 3, iterated; height as p cos + z sin - a sqrt(1 - e2 sin^2), safe at the poles.
    Limits: 1e-11 deg and 1e-8 m from -10 km to 50,000 km; wrong within 50 km of the Earth's centre.
    """
    x = np.asarray(x, float)
    p, z = np.hypot(x[..., 0], x[..., 1]), x[..., 2]
    s, c = _latitude_parts(p, z)
    return np.arctan2(s, c), np.arctan2(x[..., 1], x[..., 0]), p * c + z * s - EARTH_RADIUS * np.sqrt(1.0 - E2 * s * s)


def height(x: ArrayLike) -> Floats:
    """Height above WGS-84 (m); the same in ECI and ECEF, for the ellipsoid is round about the axis. Shapes: (..., 3+) -> (...)."""
    x = np.asarray(x, float)
    p, z = np.hypot(x[..., 0], x[..., 1]), x[..., 2]
    s, c = _latitude_parts(p, z)
    return p * c + z * s - EARTH_RADIUS * np.sqrt(1.0 - E2 * s * s)


def enu_axes(lat: ArrayLike, lon: ArrayLike) -> Floats:
    """Rows east, north, up as ECEF unit vectors at geodetic latitude and longitude. Shapes: (...) -> (..., 3, 3)."""
    lat, lon = np.broadcast_arrays(np.asarray(lat, float), np.asarray(lon, float))
    sl, cl, so, co = np.sin(lat), np.cos(lat), np.sin(lon), np.cos(lon)
    east = np.stack([-so, co, np.zeros_like(so)], axis=-1)
    north = np.stack([-sl * co, -sl * so, cl], axis=-1)
    up = np.stack([cl * co, cl * so, sl], axis=-1)
    return np.stack([east, north, up], axis=-2)


# ----------------------------------------------------------------------------------------------- the turning Earth


def turn(x: ArrayLike, angle: ArrayLike) -> Floats:
    """Vectors turned about z by ``angle`` (rad), counter-clockwise seen from the north. Shapes: (..., 3), (...) -> (..., 3)."""
    x, angle = np.asarray(x, float), np.asarray(angle, float)
    c, s = np.cos(angle), np.sin(angle)
    z = np.broadcast_to(x[..., 2], np.broadcast_shapes(x.shape[:-1], angle.shape))
    return np.stack([c * x[..., 0] - s * x[..., 1], s * x[..., 0] + c * x[..., 1], z], axis=-1)


def eci_from_ecef(x: ArrayLike, t: ArrayLike) -> Floats:
    """ECI position of an ECEF position at ``t`` s from the epoch. Shapes: (..., 3), (...) -> (..., 3)."""
    return turn(x, OMEGA * np.asarray(t, float))


def ecef_from_eci(x: ArrayLike, t: ArrayLike) -> Floats:
    """ECEF position of an ECI position at ``t`` s from the epoch. Shapes: (..., 3), (...) -> (..., 3)."""
    return turn(x, -OMEGA * np.asarray(t, float))


def _spin(x: Floats) -> Floats:
    """Omega x r: the speed of the turning Earth at a place (the same in ECI and ECEF axes of one moment)."""
    return OMEGA * np.stack([-x[..., 1], x[..., 0], np.zeros_like(x[..., 0])], axis=-1)


def state_eci_from_ecef(s: ArrayLike, t: ArrayLike) -> Floats:
    """ECI state of an ECEF state (position, Earth-relative velocity) at ``t``. Shapes: (..., 6), (...) -> (..., 6)."""
    s = np.asarray(s, float)
    return np.concatenate([eci_from_ecef(s[..., :3], t), eci_from_ecef(s[..., 3:] + _spin(s[..., :3]), t)], axis=-1)


def state_ecef_from_eci(s: ArrayLike, t: ArrayLike) -> Floats:
    """ECEF state (position, Earth-relative velocity) of an ECI state at ``t``. Shapes: (..., 6), (...) -> (..., 6)."""
    s = np.asarray(s, float)
    return np.concatenate([ecef_from_eci(s[..., :3], t), ecef_from_eci(s[..., 3:] - _spin(s[..., :3]), t)], axis=-1)


def _days(ns: ArrayLike) -> tuple[Floats, Floats]:
    """Whole and broken days from J2000 (noon), kept apart so that no digit is lost."""
    since = np.asarray(ns, np.int64) - _J2000_NS
    return (since // DAY_NS).astype(float), (since % DAY_NS) / float(DAY_NS)


def earth_rotation_angle(ns: ArrayLike) -> Floats:
    """Earth-rotation angle (rad, [0, 2 pi)) at UTC ``ns``, with UTC for UT1.

    Source: IERS Conventions 2010 (IERS TN 36), eq. 5.15.
    """
    day, part = _days(ns)
    turns = part + 0.7790572732640 + 0.00273781191135448 * (day + part)
    return 2.0 * np.pi * np.mod(turns, 1.0)


def gmst(ns: ArrayLike) -> Floats:
    """Greenwich mean sidereal time (rad, [0, 2 pi)), IAU 1982, at UTC ``ns``, with UTC for UT1: what SGP4's TEME is turned by.

    Source: Vallado 2013, Fundamentals of Astrodynamics, eq. 3-47.
    """
    day, part = _days(ns)
    centuries = (day + part) / 36525.0
    # The 876600 h per century of the formula are the days themselves: only their broken part turns anything.
    seconds = 67310.54841 + centuries * (8640184.812866 + centuries * (0.093104 - 6.2e-6 * centuries))
    return 2.0 * np.pi * np.mod(part + seconds / 86400.0, 1.0)


def ecef_from_teme(x: ArrayLike, v: ArrayLike, ns: ArrayLike) -> tuple[Floats, Floats]:
    """ECEF position and Earth-relative velocity of a TEME position and velocity (m, m/s) at UTC ``ns``. Polar motion is left out.

    Shapes: (..., 3), (..., 3), (...) -> (..., 3), (..., 3). Source: Vallado, Crawford, Hujsak, Kelso 2006, AIAA 2006-6753, app. C.
    """
    angle = -gmst(ns)
    out = turn(x, angle)
    return out, turn(v, angle) - _spin(out)


# ----------------------------------------------------------------------------------------------- on the sphere, through the air


def destination(lat: ArrayLike, lon: ArrayLike, bearing: ArrayLike, distance: ArrayLike) -> tuple[Floats, Floats]:
    """Latitude and longitude reached from a place along a great circle of the mean-radius sphere.

    Limits: distances differ by up to 0.5 % from the ellipsoid's.
    """
    lat, bearing = np.asarray(lat, float), np.asarray(bearing, float)
    arc = np.asarray(distance, float) / MEAN_RADIUS
    s = np.sin(lat) * np.cos(arc) + np.cos(lat) * np.sin(arc) * np.cos(bearing)
    end = np.arcsin(np.clip(s, -1.0, 1.0))
    east = np.sin(bearing) * np.sin(arc) * np.cos(lat)
    turned = np.asarray(lon, float) + np.arctan2(east, np.cos(arc) - np.sin(lat) * s)
    return end, wrap_longitude(turned)


def great_circle(lat1: ArrayLike, lon1: ArrayLike, lat2: ArrayLike, lon2: ArrayLike) -> tuple[Floats, Floats]:
    """Distance (m) and initial bearing (rad, [0, 2 pi)) on the mean-radius sphere. Limits: as ``destination``."""
    lat1, lat2 = np.asarray(lat1, float), np.asarray(lat2, float)
    d = np.asarray(lon2, float) - np.asarray(lon1, float)
    east = np.cos(lat2) * np.sin(d)
    north = np.cos(lat1) * np.sin(lat2) - np.sin(lat1) * np.cos(lat2) * np.cos(d)
    along = np.sin(lat1) * np.sin(lat2) + np.cos(lat1) * np.cos(lat2) * np.cos(d)
    return MEAN_RADIUS * np.arctan2(np.hypot(east, north), along), np.mod(np.arctan2(east, north), 2.0 * math.pi)


def wrap_longitude(lon: ArrayLike) -> Floats:
    """An angle brought into [-pi, pi)."""
    return np.mod(np.asarray(lon, float) + np.pi, 2.0 * np.pi) - np.pi


def line_of_sight(origin: ArrayLike, x: ArrayLike, margin: float = 0.0) -> Bools:
    """True where the straight line between two places clears the ellipsoid grown by ``margin`` (m). No refraction, no terrain.

    Shapes: (..., 3), (..., 3) -> (...), both in ECI or both in ECEF. A place on or under the surface sees all that is above its own
    horizon: only the inside of the line is tested, so a site below the ellipsoid is not blind.
    """
    squash = np.array([1.0, 1.0, (EARTH_RADIUS + margin) / (POLAR_RADIUS + margin)])  # the ellipsoid becomes a sphere
    a = np.asarray(origin, float) * squash
    step = np.asarray(x, float) * squash - a
    length2 = np.sum(step * step, axis=-1)
    nearest = -np.sum(a * step, axis=-1) / np.maximum(length2, 1e-30)
    foot = a + np.clip(nearest, 0.0, 1.0)[..., None] * step
    inside = (nearest > 0.0) & (nearest < 1.0)
    return ~(inside & (np.sum(foot * foot, axis=-1) < (EARTH_RADIUS + margin) ** 2))
