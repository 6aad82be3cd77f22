"""The scans of a step worked through by one compiled call; what is left for Python is to make room and to ask a foreign associator.

Entering a kernel costs 1-3 us and a scan has a dozen of them; most scans of a run show nothing, and their arithmetic is less than
that. So all scans of a step are laid end to end (detections in one table, one frame a scan) and ``work`` goes through them. It
stops and says why, to be called again: for ``ROOM`` (a table must grow before the scan) or to ``ASK`` an associator that is no
part of it.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from cupola.core.batches import FEATURES, Floats
from cupola.core.sorting import ascending
from cupola.fusion.associate import FOREIGN, associate
from cupola.fusion.boost import change
from cupola.fusion.crowd import crowd
from cupola.fusion.delete import settle
from cupola.fusion.gate import candidates
from cupola.fusion.initiate import births
from cupola.fusion.maneuver import recover
from cupola.fusion.pool import ROWS, Ints, Record, Records, Shorts
from cupola.fusion.sight import INFRARED, RADAR, look
from cupola.fusion.split import split
from cupola.fusion.stereo import launches, rays, renewed
from cupola.fusion.update import SCRATCH, apply

DONE, ROOM, ASK = 0, 1, 2  # why ``work`` came back
# places in its cursor: SCANS, those to work through; OWNED, detections that are a track's own; RAYS, the lines of sight kept,
# outlives the step
SCAN, STAGE, SURE, REST, RAYS, NEED, SCANS, OWNED = range(8)
LOOK, CONFIRMED_STAGE, PUSHED_STAGE, TENTATIVE_STAGE = range(4)  # values of STAGE
SEQUENCES = 1 << 44  # more scans than any sensor makes; with the sensor before it still a whole float


@njit(cache=True, nogil=True)
def in_turn(looks: Records, newest: float, oldest: float, turn: Ints) -> tuple[int, float, float, int, int]:
    """Write which scans to work through, by (time, sensor, sequence), to ``turn``: all but those older than ``oldest``
    or of a time that is none (not finite).

    Returns how many, the first time among all, the newest time so far, and how many detections and how many scans older than
    ``newest`` they are."""
    k = len(looks)
    who, when, one = np.empty(k), np.empty(k), True
    for j in range(k):
        who[j] = looks[j].sensor * SEQUENCES + looks[j].seq
        one = one and looks[j].t == looks[0].t
    order = ascending(who)
    if not one:
        for j in range(k):
            t = looks[order[j]].t
            when[j] = t if math.isfinite(t) else -math.inf
        order = order[ascending(when)]
    first, latest, late, detections, n = -math.inf, newest, 0, 0, 0
    for row in order:
        t = looks[row].t
        if not math.isfinite(t):
            continue
        first = t if first == -math.inf else first
        if t < oldest:
            continue
        turn[n] = row
        n += 1
        late += t < newest
        detections += looks[row].count
        latest = t if t > latest else latest
    return n, first, latest, detections, late


@njit(cache=True, nogil=True)
def layout(
    cards: Records,
    looks: Records,
    found: Records,
    newest: float,
    oldest: float,
    turn: Ints,
    frames: Records,
    ptr: Ints,
    row: Ints,
    z: Floats,
    sigma: Floats,
    features: Shorts,
    free: Ints,
    owner: Ints,
) -> tuple[int, float, float, int, int, int]:
    """Scans of a table (``core.scans``) end to end, in turn: writes the columns of a ``desk.Desk``.

    Detections that are not finite, have no noise or no range above zero are left out. frames: what the sensors' ``cards`` fix
    (``sight.frame``), and of the scan, the largest noise with it. Returns what ``in_turn`` does and how many detections are left;
    -1 where the desk is too short.
    """
    k, first, latest, detections, late = in_turn(looks, newest, oldest, turn)
    if detections > len(z):
        return k, first, latest, detections, late, -1
    n = 0
    ptr[0] = 0
    for j in range(k):
        look, f = looks[turn[j]], frames[j]
        if not 0 <= look.sensor < len(cards):
            raise IndexError("a scan is of a sensor that has no card")
        frames[j] = cards[look.sensor]
        f.t, f.share = look.t, look.share
        f.position[:] = look.position
        f.axes[:] = look.axes
        dims = 2 if f.kind == INFRARED else 3
        if look.count:
            f.sigma[:] = 0.0
        for q in range(look.count):
            d = found[look.first + q]
            if not _good(d.z, d.sigma, dims) or (f.kind == RADAR and d.z[2] <= 0.0):
                continue
            for i in range(3):
                z[n, i], sigma[n, i] = d.z[i], d.sigma[i]
            for i in range(dims):
                f.sigma[i] = max(f.sigma[i], sigma[n, i])
            for i in range(len(FEATURES)):
                features[n, i] = d.features[i]
            row[n], free[n], owner[n] = q, 1, -1
            n += 1
        ptr[j + 1] = n
    return k, first, latest, detections, late, n


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
) -> int:  # fmt: skip
    """Go on at cursor ``at`` until its scans are done. Returns why it stopped.

    free, owner ``(m,)``: 1 where a detection is not given away yet, and the id of the track whose own it is. lines: lines of
    sight kept for pairing, ``at[RAYS]`` of them. which: the associator's number in ``associate``.
    """
    scratch, most = np.zeros(SCRATCH), 0
    for k in range(at[SCANS]):
        most = max(most, ptr[k + 1] - ptr[k])
    claims = np.empty(most)
    while at[SCAN] < at[SCANS]:
        k = at[SCAN]
        a, b = ptr[k], ptr[k + 1]
        f, m = frames[k : k + 1], b - a
        if at[STAGE] == LOOK:
            need = book[ROWS] + 2 * m
            if need > len(pool) or len(pool) > len(sights) or at[RAYS] + m > len(lines):
                return ROOM
            at[SURE], at[REST] = look(pool, book, f, settings, m > 0, sights, lists, scratch)
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
                        return ASK
                    row, det, weight, choice = associate(which, row, det, price, m)
                    apply(
                        pool, sights, chosen, row, det, weight, choice, z[a:b], sigma[a:b], features[a:b], f, settings,
                        free[a:b], owner[a:b], tally, scratch,
                    )  # fmt: skip
            if at[STAGE] < TENTATIVE_STAGE:
                recover(
                    pool, sights, chosen, z[a:b], sigma[a:b], features[a:b], f, settings, free[a:b], owner[a:b], tally, scratch
                )  # fmt: skip
        at[STAGE] = TENTATIVE_STAGE
        n += at[REST]
        claimed = claims[:m]
        claimed[:] = 0.0
        if m > 0 and at[REST] > 0:
            n = split(
                which, pool, spare, book, sights, n, lists[1, : at[REST]], z[a:b], sigma[a:b], features[a:b], f, settings,
                free[a:b], owner[a:b], claimed, tally, scratch,
            )  # fmt: skip
            if n < 0:
                at[NEED] = -1 - n
                return ROOM
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
    at[OWNED] = 0
    for j in range(ptr[at[SCANS]]):
        at[OWNED] += owner[j] >= 0
    return DONE


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
