"""The tracker: scans in, tracks out. The one place where the parts of fusion meet.

One scan: look (predict, project) -> confirmed tracks: gate, associate, update -> tentative tracks likewise on what is left ->
births from the rest -> misses, confirmation, deletion -> change of modes (``scanning``: all scans of a step in one call).
Pure but for its memory: ``step`` takes the state over and gives it back; hold on to the new one only. No clock, no randomness:
the same scans give the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from cupola.core.batches import Looks, Scan, SensorCard, Tracks
from cupola.core.constants import Cited
from cupola.core.errors import BadInput
from cupola.core.scans import Scans
from cupola.fusion import sight, stereo
from cupola.fusion.associate import Associator, associator, checked, number
from cupola.fusion.config import Config
from cupola.fusion.delete import expire
from cupola.fusion.desk import Desk, desk
from cupola.fusion.gate import candidates
from cupola.fusion.merge import PERIOD, merge
from cupola.fusion.pool import ROWS, WORDS, Ints, Records, empty, grown
from cupola.fusion.report import census, owned, tracks
from cupola.fusion.scanning import DONE, LOOK, NEED, OWNED, RAYS, ROOM, SCAN, SCANS, STAGE, SURE, layout, work
from cupola.fusion.tally import TALLY
from cupola.fusion.update import SCRATCH, apply

START = 1024  # rows
BEHIND = 3.0

SOURCES: dict[str, Cited] = {
    "BEHIND": Cited("s", "assumed: data older than this: launches are told by the tracks as they were then", 2026, "assumed"),
}


@dataclass
class State:
    """Everything a tracker remembers. Owned by ``step``: use the state it returns."""

    config: Config
    settings: Records
    associate: Associator
    frames: Records
    words: int
    pool: Records = field(default_factory=lambda: empty(START))
    spare: Ints = field(default_factory=lambda: np.empty(START, np.int64))
    book: Ints = field(default_factory=lambda: np.zeros(4, np.int64))
    sights: Records = field(default_factory=lambda: np.zeros(START, sight.SIGHT))
    lists: Ints = field(default_factory=lambda: np.zeros((2, START), np.int64))
    tally: Ints = field(default_factory=lambda: np.zeros(len(TALLY), np.int64))
    lines: Records = field(default_factory=lambda: np.zeros(START, stereo.RAY))
    rows: Ints = field(default_factory=lambda: np.zeros(START, np.int64))
    desk: Desk = field(default_factory=lambda: desk(START, START))
    cursor: Ints = field(default_factory=lambda: np.zeros(8, np.int64))
    newest: float = -np.inf
    merged: float = -np.inf
    lag: float = 0.0  # s by which the newest data trailed the clock when some last came


@dataclass(frozen=True)
class FusionOut:
    """All tracks (confirmed and tentative) at ``now``, who was seen in this step, and what was counted in it.

    heard: the same tracks, row by row, at the time up to which data has come, where that is more than ``BEHIND`` ago; else
    ``tracks``."""

    tracks: Tracks
    looks: Looks
    counts: dict[str, int]
    heard: Tracks


def start(config: Config, cards: Sequence[SensorCard]) -> State:
    """A tracker without tracks. Raises BadInput for more sensors than the masks hold, BadOption for a setting that is wrong."""
    if len(cards) > 64 * WORDS:
        raise BadInput(f"{len(cards)} sensors; this tracker keeps track of {64 * WORDS} at most")
    words = max(1, -(-len(cards) // 64))
    frames = np.concatenate([np.zeros(0, sight.FRAME), *(sight.frame(c, i) for i, c in enumerate(cards))])
    return State(config, config.record(), associator(config.associator), frames, words)


def step(state: State, scans: Sequence[Scan], now: float) -> tuple[State, FusionOut]:
    """Work through the scans that arrived by ``now`` in order of (time, sensor, sequence) and give all tracks at ``now`` (s).

    Scans older than the newest by more than ``late_limit`` are left out and counted; detections that are not finite likewise.
    """
    state.tally[:] = 0
    batch = Scans.of(scans)
    todo, first, newest, detections, late, good = _laid_out(state, batch)
    if first > state.newest + state.config.hold:  # a hole in the data: end who is gone first
        expire(state.pool, state.spare, state.book, first, first, state.settings, state.tally)
    looks = _work(state, todo)
    counts = {
        "scans": todo, "detections": detections, "scans_late": late, "scans_too_late": len(batch) - todo,
        "detections_not_finite": detections - good,
    }  # fmt: skip
    if todo:
        state.newest = newest
        state.lag = max(now - state.newest, 0.0)
    n = census(state.pool, state.spare, state.book, now, now - state.lag, state.settings, state.tally, state.rows)
    rows = state.rows[:n]
    out = heard = tracks(state.pool, rows, now, state.settings, state.words)
    if state.lag > BEHIND:
        heard = tracks(state.pool, rows, now - state.lag, state.settings, state.words)
    if now >= state.merged + PERIOD:
        state.merged = now
        merge(state.pool, state.spare, state.book, rows, out.x, out.P, state.tally)
    counts |= dict(zip(TALLY, state.tally.tolist(), strict=True))
    return state, FusionOut(out, looks, counts, heard)


def _laid_out(state: State, scans: Scans) -> tuple[int, float, float, int, int, int]:
    """Lay the scans out on the desk; returns what ``layout`` does."""
    while True:
        if len(scans) > len(state.desk.turn):
            state.desk = desk(2 * len(scans), len(state.desk.z))
        oldest = state.newest - state.config.late_limit
        laid = layout(state.frames, scans.looks, scans.found, state.newest, oldest, *state.desk)
        if laid[-1] >= 0:
            return laid
        state.desk = desk(len(state.desk.turn), 2 * laid[3])


def _work(state: State, scans: int) -> Looks:
    """So many scans of the desk through all parts. Returns who was seen."""
    _, frames, ptr, _, z, sigma, features, free, owner = state.desk
    at, which = state.cursor, number(state.associate)
    at[SCAN], at[STAGE], at[SCANS] = 0, LOOK, scans
    while True:
        why = work(
            at, which, frames, ptr, z, sigma, features, free, owner, state.pool, state.spare, state.book, state.sights,
            state.lists, state.lines, state.settings, state.tally,
        )  # fmt: skip
        if why == DONE:
            return owned(state.desk, scans, int(at[OWNED]))
        a, b = ptr[at[SCAN]], ptr[at[SCAN] + 1]
        if why == ROOM:
            _make_room(state, int(b - a))
            continue
        f, chosen = frames[at[SCAN] : at[SCAN] + 1], state.lists[0, : at[SURE]]
        row, det, price = candidates(state.sights, chosen, len(chosen), z[a:b], sigma[a:b], free[a:b], f, state.settings)
        answer = state.associate(row, det, price, int(b - a))
        row, det, weight, choice = checked(answer, len(chosen), int(b - a))
        apply(
            state.pool, state.sights, chosen, row, det, weight, choice, z[a:b], sigma[a:b], features[a:b], f, state.settings,
            free[a:b], owner[a:b], state.tally, np.zeros(SCRATCH),
        )  # fmt: skip
        at[STAGE] += 1


def _make_room(state: State, m: int) -> None:
    """Rows for every detection to start two tracks, or as many as ``work`` has asked for, sights for every row (those in use stay),
    and room for every line of sight."""
    need = max(int(state.book[ROWS]) + 2 * m, int(state.cursor[NEED]))
    if need > len(state.pool):
        state.pool, state.spare = grown(state.pool, state.spare, need)
        state.rows = np.zeros(len(state.pool), np.int64)
    if len(state.sights) < len(state.pool):
        more = len(state.pool) - len(state.sights)
        state.sights = np.concatenate((state.sights, np.zeros(more, sight.SIGHT)))
        state.lists = np.concatenate((state.lists, np.zeros((2, more), np.int64)), axis=1)
    short = int(state.cursor[RAYS]) + m - len(state.lines)
    if short > 0:
        state.lines = np.concatenate((state.lines, np.zeros(len(state.lines) + short, stereo.RAY)))
