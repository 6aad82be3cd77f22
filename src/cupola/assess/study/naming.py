"""What the parts of a study are called, by its text for a terminal and its report alike: outputs, what is varied, design points."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import PurePath
from typing import Any

from cupola.assess import models
from cupola.assess.question import Model, least
from cupola.assess.study.design import label as listed
from cupola.assess.study.quantities import TABLE
from cupola.assess.study.result import Point, StudyResult
from cupola.core.errors import BadInput
from cupola.scenario.stated import ENDINGS, unit

NAMED = 3  # design points that a line names, the others are counted


def model(result: StudyResult) -> Model | None:
    """The model that a study asks; None for a scenario, and for a model of another version."""
    try:
        return models.model(str(result.spec.get("model")))
    except BadInput:
        return None


def output(result: StudyResult, name: str) -> str:
    """An output in words: its model's label, that of the table of quantities, or its name."""
    asked = model(result)
    labels = {o.name: o.label for o in asked.outputs} if asked else {k: q.label for k, q in TABLE.items()}
    return labels.get(name, name)


def whole(result: StudyResult, name: str, found: float) -> float:
    """An output's value as every text shows it: of a least count (``Output.up``) the whole number above it."""
    asked = model(result)
    return least(found) if asked and any(o.name == name and o.up for o in asked.outputs) else found


def varied(result: StudyResult, path: str) -> tuple[str, str]:
    """Label and unit of what is set or varied: a model's input, or a field of a scenario (``links.*.delay_s``: Delay, all links).

    Where two that are varied would have the same words, the path itself.
    """
    asked = model(result)
    if asked:
        return next(((i.label, i.unit) for i in asked.inputs if i.name == path), (path, ""))
    paths = {p for q in result.points for p in q.changes} | {path}
    same = sum(_field(p) == _field(path) for p in paths) > 1
    own = stated(result, path).get("unit") or unit(path.rpartition(".")[2])
    return (path, own) if same else (_field(path), own)


def stated(result: StudyResult, path: str) -> Mapping[str, Any]:
    """What was known of a scenario's field when the study was begun (``scenario.stated``); empty where nothing was kept."""
    kept = result.provenance.get("fields")
    found = kept.get(path) if isinstance(kept, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _field(path: str) -> str:
    *owners, last = path.split(".")
    ending = max((e for e in ENDINGS if last.endswith(e)), key=len, default="")
    words = last.removesuffix(ending).replace("_", " ")
    owner = _owner(owners)
    return f"{words[:1].upper()}{words[1:]}" + (f", {owner}" if owner else "")


def _owner(owners: list[str]) -> str:
    """The thing a field belongs to, by the name it was given: ``defence.batteries.ship-coast`` is ship-coast."""
    if len(owners) > 1 and owners[-1] == "*":
        return f"all {owners[-2]}"
    if len(owners) > 1 and owners[-1].isdigit():
        return f"{owners[-2]} {int(owners[-1]) + 1}"
    if owners[-1:] == ["kill_model"]:
        return "kill model"
    return owners[-1] if owners else ""


def value(given: Any) -> str:
    """A value of what is set or varied: of a file its name without the folders."""
    if given is None or isinstance(given, bool):
        return "none" if given is None else "yes" if given else "no"
    if isinstance(given, int | float):
        return f"{given:,.0f}" if 1e4 <= abs(given) < 1e15 or (given == round(given, 0) and abs(given) < 1e4) else f"{given:.4g}"
    if isinstance(given, str):
        return PurePath(given).name if "/" in given else given
    text = json.dumps(given)
    return text if len(text) <= 60 else text[:57] + "..."


def change(result: StudyResult, path: str, given: Any) -> str:
    """``Magazine, ship-coast: 16``; ``Delay, all links: 2 s``."""
    label, unit = varied(result, path)
    return f"{label}: {value(given)}" + (f" {unit}" if unit else "")


def point(result: StudyResult, p: Point) -> str:
    """A design point by the name it was given, else by what it changes."""
    if not p.changes or p.label != listed(p.changes):
        return p.label
    return "; ".join(change(result, path, v) for path, v in p.changes.items())


def unmet(result: StudyResult) -> list[str]:
    """Design points whose wanted interval was not reached within ``repetitions.max``."""
    repetitions = result.spec.get("repetitions")
    if not isinstance(repetitions, dict) or not repetitions.get("stop"):
        return []
    return [point(result, result.points[k]) for k, why in result.stopped.items() if why == "max"]


def cut_short(result: StudyResult) -> str:
    """What to mind of runs that were cut: who had not come down by then. Empty where none were."""
    lasted = result.spec.get("duration_s")
    if not lasted:
        return ""
    return f"Runs were cut at {lasted:g} s (duration_s): what was under way then counts neither as killed nor as got through."


def infeasible(result: StudyResult) -> str:
    """The first of the points without an answer, each with its reason, and how many more there are."""
    return some(f"{point(result, result.points[k])}: {why}" for k, why in result.infeasible.items())


def some(names: Iterable[str]) -> str:
    """The first of these names and how many more there are."""
    every = list(names)
    return "; ".join(every[:NAMED]) + (f" and {len(every) - NAMED} more" if len(every) > NAMED else "")
