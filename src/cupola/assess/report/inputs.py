"""Assumptions written as text, as an address or ``--set`` gives them, read as the model's own types; and what each one moves."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from cupola.assess.question import Answer, Bar, Input, Model, ask, checked, tornado
from cupola.core.errors import BadInput, BadOption


class BadAssumption(BadOption):
    """An assumption that the model refuses. ``name``: which input, empty where it is their combination."""

    def __init__(self, message: str, name: str = "") -> None:
        super().__init__(message)
        self.name = name


def read(model: Model, texts: Mapping[str, str]) -> dict[str, Any]:
    """All inputs of a model from texts, defaults for the others. Raises BadAssumption."""
    known = {i.name: i for i in model.inputs}
    given = {name: _value(known[name], text) if name in known else text for name, text in texts.items()}
    for name, value in given.items():
        try:
            checked(model, {name: value})
        except BadInput as e:
            raise BadAssumption(str(e), name if name in known else "") from None
    return checked(model, given)


def answer(model: Model, values: Mapping[str, Any]) -> Answer:
    """The answer to ``values``. Raises BadAssumption with the input that a refusal speaks of, where it names one."""
    try:
        return ask(model, values)
    except BadInput as e:
        raise BadAssumption(str(e), _meant(model, values, str(e))) from None


def _meant(model: Model, values: Mapping[str, Any], line: str) -> str:
    """The input that a line names by name or label; of several one that was changed, and of those the first in the line."""
    words = {i.name: rf"\b({re.escape(i.name)}|{re.escape(i.label)})\b" for i in model.inputs}
    found = {name: m.start() for name, word in words.items() if (m := re.search(word, line, re.IGNORECASE))}
    usual = {i.name: i.default for i in model.inputs}
    return min(found, key=lambda name: (values.get(name, usual[name]) == usual[name], found[name]), default="")


def movers(model: Model, values: Mapping[str, Any], output: str, share: float | None = None) -> tuple[list[Bar], list[str]]:
    """What moves an output most: one input at a time, the others as given; widest first, those without effect left out.

    share: numbers go down and up by this share of their value, inside what is accepted; None: over all that is accepted.
    Choices are tried one by one. Also gives the labels of inputs that could not be tried: the model refuses an end of theirs
    together with the other values, or has no finite answer there. Raises BadOption.
    """
    if output not in {o.name for o in model.outputs}:
        raise BadOption(f"{model.name} has no output {output!r}; it has {', '.join(o.name for o in model.outputs)}")
    now = float(ask(model, values)[output])  # both ends of a bar may lie on one side of it
    bars: list[Bar] = []
    refused: list[str] = []
    for i in model.inputs:
        try:
            found = _bar(model, values, output, i, share)
        except BadInput:
            found = None
            refused.append(i.label)
        if found is not None and not math.isfinite(found.width):
            refused.append(i.label)
        elif found is not None and not found.at_lo == found.at_hi == now:
            bars.append(found)
    return sorted(bars, key=lambda b: max(b.at_lo, b.at_hi, now) - min(b.at_lo, b.at_hi, now), reverse=True), refused


def _bar(model: Model, values: Mapping[str, Any], output: str, i: Input, share: float | None) -> Bar | None:
    """None for what has no ends: free text, the seed, and over all that is accepted a number without range."""
    if i.choices:
        tried = [(float(ask(model, {**values, i.name: c})[output]), c) for c in i.choices]
        (at_lo, lo), (at_hi, hi) = min(tried), max(tried)
        return Bar(i.name, lo, hi, at_lo, at_hi)
    if i.name == "seed" or isinstance(i.default, str):
        return None
    if isinstance(i.default, bool):
        return tornado(model, values, output, {i.name: (False, True)})[0]
    ends: tuple[float | None, float | None] = (i.lo, i.hi) if share is None else _around(i, values[i.name], share)
    if ends[0] is None or ends[1] is None:
        return None
    (low, at_low), (high, at_high) = (_end(model, values, output, i, end, share is not None) for end in ends if end is not None)
    if low == high:
        raise BadOption(f"{model.name}: {i.name} cannot move")
    return Bar(i.name, low, high, at_low, at_high)


def _end(model: Model, values: Mapping[str, Any], output: str, i: Input, end: float, back: bool) -> tuple[float, float]:
    """An end and the answer there. back: an end that the model refuses (fewer than none, say) is the value itself."""
    try:
        return end, float(ask(model, {**values, i.name: end})[output])
    except BadInput:
        if not back:
            raise
        return values[i.name], float(ask(model, values)[output])


def _around(i: Input, value: float, share: float) -> tuple[float, float]:
    """Down and up by a share of the value, or of all that is accepted where that is zero; what counts things by one at least."""
    way = abs(value) * share
    if value == 0.0 and i.lo is not None and i.hi is not None:
        way = (i.hi - i.lo) * share
    lo, hi = value - way, value + way
    if isinstance(i.default, int):
        lo, hi = min(round(lo), int(value) - 1), max(round(hi), int(value) + 1)
    return (lo if i.lo is None else max(lo, i.lo)), (hi if i.hi is None else min(hi, i.hi))


def _value(i: Input, text: str) -> Any:
    """What a text says, or the text itself where it says nothing of the wanted type: ``checked`` then tells so."""
    if isinstance(i.default, bool):
        return {"true": True, "false": False}.get(text.strip().lower(), text)
    if isinstance(i.default, str):
        return text
    try:
        value = float(text)
    except ValueError:
        return text
    return int(value) if isinstance(i.default, int) and math.isfinite(value) and value == int(value) else value
