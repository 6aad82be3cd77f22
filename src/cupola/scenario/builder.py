"""From a checked scenario to everything a run needs, before its first tick."""

from __future__ import annotations

import fnmatch
import math
from dataclasses import dataclass

import numpy as np

from cupola.catalog import load as catalogue
from cupola.catalog.defence import Area, Battery, Doctrine, battery, check_names
from cupola.catalog.entry import Entry
from cupola.catalog.missile import missile
from cupola.catalog.values import Source
from cupola.core.batches import CLASSES, Floats
from cupola.core.clock import ns_from_iso
from cupola.core.constants import Cited
from cupola.core.randoms import stream
from cupola.dynamics.frames import destination
from cupola.link.spec import LinkSpec
from cupola.scenario import sensing
from cupola.scenario.load import spot
from cupola.scenario.schema import Defended, Launch, Place, Scenario, Telemetry
from cupola.sensors import suite
from cupola.sensors.fluctuate import Fluctuation
from cupola.truth import raid, recorded, telemetry, world
from cupola.truth.kill import KillModel
from cupola.truth.objects import Burns, Objects, Paths, join, join_burns, join_paths
from cupola.truth.signature import default_similarity

PRIORS = {"booster": 0.05, "stage": 0.1, "warhead": 0.1, "decoy": 0.35, "debris": 0.4}

SOURCES: dict[str, Cited] = {
    "PRIORS": Cited("1", "assumed: shares of the classes among tracks where a scenario does not say", 2026, "assumed"),
}


@dataclass(frozen=True)
class LaunchTable:
    """What was launched, for the judge: one row per launch, in order of time. Angles rad, times s, cost USD.

    warheads: carried; burnout: end of the powered flight; flight: from lift-off to the planned impact (NaN for recorded flights).
    """

    number: tuple[int, ...]
    missile: tuple[str, ...]
    range_class: tuple[str, ...]
    lat: Floats
    lon: Floats
    t: Floats
    burnout: Floats
    flight: Floats
    target_lat: Floats
    target_lon: Floats
    warheads: tuple[int, ...]
    cost: Floats
    cost_lo: Floats
    cost_hi: Floats

    def __len__(self) -> int:
        return len(self.number)


@dataclass(frozen=True)
class BuiltScenario:
    """A scenario ready to run. The world's arrays are consumed by a run: build again for another one."""

    name: str
    epoch_ns: int
    duration: float
    tick: float
    seed: int
    world: world.World
    suite: suite.Suite
    batteries: tuple[Battery, ...]
    doctrine: Doctrine
    links: tuple[LinkSpec, ...]
    priors: Floats
    citations: tuple[Source, ...]
    launches: LaunchTable
    similarity: float


def check(scenario: Scenario) -> None:
    """Raises BadInput where a name leads nowhere: what can be found wrong before anything is compiled or flown."""
    sensing.specs(scenario)
    defence_of(scenario)
    used(scenario)


def build(scenario: Scenario, seed: int | None = None) -> BuiltScenario:
    """Draw the launches, fly the powered parts, set up sensors, links and defence. The same seed gives the same bytes."""
    seed = scenario.seed if seed is None else seed
    epoch = ns_from_iso(scenario.epoch)
    specs = sensing.specs(scenario)
    batteries, doctrine, model = defence_of(scenario)
    orders = _orders(scenario, seed)
    objects, paths, burns, launches = _flying(scenario, orders, seed)
    return BuiltScenario(
        scenario.name, epoch, scenario.duration_s, scenario.tick_s, seed,
        world.start(objects, paths, burns, batteries, model, seed),
        suite.build(specs, epoch, seed, scenario.tick_s, fluctuation()),
        batteries, doctrine, _links(scenario, [s.name for s in specs]), _priors(scenario), tuple(citations(scenario)), launches,
        _similarity(orders),
    )  # fmt: skip


def _similarity(orders: list[raid.Order]) -> float:
    """Mean similarity of the raid's decoys to its warheads, for the judge's ceiling; the default where there are none."""
    with_decoys = [o.similarity for o in orders if o.decoys]
    return float(np.mean(with_decoys)) if with_decoys else default_similarity()


def fluctuation() -> Fluctuation:
    """Look-to-look scatter by class, from the catalogue."""
    looks = catalogue.document("signature").part("looks")
    rcs = np.array([catalogue.entry("signature", c).si("rcs_fluctuation_db") for c in CLASSES])
    return Fluctuation(rcs, looks.si("intensity_fluctuation_db"), looks.si("correlation"))


def citations(scenario: Scenario) -> list[Source]:
    """The bibliography of a run: sources of every catalogue entry it uses."""
    return catalogue.citations(used(scenario))


def used(scenario: Scenario) -> list[Entry]:
    """Every catalogue entry a scenario uses."""
    places = [p for g in scenario.launches for p in (g.origin, g.target)]
    found = [catalogue.entry("missile", n) for n in sorted({g.missile for g in scenario.launches})]
    if scenario.defence:
        places += [b.at for b in scenario.defence.batteries] + [a.at for a in scenario.defence.areas]
        found += [catalogue.interceptor(n) for n in sorted({b.interceptor for b in scenario.defence.batteries})]
    found += [catalogue.entry("area", n) for n in sorted({p for p in places if isinstance(p, str)})]
    return [*found, *sensing.used(scenario), catalogue.document("signature")]


