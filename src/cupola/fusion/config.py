"""What the tracker assumes and where it draws its lines.

The physical ones are generic and public in kind and stand in ``SOURCES`` with what is assumed. ``record`` packs them into one numpy
record, so that a kernel takes one argument. Units SI and radians.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cupola.core.constants import Cited
from cupola.core.errors import BadOption

RUN_ASSOCIATOR = "bp"  # of whole runs, live or replayed


@dataclass(frozen=True)
class Config:
    """Settings of ``tracker.start``. Defaults serve radar and infrared tracking of ballistic objects.

    associator: name in ``associate.ASSOCIATORS``. gate: Mahalanobis gate, sigma. confirm_hits: detections that confirm (M of N with
    the deletion rule as N). misses_tentative, misses_confirmed: looks in a row, at ``pd`` 0.9, after which a track ends; a look
    that would see the track with less than that counts less. What is physical is
    explained in ``SOURCES``, the rest line by line.
    """

    associator: str = "gnn"
    gate: float = 4.5
    gate_position: float = 8.0  # sigma; position reports have heavy tails (their time stamps)
    confirm_hits: int = 4
    confirm_score: float = 6.0  # log-likelihood ratio against clutter that a confirmed track has reached (SPRT upper bound)
    misses_tentative: int = 2
    misses_confirmed: int = 6
    speed_sigma: float = 4000.0  # m/s
    child_sigma: float = 60.0  # m/s
    child_distance: float = 10e3  # m
    q_ballistic: float = 2e-4  # m^2/s^3
    q_boost: float = 2.0  # m^2/s^3
    q_jerk: float = 1.0  # m^2/s^5
    q_reentry: float = 0.5  # m^2/s^3
    q_glide: float = 200.0  # m^2/s^3
    q_air: float = 100.0  # m^2/s^3
    q_climb: float = 4.0  # m^2/s^3
    q_drag: float = 2e-4  # 1/s
    exhaust_speed: float = 2700.0  # m/s
    drag_top: float = 130e3  # m
    drag_sigma: float = 0.1  # m^2/kg
    thrust_sigma: float = 20.0  # m/s^2
    thrust_mean: float = 22.0  # m/s^2
    burn_mean: float = 120.0  # s
    speed_limit: float = 12e3  # m/s
    thrust_limit: float = 200.0  # m/s^2
    cloud_top: float = 12e3  # m
    stereo_window: float = 12.0  # s between two sensors' looks that may still be paired
    stereo_gate: float = 9.0  # chi-square of the miss distance (1 degree of freedom)
    stereo_top: float = 400e3  # m
    air_top: float = 25e3  # m
    air_speed: float = 400.0  # m/s
    air_coast: float = 60.0  # s without an update after which an aircraft's track ends
    spent_coast: float = 180.0  # s likewise for a body that the air has slowed below ``air_speed``: light ones hang about for long
    sigma_limit: float = 100e3  # m, root of the trace of the position covariance at which a coasting track ends
    late_limit: float = 30.0  # s a scan may be older than the newest one before it is left out (and counted)
    hold: float = 10.0  # s a stored state may lag behind the picture before it is moved along

    def record(self) -> NDArray[Any]:
        """The numbers as a record array of one element."""
        out = np.zeros(1, SETTINGS)
        for n in SETTINGS.names or ():
            value = float(getattr(self, n))
            if not np.isfinite(value) or value < 0:
                raise BadOption(f"fusion setting {n} = {value}: give a finite number that is not negative")
            out[n] = value
        return out


# one object for all runs of a process: a kernel that is called with an equal dtype of another identity takes 4 us more
SETTINGS = np.dtype([(f.name, "f8") for f in fields(Config) if f.name != "associator"])

SOURCES: dict[str, Cited] = {
    "Config.speed_sigma": Cited("m/s", "assumed: prior velocity of a new radar track, each component", 2026, "assumed"),
    "Config.child_sigma": Cited(
        "m/s",
        "assumed: prior velocity of a new track relative to a confirmed neighbour (deployment, separation, debris)",
        2026,
        "assumed",
    ),
    "Config.child_distance": Cited(
        "m", "assumed: farther than this a new detection has nothing to do with a track", 2026, "assumed"
    ),
    "Config.q_ballistic": Cited(
        "m^2/s^3",
        "assumed: white acceleration: gravity beyond J4 is 3e-5 (J22 of EGM2008, 1.8e-6: 2e-4 m/s^2 for some 700 s); the rest for"
        " venting, drag above the atmosphere's edge and the detections of others in a crowd",
        2026,
        "assumed",
    ),
    "Config.q_boost": Cited("m^2/s^3", "assumed: white acceleration of a boost, in addition to the jerk", 2026, "assumed"),
    "Config.q_jerk": Cited("m^2/s^5", "assumed: wander of the thrust vector: pitch programme, staging", 2026, "assumed"),
    "Config.q_reentry": Cited("m^2/s^3", "assumed: white acceleration in re-entry: lift and wobble", 2026, "assumed"),
    "Config.q_glide": Cited(
        "m^2/s^3", "assumed: white acceleration of a manoeuvre; no track enters the mode glide", 2026, "assumed"
    ),
    "Config.q_air": Cited(
        "m^2/s^3", "assumed: level turns, speed changes and time stamps a second off of aircraft", 2026, "assumed"
    ),
    "Config.q_climb": Cited("m^2/s^3", "assumed: climb and descent of aircraft", 2026, "assumed"),
    "Config.q_drag": Cited("1/s", "assumed: relative variance growth of 1/beta: Mach number, ablation", 2026, "assumed"),
    "Config.exhaust_speed": Cited(
        "m/s", "assumed: thrust acceleration a grows by a^2/exhaust_speed: Tsiolkovsky with constant flow", 2026, "assumed"
    ),
    "Config.drag_top": Cited("m", "assumed: height below which 1/beta joins the state", 2026, "assumed"),
    "Config.drag_sigma": Cited(
        "m^2/kg",
        "assumed: sigma of the Gaussian of 1/beta when it joins; above zero, with boost.UNKNOWN, that is 0.037 +- 0.034, nearly"
        " exponential: heavy bodies to balloons of 5 kg/m^2",
        2026,
        "assumed",
    ),
    "Config.thrust_sigma": Cited("m/s^2", "assumed: prior of the thrust acceleration, each component", 2026, "assumed"),
    "Config.thrust_mean": Cited("m/s^2", "assumed: prior mean of the thrust acceleration along the climb", 2026, "assumed"),
    "Config.burn_mean": Cited(
        "s", "assumed: mean time to burnout or staging, for the hazard of the burning-state filter", 2026, "assumed"
    ),
    "Config.speed_limit": Cited(
        "m/s",
        "assumed: inertial speed above every ballistic and orbital one of interest: faster is a false association",
        2026,
        "assumed",
    ),
    "Config.thrust_limit": Cited("m/s^2", "assumed: thrust acceleration above every one of interest, likewise", 2026, "assumed"),
    "Config.cloud_top": Cited("m", "assumed: below it a missing infrared look says nothing", 2026, "assumed"),
    "Config.stereo_top": Cited("m", "assumed: a burning object higher than this is not started", 2026, "assumed"),
    "Config.air_top": Cited("m", "assumed: lower than this, and slower than air_speed, is an aircraft", 2026, "assumed"),
    "Config.air_speed": Cited(
        "m/s", "assumed: speed over ground: slower than this, and lower than air_top, is an aircraft", 2026, "assumed"
    ),
}
