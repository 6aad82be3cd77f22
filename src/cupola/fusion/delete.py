"""What a miss means, when a track is confirmed and when it ends.

A miss counts only where the track was in view, and by how surprising it is: it adds -ln(1 - pd), at most that of pd 0.9. A
confirmed track ends when the misses in a row add up to ``misses_confirmed`` looks at pd 0.9, a tentative one at
``misses_tentative``: with pd 0.9 the familiar counts, with a weak echo as many looks as the same evidence takes (a sequential
likelihood-ratio test against "gone").
A run of misses has two explanations: the echo is weaker than it was (or hidden in a neighbour's), or the body is not where the
track says. In free fall it can be nowhere else, so each miss lowers the probability by which the next is weighed (``sight``). Under
thrust and in the air forces that the track does not know may have led it away; there a run is weighed by the probability of
before it, or the misses would excuse each other and a track that has lost its body would fly on beside that body's next one.
A coasting track that nobody could see is kept until its position is worthless, it has hit the ground, or (an aircraft, or a body
that the air has slowed to an aircraft's speed) its time is up.
Confirmed is who has ``confirm_hits`` detections and the score; a track that lives by angles alone needs two hits from each of two
sensors.
"""

from __future__ import annotations

import math

from numba import njit

from cupola.core.batches import AIR, BALLISTIC, REENTRY
from cupola.core.constants import EARTH_RADIUS, OMEGA
from cupola.dynamics.ellipsoid import radial_height
from cupola.fusion.boost import missed
from cupola.fusion.motion import FARTHEST
from cupola.fusion.pool import CONFIRMED, FREE, SCANS, SLOTS, TENTATIVE, Ints, Record, Records, release, remember
from cupola.fusion.sight import note_look
from cupola.fusion.tally import CONFIRMS, GROUND, IMPOSSIBLE, LOST, STALE

DOWN = 20.0  # s without an update after which a track that is more likely down than not has come down
WORTH = 0.05  # probability of detection below which a look in vain is not worth remembering
SURE = 0.95  # share of belief (see ``split``) that makes a member of a family its track,
PATIENCE = 4  # detections after which half of it will do
ONE_MISS = -math.log(1.0 - 0.9)


@njit(cache=True, nogil=True)
def settle(pool: Records, sights: Records, n: int, free: Ints, book: Ints, frames: Records, settings: Records, tally: Ints) -> None:
    """After the updates of a scan: count misses, confirm, delete."""
    f, s = frames[0], settings[0]
    book[SCANS] += 1
    for i in range(n):
        o = sights[i]
        r = pool[o.row]
        if o.hit or (o.seen and o.pd >= WORTH):
            remember(r, book[SCANS], o.hit)
        if o.hit:
            if r.status == TENTATIVE and _ready(r, s):
                _alone(pool, free, book, o.row)
                r.status = CONFIRMED
                tally[CONFIRMS] += 1
            continue
        if o.seen:
            if f.plume:
                missed(r, f.t, f.pd * f.share, s)
                if r.passive < r.hits or (r.status == CONFIRMED and f.t - r.updated < 60.0):
                    continue  # a plume that goes out is no sign that the body is gone
            else:
                note_look(r, f, 0.0)
            loss = -math.log(1.0 - min(_expected(r, o, f), 0.999))
            r.miss += min(loss, ONE_MISS)
            r.score -= loss
    for i in range(n):
        o = sights[i]
        r = pool[o.row]
        limit = s.misses_tentative if r.status == TENTATIVE else s.misses_confirmed
        if r.status != FREE and r.miss >= (limit - 1e-6) * ONE_MISS:
            if r.status == CONFIRMED:
                tally[LOST] += 1
            release(pool, free, book, o.row)


@njit(cache=True, nogil=True)
def _expected(r: Record, o: Record, f: Record) -> float:
    """Probability of detection that a miss is weighed by: today's in free fall, else at least that of before these misses."""
    if r.mode == BALLISTIC:
        return float(o.pd)
    slot = f.sensor % SLOTS
    if r.before[slot] == 0.0 and f.share > 0.0:
        r.before[slot] = o.pd / f.share
    return float(max(o.pd, r.before[slot] * f.share))


@njit(cache=True, nogil=True)
def _alone(pool: Records, free: Ints, book: Ints, row: int) -> None:
    """End the other members of a track's family."""
    r = pool[row]
    r.share = 1.0
    k = r.twin
    while k >= 0 and k != row:
        pool[k].share = 0.0
        k = pool[k].twin
    while r.twin >= 0:
        release(pool, free, book, r.twin)


@njit(cache=True, nogil=True)
def _ready(r: Record, s: Record) -> bool:
    if r.hits < s.confirm_hits or r.score < s.confirm_score:
        return False
    if r.share < SURE and (r.hits < s.confirm_hits + PATIENCE or r.share < 0.5):
        return False
    if r.passive < r.hits:
        return True
    others = r.hits - r.first_hits
    return bool(others >= 2 and r.first_hits >= 2)


@njit(cache=True, nogil=True)
def expire(pool: Records, free: Ints, book: Ints, now: float, heard: float, settings: Records, tally: Ints) -> None:
    """End tracks that have hit the ground, are worthless, or (tentative, aircraft, slow after re-entry) have waited too long.

    Waiting is counted to ``heard`` (s), the time up to which data can have arrived: on a slow link that is not now.
    """
    s = settings[0]
    for row in range(book[0]):
        r = pool[row]
        if r.status == FREE:
            continue
        dt = now - r.t
        x, y, z = r.x[0] + r.x[3] * dt, r.x[1] + r.x[4] * dt, r.x[2] + r.x[5] * dt
        spread = r.P[0, 0] + r.P[1, 1] + r.P[2, 2] + dt * dt * (r.P[3, 3] + r.P[4, 4] + r.P[5, 5])
        low = radial_height(x, y, z) if x * x + y * y + z * z < EARTH_RADIUS * EARTH_RADIUS else 0.0
        idle = heard - r.updated
        if not (x * x + y * y + z * z < FARTHEST * FARTHEST and spread < FARTHEST * FARTHEST):
            tally[IMPOSSIBLE] += 1
        elif idle > 0.0 and low < -200.0 - (2.0 * math.sqrt(min(spread, 1e8)) if idle < DOWN else 0.0):
            tally[GROUND] += r.status == CONFIRMED
        elif (
            (spread > s.sigma_limit * s.sigma_limit and idle > 20.0)
            or (idle > s.air_coast and r.mode == AIR)
            or (idle > s.spent_coast and r.mode == REENTRY and _spent(r, s))
            or (r.status == TENTATIVE and idle > (2.0 * s.stereo_window if r.passive == r.hits else 60.0))
        ):
            tally[STALE] += r.status == CONFIRMED
        else:
            continue
        release(pool, free, book, row)


@njit(cache=True, nogil=True)
def _spent(r: Record, s: Record) -> bool:
    """Whether a body in the air has lost its flight's speed: from here on wind and lift decide where it goes."""
    vx, vy, vz = r.x[3] + OMEGA * r.x[1], r.x[4] - OMEGA * r.x[0], r.x[5]
    return bool(vx * vx + vy * vy + vz * vz < s.air_speed * s.air_speed)
