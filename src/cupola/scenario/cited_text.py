"""The numbers of a run and their sources as text for people: catalogue, assumptions of the model, bibliography."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from cupola.catalog.entry import Entry
from cupola.catalog.load import sources
from cupola.catalog.values import STATUSES, Value, unit_of
from cupola.catalog.yamlfile import Path_
from cupola.core.constants import Cited
from cupola.scenario.bibliography import constant, references, stated, stated_by
from cupola.scenario.schema import Scenario

WIDTH = 118
STAGES = {
    "core": "physical constants",
    "dynamics": "flight and atmosphere",
    "scenario": "setting up a scenario",
    "truth": "what flies",
    "catalog": "missiles and doctrine",
    "observe": "measuring",
    "sensors": "sensors",
    "fusion": "tracking",
    "discriminate": "telling warheads from decoys",
    "picture": "the picture: alerts, launch and impact points",
    "engage": "engagement",
    "run": "judging a run",
    "formats": "reading recordings",
    "assess": "assessments",
}
OWN = re.compile(r"(assumed|computed|own )", re.IGNORECASE)  # how a source's text begins that names no work of others


def text(name_or_path: str | None = None) -> str:
    """Everything a scenario's run uses, with value, range, unit, status and source; all there is for None. Raises BadInput."""
    found, held = stated(name_or_path)
    what = f"{name_or_path} uses" if name_or_path else "Cupola holds"
    head = (
        f"{what} {_counted(found, held)}: {_statuses(found, held)}. "
        "A value's plausible range stands in brackets after it, its source in square ones at the end of the line."
    )
    parts = [textwrap.fill(head, WIDTH), "", "CATALOGUE"]
    parts += [line for e in found for line in _entry(e)]
    parts += ["", "CONSTANTS AND ASSUMPTIONS OF THE MODEL"]
    for stage, title in STAGES.items():
        mine = [(key, cited) for key, cited in held.items() if key.partition(".")[0] == stage]
        parts += [title, *(_wrapped(_constant(key, cited)) for key, cited in mine)] if mine else []
    parts += ["", "SOURCES", *_bibliography(found, held)]
    return "\n".join(parts) + "\n"


def table(scenarios: Iterable[Scenario]) -> dict[str, Any]:
    """The same for runs of these scenarios between them, as rows of texts.

    count: how many numbers and how they are known; catalogue: what, values, status, source; constants: part, value and meaning,
    status, name; sources: works of others; named: key and text of what the catalogue's names of assumptions stand for.
    """
    found, held = stated_by(scenarios)
    works, own = _works(found, held)
    rows = [
        (title if k == 0 else "", "; ".join(said), status, source)
        for e in found
        for title, values in _branches(e)
        for k, ((source, status), said) in enumerate(_by_source(values).items())
    ]
    constants = [
        (title, _meaning(key, cited), cited.status, key)
        for stage, title in STAGES.items()
        for key, cited in held.items()
        if key.partition(".")[0] == stage
    ]
    return {
        "count": f"{_counted(found, held)} ({_statuses(found, held)})",
        "catalogue": rows,
        "constants": constants,
        "sources": works,
        "named": [tuple(line.removeprefix("[").split("] ", 1)) for line in own],
    }


def _counted(found: Iterable[Entry], held: Mapping[str, Cited]) -> str:
    numbers = sum(len(e.values()) for e in found)
    return f"{numbers} numbers of the catalogue and {len(held)} constants and assumptions of the model"


def _statuses(found: Iterable[Entry], held: Mapping[str, Cited]) -> str:
    known = [v.status for e in found for _, v in e.values()] + [c.status for c in held.values()]
    return ", ".join(f"{known.count(s)} {s}" for s in STATUSES)


def _entry(e: Entry) -> list[str]:
    """An entry's numbers, those of one source and status in one paragraph."""
    return [line for branch in _branches(e) for line in _branch(*branch)]


def _branches(e: Entry) -> list[tuple[str, list[tuple[Path_, Value]]]]:
    if e.kind == "signature":  # one document of all classes
        return _classes(e)
    title = f": {e.text('title')}" if "title" in e else ""
    return [(f"{e.kind} {e.name}{title}", [(path[len(e.path) :], v) for path, v in e.values()])]


