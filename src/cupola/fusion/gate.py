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
    y0, y1 = z[0] - o.z[0], z[1] - o.z[1]
    if kind != POSITION:
        y1 -= 2 * math.pi * math.floor(y1 / (2 * math.pi) + 0.5)
    a = o.G[0, 0] + sigma[0] * sigma[0]
    d = o.G[1, 1] + sigma[1] * sigma[1]
    b = o.G[0, 1]
    if y0 * y0 > gate2 * a or y1 * y1 > gate2 * d:
        return math.inf, math.inf
    det2 = a * d - b * b
    if kind == INFRARED:
        d2 = (d * y0 * y0 - 2 * b * y0 * y1 + a * y1 * y1) / det2
        return (d2 + math.log(det2 * against * against) + 2 * LN_TURN, d2) if d2 <= gate2 else (math.inf, d2)
    y2 = z[2] - o.z[2]
    f = o.G[2, 2] + sigma[2] * sigma[2]
    if y2 * y2 > gate2 * f:
        return math.inf, math.inf
    c, e = o.G[0, 2], o.G[1, 2]
    i00, i01, i02 = d * f - e * e, c * e - b * f, b * e - c * d
    det = a * i00 + b * i01 + c * i02
    i11, i12, i22 = a * f - c * c, b * c - a * e, det2
    d2 = (y0 * (i00 * y0 + 2 * i01 * y1 + 2 * i02 * y2) + y1 * (i11 * y1 + 2 * i12 * y2) + i22 * y2 * y2) / det
    return (d2 + math.log(det * against * against) + 3 * LN_TURN, d2) if d2 <= gate2 else (math.inf, d2)


@njit(cache=True, nogil=True)
def _box(o: Record, f: Record, gate: float, half: Floats) -> None:
    for k in range(3):
        half[k] = gate * math.sqrt(o.G[k, k] + f.sigma[k] * f.sigma[k])


@njit(cache=True, nogil=True)
def candidates(
    sights: Records, chosen: Ints, n: int, z: Floats, sigma: Floats, free: Ints, frames: Records, settings: Records
) -> tuple[Ints, Ints, Floats]:
    """Pairs inside the gate, by sight: ptr ``(n + 1,)``, detection, price ``(e,)``.

    chosen ``(n,)``: which sights take part; free ``(m,)``: 1 where a detection is still to be given away; f.sigma bounds sigma.
    """
    f = frames[0]
    gate = settings[0].gate_position if f.kind == POSITION else settings[0].gate
    gate2, m, dims = gate * gate, len(z), 2 if frames[0].kind == INFRARED else 3
    ptr = np.zeros(n + 1, np.int64)
    room = 2 * n + 16
    det, price = np.empty(room, np.int64), np.empty(room)
    boxes, size, per, low = np.empty((n, 3)), np.zeros(3), np.empty(3), np.empty(3)
    for i in range(n):
        _box(sights[chosen[i]], f, gate, boxes[i])
        for k in range(dims):
            size[k] += boxes[i, k] if boxes[i, k] < 1e6 else 1e6
    table = 16
    while table < 2 * m:
        table *= 2
    head, after = np.full(table, -1, np.int64), np.full(m, -1, np.int64)
    cell, cells = np.zeros((m, 3), np.int64), np.zeros(3)
    for k in range(dims):
        per[k] = n / (3.0 * size[k])
        low[k] = np.inf
        for j in range(m):
            low[k] = min(low[k], z[j, k])
    for j in range(m):
        if free[j]:
            for k in range(dims):
                cell[j, k] = math.floor((z[j, k] - low[k]) * per[k])
            h = _hash(cell[j, 0], cell[j, 1], cell[j, 2], table - 1)
            after[j] = head[h]
            head[h] = j
    lo, hi = np.zeros(3, np.int64), np.zeros(3, np.int64)
    count = 0
    for i in range(n):
        o = sights[chosen[i]]
        half, against = boxes[i], odds(o)
        turns = 0  # boxes that reach beyond +-pi look a second time, one turn away
        if f.kind != POSITION and (o.z[1] - half[1] < -math.pi or o.z[1] + half[1] > math.pi):
            turns = 1
        cells[0] = cells[1] = cells[2] = 1.0
        for k in range(dims):
            cells[k] = 2.0 * half[k] * per[k] + 1.0
        if not cells[0] * cells[1] * cells[2] <= 0.5 * m + 8.0:  # a box that is no number goes this way too
            for j in range(m):
                if free[j]:
                    c, _ = pair_price(o, z[j], sigma[j], f.kind, gate2, against)
                    if c < 0.0:
                        if count == room:
                            det, price, room = _more(det, price, room)
                        det[count], price[count] = j, c
                        count += 1
            ptr[i + 1] = count
            continue
        for turn in range(turns + 1):
            shift = 0.0
            if turn == 1:
                shift = 2 * math.pi if o.z[1] < 0.0 else -2 * math.pi
            for k in range(dims):
                at = o.z[k] - low[k] + (shift if k == 1 else 0.0)
                lo[k] = math.floor((at - half[k]) * per[k])
                hi[k] = math.floor((at + half[k]) * per[k])
            for a in range(lo[0], hi[0] + 1):
                for b in range(lo[1], hi[1] + 1):
                    for g in range(lo[2], hi[2] + 1):
                        j = head[_hash(a, b, g, table - 1)]
                        while j >= 0:
                            if cell[j, 0] == a and cell[j, 1] == b and cell[j, 2] == g:
                                c, _ = pair_price(o, z[j], sigma[j], f.kind, gate2, against)
                                if c < 0.0:
                                    if count == room:
                                        det, price, room = _more(det, price, room)
                                    det[count], price[count] = j, c
                                    count += 1
                            j = after[j]
        ptr[i + 1] = count
    return ptr, det[:count], price[:count]


@njit(cache=True, nogil=True)
def _more(det: Ints, price: Floats, room: int) -> tuple[Ints, Floats, int]:
    longer, dearer = np.empty(2 * room, np.int64), np.empty(2 * room)
    for e in range(room):
        longer[e], dearer[e] = det[e], price[e]
    return longer, dearer, 2 * room
