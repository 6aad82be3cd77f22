"""Which detections lie in which track's gate: a cell hash over the measurement, then the Mahalanobis test.

The cells are as wide as three mean gate half-widths of the tracks at hand, in every measured component (two for infrared), so
cost stays flat with density. A track whose box spans more cells than there are detections looks at all of them. Azimuth boxes
wrap.
The price of a pair is twice the negative log-likelihood ratio of "this track, seen" over "false detection, and the track missed":
``d^2 + ln det(2 pi S) + 2 ln(clutter (1 - pd) / pd)``; pairs that are not better than missing (price >= 0) are no candidates.
Source: Blackman, Popoli 1999, section 6.3 (score and gate); Bar-Shalom, Willett, Tian 2011, ch. 7.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from cupola.core.batches import Floats
from cupola.fusion.pool import Ints, Record, Records
from cupola.fusion.sight import INFRARED, POSITION

LN_TURN = math.log(2 * math.pi)


@njit(cache=True, nogil=True)
def _hash(i: int, j: int, k: int, mask: int) -> int:
    return ((i * 73856093) ^ (j * 19349663) ^ (k * 83492791)) & mask


@njit(cache=True, nogil=True)
def odds(o: Record) -> float:
    """Density of false detections over that of the track's own, given that it may be missed."""
    return float(o.clutter * (1.0 - min(o.pd, 0.999)) / o.pd)


@njit(cache=True, nogil=True)
def pair_price(o: Record, z: Floats, sigma: Floats, kind: int, gate2: float, against: float) -> tuple[float, float]:
    """Price of giving the detection z to the sight o, and d^2; price inf outside the gate. S = G + diag(sigma^2).

    against: ``odds`` of the sight.
    """
    return price_of(o, z[0], z[1], z[2], sigma[0], sigma[1], sigma[2], kind, gate2, against)


@njit(cache=True, nogil=True)
def price_of(
    o: Record, z0: float, z1: float, z2: float, s0: float, s1: float, s2: float, kind: int, gate2: float, against: float
) -> tuple[float, float]:
    """``pair_price`` of plain numbers: a row of an array that goes into a function costs as much as the test itself."""
    y0, y1 = z0 - o.z[0], z1 - o.z[1]
    if kind != POSITION:
        y1 -= 2 * math.pi * math.floor(y1 / (2 * math.pi) + 0.5)
    a = o.G[0, 0] + s0 * s0
    d = o.G[1, 1] + s1 * s1
    b = o.G[0, 1]
    if y0 * y0 > gate2 * a or y1 * y1 > gate2 * d:
        return math.inf, math.inf
    det2 = a * d - b * b
    if kind == INFRARED:
        d2 = (d * y0 * y0 - 2 * b * y0 * y1 + a * y1 * y1) / det2
        return (d2 + math.log(det2 * against * against) + 2 * LN_TURN, d2) if d2 <= gate2 else (math.inf, d2)
    y2 = z2 - o.z[2]
    f = o.G[2, 2] + s2 * s2
    if y2 * y2 > gate2 * f:
        return math.inf, math.inf
    c, e = o.G[0, 2], o.G[1, 2]
    i00, i01, i02 = d * f - e * e, c * e - b * f, b * e - c * d
    det = a * i00 + b * i01 + c * i02
    i11, i12, i22 = a * f - c * c, b * c - a * e, det2
    d2 = (y0 * (i00 * y0 + 2 * i01 * y1 + 2 * i02 * y2) + y1 * (i11 * y1 + 2 * i12 * y2) + i22 * y2 * y2) / det
    return (d2 + math.log(det * against * against) + 3 * LN_TURN, d2) if d2 <= gate2 else (math.inf, d2)


