"""The world: everything that flies, moved tick by tick, and what simulated interceptors do to it.

    world = start(objects, paths, burns, batteries, model, seed)
    world, out = step(world, shots, now)

``out.frame`` is the truth at ``now``, sorted by id.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from cupola.catalog.defence import Battery, KillModel
from cupola.core.batches import BOOSTER, Bools, Floats, Ints, Outcomes, Shots
from cupola.core.errors import Fault
from cupola.dynamics.frames import ecef_from_eci, geodetic_from_ecef
from cupola.dynamics.segments import Segments, start_segments, state_at
from cupola.truth import kill
from cupola.truth.frame import TruthFrame
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


@dataclass(frozen=True)
class WorldOut:
    """What a step gives: the frame for the sensors, outcomes for the defence, impacts for the judge."""

    frame: TruthFrame
    outcomes: Outcomes
    impacts: Impacts


@dataclass(frozen=True)
class World:
    """State of the world. The arrays of ``segments`` are **consumed** by ``step``: only the latest world is of use.

    objects, paths, burns: what was planned. order ``(n,)``: ids by the time they begin to coast; segments: their motion, in that
    order. gone ``(n,)``: when an object ceased to exist (inf while it may), by kill, impact or because its carrier was killed.
    flying: rounds on their way. hits: what the settled ones met, for the judge.
    """

    objects: Objects
    paths: Paths
    burns: Burns
    order: Ints
    segments: Segments
    gone: Floats
    flying: kill.Flying
    hits: tuple[kill.Hits, ...]
    batteries: tuple[Battery, ...]
    model: KillModel
    seed: int
    now: float = -np.inf

    def __len__(self) -> int:
        return len(self.objects)


def start(objects: Objects, paths: Paths, burns: Burns, batteries: tuple[Battery, ...], model: KillModel, seed: int) -> World:
    """A world before its first tick."""
    n = len(objects)
    order = np.argsort(objects.free, kind="stable")
    segments = start_segments(objects.x[order], objects.free[order], objects.beta[order])
    return World(objects, paths, burns, order, segments, np.full(n, np.inf), kill.Flying.empty(), (), batteries, model, seed)


def step(world: World, shots: Shots, now: float) -> tuple[World, WorldOut]:
    """Move to ``now``, settle the rounds whose time has come, and give the frame. Raises Fault if time goes back."""
    if now < world.now:
        raise Fault(f"the world is already at t = {world.now} s and was asked for {now} s: time goes forward only")
    id, x, world, impacts = _move(world, now)
    flying = kill.receive(world.flying, shots, now, world.batteries)
    due, flying = kill.part(flying, now)
    world = replace(world, flying=flying, now=now)
    kind = _kind(world, id, now)
    settled = kill.settle(now, x, kind, id, due, world.batteries, world.model, world.seed)
    world = replace(world, hits=(*world.hits, settled.hits) if len(settled.hits) else world.hits)
    if len(settled.killed):
        world = _remove(world, settled.killed, now)
        left = ~np.isin(id, settled.killed)
        id, x = id[left], x[left]
    return world, WorldOut(_frame(world, id, x, now), settled.outcomes, impacts)


def _move(world: World, now: float) -> tuple[Ints, Floats, World, Impacts]:
    """Ids (ascending) and states of what exists at ``now``; what has landed since the last step is taken out."""
    o = world.objects
    k = int(np.searchsorted(o.free[world.order], now, side="right"))
    seg = world.segments
    part = Segments(seg.span[:k], seg.node[:k], seg.coefficient[:k], seg.drag[:k], seg.impact[:k])
    state = state_at(part, now)
    id = world.order[:k]
    landed = np.flatnonzero(np.isnan(state[:, 0]) & (world.gone[id] > now) & np.isfinite(part.impact[:, 0]))
    world, impacts = _land(world, id[landed], part.impact[landed])
    x = np.full((len(o), 6), np.nan)
    x[id] = state
    p = world.paths
    tabled = np.flatnonzero((p.start <= now) & (o.free[p.object] > now))
    x[p.object[tabled]] = p.at(now, tabled)
    here = np.flatnonzero(~np.isnan(x[:, 0]) & (world.gone > now))
    return here, x[here], world, impacts


def _land(world: World, id: Ints, rows: Floats) -> tuple[World, Impacts]:
    """Take out what has landed. rows ``(k, 7)``: time and ECI state of each impact."""
    o, t = world.objects, rows[:, 0]
    lat, lon, _ = geodetic_from_ecef(ecef_from_eci(rows[:, 1:4], t))
    if len(id):
        gone = world.gone.copy()
        gone[id] = t
        world = replace(world, gone=gone)
    return world, Impacts(id, o.launch[id], o.kind[id], t, lat, lon)


def _remove(world: World, killed: Ints, now: float) -> World:
    """Killed objects vanish, and what they would still have released is never born."""
    o = world.objects
    unborn = np.flatnonzero(np.isin(o.parent, killed) & (o.birth > now))
    gone = world.gone.copy()
    gone[killed] = now
    gone[unborn] = -np.inf
    lost = np.isin(world.order, np.concatenate([killed, unborn]))
    world.segments.impact[lost, 0] = -np.inf
    return replace(world, gone=gone)


def _burning(world: World, now: float) -> tuple[Ints, Floats]:
    """Objects whose motor burns at ``now`` and their intensity."""
    b = world.burns
    lit = (b.t0 <= now) & (now < b.t1)
    return b.object[lit], b.plume[lit]


def _kind(world: World, id: Ints, now: float) -> Ints:
    """A missile is a booster until its last burn ends, coasts between stages included."""
    return np.where(world.objects.cut[id] > now, BOOSTER, world.objects.kind[id])


def _frame(world: World, id: Ints, x: Floats, now: float) -> TruthFrame:
    o = world.objects
    plume = np.zeros(len(world))
    lit, intensity = _burning(world, now)
    plume[lit] = intensity
    burning: Bools = plume[id] > 0
    kind = _kind(world, id, now)
    rcs = np.where(kind == BOOSTER, lit_gain()[o.kind[id]], 1.0) * o.rcs[id]
    return TruthFrame(now, id, x, kind, o.launch[id], burning, rcs, plume[id], o.skin[id], o.beta[id])
