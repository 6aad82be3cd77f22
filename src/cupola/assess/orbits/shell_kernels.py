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
            while y >= 0 and keys[y] > key:
                keys[y + 1], signs[y + 1] = keys[y], signs[y]
                y -= 1
            keys[y + 1], signs[y + 1] = key, 1 - 2 * end
    return count


@njit(cache=True, nogil=True)
def shortfall(
    low: Floats, high: Floats, plane: Ints, m: int, planes: int, each: int, phasing: int, wanted: int, keys: Floats, signs: Ints
) -> float:
    """How many fewer than ``wanted`` are in reach, averaged over the shell's phases (more than wanted counts as none missing)."""
    count = steps(low, high, plane, m, planes, each, phasing, keys, signs)
    missing, since = 0.0, 0.0
    for e in range(2 * m):
        if count < wanted:
            missing += (wanted - count) * (keys[e] - since)
        since = keys[e]
        count += signs[e]
    return missing + ((wanted - count) * (1.0 - since) if count < wanted else 0.0)


@njit(cache=True, nogil=True)
def worst(
    inc: float, planes: int, each: int, phasing: int, lats: Floats, cospsi: float, wanted: int, shifts: int, enough: float
) -> float:
    """Largest mean shortfall over ``lats``; each from ``shifts`` places between two nodes. Stops at the first above ``enough``."""
    low, high, plane = np.empty(planes), np.empty(planes), np.empty(planes, np.int64)
    keys, signs = np.empty(2 * planes), np.empty(2 * planes, np.int64)
    most = 0.0
    for lat in lats:
        missing = 0.0
        for g in range(shifts):
            m = crossings(inc, lat, cospsi, planes, (g + 0.5) / shifts, low, high, plane)
            missing += shortfall(low, high, plane, m, planes, each, phasing, wanted, keys, signs) / shifts
        most = max(most, missing)
        if most > enough:
            break
    return most


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


@njit(cache=True, nogil=True)
def search(
    incs: Floats,
    least: Floats,
    lats: Floats,
    fine: Floats,
    cospsi: float,
    planes_tried: Ints,
    wanted: int,
    allowed: float,
    shifts: int,
    order: Ints,
    best: int,
    budget: float,
) -> tuple[int, int, int, int, float]:
    """The smallest Walker shell below ``best`` satellites whose mean shortfall is at most ``allowed`` at every latitude.

    incs, least: inclinations and the fewest satellites each can do with. order: the pairs (latitude, shift) as one number, in the
    order they are tried; a pattern is dropped as soon as its shortfall is above what is allowed. Every pattern is tried at the
    largest size below ``best``; what passes is made smaller in growing steps while it passes, and is then tried on the ``fine``
    latitudes with four times the shifts. budget: of work, counted in arcs, so that the answer depends on nothing else.
    Gives (best, inclination, planes, phasing, work), inclination -1 if there is none.
    """
    most = 0
    for p in planes_tried:
        most = max(most, p)
    cells = len(order)
    low, high, plane = np.empty((cells, most)), np.empty((cells, most)), np.empty((cells, most), np.int64)
    known = np.empty(cells, np.int64)
    keys, signs = np.empty(2 * most), np.empty(2 * most, np.int64)
    lack = np.empty(len(lats))
    found_inc, found_planes, found_phasing, work = -1, 0, 0, 0.0
    for planes in planes_tried:
        for k in range(len(incs)):
            fewest = max(1, math.ceil(least[k] / planes))
            known[:] = -1
            for phasing in range(planes):
                passed, tried, step = 0, (best - 1) // planes, 1
                while tried >= fewest and work < budget:
                    lack[:] = 0.0
                    good = True
                    for c in order:
                        place = c // shifts
                        if known[c] < 0:
                            shift = (c % shifts + 0.5) / shifts
                            known[c] = crossings(incs[k], lats[place], cospsi, planes, shift, low[c], high[c], plane[c])
                            work += 4 * known[c]
                        m = known[c]
                        work += m * (1.0 + m / 16.0)
                        lack[place] += shortfall(low[c], high[c], plane[c], m, planes, tried, phasing, wanted, keys, signs)
                        if lack[place] > allowed * shifts:
                            good = False
                            break
                    if good:
                        passed = tried
                        if tried == fewest:
                            break
                        tried = max(fewest, tried - step)
                        step *= 2
                    elif step == 1:
                        break
                    else:
                        step = max(1, step // 4)
                        tried = passed - step
                if passed:
                    work += 4 * shifts * len(fine) * planes
                    if worst(incs[k], planes, passed, phasing, fine, cospsi, wanted, 4 * shifts, allowed) <= allowed:
                        best, found_inc, found_planes, found_phasing = planes * passed, k, planes, phasing
    return best, found_inc, found_planes, found_phasing, work