def _classes(e: Entry) -> list[tuple[str, list[tuple[Path_, Value]]]]:
    rows = [(path[-2], path[-1:], v) for path, v in e.values()]
    who = {"looks": "all classes"}
    return [
        (f"looks of objects, {who.get(str(owner), owner)}", [(p, v) for _, p, v in mine])
        for owner, mine in groupby(rows, key=lambda r: r[0])
    ]


def _branch(title: str, values: list[tuple[Path_, Value]]) -> list[str]:
    return [title, *(_wrapped(f"{'; '.join(said)} [{_source(*key)}]") for key, said in _by_source(values).items())]


def _by_source(values: list[tuple[Path_, Value]]) -> dict[tuple[str, str], list[str]]:
    """Source and status to what is taken from there."""
    out: dict[tuple[str, str], list[str]] = {}
    for path, v in values:
        out.setdefault((v.source, v.status), []).append(f"{_called(path)} {_number(v)}")
    return out


def _source(source: str, status: str) -> str:
    """``csis-mt, second-hand``; the status once where the source's name or words begin with it."""
    return source if source.startswith(status) else f"{source}, {status}"


def _called(path: Path_) -> str:
    """``stages.0.burn_s`` as ``stage 1 burn``."""
    words: list[str] = []
    for k, part in enumerate(path):
        if isinstance(part, int):
            words[-1] = f"{words[-1].removesuffix('s')} {part + 1}"
            continue
        p = str(part)
        unit, _ = unit_of(p)
        ends = [s for s in (f"_{unit.lower().replace('/', '_').replace('^', '')}", "_musd") if p.endswith(s)]
        last = k == len(path) - 1
        words.append((p.removesuffix(ends[0]) if last and ends else p).replace("_", " "))
    return " ".join(words)


def _number(v: Value) -> str:
    span = f" ({_plain(v.lo)} to {_plain(v.hi)})" if v.lo != v.hi else ""
    return f"{_plain(v.value)}{span}" + ("" if v.unit == "1" else f" {v.unit}")


def _plain(value: float) -> str:
    return f"{value:,.0f}" if abs(value) < 1e9 and value == int(value) else f"{value:.6g}"


def _constant(key: str, cited: Cited) -> str:
    """``150 m/s: relative to the Earth; what is slower is not yet a launch [assumed; picture.alerts.MIN_SPEED]``."""
    return f"{_meaning(key, cited)} [{cited.status}; {key}]"


def _meaning(key: str, cited: Cited) -> str:
    value = constant(key)
    held = "a table" if value is None else _plain(value)
    unit = "" if cited.unit in ("", "1") else f" {cited.unit}" if value is not None else f" ({cited.unit})"
    why = re.sub(rf"^{cited.status}\b[:;]?\s*", "", cited.source)
    year = "" if OWN.match(cited.source) else f" ({cited.year})"
    return f"{held}{unit}: {why}{year}"


def _wrapped(line: str) -> str:
    return textwrap.fill(line, WIDTH, initial_indent="  ", subsequent_indent="    ", break_long_words=False, break_on_hyphens=False)


def _bibliography(found: list[Entry], held: Mapping[str, Cited]) -> Iterable[str]:
    """Works of others first, then what the catalogue's names of assumptions stand for."""
    works, own = _works(found, held)
    yield from map(_wrapped, works)
    yield "NAMED ASSUMPTIONS AND COMPUTATIONS OF THE CATALOGUE"
    yield from map(_wrapped, own)


def _works(found: list[Entry], held: Mapping[str, Cited]) -> tuple[list[str], list[str]]:
    """Works of others; what the catalogue's names of assumptions stand for."""
    known = sources()
    lines = [f"[{r['key']}] {r['text']} ({r['status']})" for r in references(found) if r["key"] in known]
    cited = [c for c in held.values() if c.status in ("read", "second-hand") and not OWN.match(c.source)]
    works = {f"{c.source}. {c.year} ({c.status})" for c in cited}
    own = [line.replace("] Cupola. ", "] ") for line in lines if "] Cupola. " in line]
    return [line for line in lines if "] Cupola. " not in line] + sorted(works), own
