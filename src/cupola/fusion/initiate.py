"""New tracks from radar detections and position reports that no track has taken.

The place is the measurement's, with its covariance turned to ECI. The velocity is unknown (``speed_sigma``, or an aircraft's for
a low position report); beside a confirmed track it is rather that track's own, for things come off things: stages, warheads,
decoys, debris. Then two guesses are started, one with the neighbour's velocity, one free; low ones are started as an aircraft and
free likewise: two members of a family (``split``), until one is believed.
Source: group birth: measured in this project to be the largest lever in clouds; one-point initiation: Blackman, Popoli 1999, 6.2.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from cupola.core.batches import AIR, Floats
from cupola.core.constants import OMEGA
from cupola.dynamics.ellipsoid import radial_height
from cupola.fusion.pool import CONFIRMED, Ints, Record, Records, Shorts, join, take
from cupola.fusion.sight import POSITION
from cupola.fusion.split import note, trail_key
from cupola.fusion.tally import BIRTHS
from cupola.observe.position import position_covariance, position_invert
from cupola.observe.radar import radar_covariance, radar_invert

CLAIMED = 0.9  # a detection that young tracks claim with more than this starts none


@njit(cache=True, nogil=True)
def _bins(pool: Records, sights: Records, n: int, cell: float, head: Ints, after: Ints) -> None:
    """Confirmed tracks of this scan by cell of space."""
    head[:] = -1
    for i in range(n):
        r = pool[sights[i].row]
        if sights[i].status == CONFIRMED and r.status == CONFIRMED:
            h = _place(math.floor(r.x[0] / cell), math.floor(r.x[1] / cell), math.floor(r.x[2] / cell), len(head) - 1)
            after[i] = head[h]
            head[h] = i


@njit(cache=True, nogil=True)
def _place(a: int, b: int, c: int, mask: int) -> int:
    return ((a * 73856093) ^ (b * 19349663) ^ (c * 83492791)) & mask


@njit(cache=True, nogil=True)
def _neighbour(pool: Records, sights: Records, head: Ints, after: Ints, p: Floats, reach: float) -> int:
    """Row of the nearest confirmed track within reach of p, -1 if none."""
    best, found = reach * reach, -1
    x, y, z = math.floor(p[0] / reach), math.floor(p[1] / reach), math.floor(p[2] / reach)
    for a in range(x - 1, x + 2):
        for b in range(y - 1, y + 2):
            for c in range(z - 1, z + 2):
                i = head[_place(a, b, c, len(head) - 1)]
                while i >= 0:
                    r = pool[sights[i].row]
                    d = (r.x[0] - p[0]) ** 2 + (r.x[1] - p[1]) ** 2 + (r.x[2] - p[2]) ** 2
                    if d < best:
                        best, found = d, sights[i].row
                    i = after[i]
    return found


@njit(cache=True, nogil=True)
def begin(r: Record, f: Record, p: Floats, R: Floats, rcs: float) -> None:
    """What every new track of this scan has in common; velocity is the caller's."""
    for i in range(3):
        r.x[i] = p[i]
        for j in range(3):
            r.P[i, j] = R[i, j]
    r.t = r.born = r.updated = f.t
    r.hits = 1
    r.first_sensor = f.sensor
    r.first_hits = 1
    r.mask[f.sensor >> 6] |= np.uint64(1) << np.uint64(f.sensor & 63)
    if not math.isnan(rcs):
        r.rcs, r.rcs_n = rcs, 1.0


@njit(cache=True, nogil=True)
def births(
    pool: Records, spare: Ints, book: Ints, sights: Records, n: int, z: Floats, sigma: Floats, features: Shorts,
    frames: Records, settings: Records, free: Ints, owner: Ints, claimed: Floats, tally: Ints,
) -> None:  # fmt: skip
    """One tentative track (or two guesses, see above) for each detection of a scan that measures places and that is free and not
    ``claimed (m,)`` by young tracks."""
    f, s = frames[0], settings[0]
    p, R = np.empty(3), np.empty((3, 3))
    size = 16
    while size < 2 * n:
        size *= 2
    head, after = np.empty(size, np.int64), np.empty(max(n, 1), np.int64)
    binned = False
    for j in range(len(z)):
        if not free[j] or claimed[j] > CLAIMED:
            continue
        if not binned:
            _bins(pool, sights, n, s.child_distance, head, after)
            binned = True
        if f.kind == POSITION:
            position_invert(z[j], f.position, f.axes, p)
            position_covariance(z[j], sigma[j], f.axes, R)
        else:
            radar_invert(z[j], f.position, f.axes, p)
            radar_covariance(z[j], sigma[j], f.axes, R)
        low = radial_height(p[0], p[1], p[2])
        row = take(pool, spare, book)
        begin(pool[row], f, p, R, features[j, 0])
        note(pool[row], trail_key(book, j))
        if owner[j] < 0:
            owner[j] = pool[row].id
        tally[BIRTHS] += 1
        if f.kind == POSITION and low < s.air_top:
            _drift(pool[row], 0.5 * s.air_speed, AIR)
            continue
        _drift(pool[row], s.speed_sigma, 0)
        pool[row].burning = 0.1 if low < 200e3 else 0.02
        if low < s.air_top:
            other = take(pool, spare, book)
            begin(pool[other], f, p, R, features[j, 0])
            _drift(pool[other], 0.5 * s.air_speed, AIR)
            _second(pool, row, other)
            continue
        near = _neighbour(pool, sights, head, after, p, s.child_distance)
        if near >= 0:
            other = take(pool, spare, book)
            begin(pool[other], f, p, R, features[j, 0])
            _follow(pool[other], pool[near], s)
            _second(pool, row, other)


@njit(cache=True, nogil=True)
def _second(pool: Records, row: int, other: int) -> None:
    """Make ``other`` the second guess at the body of ``row``."""
    join(pool, row, other)
    pool[row].share = pool[other].share = 0.5
    pool[row].merit = pool[other].merit = math.log(0.5)
    note(pool[other], pool[row].trail[0])


@njit(cache=True, nogil=True)
def _drift(r: Record, sigma: float, mode: int) -> None:
    """Velocity unknown: zero in ECI, or for aircraft zero over ground."""
    r.mode = mode
    for i in range(3):
        r.x[3 + i] = 0.0
        r.P[3 + i, 3 + i] = sigma * sigma
    if mode == AIR:
        r.x[3], r.x[4] = -OMEGA * r.x[1], OMEGA * r.x[0]


@njit(cache=True, nogil=True)
def _follow(r: Record, parent: Record, s: Record) -> None:
    """Velocity of a neighbour, give or take ``child_sigma``."""
    r.parent = parent.id
    r.burning = 0.1 * parent.burning
    for i in range(3):
        r.x[3 + i] = parent.x[3 + i]
        for j in range(3):
            r.P[3 + i, 3 + j] = parent.P[3 + i, 3 + j]
        r.P[3 + i, 3 + i] += s.child_sigma * s.child_sigma
