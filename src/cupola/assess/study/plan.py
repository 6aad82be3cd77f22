"""From a study to its tasks: every design point checked before the first run, with the place in the file where it is wrong."""

from __future__ import annotations

import hashlib
import itertools
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from cupola import __version__
from cupola.assess import models
from cupola.assess.question import Model, checked
from cupola.assess.study import design, told
from cupola.assess.study.definition import RAID, BadStudy, Loaded, Range, Study, spec, where
from cupola.assess.study.own_code import code_hash
from cupola.assess.study.quantities import SHARES, TABLE, UNITS
from cupola.assess.study.result import Point
from cupola.assess.study.store import FORMAT
from cupola.assess.study.tasks import Asked, Full, Task, wants_scores
from cupola.catalog.defence import PLAN_S
from cupola.core.errors import BadInput
from cupola.scenario import cited_table, stated
from cupola.scenario import load as load_scenario
from cupola.scenario import names as scenario_names
from cupola.scenario.schema import Scenario
from cupola.scenario.sensing import specs as sensor_specs

EXACT, DRAWN, FULL, FAST = "exact", "drawn", "full", "fast"
REASONS = 3  # that a message tells
ONCE = (EXACT, DRAWN)  # of models without a seed to repeat: those that draw nothing, and those whose draws are their own


@dataclass(frozen=True)
class Plan:
    """A checked study. scenarios: one a point (raid), else empty; fidelities: at which every point is run; units of outputs."""

    loaded: Loaded
    points: tuple[Point, ...]
    scenarios: tuple[Scenario, ...]
    fidelities: tuple[str, ...]
    first_seed: int
    units: Mapping[str, str]
    sources: tuple[str, ...]
    limits: str

    @property
    def shares(self) -> tuple[str, ...]:
        """Outputs that lie between 0 and 1."""
        return SHARES if self.scenarios else tuple(o.name for o in models.model(self.study.model).outputs if o.share)

    @property
    def study(self) -> Study:
        """The study file's content."""
        return self.loaded.study

    def seeds(self, n: int) -> range:
        """The seeds of the first n runs of every point."""
        return range(self.first_seed, self.first_seed + n)

    def task(self, point: int) -> Task:
        """One point at full fidelity, or of a model."""
        s = self.study
        if self.scenarios:
            return Full(self.scenarios[point], s.duration_s, "full" if wants_scores(s.outputs) else "engagement")
        return Asked(s.model, {**s.set, **self.points[point].changes}, self.fidelities[0] not in ONCE)


def plan(loaded: Loaded) -> Plan:
    """Check every point of a study. Raises BadStudy with the place in the file."""
    try:
        points = tuple(design.points(loaded.study))
    except BadStudy as e:
        raise BadStudy(f"{where(loaded, 'vary')}: {str(e).removeprefix('vary: ')}") from None
    return _raid(loaded, points) if loaded.study.model == RAID else _model(loaded, points)


def head(p: Plan) -> dict[str, Any]:
    """What the folder keeps of a study: all that decides its results."""
    texts = [s.model_dump_json(by_alias=True) for s in p.scenarios]
    provenance = {
        "version": __version__,
        "code": code_hash(),
        "seed": p.first_seed,
        "file": p.loaded.file,
        "given": p.loaded.given or p.loaded.file,
        "scenarios": hashlib.sha256("\n".join(texts).encode()).hexdigest() if texts else None,
        "sources": list(p.sources),
        "limits": p.limits,
    }
    if p.scenarios:
        assumed = cited_table(p.scenarios)
        provenance |= {"sources": assumed.pop("sources"), "assumed": assumed, "fields": _fields(p)}
    points = [{"index": q.index, "label": q.label, "changes": q.changes, "without": list(q.without)} for q in p.points]
    return {"format": FORMAT, "spec": spec(p.study), "points": points, "provenance": provenance}


def _fields(p: Plan) -> dict[str, Any]:
    """What is known of every field that the study sets or varies, in its scenario as it stands without the study."""
    paths = dict.fromkeys([*p.study.set, *(path for q in p.points for path in q.changes)])
    alone = _alone(p.loaded) or p.scenarios[0]
    return {path: asdict(stated.of(alone, path)) for path in paths}


def _alone(loaded: Loaded) -> Scenario | None:
    """The scenario as it stands without the study; None for one that needs what the study sets."""
    try:
        return _scenario(_scenario_file(loaded), {}, ())
    except BadInput:
        return None


