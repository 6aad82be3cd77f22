"""The scans of a step worked through by one compiled call; what is left for Python is to make room and to ask a foreign associator.

Entering a kernel costs 1-3 us and a scan has a dozen of them; most scans of a run show nothing, and their arithmetic is less than
that. So all scans of a step are laid end to end (detections in one table, one frame a scan) and ``work`` goes through them. It
stops and says why, to be called again: for ``ROOM`` (a table must grow before the scan) or to ``ASK`` an associator that is no
part of it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numba import njit

from cupola.core.batches import FEATURES, Floats, Scan
from cupola.fusion.associate import FOREIGN, associate
from cupola.fusion.boost import change
from cupola.fusion.crowd import crowd
from cupola.fusion.delete import settle
from cupola.fusion.gate import candidates
from cupola.fusion.initiate import births
from cupola.fusion.maneuver import recover
from cupola.fusion.pool import ROWS, Ints, Record, Records, Shorts
from cupola.fusion.sight import INFRARED, look
from cupola.fusion.split import split
from cupola.fusion.stereo import launches, rays, renewed
from cupola.fusion.update import apply

DONE, ROOM, ASK = 0, 1, 2  # why ``work`` came back
SCAN, STAGE, SURE, REST, RAYS, NEED = range(6)  # places in its cursor; RAYS, the lines of sight kept, outlives the step
LOOK, CONFIRMED_STAGE, PUSHED_STAGE, TENTATIVE_STAGE = range(4)  # values of STAGE


def layout(cards: Records, scans: Sequence[Scan]) -> tuple[Records, Ints, Floats, Floats, Shorts]:
    """Scans end to end: frames ``(k,)``, ptr ``(k + 1,)``, z and sigma ``(m, 3)``, features ``(m, F)``, all copies.

    cards ``(s,)``: what each sensor's card fixes (``sight.frame``).
    """
    k = len(scans)
    frames = cards[[s.sensor for s in scans]]
    ptr = np.zeros(k + 1, np.int64)
    if k:
        frames["t"] = [s.t for s in scans]
        frames["share"] = [s.share for s in scans]
        frames["position"] = np.concatenate([s.position for s in scans]).reshape(k, 3)
        frames["axes"] = np.concatenate([s.axes for s in scans]).reshape(k, 3, 3)
        np.cumsum([len(s.z) for s in scans], out=ptr[1:])
    full = [s for s in scans if len(s.z)]
    if not full:
        return frames, ptr, np.empty((0, 3)), np.empty((0, 3)), np.empty((0, len(FEATURES)), np.float32)
    z = np.concatenate([s.z for s in full], dtype=np.float64)
    sigma = np.concatenate([s.sigma for s in full], dtype=np.float64)
    return frames, ptr, z, sigma, np.concatenate([s.features for s in full], dtype=np.float32)


@njit(cache=True, nogil=True)
def screen(frames: Records, ptr: Ints, z: Floats, sigma: Floats, features: Shorts, row: Ints) -> int:
    """Close up over detections that are not finite or have no noise; returns how many. The largest noise goes into the frame, and
    the row that each detection had in its scan into ``row (m,)``."""
    n = start = 0
    for k in range(len(frames)):
        f = frames[k]
        dims = 2 if f.kind == INFRARED else 3
        f.sigma[:] = 0.0
        for j in range(start, ptr[k + 1]):
            if not _good(z[j], sigma[j], dims):
                continue
            for i in range(dims):
                f.sigma[i] = max(f.sigma[i], sigma[j, i])
            if n < j:
                for i in range(3):
                    z[n, i], sigma[n, i] = z[j, i], sigma[j, i]
                for i in range(features.shape[1]):
                    features[n, i] = features[j, i]
            row[n] = j - start
            n += 1
        start, ptr[k + 1] = ptr[k + 1], n
    return int(start - n)


@njit(cache=True, nogil=True)
def _good(z: Floats, sigma: Floats, dims: int) -> bool:
    good = True
    for i in range(dims):
        good = good and np.isfinite(z[i]) and 0.0 < sigma[i] < np.inf
    return good


@njit(cache=True, nogil=True)
def work(
    at: Ints, which: int, frames: Records, ptr: Ints, z: Floats, sigma: Floats, features: Shorts, free: Ints, owner: Ints,
    pool: Records, spare: Ints, book: Ints, sights: Records, lists: Ints, lines: Records, settings: Records, tally: Ints,
) -> tuple[int, Ints, Ints, Floats]:  # fmt: skip
    """Go on at cursor ``at`` until all scans are done. Returns why it stopped and, for ``ASK``, the candidates (see ``gate``).

    free, owner ``(m,)``: 1 where a detection is not given away yet, and the id of the track whose own it is. lines: lines of
    sight kept for pairing, ``at[RAYS]`` of them. which: the associator's number in ``associate``.
    """
    no_ptr, no_det, no_price = np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0)
    while at[SCAN] < len(frames):
        k = at[SCAN]
        a, b = ptr[k], ptr[k + 1]
        f, m = frames[k : k + 1], b - a
        if at[STAGE] == LOOK:
            need = book[ROWS] + 2 * m
            if need > len(pool) or len(pool) > len(sights) or at[RAYS] + m > len(lines):
                return ROOM, no_ptr, no_det, no_price
            at[SURE], at[REST] = look(pool, book, f, settings, sights, lists)
            at[NEED] = 0
            if m > 0 and at[SURE] > 0:
                crowd(sights, lists[0, : at[SURE]], z[a:b], free[a:b], f)
            at[STAGE] = CONFIRMED_STAGE
        n = at[SURE]
        if m > 0 and n > 0:
            chosen = lists[0, :n]
            if at[STAGE] == CONFIRMED_STAGE:
                row, det, price = candidates(sights, chosen, n, z[a:b], sigma[a:b], free[a:b], f, settings)
                if len(det) > 0:
                    if which == FOREIGN:
                        return ASK, row, det, price
                    row, det, weight, choice = associate(which, row, det, price, m)
                    apply(
                        pool, sights, chosen, row, det, weight, choice, z[a:b], sigma[a:b], features[a:b], f, settings,
                        free[a:b], owner[a:b], tally,
                    )  # fmt: skip
            if at[STAGE] < TENTATIVE_STAGE:
                recover(pool, sights, chosen, z[a:b], sigma[a:b], features[a:b], f, settings, free[a:b], owner[a:b], tally)
        at[STAGE] = TENTATIVE_STAGE
        n += at[REST]
        claimed = np.zeros(m)
        if m > 0 and at[REST] > 0:
            n = split(
                which, pool, spare, book, sights, n, lists[1, : at[REST]], z[a:b], sigma[a:b], features[a:b], f, settings,
                free[a:b], owner[a:b], claimed, tally,
            )  # fmt: skip
            if n < 0:
                at[NEED] = -1 - n
                return ROOM, no_ptr, no_det, no_price
        if f[0].kind == INFRARED:
            for j in range(m):
                free[a + j] = free[a + j] and claimed[j] <= 0.5
            _pair(at, f, z[a:b], sigma[a:b], free[a:b], pool, spare, book, lines, settings, tally)
        elif m > 0:
            births(
                pool, spare, book, sights, n, z[a:b], sigma[a:b], features[a:b], f, settings, free[a:b], owner[a:b], claimed, tally
            )
        settle(pool, sights, n, spare, book, f, settings, tally)
        change(pool, sights, n, spare, book, settings, tally)
        at[SCAN] += 1
        at[STAGE] = LOOK
    return DONE, no_ptr, no_det, no_price


@njit(cache=True, nogil=True)
def _pair(
    at: Ints, frames: Records, z: Floats, sigma: Floats, free: Ints, pool: Records, spare: Ints, book: Ints, lines: Records,
    settings: Records, tally: Ints,
) -> None:  # fmt: skip
    """Free lines of sight of an infrared scan: pair them with other sensors', keep the rest."""
    f: Record = frames[0]
    old = renewed(lines, at[RAYS], f.sensor, f.t, settings[0].stereo_window)
    n = rays(z, sigma, frames, free, lines[old:])
    if n > 0 and old > 0:
        launches(pool, spare, book, lines[old:], n, lines[:old], settings, tally)
    at[RAYS] = old + n
