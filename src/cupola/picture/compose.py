"""The one picture: confirmed tracks with what is believed of them, alerts, where each came from and will come down."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cupola.core.batches import Alert, Floats, Ints, Picture, Tracks, select
from cupola.core.frozen import quick
from cupola.picture import alerts, impact

SETTLE = 5.0  # s between looks at the range classes of burnt-out missiles


@quick
@dataclass(frozen=True)
class State:
    """Alerts with their memory, impact predictions, and when range classes were last settled."""

    alerts: alerts.State
    impact: impact.State
    settled: float


def start(sensors: int = 2) -> State:
    """An empty picture of a network of this many sensors (with one only, an alert cannot wait for a second)."""
    return State(alerts.start(min(sensors, 2)), impact.start(), -np.inf)


def step(state: State, batch: tuple[Tracks, Floats], now: float, heard: Tracks | None = None) -> tuple[State, Picture]:
    """Compose the picture of tracks and class probabilities ``(n, C)`` (rows as the tracks; all tracks, confirmed or not).

    heard: the same tracks at the time up to which data has come, if that lies well before ``now`` (a slow link). Launches are told
    by these: a thrusting missile predicted over half a minute may be anywhere, and anyone's.

    Unconfirmed tracks carry descent (a child may be confirmed later than its parent is lost) but are not in the picture.
    """
    tracks, prob = batch
    raised_state, new, launch = alerts.step(state.alerts, tracks if heard is None else heard, now)
    shown, prob, launch = _confirmed(tracks, prob, launch)
    impact_state, points, ellipses = impact.step(state.impact, shown, prob, now)
    settled = state.settled
    if now - settled >= SETTLE and raised_state.alerts:
        raised_state, settled = alerts.settle_class(raised_state, launch, points, ellipses), now
    picture = Picture(
        now,
        shown,
        prob,
        np.maximum(now - shown.updated, 0.0),
        launch,
        points,
        ellipses,
        raised_state.alerts,
        _now(new, raised_state),
    )
    return State(raised_state, impact_state, settled), picture


def _confirmed(tracks: Tracks, prob: Floats, launch: Ints) -> tuple[Tracks, Floats, Ints]:
    """What the picture shows: the confirmed tracks only, with class probabilities ``(n, C)`` and launches ``(n,)``."""
    rows = tracks.confirmed.nonzero()[0]
    if len(rows) == len(tracks):
        return tracks, prob, launch
    return select(tracks, rows), prob.take(rows, 0), launch.take(rows)


def _now(new: tuple[Alert, ...], state: alerts.State) -> tuple[Alert, ...]:
    """The alerts raised in this step as they stand after refinement."""
    return tuple(state.alerts[a.id] for a in new)
