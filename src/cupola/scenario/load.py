"""Find, read, change and check a scenario: built-in name or YAML file. Errors name file, line and YAML path."""

from __future__ import annotations

import difflib
import fnmatch
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from cupola.catalog import load as catalogue
from cupola.catalog.yamlfile import read, spell
from cupola.core.errors import BadScenario
from cupola.scenario.schema import Place, Scenario, Sensor
from cupola.truth import telemetry

BUILTIN = Path(__file__).parent / "builtin"
FALCON = "falcon-"
Place_ = tuple[Hashable, ...]
Lines = Mapping[Place_, int]
Where = Callable[[Place_], str]  # what a message calls a place


def names() -> list[str]:
    """The built-in scenarios: files, then one for each bundled recorded flight."""
    files = sorted(p.stem for p in BUILTIN.glob("*.yaml") if p.stem != "falcon")
    return [*files, *(FALCON + n for n in telemetry.names())]


def load(name_or_path: str, overrides: Mapping[str, str] | None = None, without: Iterable[str] = ()) -> Scenario:
    """A checked scenario.

    overrides: YAML path to YAML value, ``links.*.delay_s: "0.2"``; a list item goes by index, by its name, or ``*`` for all.
    without: sensors to leave out, by name or pattern. Raises BadScenario for anything wrong, with file, line and path.
    """
    path, raw, lines = _raw(name_or_path)
    changed: dict[Place_, str] = {}
    for key, value in (overrides or {}).items():
        _apart(changed, key, at := _override(raw, key, value))
        changed |= dict.fromkeys(at, key)
    left_out = raw.setdefault("without", [])
    if isinstance(left_out, list):
        raw["without"] = [*left_out, *without]
    try:
        scenario = Scenario.model_validate(raw)
    except ValidationError as e:
        raise BadScenario(_told(partial(_whose, path.name, lines, changed), e)) from None
    _check_names(partial(_whose, path.name, lines, changed), scenario)
    return scenario


def _raw(name_or_path: str) -> tuple[Path, dict[str, Any], Lines]:
    path = Path(name_or_path)
    is_file = path.suffix in (".yaml", ".yml") or path.is_file()
    flight = name_or_path.removeprefix(FALCON) if name_or_path.startswith(FALCON) else ""
    if not is_file:
        path = BUILTIN / ("falcon.yaml" if flight in telemetry.names() else f"{name_or_path}.yaml")
    if not path.is_file():
        known = names()
        near = difflib.get_close_matches(name_or_path, known, n=3)
        hint = f"did you mean {' or '.join(near)}?" if near else f"built-in: {', '.join(known)}"
        raise BadScenario(f"no scenario {name_or_path!r}: {hint}")
    raw, lines = read(path)
    if not isinstance(raw, dict):
        raise BadScenario(f"{path.name}: should be a mapping that begins with name, description, duration_s")
    if not is_file and flight:
        _fill_flight(raw, flight)
    return path, raw, lines


def _fill_flight(raw: dict[str, Any], flight: str) -> None:
    """Make the template for recorded flights that of one flight."""
    known = telemetry.flight(flight)
    raw |= {"name": FALCON + flight, "description": f"{known.mission}, a recorded ascent of a {known.vehicle} as truth"}
    raw["telemetry"] = [{"flight": flight} | t for t in raw["telemetry"]]


def _override(raw: dict[str, Any], key: str, text: str) -> list[Place_]:
    """Set every place the path names, and say which. Raises BadScenario where it names none."""
    value = _value(key, text) if isinstance(text, str) else text
    *branch, leaf = key.split(".")
    _open(raw, branch)
    nodes: list[tuple[Place_, Any]] = [((), raw)]
    for part in branch:
        nodes = [((*at, k), child) for at, node in nodes for k, child in _children(node, part)]
        if not nodes:
            raise BadScenario(f"override {key}: nothing is called {part!r} here; give a key, an index, an item's name or *")
    for _, node in nodes:
        if not isinstance(node, dict):
            a_list = isinstance(node, list)
            what = "a list: set all of it, or a field of its items" if a_list else f"{_short(node)}, which has no fields"
            raise BadScenario(f"override {key}: {leaf!r} cannot be set on {what}")
        node[leaf] = value
    return [(*at, leaf) for at, _ in nodes]


