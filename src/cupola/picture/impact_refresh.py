"""Compiled kernels around the prediction itself: what is kept of each track, who is due, what is shown."""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from cupola.core.batches import FALLING, REENTRY, WARHEAD, Floats, Ints
from cupola.core.constants import Cited
from cupola.core.sorting import ascending
from cupola.discriminate.crowd import in_order, nearest, share
from cupola.discriminate.memory import Records
from cupola.dynamics.ellipsoid import radial_height
from cupola.picture.impact_kernels import predict

SOONEST, LATEST, PART = 2.0, 40.0, 20.0  # s between refreshes of one track: this part of the time to impact within these
EXCLUDED = 0.01
HORIZON = 7200.0
WIDEST = 1.5e6

SOURCES: dict[str, Cited] = {
    "EXCLUDED": Cited("1", "assumed: below this probability a track is no longer treated as a possible warhead", 2026, "assumed"),
    "HORIZON": Cited("s", "assumed: what comes down later is an orbit to us", 2026, "assumed"),
    "WIDEST": Cited("m", "assumed: a larger 1-sigma axis is no prediction", 2026, "assumed"),
}
# what is kept of a track: raw as ``impact_kernels.predict`` gives it, when to refresh, what is shown: lat, lon, time, ellipse
KEPT = np.dtype([("id", "i8"), ("due", "f8"), ("raw", "f8", (6,)), ("shown", "f8", (6,))], align=True)


@njit(cache=True, nogil=True)
def refresh(
    old: Records, kept: Records, ids: Ints, x: Floats, P: Floats, t: float, mode: NDArray[np.uint8], beta: Floats, prob: Floats,
    classes: Floats, now: float, budget: int, impact: Floats, ellipse: Floats,
) -> None:  # fmt: skip
    """One step of ``picture.impact``: bring what was kept over to the tracks ``ids`` (sorted), refresh what is due, show all.

    impact, ellipse ``(n, 3)`` are written; classes ``(C, 2)``: mean and spread of ln(ballistic coefficient)."""
    _carry(old, kept, ids, mode)
    rows = _due(kept, mode, now, budget)
    q = len(rows)
    if q:
        believed, fresh = np.empty((q, 2)), np.empty((q, 6))
        believed_beta(beta[rows], prob[rows], classes, believed)
        predict(x[rows], _mixed(x, P, rows), np.full(q, t), believed, HORIZON, fresh)
        for k in range(q):
            r = kept[rows[k]]
            for a in range(6):
                r.raw[a] = fresh[k, a]
            left = min(fresh[k, 2] - now, _soonest(mode[rows[k]], x[rows[k]]))
            r.due = now + min(max(left / PART, SOONEST), LATEST) if math.isfinite(left) else now + LATEST
            show(r.raw, r.shown)
    for i in range(len(ids)):
        for a in range(3):
            impact[i, a], ellipse[i, a] = kept[i].shown[a], kept[i].shown[3 + a]


@njit(cache=True, nogil=True)
def _soonest(mode: int, x: Floats) -> float:
    """Time (s) in which a body in the air would be down if it kept its speed, inf of others: a drag wrongly measured for a moment
    can put its impact hours away."""
    if mode != REENTRY:
        return math.inf
    height = radial_height(x[0], x[1], x[2])
    return float(max(height, 0.0) / math.sqrt(x[3] * x[3] + x[4] * x[4] + x[5] * x[5]))


@njit(cache=True, nogil=True)
def _carry(old: Records, kept: Records, ids: Ints, mode: NDArray[np.uint8]) -> None:
    """Bring over what was kept of these tracks; nothing of new ones nor of those that do not fall, due at once."""
    j = 0
    for i in range(len(ids)):
        while j < len(old) and old[j].id < ids[i]:
            j += 1
        if j < len(old) and old[j].id == ids[i] and mode[i] in FALLING:
            kept[i] = old[j]
        else:
            kept[i].id, kept[i].due = ids[i], -math.inf
            for a in range(6):
                kept[i].raw[a] = kept[i].shown[a] = math.nan


@njit(cache=True, nogil=True)
def _due(kept: Records, mode: NDArray[np.uint8], now: float, budget: int) -> Ints:
    """Rows to refresh: at most ``budget``, the longest overdue first; in rising order."""
    rows, due, q = np.empty(len(kept), np.int64), np.empty(len(kept)), 0
    for i in range(len(kept)):
        if mode[i] in FALLING and kept[i].due <= now:
            rows[q], due[q] = i, kept[i].due
            q += 1
    if q > budget:
        last, n = np.zeros(len(kept), np.bool_), 0
        for k in ascending(due[:q])[budget:]:
            last[rows[k]] = True
        for k in range(q):
            if not last[rows[k]]:
                rows[n] = rows[k]
                n += 1
        return rows[:n]
    return rows[:q]


@njit(cache=True, nogil=True)
def _mixed(x: Floats, P: Floats, rows: Ints) -> Floats:
    """Covariances ``(k, 6, 6)`` that allow for looks of the nearest other track: the spread of a mixture of both.

    Where tracks crowd, a track is a blend of objects and surer of itself than it may be (design/picture.md)."""
    out = P[rows]
    order, place = in_order(x)
    for k in range(len(rows)):
        away, other = nearest(x, order, place, rows[k])
        part = share(away)
        for a in range(6):
            for b in range(6):
                out[k, a, b] += part * (1.0 - part) * (x[other, a] - x[rows[k], a]) * (x[other, b] - x[rows[k], b])
    return out


@njit(cache=True, nogil=True)
def believed_beta(beta: Floats, prob: Floats, classes: Floats, out: Floats) -> None:
    """ln(ballistic coefficient) and sigma into ``out (n, 2)``: the measured one joined with that of the class assumed: warhead
    for as long as that cannot be excluded, else the likeliest.

    beta ``(n, 2)``, NaN while unknown; prob ``(n, C)``. A measurement more than three sigmas off the class stands alone.
    """
    for i in range(len(beta)):
        c = WARHEAD if prob[i, WARHEAD] > EXCLUDED else int(np.argmax(prob[i]))
        b, s, mean, spread = beta[i, 0], beta[i, 1], classes[c, 0], classes[c, 1]
        if not (math.isfinite(b) and math.isfinite(s)):
            out[i, 0], out[i, 1] = mean, spread
        elif abs(b - mean) > 3.0 * math.hypot(s, spread):
            out[i, 0], out[i, 1] = b, s
        else:
            w0, w1 = 1.0 / spread**2, 1.0 / s**2
            out[i, 0], out[i, 1] = (w0 * mean + w1 * b) / (w0 + w1), 1.0 / math.sqrt(w0 + w1)


@njit(cache=True, nogil=True)
def show(raw: Floats, out: Floats) -> None:
    """lat, lon, time and the ellipse's semi-major, semi-minor (m) and azimuth of the major axis (rad from north, [0, pi)) into
    ``out (6,)`` from ``raw (6,)``: lat, lon, time, ee, nn, en (m^2). NaN where the ellipse is wider than ``WIDEST``."""
    mean, half = 0.5 * (raw[3] + raw[4]), 0.5 * (raw[4] - raw[3])
    root = math.hypot(half, raw[5])
    out[0], out[1], out[2] = raw[0], raw[1], raw[2]
    out[3], out[4] = math.sqrt(mean + root), math.sqrt(max(mean - root, 0.0))
    out[5] = (0.5 * math.atan2(raw[5], half)) % math.pi
    if not out[3] < WIDEST:
        out[:] = math.nan
