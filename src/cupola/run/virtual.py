"""The virtual-time driver: tick by tick, as fast as it goes. The same scenario and seed give the same picture hash.

Listeners (recorder, web picture, progress, pacing) are called after each tick; they see what leaves the wings and change nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cupola.core.batches import Outcomes, Picture, Shots
from cupola.core.scans import Scans
from cupola.picture import digest
from cupola.run import judge as judges
from cupola.run import wings
from cupola.scenario import BuiltScenario


@dataclass(frozen=True)
class Tick:
    """What listeners get. scans: those that arrived; shots: decided in this tick; digest: hex picture hash so far."""

    now: float
    scans: Scans
    picture: Picture
    shots: Shots
    outcomes: Outcomes
    digest: str


Listener = Callable[[Tick], None]
Witness = Callable[[wings.WorldTick, wings.ObserverTick], None]  # sees both wings, as the judge does; changes nothing
Observe = Callable[[Scans, Outcomes, float], wings.ObserverTick]


class StopRun(Exception):
    """Raised by a listener to end the run after this tick; what was judged so far stays."""


def local_observer(state: wings.ObserverWing) -> Observe:
    """The observer's wing in this process, as a function that keeps its state."""

    def observe(scans: Scans, outcomes: Outcomes, now: float) -> wings.ObserverTick:
        nonlocal state
        state, tick = wings.observer_step(state, scans, outcomes, now, time.perf_counter)
        return tick

    return observe


def drive(
    built: BuiltScenario,
    duration: float | None = None,
    listeners: Sequence[Listener] = (),
    observe: Observe | None = None,
    judging: str = judges.FULL,
    witness: Witness | None = None,
) -> judges.Verdict:
    """Run a built scenario to its end, or to ``duration`` s. observe: the observer's wing if it is not in this process.

    judging: ``full`` or ``engagement`` (``run.judge``); the latter makes no picture hash unless somebody listens.
    witness: is told, like the judge, what both wings did.
    """
    end = built.duration if duration is None else min(duration, built.duration)
    world = wings.start_world(built)
    if observe is None:
        knows_sensors = wings.start_observer(built.suite.cards, built.priors.tolist())
        observe = local_observer(wings.with_defence(knows_sensors, built.batteries, built.doctrine))
    judge = judges.Judge(built, end, judging)
    hashing = judging == judges.FULL or bool(listeners)
    shots, hashed = Shots.empty(), digest.START
    for k in range(round(end / built.tick) + 1):
        now = k * built.tick
        began = time.perf_counter()
        world, w = wings.world_step(world, shots, now)
        worked = time.perf_counter()
        o = observe(w.arrived, w.outcomes, now)
        done = time.perf_counter()
        shots, hashed = o.shots, digest.extend(hashed, o.picture) if hashing else hashed
        judge.note(w, o, {"world": 1e3 * (worked - began), **o.ms, "tick": 1e3 * (done - began)})
        if witness:
            witness(w, o)
        try:
            for listener in listeners:
                listener(Tick(now, w.arrived, o.picture, shots, w.outcomes, hashed.hex()))
        except StopRun:
            break
    return judge.verdict(world, hashed.hex() if hashing else None)
