"""A question that Cupola answers: its inputs with ranges and sources, its outputs, and the pure function between them.

Everything that asks goes through here and nowhere else: studies sweep a model's inputs, the gallery hangs sliders on them, the
literature puts published assumptions in, reports print what was assumed. A new question is one ``Model`` and a line in ``models``.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cupola.core import written
from cupola.core.errors import BadOption

Answer = dict[str, Any]
LARGEST = 1e300
WHOLE = 1e-6  # a count this little above a whole number is that number: sums of fractions round
SHOWN = 80  # characters of what was given that a message repeats
ROLES = ("assumption", "demand", "numeric")
NAMES = ("Aegis", "Ground-Based Interceptor", "Next Generation Interceptor", "Patriot")  # a label keeps their capitals


@dataclass(frozen=True)
class Input:
    """One assumption. lo, hi: what is accepted (both included); step: of a slider; choices: of a text; status: how it is known.

    low, high: what is plausible, by the source where it states a range, else assumed; a tornado goes from one to the other.
    zero: what 0 stands for, in a word, where it is no amount but leaves the choice to the model.
    role: ``assumption`` (may be otherwise), ``demand`` (what the question asks for), ``numeric`` (how it is computed or counted).
    The type of ``default`` is the type of the input: bool, int, float or str.
    """

    name: str
    label: str
    unit: str
    default: float | int | str | bool
    lo: float | None = None
    hi: float | None = None
    step: float | None = None
    choices: tuple[str, ...] = ()
    source: str = ""
    status: str = "assumed"
    help: str = ""
    low: float | None = None
    high: float | None = None
    role: str = "assumption"
    zero: str = ""

    def worded(self, value: Any) -> Any:
        """The value, or the word for a 0 that is no amount."""
        return self.zero if self.zero and value == 0 else value


@dataclass(frozen=True)
class Output:
    """One number of the answer. share: from 0 to 1. up: a least count that may have a fraction: texts show ``least`` of it."""

    name: str
    label: str
    unit: str
    up: bool = False
    share: bool = False


def small(label: str) -> str:
    """A label inside a sentence: small first letter, unless it begins with a name, an abbreviation or a single letter."""
    kept = label.startswith(NAMES) or not label[1:2].islower()
    return label if kept else label[0].lower() + label[1:]


def least(count: float) -> float:
    """A least count as every text shows it: the whole number above it, or infinity."""
    return math.ceil(count - WHOLE) if math.isfinite(count) else count


@dataclass(frozen=True)
class Chart:
    """A picture that comes with an answer. x, y: axis labels with units; series: name to (x values, y values).

    kind: ``line``, ``bar`` (x may be words), ``band`` (series ``lo`` and ``hi``) or ``points``. log: the upward axis is logarithmic
    (all values above 0), for curves that span decades with every choice of inputs; else the drawing decides.
    """

    title: str
    x: str
    y: str
    series: Mapping[str, tuple[Sequence[Any], Sequence[float]]]
    kind: str = "line"
    note: str = ""
    log: bool = False


@dataclass(frozen=True)
class Model:
    """A question and how it is answered. ``answer`` takes every input by name, gives every output by name, may add ``charts``,
    ``warnings`` (sentences on what is asked) and ``notes`` (sentences without which an output is not understood).
    charts: of the same inputs, for an answer whose charts cost many times its numbers.
    drawn: of one that draws with a seed of its own: how often, and how good its numbers are; its answer holds ``errors``, the
    standard error of each output that was drawn.
    at_once: of one that is not quick, what of its answer is known without the search: some outputs, and charts in which
    values that are searched for are nan. It is as fast as a quick one, and refuses what it can.

    It is pure: the same inputs give the same answer; one that draws has an input ``seed``. quick: fit for a slider, below 50 ms
    with its defaults and a fraction of a second at any end of any input.
    """

    name: str
    title: str
    question: str
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    answer: Callable[[Mapping[str, Any]], Answer]
    quick: bool
    limits: str
    sources: tuple[str, ...] = field(default=())
    charts: Callable[[Mapping[str, Any]], list[Chart]] | None = None
    drawn: str = ""
    at_once: Callable[[Mapping[str, Any]], Answer] | None = None


def ask(model: Model, given: Mapping[str, Any] | None = None) -> Answer:
    """The answer to ``given`` assumptions, defaults for the others. Raises BadOption in the user's terms."""
    values = checked(model, given or {})
    return model.answer(values) | ({"charts": model.charts(values)} if model.charts else {})