@njit(cache=True, nogil=True)
def candidates(
    sights: Records, chosen: Ints, n: int, z: Floats, sigma: Floats, free: Ints, frames: Records, settings: Records
) -> tuple[Ints, Ints, Floats]:
    """Pairs inside the gate, by sight: ptr ``(n + 1,)``, detection, price ``(e,)``.

    chosen ``(n,)``: which sights take part; free ``(m,)``: 1 where a detection is still to be given away; f.sigma bounds sigma.
    """
    f = frames[0]
    kind, m = f.kind, len(z)
    gate = settings[0].gate_position if kind == POSITION else settings[0].gate
    deep = kind != INFRARED
    ptr, half = np.zeros(n + 1, np.int64), np.empty((n, 3))
    wide0 = wide1 = wide2 = 0.0
    for i in range(n):
        o = sights[chosen[i]]
        for k in range(3):
            half[i, k] = gate * math.sqrt(o.G[k, k] + f.sigma[k] * f.sigma[k])
        wide0 += half[i, 0] if half[i, 0] < 1e6 else 1e6
        wide1 += half[i, 1] if half[i, 1] < 1e6 else 1e6
        wide2 += half[i, 2] if half[i, 2] < 1e6 else 1e6
    per0, per1, per2 = n / (3.0 * wide0), n / (3.0 * wide1), n / (3.0 * wide2) if deep else 0.0
    low0, low1, low2 = math.inf, math.inf, math.inf if deep else 0.0
    for j in range(m):
        low0, low1 = min(low0, z[j, 0]), min(low1, z[j, 1])
        if deep:
            low2 = min(low2, z[j, 2])
    table = 16
    while table < 2 * m:
        table *= 2
    head, cell = np.full(table, -1, np.int64), np.empty((m, 4), np.int64)  # of a detection: its cell, who is next in the list
    for j in range(m):
        if free[j]:
            a, b = math.floor((z[j, 0] - low0) * per0), math.floor((z[j, 1] - low1) * per1)
            c = math.floor((z[j, 2] - low2) * per2) if deep else 0
            h = _hash(a, b, c, table - 1)
            cell[j, 0], cell[j, 1], cell[j, 2], cell[j, 3] = a, b, c, head[h]
            head[h] = j
    room = 2 * n + 16
    while True:
        det, price = np.empty(room, np.int64), np.empty(room)
        count = _pairs(
            sights, chosen, n, z, sigma, free, kind, gate * gate, half, per0, per1, per2, low0, low1, low2, head, cell, ptr, det,
            price,
        )  # fmt: skip
        if count <= room:
            return ptr, det[:count], price[:count]
        room = count


@njit(cache=True, nogil=True)
def _pairs(
    sights: Records, chosen: Ints, n: int, z: Floats, sigma: Floats, free: Ints, kind: int, gate2: float, half: Floats,
    per0: float, per1: float, per2: float, low0: float, low1: float, low2: float, head: Ints, cell: Ints, ptr: Ints, det: Ints,
    price: Floats,
) -> int:  # fmt: skip
    """Write the pairs of ``candidates`` as far as there is room; returns how many there are.

    half ``(n, 3)``: half-widths of the boxes; per, low: cells a unit and where they begin; head, cell: lists of detections."""
    m, mask, deep, room, count = len(z), len(head) - 1, kind != INFRARED, len(det), 0
    here = np.empty(2 * m, np.int64)  # detections whose cells the box of a sight touches, from either side of +-pi
    for i in range(n):
        o = sights[chosen[i]]
        h0, h1, h2, near = half[i, 0], half[i, 1], half[i, 2], 0
        cells = (2.0 * h0 * per0 + 1.0) * (2.0 * h1 * per1 + 1.0) * (2.0 * h2 * per2 + 1.0 if deep else 1.0)
        if not cells <= 0.5 * m + 8.0:  # a box that is no number goes this way too
            for j in range(m):
                if free[j]:
                    here[near] = j
                    near += 1
        else:
            turns = 0  # boxes that reach beyond +-pi look a second time, one turn away
            if kind != POSITION and (o.z[1] - h1 < -math.pi or o.z[1] + h1 > math.pi):
                turns = 1
            for turn in range(turns + 1):
                shift = 0.0
                if turn == 1:
                    shift = 2 * math.pi if o.z[1] < 0.0 else -2 * math.pi
                at0, at1, at2 = o.z[0] - low0, o.z[1] - low1 + shift, o.z[2] - low2 if deep else 0.0
                c0 = math.floor((at2 - h2) * per2) if deep else 0
                c1 = math.floor((at2 + h2) * per2) if deep else 0
                for a in range(math.floor((at0 - h0) * per0), math.floor((at0 + h0) * per0) + 1):
                    for b in range(math.floor((at1 - h1) * per1), math.floor((at1 + h1) * per1) + 1):
                        for c in range(c0, c1 + 1):
                            j = head[_hash(a, b, c, mask)]
                            while j >= 0:
                                if cell[j, 0] == a and cell[j, 1] == b and cell[j, 2] == c:
                                    here[near] = j
                                    near += 1
                                j = cell[j, 3]
        against = odds(o)
        for k in range(near):
            j = here[k]
            cost, _ = price_of(o, z[j, 0], z[j, 1], z[j, 2], sigma[j, 0], sigma[j, 1], sigma[j, 2], kind, gate2, against)
            if cost < 0.0:
                if count < room:
                    det[count], price[count] = j, cost
                count += 1
        ptr[i + 1] = count
    return count