def _orders(scenario: Scenario, seed: int) -> list[raid.Order]:
    """All launches, sorted by time; each group draws from a stream of its own."""
    found = [o for i, g in enumerate(scenario.launches) for o in _group(g, i, seed)]
    return sorted(found, key=lambda o: o.t)


def _group(g: Launch, index: int, seed: int) -> list[raid.Order]:
    kind = missile(g.missile)
    rng = stream(seed, "truth", "launch", index)
    lat, lon = _inside(spot(g.origin), g.count, rng)
    to_lat, to_lon = _inside(spot(g.target), g.count, rng)
    t = g.first_t + np.sort(rng.uniform(0.0, 1.0, g.count)) * g.window_s
    similarity = default_similarity() if g.similarity is None else g.similarity
    warheads = kind.warheads if g.warheads is None else g.warheads
    apogee = math.nan if g.apogee_km is None else g.apogee_km * 1e3
    return [
        raid.Order(
            kind, float(lat[i]), float(lon[i]), float(t[i]), float(to_lat[i]), float(to_lon[i]), g.loft, apogee, warheads,
            g.decoys, g.debris, similarity, f"launches[{index}]",
        )
        for i in range(g.count)
    ]  # fmt: skip


def _inside(place: Place, n: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Points spread evenly over the place's circle."""
    far = place.radius_km * 1e3 * np.sqrt(rng.uniform(0.0, 1.0, n))
    bearing = rng.uniform(0.0, 2 * math.pi, n)
    lat, lon = destination(math.radians(place.lat_deg), math.radians(place.lon_deg), bearing, far)
    return np.asarray(lat), np.asarray(lon)


def _flying(scenario: Scenario, orders: list[raid.Order], seed: int) -> tuple[Objects, Paths, Burns, LaunchTable]:
    flights = [_flight(t) for t in scenario.telemetry]
    flown = raid.make(orders, seed)
    rec = recorded.make(flights, len(flown.objects), len(orders), seed)
    parts = (flown.objects, rec[0]), (flown.paths, rec[1]), (flown.burns, rec[2])
    table = _launch_table(orders, flown, flights)
    return join(list(parts[0])), join_paths(list(parts[1])), join_burns(list(parts[2])), table


def _flight(t: Telemetry) -> recorded.Lift:
    return telemetry.flight(t.flight), t.first_t, None if t.heading_deg is None else math.radians(t.heading_deg)


def _launch_table(orders: list[raid.Order], flown: raid.Raid, flights: list[recorded.Lift]) -> LaunchTable:
    n, m = len(orders), len(flights)
    nan = [math.nan] * m
    return LaunchTable(
        tuple(range(n + m)),
        (*(o.missile.name for o in orders), *(f.vehicle for f, _, _ in flights)),
        (*(o.missile.range_class for o in orders), *(["recorded"] * m)),
        np.array([o.lat for o in orders] + [f.lat for f, _, _ in flights]),
        np.array([o.lon for o in orders] + [f.lon for f, _, _ in flights]),
        np.array([o.t for o in orders] + [t for _, t, _ in flights]),
        np.array([*flown.burnout.tolist(), *(t + f.cut for f, t, _ in flights)]),
        np.array([*flown.flight.tolist(), *nan]),
        np.array([o.target_lat for o in orders] + nan),
        np.array([o.target_lon for o in orders] + nan),
        (*(o.warheads for o in orders), *([0] * m)),
        np.array([o.missile.cost for o in orders] + [0.0] * m),
        np.array([o.missile.cost_lo for o in orders] + [0.0] * m),
        np.array([o.missile.cost_hi for o in orders] + [0.0] * m),
    )


def defence_of(scenario: Scenario) -> tuple[tuple[Battery, ...], Doctrine, KillModel]:
    """The batteries, the doctrine and the world's kill model of a scenario; none, and the defaults, where it has no defence."""
    d = scenario.defence
    if d is None:
        return (), Doctrine(), KillModel()
    made = []
    for b in d.batteries:
        at = spot(b.at)
        made.append(battery(b.name, b.interceptor, math.radians(at.lat_deg), math.radians(at.lon_deg), 0.0, b.magazine, b.channels))
    check_names(tuple(made))
    areas = tuple(_area(a, i) for i, a in enumerate(d.areas))
    doctrine = Doctrine(areas=areas, **d.doctrine.model_dump(exclude_none=True))
    return tuple(made), doctrine, KillModel(**d.kill_model.model_dump(exclude_none=True))


def _area(area: Defended, index: int) -> Area:
    at, name = spot(area.at), area.name or (area.at if isinstance(area.at, str) else f"area-{index}")
    return Area(name, math.radians(at.lat_deg), math.radians(at.lon_deg), at.radius_km * 1e3, area.value)


def _links(scenario: Scenario, sensors: list[str]) -> tuple[LinkSpec, ...]:
    """Links with their patterns resolved; a sensor goes by the first link that names it."""
    taken: set[str] = set()
    out = []
    for link in scenario.links:
        mine = tuple(n for n in sensors if n not in taken and any(fnmatch.fnmatchcase(n, p) for p in link.sensors))
        taken |= set(mine)
        rate = math.inf if link.capacity_kbps is None else link.capacity_kbps
        out.append(LinkSpec(link.name, mine, rate, link.delay_s, link.loss, link.buffer_s, tuple(link.outage)))
    return tuple(out)


def _priors(scenario: Scenario) -> Floats:
    shares = scenario.priors or PRIORS
    return np.array([shares[c] for c in CLASSES])
