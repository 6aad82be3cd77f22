"""The world: everything that flies, moved tick by tick, and what simulated interceptors do to it.

    world = start(objects, paths, burns, batteries, model, seed)
    world, out = step(world, shots, now)

``out.frame`` is the truth at ``now``, sorted by id.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from cupola.catalog.defence import Battery
from cupola.core.batches import Floats, Ints, Outcomes, Shots, select
from cupola.core.errors import Fault
from cupola.core.frozen import changed, quick
from cupola.dynamics.frames import ecef_from_eci, geodetic_from_ecef
from cupola.dynamics.segments import Segments, start_segments
from cupola.truth import kill
from cupola.truth.frame import TruthFrame
from cupola.truth.motion import fly
from cupola.truth.objects import Burns, Objects, Paths
from cupola.truth.signature import lit_gain


@dataclass(frozen=True)
class Impacts:
    """Objects that reached the ground in a step ``(k,)``: id, launch, kind, time (s), latitude and longitude (rad)."""

    id: Ints
    launch: Ints
    kind: Ints
    t: Floats
    lat: Floats
    lon: Floats

    def __len__(self) -> int:
        return len(self.id)

    @staticmethod
    @cache
    def empty() -> Impacts:
        i, f = np.empty(0, np.int64), np.empty(0)
        return Impacts(i, i, i, f, f, f)


@quick
@dataclass(frozen=True)
class WorldOut:
    """What a step gives: the frame for the sensors, outcomes for the defence, impacts for the judge."""

    frame: TruthFrame
    outcomes: Outcomes
    impacts: Impacts


@quick
@dataclass(frozen=True)
class World:
    """State of the world. The arrays of ``segments`` are **consumed** by ``step``: only the latest world is of use.

    objects, paths, burns: what was planned. path ``(n,)``: row of ``paths`` an object follows before it coasts, -1 if none;
    segments ``(n)``: its motion from then on. gone ``(n,)``: when it ceased to exist (inf while it may), by kill, impact or because
    its carrier was killed. flying: rounds on their way. hits: what the settled ones met, for the judge.
    lit_gain: of ``signature``.
    """

    objects: Objects
    paths: Paths
    burns: Burns
    path: Ints
    segments: Segments
    gone: Floats
    flying: kill.Flying
    hits: tuple[kill.Hits, ...]
    batteries: tuple[Battery, ...]
    model: kill.KillModel
    seed: int
    lit_gain: Floats
    now: float = -np.inf

    def __len__(self) -> int:
        return len(self.objects)


def start(objects: Objects, paths: Paths, burns: Burns, batteries: tuple[Battery, ...], model: kill.KillModel, seed: int) -> World:
    """A world before its first tick."""
    n = len(objects)
    path = np.full(n, -1, np.int64)
    path[paths.object] = np.arange(len(paths.object))
    segments = start_segments(objects.x, objects.free, objects.beta)
    return World(
        objects=objects, paths=paths, burns=burns, path=path, segments=segments, gone=np.full(n, np.inf),
        flying=kill.Flying.empty(), hits=(), batteries=batteries, model=model, seed=seed, lit_gain=lit_gain(),
    )  # fmt: skip


def step(world: World, shots: Shots, now: float) -> tuple[World, WorldOut]:
    """Move to ``now``, settle the rounds whose time has come, and give the frame. Raises Fault if time goes back."""
    if now < world.now:
        raise Fault(f"the world is already at t = {world.now} s and was asked for {now} s: time goes forward only")
    frame, landed = _move(world, now)
    flying = kill.receive(world.flying, shots, now, world.batteries)
    due, flying = kill.part(flying, now)
    world = changed(world, flying=flying, now=now)
    impacts = Impacts.empty()
    if len(landed):
        world, impacts = _land(world, landed)
    if not len(due):
        return world, WorldOut(frame, Outcomes.empty(), impacts)
    settled = kill.settle(now, frame.x, frame.kind, frame.id, due, world.batteries, world.model, world.seed)
    world = changed(world, hits=(*world.hits, settled.hits))
    if len(settled.killed):
        world = _remove(world, settled.killed, now)
        frame = select(frame, ~np.isin(frame.id, settled.killed))
    return world, WorldOut(frame, settled.outcomes, impacts)


def _move(world: World, now: float) -> tuple[TruthFrame, Ints]:
    """What exists at ``now``, and the ids of what has landed since the last step."""
    o, p, b, s = world.objects, world.paths, world.burns, world.segments
    n, f = len(o.launch), np.empty
    id, x, kind, landed = f(n, np.int64), f((n, 6)), f(n, np.int64), f(n, np.int64)
    rcs, plume, burning = f(n), f(n), f(n, np.bool_)
    k, down, late = fly(
        now, o.free, world.gone, o.kind, o.cut, o.rcs, world.lit_gain, world.path, p.start, p.ptr, p.nodes,
        s.span, s.node, s.coefficient, s.drag, s.impact, b.object, b.t0, b.t1, b.plume, id, x, kind, rcs, plume, burning, landed,
    )  # fmt: skip
    if late:
        raise Fault(f"{late} objects are already past t = {now} s: go on with the world that was handed back last")
    id = id[:k]
    frame = TruthFrame(
        now, id, x[:k], kind[:k], o.launch.take(id), burning[:k], rcs[:k], plume[:k], o.skin.take(id), o.beta.take(id)
    )
    return frame, landed[:down]


def _land(world: World, id: Ints) -> tuple[World, Impacts]:
    """Take out what has landed."""
    o, rows = world.objects, world.segments.impact[id]
    t, gone = rows[:, 0], world.gone.copy()
    lat, lon, _ = geodetic_from_ecef(ecef_from_eci(rows[:, 1:4], t))
    gone[id] = t
    return changed(world, gone=gone), Impacts(id, o.launch[id], o.kind[id], t, lat, lon)


def _remove(world: World, killed: Ints, now: float) -> World:
    """Killed objects vanish, and what they would still have released is never born."""
    o = world.objects
    unborn = np.flatnonzero(np.isin(o.parent, killed) & (o.birth > now))
    gone = world.gone.copy()
    gone[killed] = now
    gone[unborn] = -np.inf
    return changed(world, gone=gone)
