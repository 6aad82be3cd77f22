"""The figures of a study: one for each output, along the number that is varied, input by input, or point by point."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from cupola.assess.question import Chart, small
from cupola.assess.report import charts, said, sweeps
from cupola.assess.report.parts import Figure
from cupola.assess.study import naming
from cupola.assess.study.result import Difference, Estimate, Point, StudyResult

MOST_OUTPUTS = 6  # with a figure each
MOST_TOLD = 6  # lines that the note tells one by one
WEAK = 30  # % of a rank correlation, below which a cloud of points shows little (assumed)
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
    """A line for each value of a second number; where there are intervals or both fidelities a panel for each."""
    rows, output = _along(result, found, numeric), found[0].output
    x, y = said.axis(result, numeric[0]), said.unit(result, output)
    title = f"{naming.output(result, output)}, by {small(naming.varied(result, numeric[0])[0])}"
    several = len({e.fidelity for e in found}) > 1
    note = " ".join(filter(None, [_turns(result, rows, output), _marks(result, rows, several)]))
    if len(numeric) < 2:
        return Figure(title, sweeps.sweep(rows, x, y), note)
    title += f" and {small(naming.varied(result, numeric[1])[0])}"
    names = list(dict.fromkeys(r["panel"] for r in rows))
    if several or sweeps.banded(rows):
        panels = tuple((name, sweeps.sweep([r for r in rows if r["panel"] == name], x, y, rows)) for name in names)
        return Figure(title, {}, note, panels)
    lines = [{**r, "series": r["value"]} for r in rows]
    return Figure(title, sweeps.sweep(lines, x, y), f"Each line: {small(naming.varied(result, numeric[1])[0])}. {note}".strip())


def _along(result: StudyResult, found: list[Estimate], numeric: list[str]) -> list[dict[str, Any]]:
    """Rows of a sweep, with the panel they belong to; the baseline stands apart where it has no place on the axis."""
    rows = []
    for e in found:
        changes = result.points[e.point].changes
        if any(path not in changes for path in numeric):
            continue
        own = {"x": changes[numeric[0]], "panel": "", "value": ""}
        if len(numeric) > 1:
            own |= {"panel": naming.change(result, numeric[1], changes[numeric[1]]), "value": naming.value(changes[numeric[1]])}
        rows.append(_row(result, "", said.FIDELITY[e.fidelity], e) | own)
    return rows


def _turns(result: StudyResult, rows: list[dict[str, Any]], output: str) -> str:
    """From where to where each line goes, and whether the intervals of its ends overlap: then the way is not shown by these runs.
    Of the better fidelity only, and of few lines."""
    best = rows[0]["series"] if rows else ""
    lines = [[r for r in rows if (r["panel"], r["series"]) == (name, best)] for name in dict.fromkeys(r["panel"] for r in rows)]
    lines = [sorted(line, key=lambda r: float(r["x"])) for line in lines if len(line) > 1]
    if not lines or len(lines) > MOST_TOLD:
        return ""
    texts = [_turn(result, line, output) for line in lines]
    more = f" ({best})" if len({r["series"] for r in rows}) > 1 else ""
    return f"From end to end{more}: {'; '.join(texts)}."


def _turn(result: StudyResult, line: list[dict[str, Any]], output: str) -> str:
    first, last = line[0], line[-1]
    low, high = (said.value(result, output, r["mean"]) for r in (first, last))
    told = f"{low} to {high}" if low != high else f"{low} at both ends"
    name = f"at {first['value']}: " if first["panel"] else ""
    if None in (first["lo"], last["lo"]) or first["mean"] == last["mean"]:
        return f"{name}{told}"
    overlap = first["lo"] <= last["hi"] and last["lo"] <= first["hi"]
    return f"{name}{told}, {'intervals overlap' if overlap else 'intervals apart'}"


def _marks(result: StudyResult, rows: list[dict[str, Any]], several: bool) -> str:
    """What dots, bands, dashes and whiskers are."""
    if not sweeps.banded(rows):
        return "Dashed: fast." if several else ""
    whiskers = f" Dashed, with whiskers: {said.FIDELITY['fast']}." if several else ""
    return f"Dot: mean; band: {_level(result)}.{whiskers}"


def _scattered(result: StudyResult, found: list[Estimate], numeric: list[str]) -> Iterable[Figure]:
    output = found[0].output
    for path in numeric:
        there = [e for e in found if path in result.points[e.point].changes]
        x = [result.points[e.point].changes[path] for e in there]
        series = {"design points": (x, [e.mean for e in there])}
        chart = Chart("", said.axis(result, path), said.unit(result, output), series, kind="points")
        title = f"{naming.output(result, output)}, by {small(naming.varied(result, path)[0])}"
        yield Figure(title, charts.chart(chart), _ranked(x, [e.mean for e in there]))


def _ranked(x: list[float], y: list[float]) -> str:
    """How far an output goes with what is varied, whatever else does: Spearman's rank correlation."""
    from scipy.stats import spearmanr  # takes long to load

    found = float(spearmanr(x, y).statistic) if len(set(x)) > 2 and len(set(y)) > 1 else math.nan
    if not math.isfinite(found):
        return ""
    way = "little to see" if abs(found) < WEAK / 100 else "rises with it" if found > 0 else "falls with it"
    return f"Rank correlation {found:.2f} over {len(x)} design points, in which all that is varied moves at once: {way}."


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
    title = f"{naming.output(result, output)}, one input at a time"
    return Figure(title, charts.levels(rows, said.unit(result, output), now), f"{_widest(result, rows, output)} {note}".strip())


