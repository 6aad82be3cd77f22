"""What one ASTERIX record says: CAT048 plots, CAT062 system tracks, CAT021 ADS-B as reports; CAT034 for a radar's place and turn.

Records are libasterix's, any edition: an item or subitem that an edition lacks reads as None. Numbers come in the units of the
specification (EUROCONTROL-SPEC-0149): NM, deg, s, FL, ft. A reader gives a Report, or the reason why there is none.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from cupola.core.constants import FOOT, MEAN_RADIUS, NAUTICAL_MILE, Cited
from cupola.dynamics.frames import ecef_from_geodetic

FLIGHT_LEVEL = 100 * FOOT  # m
DAY_S = 86400.0
MIDDLE_HEIGHT = 6000.0
NO_HEIGHT = " no height"  # ends the name of a source whose plots have none: a source of its own, for its noise is another
NOWHERE = "reports without position or time, or with an impossible one"

SOURCES: dict[str, Cited] = {
    "MIDDLE_HEIGHT": Cited("m", "assumed: height of an aircraft whose report gives none", 2026, "assumed"),
}


@dataclass(frozen=True)
class Report:
    """One report. t: s of the day; z: ECEF x, y, z (m) or elevation, azimuth, range (rad, rad, m); source; who: identity or ''."""

    t: float
    z: tuple[float, float, float]
    source: str
    who: str


@dataclass
class Radars:
    """What CAT034 says of each radar: place (lat, lon in rad, height in m) and the time of one turn (s)."""

    place: dict[str, tuple[float, float, float]] = field(default_factory=dict)
    turn: dict[str, float] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)


def radar(record: Any, radars: Radars) -> None:
    """CAT034: place of the radar (120) and antenna period (041)."""
    name = source_of(record)
    lat, lon, height = (_number(record, "120", k) for k in ("LAT", "LON", "HGT"))
    if lat is not None and lon is not None and height is not None and abs(lat) <= 90:
        radars.place[name] = (math.radians(lat), math.radians(lon), height)
    turn = _number(record, "041")
    if turn:
        radars.turn[name] = turn


def plot(record: Any, radars: Radars) -> Report | str:
    """CAT048: slant range and azimuth from the radar's north (040), flight level (090), aircraft address (220)."""
    if _flag(record, "020", "RAB"):
        return "reports of fixed transponders"
    radars.counts["reports marked as simulated, kept"] += _flag(record, "020", "SIM")
    t, rho, theta = _number(record, "140"), _number(record, "040", "RHO"), _number(record, "040", "THETA")
    if not _of_day(t) or rho is None or theta is None or rho <= 0:
        return "plots without position or time"
    name, level = source_of(record), _level(record)
    r, up = rho * NAUTICAL_MILE, MIDDLE_HEIGHT if level is None else level * FLIGHT_LEVEL
    station = radars.place.get(name, (0.0, 0.0, 0.0))[2]
    azimuth = (math.pi - math.radians(theta)) % (2 * math.pi) - math.pi  # x north, y west: to the left
    name = name if level is not None else name + NO_HEIGHT
    return Report(float(t or 0), (elevation(r, up, station), azimuth, r), name, _address(record, "220"))


def system_track(record: Any, radars: Radars) -> Report | str:
    """CAT062: WGS-84 position (105); height (130) or flight level (136); address (380) or track number (040)."""
    radars.counts["reports marked as simulated, kept"] += _flag(record, "080", "SIM")
    lat, lon, number = _number(record, "105", "LAT"), _number(record, "105", "LON"), _get(record, "040")
    who = _address(record, "380", "ADR") or ("" if number is None else f"{source_of(record)} track {number.as_uint()}")
    return _position(record, _number(record, "070"), lat, lon, ("130", "136"), "CAT062", who)


def adsb(record: Any, radars: Radars) -> Report | str:
    """CAT021: position (131 fine, 130), time of applicability or reception (071, 073, 030), height (140) or flight level (145)."""
    if _flag(record, "040", "RAB"):
        return "reports of fixed transponders"
    radars.counts["reports marked as simulated, kept"] += _flag(record, "040", "SIM")
    t = next((v for v in (_number(record, k) for k in ("071", "073", "030")) if v is not None), None)
    fine = "131" if _get(record, "131") is not None else "130"
    lat, lon = _number(record, fine, "LAT"), _number(record, fine, "LON")
    return _position(record, t, lat, lon, ("140", "145"), "CAT021", _address(record, "080"))


READERS: dict[int, Callable[[Any, Radars], Report | str]] = {21: adsb, 48: plot, 62: system_track}


def elevation(r: float, up: float, station: float) -> float:
    """Elevation (rad) of a target at height ``up`` (m) and slant range r (m), by the triangle to the centre of a sphere.

    Limits: no refraction (about 1 mrad at 200 km); a slant range that does not fit the height gives straight up or down.
    """
    a, b = MEAN_RADIUS + station, MEAN_RADIUS + up
    return math.asin(min(1.0, max(-1.0, (b * b - a * a - r * r) / (2 * r * a))))


def source_of(record: Any) -> str:
    """SAC/SIC of the sender (item 010 in every category)."""
    sac, sic = _get(record, "010", "SAC"), _get(record, "010", "SIC")
    return "unnamed" if sac is None or sic is None else f"{sac.as_uint()}/{sic.as_uint()}"


def _position(
    record: Any, t: float | None, lat: float | None, lon: float | None, heights: tuple[str, str], category: str, who: str
) -> Report | str:
    """A report in ECEF. heights: the items of a geometric height (ft) and of a flight level, tried in this order."""
    if not _of_day(t) or lat is None or lon is None or not (abs(lat) <= 90 and abs(lon) <= 360):
        return NOWHERE
    feet, level = (_number(record, k) for k in heights)
    up = feet * FOOT if feet is not None else level * FLIGHT_LEVEL if level is not None else MIDDLE_HEIGHT
    x = ecef_from_geodetic(math.radians(lat), math.radians(lon), up)
    return Report(float(t or 0), (float(x[0]), float(x[1]), float(x[2])), f"{source_of(record)} {category}", who)


def _of_day(t: float | None) -> bool:
    return t is not None and 0 <= t < DAY_S


def _level(record: Any) -> float | None:
    """Flight level, None if absent, garbled or not validated."""
    return None if _flag(record, "090", "V") or _flag(record, "090", "G") else _number(record, "090", "FL")


def _get(record: Any, item: str, *path: str) -> Any:
    found = record.get_item(item)
    for name in path:
        try:
            found = None if found is None else found.variation.get_item(name)
        except (AttributeError, ValueError):  # this edition's item has no such part
            return None
    return found


def _number(record: Any, item: str, *path: str) -> float | None:
    found = _get(record, item, *path)
    return None if found is None else float(found.variation.content.as_quantity())


def _flag(record: Any, item: str, name: str) -> bool:
    found = _get(record, item, name)
    return found is not None and found.as_uint() == 1


def _address(record: Any, item: str, *path: str) -> str:
    found = _get(record, item, *path)
    return "" if found is None else f"{found.as_uint():06x}"
