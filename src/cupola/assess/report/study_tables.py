"""The tables of a study: results and differences by design point, what it sets and varies, what its scenario assumes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from cupola.assess.question import checked
from cupola.assess.report import answer, fidelity, given_fields, said, words
from cupola.assess.report.parts import Table
from cupola.assess.study import naming
from cupola.assess.study.quantities import TABLE
from cupola.assess.study.result import Difference, Estimate, Point, StudyResult
from cupola.core.errors import BadInput

MOST_ROWS = 120  # of a table; the study's files hold all
MOST_AXES = 3  # fields that vary, with a column each
ACROSS, ACROSS_EXACT = 3, 5  # outputs beside each other, with intervals and without


def tables(result: StudyResult) -> tuple[Table, ...]:
    """All tables of a study's result that have rows, the answers first."""
    found = [
        *_results(result),
        _infeasible(result),
        *_spread(result),
        _differences(result),
        fidelity.verdicts(result),
        _agreements(result),
        _assumed(result),
        _named(result),
    ]
    return tuple(t for t in found if t.rows)


def _results(result: StudyResult) -> Iterable[Table]:
    """The means, with their intervals where there are any."""
    drawn = any(e.lo is not None for e in result.estimates)
    found = {(e.point, e.fidelity, e.output): e for e in result.estimates}
    yield from _across(result, "Results", result.outputs, found, said.mean, lambda shown: _methods(result, shown) if drawn else "")


def _infeasible(result: StudyResult) -> Table:
    """Design points without an answer."""
    paths = _axes(result)
    rows = [(*_place(result, result.points[k], paths), why) for k, why in result.infeasible.items()]
    return _cut("Infeasible design points", (*_places(result, paths), "Why it has no answer"), rows, ())


def _spread(result: StudyResult) -> Iterable[Table]:
    """What single runs gave, beside what their mean is: a raid that is fought once is one of them."""
    found = {(e.point, e.fidelity, e.output): e for e in result.estimates if e.p50 is not None and e.p05 != e.p95}
    note = "Median of the runs; in brackets the values that 5 % and 95 % of them do not exceed. More runs do not narrow this range."
    varied = [o for o in result.outputs if any(key[2] == o for key in found)]
    yield from _across(result, "From run to run", varied, found, said.spread, lambda _: note)


def _across(
    result: StudyResult,
    title: str,
    outputs: Sequence[str],
    found: Mapping[tuple[int, str, str], Estimate],
    cell: Callable[[StudyResult, Estimate], str],
    note: Callable[[Sequence[str]], str],
) -> Iterable[Table]:
    """One row for each design point and fidelity, one column for each output; many outputs make several tables."""
    drawn = any(e.lo is not None for e in found.values())
    several = any(e.lo is not None and e.method != "drawn" for e in found.values())
    kinds = list(dict.fromkeys(kind for _, kind, _ in found))
    parts = math.ceil(len(outputs) / (ACROSS if drawn else ACROSS_EXACT)) or 1
    across = math.ceil(len(outputs) / parts) or 1  # tables of about one width
    paths = _axes(result)
    for k in range(0, len(outputs), across):
        shown = outputs[k : k + across]
        rows = [
            (
                *_place(result, q, paths),
                *([said.FIDELITY[kind]] if len(kinds) > 1 else []),
                *(cell(result, found[q.index, kind, o]) if (q.index, kind, o) in found else words.MISSING for o in shown),
                *([_runs(found[q.index, kind, o] for o in shown if (q.index, kind, o) in found)] if several else []),
            )
            for q in result.points
            for kind in kinds
            if any((q.index, kind, o) in found for o in shown)
        ]
        before = _places(result, paths)
        before += ("Fidelity",) if len(kinds) > 1 else ()
        heads = (*before, *(said.column(result, o) for o in shown), *(("Runs",) if several else ()))
        right = tuple(range(len(before), len(heads)))
        yield _cut(title if k == 0 else f"{title}, further outputs", heads, rows, right, note(shown))


def _axes(result: StudyResult) -> list[str]:
    """What is varied, where each point is best told by its values side by side: two or three fields that vary together."""
    paths = list(dict.fromkeys(path for q in result.points for path in q.changes))
    together = result.spec.get("design", "grid") in ("grid", "latin-hypercube")
    return paths if together and 2 <= len(paths) <= MOST_AXES else []


def _place(result: StudyResult, q: Point, paths: Sequence[str]) -> list[str]:
    if not paths or not q.changes:
        return [naming.point(result, q), *[""] * (len(paths) - 1)]
    return [naming.value(q.changes[path]) for path in paths]


def _places(result: StudyResult, paths: Sequence[str]) -> tuple[str, ...]:
    """Heads above what ``_place`` gives."""
    return tuple(said.axis(result, p) for p in paths) or ("Design point",)


def _runs(found: Iterable[Estimate]) -> str:
    counts = sorted({e.n for e in found})
    return str(counts[0]) if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"


