"""Bodies that do what free fall does not: a known track that missed its detection looks for it where a push could have brought it.

A confirmed track that was seen a moment ago, should have been seen in this scan and was not, beside a detection that nobody took:
either it was missed and something else lies there, or it was pushed (ignition, staging, a drag that has grown). The second is
believed where the detection is the only one that a push of ``thrust_sigma`` can explain, the track the only one it can explain,
and a chance detection in that volume is improbable at the density of the place (``crowd``). Then the push's uncertainty joins the
covariance, the detection is the track's as any other is, and for some looks the track stays as careful as one that is off its
detections (``update``: covariance that grows with the running NIS).
Source: white-acceleration covariance of a manoeuvre that began at the last update: Bar-Shalom, Li, Kirubarajan 2001, 11.3 (input
estimation, covariance adjustment); the two-sided uniqueness is ours.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from cupola.core.batches import AIR, BOOST, Floats
from cupola.fusion.gate import pair_price
from cupola.fusion.pool import Ints, Record, Records, Shorts
from cupola.fusion.sight import RADAR, project
from cupola.fusion.tally import RECOVERED
from cupola.fusion.update import apply

MEMORY = 5.0  # s, a push longer ago could have brought the body anywhere
KNOWN = 8  # detections of a track that is sure enough of itself to notice a push
EXPECTED = 0.5  # least probability of detection that makes a miss surprising
GATE2 = 9.0  # chi-square
CHANCE = 0.05  # most detections that chance may put into the gate
ALERT = 1.6  # running NIS that a push leaves behind


@njit(cache=True, nogil=True)
def pushed(o: Record, z: Floats, sigma: Floats, push: float) -> tuple[float, float]:
    """Chi-square of a detection against a sight widened by ``push`` (m, sigma of each component), and its gate's volume."""
    y0, y1, y2 = z[0] - o.z[0], z[1] - o.z[1], z[2] - o.z[2]
    y1 -= 2 * math.pi * math.floor(y1 / (2 * math.pi) + 0.5)
    across = push / max(o.z[2], 1.0)
    a = o.G[0, 0] + sigma[0] * sigma[0] + across * across
    d = o.G[1, 1] + sigma[1] * sigma[1] + across * across / max(math.cos(o.z[0]) ** 2, 1e-4)
    f = o.G[2, 2] + sigma[2] * sigma[2] + push * push
    if y0 * y0 > GATE2 * a or y1 * y1 > GATE2 * d or y2 * y2 > GATE2 * f:
        return math.inf, 0.0
    b, c, e = o.G[0, 1], o.G[0, 2], o.G[1, 2]
    i00, i01, i02 = d * f - e * e, c * e - b * f, b * e - c * d
    det = a * i00 + b * i01 + c * i02
    i11, i12, i22 = a * f - c * c, b * c - a * e, a * d - b * b
    d2 = (y0 * (i00 * y0 + 2 * i01 * y1 + 2 * i02 * y2) + y1 * (i11 * y1 + 2 * i12 * y2) + i22 * y2 * y2) / det
    return d2, 4.0 / 3.0 * math.pi * GATE2**1.5 * math.sqrt(max(det, 0.0))


@njit(cache=True, nogil=True)
def push_covariance(r: Record, dt: float, accel: float) -> None:
    """Add a constant unknown acceleration (m/s^2, sigma of each component) over the last dt (s) to a track's covariance."""
    v = accel * accel
    for i in range(3):
        r.P[i, i] += v * dt**4 / 4
        r.P[i, 3 + i] += v * dt**3 / 2
        r.P[3 + i, i] += v * dt**3 / 2
        r.P[3 + i, 3 + i] += v * dt * dt
        if r.mode == BOOST:
            r.Pe[i, 6 + i] += v


@njit(cache=True, nogil=True)
def _surprised(pool: Records, o: Record, t: float) -> bool:
    """Whether a sight is of a known track that should have been seen and was not."""
    r = pool[o.row]
    if o.hit or not o.seen or o.pd < EXPECTED or r.hits < KNOWN or r.mode == AIR:
        return False
    return bool(0.0 < t - r.updated <= MEMORY)


@njit(cache=True, nogil=True)
def recover(
    pool: Records, sights: Records, chosen: Ints, z: Floats, sigma: Floats, features: Shorts, frames: Records,
    settings: Records, free: Ints, owner: Ints, tally: Ints, scratch: Floats,
) -> None:  # fmt: skip
    """After the confirmed tracks of a radar's scan (sights ``chosen``) have had their detections: find those that were pushed."""
    f, s = frames[0], settings[0]
    if f.kind != RADAR:
        return
    mine, count = np.full(len(chosen), -1, np.int64), np.zeros(len(z), np.int64)
    any_found = False
    for i in range(len(chosen)):
        o = sights[chosen[i]]
        if not _surprised(pool, o, f.t):
            continue
        dt = f.t - pool[o.row].updated
        push = 0.5 * s.thrust_sigma * dt * dt
        for j in range(len(z)):
            if not free[j]:
                continue
            d2, volume = pushed(o, z[j], sigma[j], push)
            if d2 > GATE2:
                continue
            count[j] += 1
            mine[i] = j if mine[i] == -1 and volume * o.clutter < CHANCE else -2
            any_found = True
    if not any_found:
        return
    H, one = np.empty((3, 3)), np.ones(1)
    for i in range(len(chosen)):
        j = mine[i]
        if j < 0 or count[j] != 1:
            continue
        o = sights[chosen[i]]
        r = pool[o.row]
        push_covariance(r, f.t - r.updated, s.thrust_sigma)
        project(r, f, o.z, H, o.G)
        if pair_price(o, z[j], sigma[j], f.kind, s.gate * s.gate, 0.0)[1] > s.gate * s.gate:
            continue
        choice = np.full(1, j)
        apply(
            pool, sights, chosen[i : i + 1], np.array([0, 1]), choice, one, choice, z, sigma, features, frames, settings, free,
            owner, tally, scratch,
        )  # fmt: skip
        r.nis = max(r.nis, ALERT)
        tally[RECOVERED] += 1