def _widest(result: StudyResult, rows: list[dict[str, Any]], output: str) -> str:
    """Which input moves the output most, and from where to where."""
    ends = {}
    for name in dict.fromkeys(r["input"] for r in rows):
        mine = sorted((r for r in rows if r["input"] == name), key=lambda r: r["mean"])
        ends[name] = (mine[0], mine[-1])
    name = max(ends, key=lambda n: ends[n][1]["mean"] - ends[n][0]["mean"], default="")
    if not name or ends[name][0]["mean"] == ends[name][1]["mean"]:
        return ""
    low, high = (f"{said.value(result, output, r['mean'])} at {r['value']}" for r in ends[name])
    return f"Most: {small(name)}, {low}, {high}."


def _listed(result: StudyResult, found: list[Estimate]) -> Iterable[Figure]:
    """Point by point, and beside it what differs from the baseline."""
    output = found[0].output
    title = said.unit(result, output)
    rows = [_row(result, naming.point(result, result.points[e.point]), said.FIDELITY[e.fidelity], e) for e in found]
    note = f"Dot: mean; line: {_level(result)}." if any(e.lo is not None for e in found) else ""
    label = naming.output(result, output)
    yield Figure(
        label, charts.whiskers(rows[:MOST_LINES], title), f"{_extremes(result, rows, output)} {note} {_left(rows)}".strip()
    )
    apart = [d for d in result.differences if d.output == output and d.lo is not None]
    rows = [_row(result, naming.point(result, result.points[d.point]), said.FIDELITY[d.fidelity], d) for d in apart]
    if any(d.mean != 0.0 or d.lo != d.hi for d in apart):
        base = naming.point(result, result.points[result.baseline])
        spec = charts.whiskers(rows[:MOST_LINES], f"{title}, less that of “{base}”", zero=True)
        note = f"Runs of the same seeds; line: {_level(result)}. Where it crosses the dashed line, these runs show no difference."
        yield Figure(f"{label}: difference from “{base}”", spec, f"{note} {_left(rows)}".strip())


def _extremes(result: StudyResult, rows: list[dict[str, Any]], output: str) -> str:
    """The design points with the lowest and the highest mean, of the first fidelity."""
    mine = [r for r in rows if r["series"] == rows[0]["series"]]
    low, high = (f(mine, key=lambda r: r["mean"]) for f in (min, max))
    if said.value(result, output, low["mean"]) == said.value(result, output, high["mean"]):
        return ""
    texts = (f"{said.value(result, output, r['mean'])} at “{r['label']}”" for r in (low, high))
    return "Lowest {}, highest {}.".format(*texts)


def _left(rows: list[dict[str, Any]]) -> str:
    return f"The first {MOST_LINES} of {len(rows)} points; the study's tables hold all." if len(rows) > MOST_LINES else ""


def _level(result: StudyResult) -> str:
    return f"{100 * result.confidence:g} % interval of the mean"


def _row(result: StudyResult, label: str, series: str, e: Estimate | Difference) -> dict[str, Any]:
    """A mean, drawn where its text says it is: a least count at the whole number above it."""
    mean = naming.whole(result, e.output, e.mean) if isinstance(e, Estimate) else e.mean
    return {"label": label, "series": series, "mean": mean, "lo": e.lo, "hi": e.hi}
