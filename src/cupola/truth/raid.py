"""From launch orders to objects: powered flight, staging, and what is deployed after burnout."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from cupola.catalog.missile import Missile
from cupola.core.batches import DEBRIS, DECOY, STAGE, WARHEAD, Bools, Floats, Ints
from cupola.core.constants import OMEGA, Cited
from cupola.core.errors import BadScenario
from cupola.core.randoms import stream
from cupola.dynamics.boost import AimTable, PoweredFlight, aim_many, apogee_for
from cupola.dynamics.frames import destination, great_circle, turn
from cupola.dynamics.propagate import advance
from cupola.truth import glider
from cupola.truth.objects import Burns, Objects, Paths
from cupola.truth.signature import directions, draw

PLUME_PER_NEWTON = 0.3
PLUME_SPREAD_DB = 2.0
STAGING_SHARE = 0.3
FIRST_RELEASE = 5.0
RELEASE_SPAN = 60.0

SOURCES: dict[str, Cited] = {
    "PLUME_PER_NEWTON": Cited(
        "W/sr/N", "assumed: short-wave plume by thrust (0.1-1); no public kW/sr of a class was found", 2026, "assumed"
    ),
    "PLUME_SPREAD_DB": Cited("dB", "assumed: between missiles of one type", 2026, "assumed"),
    "STAGING_SHARE": Cited(
        "1", "assumed: part of the debris that leaves at stage separations, the rest at deployment", 2026, "assumed"
    ),
    "FIRST_RELEASE": Cited("s", "assumed: end of powered flight to the first release", 2026, "assumed"),
    "RELEASE_SPAN": Cited("s", "assumed: time over which warheads, decoys and debris are released", 2026, "assumed"),
}


@dataclass(frozen=True)
class Order:
    """One launch to make. Angles rad, t s from the epoch; where names its place in the scenario file."""

    missile: Missile
    lat: float
    lon: float
    t: float
    target_lat: float
    target_lon: float
    loft: float | str
    apogee: float
    warheads: int
    decoys: int
    debris: int
    similarity: float
    where: str


@dataclass(frozen=True)
class Raid:
    """All objects of some launches, with burnout time, flight time and apogee of each launch ``(launches,)``."""

    objects: Objects
    paths: Paths
    burns: Burns
    burnout: Floats
    flight: Floats
    apogee: Floats


def make(orders: Sequence[Order], seed: int) -> Raid:
    """Fly every order. Raises BadScenario, naming the place in the scenario, where a missile cannot reach its target."""
    aimed = _aim(orders)
    rng = stream(seed, "truth", "objects")
    flights = [_turned(aimed.solution(i).fly(1.0), o.t) for i, o in enumerate(orders)]
    table = _rows(orders, flights, aimed.flight_s, rng)
    similarity = np.array([o.similarity for o in orders])[table.launch]
    drawn = draw(table.kind, similarity, rng)
    objects = _states(table, orders, flights, drawn.deploy, rng)
    objects = replace(objects, rcs=drawn.rcs, skin=drawn.skin, beta=drawn.beta)
    starts = [o.t for o in orders]
    ids = np.flatnonzero(table.powered)
    paths = ([int(i) for i in ids], starts, [f.states for f in flights])
    objects = _glide(objects, orders, paths)
    end = [o.t + f.cutoff_s for o, f in zip(orders, flights, strict=True)]
    return Raid(
        objects, Paths.pack(*paths), _burns(orders, flights, ids, rng), np.array(end), aimed.flight_s, aimed.apogee_m
    )  # fmt: skip


def _aim(orders: Sequence[Order]) -> AimTable:
    lat, lon, to_lat, to_lon = np.array([[o.lat, o.lon, o.target_lat, o.target_lon] for o in orders]).reshape(-1, 4).T
    far, bearing = great_circle(lat, lon, to_lat, to_lon)
    share = np.array([1.0 if o.missile.glide is None else glider.BOOST_SHARE for o in orders])
    near_lat, near_lon = destination(lat, lon, bearing, far * share)
    to_lat, to_lon, far = np.where(share < 1, near_lat, to_lat), np.where(share < 1, near_lon, to_lon), far * share
    apogee = [o.apogee if o.apogee > 0 else float(apogee_for(r, o.loft)) for o, r in zip(orders, far, strict=True)]
    aimed = aim_many([o.missile.vehicle for o in orders], lat, lon, to_lat, to_lon, apogee_m=apogee)
    for o, ok, why in zip(orders, aimed.reached, aimed.reasons, strict=True):
        if not ok:
            raise BadScenario(f"{o.where}: {why}")
    return aimed


def _turned(flight: PoweredFlight, t: float) -> PoweredFlight:
    """A flight solved for lift-off at t = 0 turned to lift-off at ``t``."""
    s = flight.states
    return replace(flight, states=np.concatenate([turn(s[:, :3], OMEGA * t), turn(s[:, 3:], OMEGA * t)], axis=1))


@dataclass(frozen=True)
class _Rows:
    """Which objects there are and when they leave what: columns as in Objects, age = time from lift-off."""

    launch: Ints
    parent: Ints
    kind: Ints
    powered: Bools
    age: Floats


def _rows(orders: Sequence[Order], flights: Sequence[PoweredFlight], landing: Floats, rng: np.random.Generator) -> _Rows:
    """Per launch: the missile, then spent stages, staging debris, warheads, decoys, debris, so that ids are grouped by launch.

    landing ``(launches,)``: age at impact, s; a flight too short for the usual releases has let all go at half of its free fall.
    """
    launch: list[int] = []
    parent: list[int] = []
    kind: list[int] = []
    age: list[float] = []
    for i, (o, f) in enumerate(zip(orders, flights, strict=True)):
        body, end = len(launch), float(f.times[-1])
        splits = [s for s in f.stage_ends_s if s < f.cutoff_s - 1e-6]
        early = round(o.debris * STAGING_SHARE) if splits else 0
        counts = [(STAGE, len(splits)), (DEBRIS, early), (WARHEAD, o.warheads if o.missile.separating else 0)]
        counts += [(DECOY, o.decoys), (DEBRIS, o.debris - early)]
        late = sum(n for _, n in counts[2:])
        ages = [*splits, *(splits[j % len(splits)] for j in range(early))]
        releases = end + FIRST_RELEASE + np.sort(rng.uniform(0.0, RELEASE_SPAN, late))
        ages += np.minimum(releases, 0.5 * (end + max(float(landing[i]), end))).tolist()
        kinds = [k for k, n in counts for _ in range(n)]
        launch += [i] * (1 + len(kinds))
        parent += [-1] + [body] * len(kinds)
        kind += [STAGE if o.missile.separating else WARHEAD, *kinds]
        age += [0.0, *ages]
    up = np.array(parent, np.int64)
    return _Rows(np.array(launch, np.int64), up, np.array(kind, np.int64), up < 0, np.array(age, float))


def _states(
    rows: _Rows, orders: Sequence[Order], flights: Sequence[PoweredFlight], deploy: Floats, rng: np.random.Generator
) -> Objects:
    """When and from which state each object coasts: the carrier's state at release plus the deployment velocity."""
    start = np.array([o.t for o in orders])[rows.launch]
    end = np.array([f.times[-1] for f in flights])[rows.launch]
    carrier = Paths.pack(list(range(len(flights))), [o.t for o in orders], [f.states for f in flights])
    birth = start + rows.age
    free = np.where(rows.powered, start + end, birth)
    x = np.empty((len(rows.launch), 6))
    early = np.flatnonzero(~rows.powered & (rows.age < end))
    x[early] = carrier.at(birth[early], rows.launch[early])
    last = carrier.nodes[carrier.ptr[1:] - 1][rows.launch]
    late = np.flatnonzero(~rows.powered & (rows.age >= end))
    x[rows.powered] = last[rows.powered]
    x[late] = advance(last[late], (start + end)[late], birth[late])
    kick = directions(len(x), rng) * deploy[:, None]
    x[~rows.powered, 3:] += kick[~rows.powered]
    nan = np.full(len(x), np.nan)
    cut = np.where(rows.powered, start + np.array([f.cutoff_s for f in flights])[rows.launch], -np.inf)
    return Objects(rows.launch, rows.parent, rows.kind, cut, birth, free, x, nan, nan, nan)


