"""Counting the satellites of a Walker shell in reach of a point: exact along the orbit, sampled across the planes.

A satellite is in reach when the angle at the Earth's centre between it and the point is below ``psi``. One plane's satellites in reach
lie on one arc of its circle, so with equal spacing their number steps up and down as the shell turns: those steps give the share of
phases with too few of them exactly. Longitude and phase repeat after one cell of the pattern, so one cell is all there is to try.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

TURN = 2.0 * math.pi


@njit(cache=True, nogil=True)
def crossings(inc, lat, cospsi, planes, shift, low, high, turn):
    """The planes whose circle crosses the cap around a point: arcs (in turns of the orbit) and plane numbers. Gives how many.

    shift in [0, 1): where the point lies between two neighbouring nodes. Source: spherical trigonometry; the satellite's direction
    times the point's is A cos(u - u0), in reach while that is above cos psi.
    """
    si, ci, sl, cl = math.sin(inc), math.cos(inc), math.sin(lat), math.cos(lat)
    nearest, farthest = 0.0, math.pi  # of the node's angle from the one that puts the point before the orbit's apex
    if cl * si > 1e-9:
        sinpsi = math.sqrt(1.0 - cospsi * cospsi)
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
            middle, half = math.atan2(b, a) / TURN, math.acos(min(1.0, cospsi / size)) / TURN
            low[m], high[m], turn[m] = middle - half, middle + half, j / planes
            m += 1
    return m


@njit(cache=True, nogil=True)
def steps(low, high, turn, m, each, phasing, keys, signs):
    """The number in reach as the shell turns by one spacing: the number at the start, and the sorted steps (key in [0, 1), sign)."""
    count = 0
    for q in range(m):
        offset = phasing * turn[q]
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
def lacking(low, high, turn, m, each, phasing, wanted, keys, signs):
    """Share of the shell's phases at which fewer than ``wanted`` satellites are in reach."""
    count = steps(low, high, turn, m, each, phasing, keys, signs)
    share, since = 0.0, 0.0
    for e in range(2 * m):
        if count < wanted:
            share += keys[e] - since
        since = keys[e]
        count += signs[e]
    return share + (1.0 - since if count < wanted else 0.0)


@njit(cache=True, nogil=True)
def worst(inc, planes, each, phasing, lats, cospsi, wanted, shifts, enough):
    """Largest share of phases with too few in reach, over ``lats``; each from ``shifts`` places between two nodes.

    Stops at the first latitude above ``enough``.
    """
    low, high, turn = np.empty(planes), np.empty(planes), np.empty(planes)
    keys, signs = np.empty(2 * planes), np.empty(2 * planes, np.int64)
    most = 0.0
    for lat in lats:
        share = 0.0
        for g in range(shifts):
            m = crossings(inc, lat, cospsi, planes, (g + 0.5) / shifts, low, high, turn)
            share += lacking(low, high, turn, m, each, phasing, wanted, keys, signs) / shifts
        most = max(most, share)
        if most > enough:
            break
    return most


@njit(cache=True, nogil=True)
def histogram(inc, planes, each, phasing, lats, cospsi, shifts, size):
    """Share of phases at which exactly c satellites are in reach, c = 0 ... size - 1 (the last: that many or more).

    Shapes: (lats, size).
    """
    low, high, turn = np.empty(planes), np.empty(planes), np.empty(planes)
    keys, signs = np.empty(2 * planes), np.empty(2 * planes, np.int64)
    out = np.zeros((len(lats), size))
    for k in range(len(lats)):
        for g in range(shifts):
            m = crossings(inc, lats[k], cospsi, planes, (g + 0.5) / shifts, low, high, turn)
            count = steps(low, high, turn, m, each, phasing, keys, signs)
            since = 0.0
            for e in range(2 * m):
                out[k, min(count, size - 1)] += (keys[e] - since) / shifts
                since = keys[e]
                count += signs[e]
            out[k, min(count, size - 1)] += (1.0 - since) / shifts
    return out


@njit(cache=True, nogil=True)
def search(incs, least, lats, fine, cospsi, planes_tried, wanted, allowed, shifts, order, best, budget, all_sizes):
    """The smallest Walker shell below ``best`` satellites that has ``wanted`` in reach at all but ``allowed`` of the phases.

    incs, least: inclinations and the fewest satellites each can do with. order: the pairs (latitude, shift) as one number, in the
    order they are tried; a pattern is dropped as soon as its lack is above what is allowed. What passes is made smaller in growing
    steps while it passes, and is then tried on the ``fine`` latitudes with four times the shifts.
    all_sizes: try every number per plane from the fewest up, not only the largest below ``best``.
    budget: of work, counted in arcs, so that the answer depends on nothing else. Gives (best, inclination, planes, phasing, work).
    """
    most = 0
    for p in planes_tried:
        most = max(most, p)
    cells = len(order)
    low, high, turn = np.empty((cells, most)), np.empty((cells, most)), np.empty((cells, most))
    known = np.empty(cells, np.int64)
    keys, signs = np.empty(2 * most), np.empty(2 * most, np.int64)
    lack = np.empty(len(lats))
    found_inc, found_planes, found_phasing, work = -1, 0, 0, 0.0
    for planes in planes_tried:
        for k in range(len(incs)):
            fewest = max(1, math.ceil(least[k] / planes))
            known[:] = -1
            size = fewest if all_sizes else (best - 1) // planes
            while fewest <= size and planes * size < best and work < budget:
                for phasing in range(planes):
                    passed, tried, step = 0, min(size, (best - 1) // planes), 1
                    while tried >= fewest:
                        lack[:] = 0.0
                        good = True
                        for c in order:
                            if known[c] < 0:
                                shift = (c % shifts + 0.5) / shifts
                                known[c] = crossings(incs[k], lats[c // shifts], cospsi, planes, shift, low[c], high[c], turn[c])
                                work += 4 * known[c]
                            m = known[c]
                            work += m * (1.0 + m / 16.0)
                            lack[c // shifts] += lacking(low[c], high[c], turn[c], m, tried, phasing, wanted, keys, signs)
                            if lack[c // shifts] > allowed * shifts:
                                good = False
                                break
                        if good:
                            passed = tried
                        elif step == 1:
                            break
                        if good and not all_sizes and tried > fewest:
                            tried = max(fewest, tried - step)
                            step *= 2
                        elif good:
                            break
                        else:
                            step = max(1, step // 4)
                            tried = passed - step
                    if passed:
                        work += 4 * shifts * len(fine) * planes
                        if worst(incs[k], planes, passed, phasing, fine, cospsi, wanted, 4 * shifts, allowed) <= allowed:
                            best, found_inc, found_planes, found_phasing = planes * passed, k, planes, phasing
                            if all_sizes:
                                break
                if not all_sizes:
                    break
                size += 1
    return best, found_inc, found_planes, found_phasing, work
