"""The figures of a study: one for each output, along the number that is varied, input by input, or point by point."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cupola.assess.question import Chart, small
from cupola.assess.report import charts, said
from cupola.assess.report.parts import Figure
from cupola.assess.study import naming
from cupola.assess.study.result import Difference, Estimate, Point, StudyResult

MOST_OUTPUTS = 6  # with a figure each
MOST_LINES = 60  # of a figure that tells point by point


def figures(result: StudyResult) -> Iterable[Figure]:
    """One for each output asked for, none for a study of one point or an output that is the same everywhere."""
    numeric = _varied(result.points)
    design = result.spec.get("design", "grid")
    for output in result.outputs[:MOST_OUTPUTS]:
        found = [e for e in result.estimates if e.output == output]
        if len(result.points) == 1 or len({v for e in found for v in (e.mean, e.lo, e.hi)} - {None}) < 2:
            continue  # the same number everywhere is no figure
        if design == "latin-hypercube" and numeric:
            yield from _scattered(result, found, numeric)
        elif design == "grid" and 1 <= len(numeric) <= 2 and len(result.points) > 2:
            yield _swept(result, found, numeric)
        elif design == "one-at-a-time" and all(e.lo is None or e.method == "drawn" for e in found):
            yield _one_at_a_time(result, found)
        else:
            yield from _listed(result, found)


def _varied(points: tuple[Point, ...]) -> list[str]:
    """Paths that are varied, if nothing but numbers differs between points; that with the most values first, as the axis along."""
    paths = list(dict.fromkeys(path for q in points for path in q.changes))
    values = [v for q in points for v in q.changes.values()]
    numbers = all(isinstance(v, int | float) and not isinstance(v, bool) for v in values)
    if not numbers or any(q.without for q in points):
        return []
    return sorted(paths, key=lambda path: -len({q.changes[path] for q in points if path in q.changes}))


def _swept(result: StudyResult, found: list[Estimate], numeric: list[str]) -> Figure:
    along, x = _along(result, found, numeric), said.axis(result, numeric[0])
    note = f"Dot: mean; band: {_level(result)}." if charts.banded(along) else ""
    label = naming.varied(result, numeric[0])[0]
    title = f"{naming.output(result, found[0].output)}, by {small(label)}"
    return Figure(title, charts.sweep(along, x, said.unit(result, found[0].output)), note)


def _along(result: StudyResult, found: list[Estimate], numeric: list[str]) -> list[dict[str, Any]]:
    """Rows of a sweep; the baseline stands apart where it has no place on the axis."""
    both = len({e.fidelity for e in found}) > 1
    rows = []
    for e in found:
        changes = result.points[e.point].changes
        if any(path not in changes for path in numeric):
            continue
        series = [naming.change(result, numeric[1], changes[numeric[1]])] if len(numeric) > 1 else []
        series += [said.FIDELITY[e.fidelity]] if both or not series else []
        rows.append(_row("", ", ".join(series), e) | {"x": changes[numeric[0]]})
    return rows


def _scattered(result: StudyResult, found: list[Estimate], numeric: list[str]) -> Iterable[Figure]:
    output = found[0].output
    for path in numeric:
        there = [e for e in found if path in result.points[e.point].changes]
        x = [result.points[e.point].changes[path] for e in there]
        series = {"design points": (x, [e.mean for e in there])}
        chart = Chart("", said.axis(result, path), said.unit(result, output), series, kind="points")
        title = f"{naming.output(result, output)}, by {small(naming.varied(result, path)[0])}"
        yield Figure(title, charts.chart(chart))


def _one_at_a_time(result: StudyResult, found: list[Estimate]) -> Figure:
    """A line for each input with a dot for each of its values; the baseline as a line down."""
    rows = []
    for e in found:
        for path, v in result.points[e.point].changes.items():
            label, unit = naming.varied(result, path)
            rows.append({"input": label, "value": naming.value(v) + (f" {unit}" if unit else ""), "mean": e.mean})
    now = next((e.mean for e in found if not result.points[e.point].changes), None)
    output = found[0].output
    note = "Each line is one input: a dot for each of its values, all other inputs as in the baseline"
    note += " (the dashed line). The values at both ends stand beside them." if now is not None else "."
    return Figure(naming.output(result, output), charts.levels(rows, said.unit(result, output), now), note)


def _listed(result: StudyResult, found: list[Estimate]) -> Iterable[Figure]:
    """Point by point, and beside it what differs from the baseline."""
    output = found[0].output
    title = said.unit(result, output)
    rows = [_row(naming.point(result, result.points[e.point]), said.FIDELITY[e.fidelity], e) for e in found]
    note = f"Dot: mean; line: {_level(result)}." if any(e.lo is not None for e in found) else ""
    label = naming.output(result, output)
    yield Figure(label, charts.whiskers(rows[:MOST_LINES], title), f"{note} {_left(rows)}".strip())
    apart = [d for d in result.differences if d.output == output and d.lo is not None]
    rows = [_row(naming.point(result, result.points[d.point]), said.FIDELITY[d.fidelity], d) for d in apart]
    if any(d.mean != 0.0 or d.lo != d.hi for d in apart):
        base = naming.point(result, result.points[0])
        spec = charts.whiskers(rows[:MOST_LINES], f"{title}, less that of “{base}”", zero=True)
        note = f"Runs of the same seeds; line: {_level(result)}. Where it crosses the dashed line, these runs show no difference."
        yield Figure(f"{label}: difference from “{base}”", spec, f"{note} {_left(rows)}".strip())


def _left(rows: list[dict[str, Any]]) -> str:
    return f"The first {MOST_LINES} of {len(rows)} points; the study's tables hold all." if len(rows) > MOST_LINES else ""


def _level(result: StudyResult) -> str:
    return f"{100 * result.confidence:g} % interval of the mean"


def _row(label: str, series: str, e: Estimate | Difference) -> dict[str, Any]:
    return {"label": label, "series": series, "mean": e.mean, "lo": e.lo, "hi": e.hi}