def _model(loaded: Loaded, points: tuple[Point, ...]) -> Plan:
    s = loaded.study
    try:
        m = models.model(s.model)
    except BadInput as e:
        raise BadStudy(f"{where(loaded, 'model')}: {e}, and {RAID}, which flies a scenario") from None
    draws = any(i.name == "seed" for i in m.inputs)
    if draws and "seed" in {k for q in points for k in q.changes}:
        raise BadStudy(f"{where(loaded, 'vary')}: seed is not varied: every point gets the same seeds; say how many: repetitions")
    _check(loaded, points, lambda given, _: checked(m, given))
    _check_outputs(loaded, m)
    first = s.set.get("seed", s.seed) if draws else s.seed
    fidelities = (FULL,) if draws else (DRAWN,) if m.drawn else (EXACT,)
    units = {o.name: o.unit for o in m.outputs}
    return Plan(loaded, points, (), fidelities, int(first) if isinstance(first, int) else s.seed, units, m.sources, m.limits)


def _check_outputs(loaded: Loaded, m: Model) -> None:
    known = [o.name for o in m.outputs]
    stop = loaded.study.repetitions.stop
    asked = [(("outputs", i), o) for i, o in enumerate(loaded.study.outputs)]
    asked += [(("repetitions", "stop", "output"), stop.output)] if stop else []  # type: ignore[list-item]
    for path, name in asked:
        if name not in known:
            raise BadStudy(f"{where(loaded, *path)}: {m.name} has no output {name!r}; it has {', '.join(known)}")


def _raid(loaded: Loaded, points: tuple[Point, ...]) -> Plan:
    s = loaded.study
    name = _scenario_file(loaded)
    _check_seeds(loaded)
    _check_raid_outputs(loaded)
    _check_overlaps(loaded, _alone(loaded), points)
    made = _check(loaded, points, lambda given, without: _scenario(name, given, without))
    shortest = min(m.duration_s for m in made)
    if s.duration_s is not None and s.duration_s > shortest:
        raise BadStudy(
            f"{where(loaded, 'duration_s')}: {s.duration_s:g} s, but the scenario ends at {shortest:g} s; for longer runs write"
            f" set: {{duration_s: {s.duration_s:g}}} instead"
        )
    fidelities = (FULL, FAST) if s.fidelity == "both" else (s.fidelity,)
    if FAST in fidelities and any(m.defence is None or not m.defence.batteries for m in made):
        raise BadStudy(f"{where(loaded, 'fidelity')}: fast needs a scenario with a defence: it flies engagements only; write full")
    if FAST in fidelities:
        _check_update(loaded, points, made)
    return Plan(loaded, points, tuple(made), fidelities, s.seed, UNITS, (), "Simulation on public data only.")


def _check_seeds(loaded: Loaded) -> None:
    """Raises BadStudy where a scenario's seed is set: the study's own are drawn with, and it would do nothing."""
    s = loaded.study
    places: list[tuple[str | int, ...]] = [("set", "seed")] if "seed" in s.set else []
    places += [("vary", "seed")] if "seed" in s.vary else []
    places += [("cases", i, "set", "seed") for i, c in enumerate(s.cases) if "seed" in c.set]
    for place in places:
        raise BadStudy(
            f"{where(loaded, *place)}: every point gets the study's own seeds; write seed: N at the top of the file for the first"
            " of them, and repetitions: for how many"
        )


def _check_overlaps(loaded: Loaded, alone: Scenario | None, points: tuple[Point, ...]) -> None:
    """Raises BadStudy where two paths of a point name the same place, or one a part of the other: which wins would be a matter of
    order. The same path may be set for all and varied: it is the value of the baseline."""
    if alone is None:
        return
    given = dict.fromkeys(loaded.study.set)
    sets = {tuple(given | dict.fromkeys(q.changes)) for q in points}
    where_to = {path: stated.places(alone, path) for paths in sets for path in paths}
    for paths in sorted(sets):
        for a, b in itertools.combinations(paths, 2):
            if any(p[: len(q)] == q or q[: len(p)] == p for p in where_to[a] for q in where_to[b]):
                part = "set" if b in given else "cases" if loaded.study.cases else "vary"
                place = where(loaded, part, b) if part != "cases" else where(loaded, part)
                raise BadStudy(f"{place}: names a place that {a} names too; give each place once, with a path of its own")


