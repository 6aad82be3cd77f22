"""Counting the satellites of a shell in reach of a point: exact along the orbit, sampled across the planes.

A satellite is in reach when the angle at the Earth's centre between it and the point is below ``psi`` (and, in a ``ring``, above
another). One plane's satellites in reach lie on one arc of its circle, on two in a ring, so with equal spacing their number steps
up and down as the shell turns: those steps give the share of phases with too few of them exactly. Longitude and phase repeat after
one cell of the pattern, so one cell is all there is.

A pattern (Walker delta): ``planes`` evenly spaced nodes, ``each`` satellites in a plane, the next plane ahead by
``phasing / planes`` of a spacing.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

TURN = 2.0 * math.pi
FEW = 32  # arcs: so few are sorted as they come


@njit(cache=True, nogil=True)
def crossings(inc: float, lat: float, cospsi: float, planes: int, shift: float, low: Floats, high: Floats, plane: Ints) -> int:
    """The planes whose circle crosses the cap around a point: arcs (in turns of the orbit) and plane numbers. Gives how many.

    shift in [0, 1): where the point lies between two neighbouring nodes. Source: spherical trigonometry; the satellite's direction
    times the point's is A cos(u - u0), in reach while that is above cos psi.
    """
    si, ci, sl, cl = math.sin(inc), math.cos(inc), math.sin(lat), math.cos(lat)
    nearest, farthest = 0.0, math.pi  # of the node's angle from the one that puts the point under the orbit's apex
    if cl * si > 1e-9:
        sinpsi = math.sqrt(1.0 - cospsi * cospsi) if cospsi > 0.0 else 1.0  # half of any circle is within 90 deg
        nearest = math.acos(min(1.0, max(-1.0, (sl * ci + sinpsi) / (cl * si))))
        farthest = math.acos(min(1.0, max(-1.0, (sl * ci - sinpsi) / (cl * si))))
    first = math.ceil(-farthest / TURN * planes - shift)
    m = 0
    for j in range(first, min(first + planes, math.floor(farthest / TURN * planes - shift) + 1)):
        angle = TURN * (j + shift) / planes
        if abs(angle) < nearest - 1e-9:
            continue
        a = cl * math.sin(angle)
        b = sl * si + cl * ci * math.cos(angle)
        size = math.sqrt(a * a + b * b)
        if size > cospsi:
            middle, half = math.atan2(b, a) / TURN, math.acos(min(1.0, max(-1.0, cospsi / size))) / TURN
            low[m], high[m], plane[m] = middle - half, middle + half, j
            m += 1
    return m


@njit(cache=True, nogil=True)
def ring(
    inc: float, lat: float, cosfar: float, cosnear: float, planes: int, shift: float, low: Floats, high: Floats, plane: Ints
) -> int:
    """As ``crossings``, for the ring between two angles with these cosines; cosnear 1: the whole cap. Shapes: (2 planes,).

    An arc of the inner cap lies in the middle of its plane's arc of the outer one: what is left are the two ends.
    """
    m = crossings(inc, lat, cosfar, planes, shift, low, high, plane)
    if cosnear >= 1.0:
        return m
    inner = crossings(inc, lat, cosnear, planes, shift, low[m:], high[m:], plane[m:])
    q = 0
    for k in range(m, m + inner):
        while plane[q] != plane[k]:
            q += 1
        low[k], high[k], high[q] = high[k], high[q], low[k]
    return m + inner


@njit(cache=True, nogil=True)
def steps(low: Floats, high: Floats, plane: Ints, m: int, planes: int, each: int, phasing: int, keys: Floats, signs: Ints) -> int:
    """The number in reach as the shell turns by one spacing: that at the start, and the sorted steps (key in [0, 1), sign)."""
    count = 0
    for q in range(m):
        offset = phasing * plane[q] / planes
        lo, hi = low[q] * each - offset, high[q] * each - offset
        whole_lo, whole_hi = math.floor(lo), math.floor(hi)
        count += int(whole_hi - whole_lo)
        for end in range(2):
            key = lo - whole_lo if end == 0 else hi - whole_hi
            y = 2 * q + end - 1
            while m <= FEW and y >= 0 and keys[y] > key:
                keys[y + 1], signs[y + 1] = keys[y], signs[y]
                y -= 1
            keys[y + 1], signs[y + 1] = key, 1 - 2 * end
    if m > FEW:
        order = np.argsort(keys[: 2 * m])
        keys[: 2 * m], signs[: 2 * m] = keys[order], signs[order]
    return count


@njit(cache=True, nogil=True)
def histogram(
    inc: float, planes: int, each: int, phasing: int, lats: Floats, cosfar: float, cosnear: float, shifts: int, size: int
) -> Floats:
    """Share of phases at which exactly c satellites are in reach, c = 0 ... size - 1 (the last: that many or more).

    In reach: between the angles with these cosines; cosnear 1: all within the far one. Shapes: (lats, size).
    """
    low, high, plane = np.empty(2 * planes), np.empty(2 * planes), np.empty(2 * planes, np.int64)
    keys, signs = np.empty(4 * planes), np.empty(4 * planes, np.int64)
    out = np.zeros((len(lats), size))
    for k in range(len(lats)):
        for g in range(shifts):
            m = ring(inc, lats[k], cosfar, cosnear, planes, (g + 0.5) / shifts, low, high, plane)
            count = steps(low, high, plane, m, planes, each, phasing, keys, signs)
            since = 0.0
            for e in range(2 * m):
                out[k, min(count, size - 1)] += (keys[e] - since) / shifts
                since = keys[e]
                count += signs[e]
            out[k, min(count, size - 1)] += (1.0 - since) / shifts
    return out
