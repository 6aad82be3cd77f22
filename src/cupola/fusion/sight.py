"""Which tracks a scan could see, moved to its time and projected into its measurement.

A cheap straight-line guess of every track decides first (with a margin of its uncertainty), so that a sensor pays for the tracks
near its field only. Moved tracks stay moved: time is kept per track.
Probability of detection: the card's, lowered where the track's own record of hits per look of this sensor says so (two sigma).
Where it hangs on the body's signal (a radar with a reference range, a telescope that sees warm bodies) the record counts from the
first look on, over a start that is the card's, or by the radar equation for the track's mean cross-section (Swerling 1).
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from cupola.core.batches import KINDS, Floats, SensorCard
from cupola.core.constants import EARTH_RADIUS, Cited
from cupola.dynamics.ellipsoid import clears, radial_height
from cupola.dynamics.frames import POLAR_RADIUS
from cupola.fusion.motion import advance
from cupola.fusion.pool import CONFIRMED, FREE, SLOTS, Ints, Record, Records
from cupola.observe.position import position_jacobian
from cupola.observe.radar import radar_jacobian

RADAR, INFRARED, POSITION = 0, 1, 2
ODD, NARROW, WIDE, ALL = 0, 1, 2, 3  # a field's azimuths: beyond +-180 deg, up to 180 deg wide, wider, all round
PRIOR_LOOKS = 8.0  # weight of the nominal detection probability against a track's own record, where the card fixes it
DOUBT_LOOKS = 1.0  # the same where it hangs on the body's signal, which the card cannot know
UNKNOWN = 0.5  # at most, for a young track there
FADE = 0.95  # and how a record fades from look to look there, for ranges change
DB = math.log(10.0) / 10.0  # natural logarithm of a decibel's ratio
FLOOR = (1e-10, 1e-2, 1e-18)  # least density of false detections by kind: a card that says none is not believed entirely
SOURCES: dict[str, Cited] = {
    "UNKNOWN": Cited("1", "assumed: what was seen once may have been lucky, its mean signal is less", 2026, "assumed"),
}

FRAME = np.dtype(
    [
        ("t", "f8"), ("sensor", "i8"), ("kind", "i8"), ("position", "f8", (3,)), ("axes", "f8", (3, 3)),
        ("sigma", "f8", (3,)), ("pd", "f8"), ("clutter", "f8"), ("limits", "f8", (6,)), ("range_1m2", "f8"),
        ("snr_1m2", "f8"), ("ln_pfa", "f8"), ("limb", "f8"), ("share", "f8"),
        ("plume", "i8"), ("signal", "i8"), ("edges", "f8", (6,)), ("sector", "i8"),
    ],
    align=True,
)  # fmt: skip
SIGHT = np.dtype(
    [
        ("row", "i8"), ("status", "i8"), ("seen", "i8"), ("hit", "i8"), ("pd", "f8"), ("clutter", "f8"), ("z", "f8", (3,)),
        ("G", "f8", (3, 3)), ("H", "f8", (3, 3)),
    ],
    align=True,
)  # fmt: skip


def frame(card: SensorCard, number: int) -> Records:
    """The part of a scan's record that a card fixes; ``scanning.layout`` fills in the rest at each scan."""
    f = np.zeros(1, FRAME)
    kind = KINDS.index(card.kind)
    f["sensor"], f["kind"], f["sigma"] = number, kind, np.nan_to_num(card.sigma, nan=0.0)
    f["pd"] = min(max(card.pd, 0.01), 0.999)
    f["clutter"] = max(card.clutter, FLOOR[kind]) if np.isfinite(card.clutter) else FLOOR[kind]
    wide = np.array([-9.0, 9.0, -9.0, 9.0, 0.0, np.inf])
    if card.kind == "radar":
        wide[0] = 0.0
    f["limits"] = np.where(np.isfinite(card.limits), card.limits, wide)
    f["edges"], f["sector"] = _edges(f["limits"][0])
    f["range_1m2"] = card.range_1m2
    f["ln_pfa"] = np.log(min(card.pfa if 0.0 < card.pfa < 1.0 else SensorCard.pfa, 0.5 * float(f["pd"][0])))
    f["snr_1m2"] = f["ln_pfa"] / np.log(f["pd"]) - 1.0
    f["limb"] = card.limb
    f["plume"] = int(card.kind == "infrared" and not card.warm)
    f["signal"] = int(card.warm or np.isfinite(card.range_1m2))
    return f