def _apart(changed: Mapping[Place_, str], key: str, places: Iterable[Place_]) -> None:
    """Raises BadScenario where a place is changed already, or a part of it: which of the two wins would be a matter of order."""
    for p in places:
        other = next((k for q, k in changed.items() if p[: len(q)] == q or q[: len(p)] == p), None)
        if other is not None:
            why = f"{spell(p)} is changed by {other} too; name each place once, by index or name instead of *"
            raise BadScenario(f"override {key}: {why}")


def _open(raw: dict[str, Any], branch: list[str]) -> None:
    """Write down the section of the schema on this way that the file leaves to its defaults, so that a value in it can be set."""
    node: Any = raw
    model: type[BaseModel] = Scenario
    for part in branch:
        field = model.model_fields.get(part)
        if field is None or not isinstance(node, dict):
            return
        if isinstance(field.default, BaseModel):
            node.setdefault(part, {})
        parts = [k for k in (field.annotation, *get_args(field.annotation)) if isinstance(k, type) and issubclass(k, BaseModel)]
        if part not in node or not parts:
            return
        node, model = node[part], parts[0]


def _value(key: str, text: str) -> Any:
    """The value as a file would hold it, read as a file is. Raises BadScenario."""
    try:
        return read("value", text)[0]
    except BadScenario as e:
        why = str(e).removeprefix("value:1: ") if str(e).startswith("value:1: ") else f"the {e}"
        raise BadScenario(f"override {key}={text if len(text) <= 60 else text[:57] + '...'}: {why}") from None


def _children(node: Any, part: str) -> list[tuple[Hashable, Any]]:
    """What a part of a path names in a node, each with its key or index."""
    if isinstance(node, dict):
        return list(node.items()) if part == "*" else [(part, node[part])] if part in node else []
    if isinstance(node, list):
        every: list[tuple[Hashable, Any]] = list(enumerate(node))
        if part == "*":
            return every
        if part.isdigit():
            return every[int(part) : int(part) + 1]
        return [(k, v) for k, v in every if isinstance(v, dict) and v.get("name") == part]
    return []


def place_of(lines: Lines, file: str, path: tuple[Hashable, ...]) -> str:
    """``raid.yaml:12: launches[2].missile``, with the line of the deepest part of the path that the file holds."""
    for n in range(len(path), 0, -1):
        if path[:n] in lines:
            return f"{file}:{lines[path[:n]]}: {spell(path)}"
    return f"{file}: {spell(path)}" if path else file


def _whose(file: str, lines: Lines, changed: Mapping[Place_, str], path: Place_) -> str:
    """A place as ``place_of``, or the override that changed it."""
    key = next((k for at, k in changed.items() if path[: len(at)] == at), None)
    if key is None:
        return place_of(lines, file, path)
    return f"override {key}" if key == spell(path) else f"override {key}: {spell(path)}"


def _told(where: Where, error: ValidationError) -> str:
    """The first problem in one line, and how many more there are."""
    problems = error.errors(include_url=False)
    told = []
    for p in problems:
        path = tuple(part for part in p["loc"] if isinstance(part, int) or not _is_branch(part))
        message = str(p["msg"]).removeprefix("Value error, ")
        if p["type"] == "extra_forbidden":
            message = f"is no known key{_near_key(str(path[-1]))}"
        elif p["type"] == "missing":
            message = "is missing; add it"
        elif p.get("input") is None:
            message += ", has no value"
        elif not isinstance(p["input"], dict | list):
            message += f", has {_short(p['input'])}"
        told.append((len(path), f"{where(path)}: {message}"))
    deepest = max(told, key=lambda t: t[0])[1]
    return deepest + (f" (and {len(told) - 1} more)" if len(told) > 1 else "")


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _is_branch(part: Any) -> bool:
    """pydantic names the branch of a union in the path: types, not keys of the file."""
    return part in {"str", "Place", "Sensor", "float", "int", "bool", "constrained-float"} or str(part).startswith(
        ("literal[", "function-")
    )


