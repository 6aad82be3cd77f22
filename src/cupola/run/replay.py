"""Replay: a recording takes the sensors' place and the observer's wing makes the same picture again."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cupola.core.batches import Outcomes, Shots
from cupola.core.errors import BadFile
from cupola.picture import digest
from cupola.record.player import Recording, read_ticks
from cupola.run import wings
from cupola.run.virtual import Listener, StopRun, Tick


@dataclass(frozen=True)
class Replayed:
    """What a replay gives. same: whether the last picture hash is the recorded one; first_difference: tick time, s."""

    ticks: int
    duration_s: float
    picture_hash: str
    recorded_hash: str | None
    same: bool
    first_difference: float | None
    alerts: int
    tracks: int


def replay(recording: Recording, listeners: Sequence[Listener] = ()) -> Replayed:
    """Run the observer's wing on a recording. Raises BadFile if the recording holds no tick."""
    meta = recording.meta
    state = wings.start_observer(recording.cards, meta["priors"], meta["associator"])
    hashed, ticks, first, last = digest.START, 0, None, None
    alerts = tracks = 0
    for tick in read_ticks(recording.path):
        state, seen = wings.picture_step(state, tick.scans, tick.now, time.perf_counter)
        hashed, ticks, last = digest.extend(hashed, seen.picture), ticks + 1, tick
        alerts, tracks = len(seen.picture.alerts), len(seen.picture.tracks)
        if first is None and tick.digest != hashed.hex():
            first = tick.now
        try:
            for listener in listeners:
                listener(Tick(tick.now, tick.scans, seen.picture, Shots.empty(), Outcomes.empty(), hashed.hex()))
        except StopRun:
            break
    if last is None:
        raise BadFile(f"{recording.path}: holds no whole tick; the run that wrote it ended before its first")
    same = last.digest == hashed.hex()
    return Replayed(ticks, last.now, hashed.hex(), last.digest, same, first, alerts, tracks)


def head_path(path: str) -> Path:
    """The recording's path, checked to exist. Raises BadFile."""
    p = Path(path)
    if not p.is_file():
        raise BadFile(f"{path}: no such recording; make one with: cupola run SCENARIO --record {path}")
    return p
