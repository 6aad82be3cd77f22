"""An answer in words: numbers as people write them, one sentence to quote, the study file and the command that give it again."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

import yaml

from cupola import __version__
from cupola.assess.amounts import MISSING, ends, is_money, number, shown
from cupola.assess.question import Answer, Input, Model, Output, least, small

__all__ = [
    "MISSING",
    "accepted",
    "answered",
    "between",
    "command",
    "ends",
    "is_money",
    "known",
    "number",
    "outputs",
    "plausible",
    "sentence",
    "shown",
    "span",
    "study_yaml",
    "value",
]


def value(i: Input, given: Any) -> str:
    """The value of an input with its unit, or the word for a 0 that is no amount."""
    worded = i.worded(given)
    return str(worded) if worded is not given else shown(given, i.unit)


def span(lo: float, hi: float, unit: str) -> str:
    """From one value to another, in so many digits that they differ: the unit once, but at both ends where it is money, for it may
    differ in millions and billions. Two that are one value are told as that."""
    low, high = ends(lo, hi, unit)
    if low == high:
        return f"{shown(lo, unit)}, no spread"
    return f"{low} to {high}" + ("" if is_money(unit) or not unit else f" {unit}")


def plausible(i: Input) -> str:
    """The stated plausible range in words, a dash where none is stated."""
    return MISSING if i.low is None or i.high is None else between(i, i.low, i.high)


def between(i: Input, lo: float, hi: float) -> str:
    """From one value of an input to another; a 0 that is no amount by its word."""
    return f"{value(i, lo)} to {value(i, hi)}" if i.worded(lo) is not lo or i.worded(hi) is not hi else span(lo, hi, i.unit)


def known(i: Input, given: Any) -> tuple[str, str]:
    """How a value is known and from where: what the user changed is the user's, the default and its source stand beside it."""
    if given == i.default:
        return i.status, i.source
    return "yours", f"default {value(i, i.default)}, {i.status}" + (f": {i.source}" if i.source else "")


def accepted(i: Input) -> str:
    """What an input may be, with its unit."""
    if i.choices or isinstance(i.default, bool):
        return ", ".join(i.choices) or "yes, no"
    if i.lo is None or i.hi is None:
        return "" if i.lo is i.hi else f"from {shown(i.lo, i.unit)}" if i.hi is None else f"up to {shown(i.hi, i.unit)}"
    return between(i, i.lo, i.hi)


def outputs(model: Model, answer: Answer) -> list[dict[str, Any]]:
    """The numbers of an answer as rows: name, label, unit, value, and the text to show."""
    return [
        {"name": o.name, "label": o.label, "unit": o.unit, "value": answer[o.name], "shown": answered(o, answer[o.name])}
        for o in model.outputs
    ]


def answered(o: Output, found: Any) -> str:
    """One number of an answer as every text shows it."""
    return shown(least(found) if o.up and found is not None else found, o.unit)


def sentence(model: Model, values: Mapping[str, Any], answer: Answer) -> str:
    """The answer to quote: every number, what was changed, what was left as it was, and what made it."""
    found = "; ".join(f"{small(o['label'])} {o['shown']}" for o in outputs(model, answer))
    changed = [i for i in model.inputs if values[i.name] != i.default]
    kept = [i for i in model.inputs if values[i.name] == i.default]
    parts = [f"{model.title}: {found}.", *answer.get("warnings", ()), *answer.get("notes", ())]
    if changed:
        parts.append(f"Assuming {_list(changed, values)}.")
    if kept:
        parts.append(f"{'Defaults' if changed else 'All defaults'}: {_list(kept, values)}.")
    return " ".join([*parts, f"Cupola {__version__}, model {model.name}; simulation on public data."])


def _list(inputs: list[Input], values: Mapping[str, Any]) -> str:
    return ", ".join(f"{small(i.label)} {value(i, values[i.name])}" for i in inputs)


def study_yaml(model: Model, values: Mapping[str, Any]) -> str:
    """The file that ``cupola study`` runs to get this answer again: the model and every input."""
    study: dict[str, Any] = {"name": model.name, "question": model.question, "model": model.name, "set": dict(values)}
    if "seed" in values:
        study["repetitions"] = {"min": 1, "max": 1}  # this answer's draws and no others
    body: str = yaml.safe_dump(study, sort_keys=False, allow_unicode=True, width=100)
    return f"# cupola study {model.name}.yaml --out {model.name}\n{body}"


def command(model: Model, values: Mapping[str, Any], folder: str = "") -> str:
    """The command that gives this answer again as a report, in ``folder`` or one of the model's name."""
    sets = [f"--set {shlex.quote(f'{i.name}={_text(values[i.name])}')}" for i in model.inputs if values[i.name] != i.default]
    return " ".join(["cupola report", model.name, *sets, "--out", shlex.quote(folder or model.name)])


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
