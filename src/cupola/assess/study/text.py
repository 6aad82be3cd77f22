"""A study's result for a person at a terminal."""

from __future__ import annotations

from cupola.assess import amounts
from cupola.assess.study import naming
from cupola.assess.study.result import Agreement, Difference, Estimate, StudyResult

MOST = 60  # rows of a table; the files hold all
WIDEST = 120  # letters of a line of results side by side


def text(r: StudyResult, folder: str) -> str:
    """Estimates of the outputs asked for, differences from the baseline, agreement of the fidelities."""
    lines = [f"{r.name}: {r.question}" if r.question else r.name]
    exact = len(r.points) > 1 and all(e.lo is None or e.method == "drawn" for e in r.estimates)
    lines += _side_by_side(r) if exact else _cut([_estimate(r, e) for e in r.estimates if e.output in r.outputs])
    there = {e.output for e in r.estimates}
    if none := [_called(r, o) for o in r.outputs if o not in there]:
        lines.append(f"  no estimate, for no run had a finite value: {', '.join(none)}")
    if cut := naming.cut_short(r):
        lines.append(cut)
    if r.infeasible:
        lines.append(f"infeasible, {len(r.infeasible)} of {len(r.points)} design points, without numbers:")
        lines += _cut([f"  {r.points[k].label}: {why}" for k, why in r.infeasible.items()])
    if unpaired(r):
        lines.append(f"no differences: the first design point, {r.points[r.baseline].label!r}, is infeasible")
    if r.differences:
        lines.append(f"difference from {r.points[r.baseline].label!r}, same seeds:")
        lines += _cut([_difference(r, d) for d in r.differences if d.output in r.outputs])
    if r.agreements:
        lines.append("fast less full:")
        lines += _cut([_agreement(r, a) for a in r.agreements if a.output in r.outputs])
    if short := naming.unmet(r):
        lines.append(f"the wanted interval was not reached within repetitions.max: {naming.some(short)}")
    runs = r.provenance.get("runs", 0)
    lines.append(f'{runs} run{"" if runs == 1 else "s"} in {folder}; tables: cupola query {folder} "SELECT * FROM estimates"')
    return "\n".join(lines)


def unpaired(r: StudyResult) -> bool:
    """Whether differences that the study would give are not there for want of the design point they are taken from."""
    return r.baseline in r.infeasible and len(r.points) > 1 and any(e.fidelity in ("full", "fast") for e in r.estimates)


def _side_by_side(r: StudyResult) -> list[str]:
    """One row for each design point, one column for each output: what has no interval needs no line of its own. More outputs than a
    line holds go into further tables."""
    found = {(e.point, e.output): _answer(r, e) for e in r.estimates}
    shown = [o for o in r.outputs if any((q.index, o) in found for q in r.points)]
    heads = ["design point", *(f"{o} [{r.units[o]}]" if r.units.get(o) else o for o in shown)]
    rows = [heads, *([q.label, *(found.get((q.index, o), "-") for o in shown)] for q in r.points)]
    width = [max(len(row[k]) for row in rows) for k in range(len(heads))]
    out = [f"  {o}: {naming.output(r, o)}" for o in shown if naming.output(r, o) != o]
    columns = list(range(1, len(heads)))
    while columns:
        fits = [k for i, k in enumerate(columns) if i == 0 or 2 + width[0] + sum(2 + width[c] for c in columns[: i + 1]) <= WIDEST]
        columns = columns[len(fits) :]
        out += _cut(["  " + "  ".join([row[0].ljust(width[0]), *(row[k].rjust(width[k]) for k in fits)]) for row in rows])
    return out


def _answer(r: StudyResult, e: Estimate) -> str:
    """One answer of a model, with what its own draws leave open: half of its interval."""
    text = amounts.number(naming.whole(r, e.output, e.mean))
    return text if e.lo is None or e.hi is None or e.lo == e.hi else f"{text} ±{max(e.hi - e.mean, e.mean - e.lo):,.1g}"


def _estimate(r: StudyResult, e: Estimate) -> str:
    name = _called(r, e.output)
    at = r.points[e.point].label + (f" ({e.fidelity})" if len({x.fidelity for x in r.estimates}) > 1 else "")
    if e.lo is None:
        why = f" ({e.n} runs, no spread between calibrations: no interval)" if e.method == "cluster" else ""
        return f"  {at}: {name} {_bare(r, e.output, e.mean)}{_unit(r, e.output)}{why}"
    if e.lo == e.hi:
        runs = "" if e.method == "drawn" else f" (in each of {e.n} runs)"
        return f"  {at}: {name} {_bare(r, e.output, e.mean)}{_unit(r, e.output)}{runs}"
    runs = "drawn" if e.method == "drawn" else f"{e.n} runs"
    gain = f", control variates cut the variance {e.variance_ratio:.1f}x" if e.variance_ratio > 1.05 else ""
    mid, (low, high) = _bare(r, e.output, e.mean), amounts.ends(e.lo, e.lo if e.hi is None else e.hi, r.units.get(e.output, ""))
    unit = _unit(r, e.output)
    return f"  {at}: {name} {mid} [{low}, {high}]{unit} ({runs}{gain})"


def _difference(r: StudyResult, d: Difference) -> str:
    at = r.points[d.point].label + (f" ({d.fidelity})" if len({x.fidelity for x in r.differences}) > 1 else "")
    if d.lo is None:
        return f"  {at}: {_called(r, d.output)} {_bare(r, d.output, d.mean, signed=True)}"
    if d.lo == d.hi:
        return f"  {at}: {_called(r, d.output)} {_bare(r, d.output, d.mean, signed=True)} (in each of {d.n} pairs)"
    gain = f", common seeds cut the variance {d.variance_ratio:.1f}x"
    low, mid, high = (_bare(r, d.output, v, signed=True) for v in (d.lo, d.mean, d.hi))
    return f"  {at}: {_called(r, d.output)} {mid} [{low}, {high}] ({d.n} pairs{gain})"


def _agreement(r: StudyResult, a: Agreement) -> str:
    low, mid, high = (_bare(r, a.output, v, signed=True) for v in (a.lo, a.mean, a.hi))
    verdict = "no difference seen" if a.agrees else "DIFFERS"
    both = f"full {_bare(r, a.output, a.full)}, fast {_bare(r, a.output, a.fast)}"
    return f"  {r.points[a.point].label}: {_called(r, a.output)} {mid} [{low}, {high}], {verdict} ({both})"


def _bare(r: StudyResult, output: str, value: float | None, signed: bool = False) -> str:
    """A value without its unit as the report writes it; one of money in dollars, millions or billions of them."""
    unit = r.units.get(output, "")
    told = None if value is None else naming.whole(r, output, value)
    text = amounts.shown(told, unit if amounts.is_money(unit) else "")
    return f"+{text}" if signed and value is not None and value >= 0.0 else text


def _unit(r: StudyResult, output: str) -> str:
    unit = r.units.get(output, "")
    return f" {unit}" if unit and not amounts.is_money(unit) else ""


def _called(r: StudyResult, output: str) -> str:
    """A model's output by its label and its name; one of a scenario by its name, which says where it stands in the summary."""
    label = naming.output(r, output) if naming.model(r) else output
    return f"{label} ({output})" if label != output else output


def _cut(lines: list[str]) -> list[str]:
    return lines if len(lines) <= MOST else [*lines[:MOST], f"  and {len(lines) - MOST} rows more"]
