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
from cupola.core.constants import EARTH_RADIUS
from cupola.fusion.motion import POLAR_RADIUS, advance, height
from cupola.fusion.pool import CONFIRMED, FREE, SLOTS, Ints, Record, Records
from cupola.observe.position import position_jacobian
from cupola.observe.radar import radar_jacobian

RADAR, INFRARED, POSITION = 0, 1, 2
FALSE_ALARM = 1e-6  # assumed, of the threshold behind a card's range_1m2
PRIOR_LOOKS = 8.0  # weight of the nominal detection probability against a track's own record, where the card fixes it
DOUBT_LOOKS = 1.0  # the same where it hangs on the body's signal, which the card cannot know
FADE = 0.95  # and how a record fades from look to look there, for ranges change
LIMB = 100e3  # m, a warm body is seen only on a line of sight that clears the Earth by this much (generic, assumed)
FLOOR = (1e-10, 1e-2, 1e-18)  # least density of false detections by kind: a card that says none is not believed entirely

FRAME = np.dtype(
    [
        ("t", "f8"), ("sensor", "i8"), ("kind", "i8"), ("position", "f8", (3,)), ("axes", "f8", (3, 3)),
        ("sigma", "f8", (3,)), ("pd", "f8"), ("clutter", "f8"), ("limits", "f8", (6,)), ("range_1m2", "f8"),
        ("snr_1m2", "f8"), ("share", "f8"), ("plume", "i8"), ("signal", "i8"),
    ],
    align=True,
)  # fmt: skip
SIGHT = np.dtype(
    [
        ("row", "i8"), ("status", "i8"), ("seen", "i8"), ("hit", "i8"), ("pd", "f8"), ("clutter", "f8"), ("z", "f8", (3,)),
        ("G", "f8", (3, 3)),
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
    f["range_1m2"] = card.range_1m2
    f["snr_1m2"] = np.log(FALSE_ALARM) / np.log(f["pd"]) - 1.0
    f["plume"] = int(card.kind == "infrared" and not card.warm)
    f["signal"] = int(card.warm or np.isfinite(card.range_1m2))
    return f


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
def _before_earth(f: Record, x: float, y: float, z: float) -> bool:
    """Whether the line of sight to a place, drawn on beyond it, does not clear the Earth by ``LIMB``."""
    dx, dy, dz = x - f.position[0], y - f.position[1], z - f.position[2]
    d2 = dx * dx + dy * dy + dz * dz
    along = -(f.position[0] * dx + f.position[1] * dy + f.position[2] * dz)
    if along <= 0.0:
        return False
    p2 = f.position[0] ** 2 + f.position[1] ** 2 + f.position[2] ** 2 - along * along / d2
    return bool(p2 < (EARTH_RADIUS + LIMB) ** 2)


@njit(cache=True, nogil=True)
def detection_probability(r: Record, f: Record, distance: float) -> float:
    """How likely this scan shows this track, given that it is in view."""
    pd = f.pd
    if f.range_1m2 > 0.0:  # False for NaN
        rcs = 10.0 ** (r.rcs / 10.0) if r.rcs_n > 0.0 else 1.0
        ratio = f.range_1m2 / max(distance, 1.0)
        snr = f.snr_1m2 * rcs * ratio * ratio * ratio * ratio
        pd = min(0.999, FALSE_ALARM ** (1.0 / (1.0 + snr)))
    if f.plume:
        return float(max(pd * r.burning, 1e-4) * f.share)
    slot = f.sensor % SLOTS
    if f.signal:
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
    """Whether a straight-line guess lies within the field and a margin."""
    dt = f.t - r.t
    gx = -r.x[0] * 6.0e-7 * dt * dt  # half of g/r: the fall, roughly
    gy = -r.x[1] * 6.0e-7 * dt * dt
    gz = -r.x[2] * 6.0e-7 * dt * dt
    dx = r.x[0] + r.x[3] * dt + gx - f.position[0]
    dy = r.x[1] + r.x[4] * dt + gy - f.position[1]
    dz = r.x[2] + r.x[5] * dt + gz - f.position[2]
    if f.kind == POSITION:
        return True
    spread = math.sqrt(r.P[0, 0] + r.P[1, 1] + r.P[2, 2]) + abs(dt) * math.sqrt(r.P[3, 3] + r.P[4, 4] + r.P[5, 5])
    spread = 4.5 * spread + 5e3 + 30.0 * dt * dt
    distance = math.sqrt(dx * dx + dy * dy + dz * dz)
    if distance > f.limits[5] + spread or distance < f.limits[4] - spread:
        return False
    if f.kind == INFRARED:
        out = 1.0 + spread / EARTH_RADIUS
        px, py, pz = (dx + f.position[0]) * out, (dy + f.position[1]) * out, (dz + f.position[2]) * out
        if hidden(f.position[0], f.position[1], f.position[2], px, py, pz):
            return False
    vx = f.axes[0, 0] * dx + f.axes[0, 1] * dy + f.axes[0, 2] * dz
    vy = f.axes[1, 0] * dx + f.axes[1, 1] * dy + f.axes[1, 2] * dz
    vz = f.axes[2, 0] * dx + f.axes[2, 1] * dy + f.axes[2, 2] * dz
    margin = spread / max(distance, 1.0)
    el = math.atan2(vz, math.sqrt(vx * vx + vy * vy))
    if el < f.limits[0] - margin or el > f.limits[1] + margin:
        return False
    margin /= max(math.cos(el), 0.02)
    az = math.atan2(vy, vx)
    return bool(f.limits[2] - margin <= az <= f.limits[3] + margin)


@njit(cache=True, nogil=True)
def _inside(z: Floats, f: Record) -> bool:
    """Whether a projected track lies within the field proper."""
    if z[0] < f.limits[0] or z[0] > f.limits[1] or z[1] < f.limits[2] or z[1] > f.limits[3]:
        return False
    return bool(f.kind == INFRARED or (f.limits[4] <= z[2] <= f.limits[5]))


@njit(cache=True, nogil=True)
def project(r: Record, f: Record, z: Floats, H: Floats, G: Floats) -> None:
    """Write measurement z ``(3,)``, Jacobian H ``(3, 3)`` and projected covariance G = H P H^T ``(3, 3)`` of a track."""
    if f.kind == POSITION:
        position_jacobian(r.x, f.position, f.axes, z, H)
    else:
        radar_jacobian(r.x, f.position, f.axes, z, H)
    for i in range(3):
        a = H[i, 0] * r.P[0, 0] + H[i, 1] * r.P[1, 0] + H[i, 2] * r.P[2, 0]
        b = H[i, 0] * r.P[0, 1] + H[i, 1] * r.P[1, 1] + H[i, 2] * r.P[2, 1]
        c = H[i, 0] * r.P[0, 2] + H[i, 1] * r.P[1, 2] + H[i, 2] * r.P[2, 2]
        for j in range(i, 3):
            G[i, j] = a * H[j, 0] + b * H[j, 1] + c * H[j, 2]
            G[j, i] = G[i, j]


@njit(cache=True, nogil=True)
def look(pool: Records, book: Ints, frames: Records, settings: Records, out: Records, lists: Ints) -> tuple[int, int]:
    """Move the tracks this scan could see to its time and project them into ``out``.

    Writes which are confirmed into lists[0], which tentative into lists[1]; returns how many of each.

    A plume telescope looks only for what may be burning. ``seen`` says whether a miss would mean something.
    """
    f, s = frames[0], settings[0]
    scratch, H = np.zeros((3, 9, 9)), np.empty((3, 3))
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
        project(r, f, o.z, H, o.G)
        o.row = row
        o.status = r.status
        o.hit = 0
        o.clutter = f.clutter
        o.seen = 0
        if f.kind != POSITION and _inside(o.z, f):
            o.seen = 0 if f.plume and height(x, y, z) < s.cloud_top else 1
            if o.seen and f.kind == INFRARED and not f.plume and r.burning < 0.5 and _before_earth(f, x, y, z):
                o.seen = 0
        dx, dy, dz = r.x[0] - f.position[0], r.x[1] - f.position[1], r.x[2] - f.position[2]
        o.pd = detection_probability(r, f, math.sqrt(dx * dx + dy * dy + dz * dz))
        if r.status == CONFIRMED:
            lists[0, sure] = n
            sure += 1
        else:
            lists[1, n - sure] = n
        n += 1
    return sure, n - sure
