"""Compiled kernels of the alerts' bookkeeping: which launch each track descends from, and where each alerted missile is now."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from cupola.core.batches import BOOST, Bools, Floats, Ints
from cupola.discriminate.memory import Records, row_of

SPLITS = 8  # a chain of splits within one step
# what is remembered of an alert: its track, the track's last state (ECI, at t), when it last got a look, thrust, whether it still
# burned; the estimate of its launch, when the alert was raised, and when to refine it
WATCH = np.dtype(
    [
        ("track", "i8"), ("x", "f8", (6,)), ("t", "f8"), ("updated", "f8"), ("thrust", "f8"), ("burning", "?"),
        ("ecef", "f8", (3,)), ("sigma_m", "f8"), ("launch_t", "f8"), ("sigma_t", "f8"), ("raised", "f8"), ("due", "f8"),
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
def fresh(track: Ints, ids: Ints, launch: Ints) -> Ints:
    """Rows of the tracks with an alert that are not among the known ones."""
    rows, n = np.empty(len(ids), np.int64), 0
    for i in range(len(ids)):
        if launch[i] >= 0 and row_of(track, ids[i]) < 0:
            rows[n] = i
            n += 1
    return rows[:n]


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
