"""The report of a study: what was asked, every design point with its interval, what differs from the baseline, what was assumed."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from cupola.assess import models
from cupola.assess.question import Chart, checked
from cupola.assess.report import answer, charts, words
from cupola.assess.report.names import METHODS, RAIDS
from cupola.assess.report.parts import Figure, Report, Table
from cupola.assess.study import store
from cupola.assess.study.definition import RAID
from cupola.assess.study.result import Difference, Estimate, Point, StudyResult
from cupola.core.errors import BadInput

MOST_ROWS = 120  # of a table; the study's files hold all
MOST_OUTPUTS = 6  # with a figure each
MOST_LINES = 30  # of a figure that tells point by point
FIDELITY = {"full": "full path", "fast": "fast", "exact": "exact"}


def read(folder: str | Path) -> Report:
    """The report of a study's folder. Raises BadFile."""
    return of_study(store.load(folder), (Path(folder) / "study.yaml").read_text(), str(folder))


def of_study(result: StudyResult, text: str, folder: str = "") -> Report:
    """The report of a study's result, whole or as far as it has come. text: the study file, which the report hands on;
    folder: of the results, as the user named it.

    A model's single exact point is told as that answer.
    """
    name = "study"
    file, into = str(result.provenance.get("given") or "study.yaml"), folder or _slug(result.name)
    command = f"cupola study {shlex.quote(file)} --out {shlex.quote(into)}"
    single = _single(result)
    if single is not None:
        return replace(
            single, name=name, question=result.question or single.question, facts=_facts(result), command=command, yaml=text
        )
    return Report(
        name=name,
        title=result.name,
        question=result.question,
        numbers=tuple(_numbers(result)),
        summary=_summary(result),
        figures=tuple(_figures(result)),
        tables=tuple(
            t for t in (_estimates(result), _differences(result), _agreements(result), _assumed(result), _named(result)) if t.rows
        ),
        limits=str(result.provenance.get("limits") or ""),
        sources=tuple(str(s) for s in result.provenance.get("sources") or ()),
        facts=_facts(result),
        command=command,
        yaml=text,
    )


def _single(result: StudyResult) -> Report | None:
    """The answer's own report where a study is one run of a model that is at hand."""
    once = result.provenance.get("runs") == 1 and len(result.points) == 1
    if not once or result.spec.get("model", RAID) == RAID:
        return None
    try:
        model = models.model(str(result.spec["model"]))
        seed = {"seed": result.provenance["seed"]} if any(i.name == "seed" for i in model.inputs) else {}
        return answer.of_model(model, checked(model, {**result.spec.get("set", {}), **result.points[0].changes, **seed}))
    except BadInput:
        return None  # made by another version, whose question was another; its numbers stand in the tables


def _label(result: StudyResult, name: str) -> str:
    """What a model or a scenario's run calls it in words; the name itself for paths of a scenario, and what has no words."""
    try:
        model = models.model(str(result.spec.get("model", RAID)))
    except BadInput:
        return RAIDS.get(name, name)  # a scenario, or a model of another version
    labels = {i.name: i.label for i in model.inputs} | {o.name: o.label for o in model.outputs}
    return labels.get(name, name)


