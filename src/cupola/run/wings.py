"""The two wings as two pure steps: the world makes scans, the observer makes the picture. One door joins them, the scans.

Both drivers (virtual time in one process, Zenoh/QUIC in many) and replay call exactly these steps, so they make the same picture.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cupola.core.batches import Bundle, Outcomes, Picture, Scan, SensorCard, Shots, Tracks
from cupola.discriminate import bayes
from cupola.engage import defend
from cupola.fusion import tracker
from cupola.link import mock
from cupola.picture import compose
from cupola.sensors import suite
from cupola.truth import world

Timer = Callable[[], float]


@dataclass(frozen=True)
class WorldWing:
    """State of the world's side: what flies, the sensors, the links that carry their scans away."""

    world: Any
    suite: Any
    links: mock.MockLink


@dataclass(frozen=True)
class WorldTick:
    """What the world did in one tick. frame, seen, impacts are for the judge only; arrived and outcomes go through the door."""

    now: float
    frame: Any
    seen: Sequence[Any]
    impacts: Any
    arrived: list[Scan]
    outcomes: Outcomes


@dataclass(frozen=True)
class ObserverWing:
    """State of the observer's side. cards: all it knows of the sensors."""

    cards: tuple[SensorCard, ...]
    tracker: Any
    beliefs: Any
    composer: Any


@dataclass(frozen=True)
class ObserverTick:
    """What the observer made of one tick. ms: wall time of each stage, for the summary only."""

    now: float
    tracks: Tracks
    picture: Picture
    counts: dict[str, int]
    ms: dict[str, float]


def start_world(built: Any) -> WorldWing:
    """The world of a built scenario, before its first tick."""
    names = [c.name for c in built.suite.cards]
    return WorldWing(built.world, built.suite, mock.start(built.links, names, built.seed))


def world_step(state: WorldWing, shots: Shots, now: float) -> tuple[WorldWing, WorldTick]:
    """Fly to ``now``, look, and send; ``shots`` are those decided before."""
    flown, out = world.step(state.world, shots, now)
    looked, seen = suite.step(state.suite, out.frame, now)
    links, arrived = mock.step(state.links, [s.scan for s in seen], now)
    return WorldWing(flown, looked, links), WorldTick(now, out.frame, seen, out.impacts, arrived, out.outcomes)


def start_observer(cards: Sequence[SensorCard], priors: Sequence[float], associator: str = "gnn") -> ObserverWing:
    """An observer that has seen nothing yet."""
    config = tracker.TrackerConfig(associator=associator)
    return ObserverWing(tuple(cards), tracker.start(config, tuple(cards)), bayes.start(priors), compose.start(len(cards)))


def observer_step(state: ObserverWing, scans: Sequence[Scan], now: float, timer: Timer) -> tuple[ObserverWing, ObserverTick]:
    """Scans that arrived by ``now`` to the picture at ``now``."""
    marks = [timer()]
    tracked, fused = tracker.step(state.tracker, Bundle(now, state.cards, tuple(scans)), now)
    marks.append(timer())
    beliefs, prob = bayes.step(state.beliefs, (fused.tracks, fused.looks), now)
    marks.append(timer())
    composer, picture = compose.step(state.composer, (fused.tracks, prob), now)
    marks.append(timer())
    ms = {k: 1e3 * (b - a) for k, a, b in zip(("fusion", "discriminate", "picture"), marks, marks[1:], strict=False)}
    out = ObserverTick(now, fused.tracks, picture, fused.counts, ms)
    return replace(state, tracker=tracked, beliefs=beliefs, composer=composer), out


def start_defence(built: Any) -> Any:
    """The engagement of a built scenario; None where it defends nothing."""
    return defend.start(built.batteries, built.doctrine) if built.batteries else None


def defence_step(state: Any, picture: Picture, outcomes: Outcomes, now: float) -> tuple[Any, Shots]:
    """Shots on the picture's tracks only."""
    if state is None:
        return None, Shots.empty()
    return defend.step(state, (picture, outcomes), now)
