"""A gravity-turn ascent with six free numbers, fitted to the speed and altitude of one recorded flight.

Plane motion over a sphere in the Earth-relative frame (no rotation terms; the steering rate absorbs their 0.1-0.3 m/s^2): thrust
along the velocity, drag, gravity. After a kick off the vertical the path turns under gravity plus a constant steering rate. Thrust
grows as the air thins, is lowered in one window around the greatest dynamic pressure and limited to a greatest acceleration near
the end. Where the record shows boosters dropping off (acceleration falls and recovers before cut-off), thrust starts afresh there
at a fitted acceleration, which takes the place of the limit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from cupola.core.constants import MEAN_RADIUS, MU, Cited
from cupola.dynamics.atmosphere import density_kernel

Floats = NDArray[np.float64]

NAMES = ("thrust_m_s2", "mass_flow_per_s", "bucket_depth", "kick_deg", "steering_deg_s")
LAST = ("acceleration_limit_m_s2", "thrust_after_staging_m_s2")
DRAG_AREA = 6.7e-6
VACUUM_GAIN = 0.10
KICK_SPEED = 25.0
BUCKET = (50.0, 72.0)

SOURCES: dict[str, Cited] = {
    "DRAG_AREA": Cited("m^2/kg", "assumed: Cd A / lift-off mass: 0.35 x 10.5 m^2 / 549 t of a medium launcher", 2026, "assumed"),
    "VACUUM_GAIN": Cited(
        "1", "assumed: thrust in vacuum over thrust at sea level, less one (Merlin 1D: 282 and 311 s)", 2026, "assumed"
    ),
    "KICK_SPEED": Cited("m/s", "assumed: speed at which the vertical rise ends", 2026, "assumed"),
    "BUCKET": Cited("s", "assumed: throttle window where no events give one", 2026, "assumed"),
}
GOOD = 0.5  # cost a row that ends the search for better starts: about 4 m/s and 0.1 km RMS
STARTS = ((0.5, 0.05), (2.0, 0.05), (5.0, 0.0), (0.5, 0.2), (2.0, -0.1))  # kick and steering, deg and deg/s: several local minima


@dataclass(frozen=True)
class AscentFit:
    """What came out: parameters by name, speed and altitude of the model at the recorded times, and their errors (RMS)."""

    values: dict[str, float]
    speed: Floats
    altitude: Floats
    speed_rms: float
    altitude_rms: float


@njit(cache=True, nogil=True)
def _slope(v: float, path: float, h: float, push: float, mass: float, steer: float) -> tuple[float, float, float]:
    """Rates of speed, path angle and altitude."""
    r = MEAN_RADIUS + h
    g = MU / (r * r)
    drag = 0.5 * density_kernel(max(h, 0.0)) * v * v * DRAG_AREA / mass
    turn = 0.0
    if steer > -900.0:
        turn = -(g / max(v, 1.0) - v / r) * math.cos(path) + steer
    return push - drag - g * math.sin(path), turn, v * math.sin(path)


@njit(cache=True, nogil=True)
def climb(p: Floats, v: float, h: float, times: Floats, program: Floats, out: Floats) -> None:
    """Fly parameters ``p`` from ``times[0]`` at speed ``v`` and altitude ``h``; ``out`` (k, 2) gets speed and altitude.

    ``program`` holds the fixed times of kick, throttle window (start, end), cut-off, booster drop and full thrust after it (inf if
    none); fixed, so that the errors stay smooth in ``p``. While boosters part, half of the later thrust is assumed.
    RK4 at 0.5 s, vertical until the kick; a step that holds a fixed time gets the time-weighted thrust.
    """
    kick_at, lo, hi, cutoff, drop, lit = program[0], program[1], program[2], program[3], program[4], program[5]
    first, staged = p[0], False
    mass, path, t, kicked = 1.0, 0.5 * math.pi, times[0], False
    out[0, 0], out[0, 1] = v, h
    steer_rate, kick = math.radians(p[4]), math.radians(p[3])
    for j in range(1, len(times)):
        count = max(1, math.ceil((times[j] - t) / 0.5 - 1e-9))
        dt = (times[j] - t) / count
        for _ in range(count):
            if not kicked and t >= kick_at - 1e-6:
                path -= kick
                kicked = True
            share = min(max(cutoff - t, 0.0), dt) / dt
            low = max(min(hi, t + dt) - max(lo, t), 0.0) / dt
            throttle = 1.0 - p[2] * low
            gain = 1.0 + VACUUM_GAIN * (1.0 - math.exp(-max(h, 0.0) / 7000.0))
            if not staged and t >= drop - 1e-6:
                staged, mass, first, gain = True, 1.0, p[5], 1.0
            if staged:
                throttle, gain = 0.5 if t < lit - 1e-6 else 1.0, 1.0
            push = first * gain * throttle / mass
            if drop == math.inf and push > p[5]:
                throttle *= p[5] / push
                push = p[5]
            push *= share
            steer = steer_rate if kicked else -1000.0
            a1, b1, c1 = _slope(v, path, h, push, mass, steer)
            a2, b2, c2 = _slope(v + 0.5 * dt * a1, path + 0.5 * dt * b1, h + 0.5 * dt * c1, push, mass, steer)
            a3, b3, c3 = _slope(v + 0.5 * dt * a2, path + 0.5 * dt * b2, h + 0.5 * dt * c2, push, mass, steer)
            a4, b4, c4 = _slope(v + dt * a3, path + dt * b3, h + dt * c3, push, mass, steer)
            v = max(v + dt / 6.0 * (a1 + 2.0 * (a2 + a3) + a4), 0.0)
            path += dt / 6.0 * (b1 + 2.0 * (b2 + b3) + b4)
            h += dt / 6.0 * (c1 + 2.0 * (c2 + c3) + c4)
            mass = max(mass - p[1] * first / p[0] * throttle * share * dt, 0.02)  # one exhaust speed throughout
            t += dt
        out[j, 0], out[j, 1] = v, h


def fit(
    times: Floats,
    speed: Floats,
    altitude: Floats,
    cutoff: float,
    bucket: tuple[float, float] | None = None,
    staging: tuple[float, float] | None = None,
) -> AscentFit:
    """Least squares over the six parameters, from several starts until one is good. Shapes: (k,) each, from lift-off to cut-off.

    ``bucket`` and ``staging`` are known times (s) of the throttle window and of boosters dropping off with thrust back to full.

    Speed errors are weighed by 5 m/s, altitude errors by 150 m. Limits: one powered stage; nothing here is a prediction.
    """
    from scipy.optimize import least_squares

    lo, hi = bucket or BUCKET
    out = np.empty((len(times), 2))
    rising = times[np.argmax(speed > KICK_SPEED)]
    program = np.array([rising, lo, hi, cutoff, *(staging or (math.inf, math.inf))])
    lower = np.array([10.0, 0.0005, -0.3, 0.0, -0.6, 8.0])
    upper = np.array([40.0, 0.0150, 0.8, 20.0, 0.6, 120.0])
    last = 20.0 if staging else 40.0

    def errors(p: Floats) -> Floats:
        climb(p, speed[0], altitude[0], times, program, out)
        return np.concatenate([(out[:, 0] - speed) / 5.0, (out[:, 1] - altitude) / 150.0])

    best, least = None, math.inf
    for kick, steer in STARTS:
        start = np.array([13.0, 0.0045, 0.2, kick, steer, last])
        found = least_squares(
            errors, start, bounds=(lower, upper), x_scale=[1.0, 2e-4, 0.05, 0.3, 0.02, 3.0], diff_step=1e-5, ftol=1e-5, max_nfev=120
        )
        if found.cost < least:
            best, least = found.x, found.cost
        if least < GOOD * len(times):
            break
    assert best is not None
    errors(best)
    rms = [float(np.sqrt(np.mean((out[:, k] - data) ** 2))) for k, data in ((0, speed), (1, altitude))]
    return AscentFit(
        dict(zip((*NAMES, LAST[staging is not None]), map(float, best), strict=True)),
        out[:, 0].copy(),
        out[:, 1].copy(),
        rms[0],
        rms[1],
    )
