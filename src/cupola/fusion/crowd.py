"""How many detections near a track may be of bodies that have no track: what a detection in its gate is weighed against.

A card's false detections are rare; in a cloud of bodies of which only some are tracked, what lies in a gate is more often an
untracked neighbour's. The count: detections in the 2 x 2 x 2 cells around the track's place less those expected of the tracks
there; over the volume, it adds to the card's density of false detections.
Source: the idea is that of the unknown targets' intensity in the Poisson multi-Bernoulli filter (Williams 2015, IEEE Trans.
Aerospace and Electronic Systems 51, 1664-1687), here estimated by counting in each scan.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from cupola.core.batches import Floats
from cupola.fusion.pool import Ints, Record, Records
from cupola.fusion.sight import INFRARED, POSITION

ANGLE = 4e-3  # rad, side of a cell: some kilometres at a thousand
RANGE = 4e3  # m


@njit(cache=True, nogil=True)
def _cell(el: float, az: float, r: float, flat: bool, mask: int) -> int:
    a, b = math.floor(el * (1.0 / ANGLE)), math.floor(az * (1.0 / ANGLE))
    c = 0 if flat else math.floor(r * (1.0 / RANGE))
    return ((a * 73856093) ^ (b * 19349663) ^ (c * 83492791)) & mask


@njit(cache=True, nogil=True)
def crowd(sights: Records, chosen: Ints, z: Floats, free: Ints, frames: Records) -> None:
    """Add to ``clutter`` of the chosen sights; free ``(m,)``: 1 where a detection is still to be given away.

    Cells share a table by hash: a rare chance neighbour only makes a track more careful.
    """
    f = frames[0]
    if f.kind == POSITION:
        return
    flat = f.kind == INFRARED
    table = 64
    while table < 4 * (len(z) + len(chosen)):
        table *= 2
    count, most = np.zeros(table), 0.0
    for j in range(len(z)):
        if free[j]:
            h = _cell(z[j, 0], z[j, 1], 0.0 if flat else z[j, 2], flat, table - 1)
            count[h] += 1.0
            most = max(most, count[h])
    if most < 2.0:
        return
    for i in range(len(chosen)):
        o = sights[chosen[i]]
        count[_cell(o.z[0], o.z[1], o.z[2], flat, table - 1)] -= o.pd
    volume = ANGLE * ANGLE * 4.0 if flat else ANGLE * ANGLE * RANGE * 8.0
    for i in range(len(chosen)):
        o = sights[chosen[i]]
        total = _around(o, flat, count, table - 1)
        if total > 0.0:
            o.clutter += total / volume


@njit(cache=True, nogil=True)
def _around(o: Record, flat: bool, count: Floats, mask: int) -> float:
    """What the cells nearest to the sight's place hold."""
    total = 0.0
    for a in range(2):
        for b in range(2):
            for c in range(1 if flat else 2):
                total += count[
                    _cell(o.z[0] + (a - 0.5) * ANGLE, o.z[1] + (b - 0.5) * ANGLE, o.z[2] + (c - 0.5) * RANGE, flat, mask)
                ]
    return total
