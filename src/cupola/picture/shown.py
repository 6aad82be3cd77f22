"""The confirmed tracks of a tick, with what is believed of each: what the picture shows."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from cupola.core.batches import Bools, Floats, Ints, Tracks


def confirmed(tracks: Tracks, prob: Floats, launch: Ints) -> tuple[Tracks, Floats, Ints]:
    """The confirmed tracks only, with class probabilities ``(n, C)`` and launches ``(n,)``: ``select`` at a third of the cost."""
    n = int(np.count_nonzero(tracks.confirmed))
    if n == len(tracks.id):
        return tracks, prob, launch
    a, f = tracks, np.empty
    b = Tracks(
        a.t, f(n, np.int64), f((n, 6)), f((n, 6, 6)), np.ones(n, np.bool_), f(n, np.uint8), f(n), f(n), f(n, np.int32),
        f((n, a.sensors.shape[1]), np.uint64), f((n, 2)), f(n), f(n, np.int64),
    )  # fmt: skip
    believed, of = f((n, prob.shape[1])), f(n, np.int64)
    _copy(
        a.confirmed, a.id, a.x, a.P, a.mode, a.born, a.updated, a.hits, a.sensors, a.beta, a.accel, a.parent, prob, launch,
        b.id, b.x, b.P, b.mode, b.born, b.updated, b.hits, b.sensors, b.beta, b.accel, b.parent, believed, of,
    )  # fmt: skip
    return b, believed, of


@njit(cache=True, nogil=True)
def _copy(
    shown: Bools, id: Ints, x: Floats, P: Floats, mode: NDArray[np.uint8], born: Floats, updated: Floats, hits: NDArray[np.int32],
    sensors: NDArray[np.uint64], beta: Floats, accel: Floats, parent: Ints, prob: Floats, launch: Ints,
    id_: Ints, x_: Floats, P_: Floats, mode_: NDArray[np.uint8], born_: Floats, updated_: Floats, hits_: NDArray[np.int32],
    sensors_: NDArray[np.uint64], beta_: Floats, accel_: Floats, parent_: Ints, prob_: Floats, launch_: Ints,
) -> None:  # fmt: skip
    """Copy the rows that are shown, column by column."""
    k = 0
    for i in range(len(shown)):
        if not shown[i]:
            continue
        id_[k], mode_[k], born_[k], updated_[k], hits_[k] = id[i], mode[i], born[i], updated[i], hits[i]
        accel_[k], parent_[k], launch_[k] = accel[i], parent[i], launch[i]
        beta_[k, 0], beta_[k, 1] = beta[i, 0], beta[i, 1]
        for a in range(6):
            x_[k, a] = x[i, a]
            for b in range(6):
                P_[k, a, b] = P[i, a, b]
        for w in range(sensors.shape[1]):
            sensors_[k, w] = sensors[i, w]
        for c in range(prob.shape[1]):
            prob_[k, c] = prob[i, c]
        k += 1
