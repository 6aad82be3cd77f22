"""The numbers of a run and their sources as text for people: catalogue, assumptions of the model, bibliography."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Mapping
from itertools import groupby

from cupola.catalog.entry import Entry
from cupola.catalog.load import sources
from cupola.catalog.values import STATUSES, Value, unit_of
from cupola.catalog.yamlfile import Path_
from cupola.core.constants import Cited
from cupola.scenario.bibliography import constant, references, stated

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
    count = sum(len(e.values()) for e in found)
    what = f"{name_or_path} uses" if name_or_path else "Cupola holds"
    head = (
        f"{what} {count} numbers of the catalogue and {len(held)} constants and assumptions of the model: "
        f"{_statuses(found, held)}. "
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


def _statuses(found: Iterable[Entry], held: Mapping[str, Cited]) -> str:
    known = [v.status for e in found for _, v in e.values()] + [c.status for c in held.values()]
    return ", ".join(f"{known.count(s)} {s}" for s in STATUSES)


def _entry(e: Entry) -> list[str]:
    """An entry's numbers, those of one source and status in one paragraph."""
    if e.kind == "signature":  # one document of all classes
        return [line for branch in _classes(e) for line in _branch(*branch)]
    title = f": {e.text('title')}" if "title" in e else ""
    return _branch(f"{e.kind} {e.name}{title}", [(path[len(e.path) :], v) for path, v in e.values()])


def _classes(e: Entry) -> list[tuple[str, list[tuple[Path_, Value]]]]:
    rows = [(path[-2], path[-1:], v) for path, v in e.values()]
    who = {"looks": "all classes"}
    return [
        (f"looks of objects, {who.get(str(owner), owner)}", [(p, v) for _, p, v in mine])
        for owner, mine in groupby(rows, key=lambda r: r[0])
    ]


def _branch(title: str, values: list[tuple[Path_, Value]]) -> list[str]:
    by_source: dict[tuple[str, str], list[str]] = {}
    for path, v in values:
        by_source.setdefault((v.source, v.status), []).append(f"{_called(path)} {_number(v)}")
    return [title, *(_wrapped(f"{'; '.join(said)} [{_source(*key)}]") for key, said in by_source.items())]


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
    value = constant(key)
    held = "a table" if value is None else _plain(value)
    unit = "" if cited.unit in ("", "1") else f" {cited.unit}" if value is not None else f" ({cited.unit})"
    why = re.sub(rf"^{cited.status}\b[:;]?\s*", "", cited.source)
    year = "" if OWN.match(cited.source) else f" ({cited.year})"
    return f"{held}{unit}: {why}{year} [{cited.status}; {key}]"


def _wrapped(line: str) -> str:
    return textwrap.fill(line, WIDTH, initial_indent="  ", subsequent_indent="    ", break_long_words=False, break_on_hyphens=False)


def _bibliography(found: list[Entry], held: Mapping[str, Cited]) -> Iterable[str]:
    """Works of others first, then what the catalogue's names of assumptions stand for."""
    known = sources()
    rows = [r for r in references(found) if r["key"] in known]
    lines = [f"[{r['key']}] {r['text']} ({r['status']})" for r in rows]
    cited = [c for c in held.values() if c.status in ("read", "second-hand") and not OWN.match(c.source)]
    works = {f"{c.source}. {c.year} ({c.status})" for c in cited}
    others = [line for line in lines if "] Cupola. " not in line]
    yield from (_wrapped(line) for line in (*others, *sorted(works)))
    yield "NAMED ASSUMPTIONS AND COMPUTATIONS OF THE CATALOGUE"
    yield from (_wrapped(line.replace("] Cupola. ", "] ")) for line in lines if "] Cupola. " in line)
