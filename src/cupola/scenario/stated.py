"""What is known of one field of a scenario: its value there, its unit, and the plausible range, source and status of its number.

Nothing is stated here: numbers, ranges and sources are those of the catalogue and of the ``SOURCES`` of the code; ``CATALOGUE`` and
``CONSTANTS`` only say which of them a field falls back on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from typing import Any, TypeVar

from pydantic import BaseModel

from cupola.catalog import defence
from cupola.catalog import load as catalogue
from cupola.catalog.entry import Entry
from cupola.catalog.values import UNITS, Value
from cupola.core.constants import Cited
from cupola.scenario.load import matching
from cupola.scenario.schema import BatteryAt, Kills, Launch, Policy, Scenario, Sensor
from cupola.truth import kill

T = TypeVar("T")
CATALOGUE: dict[tuple[type[Any], str], str] = {  # field: where the catalogue holds what it is without a word of the scenario's
    (BatteryAt, "magazine"): "battery_magazine",
    (BatteryAt, "channels"): "battery_channels",
    (Launch, "warheads"): "warheads",
    (Launch, "similarity"): "similarity",
    (Sensor, "period_s"): "period_s",
    (Sensor, "pd"): "pd",
}
CONSTANTS: dict[tuple[type[Any], str], str] = {  # field: the constant of the code that it is without a word of the scenario's
    (Policy, "threshold"): "THRESHOLD",
    (Policy, "min_basket"): "MIN_BASKET",
    (Policy, "salvo"): "SALVO",
    (Policy, "last_salvo"): "LAST_SALVO",
    (Policy, "assess"): "ASSESS_S",
    (Policy, "decision"): "DECISION_S",
    (Policy, "plan"): "PLAN_S",
    (Policy, "update"): "UPDATE_S",
    (Policy, "common_mode_belief"): "COMMON_MODE",
    (Kills, "common_mode"): "COMMON_MODE",
    (Kills, "report_kill"): "REPORT_RIGHT",
    (Kills, "report_miss"): "REPORT_RIGHT",
}
DEFAULTS: dict[type[Any], type[Any]] = {
    Policy: defence.Doctrine,
    Kills: kill.KillModel,
}  # what a scenario changes of them, it changes by name
ENDINGS = ("_km_s", "_m_s", "_km", "_m", "_s", "_deg", "_kbps")  # of a scenario's fields, that are units
TIMES = ("first_t", "outage")  # in s, though their names do not say so


@dataclass(frozen=True)
class Range:
    """A plausible range: of: the catalogue's entry that states it; source: key in the bibliography."""

    of: str
    lo: float
    hi: float
    source: str
    status: str


@dataclass(frozen=True)
class Stated:
    """What is known of the places that a path names in a scenario. Each is a tuple of what differs between them.

    values: in effect there; unit; ranges: plausible, empty where none is stated; status, source: of the values.
    """

    values: tuple[Any, ...]
    unit: str
    ranges: tuple[Range, ...]
    status: tuple[str, ...]
    source: tuple[str, ...]


def of(scenario: Scenario, path: str) -> Stated:
    """What is known of a field by its path, as ``load`` reads paths; of one that is not there nothing but its unit."""
    *branch, leaf = path.split(".")
    nodes: list[Any] = [scenario]
    for part in branch:
        nodes = [child for node in nodes for _, child in _children(node, part)]
    found = [_field(scenario, node, leaf) for node in nodes]
    known = [f for f in found if f is not None]
    return Stated(
        _unlike(v for f in known for v in f.values),
        next((f.unit for f in known if f.unit), "") or unit(leaf),
        _unlike(r for f in known for r in f.ranges),
        _unlike(s for f in known for s in f.status),
        _unlike(s for f in known for s in f.source),
    )


def places(scenario: Scenario, path: str) -> set[tuple[str, ...]]:
    """Every place that a path names, by keys and indices; the path itself where the scenario has no such place yet."""
    *branch, leaf = path.split(".")
    nodes: list[tuple[tuple[str, ...], Any]] = [((), scenario)]
    for part in branch:
        nodes = [((*at, key), child) for at, node in nodes for key, child in _children(node, part)]
    return {(*at, leaf) for at, _ in nodes} or {tuple(path.split("."))}


def unit(leaf: str) -> str:
    """The unit that a field's name tells."""
    if leaf in TIMES:
        return "s"
    ending = max((e for e in ENDINGS if leaf.endswith(e)), key=len, default="")
    return UNITS[ending][0] if ending else ""


