"""The report of a study: what was asked, every design point with its interval, what differs from the baseline, what was assumed."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from cupola.assess.question import checked, small
from cupola.assess.report import answer, fidelity, words
from cupola.assess.report.parts import Report
from cupola.assess.report.study_figures import figures
from cupola.assess.report.study_tables import annex, tables
from cupola.assess.study import naming, store
from cupola.assess.study.definition import RAID
from cupola.assess.study.result import Estimate, StudyResult
from cupola.assess.study.text import unpaired
from cupola.core.errors import BadInput


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
    limits = [str(result.provenance.get("limits") or ""), fidelity.limits(result)]
    return Report(
        name=name,
        title=result.name,
        question=result.question,
        numbers=tuple(_numbers(result)),
        summary=_summary(result),
        figures=tuple(figures(result)),
        tables=tables(result),
        limits=" ".join(part for part in limits if part),
        sources=tuple(str(s) for s in result.provenance.get("sources") or ()),
        facts=_facts(result),
        command=command,
        yaml=text,
        annex=annex(result),
    )


def _single(result: StudyResult) -> Report | None:
    """The answer's own report where a study is one run of a model that is at hand."""
    once = result.provenance.get("runs") == 1 and len(result.points) == 1
    model = naming.model(result)
    if not once or model is None:
        return None
    try:
        seed = {"seed": result.provenance["seed"]} if any(i.name == "seed" for i in model.inputs) else {}
        return answer.of_model(model, checked(model, {**result.spec.get("set", {}), **result.points[0].changes, **seed}))
    except BadInput:
        return None  # made by another version, whose question was another; its numbers stand in the tables


def _slug(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.") or "result"


def _main(result: StudyResult, output: str) -> list[Estimate]:
    """An output's estimates at the better of the fidelities that were used."""
    found = [e for e in result.estimates if e.output == output]
    best = next((kind for kind in ("full", "exact", "drawn", "fast") if any(e.fidelity == kind for e in found)), "")
    return [e for e in found if e.fidelity == best]


def _numbers(result: StudyResult) -> Iterable[tuple[str, str]]:
    """Every output: its mean for one design point (the first with its interval; the table has all), else its least and greatest
    mean over the points, called so."""
    for output in result.outputs:
        found, unit, label = _main(result, output), result.units.get(output, ""), naming.output(result, output)
        if not found:
            continue
        means = [e.mean for e in found]
        if len(found) == 1:
            yield label, words.shown(means[0], unit)
            e = found[0]
            if output == result.outputs[0] and e.lo is not None and e.hi is not None and e.lo != e.hi:
                yield f"{label}: {_level(result)} of the mean", words.span(e.lo, e.hi, unit)
        elif words.shown(min(means), unit) == words.shown(max(means), unit):
            yield f"{label}, at all {len(found)} design points", words.shown(means[0], unit)
        else:
            of = f" of {len(found)} design points" if output == result.outputs[0] else ""
            yield f"{label}: lowest and highest{of}", words.span(min(means), max(means), unit)


def _level(result: StudyResult) -> str:
    return f"{100 * result.confidence:g} % interval"


def _summary(result: StudyResult) -> str:
    runs = result.provenance.get("runs")
    drawn = any(e.lo is not None for e in result.estimates)
    own = _drawn(result)
    parts = [f"{len(result.points)} design point{'s' if len(result.points) > 1 else ''}"]
    parts += [f"{runs} runs"] if runs else []
    parts += [f"each point one answer, drawn ({own})"] if own else []
    parts += [f"intervals at {100 * result.confidence:g} % confidence"] if drawn else []
    parts += [] if own or drawn else ["nothing is drawn, so there are no intervals"]
    said_here = [f"{', '.join(parts)}.", _infeasible(result), _ends(result, drawn), naming.cut_short(result)]
    said_here += [_fast(result), _priced(result), _known(result)]
    if not result.finished:
        said_here.append("THE STUDY IS NOT FINISHED: run its command again to let it go on.")
    if short := naming.unmet(result):
        said_here.append(f"The wanted interval was not reached at: {naming.some(short)}.")
    return " ".join(text for text in said_here if text)


def _ends(result: StudyResult, drawn: bool) -> str:
    """What the two numbers above are, and at which points the first output that differs has them: no interval of chance."""
    if len(result.points) < 2:
        return ""
    text = "The pairs of numbers above are the lowest and the highest of the design points, not an interval of chance"
    text += ", which stands in the table of results." if drawn else "."
    for output in result.outputs:
        found, unit = _main(result, output), result.units.get(output, "")
        least, most = (f(found, key=lambda e: e.mean, default=None) for f in (min, max))
        if least and most and least.mean != most.mean:
            low, high = (f"{_with_interval(e, unit)} at “{naming.point(result, result.points[e.point])}”" for e in (least, most))
            return f"{text} {naming.output(result, output)}: {low}, {high}."
    return ""


def _with_interval(e: Estimate, unit: str) -> str:
    """A mean with its unit and, where it has one, its interval in brackets."""
    if e.lo is None or e.hi is None or e.lo == e.hi:
        return words.shown(e.mean, unit)
    return f"{words.shown(e.mean, unit)} [{words.span(e.lo, e.hi, unit)}]"


def _infeasible(result: StudyResult) -> str:
    """How many design points have no answer, and what that leaves out."""
    if not result.infeasible:
        return ""
    count = f"{len(result.infeasible)} of {len(result.points)} design points"
    text = f"Infeasible, and so without numbers: {count} ({naming.infeasible(result)})."
    return f"{text} There are no differences, for the first design point is among them." if unpaired(result) else text


def _fast(result: StudyResult) -> str:
    if not fidelity.used(result):
        return ""
    recorded = f"engagements drawn on {result.spec.get('calibration')} recorded runs of the full path"
    if not result.agreements:
        return f"All runs at the fast fidelity: {recorded}; see the limits."
    differing = {a.output for a in result.agreements if not a.agrees}
    apart = [small(naming.output(result, o)) for o in result.outputs if o in differing]
    found = f"it differs in {', '.join(apart)}" if apart else "no difference was seen"
    return f"The numbers above are of the full path. The fast fidelity ({recorded}) was run beside it: {found}."


def _priced(result: StudyResult) -> str:
    """What the interval of a price leaves out; a model's prices have their range among its assumptions."""
    if naming.model(result) or not any(words.is_money(result.units.get(o, "")) for o in result.outputs):
        return ""
    return "Prices are the catalogue's at their nominal values: the range of their sources is not in the intervals."


def _known(result: StudyResult) -> str:
    """How the scenario's numbers are known."""
    kept = result.provenance.get("assumed")
    return f"The scenario rests on {kept['count']}; they stand at the end." if isinstance(kept, Mapping) else ""


def _drawn(result: StudyResult) -> str:
    """What a model that draws with a seed of its own says of it; empty for all others."""
    model = naming.model(result)
    return model.drawn if model else ""


def _facts(result: StudyResult) -> tuple[tuple[str, str], ...]:
    p = result.provenance
    facts: list[tuple[str, str]] = [("made by", f"Cupola {p.get('version', '?')}"), ("model", str(result.spec.get("model", RAID)))]
    own = _drawn(result)
    facts += [("drawn", own)] if own else [("first seed", str(p["seed"]))] if "seed" in p else []
    facts += [("runs", str(p["runs"]))] if p.get("runs") else []
    facts += [("SHA-256 of the scenarios", str(p["scenarios"]))] if p.get("scenarios") else []
    return tuple(facts)