def _edges(limits: Floats) -> tuple[Floats, int]:
    """Sines of the lowest and highest elevation, cosine and sine of the first and the last azimuth; how wide the azimuths are."""
    lo, hi = limits[2], limits[3]
    edges = np.r_[np.sin(np.clip(limits[:2], -np.pi / 2, np.pi / 2)), np.cos(lo), np.sin(lo), np.cos(hi), np.sin(hi)]
    if lo <= -np.pi and hi >= np.pi:
        return edges, ALL
    if lo < -np.pi or hi > np.pi or lo > hi:
        return edges, ODD
    return edges, NARROW if hi - lo <= np.pi else WIDE


@njit(cache=True, nogil=True)
def hidden(ox: float, oy: float, oz: float, x: float, y: float, z: float) -> bool:
    """Whether the ellipsoid lies between two places."""
    a, b = 1.0 / EARTH_RADIUS, 1.0 / POLAR_RADIUS
    ox, oy, oz = ox * a, oy * a, oz * b
    dx, dy, dz = x * a - ox, y * a - oy, z * b - oz
    k = -(ox * dx + oy * dy + oz * dz) / (dx * dx + dy * dy + dz * dz)
    k = min(max(k, 0.0), 1.0)
    px, py, pz = ox + k * dx, oy + k * dy, oz + k * dz
    return px * px + py * py + pz * pz < 1.0 - 1e-12


@njit(cache=True, nogil=True)
def _before_earth(f: Record, x: Floats) -> bool:
    """Whether the line of sight to a place x ``(>=3,)``, drawn on beyond it, does not clear the Earth by the card's ``limb``."""
    return not (math.isnan(f.limb) or clears(f.position, x, f.limb))


@njit(cache=True, nogil=True)
def detection_probability(r: Record, f: Record, distance: float) -> float:
    """How likely this scan shows this track, given that it is in view."""
    pd = f.pd
    if f.range_1m2 > 0.0:  # False for NaN
        rcs = math.exp(r.rcs * DB) if r.rcs_n > 0.0 else 1.0
        ratio = f.range_1m2 / max(distance, 1.0)
        snr = f.snr_1m2 * rcs * ratio * ratio * ratio * ratio
        pd = min(0.999, math.exp(f.ln_pfa / (1.0 + snr)))
    if f.plume:
        return float(max(pd * r.burning, 1e-4) * f.share)
    slot = f.sensor % SLOTS
    if f.signal:
        if r.status != CONFIRMED:
            pd = min(pd, UNKNOWN)
        own = (r.found[slot] + DOUBT_LOOKS * pd) / (r.looks[slot] + DOUBT_LOOKS)
        return float(max(min(own, 0.999), 1e-3) * f.share)
    own = (r.found[slot] + PRIOR_LOOKS * pd) / (r.looks[slot] + PRIOR_LOOKS)
    own += 2.0 * math.sqrt(max(own * (1.0 - own), 0.0) / (r.looks[slot] + PRIOR_LOOKS))
    return float(max(min(pd, own), 1e-3) * f.share)


@njit(cache=True, nogil=True)
def note_look(r: Record, f: Record, hit: float) -> None:
    """A look that should have shown the track did (hit 1) or did not (0): the track's record with this sensor."""
    slot = f.sensor % SLOTS
    if f.signal:
        r.looks[slot] *= FADE
        r.found[slot] *= FADE
    r.looks[slot] += f.share
    r.found[slot] += hit


