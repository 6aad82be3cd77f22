"""The catalogue: public data in ``catalog/data``, one YAML file per kind, every number with its source.

    entries("sensor")           all entries of a kind, by name
    sensor("tpy-2")             one entry; site(name), interceptor(name), cost(name) likewise (missiles: catalog.missile)
    citations([entry, ...])     the sources behind some entries

The compact notation of the files is described in design/catalog.md.
"""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from cupola.catalog.entry import Entry, Reader
from cupola.catalog.values import Source
from cupola.catalog.yamlfile import read
from cupola.core.errors import BadInput, BadScenario

DATA = Path(__file__).parent / "data"
FILES = MappingProxyType(
    {
        "missile": ("missiles.yaml", "entries"),
        "signature": ("signatures.yaml", "classes"),
        "sensor": ("sensors.yaml", "entries"),
        "site": ("sites.yaml", "entries"),
        "area": ("areas.yaml", "entries"),
        "interceptor": ("interceptors.yaml", "entries"),
        "cost": ("costs.yaml", "entries"),
        "programme": ("programmes.yaml", "entries"),
    }
)


@cache
def sources() -> Mapping[str, Source]:
    """The whole bibliography: ``sources.yaml`` and the ``sources`` table of each file. A key may be defined once."""
    found: dict[str, Source] = {}
    for file in ("sources.yaml", *(f for f, _ in FILES.values())):
        if (DATA / file).exists():
            for key, raw in (_file(DATA / file).get("sources") or {}).items():
                source = _source(file, key, raw)
                if key in found:
                    raise BadScenario(f"{file}: sources.{key}: already defined in another file; use another key")
                found[key] = source
    return MappingProxyType(found)


@cache
def document(kind: str) -> Entry:
    """A whole catalogue file as one tree, each number checked. Raises BadInput (unknown kind) or BadScenario (broken file)."""
    if kind not in FILES:
        raise BadInput(f"the catalogue has no kind {kind!r}; there are: {', '.join(FILES)}")
    path = DATA / FILES[kind][0]
    return parse(_file(path), path.name, kind, sources())


def parse(raw: Mapping[str, Any], file: str, kind: str, known: Mapping[str, Source]) -> Entry:
    """The tree of one file's plain data; ``known`` are the sources it may cite."""
    return Reader(file, kind, known).entry(kind, {k: v for k, v in raw.items() if k != "sources"}, ())


@cache
def entries(kind: str) -> Mapping[str, Entry]:
    """All entries of a kind by name, in the order of the file."""
    whole = document(kind)
    root = whole.part(FILES[kind][1])
    return MappingProxyType({k: root.part(k) for k in root.data})


def entry(kind: str, name: str) -> Entry:
    """One entry. Raises BadInput with the nearest names for an unknown one."""
    known = entries(kind)
    if name not in known:
        raise BadInput(unknown(kind, name, known))
    return known[name]


def unknown(what: str, name: str, known: Iterable[str]) -> str:
    """``unknown missile 'scudb'; did you mean 'scud-b'?``, or the whole list where nothing is near."""
    known = list(known)
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    if near:
        return f"unknown {what} {name!r}; did you mean {' or '.join(repr(n) for n in near)}?"
    return f"unknown {what} {name!r}; there are: {', '.join(known)}"


def sensor(name: str) -> Entry:
    """One sensor type."""
    return entry("sensor", name)


def site(name: str) -> Entry:
    """One place or orbit of a sensor."""
    return entry("site", name)


def interceptor(name: str) -> Entry:
    """One interceptor type."""
    return entry("interceptor", name)


def cost(name: str) -> Entry:
    """One unit cost."""
    return entry("cost", name)


def programme(name: str) -> Entry:
    """One set of programme numbers: production rates, stocks, test records, published cost assumptions."""
    return entry("programme", name)


def citations(used: Iterable[Entry]) -> list[Source]:
    """The sources behind these entries, each once, sorted by key."""
    found = {(v.source, v.year) for e in used for _, v in e.values()}
    known = sources()
    return [known.get(key, Source(key, key, "", year)) for key, year in sorted(found)]


@cache
def content_hash() -> str:
    """SHA-256 over all catalogue files: which numbers a run was made with."""
    h = hashlib.sha256()
    for path in sorted(DATA.glob("*.yaml")):
        h.update(path.name.encode() + b"\0" + path.read_bytes())
    return h.hexdigest()


def _file(path: Path) -> dict[str, Any]:
    data, _ = read(path)
    if not isinstance(data, dict):
        raise BadScenario(f"{path.name}: should be a mapping with 'entries' and, if need be, 'sources'")
    return data


def _source(file: str, key: str, raw: Any) -> Source:
    fields = {"title": str, "author": str, "year": int}
    if not isinstance(raw, dict):
        raise BadScenario(f"{file}: sources.{key}: should be a mapping with title, author, year and, if there is one, url")
    for name, kind in fields.items():
        if not isinstance(raw.get(name), kind) or raw[name] == "":
            raise BadScenario(f"{file}: sources.{key}.{name}: is missing or not {kind.__name__}")
    extra = set(raw) - {*fields, "url"}
    if extra:
        raise BadScenario(f"{file}: sources.{key}.{min(extra)}: unknown field; use title, author, year, url")
    return Source(str(key), raw["title"], raw["author"], raw["year"], str(raw.get("url", "")))