def _unlike(given: Iterable[T]) -> tuple[T, ...]:
    """Each once, in order; values need not be hashable."""
    out: list[T] = []
    for g in given:
        if not any(type(g) is type(o) and g == o for o in out):
            out.append(g)
    return tuple(out)


def _children(node: Any, part: str) -> Iterator[tuple[str, Any]]:
    """As ``load`` goes down a file: a key, an index, an item's name, or ``*``. Each with its key or index."""
    if isinstance(node, BaseModel):
        given = {name: getattr(node, field) for name, field in _keys(type(node)).items()}
        parts = [name for name, v in given.items() if isinstance(v, BaseModel | list | dict)]
        yield from ((name, given[name]) for name in (parts if part == "*" else [part] if part in given else []))
    elif isinstance(node, list):
        every = [(str(k), v) for k, v in enumerate(node)]
        named = [(k, v) for k, v in every if getattr(v, "name", None) == part]
        yield from every if part == "*" else every[int(part) : int(part) + 1] if part.isdigit() else named


def _keys(model: type[BaseModel]) -> dict[str, str]:
    """A file's keys to the fields."""
    return {f.alias or name: name for name, f in model.model_fields.items()}


def _field(scenario: Scenario, node: Any, leaf: str) -> Stated | None:
    """One field of one part of a scenario; None where there is no such field."""
    if isinstance(node, dict):  # shares of the classes
        return _chosen(scenario, node[leaf], "", ()) if leaf in node else None
    name = _keys(type(node)).get(leaf) if isinstance(node, BaseModel) else None
    if name is None:
        return None
    given, cited, usual = getattr(node, name), _constant(node, name), list(_catalogue(node, name))
    own = unit(leaf) or (cited.unit.removeprefix("1") if cited else "")
    ranges = tuple(Range(e.name, v.lo, v.hi, v.source, v.status) for e, v in usual if v.lo != v.hi)
    if name in node.model_fields_set and given is not None:
        return _chosen(scenario, given, own, ranges)
    if usual:
        values, status = tuple(v.value for _, v in usual), tuple(v.status for _, v in usual)
        return Stated(values, own, ranges, status, tuple(v.source for _, v in usual))
    value = _default(node, name) if given is None else given
    if cited:
        return Stated((value,), own, (), (cited.status,), (_words(cited),))
    return Stated((_plain(value),), own, (), ("assumed",), ("default of a scenario",))


def _chosen(scenario: Scenario, given: Any, own: str, ranges: tuple[Range, ...]) -> Stated:
    """What the scenario's file says: it gives no source for it."""
    return Stated((_plain(given),), own, ranges, ("assumed",), (f"chosen by {scenario.name}",))


def _catalogue(node: Any, name: str) -> Iterator[tuple[Entry, Value]]:
    """The catalogue's numbers behind a field, with the entries that hold them."""
    key = CATALOGUE.get((type(node), name), "")
    if not key:
        return
    for e in _entries(node, name):
        if key in e:
            yield e, e.value(key)


def _entries(node: Any, name: str) -> list[Entry]:
    """The entries of a part of a scenario: its interceptor's, its missile's, those of the sites that its pattern covers."""
    if isinstance(node, BatteryAt):
        return [catalogue.interceptor(node.interceptor)]
    if isinstance(node, Launch):
        return [catalogue.document("signature").part("looks") if name == "similarity" else catalogue.entry("missile", node.missile)]
    sites = matching(node.name, catalogue.entries("site"))
    return [catalogue.sensor(kind) for kind in sorted({catalogue.site(s).text("sensor") for s in sites})]


def _constant(node: Any, name: str) -> Cited | None:
    """The entry in ``SOURCES`` of the constant behind a field."""
    key = CONSTANTS.get((type(node), name), "")
    return {**defence.SOURCES, **kill.SOURCES}.get(key)


def _default(node: Any, name: str) -> Any:
    """What a part of the code takes for a field that a scenario leaves out; None where that stands for no limit or no wish."""
    record = DEFAULTS.get(type(node))
    return next((f.default for f in fields(record) if f.name == name), None) if record else None


def _words(cited: Cited) -> str:
    """A constant's source without the status that stands beside it."""
    text = re.sub(rf"^{cited.status}\b[:;]?\s*", "", cited.source)
    return text.removesuffix("; a scenario can change it")


def _plain(value: Any) -> Any:
    """A value as a file holds it."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return [_plain(v) for v in value] if isinstance(value, list | tuple) else value
