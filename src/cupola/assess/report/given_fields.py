"""What a study sets and varies: with the values of its scenario, their plausible range, status and source."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cupola.assess.report import words
from cupola.assess.report.parts import Table
from cupola.assess.study import naming
from cupola.assess.study.result import Point, StudyResult

HEADS = ("What", "Here", "In the scenario", "Plausible", "Status", "Source", "Field")
FEW = 6  # values that are all told
NOTE = (
    "Status and source are those of the value in the scenario; a scenario's own choice is an assumption. Sources by their key: they"
    " stand at the end, as does everything else that the scenario rests on."
)


def table(result: StudyResult) -> Table:
    """One row for each field of the scenario that is set or varied, then what the named cases are made of."""
    spec = result.spec
    varied = values(result)
    alone = {path: v for path, v in spec.get("set", {}).items() if path not in varied}
    rows = [_plain("Scenario", naming.value(spec.get("scenario", "")), "scenario")]
    rows += [_row(result, path, [v], [_valued(result, path, v)]) for path, v in alone.items()]
    rows += [_row(result, path, _given(result, path), texts) for path, texts in varied.items()]
    rows += [_plain("Left out everywhere", str(name), "without") for name in spec.get("without", ())]
    rows += [_plain("Flown for", f"{spec['duration_s']:g} s", "duration_s")] if spec.get("duration_s") else []
    if spec.get("design") == "list":
        rows += [_plain(f"In “{q.label}”", _case(result, q), "cases") for q in result.points]
    beyond = [*alone, *varied]
    outside = [text for path in beyond for text in _outside(result, path)]
    note = f"{NOTE} Outside what is plausible: {'; '.join(outside)}." if outside else NOTE
    return Table("What this study sets and varies", HEADS, tuple(rows), note=note)


def values(result: StudyResult) -> dict[str, list[str]]:
    """What is varied with all its values, or its ends where they are many."""
    out: dict[str, list[str]] = {}
    for path in dict.fromkeys(path for q in result.points for path in q.changes):
        texts = [_valued(result, path, v) for v in _given(result, path)]
        many = len(texts) > FEW
        out[path] = [f"varied: {texts[0]} to {texts[-1]} ({len(texts)} values)"] if many else [f"varied: {', '.join(texts)}"]
    return out


def _given(result: StudyResult, path: str) -> list[Any]:
    """The values of a field over the design points, numbers by size; of one that is set for all, that one."""
    every = [q.changes[path] for q in result.points if path in q.changes] or [result.spec.get("set", {})[path]]
    unlike = [v for k, v in enumerate(every) if v not in every[:k]]
    return sorted(unlike, key=lambda v: (not _number(v), v if _number(v) else str(v)))


def _number(v: Any) -> bool:
    return isinstance(v, int | float) and not isinstance(v, bool)


def _valued(result: StudyResult, path: str, v: Any) -> str:
    own = naming.varied(result, path)[1]
    return naming.value(v) + (f" {own}" if own and _number(v) else "")


def _plain(what: str, here: str, field: str) -> tuple[str, ...]:
    return (what, here, "", "", "", "", field)


def _row(result: StudyResult, path: str, given: Sequence[Any], texts: Sequence[str]) -> tuple[str, ...]:
    known = naming.stated(result, path)
    label = naming.varied(result, path)[0]
    now = ", ".join(_valued(result, path, v) for v in known.get("values", ()))
    ranges = known.get("ranges", ())
    said_by = dict.fromkeys(f"{r['source']}, {r['status']}" for r in ranges)
    source = [*known.get("source", ()), *(f"range: {text}" for text in said_by)]
    return (
        label,
        "; ".join(texts),
        now or ("not in it" if known else words.MISSING),
        _plausible(result, path, ranges, given),
        ", ".join(known.get("status", ())) or words.MISSING,
        "; ".join(source) or words.MISSING,
        path,
    )


def _plausible(result: StudyResult, path: str, ranges: Sequence[Mapping[str, Any]], given: Sequence[Any]) -> str:
    """The stated ranges, each with whose it is where there are several; where none is stated, that the study's own are meant."""
    if ranges:
        own = naming.varied(result, path)[1]
        return "; ".join(words.span(r["lo"], r["hi"], own) + (f" ({r['of']})" if len(ranges) > 1 else "") for r in ranges)
    numbers = [v for v in given if _number(v)]
    if len(numbers) < 2:
        return "none stated"
    return f"none stated: the study's own {naming.value(min(numbers))} to {_valued(result, path, max(numbers))}"


def _outside(result: StudyResult, path: str) -> Iterable[str]:
    """Values that are set or varied and lie outside a stated range."""
    for r in naming.stated(result, path).get("ranges", ()):
        beyond = [v for v in _given(result, path) if _number(v) and not r["lo"] <= v <= r["hi"]]
        if beyond:
            texts = ", ".join(_valued(result, path, v) for v in beyond)
            yield f"{naming.varied(result, path)[0]} {texts} ({r['of']}: {words.span(r['lo'], r['hi'], '')})"


def _case(result: StudyResult, q: Point) -> str:
    """What a named case changes."""
    said_here = [naming.change(result, path, v) for path, v in q.changes.items()]
    said_here += [f"left out: {', '.join(q.without)}"] if q.without else []
    return "; ".join(said_here) or "as the study sets it"
