"""The two wings as pure steps: the world makes scans, the observer makes the picture and decides on shots.

Through the door between them go scans and outcomes one way, shots the other; before the first tick cards, priors, batteries and
doctrine. Every driver (virtual time in one process, Zenoh/QUIC in three, replay) calls these steps, so all make the same picture.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from cupola.catalog.defence import Battery, Doctrine
from cupola.core.batches import Looks, Outcomes, Picture, SensorCard, Shots
from cupola.core.frozen import quick
from cupola.core.scans import Scans
from cupola.discriminate import bayes, ranging
from cupola.engage import defend
from cupola.fusion import tracker
from cupola.fusion.config import RUN_ASSOCIATOR, Config
from cupola.link import mock
from cupola.picture import compose
from cupola.scenario import BuiltScenario
from cupola.sensors import suite
from cupola.truth import world
from cupola.truth.frame import TruthFrame

Timer = Callable[[], float]


@quick
@dataclass(frozen=True)
class WorldWing:
    """State of the world's side: what flies, the sensors, the links that carry their scans away."""

    world: world.World
    suite: suite.Suite
    links: mock.MockLink


@quick
@dataclass(frozen=True)
class WorldTick:
    """What the world did in one tick. ``arrived`` and ``outcomes`` go through the door; the rest is for the judge only."""

    now: float
    frame: TruthFrame
    seen: suite.Seen
    impacts: world.Impacts
    arrived: Scans
    outcomes: Outcomes


@quick
@dataclass(frozen=True)
class ObserverWing:
    """State of the observer's side. defence: None where there is none."""

    tracker: tracker.State
    beliefs: bayes.State
    composer: compose.State
    defence: defend.State | None = None


@quick
@dataclass(frozen=True)
class ObserverTick:
    """What the observer made of one tick. counts: what fusion and discrimination could not use, and more; ms: wall time of each
    stage; looks: which detections went to which track (empty where the observer is in another process)."""

    now: float
    picture: Picture
    shots: Shots
    counts: dict[str, int] = field(default_factory=dict)
    ms: dict[str, float] = field(default_factory=dict)
    looks: Looks = field(default_factory=Looks.empty)


def start_world(built: BuiltScenario) -> WorldWing:
    """The world of a built scenario, before its first tick."""
    names = [c.name for c in built.suite.cards]
    return WorldWing(built.world, built.suite, mock.start(built.links, names, built.seed))


def world_step(state: WorldWing, shots: Shots, now: float) -> tuple[WorldWing, WorldTick]:
    """Fly to ``now``, look, and send; ``shots`` are those decided in the tick before."""
    flown, out = world.step(state.world, shots, now)
    looked, seen = suite.step(state.suite, out.frame, now)
    links, arrived = mock.step(state.links, seen.scans, now)
    tick = WorldTick(now, out.frame, seen, out.impacts, arrived, out.outcomes)
    return WorldWing(flown, looked, links), tick


def start_observer(cards: Sequence[SensorCard], priors: Sequence[float], associator: str = RUN_ASSOCIATOR) -> ObserverWing:
    """An observer that has seen nothing yet and defends nothing."""
    config = Config(associator=associator)
    return ObserverWing(tracker.start(config, cards), bayes.start(priors), compose.start(len(cards)))


def with_defence(state: ObserverWing, batteries: tuple[Battery, ...], doctrine: Doctrine) -> ObserverWing:
    """The same observer with simulated batteries."""
    return replace(state, defence=start_defence(batteries, doctrine))


def start_defence(batteries: tuple[Battery, ...], doctrine: Doctrine) -> defend.State | None:
    """The state of a simulated defence; None where there are no batteries."""
    return defend.start(batteries, doctrine) if batteries else None


def picture_step(state: ObserverWing, scans: Scans, now: float, timer: Timer) -> tuple[ObserverWing, ObserverTick]:
    """Scans that arrived by ``now`` to the picture at ``now``; no shots."""
    began = timer()
    tracked, fused = tracker.step(state.tracker, scans, now)
    fused_at = timer()
    beliefs, prob = bayes.step(state.beliefs, (fused.tracks, ranging.at_range(fused.looks, fused.tracks, scans)), now)
    believed_at = timer()
    composer, picture = compose.step(state.composer, (fused.tracks, prob), now, fused.heard)
    done = timer()
    ms = {"fusion": 1e3 * (fused_at - began), "discriminate": 1e3 * (believed_at - fused_at), "picture": 1e3 * (done - believed_at)}
    counts = fused.counts | {"looks_unmatched": beliefs.unmatched - state.beliefs.unmatched}
    tick = ObserverTick(now, picture, Shots.empty(), counts, ms, fused.looks)
    return ObserverWing(tracked, beliefs, composer, state.defence), tick


def defence_step(
    defence: defend.State | None, picture: Picture, outcomes: Outcomes, now: float
) -> tuple[defend.State | None, Shots]:
    """Shots on the picture's tracks only."""
    if defence is None:
        return None, Shots.empty()
    return defend.step(defence, (picture, outcomes), now)


def observer_step(
    state: ObserverWing, scans: Scans, outcomes: Outcomes, now: float, timer: Timer
) -> tuple[ObserverWing, ObserverTick]:
    """Picture and defence in one process."""
    state, tick = picture_step(state, scans, now, timer)
    began = timer()
    defence, shots = defence_step(state.defence, tick.picture, outcomes, now)
    ms = tick.ms | {"engage": 1e3 * (timer() - began)}
    state = ObserverWing(state.tracker, state.beliefs, state.composer, defence)
    return state, ObserverTick(now, tick.picture, shots, tick.counts, ms, tick.looks)
