"""Giving detections to tracks: the extended Kalman update, one measured component after the other.

The noise of the components is independent, so each is a scalar update: no inverse, and the covariance stays symmetric; a variance
that rounding would make negative stops the run of that component (counted). Young tracks, whose uncertainty is larger than the
curvature of the measurement, are linearised a second time at their first answer (iterated EKF).
Soft associations (weights below one) merge the answers and the miss into one Gaussian (probabilistic data association).
Source: Bar-Shalom, Li, Kirubarajan 2001, 10.3 (EKF, iterated EKF), Bierman 1977 (sequential processing), Bar-Shalom, Fortmann
1988, 6.4 (PDA).
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from cupola.core.batches import AIR, REENTRY, Floats
from cupola.fusion.gate import odds, pair_price
from cupola.fusion.motion import along, extra_states, gather, scatter
from cupola.fusion.pool import CONFIRMED, Ints, Record, Records, Shorts
from cupola.fusion.sight import INFRARED, POSITION, note_look
from cupola.observe.position import position_jacobian
from cupola.observe.radar import radar_jacobian

CERTAIN = 0.99  # a lone detection of at least this weight is taken as the track's
MEMORY = 0.05  # weight of the newest look in a track's running mean of d^2 per component
CALM = 1.2  # that mean (1 for a consistent track, +- 0.13) above which a track is taken to be less sure than it says
POWER = 2.0  # its covariance then grows by (mean / CALM)^POWER at each update,
SCRATCH = (6, 9, 9)  # shape of the room that updates (and the motion of tracks) work in
WIDEST = 2.0  # and no more than by this


@njit(cache=True, nogil=True)
def correct(
    X: Floats, C: Floats, n: int, f: Record, z: Floats, sigma: Floats, rounds: int, prior: Floats, joint: Floats, work: Floats
) -> int:
    """EKF update of X ``(9,)``, C ``(9, 9)`` (leading n states) by z in place. Returns how many components were refused.

    ``rounds`` linearisations; prior ``(9,)`` and joint ``(9, 9)`` keep the state before, work ``(6, 9)`` is scratch.
    """
    dims = 2 if f.kind == INFRARED else 3
    H, h, g, at = work[:3], work[3], work[4], work[5]
    for i in range(3):
        at[i] = X[i]
    if rounds > 1:
        for i in range(n):
            prior[i] = X[i]
            for j in range(n):
                joint[i, j] = C[i, j]
    refused = 0
    for turn in range(rounds):
        if turn > 0:
            for i in range(3):
                at[i] = X[i]
            for i in range(n):
                X[i] = prior[i]
                for j in range(n):
                    C[i, j] = joint[i, j]
        if f.kind == POSITION:
            position_jacobian(at, f.position, f.axes, h, H)
        else:
            radar_jacobian(at, f.position, f.axes, h, H)
        refused = 0
        for k in range(dims):
            y = z[k] - h[k]
            if k == 1 and f.kind != POSITION:
                y -= 2 * math.pi * math.floor(y / (2 * math.pi) + 0.5)
            for j in range(3):
                y -= H[k, j] * (X[j] - at[j])
            s = sigma[k] * sigma[k]
            for i in range(n):
                g[i] = H[k, 0] * C[0, i] + H[k, 1] * C[1, i] + H[k, 2] * C[2, i]
            inner = H[k, 0] * g[0] + H[k, 1] * g[1] + H[k, 2] * g[2]
            s += inner
            sound = inner >= 0.0
            for i in range(n):
                sound = sound and C[i, i] - g[i] * g[i] / s > 0.0
            if not sound:
                refused += 1
                continue
            for i in range(n):
                w = g[i] / s
                X[i] += w * y
                for j in range(i, n):
                    C[i, j] -= w * g[j]
                    C[j, i] = C[i, j]
    return refused


@njit(cache=True, nogil=True)
def correct_six(x: Floats, P: Floats, f: Record, z: Floats, sigma: Floats, h: Floats, H: Floats) -> int:
    """``correct`` for the common case, in place: x ``(6,)``, P ``(6, 6)``, linearised where ``look`` did.

    h ``(3,)``, H ``(3, 3)``: measurement and Jacobian at x.
    """
    dims = 2 if f.kind == INFRARED else 3
    a0, a1, a2, refused = x[0], x[1], x[2], 0
    for k in range(dims):
        h0, h1, h2 = H[k, 0], H[k, 1], H[k, 2]
        y = z[k] - h[k]
        if k == 1 and f.kind != POSITION:
            y -= 2 * math.pi * math.floor(y / (2 * math.pi) + 0.5)
        y -= h0 * (x[0] - a0) + h1 * (x[1] - a1) + h2 * (x[2] - a2)
        g0 = h0 * P[0, 0] + h1 * P[0, 1] + h2 * P[0, 2]  # only the upper half of P is kept up to date
        g1 = h0 * P[0, 1] + h1 * P[1, 1] + h2 * P[1, 2]
        g2 = h0 * P[0, 2] + h1 * P[1, 2] + h2 * P[2, 2]
        g3 = h0 * P[0, 3] + h1 * P[1, 3] + h2 * P[2, 3]
        g4 = h0 * P[0, 4] + h1 * P[1, 4] + h2 * P[2, 4]
        g5 = h0 * P[0, 5] + h1 * P[1, 5] + h2 * P[2, 5]
        inner = h0 * g0 + h1 * g1 + h2 * g2
        s = sigma[k] * sigma[k] + inner
        low, mid = P[0, 0] * s > g0 * g0 and P[1, 1] * s > g1 * g1, P[2, 2] * s > g2 * g2 and P[3, 3] * s > g3 * g3
        if not (inner >= 0.0 and low and mid and P[4, 4] * s > g4 * g4 and P[5, 5] * s > g5 * g5):
            refused += 1
            continue
        i = 1.0 / s
        w0, w1, w2, w3, w4, w5 = g0 * i, g1 * i, g2 * i, g3 * i, g4 * i, g5 * i
        x[0], x[1], x[2], x[3], x[4], x[5] = (
            x[0] + w0 * y, x[1] + w1 * y, x[2] + w2 * y, x[3] + w3 * y, x[4] + w4 * y, x[5] + w5 * y,
        )  # fmt: skip
        P[0, 0], P[0, 1], P[0, 2] = P[0, 0] - w0 * g0, P[0, 1] - w0 * g1, P[0, 2] - w0 * g2
        P[0, 3], P[0, 4], P[0, 5] = P[0, 3] - w0 * g3, P[0, 4] - w0 * g4, P[0, 5] - w0 * g5
        P[1, 1], P[1, 2], P[1, 3] = P[1, 1] - w1 * g1, P[1, 2] - w1 * g2, P[1, 3] - w1 * g3
        P[1, 4], P[1, 5], P[2, 2] = P[1, 4] - w1 * g4, P[1, 5] - w1 * g5, P[2, 2] - w2 * g2
        P[2, 3], P[2, 4], P[2, 5] = P[2, 3] - w2 * g3, P[2, 4] - w2 * g4, P[2, 5] - w2 * g5
        P[3, 3], P[3, 4], P[3, 5] = P[3, 3] - w3 * g3, P[3, 4] - w3 * g4, P[3, 5] - w3 * g5
        P[4, 4], P[4, 5], P[5, 5] = P[4, 4] - w4 * g4, P[4, 5] - w4 * g5, P[5, 5] - w5 * g5
    for i in range(6):
        for j in range(i + 1, 6):
            P[j, i] = P[i, j]
    return refused


@njit(cache=True, nogil=True)
def apply(
    pool: Records, sights: Records, chosen: Ints, ptr: Ints, det: Ints, weight: Floats, choice: Ints, z: Floats, sigma: Floats,
    features: Shorts, frames: Records, settings: Records, free: Ints, owner: Ints, tally: Ints, scratch: Floats,
) -> None:  # fmt: skip
    """Update the tracks of sights ``chosen`` by their detections (ptr, det, weight: sparse rows; weights of a row sum to <= 1).

    choice ``(n,)``: which detection counts as the track's own. Writes ``free`` (0 where a detection is used), ``owner`` (id of the
    track whose own it is), ``hit`` of the sights. scratch: room to work in, ``SCRATCH``.
    """
    f, s = frames[0], settings[0]
    C, C0, joint, spread, work = scratch[0], scratch[1], scratch[2], scratch[3], scratch[4, :6]
    X, X0, mean, prior = scratch[5, 0], scratch[5, 1], scratch[5, 2], scratch[5, 3]
    gate = s.gate_position if f.kind == POSITION else s.gate
    gate2 = gate * gate
    taken = np.zeros(len(z))
    for i in range(len(chosen)):
        if ptr[i + 1] == ptr[i]:
            continue
        o = sights[chosen[i]]
        r = pool[o.row]
        n = 6 + extra_states(r.mode)
        rounds = 2 if r.hits <= 3 or (r.passive > 0 and r.hits <= 8) else 1
        if n == 6 and rounds == 1 and ptr[i + 1] - ptr[i] == 1 and weight[ptr[i]] >= CERTAIN:  # nearly always
            j = det[ptr[i]]
            taken[j] = 1.0
            price, d2 = pair_price(o, z[j], sigma[j], f.kind, gate2, odds(o))
            tally[0] += correct_six(r.x, r.P, f, z[j], sigma[j], o.z, o.H)
            o.hit = 1
            free[j] = 0
            owner[j] = r.id
            _record(r, f, o, -0.5 * price, min(d2, gate2), features[j, 0])
            _doubt(r)
            continue
        for k in range(6):
            X0[k] = r.x[k]
        for k in range(n - 6):
            X0[6 + k] = r.e[k]
        if r.mode == REENTRY:
            along(X0, r.e[0], r.Pe, -1.0)
        gather(r.P, r.Pe, C0, n)
        total, news, distance = 0.0, 0.0, 0.0
        hard = ptr[i + 1] - ptr[i] == 1 and weight[ptr[i]] >= CERTAIN
        if not hard:
            mean[:] = 0.0
            spread[:] = 0.0
        for e in range(ptr[i], ptr[i + 1]):
            j, w = det[e], weight[e]
            for a in range(n):
                X[a] = X0[a]
                for b in range(n):
                    C[a, b] = C0[a, b]
            price, d2 = pair_price(o, z[j], sigma[j], f.kind, gate2, odds(o))
            tally[0] += correct(X, C, n, f, z[j], sigma[j], rounds, prior, joint, work)
            total += w
            news += w * (-0.5 * price if price < math.inf else 0.0)
            distance += w * min(d2, gate2)
            taken[j] += w
            if not hard:
                for a in range(n):
                    mean[a] += w * X[a]
                    for b in range(n):
                        spread[a, b] += w * (C[a, b] + (X[a] - X0[a]) * (X[b] - X0[b]))
        if not hard:
            rest = max(1.0 - total, 0.0)
            for a in range(n):
                X[a] = mean[a] + rest * X0[a]
            for a in range(n):
                for b in range(n):
                    C[a, b] = spread[a, b] + rest * C0[a, b] - (X[a] - X0[a]) * (X[b] - X0[b])
        for k in range(6):
            r.x[k] = X[k]
        for k in range(n - 6):
            r.e[k] = X[6 + k]
        scatter(C, r.P, r.Pe, n)
        if total > 0.5:
            o.hit = 1
            rcs = math.nan
            if choice[i] >= 0:
                owner[choice[i]] = r.id
                rcs = features[choice[i], 0]
            _record(r, f, o, news / total, distance / total, rcs)
            _doubt(r)
        if r.mode == REENTRY:
            along(r.x, r.e[0], r.Pe, 1.0)
    for j in range(len(z)):
        if taken[j] > 0.5:
            free[j] = 0


@njit(cache=True, nogil=True)
def _doubt(r: Record) -> None:
    """A track that is farther from its detections than it says does not know what it says: its covariance grows."""
    if r.nis <= CALM or r.status != CONFIRMED or r.mode == AIR:
        return
    by = min((r.nis / CALM) ** POWER, WIDEST)
    for i in range(6):
        for j in range(6):
            r.P[i, j] *= by
    for i in range(3):
        for j in range(9):
            r.Pe[i, j] *= by


@njit(cache=True, nogil=True)
def _record(r: Record, f: Record, o: Record, news: float, d2: float, rcs: float) -> None:
    """Book-keeping of a hit."""
    r.hits += 1
    r.updated = f.t if f.t > r.updated else r.updated
    if r.miss > 0.0:
        r.before[:] = 0.0
    r.miss = 0.0
    r.score += news
    dims = 2.0 if f.kind == INFRARED else 3.0
    r.nis += MEMORY * (d2 / dims - r.nis)
    if o.seen and not f.plume:
        note_look(r, f, 1.0)
    if f.sensor == r.first_sensor:
        r.first_hits += 1
    r.mask[f.sensor >> 6] |= np.uint64(1) << np.uint64(f.sensor & 63)
    if f.kind == INFRARED:
        r.passive += 1
        if f.plume:
            r.burning = 1.0
            r.burn_t = f.t if f.t > r.burn_t else r.burn_t
            r.burn_seen = r.burn_t
    elif f.kind != POSITION and not math.isnan(rcs):
        r.rcs_n = min(r.rcs_n + 1.0, 30.0)
        r.rcs += (rcs - r.rcs) / r.rcs_n
