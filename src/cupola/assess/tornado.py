"""What moves an answer most: each assumption alone, from the low to the high end of what is plausible of it.

One function for the command, the page and the report, so that they show the same bars. What the question itself asks for (targets,
a wanted probability, years) and what only says how it is computed (a seed) does not move: ``Input.role``.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from cupola.assess.question import SHOWN, Input, Model, number
from cupola.core.constants import Cited
from cupola.core.errors import BadInput, BadOption

SHARES = {"read": 0.1, "computed": 0.2, "second-hand": 0.25, "assumed": 0.5}

SOURCES: dict[str, Cited] = {
    "SHARES": Cited(
        "1",
        "assumed: how far a number may be off for which no plausible range is stated, as a share of it, by how it is known",
        2026,
        "assumed",
    )
}
NOTE = (
    "Each assumption goes from the low to the high end of its plausible range (as far as its value, where that lies "
    "outside), the others stay (choices: all). Where no range is "
    "stated it goes down and up by a share of its value, by how it is known: "
    f"{', '.join(f'{status} {share:.0%}' for status, share in SHARES.items())}."
)


Asked = Callable[[Model, Mapping[str, Any], str], float]


@dataclass(frozen=True)
class Bar:
    """What the output becomes at the low and the high end of one input, all others as given."""

    name: str
    lo: Any
    hi: Any
    at_lo: float
    at_hi: float


def tornado(
    model: Model, values: Mapping[str, Any], output: str, only: Collection[str] | None = None, of: Asked = number
) -> tuple[list[Bar], dict[str, str]]:
    """One bar for each assumption that moves the output, widest first, seen from the answer to ``values`` (both ends may lie on
    one side of it). Also gives the inputs that could not be tried, each with its range and the reason: the model refuses an end
    together with the other values, or has no finite answer there. only: names of the inputs to try, for who shows one bar after
    the other; of: how an output is asked for, for who keeps answers. Raises BadOption.
    """
    if output not in {o.name for o in model.outputs}:
        raise BadOption(f"{model.name} has no output {output[:SHOWN]!r}; it has {', '.join(o.name for o in model.outputs)}")
    now = of(model, values, output)
    bars: list[Bar] = []
    refused: dict[str, str] = {}
    for i in (i for i in model.inputs if only is None or i.name in only):
        tried = plausible(i, values[i.name])
        try:
            found = _bar(functools.partial(_at, of, model, values, output, i.name), values[i.name], i, tried) if tried else None
        except BadInput as e:
            refused[i.name] = f"{tried[0]} to {tried[-1]}: {e}" if i.choices else f"{tried[0]:g} to {tried[-1]:g}: {e}"
            continue
        if found is not None and not found.at_lo == found.at_hi == now:
            bars.append(found)
    return sorted(bars, key=lambda b: max(b.at_lo, b.at_hi, now) - min(b.at_lo, b.at_hi, now), reverse=True), refused


def plausible(i: Input, value: Any) -> tuple[Any, ...]:
    """What an input may be instead: all choices, or the low and the high end, at least as far as the value; empty for what
    does not move."""
    if i.role != "assumption":
        return ()
    if isinstance(i.default, bool):
        return (False, True)
    if isinstance(i.default, str):
        return i.choices
    if i.low is None or i.high is None:
        return _around(i, value)
    return (i.low, i.high) if i.worded(value) is not value else (min(i.low, value), max(i.high, value))


def _at(of: Asked, model: Model, values: Mapping[str, Any], output: str, name: str, value: Any) -> float:
    return of(model, {**values, name: value}, output)


def _bar(at: Callable[[Any], float], value: Any, i: Input, tried: tuple[Any, ...]) -> Bar:
    if i.choices:
        ends = sorted((at(c), c) for c in tried)
        (at_lo, lo), (at_hi, hi) = ends[0], ends[-1]
    else:
        (lo, at_lo), (hi, at_hi) = (_end(at, end, value, stated=i.low is not None) for end in tried)
        if lo == hi:
            at(tried[0]), at(tried[1])  # the one that is refused says why
    if not (math.isfinite(at_lo) and math.isfinite(at_hi)):
        raise BadOption("no finite answer there")
    return Bar(i.name, lo, hi, at_lo, at_hi)


def _end(at: Callable[[Any], float], end: Any, value: Any, stated: bool) -> tuple[Any, float]:
    """An end and the answer there; of a range that nobody stated, the value itself where the model refuses the end."""
    try:
        return end, at(end)
    except BadInput:
        if stated:
            raise
        return value, at(value)


def _around(i: Input, value: float) -> tuple[float, float]:
    """Down and up by a share of the value, or of all that is accepted where that is zero; what counts things by one at least."""
    way = abs(value) * SHARES[i.status]
    if value == 0.0 and i.lo is not None and i.hi is not None:
        way = (i.hi - i.lo) * SHARES[i.status]
    lo, hi = value - way, value + way
    if isinstance(i.default, int):
        lo, hi = min(round(lo), int(value) - 1), max(round(hi), int(value) + 1)
    return (lo if i.lo is None else max(lo, i.lo)), (hi if i.hi is None else min(hi, i.hi))
