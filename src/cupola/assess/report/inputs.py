"""Assumptions written as text, as an address or ``--set`` gives them, read as the model's own types."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from cupola.assess.question import Answer, Input, Model, ask, checked, known
from cupola.core import written
from cupola.core.errors import BadInput, BadOption


class BadAssumption(BadOption):
    """An assumption that the model refuses. ``name``: which input, empty where it is their combination."""

    def __init__(self, message: str, name: str = "") -> None:
        super().__init__(message)
        self.name = name


def read(model: Model, texts: Mapping[str, str]) -> dict[str, Any]:
    """All inputs of a model from texts, defaults for the others. Raises BadAssumption."""
    own = {i.name: i for i in model.inputs}
    given = {name: _value(own[name], text) if name in own else text for name, text in texts.items()}
    for name, value in given.items():
        try:
            checked(model, {name: value})
        except BadInput as e:
            raise BadAssumption(str(e), name if name in own else "") from None
    return checked(model, given)


def answer(model: Model, values: Mapping[str, Any]) -> Answer:
    """The answer to ``values``. Raises BadAssumption with the input that a refusal speaks of, where it names one."""
    return _asked(ask, model, values)


def at_once(model: Model, values: Mapping[str, Any]) -> Answer:
    """What of the answer to ``values`` is known at once (``question.known``). Raises BadAssumption as ``answer``."""
    return _asked(known, model, values)


def _asked(how: Callable[[Model, Mapping[str, Any]], Answer], model: Model, values: Mapping[str, Any]) -> Answer:
    try:
        return how(model, values)
    except BadInput as e:
        raise BadAssumption(str(e), _meant(model, values, str(e))) from None


def _meant(model: Model, values: Mapping[str, Any], line: str) -> str:
    """The input that a line names by name or label; of several one that was changed, and of those the first in the line."""
    words = {i.name: rf"\b({re.escape(i.name)}|{re.escape(i.label)})\b" for i in model.inputs}
    found = {name: m.start() for name, word in words.items() if (m := re.search(word, line, re.IGNORECASE))}
    usual = {i.name: i.default for i in model.inputs}
    return min(found, key=lambda name: (values.get(name, usual[name]) == usual[name], found[name]), default="")


def _value(i: Input, text: str) -> Any:
    """What a text says, or the text itself where it says nothing of the wanted type: ``checked`` then tells so."""
    if isinstance(i.default, bool):
        return {"true": True, "false": False}.get(text.strip().lower(), text)
    if isinstance(i.default, str):
        return text
    try:
        value = written.number(text)
    except ValueError:
        return text
    return int(value) if isinstance(i.default, int) and math.isfinite(value) and value == int(value) else value