@njit(cache=True, nogil=True)
def _near(r: Record, f: Record) -> bool:
    """Whether a straight-line guess lies within the field and a margin. Angles are taken only where sines cannot tell."""
    if f.kind == POSITION:
        return True
    dt = f.t - r.t
    fall = 1.0 - 6.0e-7 * dt * dt  # half of g/r: the fall, roughly
    dx = r.x[0] * fall + r.x[3] * dt - f.position[0]
    dy = r.x[1] * fall + r.x[4] * dt - f.position[1]
    dz = r.x[2] * fall + r.x[5] * dt - f.position[2]
    spread = math.sqrt(r.P[0, 0] + r.P[1, 1] + r.P[2, 2]) + abs(dt) * math.sqrt(r.P[3, 3] + r.P[4, 4] + r.P[5, 5])
    spread = 4.5 * spread + 5e3 + 30.0 * dt * dt
    distance = math.sqrt(dx * dx + dy * dy + dz * dz)
    if distance > f.limits[5] + spread or distance < f.limits[4] - spread:
        return False
    distance = max(distance, 1.0)
    margin = spread / distance
    vz = f.axes[2, 0] * dx + f.axes[2, 1] * dy + f.axes[2, 2] * dz
    rise = vz / distance
    if rise < f.edges[0] - margin or rise > f.edges[1] + margin:  # sines differ by less than their angles
        return False
    if f.kind == INFRARED:
        out = 1.0 + spread / EARTH_RADIUS
        px, py, pz = (dx + f.position[0]) * out, (dy + f.position[1]) * out, (dz + f.position[2]) * out
        if hidden(f.position[0], f.position[1], f.position[2], px, py, pz):
            return False
    vx = f.axes[0, 0] * dx + f.axes[0, 1] * dy + f.axes[0, 2] * dz
    vy = f.axes[1, 0] * dx + f.axes[1, 1] * dy + f.axes[1, 2] * dz
    return (f.edges[0] <= rise <= f.edges[1] and _between(f, vx, vy)) or _beside(f, vx, vy, vz, margin)


@njit(cache=True, nogil=True)
def _beside(f: Record, vx: float, vy: float, vz: float, margin: float) -> bool:
    """Whether a direction lies within the field and a margin (rad), by its angles."""
    el = math.atan2(vz, math.sqrt(vx * vx + vy * vy))
    if el < f.limits[0] - margin or el > f.limits[1] + margin:
        return False
    margin /= max(math.cos(el), 0.02)
    az = math.atan2(vy, vx)
    return bool(f.limits[2] - margin <= az <= f.limits[3] + margin)


@njit(cache=True, nogil=True)
def _between(f: Record, x: float, y: float) -> bool:
    """Whether the azimuth of (x, y) surely lies between the field's."""
    if f.sector == ALL:
        return True
    after = f.edges[2] * y - f.edges[3] * x > 0.0
    before = f.edges[5] * x - f.edges[4] * y > 0.0
    return bool((f.sector == NARROW and after and before) or (f.sector == WIDE and (after or before)))


@njit(cache=True, nogil=True)
def _inside(z: Floats, f: Record) -> bool:
    """Whether a projected track lies within the field proper."""
    if z[0] < f.limits[0] or z[0] > f.limits[1] or z[1] < f.limits[2] or z[1] > f.limits[3]:
        return False
    return bool(f.kind == INFRARED or (f.limits[4] <= z[2] <= f.limits[5]))


@njit(cache=True, nogil=True)
def _covered(r: Record, f: Record) -> bool:
    """``_inside`` for a track that is not projected: by sines where they can tell."""
    dx, dy, dz = r.x[0] - f.position[0], r.x[1] - f.position[1], r.x[2] - f.position[2]
    distance = math.sqrt(dx * dx + dy * dy + dz * dz)
    if f.kind != INFRARED and not f.limits[4] <= distance <= f.limits[5]:
        return False
    rise = f.axes[2, 0] * dx + f.axes[2, 1] * dy + f.axes[2, 2] * dz
    if not f.edges[0] * distance <= rise <= f.edges[1] * distance:
        return False
    vx = f.axes[0, 0] * dx + f.axes[0, 1] * dy + f.axes[0, 2] * dz
    vy = f.axes[1, 0] * dx + f.axes[1, 1] * dy + f.axes[1, 2] * dz
    return bool(f.limits[2] <= math.atan2(vy, vx) <= f.limits[3]) if f.sector == ODD else _between(f, vx, vy)


