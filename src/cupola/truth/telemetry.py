"""A recorded ascent flown as truth: time, speed, altitude and the sign of downrange motion to a path in space, then free flight."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from scipy.interpolate import make_smoothing_spline

from cupola.core.batches import Floats
from cupola.core.constants import EARTH_RADIUS, MEAN_RADIUS, Cited
from cupola.core.errors import BadFile
from cupola.dynamics.frames import E2, destination, ecef_from_geodetic, enu_axes, state_eci_from_ecef
from cupola.formats import telemetry as record

DATA = Path(__file__).parent / "data" / "falcon"
COLUMNS = (*record.REQUIRED, "downrange_m")
STIFFNESS = 100.0
FEWEST = 60
THRUST = {"first": 7.6e6, "second": 0.93e6, "boostback": 2.5e6, "entry": 2.5e6, "landing": 0.85e6}

SOURCES: dict[str, Cited] = {
    "STIFFNESS": Cited(
        "s^4", "own choice: passes periods above about 20 s; the record is quantised to 0.1 km, 0.3 m/s", 2026, "assumed"
    ),
    "THRUST": Cited(
        "N", "Falcon 9 user guides (first stage 7.6 MN with nine engines, second 0.93 MN), as remembered", 2019, "second-hand"
    ),
}


@dataclass(frozen=True)
class Flight:
    """One recorded flight. lat, lon of the site and heading in rad; rows ``(k, 4)`` of COLUMNS; burns: (from, to, N) by event;
    cut: end of the first burn (stage 1 followed) or of the record's last burn (stage 2)."""

    name: str
    mission: str
    vehicle: str
    lat: float
    lon: float
    heading: float
    rows: Floats
    burns: tuple[tuple[float, float, float], ...]
    cut: float


@cache
def _table(file: str) -> tuple[dict[str, str], ...]:
    with (DATA / file).open(encoding="utf-8", newline="") as f:
        return tuple(csv.DictReader(f))


def names() -> list[str]:
    """The bundled flights."""
    return sorted(r["flight"] for r in _table("flights.csv"))


@cache
def flight(name: str) -> Flight:
    """A bundled flight. Raises BadFile for an unknown one."""
    row = next((r for r in _table("flights.csv") if r["flight"] == name), None)
    if row is None:
        raise BadFile(f"no bundled flight {name!r}; there are: {', '.join(names())}")
    heading = next(float(r["heading_deg"]) for r in _table("headings.csv") if r["flight"] == name)
    events = {r["event"]: float(r["time_s"]) for r in _table("events.csv") if r["flight"] == name}
    rows = read(DATA / f"{name}.csv")
    end = float(rows[-1, 0])
    burns = _burns(events, end, row["stage_followed"] == "2")
    cut = events["meco"] if row["stage_followed"] == "1" else max(b[1] for b in burns)
    return Flight(
        name, row["mission"], row["vehicle"], math.radians(float(row["site_lat_deg"])), math.radians(float(row["site_lon_deg"])),
        math.radians(heading), rows, burns, cut,
    )  # fmt: skip


def _burns(events: dict[str, float], end: float, second: bool) -> tuple[tuple[float, float, float], ...]:
    """When which engines burn, from the event list; an event that was not seen ends with the record."""
    found = [(0.0, events["meco"], THRUST["first"])]
    if second and "ses1" in events:
        found.append((events["ses1"], events.get("seco1", end), THRUST["second"]))
    later = [n for n in ("boostback", "entry", "landing") if not second and f"{n}_start" in events]
    found += [(events[f"{n}_start"], min(events.get(f"{n}_end", end), end), THRUST[n]) for n in later]
    return tuple(found)


