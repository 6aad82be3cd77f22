"""The tracks as others see them: all live ones at one time, in columns."""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from cupola.core.batches import BOOST, REENTRY, Bools, Floats, Looks, Tracks
from cupola.core.sorting import ascending
from cupola.fusion.boost import impossible
from cupola.fusion.delete import expire
from cupola.fusion.desk import Desk
from cupola.fusion.motion import advance, bounded, extra_states, lightness
from cupola.fusion.pool import CONFIRMED, FREE, ROWS, Ints, Records

KNOWN = 0.5  # sigma of ln(beta) below which it is reported


@njit(cache=True, nogil=True)
def _live(pool: Records, used: int, rows: Ints) -> int:
    """Write the rows of the tracks alive, by rising id, into ``rows``; returns how many."""
    n, ids, found = 0, np.empty(used), np.empty(used, np.int64)
    for row in range(used):
        if pool[row].status != FREE:
            found[n], ids[n] = row, pool[row].id
            n += 1
    turn = ascending(ids[:n])
    for i in range(n):
        rows[i] = found[turn[i]]
    return n


@njit(cache=True, nogil=True)
def census(
    pool: Records, spare: Ints, book: Ints, now: float, heard: float, settings: Records, tally: Ints, rows: Ints
) -> int:  # fmt: skip
    """End the tracks that are gone (``delete.expire``) and write the rows of the others, by rising id; returns how many."""
    expire(pool, spare, book, now, heard, settings, tally)
    return _live(pool, book[ROWS], rows)


@njit(cache=True, nogil=True)
def _snapshot(
    pool: Records, rows: Ints, now: float, settings: Records, id: Ints, parent: Ints, x: Floats, P: Floats,
    confirmed: Bools, mode: NDArray[np.uint8], hits: NDArray[np.int32], times: Floats, accel: Floats, beta: Floats,
    mask: NDArray[np.uint64],
) -> None:  # fmt: skip
    """Write the tracks of ``rows`` at ``now`` into the columns of ``Tracks``; times ``(2, n)``: born, updated.

    The pool keeps its times; but rows that lag more than twice ``hold`` are moved along to ``hold`` before now, so that a long
    coast is paid for once. A state that nothing that flies has (a boost predicted too far) is not confirmed.
    """
    s = settings[0]
    scratch, e, Pe = np.zeros((3, 9, 9)), np.empty(3), np.empty((3, 9))
    for i in range(len(rows)):
        r = pool[rows[i]]
        if now - r.t > 2.0 * s.hold:
            advance(r.mode, r.x, r.P, r.e, r.Pe, now - s.hold - r.t, s, scratch)
            r.t = now - s.hold
        for a in range(6):
            x[i, a] = r.x[a]
            for b in range(6):
                P[i, a, b] = r.P[a, b]
        for a in range(3):
            e[a] = r.e[a]
            if extra_states(r.mode):
                for b in range(9):
                    Pe[a, b] = r.Pe[a, b]
        if now != r.t:
            advance(r.mode, x[i], P[i], e, Pe, now - r.t, s, scratch)
        id[i], parent[i], mode[i], hits[i], times[0, i], times[1, i] = r.id, r.parent, r.mode, r.hits, r.born, r.updated
        confirmed[i] = r.status == CONFIRMED and not impossible(r.mode, r.hits, x[i], e, s)
        accel[i] = math.sqrt(e[0] ** 2 + e[1] ** 2 + e[2] ** 2) if r.mode == BOOST else 0.0
        beta[i, 0] = beta[i, 1] = math.nan
        if r.mode == REENTRY:
            light, share = lightness(e[0], Pe[0, 6])
            bounded(P[i], Pe, share)
            sigma = math.sqrt(share * Pe[0, 6])
            if sigma < KNOWN * light:
                beta[i, 0] = -math.log(light)
                beta[i, 1] = sigma / light
        for k in range(mask.shape[1]):
            mask[i, k] = r.mask[k]


def tracks(pool: Records, rows: Ints, now: float, settings: Records, words: int) -> Tracks:
    """The tracks in ``rows (n,)`` (``census``) predicted to ``now`` (s); ``words`` of the sensor mask."""
    f, n = np.empty, len(rows)
    id, parent, confirmed, mode, hits = f(n, np.int64), f(n, np.int64), f(n, np.bool_), f(n, np.uint8), f(n, np.int32)
    x, P, times, accel, beta, mask = f((n, 6)), f((n, 6, 6)), f((2, n)), f(n), f((n, 2)), f((n, words), np.uint64)
    _snapshot(pool, rows, now, settings, id, parent, x, P, confirmed, mode, hits, times, accel, beta, mask)
    return Tracks(now, id, x, P, confirmed, mode, times[0], times[1], hits, mask, beta, accel, parent)


def owned(d: Desk, scans: int, n: int) -> Looks:
    """The ``n`` detections of a desk's scans that are a track's own."""
    if not n:
        return Looks.empty()
    f = np.empty
    looks = Looks(f(n, np.int64), f(n, np.int64), f(n), f((n, d.features.shape[1]), np.float32), f(n, np.int64), f(n, np.int64))
    _owned(
        d.frames, d.ptr[: scans + 1], d.features, d.owner, d.turn, d.row, looks.track, looks.sensor, looks.t, looks.features,
        looks.scan, looks.row,
    )  # fmt: skip
    return looks


@njit(cache=True, nogil=True)
def _owned(
    frames: Records, ptr: Ints, features: NDArray[np.float32], owner: Ints, scan: Ints, row: Ints,
    track: Ints, sensor: Ints, t: Floats, own: NDArray[np.float32], scans: Ints, rows: Ints,
) -> None:  # fmt: skip
    """Kernel of ``owned``: writes the columns."""
    n = 0
    for k in range(len(ptr) - 1):
        for j in range(ptr[k], ptr[k + 1]):
            if owner[j] >= 0:
                track[n], sensor[n], t[n], scans[n], rows[n] = owner[j], frames[k].sensor, frames[k].t, scan[k], row[j]
                for f in range(features.shape[1]):
                    own[n, f] = features[j, f]
                n += 1
