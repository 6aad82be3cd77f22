"""New boosting tracks from two infrared sensors: lines of sight that nearly meet.

Lines of sight that no track has taken are kept for a while (the two latest scans of each sensor). A new one is tried against
those of other sensors: the older is moved along by the climb expected at the height where they meet, the miss distance must pass
a chi-square test, the place must lie between the ground and ``stereo_top``. Looks of third sensors, or of other times, that agree
are counted for a pair; pairs are taken best first, each line once, so that a true pair takes its lines away from the ghosts they
would make with others.
What is started is tentative: it has to be hit twice by each of two sensors (see ``delete``), which ghosts, whose lines belong to
different bodies, do not get. A pair that meets where a confirmed track has lately lost its flame lights that track again instead.

The prior of the velocity is the climb, ``sqrt(2 CLIMB h)`` upward over the turning Earth, as uncertain as it is large.
Source: triangulation of skew lines by least squares: Bar-Shalom, Li, Kirubarajan 2001, 3.4; multi-sensor passive association as
best-first assignment: Blackman, Popoli 1999, ch. 9 (there by relaxation).
Limits: one sensor alone starts nothing; lines within 0.5 deg of parallel start nothing.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from cupola.core.batches import Floats
from cupola.core.constants import OMEGA, Cited
from cupola.core.sorting import ascending
from cupola.dynamics.ellipsoid import radial_height
from cupola.fusion.boost import CLIMB, ignite
from cupola.fusion.pool import CONFIRMED, Ints, Record, Records, take
from cupola.fusion.tally import PAIRS
from cupola.observe.infrared import infrared_sight

RAY = np.dtype(
    [("t", "f8"), ("sensor", "i8"), ("o", "f8", (3,)), ("u", "f8", (3,)), ("sigma", "f8"), ("taken", "i8"), ("age", "i8")],
    align=True,
)
SUPPORT = 8.0  # worth of one more look that agrees, in units of chi-square
STEEP = 0.01  # least sine of the angle between two lines
VAGUE = 20e3

SOURCES: dict[str, Cited] = {
    "VAGUE": Cited(
        "m", "assumed: a track less sure of its place than this (1 sigma) says nothing of a flame seen there", 2026, "assumed"
    ),
}


@njit(cache=True, nogil=True)
def rays(z: Floats, sigma: Floats, frames: Records, free: Ints, out: Records) -> int:
    """Lines of sight of the free detections into ``out``; returns how many."""
    f, n = frames[0], 0
    for j in range(len(z)):
        if free[j]:
            r = out[n]
            r.t, r.sensor, r.taken, r.age = f.t, f.sensor, 0, 0
            for i in range(3):
                r.o[i] = f.position[i]
            infrared_sight(z[j], f.axes, r.u)
            r.sigma = 0.5 * (sigma[j, 0] + sigma[j, 1])
            n += 1
    return n


@njit(cache=True, nogil=True)
def climb_speed(h: float) -> float:
    """Speed (m/s) expected of a climb at height h (m)."""
    return math.sqrt(2.0 * CLIMB * max(h, 2e3))


@njit(cache=True, nogil=True)
def meet(a: Record, b: Record, dt: float, p: Floats, drift: Floats) -> tuple[float, float, float, float]:
    """Where line a and line b, moved along by drift ``(3,)`` x dt, pass nearest: p ``(3,)`` on a's side weighted by noise.

    Returns miss distance, its variance (noise only), and the ranges; range -1 where they do not meet in front of both.
    """
    ox, oy, oz = b.o[0] + drift[0] * dt - a.o[0], b.o[1] + drift[1] * dt - a.o[1], b.o[2] + drift[2] * dt - a.o[2]
    c = a.u[0] * b.u[0] + a.u[1] * b.u[1] + a.u[2] * b.u[2]
    s2 = 1.0 - c * c
    if s2 < STEEP * STEEP:
        return math.inf, 1.0, -1.0, -1.0
    pa = ox * a.u[0] + oy * a.u[1] + oz * a.u[2]
    pb = ox * b.u[0] + oy * b.u[1] + oz * b.u[2]
    ra, rb = (pa - c * pb) / s2, (c * pa - pb) / s2
    if ra <= 0.0 or rb <= 0.0:
        return math.inf, 1.0, -1.0, -1.0
    va, vb = (a.sigma * ra) ** 2, (b.sigma * rb) ** 2
    w, miss = va / (va + vb), 0.0
    for i in range(3):
        on_a = a.o[i] + ra * a.u[i]
        on_b = b.o[i] + drift[i] * dt + rb * b.u[i]
        miss += (on_a - on_b) ** 2
        p[i] = on_a + w * (on_b - on_a)
    return math.sqrt(miss), va + vb, ra, rb


@njit(cache=True, nogil=True)
def _expected(p: Floats, drift: Floats) -> float:
    """Write the climb's velocity at p into drift; returns its speed over ground."""
    r = math.sqrt(p[0] * p[0] + p[1] * p[1] + p[2] * p[2])
    v = climb_speed(radial_height(p[0], p[1], p[2]))
    for i in range(3):
        drift[i] = v * p[i] / r
    drift[0] -= OMEGA * p[1]
    drift[1] += OMEGA * p[0]
    return v


