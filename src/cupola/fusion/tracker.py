"""The tracker: scans in, tracks out. The one place where the parts of fusion meet.

One scan: look (predict, project) -> confirmed tracks: gate, associate, update -> tentative tracks likewise on what is left ->
births
from what is left after that -> misses, confirmation, deletion -> change of modes.
Pure but for its memory: ``step`` takes the state over and gives it back; hold on to the new one only. No clock, no randomness:
the same scans give the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from cupola.core.batches import FEATURES, Bools, Bundle, Floats, Looks, Scan, SensorCard, Tracks
from cupola.core.errors import BadInput
from cupola.fusion import sight, stereo
from cupola.fusion.associate import Associator, associator
from cupola.fusion.boost import change
from cupola.fusion.config import Config
from cupola.fusion.crowd import crowd
from cupola.fusion.delete import expire, settle
from cupola.fusion.gate import candidates
from cupola.fusion.initiate import births
from cupola.fusion.pool import ROWS, WORDS, Ints, Records, Shorts, empty, grown
from cupola.fusion.report import tracks
from cupola.fusion.tally import TALLY
from cupola.fusion.update import apply

START = 1024  # rows


@dataclass
class State:
    """Everything a tracker remembers. Owned by ``step``: use the state it returns."""

    config: Config
    settings: Records
    associate: Associator
    cards: tuple[SensorCard, ...]
    frames: list[Records]
    words: int
    pool: Records = field(default_factory=lambda: empty(START))
    spare: Ints = field(default_factory=lambda: np.empty(START, np.int64))
    book: Ints = field(default_factory=lambda: np.zeros(3, np.int64))
    sights: Records = field(default_factory=lambda: np.zeros(START, sight.SIGHT))
    lists: Ints = field(default_factory=lambda: np.zeros((2, START), np.int64))
    tally: Ints = field(default_factory=lambda: np.zeros(len(TALLY), np.int64))
    rays: Records = field(default_factory=lambda: np.zeros(0, stereo.RAY))
    newest: float = -np.inf


@dataclass(frozen=True)
class FusionOut:
    """All tracks (confirmed and tentative) at ``now``, who was seen in this step, and what was counted in it."""

    tracks: Tracks
    looks: Looks
    counts: dict[str, int]


def start(config: Config, cards: Sequence[SensorCard]) -> State:
    """A tracker without tracks. Raises BadInput for more sensors than the masks hold, BadOption for a setting that is wrong."""
    if len(cards) > 64 * WORDS:
        raise BadInput(f"{len(cards)} sensors; this tracker keeps track of {64 * WORDS} at most")
    words = max(1, -(-len(cards) // 64))
    frames = [sight.frame(c, i) for i, c in enumerate(cards)]
    return State(config, config.record(), associator(config.associator), tuple(cards), frames, words)


def step(state: State, bundle: Bundle, now: float) -> tuple[State, FusionOut]:
    """Work through the bundle's scans in order of (time, sensor, sequence) and give all tracks at ``now`` (s).

    Scans older than the newest by more than ``late_limit`` are left out and counted; detections that are not finite likewise.
    """
    state.tally[:] = 0
    counts = {"scans": 0, "detections": 0, "scans_late": 0, "scans_too_late": 0, "detections_not_finite": 0}
    looks = []
    ordered = sorted(bundle.scans, key=lambda s: (s.t, s.sensor, s.seq))
    if ordered and ordered[0].t > state.newest + state.config.hold:  # a hole in the data: end who is gone first
        expire(state.pool, state.spare, state.book, ordered[0].t, state.settings, state.tally)
    for scan in ordered:
        if scan.t < state.newest - state.config.late_limit:
            counts["scans_too_late"] += 1
            continue
        counts["scans"] += 1
        counts["detections"] += len(scan.z)
        counts["scans_late"] += scan.t < state.newest
        state.newest = max(state.newest, scan.t)
        seen, bad = _scan(state, scan)
        counts["detections_not_finite"] += bad
        looks.append(seen)
    expire(state.pool, state.spare, state.book, now, state.settings, state.tally)
    counts.update(zip(TALLY, state.tally.tolist(), strict=True))
    return state, FusionOut(tracks(state.pool, state.book, now, state.settings, state.words), _join(looks), counts)


def _good(scan: Scan, kind: str) -> Bools:
    """Which detections can be used."""
    k = 2 if kind == "infrared" else 3
    return np.asarray((np.isfinite(scan.z[:, :k]) & np.isfinite(scan.sigma[:, :k]) & (scan.sigma[:, :k] > 0)).all(axis=1))


def _scan(state: State, scan: Scan) -> tuple[Looks, int]:
    """One scan through all parts. Returns who was seen and how many detections were refused."""
    frames = sight.describe(state.frames[scan.sensor], scan)
    z, sigma, features = scan.z, scan.sigma, scan.features
    bad = sight.screen(z, sigma, frames)
    if bad:
        good = _good(scan, state.cards[scan.sensor].kind)
        z, sigma, features = z[good], sigma[good], features[good]
    m = len(z)
    _make_room(state, m)
    sure, rest = sight.look(state.pool, state.book, frames, state.settings, state.sights, state.lists)
    n, free, owner = sure + rest, np.ones(m, np.int64), np.full(m, -1, np.int64)
    if m and sure:
        crowd(state.sights, state.lists[0, :sure], z, free, frames)
        _associate(state, state.lists[0, :sure], frames, z, sigma, features, free, owner)
    if m and rest:
        _associate(state, state.lists[1, :rest], frames, z, sigma, features, free, owner)
    if state.cards[scan.sensor].kind == "infrared":
        _pair(state, scan, frames, z, sigma, free)
    elif m:
        births(
            state.pool, state.spare, state.book, state.sights, n, z, sigma, features, frames, state.settings, free, owner,
            state.tally )  # fmt: skip
    settle(state.pool, state.sights, n, state.spare, state.book, frames, state.settings, state.tally)
    change(state.pool, state.sights, n, state.spare, state.book, state.settings, state.tally)
    return _looks(scan, features, owner), bad


def _associate(
    state: State, chosen: Ints, frames: Records, z: Floats, sigma: Floats, features: Shorts, free: Ints, owner: Ints
) -> None:
    ptr, det, price = candidates(state.sights, chosen, len(chosen), z, sigma, free, frames, state.settings)
    if not len(det):
        return
    ptr, det, weight, choice = state.associate(ptr, det, price, len(z))
    apply(
        state.pool, state.sights, chosen, ptr, det, weight, choice, z, sigma, features, frames, state.settings, free,
        owner, state.tally,
    )  # fmt: skip


def _pair(state: State, scan: Scan, frames: Records, z: Floats, sigma: Floats, free: Ints) -> None:
    """Free lines of sight of an infrared scan: pair them with other sensors', keep the rest."""
    old = stereo.renewed(state.rays, scan.sensor, scan.t, state.config.stereo_window)
    fresh = np.zeros(len(z), stereo.RAY)
    n = stereo.rays(z, sigma, frames, free, fresh)
    if n and len(old):
        stereo.launches(state.pool, state.spare, state.book, fresh, n, old, state.settings, state.tally)
    state.rays = np.concatenate((old, fresh[:n])) if n else old


def _make_room(state: State, m: int) -> None:
    """Rows for every detection to start two tracks, and sights for every row."""
    need = int(state.book[ROWS]) + 2 * m
    if need > len(state.pool):
        state.pool, state.spare = grown(state.pool, state.spare, need)
    if len(state.sights) < len(state.pool):
        state.sights = np.zeros(len(state.pool), sight.SIGHT)
        state.lists = np.zeros((2, len(state.pool)), np.int64)


def _looks(scan: Scan, features: Shorts, owner: Ints) -> Looks:
    mine = np.flatnonzero(owner >= 0)
    k = len(mine)
    return Looks(owner[mine], np.full(k, scan.sensor, np.int64), np.full(k, scan.t), features[mine])


def _join(looks: list[Looks]) -> Looks:
    if not looks:
        return Looks(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0), np.empty((0, len(FEATURES)), np.float32))
    if len(looks) == 1:
        return looks[0]
    join = np.concatenate
    return Looks(
        join([s.track for s in looks]),
        join([s.sensor for s in looks]),
        join([s.t for s in looks]),
        join([s.features for s in looks]),
    )