def _check_raid_outputs(loaded: Loaded) -> None:
    """Raises BadStudy for an output named without the part of the summary it stands in. Others are checked after the first run."""
    stop = loaded.study.repetitions.stop
    asked: list[tuple[tuple[str | int, ...], str]] = [(("outputs", i), o) for i, o in enumerate(loaded.study.outputs)]
    asked += [(("repetitions", "stop", "output"), stop.output)] if stop else []
    for place, name in asked:
        whole = [o for o in TABLE if o.endswith(f".{name}")]
        if whole:
            raise BadStudy(f"{where(loaded, *place)}: no output {name!r}; did you mean {' or '.join(whole)}?")


def _check_update(loaded: Loaded, points: tuple[Point, ...], made: list[Scenario]) -> None:
    """Raises BadStudy where fast would pass over what is asked of in-flight updates: it makes them with every plan."""
    changed = any(k.rpartition(".")[2] == "update" for k in (*loaded.study.set, *(k for q in points for k in q.changes)))
    given = [m.defence.doctrine for m in made if m.defence]
    if changed or any(d.update is not None and d.update > (d.plan or PLAN_S) for d in given):
        raise BadStudy(
            f"{where(loaded, 'fidelity')}: fast updates aims with every plan (defence.doctrine.plan), whatever"
            " defence.doctrine.update says; leave update out, or write fidelity: full"
        )


def _scenario(name: str, given: Mapping[str, Any], without: tuple[str, ...]) -> Scenario:
    found = load_scenario(name, {k: json.dumps(v) for k, v in given.items()}, without)
    sensor_specs(found)  # names in ``without`` and links are checked here, before any run
    return found


def _scenario_file(loaded: Loaded) -> str:
    """A built-in name, or a file beside the study."""
    name = str(loaded.study.scenario)
    beside = loaded.folder / name
    return str(beside) if name not in scenario_names() and beside.is_file() and not Path(name).is_absolute() else name


def _check(loaded: Loaded, points: tuple[Point, ...], attempt: told.Try) -> list[Any]:
    """What every point is made of. Raises BadStudy that says what is refused and where, and at how many of the points."""
    s = loaded.study
    made, refused = [], list[Point]()
    for q in points:
        try:
            made.append(attempt({**s.set, **q.changes}, (*s.without, *q.without)))
        except BadInput:
            refused.append(q)
    if not refused:
        return made
    reasons = list(itertools.islice(_reasons(loaded, refused, attempt), REASONS + 1))
    more = "; and more" if len(reasons) > REASONS else ""
    count = f" ({len(refused)} of {len(points)} design points are refused)" if len(points) > 1 else ""
    raise BadStudy(f"{'; '.join(reasons[:REASONS])}{more}{count}")


def _reasons(loaded: Loaded, refused: list[Point], attempt: told.Try) -> Iterator[str]:
    """Why points are refused, each reason once, with the place in the file that is to blame."""
    s = loaded.study
    seen: list[tuple[Any, Any]] = []  # fields and values that are refused by themselves
    for q in refused:
        if any(path in q.changes and q.changes[path] == v for path, v in seen):
            continue
        place = told.blame(s.set, tuple(s.without), q.changes, attempt)
        yield _reason(loaded, q, place, attempt)
        if place[0] != "vary":
            return  # what is set for all
        seen += [(place[1], q.changes[str(place[1])])] if len(place) > 1 and not s.cases else []


def _reason(loaded: Loaded, q: Point, place: told.Path_, attempt: told.Try) -> str:
    s = loaded.study
    own = place[0] == "vary"
    alone = str(place[1]) if own and len(place) > 1 else ""
    try:
        attempt({**s.set, **({alone: q.changes[alone]} if alone else q.changes)}, (*s.without, *q.without))
        said = ""
    except BadInput as e:
        said = str(e)
    label = f"{design.short(q.changes[alone]) if alone and not s.cases else q.label}: " if own else ""
    at: told.Path_ = ("cases", q.index) if own and s.cases else ("model",) if place == ("scenario",) and s.model != RAID else place
    axis = s.vary.get(alone)
    whole = "; write whole: true in the range" if isinstance(axis, Range) and re.search("valid integer|whole number", said) else ""
    return f"{where(loaded, *at)}: {label}{said.removeprefix(f'override {alone or place[-1]}: ')}{whole}"