def _slug(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.") or "result"


def _numbers(result: StudyResult) -> Iterable[tuple[str, str]]:
    """Every output, from its least to its greatest value over the design points."""
    both = len({e.fidelity for e in result.estimates}) > 1
    for output in result.outputs:
        found = [e for e in result.estimates if e.output == output]
        for fidelity in dict.fromkeys(e.fidelity for e in found):
            means = [e.mean for e in found if e.fidelity == fidelity]
            unit, name = result.units.get(output, ""), _label(result, output) + (f", {FIDELITY[fidelity]}" if both else "")
            same = words.shown(min(means), unit) == words.shown(max(means), unit)
            yield name, words.shown(means[0], unit) if same else words.span(min(means), max(means), unit)


def _summary(result: StudyResult) -> str:
    runs = result.provenance.get("runs")
    drawn = any(e.lo is not None for e in result.estimates)
    own = _drawn(result)
    parts = [f"{len(result.points)} design point{'s' if len(result.points) > 1 else ''}"]
    parts += [f"{runs} runs"] if runs else []
    parts += (
        [f"intervals at {100 * result.confidence:g} % confidence"]
        if drawn
        else [f"each point one answer, drawn ({own})" if own else "nothing is drawn, so there are no intervals"]
    )
    text = f"{', '.join(parts)}."
    if "fast" in result.spec.get("fidelity", ""):
        text += f" Fast fidelity: engagements drawn on {result.spec.get('calibration')} recorded runs of the full path."
    if len(result.points) > 1:
        text += " The numbers above go from the least to the greatest value over the design points"
        text += ", which got the same seeds." if drawn else "."
    if not result.finished:
        text += " THE STUDY IS NOT FINISHED: run its command again to let it go on."
    short = [result.points[k].label for k, why in result.stopped.items() if why == "max" and _stop(result)]
    return text + (f" The wanted interval was not reached at: {'; '.join(short[:5])}." if short else "")


def _drawn(result: StudyResult) -> str:
    """What a model that draws with a seed of its own says of it; empty for all others."""
    try:
        return models.model(str(result.spec.get("model", RAID))).drawn
    except BadInput:
        return ""  # a scenario, or a model of another version


def _stop(result: StudyResult) -> bool:
    repetitions = result.spec.get("repetitions")
    return isinstance(repetitions, Mapping) and bool(repetitions.get("stop"))


def _figures(result: StudyResult) -> Iterable[Figure]:
    """One for each output: along the number that is varied, by input for a hypercube, else point by point."""
    numeric = _varied(result.points)
    design = result.spec.get("design", "grid")
    level = f"{100 * result.confidence:g} % interval"
    for output in result.outputs[:MOST_OUTPUTS]:
        found = [e for e in result.estimates if e.output == output]
        title = _unit(result, output)
        if not found or len(result.points) == 1:
            continue
        if design == "latin-hypercube" and numeric:
            yield from _scattered(result, found, numeric, title)
        elif design == "grid" and 1 <= len(numeric) <= 2 and len(result.points) > 2:
            along, x = _along(result, found, numeric), _label(result, numeric[0])
            note = f"Band: {level}." if charts.banded(along) else ""
            spec = charts.sweep(along, x, title)
            yield Figure(f"{_label(result, output)}, by {_inside(x)}", spec, note)
        else:
            rows = [_row(result.points[e.point].label, FIDELITY[e.fidelity], e) for e in found]
            note = f"Dot: mean; line: {level}." if any(e.lo is not None for e in found) else ""
            note += f" The first {MOST_LINES} of {len(rows)} points." if len(rows) > MOST_LINES else ""
            yield Figure(_label(result, output), charts.whiskers(rows[:MOST_LINES], title), note.strip())
            yield from _against(result, output, title, level)


def _inside(label: str) -> str:
    """A label inside a title."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def _varied(points: tuple[Point, ...]) -> list[str]:
    """Paths that are varied, if nothing but numbers differs between points."""
    paths = list(dict.fromkeys(path for q in points for path in q.changes))
    values = [v for q in points for v in q.changes.values()]
    numbers = all(isinstance(v, int | float) and not isinstance(v, bool) for v in values)
    return paths if numbers and not any(q.without for q in points) else []


def _along(result: StudyResult, found: list[Estimate], numeric: list[str]) -> list[dict[str, Any]]:
    """Rows of a sweep; the baseline stands apart where it has no place on the axis."""
    both = len({e.fidelity for e in found}) > 1
    rows = []
    for e in found:
        changes = result.points[e.point].changes
        if any(path not in changes for path in numeric):
            continue
        series = [f"{_label(result, numeric[1])} {changes[numeric[1]]:g}"] if len(numeric) > 1 else []
        series += [FIDELITY[e.fidelity]] if both or not series else []
        rows.append(_row("", ", ".join(series), e) | {"x": changes[numeric[0]]})
    return rows


def _scattered(result: StudyResult, found: list[Estimate], numeric: list[str], title: str) -> Iterable[Figure]:
    for path in numeric:
        there = [e for e in found if path in result.points[e.point].changes]
        x = [result.points[e.point].changes[path] for e in there]
        chart = Chart("", _label(result, path), title, {"design points": (x, [e.mean for e in there])}, kind="points")
        yield Figure(f"{_label(result, found[0].output)}, by {_inside(_label(result, path))}", charts.chart(chart))


def _against(result: StudyResult, output: str, title: str, level: str) -> Iterable[Figure]:
    rows = [_row(result.points[d.point].label, FIDELITY[d.fidelity], d) for d in result.differences if d.output == output]
    if rows:
        spec = charts.whiskers(rows[:MOST_LINES], f"{title}, less that of the baseline", zero=True)
        yield Figure(
            f"{_label(result, output)}: difference from “{result.points[0].label}”", spec, f"Runs of the same seeds; line: {level}."
        )


def _row(label: str, series: str, e: Estimate | Difference) -> dict[str, Any]:
    return {"label": label, "series": series, "mean": e.mean, "lo": e.lo, "hi": e.hi}


def _unit(result: StudyResult, output: str) -> str:
    unit, label = result.units.get(output), _label(result, output)
    return f"{label} [{unit}]" if unit else label


def _said(result: StudyResult, output: str, value: float) -> str:
    """A value in a table: with its unit where it is money, else bare, for the unit stands beside the output."""
    unit = result.units.get(output, "")
    return words.shown(value, unit) if words.is_money(unit) else words.number(value)


def _column(result: StudyResult, output: str) -> str:
    """An output's name in a table."""
    return _label(result, output) if words.is_money(result.units.get(output, "")) else _unit(result, output)


def _estimates(result: StudyResult) -> Table:
    found = [e for e in result.estimates if e.output in result.outputs]
    if all(e.fidelity == "exact" for e in found):
        exact = [(result.points[e.point].label, _column(result, e.output), _said(result, e.output, e.mean)) for e in found]
        return _cut("Results", ("Design point", "Output", "Value"), exact, (2,))
    rows = [
        (
            result.points[e.point].label,
            FIDELITY[e.fidelity],
            _column(result, e.output),
            _said(result, e.output, e.mean),
            _between(result, e),
            str(e.n),
            e.method,
        )
        for e in found
    ]
    heads = ("Design point", "Fidelity", "Output", "Mean", "Interval", "Runs", "Method")
    used = [text for method, text in METHODS.items() if any(e.method == method for e in found)]
    return _cut("Results", heads, rows, (3, 4, 5), f"Method of the interval: {'; '.join(used)}." if used else "")


def _differences(result: StudyResult) -> Table:
    rows = [
        (
            result.points[d.point].label,
            _column(result, d.output),
            _said(result, d.output, d.mean),
            _between(result, d),
            str(d.n),
            f"{d.variance_ratio:.3g}" if d.lo != d.hi else words.MISSING,
        )
        for d in result.differences
        if d.output in result.outputs
    ]
    heads = ("Design point", "Output", "Difference", "Interval", "Pairs", "Variance cut")
    note = f"From “{result.points[0].label}”; variance cut: how many times smaller common seeds made the variance."
    return _cut("Differences from the baseline", heads, rows, (2, 3, 4, 5), note)


def _agreements(result: StudyResult) -> Table:
    rows = [
        (
            result.points[a.point].label,
            _column(result, a.output),
            _said(result, a.output, a.full),
            _said(result, a.output, a.fast),
            f"{_said(result, a.output, a.mean)} [{_said(result, a.output, a.lo)}, {_said(result, a.output, a.hi)}]",
            "yes" if a.agrees else "NO",
        )
        for a in result.agreements
        if a.output in result.outputs
    ]
    heads = ("Design point", "Output", "Full", "Fast", "Fast less full", "Agrees")
    return _cut("Do the two fidelities agree?", heads, rows, (2, 3, 4))


def _assumed(result: StudyResult) -> Table:
    """Inputs of a model; for a scenario what the study sets."""
    given = {**result.spec.get("set", {})}
    if result.spec.get("model", RAID) != RAID:
        try:
            model = models.model(str(result.spec["model"]))
            varied = {path for q in result.points for path in q.changes}
            table = answer.assumptions(model.inputs, checked(model, given))
        except BadInput as e:
            return Table("Assumptions", ("Assumption", "Value"), tuple((k, str(v)) for k, v in given.items()), note=str(e))
        rows = tuple(
            (row[0], "varied", *row[2:]) if i.name in varied else row for i, row in zip(model.inputs, table.rows, strict=True)
        )
        return replace(table, rows=rows)
    set_here = [("scenario", str(result.spec.get("scenario", "")))]
    set_here += [(str(k), str(v)) for k, v in given.items()]
    set_here += [("left out", str(name)) for name in result.spec.get("without", ())]
    note = "Everything else as in the scenario; cupola cite names the source of each of its numbers."
    return Table("Assumptions", ("Path", "Value"), tuple(set_here), note=note)


def _cut(title: str, heads: tuple[str, ...], rows: Sequence[tuple[str, ...]], right: tuple[int, ...], note: str = "") -> Table:
    if len(rows) > MOST_ROWS:
        note = f"{note} {len(rows) - MOST_ROWS} more rows are in the study's tables (cupola query).".strip()
    return Table(title, heads, tuple(rows[:MOST_ROWS]), right, note)


def _between(result: StudyResult, e: Estimate | Difference) -> str:
    if e.lo is None or e.hi is None:
        return ""
    return "same in all runs" if e.lo == e.hi else f"{_said(result, e.output, e.lo)} to {_said(result, e.output, e.hi)}"


def _named(result: StudyResult) -> Table:
    """The names that the study's own tables use for what has words here."""
    rows = tuple((_label(result, o), o) for o in result.outputs if _label(result, o) != o)
    return Table("Names of the outputs", ("In this report", "In the study's tables (cupola query)"), rows)


def _facts(result: StudyResult) -> tuple[tuple[str, str], ...]:
    p = result.provenance
    facts: list[tuple[str, str]] = [("made by", f"Cupola {p.get('version', '?')}"), ("model", str(result.spec.get("model", RAID)))]
    own = _drawn(result)
    facts += [("drawn", own)] if own else [("first seed", str(p["seed"]))] if "seed" in p else []
    facts += [("runs", str(p["runs"]))] if p.get("runs") else []
    facts += [("SHA-256 of the scenarios", str(p["scenarios"]))] if p.get("scenarios") else []
    return tuple(facts)
