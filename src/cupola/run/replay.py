"""Replay: a recording takes the sensors' place and the observer's wing makes the same picture again.

Shots and outcomes are those recorded: the defence decides nothing anew. What only the world knew is not in a recording.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from cupola.core.batches import Floats, Outcomes, Shots
from cupola.core.errors import BadFile
from cupola.dynamics.frames import eci_from_ecef
from cupola.picture import digest
from cupola.record.player import RecordedTick, Recording, read_ticks
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
        shots, outcomes = _defended(tick, recording.path)
        try:
            for listener in listeners:
                listener(Tick(tick.now, tick.scans, seen.picture, shots, outcomes, hashed.hex()))
        except StopRun:
            break
    if last is None:
        raise BadFile(f"{recording.path}: holds no whole tick; the run that wrote it ended before its first")
    same = last.digest == hashed.hex()
    return Replayed(ticks, last.now, hashed.hex(), last.digest, same, first, alerts, tracks)


def _defended(tick: RecordedTick, path: Path) -> tuple[Shots, Outcomes]:
    """The recorded events of a tick as what the defence and the world said in it. Raises BadFile."""
    try:
        return _shots(_of("shot", tick)), _outcomes(_of("outcome", tick))
    except (KeyError, TypeError, ValueError, OverflowError) as e:
        raise BadFile(f"{path}: /events at t = {tick.now:g} s: a shot or an outcome cannot be read ({e!r})") from None


def _of(kind: str, tick: RecordedTick) -> list[dict[str, Any]]:
    return [e for e in tick.events if e.get("type") == kind]


def _shots(said: list[dict[str, Any]]) -> Shots:
    if not said:
        return Shots.empty()
    id, battery, track = (np.array([int(e[k]) for e in said], np.int64) for k in ("id", "battery", "track"))
    fire, meet = (_finite([e[k] for e in said]) for k in ("fire_t", "intercept_t"))
    return Shots(id, battery, track, fire, meet, eci_from_ecef(_finite([e["aim"] for e in said]).reshape(-1, 3), meet))


def _outcomes(said: list[dict[str, Any]]) -> Outcomes:
    shot, kill = np.array([int(e["shot"]) for e in said], np.int64), np.array([bool(e["kill"]) for e in said], np.bool_)
    return Outcomes(shot, _finite([e["t"] for e in said]), kill)


def _finite(values: list[Any]) -> Floats:
    found = np.array(values, np.float64)
    if not np.isfinite(found).all():
        raise ValueError("a number is not finite")
    return found


def head_path(path: str) -> Path:
    """The recording's path, checked to exist. Raises BadFile."""
    p = Path(path)
    if not p.is_file():
        raise BadFile(f"{path}: no such recording; make one with: cupola run SCENARIO --record {path}")
    return p
