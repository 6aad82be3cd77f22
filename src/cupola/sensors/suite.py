"""All sensors of a scenario as one step: what is true now in, scans out.

    suite = build(specs, epoch_ns, seed, tick)
    suite, seen = step(suite, frame, now)

What a sensor draws hangs on the seed, its name, the number of its scan and the object alone: its bytes do not depend on which other
sensors there are (only the index that stands in its scans does), nor what it says of one object on which others there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from cupola.core.batches import Floats, Ints, SensorCard
from cupola.core.errors import BadScenario, Fault
from cupola.core.frozen import quick
from cupola.core.randoms import stream
from cupola.core.scans import Scans
from cupola.sensors.fluctuate import Fluctuation
from cupola.sensors.pose import Movers, movers, poses
from cupola.sensors.scan import Law, Memory, scan
from cupola.sensors.schedule import due
from cupola.sensors.spec import SensorSpec, card, check
from cupola.sensors.table import Records, outages, rows
from cupola.truth.frame import TruthFrame


@quick
@dataclass(frozen=True)
class Seen:
    """The scans of one tick ``k`` and what only the world knows of them.

    origin ``(m,)``: the truth id a detection comes from (-1: clutter), row by row as in the scans' table.
    counts ``(k, 3)``: objects in the field, unhidden and bright enough to matter (``in_view``), those of them lost in a stronger
    one's cell (``merged``), returns the budget reached (``served``).
    """

    scans: Scans
    origin: Ints
    counts: Ints

    @property
    def in_view(self) -> Ints:
        return self.counts[:, 0]

    @property
    def merged(self) -> Ints:
        return self.counts[:, 1]

    @property
    def served(self) -> Ints:
        return self.counts[:, 2]

    def __len__(self) -> int:
        return len(self.scans)

    def origin_of(self, j: int) -> Ints:
        """Truth ids of the detections of scan j."""
        first, count = self.scans.looks[j]["first"], self.scans.looks[j]["count"]
        return self.origin[first : first + count]


@quick
@dataclass(frozen=True)
class Suite:
    """The sensors and what the observer is told of them. The arrays of ``memory`` are **consumed** by ``step``.

    table: all numbers of the sensors, biases (the world's secret) among them; movers: how they move.
    """

    cards: tuple[SensorCard, ...]
    tick: float
    table: Records
    movers: Movers
    outages: Floats
    law: Law
    memory: Memory


def build(specs: Sequence[SensorSpec], epoch_ns: int, seed: int, tick: float, fluctuation: Fluctuation | None = None) -> Suite:
    """The suite before its first scan. Raises BadScenario, naming the sensor, for bad numbers, orbits, and names used twice."""
    names = [s.name for s in specs]
    twice = sorted({n for n in names if names.count(n) > 1})
    if twice:
        raise BadScenario(f"sensor name {twice[0]!r} is used twice; every sensor needs a name of its own")
    for spec in specs:
        check(spec, tick)
    drawn = [stream(seed, "sensor", s.name, "bias").standard_normal(3) * s.bias_sigma + s.bias for s in specs]
    move = movers([s.platform for s in specs], [s.boresight for s in specs], epoch_ns)
    poses(move, np.arange(len(specs)), 0.0)  # unusable elements are found now, not in mid-run
    f = fluctuation or Fluctuation()
    n = len(specs)
    return Suite(
        tuple(card(s) for s in specs),
        tick,
        rows(specs, np.array(drawn).reshape(-1, 3), seed, tick),
        move,
        outages(specs),
        Law(np.asarray(f.rcs_db, float), float(f.intensity_db), float(f.rho)),
        Memory(np.zeros(n, np.int64), np.full(n, -1, np.int64), np.zeros((n, 0))),
    )


def step(suite: Suite, frame: TruthFrame, now: float) -> tuple[Suite, Seen]:
    """Scans of the sensors that are due at now, in order of their index. A sensor in an outage is silent; its numbering waits."""
    number = round(now / suite.tick)
    if abs(now - number * suite.tick) > 1e-6 * suite.tick:
        raise Fault(f"sensors were stepped to t = {now} s, which is no multiple of the tick {suite.tick} s")
    which = np.empty(len(suite.table), np.int64)
    which = which[: due(suite.table, suite.outages, number, now, which)]
    suite, f = _with_room(suite, frame), frame
    looks, counts, memory, law = poses(suite.movers, which, now), np.empty((len(which), 3), np.int64), suite.memory, suite.law
    found, origin = scan(
        suite.table, looks, f.id, f.x, f.kind, f.burning, f.rcs, f.plume, f.skin, memory.seq, memory.cursor, memory.g,
        law.rcs_db, law.intensity_db, law.rho, counts,
    )  # fmt: skip
    return suite, Seen(Scans(looks, found), origin, counts)


def _with_room(suite: Suite, frame: TruthFrame) -> Suite:
    """The same suite, its memory wide enough for every object of the frame."""
    old = suite.memory.g
    last = int(frame.id[-1]) if len(frame) else -1
    if last < old.shape[1]:
        return suite
    g = np.zeros((len(old), 2 * (last + 1)))
    g[:, : old.shape[1]] = old
    return replace(suite, memory=suite.memory._replace(g=g))