def known(model: Model, given: Mapping[str, Any] | None = None) -> Answer:
    """What of the answer is known at once; outputs that are searched for are None. Raises BadOption in the user's terms."""
    values = checked(model, given or {})
    return dict.fromkeys(o.name for o in model.outputs) | (model.at_once(values) if model.at_once else {})


@functools.cache
def unsearched(model: Model) -> tuple[str, ...]:
    """Outputs that are known at once: all of a quick model, of another those that ``at_once`` gives. Found out once a process."""
    found = known(model) if not model.quick else {}
    return tuple(o.name for o in model.outputs if model.quick or found[o.name] is not None)


def number(model: Model, given: Mapping[str, Any], output: str) -> float:
    """One output, without a search where it needs none. Raises BadOption in the user's terms."""
    found = known(model, given)[output] if model.at_once else None
    return float(numbers(model, given)[output] if found is None else found)


def numbers(model: Model, given: Mapping[str, Any] | None = None) -> Answer:
    """The same for who wants the outputs only, many times over: charts are not drawn where that can be left out."""
    return model.answer(checked(model, given or {}))


def checked(model: Model, given: Mapping[str, Any]) -> dict[str, Any]:
    """All inputs of a model: ``given`` where it speaks, the default elsewhere. Raises BadOption naming the input and its range."""
    known = {i.name: i for i in model.inputs}
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise BadOption(f"{model.name} has no input {unknown[0][:SHOWN]!r}; it has {', '.join(known)}")
    return {name: _value(model, i, given[name]) if name in given else i.default for name, i in known.items()}


def _value(model: Model, i: Input, given: Any) -> Any:
    where = f"{model.name}: {i.name}"
    if isinstance(i.default, bool):
        if not isinstance(given, bool):
            raise BadOption(f"{where} is {str(given)[:SHOWN]!r}; write true or false")
        return given
    if isinstance(i.default, str):
        if i.choices and given not in i.choices:
            raise BadOption(f"{where} is {str(given)[:SHOWN]!r}; choose from {', '.join(i.choices)}")
        return str(given)
    return _number(where, i, given)


def _number(where: str, i: Input, given: Any) -> float | int:
    if isinstance(given, bool) or not isinstance(given, int | float) or not -LARGEST <= given <= LARGEST:
        raise BadOption(f"{where} is {str(given)[:40]!r}, not a finite number{_of(i)}{_meant(given)}")
    if isinstance(i.default, int) and given != int(given):
        raise BadOption(f"{where} is {given!r}; it counts things, so write a whole number")
    if (i.lo is not None and given < i.lo) or (i.hi is not None and given > i.hi):
        raise BadOption(f"{where} is {given:g}{_unit(i)}; {small(i.label)} must lie {_range(i)}")
    return int(given) if isinstance(i.default, int) else float(given)


def _meant(given: Any) -> str:
    """What a text that looks like a number would have to be."""
    try:
        value = written.number(given) if isinstance(given, str) else math.nan
    except ValueError:
        return ""
    return f"; YAML reads this as a word: write {value!r} without quotes" if math.isfinite(value) else ""


def _of(i: Input) -> str:
    return f" (in {i.unit})" if i.unit else ""


def _unit(i: Input) -> str:
    return f" {i.unit}" if i.unit else ""


def _range(i: Input) -> str:
    if i.lo is None:
        return f"at or below {i.hi:g}{_unit(i)}"
    return f"at or above {i.lo:g}{_unit(i)}" if i.hi is None else f"between {i.lo:g} and {i.hi:g}{_unit(i)}"
