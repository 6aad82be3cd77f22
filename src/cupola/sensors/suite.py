"""All sensors of a scenario as one pure step: what is true now in, scans out.

    suite = build(specs, epoch_ns, seed, tick)
    suite, seen = step(suite, frame, now)

Every scan has a stream of its own, ``stream(seed, "sensor", name, number of the scan)``: a step can be repeated from an old state,
and a sensor's bytes do not depend on which other sensors there are (only the index that stands in its scans does).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from cupola.core.batches import Floats, Ints, Scan, SensorCard
from cupola.core.errors import BadScenario, Fault
from cupola.core.randoms import stream
from cupola.sensors import infrared, position, radar
from cupola.sensors.fluctuate import Fluctuation
from cupola.sensors.memory import Memory
from cupola.sensors.platform import pose
from cupola.sensors.returns import Look, Returns, add_noise, features
from cupola.sensors.schedule import due, silent
from cupola.sensors.spec import SensorSpec, card, check
from cupola.truth.frame import TruthFrame

LOOKS: dict[str, Callable[..., tuple[Memory, Returns, Look]]] = {
    "radar": radar.look,
    "infrared": infrared.look,
    "position": position.look,
}


@dataclass(frozen=True)
class Seen:
    """A scan and what only the world knows of it: the truth id each detection comes from ``(m,)`` (-1: clutter), and counts."""

    scan: Scan
    origin: Ints
    look: Look


@dataclass(frozen=True)
class Suite:
    """The sensors, what the observer is told of them, what they carry from scan to scan. bias ``(S, 3)`` is the world's secret."""

    specs: tuple[SensorSpec, ...]
    cards: tuple[SensorCard, ...]
    epoch_ns: int
    seed: int
    tick: float
    bias: Floats
    memory: tuple[Memory, ...]
    fluctuation: Fluctuation = field(default_factory=Fluctuation)


def build(specs: Sequence[SensorSpec], epoch_ns: int, seed: int, tick: float, fluctuation: Fluctuation | None = None) -> Suite:
    """The suite before its first scan. Raises BadScenario, naming the sensor, for bad numbers, orbits, and names used twice."""
    names = [s.name for s in specs]
    twice = sorted({n for n in names if names.count(n) > 1})
    if twice:
        raise BadScenario(f"sensor name {twice[0]!r} is used twice; every sensor needs a name of its own")
    for spec in specs:
        check(spec, tick)
        pose(spec.platform, spec.boresight, 0.0, epoch_ns)  # unusable elements are found now, not in mid-run
    drawn = [stream(seed, "sensor", s.name, "bias").standard_normal(3) * s.bias_sigma + s.bias for s in specs]
    return Suite(
        tuple(specs),
        tuple(card(s) for s in specs),
        epoch_ns,
        seed,
        tick,
        np.array(drawn).reshape(-1, 3),
        tuple(Memory() for _ in specs),
        fluctuation or Fluctuation(),
    )


def step(suite: Suite, frame: TruthFrame, now: float) -> tuple[Suite, list[Seen]]:
    """Scans of the sensors that are due at now, in order of their index. A sensor in an outage is silent; its numbering waits."""
    number = round(now / suite.tick)
    if abs(now - number * suite.tick) > 1e-6 * suite.tick:
        raise Fault(f"sensors were stepped to t = {now} s, which is no multiple of the tick {suite.tick} s")
    memory, seen = list(suite.memory), []
    for i, spec in enumerate(suite.specs):
        if due(spec, number, suite.tick) and not silent(spec, now):
            memory[i], one = _scan(suite, i, frame, now)
            seen.append(one)
    return replace(suite, memory=tuple(memory)), seen


def _scan(suite: Suite, i: int, frame: TruthFrame, now: float) -> tuple[Memory, Seen]:
    """One scan of sensor i."""
    spec, memory = suite.specs[i], suite.memory[i]
    rng = stream(suite.seed, "sensor", spec.name, memory.seq)
    place, axes = pose(spec.platform, spec.boresight, now, suite.epoch_ns)
    after, found, told = LOOKS[spec.kind](spec, memory, frame, place, axes, suite.fluctuation, rng)
    found, sigma = add_noise(spec, found, suite.bias[i], rng)
    scan = Scan(i, memory.seq, now, place, axes, found.z, sigma, features(spec, found, place, axes), told.share)
    return replace(after, seq=memory.seq + 1), Seen(scan, found.origin, told)
