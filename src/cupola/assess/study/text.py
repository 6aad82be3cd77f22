"""A study's result for a person at a terminal."""

from __future__ import annotations

from cupola.assess import models
from cupola.assess.question import Model
from cupola.assess.study.result import Difference, Estimate, StudyResult
from cupola.core.errors import BadInput

MOST = 40  # rows of a table; the files hold all


def text(r: StudyResult, folder: str) -> str:
    """Estimates of the outputs asked for, differences from the baseline, agreement of the fidelities."""
    lines = [f"{r.name}: {r.question}" if r.question else r.name]
    lines += _cut([_estimate(r, e) for e in r.estimates if e.output in r.outputs])
    there = {e.output for e in r.estimates}
    if none := [_called(r, o) for o in r.outputs if o not in there]:
        lines.append(f"  no estimate, for no run had a finite value: {', '.join(none)}")
    if r.differences:
        lines.append(f"difference from {r.points[0].label!r}, same seeds:")
        lines += _cut([_difference(r, d) for d in r.differences if d.output in r.outputs])
    if r.agreements:
        lines.append("fast less full:")
        lines += _cut(
            [
                f"  {r.points[a.point].label}: {a.output} {a.mean:+.4g} [{a.lo:+.4g}, {a.hi:+.4g}],"
                f" {'agrees' if a.agrees else 'DIFFERS'} (full {a.full:.4g}, fast {a.fast:.4g})"
                for a in r.agreements
                if a.output in r.outputs
            ]
        )
    short = [r.points[k].label for k, why in r.stopped.items() if why == "max" and r.spec["repetitions"]["stop"]]
    if short:
        lines.append(f"the wanted interval was not reached within repetitions.max: {'; '.join(short[:5])}")
    lines.append(f'{r.provenance.get("runs", 0)} runs in {folder}; tables: cupola query {folder} "SELECT * FROM estimates"')
    return "\n".join(lines)


def _estimate(r: StudyResult, e: Estimate) -> str:
    unit = f" {r.units[e.output]}" if r.units.get(e.output) else ""
    name = _called(r, e.output)
    at = r.points[e.point].label + (f" ({e.fidelity})" if len({x.fidelity for x in r.estimates}) > 1 else "")
    if e.lo is None:
        why = f" ({e.n} runs, no spread between calibrations: no interval)" if e.method == "cluster" else ""
        return f"  {at}: {name} {e.mean:{_digits(r)}}{unit}{why}"
    if e.lo == e.hi:
        return f"  {at}: {name} {e.mean:.4g}{unit} (in each of {e.n} runs)"
    gain = f", control variates cut the variance {e.variance_ratio:.1f}x" if e.variance_ratio > 1.05 else ""
    return f"  {at}: {name} {e.mean:.4g} [{e.lo:.4g}, {e.hi:.4g}]{unit} ({e.n} runs{gain})"


def _difference(r: StudyResult, d: Difference) -> str:
    if d.lo is None:
        return f"  {r.points[d.point].label}: {_called(r, d.output)} {d.mean:+.4g}"
    if d.lo == d.hi:
        return f"  {r.points[d.point].label}: {_called(r, d.output)} {d.mean:+.4g} (in each of {d.n} pairs)"
    gain = f", common seeds cut the variance {d.variance_ratio:.1f}x"
    return f"  {r.points[d.point].label}: {_called(r, d.output)} {d.mean:+.4g} [{d.lo:+.4g}, {d.hi:+.4g}] ({d.n} pairs{gain})"


def _called(r: StudyResult, output: str) -> str:
    """An output by its model's label and its name; by its name alone where no model is at hand."""
    model = _model(r)
    labels = {o.name: o.label for o in model.outputs} if model else {}
    return f"{labels[output]} ({output})" if output in labels else output


def _digits(r: StudyResult) -> str:
    """How an answer without an interval is printed: no more digits than its draws leave it."""
    model = _model(r)
    return ".3g" if model and model.drawn else ".6g"


def _model(r: StudyResult) -> Model | None:
    try:
        return models.model(str(r.spec.get("model")))
    except BadInput:
        return None  # a scenario, or a model of another version


def _cut(lines: list[str]) -> list[str]:
    return lines if len(lines) <= MOST else [*lines[:MOST], f"  and {len(lines) - MOST} rows more"]
