"""From a boosting track to the launch it came from: place, time, heading, and how sure."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from cupola.core.batches import Floats
from cupola.core.constants import Cited
from cupola.picture.launch_kernels import course, launched

MODEL_SIGMA = 0.3
MODEL_FLOOR = 300.0
TIME_SIGMA = 0.1

SOURCES: dict[str, Cited] = {
    "MODEL_SIGMA": Cited(
        "1", "of the downrange distance, 1-sigma: pitch programmes differ from a gravity turn; design/picture.md", 2026, "computed"
    ),
    "MODEL_FLOOR": Cited("m", "assumed: 1-sigma of a launch point at no downrange distance", 2026, "assumed"),
    "TIME_SIGMA": Cited("1", "of the time since launch, 1-sigma; design/picture.md", 2026, "computed"),
}


@dataclass(frozen=True)
class Launch:
    """An estimate: launch time (s), lat, lon (rad), ECEF point (3,), sigma of the point (m) and the time (s), heading (rad from
    north), time since launch (s), height of the missile now (m), speed now (m/s, Earth-relative)."""

    t: float
    lat: float
    lon: float
    ecef: Floats
    sigma_m: float
    sigma_t: float
    heading: float
    since: float
    height: float
    speed: float


def back_track(x: Floats, P: Floats, t: float, thrust: float) -> Launch | None:
    """The launch of a thrusting missile with ECI state ``x (6,)`` and covariance ``P (6, 6)`` at ``t``; None where no boost fits.

    thrust: measured acceleration (m/s^2) or 0. Limits: see ``launch_kernels``; sigma is about that of the worst class.
    """
    out, place = np.empty(7), np.empty(6)
    if not launched(x, P, t, thrust, out, place):
        return None
    speed, heading = course(x, t)
    since, downrange, sigma, sigma_t = (float(out[k]) for k in (2, 4, 5, 6))
    return Launch(
        t - since, float(place[0]), float(place[1]), place[2:5],
        math.hypot(sigma, MODEL_SIGMA * downrange, MODEL_FLOOR), math.hypot(sigma_t, TIME_SIGMA * since, 1.0),
        heading, since, float(place[5]), speed,
    )  # fmt: skip
