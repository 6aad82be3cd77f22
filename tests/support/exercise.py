"""A made-up raid and its picture, to try a defence without sensors, link and tracker."""

from __future__ import annotations

import math

import numpy as np

from cupola.core.batches import BALLISTIC, CLASSES, DECOY, WARHEAD, Alert, Floats, Ints, Picture, Tracks
from cupola.dynamics import frames, propagate
from cupola.dynamics.kepler import minimum_energy
from cupola.engage.opportunities import drag_of


def lob(lat: float, lon: float, to_lat: float, to_lon: float, loft: float = 0.0, alt: float = 80e3) -> Floats:
    """ECI state (6,) at t = 0 of a body just past burnout near lat, lon (rad), on an arc roughly towards to_lat, to_lon.

    loft: rad added to the minimum-energy angle; the speed stays.
    Limits: aimed on a sphere without Earth rotation, so it lands tens of km off; ``ground`` tells where.
    """
    distance, bearing = (float(v) for v in frames.great_circle(lat, lon, to_lat, to_lon))
    speed, angle = (float(v) for v in minimum_energy(distance)[:2])
    angle += loft
    east, north, up = frames.enu_axes(lat, lon)
    flat = math.sin(bearing) * east + math.cos(bearing) * north
    velocity = speed * (math.cos(angle) * flat + math.sin(angle) * up)
    return np.concatenate([frames.ecef_from_geodetic(lat, lon, alt), velocity])


def ground(x: Floats, t: float, beta: Floats, within: float = 7200.0) -> Floats:
    """Impact ``(n, 3)`` latitude, longitude (rad) and time (s) of states ``x (n, 6)`` at ``t``; NaN if none ``within`` s."""
    when, where = propagate.impact(x, t, beta, within)
    lat, lon, _ = frames.geodetic_from_ecef(frames.ecef_from_eci(where[:, :3], when))
    return np.stack([lat, lon, when], axis=1)


def tracks(x: Floats, t: float, sigma: tuple[float, float] = (50.0, 1.0), ids: Ints | None = None) -> Tracks:
    """Confirmed ballistic tracks at states ``x (n, 6)`` with 1-sigma ``sigma`` (m, m/s) per axis, just updated, drag unknown."""
    n = len(x)
    P = np.tile(np.diag([sigma[0] ** 2] * 3 + [sigma[1] ** 2] * 3), (n, 1, 1)).reshape(n, 6, 6)
    fill = np.full
    return Tracks(
        t, np.arange(n, dtype=np.int64) if ids is None else ids, np.array(x, dtype=np.float64), P, fill(n, True),
        fill(n, BALLISTIC, dtype=np.uint8), fill(n, 0.0), fill(n, t), fill(n, 10, dtype=np.int32),
        np.ones((n, 1), dtype=np.uint64), fill((n, 2), np.nan), np.zeros(n), fill(n, -1, dtype=np.int64),
    )  # fmt: skip


def picture(of: Tracks, warhead: Floats, alert_t: float | None = 0.0, impact: Floats | None = None) -> Picture:
    """A picture of these tracks: P(warhead) ``(n,)``, the rest on decoy; one alert at ``alert_t`` (None: no alert).

    impact ``(n, 3)``: predicted impacts; None: from the tracks themselves.
    """
    prob = np.zeros((len(of), len(CLASSES)))
    prob[:, WARHEAD], prob[:, DECOY] = warhead, 1.0 - warhead
    alerts = () if alert_t is None else (Alert(0, 0, alert_t, alert_t, 0.0, 0.0, 1e4, 0.0, "unknown", 1.0),)
    ellipse = np.tile(np.array([1e3, 1e3, 0.0]), (len(of), 1))
    where = ground(of.x, of.t, drag_of(of.beta)) if impact is None else impact
    return Picture(of.t, of, prob, of.t - of.updated, np.full(len(of), -1, np.int64), where, ellipse, alerts)
