"""Whether a thrusting track is of a launch that has been alerted already: a second track of one missile, one born again when a
stage lights up, what a missile left behind, or one of a salvo."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cupola.core.batches import Bools, Floats, Tracks
from cupola.core.constants import MU, Cited
from cupola.picture.launch import Launch

TWIN = (500.0, 100.0)
KIN = (5e3, 300.0)
EARLIER, SHORT = 10.0, 3.0
LOST = 120.0
SURGE = 100.0
PARTED = 30.0

SOURCES: dict[str, Cited] = {
    "TWIN": Cited("m, m/s", "assumed: within these, beside their errors, two thrusting tracks are one missile", 2026, "assumed"),
    "KIN": Cited(
        "m, m/s", "assumed: within these a track of the same launch place and time is what a missile left behind", 2026, "assumed"
    ),
    "EARLIER": Cited("s", "assumed: missiles that fly side by side are first seen within this", 2026, "assumed"),
    "SHORT": Cited("s", "assumed: so long after its last look it is known well where a missile burns", 2026, "assumed"),
    "LOST": Cited("s", "assumed: so long a lost missile is looked for where it would be", 2026, "assumed"),
    "SURGE": Cited("m/s^2", "assumed: thrust that may have come or gone since two tracks of one missile parted", 2026, "assumed"),
    "PARTED": Cited("s", "assumed: after this the tracks of one missile no longer overlap", 2026, "assumed"),
}
Watches = NDArray[np.void]


def alerted(watch: Watches, tracks: Tracks, i: int, found: Launch | None) -> int:
    """The alerted missile that thrusting track i is another track of, -1 if none. found: the launch it seems to come from.

    None that was alerted before this launch: where a missile that is lost may be by now, another may have been launched since.
    """
    gap = _beside(watch, tracks, i)
    twins = _within(gap, *TWIN)
    if found is not None:
        twins &= found.t - 3 * found.sigma_t < watch["raised"]
    if not twins.any() and found is not None:
        twins = _same_launch(watch, found) & (_left_behind(watch, gap) | _born_again(watch, gap, tracks, i))
    if not twins.any():
        twins = _in_company(watch, gap, tracks, i)
    return int(np.argmin(np.where(twins, gap.off, np.inf))) if twins.any() else -1


def _in_company(watch: Watches, gap: Gap, tracks: Tracks, i: int) -> Bools:
    """Alerts whose missile burns beside track i, though it was alerted ``EARLIER`` before that was born: what lifts off beside
    another is seen as soon as it. This is one of a salvo that was not told apart before, or a crossing of wrong lines of sight;
    it counts as a booster of that alert if it lasts."""
    near = (gap.off < KIN[0] + 3 * gap.sigma) & (gap.unseen <= SHORT)
    return np.asarray(watch["burning"] & near & (watch["raised"] + EARLIER < tracks.born[i]))


@dataclass(frozen=True)
class Gap:
    """How far a track is from where each alerted missile is or would be by now ``(k,)``: place (m), velocity (m/s); the track's own
    sigmas; seconds since the missile was last in a track."""

    off: Floats
    drift: Floats
    sigma: float
    sigma_v: float
    unseen: Floats


def _beside(watch: Watches, tracks: Tracks, i: int) -> Gap:
    """The gap of track i to every alerted missile, moved to now under gravity and its last thrust along the velocity."""
    r, v = watch["x"][:, :3], watch["x"][:, 3:]
    unseen = tracks.t - watch["t"]
    thrust = np.where(watch["burning"], watch["thrust"], 0.0) / np.maximum(np.linalg.norm(v, axis=1), 1.0)
    a = -MU * r / np.linalg.norm(r, axis=1)[:, None] ** 3 + thrust[:, None] * v
    h = unseen[:, None]
    place, velocity = r + h * v + 0.5 * h * h * a, v + h * a
    own, own_v = (math.sqrt(float(np.trace(tracks.P[i, p, p]))) for p in (slice(0, 3), slice(3, 6)))
    return Gap(
        np.linalg.norm(place - tracks.x[i, :3], axis=1),
        np.linalg.norm(velocity - tracks.x[i, 3:], axis=1),
        own,
        own_v,
        unseen,
    )


def _within(gap: Gap, reach: float, rush: float, surge: float = 20.0, since: Floats | None = None) -> Bools:
    """Whether the gap is less than three sigmas, ``reach`` (m) and ``rush`` (m/s), and what an acceleration unknown by ``surge``
    (m/s^2) makes in ``since`` seconds (default: since the missile was last in a track)."""
    t = gap.unseen if since is None else since
    off = gap.off < 3 * gap.sigma + reach + 0.5 * surge * t**2
    return np.asarray(off & (gap.drift < 3 * gap.sigma_v + rush + surge * t) & (gap.unseen <= LOST))


def _left_behind(watch: Watches, gap: Gap) -> Bools:
    """Alerts whose missile burns no more and may have left this behind."""
    return np.asarray((~watch["burning"] | (gap.unseen > 0)) & _within(gap, *KIN))


def _born_again(watch: Watches, gap: Gap, tracks: Tracks, i: int) -> Bools:
    """Alerts raised before track i was born whose own track has had no look since i had its last one, and lies where the missile
    may have gone from since the two parted."""
    heir = (watch["raised"] < tracks.born[i]) & (watch["updated"] < tracks.updated[i])
    parted = np.maximum(tracks.t - np.minimum(watch["updated"], tracks.born[i]), 0.0)
    return np.asarray(heir & (parted < PARTED) & _within(gap, *KIN, SURGE, parted))


def _same_launch(watch: Watches, found: Launch) -> Bools:
    """Alerts ``(k,)`` that this estimate may repeat: same place and time of launch."""
    off = np.linalg.norm(watch["ecef"] - found.ecef, axis=1)
    near = off < 3 * np.hypot(watch["sigma_m"], found.sigma_m)
    return np.asarray(near & (np.abs(watch["launch_t"] - found.t) < 3 * np.hypot(watch["sigma_t"], found.sigma_t)))
