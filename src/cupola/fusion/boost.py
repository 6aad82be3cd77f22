"""Burning and burnt out: when a track has a thrust acceleration, and what happens to it when the flame goes out.

Model: nine states, the thrust acceleration as a vector that wanders (white jerk) and grows by a^2/w (burnt mass). A scalar along
the velocity is one state shorter, but a pitch programme keeps thrust and velocity 5-20 deg apart for most of a burn (several
m/s^2 across), which then must be paid for with process noise; design/fusion.md has the comparison.
Burning is a probability: a plume seen makes it one, each plume looked for in vain lowers it by Bayes, with a hazard of burnout
that grows with the time since it was last seen. While it falls the thrust's uncertainty grows; below ``OUT`` the track is
ballistic, and the
thrust it was given since the likely burnout is taken back, with the variance of not knowing when that was.
"""

from __future__ import annotations

import math

from numba import njit

from cupola.core.batches import AIR, BALLISTIC, BOOST, REENTRY, Floats
from cupola.core.constants import OMEGA, Cited
from cupola.dynamics.atmosphere import density_and_scale
from cupola.dynamics.ellipsoid import radial_height
from cupola.fusion.pool import FREE, TENTATIVE, Ints, Record, Records, release
from cupola.fusion.tally import IMPOSSIBLE, SWITCHES

LIT, OUT = 0.5, 0.05  # burning above, burnt out below
LEVEL = 60.0
CLIMB = 12.0
LIGHTEST = 1.0
UNKNOWN = -2.0
ASTRAY = 4.0  # sigma by which the Gaussian of 1/beta may lie where no body's is

SOURCES: dict[str, Cited] = {
    "LEVEL": Cited(
        "m/s", "assumed: vertical speed and velocity sigma below which a slow body counts as an aircraft", 2026, "assumed"
    ),
    "CLIMB": Cited(
        "m/s^2", "assumed: net acceleration of a generic climb; speed at height h is about sqrt(2 CLIMB h)", 2026, "assumed"
    ),
    "UNKNOWN": Cited("1", "assumed: mean of the Gaussian of an unknown 1/beta, in sigmas; see Config.drag_sigma", 2026, "assumed"),
    "LIGHTEST": Cited("m^2/kg", "assumed: greatest 1/beta of what flies, an empty balloon", 2026, "assumed"),
}


@njit(cache=True, nogil=True)
def missed(r: Record, t: float, pd: float, s: Record) -> None:
    """A plume was looked for in vain at t with probability of detection pd."""
    if r.burning >= 1.0:
        r.burn_seen = t
        r.burning = min(0.995, math.exp(-max(t - r.burn_t, 0.0) / s.burn_mean))
    p = r.burning * (1.0 - pd)
    r.burning = p / (p + 1.0 - r.burning)
    if r.mode == BOOST:
        for i in range(3):
            for j in range(3):
                r.Pe[i, 6 + j] += 0.5 * (1.0 - r.burning) * r.e[i] * r.e[j]


@njit(cache=True, nogil=True)
def ignite(r: Record, s: Record) -> None:
    """Add the thrust to a track: along the velocity over ground, or up where that is slow."""
    vx, vy, vz = r.x[3] + OMEGA * r.x[1], r.x[4] - OMEGA * r.x[0], r.x[5]
    speed = math.sqrt(vx * vx + vy * vy + vz * vz)
    distance = math.sqrt(r.x[0] * r.x[0] + r.x[1] * r.x[1] + r.x[2] * r.x[2])
    share = min(speed / 2000.0, 1.0)
    for i in range(3):
        v = vx if i == 0 else (vy if i == 1 else vz)
        r.e[i] = s.thrust_mean * (share * v / max(speed, 1.0) + (1.0 - share) * r.x[i] / distance)
        for j in range(9):
            r.Pe[i, j] = 0.0
        r.Pe[i, 6 + i] = s.thrust_sigma * s.thrust_sigma
    r.mode = BOOST


@njit(cache=True, nogil=True)
def burn_out(r: Record) -> None:
    """Make a boosting track ballistic and take back the thrust since the likely burnout."""
    window = max(r.burn_seen - r.burn_t, 0.1)
    likely = max(r.burn_t + 0.5 * window, r.updated)
    over = max(r.t - likely, 0.0)
    vv = window * window / 12.0 + 0.1 * over * over
    for i in range(3):
        r.x[i] -= 0.5 * over * over * r.e[i]
        r.x[3 + i] -= over * r.e[i]
        for j in range(3):
            a = r.e[i] * r.e[j] * vv
            r.P[3 + i, 3 + j] += a
            r.P[i, 3 + j] += a * over
            r.P[3 + i, j] += a * over
            r.P[i, j] += a * over * over
    coast(r)


@njit(cache=True, nogil=True)
def coast(r: Record) -> None:
    """Leave the extra states behind."""
    r.mode = BALLISTIC
    r.e[:] = 0.0
    r.Pe[:] = 0.0
    r.nis = 1.0


@njit(cache=True, nogil=True)
def meet_air(r: Record, s: Record) -> None:
    """1/beta joins the state, no greater than a body can have that has come here as fast as this."""
    sigma = min(_lightest(r, s), s.drag_sigma)
    r.mode = REENTRY
    r.e[:] = 0.0
    r.e[0] = UNKNOWN * sigma
    r.Pe[:] = 0.0
    r.Pe[0, 6] = sigma * sigma


