"""Where and when each track will come down, with its 1-sigma ellipse; refreshed in turns, for the answer hardly changes in a
second.

A track gets no impact point while it thrusts, glides or flies on wings, or when its orbit does not meet the ground. While its
ballistic coefficient is not measured, the point is that of a warhead for as long as that cannot be excluded, else that of the
likeliest other class; the class's spread goes into the ellipse.

Limits: no wind; no manoeuvre; the ellipse is Gaussian in the tangent plane. The point assumes the mean atmosphere.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cupola.core.batches import Floats, Tracks
from cupola.core.frozen import quick
from cupola.discriminate.memory import Records
from cupola.discriminate.signatures import load
from cupola.picture.impact_refresh import KEPT, refresh

BUDGET = 300  # tracks a step at most, the longest overdue first


@quick
@dataclass(frozen=True)
class State:
    """kept: predictions by track id (sorted), columns of ``impact_refresh.KEPT``; beta: what is known of each class."""

    kept: Records
    beta: Floats


def start() -> State:
    """No predictions yet."""
    return State(np.empty(0, KEPT), load().beta)


def step(state: State, tracks: Tracks, prob: Floats, now: float) -> tuple[State, Floats, Floats]:
    """Refresh what is due. Returns the state, impact ``(n, 3)`` lat, lon, time and ellipse ``(n, 3)`` major, minor (m), azimuth."""
    n = len(tracks)
    kept, impact, ellipse = np.empty(n, KEPT), np.empty((n, 3)), np.empty((n, 3))
    refresh(
        state.kept, kept, tracks.id, tracks.x, tracks.P, tracks.t, tracks.mode, tracks.beta, prob, state.beta, now, BUDGET,
        impact, ellipse,
    )  # fmt: skip
    return State(kept, state.beta), impact, ellipse