def _near_key(key: str) -> str:
    known = {f.alias or n for m in _models(Scenario) for n, f in m.model_fields.items()}
    near = difflib.get_close_matches(key, sorted(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


def _models(model: Any) -> list[Any]:
    from cupola.scenario import schema

    return [m for m in vars(schema).values() if isinstance(m, type) and issubclass(m, schema.Part)] or [model]


def _check_names(where: Where, s: Scenario) -> None:
    """Every name of the catalogue that the scenario uses exists."""
    wanted: list[tuple[Place_, str, str]] = []
    for i, g in enumerate(s.launches):
        wanted.append((("launches", i, "missile"), "missile", g.missile))
        wanted += [(("launches", i, k), "area", v) for k, v in (("from", g.origin), ("to", g.target)) if isinstance(v, str)]
    for i, c in enumerate(s.custom):
        wanted.append((("custom", i, "type"), "sensor", c.type))
    for i, h in enumerate(s.shells):
        wanted.append((("shells", i, "type"), "sensor", h.type))
    if s.defence:
        for i, b in enumerate(s.defence.batteries):
            wanted.append((("defence", "batteries", i, "interceptor"), "interceptor", b.interceptor))
            wanted += [(("defence", "batteries", i, "at"), "area", b.at)] if isinstance(b.at, str) else []
        wanted += [(("defence", "areas", i, "at"), "area", a.at) for i, a in enumerate(s.defence.areas) if isinstance(a.at, str)]
    for path, kind, name in wanted:
        known = catalogue.entries(kind)
        if name not in known:
            raise BadScenario(f"{where(path)}: {catalogue.unknown(kind, name, known)}")
    for i, h in enumerate(s.shells):
        if (domain := catalogue.sensor(h.type).text("domain")) != "space":
            able = [n for n, e in catalogue.entries("sensor").items() if e.text("domain") == "space"]
            why = f"{h.type} is for {domain} and cannot be in orbit; a shell can carry {', '.join(able)}"
            raise BadScenario(f"{where(('shells', i, 'type'))}: {why}")
    for i, sensor in enumerate(s.sensors):
        pattern = sensor.name if isinstance(sensor, Sensor) else sensor
        if not matching(pattern, catalogue.entries("site")):
            raise BadScenario(f"{where(('sensors', i))}: {catalogue.unknown('site', pattern, catalogue.entries('site'))}")
    for i, t in enumerate(s.telemetry):
        if t.flight not in telemetry.names():
            raise BadScenario(f"{where(('telemetry', i, 'flight'))}: {catalogue.unknown('flight', t.flight, telemetry.names())}")


def matching(pattern: str, known: Iterable[str]) -> list[str]:
    """Names that a pattern with ``*`` covers, in the given order."""
    return [n for n in known if fnmatch.fnmatchcase(n, pattern)]


def spot(place: str | Place) -> Place:
    """An area of the catalogue, or the place itself."""
    if isinstance(place, Place):
        return place
    e = catalogue.entry("area", place)
    return Place(lat_deg=e.value("lat_deg").value, lon_deg=e.value("lon_deg").value, radius_km=e.value("radius_km").value)


def used_sites(patterns: Sequence[str | Sensor]) -> list[Sensor]:
    """Sensors the patterns name, in the catalogue's order within a pattern; a later mention adds its changes to an earlier one."""
    found: dict[str, Sensor] = {}
    for p in patterns:
        sensor = p if isinstance(p, Sensor) else Sensor(name=p)
        for n in matching(sensor.name, catalogue.entries("site")):
            if n not in found or isinstance(p, Sensor):
                found[n] = sensor.model_copy(update={"name": n})
    return list(found.values())