@njit(cache=True, nogil=True)
def _lightest(r: Record, s: Record) -> float:
    """Greatest 1/beta (m^2/kg) of a body at a track's place and speed (less its sigma).

    Either it has fallen through the air above at ``speed_limit`` at first: v = v0 exp(-rho H / (2 beta sin gamma)) (Allen, Eggers
    1958, NACA report 1381; here twice that, for H is the local one and gravity helps), or it was driven up against its drag by
    no more than ``thrust_limit``.
    """
    ux, uy, uz = r.x[3] + OMEGA * r.x[1], r.x[4] - OMEGA * r.x[0], r.x[5]
    size = math.sqrt(r.x[0] * r.x[0] + r.x[1] * r.x[1] + r.x[2] * r.x[2])
    speed = math.sqrt(ux * ux + uy * uy + uz * uz) + 1e-9
    steep = abs(ux * r.x[0] + uy * r.x[1] + uz * r.x[2]) / (size * speed)
    rho, thinner = density_and_scale(radial_height(r.x[0], r.x[1], r.x[2]))
    least = max(speed - math.sqrt(r.P[3, 3] + r.P[4, 4] + r.P[5, 5]), 1.0)
    fallen = 4.0 * steep * thinner / rho * math.log(max(s.speed_limit / least, 1.0))
    return float(min(max(fallen, 2.0 * s.thrust_limit / (rho * least * least)), LIGHTEST))


@njit(cache=True, nogil=True)
def _astray(r: Record, s: Record) -> bool:
    """Whether 1/beta is surely below zero, or more than a body can have that gets here: detections of others have led it there."""
    doubt = ASTRAY * math.sqrt(max(r.Pe[0, 6], 0.0))
    return bool(not -doubt <= r.e[0] <= _lightest(r, s) + doubt)


@njit(cache=True, nogil=True)
def change(pool: Records, sights: Records, n: int, free: Ints, book: Ints, settings: Records, tally: Ints) -> None:
    """Let the tracks of a scan change their mode; end those whose state nothing that flies has."""
    s = settings[0]
    for i in range(n):
        r = pool[sights[i].row]
        if r.status == FREE:
            continue
        if impossible(r.mode, r.hits, r.x, r.e, s):
            release(pool, free, book, sights[i].row)
            tally[IMPOSSIBLE] += 1
            continue
        before = r.mode
        if r.mode == BOOST:
            if r.burning < OUT and r.status == TENTATIVE and r.passive == r.hits:
                release(pool, free, book, sights[i].row)  # a flame seen twice and never again was none
                continue
            if r.burning < OUT:
                burn_out(r)
            elif sights[i].hit and _powerless(r):
                r.burning = 0.0
                coast(r)
        elif r.mode in (BALLISTIC, REENTRY):
            low = radial_height(r.x[0], r.x[1], r.x[2])
            if r.burning > LIT:
                ignite(r, s)
            elif r.mode == BALLISTIC and low < s.drag_top and r.hits > 2:  # before that its speed is anything
                meet_air(r, s)
            elif r.mode == REENTRY and low > s.drag_top + 5e3:
                coast(r)
            elif r.mode == REENTRY and _astray(r, s):
                meet_air(r, s)
            elif r.mode == REENTRY and low < s.air_top and sights[i].hit and _flies(r, s.air_speed):
                coast(r)
                r.mode = AIR
        elif r.mode == AIR and sights[i].hit and r.hits > 3 and not _flies(r, 1.5 * s.air_speed):
            meet_air(r, s)
        tally[SWITCHES] += before != r.mode


@njit(cache=True, nogil=True)
def impossible(mode: int, hits: int, x: Floats, e: Floats, s: Record) -> bool:
    """Whether a track with a known velocity is faster, or a boosting one more strongly driven, than anything flies."""
    v2 = x[3] * x[3] + x[4] * x[4] + x[5] * x[5]
    if hits > 2 and not v2 < s.speed_limit * s.speed_limit:
        return True
    a2 = e[0] * e[0] + e[1] * e[1] + e[2] * e[2]
    return bool(mode == BOOST and not a2 < s.thrust_limit * s.thrust_limit)


@njit(cache=True, nogil=True)
def _flies(r: Record, limit: float) -> bool:
    """Whether a track is level and slow over ground, as nothing ballistic stays; for an aircraft's track: not known as fast."""
    vx, vy, vz = r.x[3] + OMEGA * r.x[1], r.x[4] - OMEGA * r.x[0], r.x[5]
    size = math.sqrt(r.x[0] * r.x[0] + r.x[1] * r.x[1] + r.x[2] * r.x[2])
    climb = abs(vx * r.x[0] + vy * r.x[1] + vz * r.x[2]) / size
    spread = math.sqrt(r.P[3, 3] + r.P[4, 4] + r.P[5, 5])
    speed = math.sqrt(vx * vx + vy * vy + vz * vz)
    if r.mode == AIR:
        return bool(speed < limit + 3.0 * spread)
    return bool(speed < limit and climb < LEVEL and spread < LEVEL)


@njit(cache=True, nogil=True)
def _powerless(r: Record) -> bool:
    """Whether the thrust is known to be small: radar has said so."""
    size = r.e[0] * r.e[0] + r.e[1] * r.e[1] + r.e[2] * r.e[2]
    spread = r.Pe[0, 6] + r.Pe[1, 7] + r.Pe[2, 8]
    return bool(size < 4.0 and spread < 6.0 and r.t - r.burn_t > 1.0)