@njit(cache=True, nogil=True)
def project(r: Record, f: Record, z: Floats, H: Floats, G: Floats) -> None:
    """Write measurement z ``(3,)``, Jacobian H ``(3, 3)`` and projected covariance G = H P H^T ``(3, 3)`` of a track."""
    if f.kind == POSITION:
        position_jacobian(r.x, f.position, f.axes, z, H)
    else:
        radar_jacobian(r.x, f.position, f.axes, z, H)
    P = r.P
    p00, p01, p02, p11, p12, p22 = P[0, 0], P[0, 1], P[0, 2], P[1, 1], P[1, 2], P[2, 2]
    a0, a1, a2 = H[0, 0], H[0, 1], H[0, 2]
    b0, b1, b2 = H[1, 0], H[1, 1], H[1, 2]
    c0, c1, c2 = H[2, 0], H[2, 1], H[2, 2]
    u0, u1, u2 = a0 * p00 + a1 * p01 + a2 * p02, a0 * p01 + a1 * p11 + a2 * p12, a0 * p02 + a1 * p12 + a2 * p22
    v0, v1, v2 = b0 * p00 + b1 * p01 + b2 * p02, b0 * p01 + b1 * p11 + b2 * p12, b0 * p02 + b1 * p12 + b2 * p22
    w0, w1, w2 = c0 * p00 + c1 * p01 + c2 * p02, c0 * p01 + c1 * p11 + c2 * p12, c0 * p02 + c1 * p12 + c2 * p22
    G[0, 0], G[1, 1], G[2, 2] = u0 * a0 + u1 * a1 + u2 * a2, v0 * b0 + v1 * b1 + v2 * b2, w0 * c0 + w1 * c1 + w2 * c2
    G[0, 1] = G[1, 0] = u0 * b0 + u1 * b1 + u2 * b2
    G[0, 2] = G[2, 0] = u0 * c0 + u1 * c1 + u2 * c2
    G[1, 2] = G[2, 1] = v0 * c0 + v1 * c1 + v2 * c2


@njit(cache=True, nogil=True)
def look(
    pool: Records, book: Ints, frames: Records, settings: Records, shows: bool, out: Records, lists: Ints, scratch: Floats
) -> tuple[int, int]:
    """Move the tracks this scan could see to its time and project them into ``out``.

    Writes which are confirmed into lists[0], which tentative into lists[1]; returns how many of each.

    A plume telescope looks only for what may be burning. ``seen`` says whether a miss would mean something.
    shows: whether the scan has detections; where not, the sights are not projected, and have a ``pd`` only if they are ``seen``.
    scratch ``(>=3, 9, 9)``: room to work in.
    """
    f, s = frames[0], settings[0]
    n = sure = 0
    for row in range(book[0]):
        r = pool[row]
        if r.status == FREE or (f.plume and r.burning < 0.02) or not _near(r, f):
            continue
        dt = f.t - r.t
        if dt != 0.0:
            advance(r.mode, r.x, r.P, r.e, r.Pe, dt, s, scratch)
            r.t = f.t
        x, y, z = r.x[0], r.x[1], r.x[2]
        if f.kind == INFRARED and hidden(f.position[0], f.position[1], f.position[2], x, y, z):
            continue
        o = out[n]
        if shows:
            project(r, f, o.z, o.H, o.G)
        o.row = row
        o.status = r.status
        o.hit = 0
        o.clutter = f.clutter
        o.seen = 0
        if f.kind != POSITION and (_inside(o.z, f) if shows else _covered(r, f)):
            o.seen = 0 if f.plume and radial_height(x, y, z) < s.cloud_top else 1
            if o.seen and f.kind == INFRARED and not f.plume and r.burning < 0.5 and _before_earth(f, r.x):
                o.seen = 0
        if shows or o.seen:
            dx, dy, dz = r.x[0] - f.position[0], r.x[1] - f.position[1], r.x[2] - f.position[2]
            o.pd = detection_probability(r, f, math.sqrt(dx * dx + dy * dy + dz * dz))
        if r.status == CONFIRMED:
            lists[0, sure] = n
            sure += 1
        else:
            lists[1, n - sure] = n
        n += 1
    return sure, n - sure
