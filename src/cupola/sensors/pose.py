"""Where sensors are and how they are turned at a time: all that are due in one compiled call.

Two frames. On Earth: x level along the boresight, y to its left, z up. In orbit: x to the Earth's centre, z towards north. Rows are
given in ECI.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numba import njit

from cupola.core.batches import Floats, Ints
from cupola.core.constants import EARTH_RADIUS, MEAN_RADIUS, MU, OMEGA
from cupola.core.scans import LOOK
from cupola.dynamics import frames
from cupola.dynamics.frames import E2
from cupola.sensors.platform import Circle, Fixed, Geo, Orbit, Platform, Route, Tle, secular_rates, sgp4
from cupola.sensors.table import Record, Records

STILL, CIRCLE, ROUTE, ORBIT, ELEMENTS = range(5)
TURN = 2.0 * math.pi

MOVER = np.dtype(
    [
        ("how", "i8"), ("boresight", "f8"), ("level", "f8", (4, 3)), ("lat", "f8"), ("lon", "f8"), ("alt", "f8"),
        ("radius", "f8"), ("speed", "f8"), ("first", "i8"), ("last", "i8"), ("a", "f8"), ("e", "f8"), ("inc", "f8"),
        ("raan", "f8"), ("argp", "f8"), ("anomaly", "f8"), ("rates", "f8", (3,)),
    ],
    align=True,
)  # fmt: skip
"""One platform: how it moves and the numbers of that. level: axes and position in ECEF of what stands still on the turning Earth;
first, last: its legs."""


@dataclass(frozen=True)
class Movers:
    """Platforms of sensors. table ``(S,)`` of MOVER; legs ``(l, 4)`` of all routes: lat, lon, bearing, length; elements: two-line
    elements by sensor."""

    table: Records
    legs: Floats
    elements: dict[int, Tle]
    epoch_ns: int


def movers(platforms: Sequence[Platform], boresights: Sequence[float], epoch_ns: int) -> Movers:
    """The table of these platforms. boresight: rad from north, for platforms on Earth."""
    table = np.zeros(len(platforms), MOVER)
    legs: list[tuple[float, float, float, float]] = []
    for row, platform, boresight in zip(table, platforms, boresights, strict=True):
        row["boresight"] = boresight
        if isinstance(platform, Fixed):
            row["how"], row["level"] = STILL, level(platform.lat, platform.lon, platform.alt, boresight)
        elif isinstance(platform, Geo):
            row["how"], row["level"] = STILL, _over(platform.lon)
        elif isinstance(platform, Orbit):
            row["how"], row["rates"] = ORBIT, secular_rates(platform)
            for name in ("a", "e", "inc", "raan", "argp", "anomaly"):
                row[name] = getattr(platform, name)
        elif isinstance(platform, Tle):
            row["how"] = ELEMENTS
        else:
            row["how"], row["speed"], row["alt"] = CIRCLE, platform.speed, platform.alt
            if isinstance(platform, Circle):
                row["lat"], row["lon"], row["radius"] = platform.lat, platform.lon, platform.radius
            else:
                own = _legs(platform)
                row["how"], row["first"], row["last"] = ROUTE, len(legs), len(legs) + len(own)
                legs += own
    elements = {i: p for i, p in enumerate(platforms) if isinstance(p, Tle)}
    return Movers(table, np.array(legs, float).reshape(-1, 4), elements, epoch_ns)


def poses(movers: Movers, which: Ints, t: float) -> Records:
    """One row ``(k,)`` of ``core.scans.LOOK`` for each of these sensors: sensor, time, position (m) and axes in ECI are written.

    Raises BadScenario where SGP4 fails."""
    looks = np.empty(len(which), LOOK)
    _poses(movers.table, movers.legs, which, t, looks)
    for k in np.flatnonzero(movers.table["how"][which] == ELEMENTS) if movers.elements else ():
        look = looks[k]
        look["position"] = sgp4(movers.elements[int(look["sensor"])], movers.epoch_ns, t)
        nadir_axes(look["position"], look["axes"])
    return looks


def pose(platform: Platform, boresight: float, t: float, epoch_ns: int) -> tuple[Floats, Floats]:
    """Position ``(3,)`` m and axes ``(3, 3)`` in ECI of one platform at t."""
    look = poses(movers([platform], [boresight], epoch_ns), np.zeros(1, np.int64), t)[0]
    return look["position"], look["axes"]


def _over(lon: float) -> Floats:
    """Axes and position in ECEF of a geostationary satellite ``(4, 3)``."""
    c, s = math.cos(lon), math.sin(lon)
    r = (MU / OMEGA**2) ** (1 / 3)
    return np.array([[-c, -s, 0.0], [s, -c, 0.0], [0.0, 0.0, 1.0], [r * c, r * s, 0.0]])


@lru_cache(maxsize=256)
def _legs(route: Route) -> list[tuple[float, float, float, float]]:
    """Start, bearing and length of each leg of the closed route."""
    ends = np.array([*route.waypoints, route.waypoints[0]])
    length, bearing = frames.great_circle(ends[:-1, 0], ends[:-1, 1], ends[1:, 0], ends[1:, 1])
    return [tuple(leg) for leg in np.column_stack([ends[:-1], bearing, length]).tolist()]


@njit(cache=True, nogil=True)
def nadir_axes(position: Floats, axes: Floats) -> None:
    """Write rows x to the Earth's centre, y to the west, z towards north. Over a pole, where north is lost, y is ECI's y."""
    r = math.sqrt(position[0] ** 2 + position[1] ** 2 + position[2] ** 2)
    a, b, c = -position[0] / r, -position[1] / r, -position[2] / r
    flat = math.hypot(a, b)
    d, e = (-b / flat, a / flat) if flat > 1e-9 else (0.0, 1.0)
    axes[0, 0], axes[0, 1], axes[0, 2] = a, b, c
    axes[1, 0], axes[1, 1], axes[1, 2] = d, e, 0.0
    axes[2, 0], axes[2, 1], axes[2, 2] = -c * e, c * d, a * e - b * d


@njit(cache=True, nogil=True)
def _level(lat: float, lon: float, alt: float, boresight: float, out: Floats) -> None:
    """Write ``level`` into out ``(4, 3)``."""
    sl, cl, so, co = math.sin(lat), math.cos(lat), math.sin(lon), math.cos(lon)
    s, c = math.sin(boresight), math.cos(boresight)
    normal = EARTH_RADIUS / math.sqrt(1.0 - E2 * sl * sl)
    east, north, up = (-so, co, 0.0), (-sl * co, -sl * so, cl), (cl * co, cl * so, sl)
    for j in range(3):
        out[0, j], out[1, j], out[2, j] = s * east[j] + c * north[j], s * north[j] - c * east[j], up[j]
        out[3, j] = (normal + alt) * up[j]
    out[3, 2] -= E2 * normal * sl


def level(lat: float, lon: float, alt: float, boresight: float) -> Floats:
    """Rows x along the boresight, y to its left, z up, and the position, all in ECEF: ``(4, 3)``."""
    out = np.empty((4, 3))
    _level(lat, lon, alt, boresight, out)
    return out


@njit(cache=True, nogil=True)
def _destination(lat: float, lon: float, bearing: float, distance: float) -> tuple[float, float]:
    """``frames.destination`` of one place."""
    arc = distance / MEAN_RADIUS
    s = math.sin(lat) * math.cos(arc) + math.cos(lat) * math.sin(arc) * math.cos(bearing)
    east = math.sin(bearing) * math.sin(arc) * math.cos(lat)
    return math.asin(min(max(s, -1.0), 1.0)), lon + math.atan2(east, math.cos(arc) - math.sin(lat) * s)


@njit(cache=True, nogil=True)
def _along(m: Record, legs: Floats, distance: float) -> tuple[float, float]:
    """The place ``distance`` m along the closed route."""
    total = legs[m.first : m.last, 3].sum()
    left = distance % total if total > 0.0 else 0.0
    i = m.first
    while i < m.last - 1 and left >= legs[i, 3]:
        left -= legs[i, 3]
        i += 1
    return _destination(legs[i, 0], legs[i, 1], legs[i, 2], left)


@njit(cache=True, nogil=True)
def _kepler(m: Record, t: float, out: Floats) -> None:
    """Write the ECI position on the drifting ellipse."""
    mean = (m.anomaly + m.rates[2] * t) % TURN
    e = m.e
    ecc = mean if e < 0.5 else math.pi
    for _ in range(20 if e > 0.0 else 0):  # Newton on Kepler's equation; converges from these starts for every e < 1
        ecc -= (ecc - e * math.sin(ecc) - mean) / (1.0 - e * math.cos(ecc))
    r = m.a * (1.0 - e * math.cos(ecc))
    u = math.atan2(math.sqrt(1.0 - e * e) * math.sin(ecc), math.cos(ecc) - e) + m.argp + m.rates[1] * t
    raan = m.raan + m.rates[0] * t
    c, s, co, so, ci = math.cos(u), math.sin(u), math.cos(raan), math.sin(raan), math.cos(m.inc)
    out[0], out[1], out[2] = r * (co * c - so * s * ci), r * (so * c + co * s * ci), r * s * math.sin(m.inc)


@njit(cache=True, nogil=True)
def _poses(table: Records, legs: Floats, which: Ints, t: float, looks: Records) -> None:
    """Write sensor, time and pose; of two-line elements all but the pose."""
    c, s = math.cos(OMEGA * t), math.sin(OMEGA * t)
    own = np.empty((4, 3))
    for k in range(len(which)):
        m, look = table[which[k]], looks[k]
        look.sensor, look.t = which[k], t
        if m.how == ORBIT:
            _kepler(m, t, look.position)
            nadir_axes(look.position, look.axes)
        elif m.how != ELEMENTS:
            if m.how == STILL:
                own[:] = m.level
            else:
                if m.how == CIRCLE:
                    lat, lon = _destination(m.lat, m.lon, m.speed * t / m.radius, m.radius)
                else:
                    lat, lon = _along(m, legs, m.speed * t)
                _level(lat, lon, m.alt, m.boresight, own)
            for row in range(4):
                x, y, z = c * own[row, 0] - s * own[row, 1], s * own[row, 0] + c * own[row, 1], own[row, 2]
                if row < 3:
                    look.axes[row, 0], look.axes[row, 1], look.axes[row, 2] = x, y, z
                else:
                    look.position[0], look.position[1], look.position[2] = x, y, z
