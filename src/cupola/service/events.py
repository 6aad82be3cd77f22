"""Things that happen once, as JSON: the page shows them and replays them to whoever joins late, a recording keeps them.

Angles in degrees, SI otherwise.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from cupola.core.batches import Alert, Outcomes, Shots
from cupola.dynamics.frames import ecef_from_eci

Event = dict[str, Any]


def alert_event(alert: Alert) -> Event:
    """A launch alert. ``latency_s`` is from the launch as estimated, not from the true one as in the run's summary."""
    return {
        "type": "alert",
        "t": alert.t,
        "id": alert.id,
        "track": alert.track,
        "launch_t": alert.launch_t,
        "latency_s": alert.t - alert.launch_t,
        "lat": math.degrees(alert.lat),
        "lon": math.degrees(alert.lon),
        "sigma_m": alert.sigma_m,
        "heading": math.degrees(alert.heading),
        "range_class": alert.range_class,
        "confidence": alert.confidence,
        "boosters": alert.boosters,
    }


def impact_event(t: float, lat: float, lon: float, kind: str) -> Event:
    """An object that reached the ground (rad). Known to the simulation's side, shown as such."""
    return {"type": "impact", "t": t, "lat": math.degrees(lat), "lon": math.degrees(lon), "kind": kind}


def shot_events(shots: Shots, t: float) -> list[Event]:
    """Simulated interceptors fired or steered anew at ``t``; ``aim`` is Earth-fixed at the time of intercept."""
    aims = ecef_from_eci(shots.aim, shots.intercept_t) if len(shots) else np.empty((0, 3))
    return [
        {
            "type": "shot",
            "t": t,
            "id": int(shots.id[k]),
            "battery": int(shots.battery[k]),
            "track": int(shots.track[k]),
            "fire_t": float(shots.fire_t[k]),
            "intercept_t": float(shots.intercept_t[k]),
            "aim": [round(float(v)) for v in aims[k]],
        }
        for k in range(len(shots))
    ]


def outcome_events(outcomes: Outcomes) -> list[Event]:
    """What was assessed of finished shots."""
    return [
        {"type": "outcome", "t": float(t), "shot": int(shot), "kill": bool(kill)}
        for shot, t, kill in zip(outcomes.shot, outcomes.t, outcomes.kill, strict=True)
    ]
