"""Objects closer than a resolution cell give one return: the strongest takes its neighbours in.

The mean powers add (echoes of random phase) and the measured place is their power-weighted mean. From look to look the whole
return fluctuates as its strongest member does.
Limits: cells are boxes round the strongest object; no interference or glint from look to look, no partly resolved shapes.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from cupola.core.batches import Floats, Ints
from cupola.core.sorting import ascending
from cupola.observe.angles import wrap_scalar


@njit(cache=True, nogil=True)
def _owners(z: Floats, cell: Floats, by_power: Ints, by_key: Ints, place: Ints, key: int) -> Ints:
    """For each object the one that takes it in (itself if nobody does). by_power: those with a neighbour, the strongest first."""
    n = len(z)
    owner = np.arange(n)
    for i in by_power:
        owner[i] = -1
    for i in by_power:
        if owner[i] >= 0:
            continue
        owner[i] = i
        flat = math.cos(z[i, 0])
        for step in (-1, 1):
            p = place[i] + step
            while 0 <= p < n:
                j = by_key[p]
                if abs(z[j, key] - z[i, key]) >= cell[key]:
                    break
                turn = abs(wrap_scalar(z[j, 1] - z[i, 1])) * flat
                far = key == 2 and abs(z[j, 0] - z[i, 0]) >= cell[0]
                if owner[j] < 0 and turn < cell[1] and not far:
                    owner[j] = i
                p += step
    return owner


@njit(cache=True, nogil=True)
def _join(z: Floats, power: Floats, owner: Ints) -> tuple[Ints, Floats, Floats]:
    """Rows that remain, their weighted places and summed powers."""
    n = len(z)
    total = np.zeros(n)
    shift = np.zeros((n, 3))
    for j in range(n):
        i = owner[j]
        total[i] += power[j]
        shift[i, 0] += power[j] * (z[j, 0] - z[i, 0])
        shift[i, 1] += power[j] * wrap_scalar(z[j, 1] - z[i, 1])
        shift[i, 2] += power[j] * (z[j, 2] - z[i, 2])
    rows = np.flatnonzero(owner == np.arange(n))
    out = np.empty((len(rows), 3))
    for k in range(len(rows)):
        for c in range(3):
            out[k, c] = z[rows[k], c] + shift[rows[k], c] / total[rows[k]]
    return rows, out, total[rows]


@njit(cache=True, nogil=True)
def merge(z: Floats, power: Floats, range_cell: float, angle_cell: float) -> tuple[Ints, Floats, Floats]:
    """Rows ``(k,)`` of the strongest of each cell, in order, with place ``(k, 3)`` and power ``(k,)`` of what it took in.

    z ``(n, 3)`` el, az, range before noise. range_cell inf: angles alone decide (infrared). A cell of 0 merges nothing.
    """
    n = len(z)
    if n < 2 or not (range_cell > 0.0 and angle_cell > 0.0):
        return np.arange(n), z, power
    key = 2 if range_cell < math.inf else 0
    cell = np.array([angle_cell, angle_cell, range_cell])
    column = np.empty(n)
    for i in range(n):
        column[i] = z[i, key]
    by_key = ascending(column)
    place = np.empty(n, np.int64)
    for p in range(n):
        place[by_key[p]] = p
    crowded = np.zeros(n, np.bool_)
    for p in range(1, n):
        if z[by_key[p], key] - z[by_key[p - 1], key] < cell[key]:
            crowded[by_key[p]] = crowded[by_key[p - 1]] = True
    rows = np.flatnonzero(crowded)
    if not len(rows):
        return np.arange(n), z, power
    by_power = rows[ascending(-power[rows])]
    return _join(z, power, _owners(z, cell, by_power, by_key, place, key))