def _methods(result: StudyResult, shown: Sequence[str]) -> str:
    there = {e.method for e in result.estimates if e.output in shown and e.lo is not None and e.lo != e.hi}
    used = "; ".join(text for method, text in said.METHODS.items() if method in there)
    level = f"In brackets the {100 * result.confidence:g} % interval of the mean"
    return f"{level} ({used})." if used else ""


def _differences(result: StudyResult) -> Table:
    both = len({d.fidelity for d in result.differences}) > 1
    paths = _axes(result)
    rows = [
        (
            *_place(result, result.points[d.point], paths),
            *([said.FIDELITY[d.fidelity]] if both else []),
            said.column(result, d.output),
            said.mean(result, d),
            reading(d),
            str(d.n),
        )
        for d in result.differences
        if d.output in result.outputs
    ]
    heads = (*_places(result, paths), *(["Fidelity"] if both else []), "Output", "Difference", "Reading", "Pairs")
    base = naming.point(result, result.points[result.baseline]) if result.points else ""
    note = f"From “{base}”, in runs of the same seeds; in brackets the {100 * result.confidence:g} % interval of the mean."
    note += " Not told apart: the interval holds zero, so these runs do not show that the change matters."
    right = (len(heads) - 3, len(heads) - 1)
    return _cut(f"Differences from “{base}”", heads, rows, right, note)


def reading(d: Difference) -> str:
    """What a difference says: better or worse where less or more of the output is, and only where its interval leaves out zero."""
    if d.lo is None or d.hi is None:
        return "one pair" if d.n == 1 else "no interval"
    if d.lo == d.hi == 0.0:
        return "none in any pair"
    if d.lo <= 0.0 <= d.hi:
        return "not told apart"
    way = "more" if d.mean > 0.0 else "less"
    better = TABLE[d.output].better if d.output in TABLE else ""
    return f"{way}: {'better' if way == better else 'worse'}" if better else way


def _agreements(result: StudyResult) -> Table:
    paths = _axes(result)
    rows = [
        (
            *_place(result, result.points[a.point], paths),
            said.column(result, a.output),
            said.value(result, a.output, a.full),
            said.value(result, a.output, a.fast),
            said.mean(result, a),
            "not seen to differ" if a.agrees else "DIFFERENT",
        )
        for a in result.agreements
        if a.output in result.outputs
    ]
    heads = (*_places(result, paths), "Output", "Full", "Fast", "Fast less full", "Verdict")
    return _cut("Fast against full, point by point", heads, rows, tuple(range(len(heads) - 4, len(heads) - 1)))


def _assumed(result: StudyResult) -> Table:
    """Inputs of a model; for a scenario what the study sets and varies."""
    asked, given = naming.model(result), {**result.spec.get("set", {})}
    if asked is None:
        return given_fields.table(result)
    try:
        table = answer.assumptions(asked.inputs, checked(asked, given))
    except BadInput as e:
        return Table("Assumptions", ("Assumption", "Value"), tuple((k, str(v)) for k, v in given.items()), note=str(e))
    several = given_fields.values(result)
    rows = tuple(
        (row[0], f"{'; '.join(several[i.name])} (default {words.value(i, i.default)})", *row[2:]) if i.name in several else row
        for i, row in zip(asked.inputs, table.rows, strict=True)
    )
    return replace(table, rows=rows)


def annex(result: StudyResult) -> tuple[Table, ...]:
    """The numbers of a study's scenario, as its folder keeps them from its beginning; those of an older folder are not there."""
    kept = result.provenance.get("assumed")
    if not isinstance(kept, Mapping):
        return ()
    catalogue, constants, named = (
        tuple(tuple(str(v) for v in row) for row in kept[k]) for k in ("catalogue", "constants", "named")
    )
    note = (
        "A value's plausible range stands in brackets after it. Sources by their key: works above, assumptions in the last table."
    )
    return (
        Table("Numbers of the catalogue that the scenario uses", ("What", "Values", "Status", "Source"), catalogue, note=note),
        Table("Constants and assumptions of the model", ("Part", "Value and meaning", "Status", "Where in the code"), constants),
        Table("What the names of assumptions stand for", ("Name", "Assumption or computation"), named),
    )


def _cut(title: str, heads: tuple[str, ...], rows: Sequence[tuple[str, ...]], right: tuple[int, ...], note: str = "") -> Table:
    if len(rows) > MOST_ROWS:
        note = f"{note} {len(rows) - MOST_ROWS} more rows are in the study's tables (cupola query).".strip()
    return Table(title, heads, tuple(rows[:MOST_ROWS]), right, note)


def _named(result: StudyResult) -> Table:
    """The names that the study's own tables use for what has words here."""
    rows = tuple((naming.output(result, o), o) for o in result.outputs if naming.output(result, o) != o)
    return Table("Names of the outputs", ("In this report", "In the study's tables (cupola query)"), rows)
