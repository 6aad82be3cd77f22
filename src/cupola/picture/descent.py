"""Compiled kernels of the alerts' bookkeeping: which launch each track descends from, and where each alerted missile is now."""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from cupola.core.batches import BOOST, Bools, Floats, Ints
from cupola.core.constants import Cited
from cupola.discriminate.memory import Records, row_of
from cupola.dynamics.ellipsoid import ground_distance

APART = 16.27  # chi-square, 3 degrees of freedom, 99.9 %: farther than that two tracks are of two bodies
FRESH = 5.0
SURE = 10.0
SPLITS = 8  # a chain of splits within one step
SOURCES: dict[str, Cited] = {
    "FRESH": Cited("s", "assumed: a track without a look for so long is no witness", 2026, "assumed"),
    "SURE": Cited("s", "assumed: a higher count must hold so long; a spent stage may be taken for burning", 2026, "assumed"),
}
# what is remembered of an alert: its track, the track's last state (ECI, at t), when it last got a look, thrust, whether it still
# burned; the estimate of its launch, when the alert was raised, and when to refine it; boosters told of, and how many more have
# been seen at once since when
WATCH = np.dtype(
    [
        ("track", "i8"), ("x", "f8", (6,)), ("t", "f8"), ("updated", "f8"), ("thrust", "f8"), ("burning", "?"),
        ("ecef", "f8", (3,)), ("sigma_m", "f8"), ("launch_t", "f8"), ("sigma_t", "f8"), ("raised", "f8"), ("due", "f8"),
        ("boosters", "i8"), ("more", "i8"), ("since", "f8"),
    ],
    align=True,
)  # fmt: skip


@njit(cache=True, nogil=True)
def descend(track: Ints, alert: Ints, ids: Ints, parent: Ints, launch: Ints) -> None:
    """For each track the alert it belongs to, by itself or through the track it split from, into ``launch (n,)``; -1 if none.

    track, alert ``(k,)``: what is known, sorted by track; ids sorted."""
    left = 0
    for i in range(len(ids)):
        at = row_of(track, ids[i])
        launch[i] = alert[at] if at >= 0 else -1
        left += launch[i] < 0 and parent[i] >= 0
    for _ in range(SPLITS):
        found = 0
        if left > 0:
            for i in range(len(ids)):
                if launch[i] < 0 and parent[i] >= 0:
                    at, here = row_of(track, parent[i]), row_of(ids, parent[i])
                    launch[i] = max(alert[at] if at >= 0 else -1, launch[here] if here >= 0 else -1)
                    found += launch[i] >= 0
        left -= found
        if found == 0:
            break


@njit(cache=True, nogil=True)
def fresh(track: Ints, ids: Ints, launch: Ints, rows: Ints) -> int:
    """Write the rows of the tracks with an alert that are not among the known ones into ``rows``; returns how many."""
    n = 0
    for i in range(len(ids)):
        if launch[i] >= 0 and row_of(track, ids[i]) < 0:
            rows[n] = i
            n += 1
    return n


@njit(cache=True, nogil=True)
def learn(track: Ints, alert: Ints, ids: Ints, launch: Ints, rows: Ints, more: Ints, of: Ints) -> None:
    """What is known (``track``, ``alert``, sorted by track) and these rows of the tracks besides, none of which is among them, into
    ``more``, ``of``, sorted."""
    j = 0
    for k in range(len(more)):
        if j < len(rows) and (k - j >= len(track) or ids[rows[j]] < track[k - j]):
            more[k], of[k] = ids[rows[j]], launch[rows[j]]
            j += 1
        else:
            more[k], of[k] = track[k - j], alert[k - j]


@njit(cache=True, nogil=True)
def farthest(w: Records, launch: Ints, impact: Floats, ellipse: Floats, at: Floats, reach: Floats, sigma: Floats) -> None:
    """Ground distance (m) from each alert's launch to the farthest predicted impact among its tracks into ``reach (k,)`` and its
    sigma into ``sigma``; NaN for those that still burn and those without a prediction.

    at ``(k, 3)``: latitude, longitude and sigma (m) of the launches."""
    for k in range(len(w)):
        reach[k] = math.nan
    for i in range(len(launch)):
        k = launch[i]
        if k < 0 or w[k].burning or not (math.isfinite(impact[i, 0]) and math.isfinite(ellipse[i, 0])):
            continue
        off = ground_distance(at[k, 0], at[k, 1], impact[i, 0], impact[i, 1])
        if not off < reach[k]:
            reach[k], sigma[k] = off, math.hypot(ellipse[i, 0], at[k, 2])


@njit(cache=True, nogil=True)
def note(
    w: Records, k: int, i: int, ids: Ints, x: Floats, t: float, updated: Floats, accel: Floats, mode: NDArray[np.uint8]
) -> None:
    """Write the state of track ``i`` into row ``k`` of the watch."""
    r = w[k]
    r.track, r.t, r.updated, r.thrust, r.burning = ids[i], t, updated[i], accel[i], mode[i] == BOOST
    for a in range(6):
        r.x[a] = x[i, a]