@njit(cache=True, nogil=True)
def _triangulate(a: Record, b: Record, p: Floats, drift: Floats, s: Record) -> float:
    """Chi-square of the miss of a and b (inf: no), their meeting place at a's time in p, velocity expected there in drift."""
    drift[:] = 0.0
    dt = a.t - b.t
    miss, var, _, _ = meet(a, b, dt, p, drift)
    if miss > 1e5:
        return math.inf
    v = _expected(p, drift)
    miss, var, ra, _ = meet(a, b, dt, p, drift)
    if ra < 0.0:
        return math.inf
    low = radial_height(p[0], p[1], p[2])
    if low < -2.0 * math.sqrt(var) or low > s.stereo_top:
        return math.inf
    return float(miss * miss / (var + (0.7 * v * dt) ** 2))


@njit(cache=True, nogil=True)
def _agrees(c: Record, a: Record, p: Floats, drift: Floats) -> bool:
    """Whether line c passes by place p (at a's time) moved to c's time."""
    dt, along, off, size = c.t - a.t, 0.0, 0.0, 0.0
    for i in range(3):
        d = p[i] + drift[i] * dt - c.o[i]
        along += d * c.u[i]
        size += d * d
    off = max(size - along * along, 0.0)
    v = 600.0
    return along > 0.0 and off < 9.0 * ((c.sigma * along) ** 2 + 4.0 * (a.sigma * along) ** 2 + (v * dt) ** 2)


@njit(cache=True, nogil=True)
def pairs(new: Records, n: int, old: Records, settings: Records) -> tuple[Ints, Ints, Floats]:
    """All pairs (row in new, row in old, price) that pass; supporting looks make them cheaper."""
    s = settings[0]
    room = 64
    first, second, price = np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room)
    p, drift, count = np.empty(3), np.empty(3), 0
    for i in range(n):
        a = new[i]
        for j in range(len(old)):
            b = old[j]
            if b.sensor == a.sensor or b.taken or abs(a.t - b.t) > s.stereo_window:
                continue
            chi2 = _triangulate(a, b, p, drift, s)
            if chi2 > s.stereo_gate:
                continue
            cost = chi2 + radial_height(p[0], p[1], p[2]) / 30e3
            for k in range(len(old)):
                c = old[k]
                if k != j and not c.taken and not (c.sensor == b.sensor and c.t == b.t) and _agrees(c, a, p, drift):
                    cost -= SUPPORT
            if count == room:
                first, second, price = _wider(first, second, price)
                room *= 2
            first[count], second[count], price[count] = i, j, cost
            count += 1
    return first[:count], second[:count], price[:count]


@njit(cache=True, nogil=True)
def _wider(first: Ints, second: Ints, price: Floats) -> tuple[Ints, Ints, Floats]:
    room = len(price)
    a, b, c = np.empty(2 * room, np.int64), np.empty(2 * room, np.int64), np.empty(2 * room)
    for k in range(room):
        a[k], b[k], c[k] = first[k], second[k], price[k]
    return a, b, c