def _glide(objects: Objects, orders: Sequence[Order], paths: tuple[list[int], list[float], list[Floats]]) -> Objects:
    """Give the warheads of glide carriers their table and where it ends."""
    free, x, beta = objects.free.copy(), objects.x.copy(), objects.beta.copy()
    for i in np.flatnonzero(objects.kind == WARHEAD):
        order = orders[int(objects.launch[i])]
        if order.missile.glide is None:
            continue
        nodes = glider.glide_path(x[i], float(objects.birth[i]), order.missile.glide, (order.target_lat, order.target_lon))
        paths[0].append(int(i))
        paths[1].append(float(objects.birth[i]))
        paths[2].append(nodes)
        free[i], x[i], beta[i] = objects.birth[i] + len(nodes) - 1, nodes[-1], order.missile.glide.beta
    return replace(objects, free=free, x=x, beta=beta)


def _burns(orders: Sequence[Order], flights: Sequence[PoweredFlight], ids: Ints, rng: np.random.Generator) -> Burns:
    """One row for each stage that burns: intensity in proportion to thrust."""
    spread = 10 ** (PLUME_SPREAD_DB / 10 * rng.standard_normal(len(orders)))
    rows: list[tuple[float, float, float, float]] = []
    for i, (o, f) in enumerate(zip(orders, flights, strict=True)):
        t = 0.0
        for stage, thrust in zip(o.missile.vehicle.stages, o.missile.thrust, strict=True):
            t0, t1 = t + stage.coast_s, min(t + stage.coast_s + stage.burn_s, f.cutoff_s)
            t += stage.coast_s + stage.burn_s
            if t1 > t0:
                rows.append((ids[i], o.t + t0, o.t + t1, thrust * PLUME_PER_NEWTON * spread[i]))
    table = np.array(rows, float).reshape(-1, 4)
    return Burns(table[:, 0].astype(np.int64), table[:, 1], table[:, 2], table[:, 3])
