"""From a boosting track to the launch it came from: place, time, heading, and how sure."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from cupola.core.batches import Floats
from cupola.core.constants import OMEGA, Cited
from cupola.dynamics import frames
from cupola.picture.launch_kernels import estimate

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
    s = frames.state_ecef_from_eci(x, t)
    lat, lon, height = (float(v) for v in frames.geodetic_from_ecef(s[:3]))
    axes = frames.enu_axes(lat, lon)
    turn = axes @ _earth_axes(t)
    rotate = np.zeros((6, 6))
    rotate[:3, :3] = rotate[3:, 3:] = turn
    local = np.r_[0.0, 0.0, height, axes @ s[3:]]
    cov = rotate @ P @ rotate.T
    if not np.all(np.isfinite(local)) or np.linalg.eigvalsh(cov)[0] <= 0:
        return None
    out = np.empty(7)
    if not estimate(local, cov, thrust, out):
        return None
    since = float(out[2])
    distance = math.hypot(out[0], out[1])
    bearing = math.atan2(out[0], out[1])
    at_lat, at_lon = (float(v) for v in frames.destination(lat, lon, bearing, distance))
    heading = math.atan2(local[3], local[4]) % (2 * math.pi)
    return Launch(
        t - since, at_lat, at_lon, frames.ecef_from_geodetic(at_lat, at_lon, 0.0),
        math.hypot(out[5], MODEL_SIGMA * out[4], MODEL_FLOOR), math.hypot(out[6], TIME_SIGMA * since, 1.0),
        heading, since, height, float(np.linalg.norm(local[3:])),
    )  # fmt: skip


def over_ground(x: Floats, t: float) -> tuple[float, float]:
    """Speed relative to the Earth (m/s) and heading (rad clockwise from north) of an ECI state ``(6,)`` at ``t``."""
    s = frames.state_ecef_from_eci(x, t)
    lat, lon, _ = (float(v) for v in frames.geodetic_from_ecef(s[:3]))
    v = frames.enu_axes(lat, lon) @ s[3:]
    return float(np.linalg.norm(v)), math.atan2(v[0], v[1]) % (2 * math.pi)


def _earth_axes(t: float) -> Floats:
    """ECEF from ECI as a matrix (3, 3)."""
    c, s = math.cos(OMEGA * t), math.sin(OMEGA * t)
    return np.array([[c, s, 0.0], [-s, c, 0.0], [0.0, 0.0, 1.0]])
