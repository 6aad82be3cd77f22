"""Where and when each track will come down, with its 1-sigma ellipse; refreshed in turns, for the answer hardly changes in a
second.

A track gets no impact point while it thrusts, glides or flies on wings, or when its orbit does not meet the ground. While its
ballistic coefficient is not measured, the point is that of a warhead for as long as that cannot be excluded (P > ``EXCLUDED``),
else that of the likeliest other class; the class's spread goes into the ellipse.

Limits: no wind; no manoeuvre; the ellipse is Gaussian in the tangent plane. The point assumes the mean atmosphere.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cupola.core.batches import FALLING, MODES, WARHEAD, Bools, Floats, Ints, Tracks
from cupola.discriminate import crowd
from cupola.discriminate.signatures import load
from cupola.picture.impact_kernels import predict

EXCLUDED = 0.01  # assumed: below this probability a track is no longer treated as a possible warhead
HORIZON = 7200.0  # s; what comes down later is an orbit to us
WIDEST = 1.5e6  # m; a larger 1-sigma axis is no prediction
BUDGET = 300  # tracks a step at most, the longest overdue first
INTERVAL = (2.0, 40.0)  # s between refreshes of one track: a twentieth of the time to impact within these
FALLS = np.isin(np.arange(len(MODES)), FALLING)


@dataclass(frozen=True)
class State:
    """Predictions by track id (sorted): raw ``(n, 6)`` as ``impact_kernels.predict`` gives them, due ``(n,)`` when to refresh."""

    id: Ints
    raw: Floats
    due: Floats


def start() -> State:
    """No predictions yet."""
    return State(np.empty(0, np.int64), np.empty((0, 6)), np.empty(0))


def step(state: State, tracks: Tracks, prob: Floats, now: float) -> tuple[State, Floats, Floats]:
    """Refresh what is due. Returns the state, impact ``(n, 3)`` lat, lon, time and ellipse ``(n, 3)`` major, minor (m), azimuth."""
    raw, due = _align(state, tracks.id)
    falls = FALLS[tracks.mode]
    raw[~falls] = np.nan
    due[~falls] = -np.inf  # at once when it falls again
    rows = _choose(due, falls, now)
    if len(rows):
        beta = believed_beta(tracks.beta[rows], prob[rows])
        fresh = np.empty((len(rows), 6))
        predict(tracks.x[rows], _mixed(tracks, rows), np.full(len(rows), tracks.t), beta, HORIZON, fresh)
        raw[rows] = fresh
        left = np.where(np.isfinite(fresh[:, 2]), fresh[:, 2] - now, INTERVAL[1] * 20)
        due[rows] = now + np.clip(left / 20, *INTERVAL)
    impact, ellipse = raw[:, :3].copy(), ellipse_of(raw[:, 3:])
    vague = np.flatnonzero(~(ellipse[:, 0] < WIDEST))
    impact[vague], ellipse[vague] = np.nan, np.nan
    return State(tracks.id, raw, due), impact, ellipse


def _mixed(tracks: Tracks, rows: Ints) -> Floats:
    """Covariances ``(k, 6, 6)`` that allow for looks of the nearest other track: the spread of a mixture of both.

    Where tracks crowd, a track is a blend of objects and surer of itself than it may be (design/picture.md)."""
    share, other = crowd.blend(tracks, rows)
    apart = tracks.x[other] - tracks.x[rows]
    return np.asarray(tracks.P[rows] + (share * (1 - share))[:, None, None] * apart[:, :, None] * apart[:, None, :])


def _align(state: State, ids: Ints) -> tuple[Floats, Floats]:
    """Copies of raw and due for these ids; NaN and due at once for new ones."""
    raw, due = np.full((len(ids), 6), np.nan), np.full(len(ids), -np.inf)
    if len(state.id) and len(ids):
        at = np.minimum(np.searchsorted(state.id, ids), len(state.id) - 1)
        known = state.id[at] == ids
        raw[known], due[known] = state.raw[at[known]], state.due[at[known]]
    return raw, due


def _choose(due: Floats, falls: Bools, now: float) -> Ints:
    rows = np.flatnonzero(falls & (due <= now))
    if len(rows) > BUDGET:
        rows = np.sort(rows[np.argsort(due[rows], kind="stable")[:BUDGET]])
    return rows


def believed_beta(beta: Floats, prob: Floats) -> Floats:
    """ln(ballistic coefficient) and sigma ``(n, 2)``: the measured one joined with that of the class assumed (module text)."""
    classes = load().beta
    of = np.argmax(prob, axis=1)
    of[prob[:, WARHEAD] > EXCLUDED] = WARHEAD
    assumed = classes[of]
    w0, w1 = 1 / assumed[:, 1] ** 2, 1 / beta[:, 1] ** 2
    joined = np.stack([(w0 * assumed[:, 0] + w1 * beta[:, 0]) / (w0 + w1), 1 / np.sqrt(w0 + w1)], axis=1)
    known: Bools = np.isfinite(beta[:, 0]) & np.isfinite(beta[:, 1])
    # A measurement that contradicts the class by more than three sigmas stands alone.
    apart = known & (np.abs(beta[:, 0] - assumed[:, 0]) > 3 * np.hypot(beta[:, 1], assumed[:, 1]))
    out = np.where(known[:, None], joined, assumed)
    out[apart] = beta[apart]
    return out


def ellipse_of(cov: Floats) -> Floats:
    """Semi-major, semi-minor (m) and azimuth of the major axis (rad from north, [0, pi)) of ``(n, 3)`` ee, nn, en (m^2)."""
    mean, half = 0.5 * (cov[:, 0] + cov[:, 1]), 0.5 * (cov[:, 1] - cov[:, 0])
    root = np.hypot(half, cov[:, 2])
    azimuth = np.mod(0.5 * np.arctan2(cov[:, 2], half), np.pi)
    return np.stack([np.sqrt(mean + root), np.sqrt(np.maximum(mean - root, 0.0)), azimuth], axis=1)