def read(path: Path) -> Floats:
    """Rows ``(k, 4)`` of COLUMNS of a flight recorded each second, cut before a frozen tail. Raises BadFile naming file and row."""
    table = record.read(path, FEWEST, COLUMNS[3:])
    wrong = np.flatnonzero(np.diff(table[:, 0]) != 1.0)
    if len(wrong) or table[0, 0] != 0:
        row = int(wrong[0]) + 3 if len(wrong) else 2
        raise BadFile(f"{path}: row {row}: times should begin at 0 and go by 1 s, has {table[row - 2, 0]:g}")
    return table[: record.without_tail(table, 1)]


def motion(rows: Floats) -> tuple[Floats, Floats, Floats]:
    """Altitude (m), climb (m/s) and forward speed (m/s) at each second, smoothed.

    Climb is the derivative of the smoothed altitude, forward speed what is left of the recorded speed, its sign that of the
    recorded downrange motion. Source: cubic smoothing splines (Reinsch 1967), whose penalty passes periods above about
    2 pi lambda^(1/4). Limits: smears thrust changes over some seconds.
    """
    t = rows[:, 0]
    height = make_smoothing_spline(t, rows[:, 2], lam=STIFFNESS)
    alt = height(t)
    climb = np.where(alt < 0.0, 0.0, height.derivative()(t))  # on the pad and after landing
    sign = np.sign(make_smoothing_spline(t, rows[:, 3], lam=STIFFNESS).derivative()(t))
    flat = sign * np.sqrt(np.maximum(rows[:, 1] ** 2 - climb**2, 0.0))
    return np.maximum(alt, 0.0), climb, make_smoothing_spline(t, flat, lam=STIFFNESS / 100)(t)


def path(recorded: Flight, t: float, heading: float | None = None) -> Floats:
    """ECI nodes ``(k, 6)`` 1 s apart of a flight that lifts off at ``t``. heading: rad, replaces the assumed one.

    Limits: the path stays in the vertical plane of the heading; the site is at height 0.
    """
    alt, climb, flat = motion(recorded.rows)
    azimuth = recorded.heading if heading is None else heading
    ground = _integral(flat)
    for _ in range(3):  # the metre of ground that a forward metre makes depends, weakly, on where one is
        lat, lon = destination(recorded.lat, recorded.lon, azimuth, ground)
        axes = enu_axes(lat, lon)
        along, stretch = _forward(recorded.lat, recorded.lon, azimuth, ground, lat, alt, axes)
        ground = _integral(flat / stretch)
    v = flat[:, None] * along + climb[:, None] * axes[:, 2]
    states = np.concatenate([ecef_from_geodetic(lat, lon, alt), v], axis=1)
    return np.asarray(state_eci_from_ecef(states, t + np.arange(len(states))))


def _integral(rate: Floats) -> Floats:
    """Distance from a rate each second (trapezoids)."""
    return np.concatenate([[0.0], np.cumsum(0.5 * (rate[1:] + rate[:-1]))])


def _forward(
    lat0: float, lon0: float, azimuth: float, ground: Floats, lat: Floats, alt: Floats, axes: Floats
) -> tuple[Floats, Floats]:
    """ECEF unit vectors ``(k, 3)`` along the great circle's image on the ellipsoid, and metres flown per metre of the sphere.

    Source: radii of curvature in the meridian and the prime vertical (WGS-84).
    """
    start_east, start_north, start_up = enu_axes(lat0, lon0)
    ahead = math.sin(azimuth) * start_east + math.cos(azimuth) * start_north
    angle = (ground / MEAN_RADIUS)[:, None]
    tangent = ahead * np.cos(angle) - start_up * np.sin(angle)
    w = np.sqrt(1 - E2 * np.sin(lat) ** 2)
    east = np.einsum("ni,ni->n", tangent, axes[:, 0]) * (EARTH_RADIUS / w + alt) / MEAN_RADIUS
    north = np.einsum("ni,ni->n", tangent, axes[:, 1]) * (EARTH_RADIUS * (1 - E2) / w**3 + alt) / MEAN_RADIUS
    stretch = np.hypot(east, north)
    return (east[:, None] * axes[:, 0] + north[:, None] * axes[:, 1]) / stretch[:, None], stretch