@njit(cache=True, nogil=True)
def launches(pool: Records, spare: Ints, book: Ints, new: Records, n: int, old: Records, settings: Records, tally: Ints) -> None:
    """Start tracks from the best pairs and mark their lines as taken. The caller has made room."""
    s = settings[0]
    first, second, price = pairs(new, n, old, settings)
    p, drift, P = np.empty(3), np.empty(3), np.empty((3, 3))
    for k in ascending(price):
        a, b = new[first[k]], old[second[k]]
        if a.taken or b.taken:
            continue
        _triangulate(a, b, p, drift, s)
        a.taken = b.taken = 1
        speed = _expected(p, drift)
        _spread(a, b, p, speed * (a.t - b.t), P)
        tally[PAIRS] += 1
        if _relight(pool, book, a, b, p, P):
            continue
        row = take(pool, spare, book)
        _start(pool[row], a, b, p, drift, P, speed, s)


@njit(cache=True, nogil=True)
def _spread(a: Record, b: Record, p: Floats, moved: float, P: Floats) -> None:
    """Covariance ``(3, 3)`` of the place where two lines meet; the older one is blurred by ``moved`` (m)."""
    J = np.zeros((3, 3))
    for k in range(2):
        r = a if k == 0 else b
        d2 = (p[0] - r.o[0]) ** 2 + (p[1] - r.o[1]) ** 2 + (p[2] - r.o[2]) ** 2
        w = 1.0 / (r.sigma * r.sigma * d2 + (0.0 if k == 0 else 0.5 * moved * moved))
        for i in range(3):
            for j in range(3):
                J[i, j] -= w * r.u[i] * r.u[j]
            J[i, i] += w
    P[:, :] = np.linalg.inv(J)


@njit(cache=True, nogil=True)
def _relight(pool: Records, book: Ints, a: Record, b: Record, p: Floats, P: Floats) -> bool:
    """Whether a confirmed track that has lost its flame is at p; if so it burns again."""
    best, found = 16.0, -1
    for row in range(book[0]):
        r = pool[row]
        if r.status != CONFIRMED or r.burn_t >= min(a.t, b.t):
            continue
        dt, far, spread = a.t - r.t, 0.0, 0.0
        for i in range(3):
            far += (r.x[i] + r.x[3 + i] * dt - p[i]) ** 2
            spread += r.P[i, i] + dt * dt * r.P[3 + i, 3 + i] + P[i, i]
        if spread < VAGUE * VAGUE and 3.0 * far / spread < best:
            best, found = 3.0 * far / spread, row
    if found >= 0:
        pool[found].burning = 1.0
        pool[found].burn_t = pool[found].burn_seen = max(a.t, b.t)
    return found >= 0


@njit(cache=True, nogil=True)
def _start(r: Record, a: Record, b: Record, p: Floats, drift: Floats, P: Floats, speed: float, s: Record) -> None:
    """Fill a cleared row with a new boosting track."""
    size = math.sqrt(p[0] * p[0] + p[1] * p[1] + p[2] * p[2])
    side = 0.6 * speed + 150.0
    for i in range(3):
        r.x[i], r.x[3 + i] = p[i], drift[i]
        for j in range(3):
            r.P[i, j] = P[i, j]
            r.P[3 + i, 3 + j] = 0.25 * speed * speed * p[i] * p[j] / (size * size)
        r.P[3 + i, 3 + i] += side * side
    r.t = r.born = r.updated = a.t
    ignite(r, s)
    r.hits = r.passive = 2
    r.first_sensor, r.first_hits = b.sensor, 1
    r.mask[a.sensor >> 6] |= np.uint64(1) << np.uint64(a.sensor & 63)
    r.mask[b.sensor >> 6] |= np.uint64(1) << np.uint64(b.sensor & 63)
    r.burning = 1.0
    r.burn_t = r.burn_seen = a.t


@njit(cache=True, nogil=True)
def renewed(lines: Records, n: int, sensor: int, now: float, window: float) -> int:
    """Close up the first n lines over those not worth keeping when ``sensor`` scans again; returns how many are left.

    Worth keeping: not taken, recent, of the two latest scans of each sensor.
    """
    kept = 0
    for i in range(n):
        r = lines[i]
        if r.sensor == sensor:
            r.age += 1
        if r.taken == 0 and r.age < 2 and abs(now - r.t) <= window:
            if kept < i:
                lines[kept] = lines[i]
            kept += 1
    return kept
