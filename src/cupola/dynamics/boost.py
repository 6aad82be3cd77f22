"""Powered flight and shooting: simulated launches from a point, to a point, with a wanted loft.

A statistical stand-in for threat trajectories in an analysis: open-loop attitude program, point mass, public class values. There
is no closed-loop guidance law. Time 0 is lift-off and there ECI = ECEF; turn the states by OMEGA x t for a later launch.

Accuracy: RK4 with steps of at most 2 s, aligned with every change of thrust, so integration adds metres at most; the model itself
is generic, and no accuracy beyond about 1 km is claimed for any real flight.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cupola.core.batches import Floats
from cupola.core.constants import MEAN_RADIUS, OMEGA, Cited
from cupola.core.errors import BadInput
from cupola.dynamics import aim_kernels, boost_kernels
from cupola.dynamics.aim_kernels import CUT, FAILED, SCALE, SOLVED
from cupola.dynamics.frames import destination, great_circle
from cupola.dynamics.kepler import minimum_energy
from cupola.dynamics.vehicle import PAYLOAD_BETA, Stage, Vehicle, burn_time, generic

__all__ = [
    "LOFTS", "AimTable", "BoostSolution", "PoweredFlight", "Stage", "Vehicle", "aim", "aim_many", "apogee_for", "burn_time", "fly",
    "generic", "max_range", "sized",
]  # fmt: skip

LOFTS = {"efficient": 1.0, "lofted": 2.0, "depressed": 0.5}
MAX_STEP = 2.0  # s, of the shooting; 1 s or less when states are wanted
TOLERANCE = 300.0  # m, on each miss and on the apogee
_ZENITHS = np.radians(np.arange(1.0, 126.0, 4.0))
_FACTORS = np.linspace(0.55, 1.3, 26)
_SHARES = np.concatenate([np.linspace(0.1, 0.9, 25), np.linspace(0.915, 1.0, 8)])

SOURCES: dict[str, Cited] = {
    "LOFTS": Cited("1", "assumed: apogee over that of the minimum-energy ellipse, for the three words", 2026, "assumed"),
}


@dataclass(frozen=True)
class PoweredFlight:
    """States from lift-off to the first node at or after cut-off.

    Shapes: times ``(k,)`` s from lift-off; states ``(k, 6)`` ECI with ECI = ECEF at lift-off; burning ``(k,)``;
    thrust ``(k,)`` thrust acceleration, m/s^2. ``cutoff_s`` is when thrust ended, ``stage_ends_s`` when each stage did.
    """

    times: Floats
    states: Floats
    burning: NDArray[np.bool_]
    thrust: Floats
    cutoff_s: float
    stage_ends_s: tuple[float, ...]


@dataclass(frozen=True)
class BoostSolution:
    """One launch that reaches its target: azimuth and final pitch above the horizon (rad), cut-off, and what the flight does."""

    vehicle: Vehicle
    lat: float
    lon: float
    azimuth: float
    pitch: float
    cutoff_s: float
    scale: float
    flight_s: float
    apogee_m: float
    miss_m: float

    def fly(self, dt: float = 1.0) -> PoweredFlight:
        """The powered states of this launch, every ``dt`` seconds."""
        return fly(self.vehicle, self.lat, self.lon, self.azimuth, self.pitch, cutoff_s=self.cutoff_s, scale=self.scale, dt=dt)


@dataclass(frozen=True)
class AimTable:
    """Many launches: one row each. ``reasons[i]`` is empty where ``reached[i]``, else says in words why not."""

    vehicles: tuple[Vehicle, ...]
    lat: Floats
    lon: Floats
    azimuth: Floats
    pitch: Floats
    cutoff_s: Floats
    scale: Floats
    flight_s: Floats
    apogee_m: Floats
    miss_m: Floats
    reached: NDArray[np.bool_]
    reasons: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.vehicles)

    def solution(self, i: int) -> BoostSolution:
        """Row ``i``. Raises BadInput with the reason where the target was not reached."""
        if not self.reached[i]:
            raise BadInput(self.reasons[i])
        row = (self.lat, self.lon, self.azimuth, self.pitch, self.cutoff_s, self.scale, self.flight_s, self.apogee_m, self.miss_m)
        return BoostSolution(self.vehicles[i], *(float(column[i]) for column in row))


def fly(
    vehicle: Vehicle,
    lat: float,
    lon: float,
    azimuth: float,
    pitch: float,
    *,
    cutoff_s: float | None = None,
    scale: float = 1.0,
    dt: float = 1.0,
) -> PoweredFlight:
    """Fly the powered part: final thrust axis at ``pitch`` above the launch horizon towards ``azimuth`` (rad), until ``cutoff_s``.

    Raises BadInput for a step that is not positive, or if the flight falls back on the ground while burning.
    """
    if not dt > 0:
        raise BadInput(f"the output step must be positive, got {dt} s")
    cutoff = vehicle.burn_s if cutoff_s is None else min(cutoff_s, vehicle.burn_s)
    stages = vehicle.packed()
    wanted = dt * np.arange(math.ceil(cutoff / dt - 1e-9) + 1, dtype=np.float64)
    events = np.empty(2 * len(stages) + 4)
    n = boost_kernels.event_nodes(stages, vehicle.rise_s, vehicle.tilted_s, cutoff, events)
    nodes = np.union1d(wanted, events[:n])
    out = np.empty((len(nodes), 6))
    launch = boost_kernels.launch_axes(lat, lon)
    zenith = math.pi / 2 - pitch
    top = boost_kernels.boost_kernel(
        launch, stages, vehicle.rise_s, vehicle.tilted_s, zenith * math.sin(azimuth), zenith * math.cos(azimuth),
        cutoff, scale, vehicle.payload_beta, OMEGA, nodes, len(nodes), min(1.0, dt), out,
    )  # fmt: skip
    if top < 0:
        raise BadInput(
            f"{vehicle.name}: falls back on the ground while burning; raise the pitch above {math.degrees(pitch):.0f} deg"
        )
    thrust = thrust_acceleration(vehicle, wanted, cutoff, scale)
    ends = tuple(float(row[0] + row[1]) for row in stages if row[0] + row[1] <= cutoff + 1e-9)
    return PoweredFlight(wanted, out[np.searchsorted(nodes, wanted)], thrust > 0, thrust, cutoff, ends)


def thrust_acceleration(vehicle: Vehicle, times: ArrayLike, cutoff_s: float, scale: float = 1.0) -> Floats:
    """Thrust over mass, m/s^2, at ``times`` from lift-off; zero between stages and from ``cutoff_s`` on. Shapes: (k,) -> (k,)."""
    t = np.asarray(times, float)
    out = np.zeros_like(t)
    for start, burn, exhaust, delta_v, _ in vehicle.packed():
        rate = -math.expm1(-scale * delta_v / exhaust) / burn
        lit = (t >= start) & (t < min(start + burn, cutoff_s))
        out[lit] = exhaust * rate / (1.0 - rate * (t[lit] - start))
    return out


def _reach(vehicle: Vehicle, shares: Floats, cut: bool) -> tuple[Floats, Floats]:
    """Range and apogee over final zenith angle and share, still Earth, from 45 N. Shapes: (zeniths, shares) each."""
    launch = boost_kernels.launch_axes(math.pi / 4, 0.0)
    program = (vehicle.packed(), vehicle.rise_s, vehicle.tilted_s, vehicle.payload_beta)
    return boost_kernels.reach_table(launch, *program, _ZENITHS, shares, cut, 4.0)


@lru_cache(maxsize=256)
def _table(vehicle: Vehicle, kind: int) -> tuple[Floats, Floats]:
    """Where a shooting may start: ``_reach`` over cut-off shares, or over factors on delta-v."""
    return _reach(vehicle, _SHARES if kind == CUT else _FACTORS, kind == CUT)


@lru_cache(maxsize=256)
def _full_burn(vehicle: Vehicle) -> tuple[Floats, Floats]:
    """Range and apogee by zenith angle at full burn. Shapes: (zeniths,) each."""
    rng, apo = _reach(vehicle, np.ones(1), True)
    return rng[:, 0], apo[:, 0]


def apogee_for(range_m: ArrayLike, loft: float | str) -> Floats:
    """Apogee, m, of a flight over ``range_m``: ``loft`` times that of the minimum-energy ellipse; words as in ``LOFTS``.

    Raises: BadInput for an unknown or not positive loft. Limits: ranges from 1 m to half the Earth's circumference; others are
    taken as the nearer of these.
    """
    if isinstance(loft, str):
        if loft not in LOFTS:
            raise BadInput(f"loft {loft!r} is unknown: write a number or one of {', '.join(LOFTS)}")
        loft = LOFTS[loft]
    if not loft > 0:
        raise BadInput(f"loft must be positive, got {loft}")
    return loft * minimum_energy(np.clip(range_m, 1.0, math.pi * MEAN_RADIUS))[2]


def max_range(vehicle: Vehicle, loft: float | str | None = None) -> float:
    """Greatest range, m, on a still Earth at full burn; with ``loft`` that at the wanted loft. NaN if it cannot fly that loft.

    The Earth's rotation adds or takes some hundred km at long range, so this is a catalogue figure rather than a promise.
    """
    full, top = _full_burn(vehicle)
    ok = np.isfinite(full)
    if loft is None:
        return _peak(full[ok])
    gap = top[ok] - apogee_for(np.minimum(full[ok], math.pi * MEAN_RADIUS), loft)
    cross = np.flatnonzero((gap[:-1] >= 0) & (gap[1:] < 0))
    if len(cross) == 0:
        return math.nan
    i = int(cross[0])
    f = gap[i] / (gap[i] - gap[i + 1])
    reach = full[ok]
    return float(reach[i] + f * (reach[i + 1] - reach[i]))


def _peak(y: Floats) -> float:
    """Greatest value of a sampled hump, by the parabola through its three highest samples."""
    if len(y) == 0:
        return math.nan
    i = int(np.argmax(y))
    if i in (0, len(y) - 1):
        return float(y[i])
    a, b, c = y[i - 1 : i + 2]
    return float(b + (a - c) ** 2 / (8.0 * (2.0 * b - a - c)))


@lru_cache(maxsize=256)
def sized(
    range_m: float,
    propellant: str,
    *,
    stages: int | None = None,
    burn_s: float | tuple[float, ...] | None = None,
    name: str = "",
    payload_beta: float = PAYLOAD_BETA,
) -> Vehicle:
    """A generic vehicle whose greatest range is ``range_m`` (within 0.5 %); burn times kept, delta-v scaled.

    Raises BadInput for a range outside 50-16,000 km or where no such vehicle lifts off.
    """
    if not 50e3 <= range_m <= 16e6:
        raise BadInput(f"a generic ballistic missile reaches 50 to 16,000 km, got {range_m / 1e3:.0f} km")
    slowest = float(minimum_energy(range_m)[0])
    base = generic(
        propellant, slowest, burn_s=burn_s, stages=stages, name=name or f"{propellant} {range_m / 1e3:.0f} km",
        payload_beta=payload_beta,
    )  # fmt: skip
    vehicle, lo, hi = base, 0.5, 2.0
    for _ in range(30):
        factor = 0.5 * (lo + hi)
        vehicle = base.scaled(factor)
        reach = max_range(vehicle)
        if math.isfinite(reach) and abs(reach - range_m) < 0.005 * range_m:
            return vehicle
        if math.isfinite(reach) and reach < range_m:
            lo = factor
        else:
            hi = factor
    raise BadInput(f"no generic {propellant} vehicle with these burns reaches {range_m / 1e3:.0f} km; give other burns or stages")


def _goal(launch: Floats, target: Floats) -> Floats:
    """The aim as ``shoot`` reads it: pad, direction to the target, normal (unit vectors), then the angle between pad and target."""
    a = launch[:3] / np.linalg.norm(launch[:3])
    b = target[:3] / np.linalg.norm(target[:3])
    normal = np.cross(a, b)
    angle = math.atan2(float(np.linalg.norm(normal)), float(a @ b))
    normal = normal / np.linalg.norm(normal) if angle > 1e-9 else np.array([0.0, 0.0, 1.0])
    return np.concatenate([a, np.cross(normal, a), normal, [angle]])


def _guesses(vehicle: Vehicle, range_m: float, apogee_m: float, kind: int) -> list[tuple[float, float]]:
    """Where the shooting starts: zenith angle and share of the table cell nearest to range and apogee, then two cells aside."""
    rng, apo = _table(vehicle, kind)
    distance = ((rng - range_m) / range_m) ** 2 + ((apo - apogee_m) / max(apogee_m, 1.0)) ** 2
    i, j = np.unravel_index(np.nanargmin(distance), rng.shape)
    share = float((_SHARES if kind == CUT else _FACTORS)[j])
    return [(float(_ZENITHS[i]), share), (float(_ZENITHS[i]), 0.96 * share), (float(_ZENITHS[max(i - 2, 0)]), 0.98 * share)]


def _heading_reach(vehicle: Vehicle, place: tuple[float, ...], range_m: float, loft: float | str | None, apogee: float) -> float:
    """Greatest range, m, towards the target at this loft (or apogee) on the turning Earth, by bisection; 0 where none was found."""
    _, bearing = great_circle(place[0], place[1], place[2], place[3])
    lo, hi = 0.0, range_m
    for _ in range(7):
        middle = 0.5 * (lo + hi)
        lat, lon = destination(place[0], place[1], bearing, middle)
        height = float(apogee_for(middle, loft)) if loft is not None else apogee
        _, ended = _shoot(vehicle, (place[0], place[1], float(lat), float(lon)), height, CUT)
        lo, hi = (middle, hi) if ended == SOLVED else (lo, middle)
    return lo


def _why_not(vehicle: Vehicle, place: tuple[float, ...], range_m: float, apogee: float, loft: float | str | None) -> str:
    """The reason a launch does not reach its target, in plain words."""
    what = f"range {range_m / 1e3:,.0f} km at apogee {apogee / 1e3:,.0f} km"
    reach = _heading_reach(vehicle, place, range_m, loft, apogee)
    at = "this loft" if loft is not None else "this apogee"
    if reach > 20e3:
        limit = f"exceeds the {reach / 1e3:,.0f} km that {vehicle.name} reaches on this heading at {at}"
        return f"{what} {limit}; choose a nearer target or another loft"
    return f"{what} cannot be flown by {vehicle.name} (greatest range {max_range(vehicle) / 1e3:,.0f} km): change loft or vehicle"


def aim_many(
    vehicles: Sequence[Vehicle],
    launch_lat: ArrayLike,
    launch_lon: ArrayLike,
    target_lat: ArrayLike,
    target_lon: ArrayLike,
    loft: Sequence[float | str] | float | str = "efficient",
    *,
    apogee_m: ArrayLike | None = None,
    mode: str = "cut",
    explain: bool = True,
) -> AimTable:
    """Solve tilt, azimuth and cut-off of many launches, each on its own, so that a row does not depend on the others.

    Shapes: n vehicles; angles (n,) or scalar, rad; ``loft`` one or n; ``apogee_m`` (n,) or scalar replaces the loft. ``mode`` is
    ``cut`` (thrust ends early) or ``scale`` (delta-v is scaled, burn times kept). A solved row ends within 0.5 km of its target
    and within 0.3 km of its apogee. Without ``explain`` a reason does not search for the reach on that heading, which takes longer
    than the shooting itself.
    Raises BadInput on angles that are not finite; a target out of reach is no error: see ``reached`` and ``reasons``.
    """
    n = len(vehicles)
    angles = [np.broadcast_to(np.asarray(a, float), (n,)) for a in (launch_lat, launch_lon, target_lat, target_lon)]
    for label, a in zip(("launch latitude", "launch longitude", "target latitude", "target longitude"), angles, strict=True):
        if not np.all(np.isfinite(a)):
            raise BadInput(f"{label} of launch {int(np.flatnonzero(~np.isfinite(a))[0])} is not a number")
    lofts = [loft] * n if isinstance(loft, str | int | float) else list(loft)
    wanted = None if apogee_m is None else np.broadcast_to(np.asarray(apogee_m, float), (n,))
    kind = {"cut": CUT, "scale": SCALE}[mode]
    columns, reasons = np.full((n, 7), np.nan), []
    for i, vehicle in enumerate(vehicles):
        height = None if wanted is None else float(wanted[i])
        place = tuple(float(a[i]) for a in angles)
        columns[i], reason = _aim_one(vehicle, place, lofts[i], height, kind, explain)
        reasons.append(reason)
    reached = np.array([not r for r in reasons], bool)
    azimuth, pitch, cutoff, scale, flight, apogee_m, miss = columns.T.copy()
    lat, lon = angles[0].copy(), angles[1].copy()
    return AimTable(tuple(vehicles), lat, lon, azimuth, pitch, cutoff, scale, flight, apogee_m, miss, reached, tuple(reasons))


def _shoot(vehicle: Vehicle, place: tuple[float, ...], apogee: float, kind: int) -> tuple[tuple[float, ...], int]:
    """Azimuth, pitch, cut-off, scale, flight time, apogee, miss of one launch, and how the shooting ended."""
    launch = boost_kernels.launch_axes(place[0], place[1])
    goal = _goal(launch, boost_kernels.launch_axes(place[2], place[3]))
    bearing = math.atan2(float(goal[3:6] @ launch[6:9]), float(goal[3:6] @ launch[9:12]))
    program = (vehicle.packed(), vehicle.rise_s, vehicle.tilted_s, vehicle.payload_beta)
    for zenith, share in _guesses(vehicle, goal[9] * MEAN_RADIUS, apogee, kind):
        u = np.array([zenith * math.sin(bearing), zenith * math.cos(bearing), share])
        ended, flight, miss = aim_kernels.shoot(u, kind, launch, goal, apogee, *program, MAX_STEP, TOLERANCE)
        if ended != FAILED:
            break
    cutoff = vehicle.burn_s * (u[2] if kind == CUT else 1.0)
    scale = 1.0 if kind == CUT else u[2]
    azimuth = math.atan2(u[0], u[1]) % (2.0 * math.pi)
    return (azimuth, math.pi / 2 - math.hypot(u[0], u[1]), cutoff, scale, flight, apogee, miss), ended


def _aim_one(
    vehicle: Vehicle, place: tuple[float, ...], loft: float | str, apogee: float | None, kind: int, explain: bool
) -> tuple[tuple[float, ...], str]:
    """The row of one launch (see ``_shoot``) and why it failed, empty if it did not."""
    goal = _goal(boost_kernels.launch_axes(place[0], place[1]), boost_kernels.launch_axes(place[2], place[3]))
    range_m = float(goal[9]) * MEAN_RADIUS
    if range_m < 10e3:
        return (math.nan,) * 7, f"target and launch point are only {range_m / 1e3:.1f} km apart; at least 10 km are needed"
    height = float(apogee_for(range_m, loft)) if apogee is None else apogee
    row, ended = _shoot(vehicle, place, height, kind)
    if ended == SOLVED:
        return row, ""
    if not explain:
        return row, f"{vehicle.name} found no way to {range_m / 1e3:,.0f} km at apogee {height / 1e3:,.0f} km"
    return row, _why_not(vehicle, place, range_m, height, loft if apogee is None else None)


def aim(
    vehicle: Vehicle,
    launch_lat: float,
    launch_lon: float,
    target_lat: float,
    target_lon: float,
    loft: float | str = "efficient",
    *,
    apogee_m: float | None = None,
    mode: str = "cut",
) -> BoostSolution:
    """One launch; see ``aim_many``. Raises BadInput with the reason where the target cannot be reached."""
    return aim_many([vehicle], launch_lat, launch_lon, target_lat, target_lon, loft, apogee_m=apogee_m, mode=mode).solution(0)
