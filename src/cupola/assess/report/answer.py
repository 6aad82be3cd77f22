"""The report of a model's answer: its numbers and charts, what moves it, and every assumption with its source."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from cupola import __version__
from cupola.assess.question import Answer, Input, Model, small, unsearched
from cupola.assess.report import charts, inputs, movers, reading, words
from cupola.assess.report.parts import Figure, Report, Table
from cupola.assess.study.definition import Study
from cupola.assess.study.estimate import of_draws
from cupola.assess.tornado import NOTE, tornado


def of_model(model: Model, values: Mapping[str, Any], folder: str = "") -> Report:
    """The report of one model's answer to checked values; folder: where the user wants it. Raises BadInput."""
    answer = inputs.answer(model, values)
    numbers = tuple((row["label"], row["shown"]) for row in words.outputs(model, answer))
    figures = [Figure(c.title, charts.chart(c), f"{reading.sentence(c)} {c.note}".strip()) for c in answer.get("charts", ())]
    figures += _moved(model, values, answer)
    return Report(
        name=model.name,
        title=model.title,
        question=model.question,
        numbers=numbers,
        summary=" ".join([*answer.get("warnings", ()), *answer.get("notes", ()), *_chance(model, answer)]),
        figures=tuple(figures),
        tables=(assumptions(model.inputs, values),),
        limits=model.limits,
        sources=model.sources,
        facts=_facts(model, values),
        command=words.command(model, values, folder),
        yaml=words.study_yaml(model, values),
    )


def _chance(model: Model, answer: Answer) -> list[str]:
    """What the model's own draws leave open of the numbers above; nothing of one that draws nothing."""
    errors, level = answer.get("errors", {}), Study.model_fields["confidence"].default
    found = [(o, of_draws(answer[o.name], errors[o.name], level, o.share)) for o in model.outputs if errors.get(o.name)]
    if not found:
        return []
    texts = [f"{small(o.label)} {words.span(lo, hi, o.unit)}" for o, (lo, hi) in found]
    return [f"Drawn; {100 * level:g} % intervals of that chance alone: {'; '.join(texts)}."]


def assumptions(asked: tuple[Input, ...], values: Mapping[str, Any]) -> Table:
    """Every input with its value, its plausible range, what is accepted, how it is known and from where."""
    rows = tuple(
        (
            i.label,
            words.value(i, values[i.name]) + ("" if values[i.name] == i.default else " *"),
            words.plausible(i),
            words.accepted(i),
            words.known(i, values[i.name])[0],
            "; ".join(t for t in (words.known(i, values[i.name])[1], i.help) if t),
        )
        for i in asked
    )
    changed = any(values[i.name] != i.default for i in asked)
    note = "* changed from the default." if changed else "All as by default."
    return Table("Assumptions", ("Assumption", "Value", "Plausible", "Accepted", "Status", "Source and note"), rows, note=note)


def _moved(model: Model, values: Mapping[str, Any], answer: Answer) -> list[Figure]:
    """The tornado of the first output that needs no search; none where it is not a finite number or nothing moves it."""
    at_once = unsearched(model)
    output = next((o for o in model.outputs if o.name in at_once), None)
    if output is None:
        return []
    now = answer[output.name]
    if not isinstance(now, int | float) or isinstance(now, bool) or not math.isfinite(now):
        return []
    bars, refused = tornado(model, values, output.name)
    if not bars:
        return []
    label = f"{output.label} [{output.unit}]" if output.unit else output.label
    rows = movers.rows(model, output, bars)
    note = f"{movers.told(rows, words.answered(output, now))} {movers.READ} {NOTE}"
    if len(rows) > movers.MOST:
        note += f" {len(rows) - movers.MOST} assumptions with smaller effect are not drawn."
    if refused:
        labels = ", ".join(i.label for i in model.inputs if i.name in refused)
        note += f" Not tried, for an end has no answer with the other values: {labels}."
    return [Figure(f"What moves “{output.label}” most", movers.chart(rows, label, now), note)]


def _facts(model: Model, values: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return (("made by", f"Cupola {__version__}"), ("model", model.name), seed(model, values))


def seed(model: Model, values: Mapping[str, Any]) -> tuple[str, str]:
    """What is drawn, as a fact: the seed given, the model's own draws, or none."""
    if "seed" in values:
        return "seed", str(values["seed"])
    return ("drawn", model.drawn) if model.drawn else ("seed", "none: nothing is drawn")