@njit(cache=True, nogil=True)
def follow(
    w: Records, launch: Ints, ids: Ints, x: Floats, t: float, updated: Floats, accel: Floats, mode: NDArray[np.uint8],
    confirmed: Bools, heirs: Ints,
) -> int:  # fmt: skip
    """Bring each alert's last known state up to date from its own track, or from a descendant that thrusts where that has gone.

    Writes the alerts that changed their track into ``heirs`` and returns how many."""
    n, heir = 0, np.full(len(w), -1)
    for i in range(len(ids)):
        if launch[i] >= 0 and heir[launch[i]] < 0 and mode[i] == BOOST and confirmed[i]:
            heir[launch[i]] = i
    for k in range(len(w)):
        i = row_of(ids, w[k].track)
        if i < 0 and heir[k] >= 0:
            i = heir[k]
            heirs[n] = k
            n += 1
        if i >= 0:
            note(w, k, i, ids, x, t, updated, accel, mode)
    return n


@njit(cache=True, nogil=True)
def apart(x: Floats, P: Floats, i: int, j: int) -> float:
    """Squared distance of two tracks' places in units of their joint covariance (Mahalanobis)."""
    a, b, c = P[i, 0, 0] + P[j, 0, 0], P[i, 0, 1] + P[j, 0, 1], P[i, 0, 2] + P[j, 0, 2]
    d, e, f = P[i, 1, 1] + P[j, 1, 1], P[i, 1, 2] + P[j, 1, 2], P[i, 2, 2] + P[j, 2, 2]
    u, v, w = x[i, 0] - x[j, 0], x[i, 1] - x[j, 1], x[i, 2] - x[j, 2]
    # the inverse of a symmetric 3 x 3 matrix by its cofactors
    p, q, r = d * f - e * e, c * e - b * f, b * e - c * d
    det = a * p + b * q + c * r
    if not det > 0.0:
        return 0.0
    s, t, z = a * f - c * c, b * c - a * e, a * d - b * b
    return float((u * u * p + v * v * s + w * w * z + 2.0 * (u * v * q + u * w * r + v * w * t)) / det)


@njit(cache=True, nogil=True)
def count(
    w: Records, launch: Ints, x: Floats, P: Floats, t: float, updated: Floats, mode: NDArray[np.uint8], confirmed: Bools,
    grown: Ints,
) -> int:  # fmt: skip
    """How many boosters each alert is about, at least: thrusting tracks of it, each apart from all others counted, for ``SURE`` s.

    Writes the alerts that are about more than before into ``grown`` and returns how many."""
    burning, n = np.empty(len(launch), np.int64), 0
    for i in range(len(launch)):
        if launch[i] >= 0 and mode[i] == BOOST and confirmed[i] and t - updated[i] <= FRESH:
            burning[n] = i
            n += 1
    seen, counted = np.zeros(len(w), np.int64), np.zeros(n, np.bool_)
    for a in range(n):
        i, alone = burning[a], True
        for b in range(a):
            if counted[b] and launch[burning[b]] == launch[i] and apart(x, P, i, burning[b]) < APART:
                alone = False
                break
        counted[a] = alone
        seen[launch[i]] += alone
    told = 0
    for k in range(len(w)):
        r = w[k]
        if seen[k] <= r.boosters:
            r.more = 0
            continue
        if r.more == 0:
            r.more, r.since = seen[k], t
        r.more = min(r.more, seen[k])
        if t - r.since >= SURE:
            r.boosters, r.more = r.more, 0
            grown[told] = k
            told += 1
    return told


@njit(cache=True, nogil=True)
def survey(
    track: Ints, alert: Ints, w: Records, ids: Ints, parent: Ints, x: Floats, t: float, updated: Floats, accel: Floats,
    mode: NDArray[np.uint8], confirmed: Bools, now: float, launch: Ints, heirs: Ints,
) -> tuple[int, bool, bool]:  # fmt: skip
    """``descend`` and ``follow`` in one. Returns how many heirs there are, whether a confirmed track of no known launch thrusts,
    and whether the refinement of an alert is due."""
    descend(track, alert, ids, parent, launch)
    n, thrusting, overdue = follow(w, launch, ids, x, t, updated, accel, mode, confirmed, heirs), False, False
    for i in range(len(ids)):
        thrusting |= confirmed[i] and mode[i] == BOOST and launch[i] < 0
    for k in range(len(w)):
        overdue |= w[k].burning and w[k].due <= now and w[k].t == t
    return n, thrusting, overdue


@njit(cache=True, nogil=True)
def conclude(
    track: Ints, w: Records, ids: Ints, launch: Ints, x: Floats, P: Floats, t: float, updated: Floats, mode: NDArray[np.uint8],
    confirmed: Bools, grown: Ints, rows: Ints,
) -> tuple[int, int]:  # fmt: skip
    """``count`` and ``fresh`` in one."""
    return count(w, launch, x, P, t, updated, mode, confirmed, grown), fresh(track, ids, launch, rows)
