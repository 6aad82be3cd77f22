"""Inputs of a question whose default is a catalogue value: its number, unit, source and status come along."""

from __future__ import annotations

from cupola.assess.question import Input
from cupola.catalog import load
from cupola.catalog.values import Value

UNIT_WORDS = {"1": "", "M USD": "million USD", "G USD": "billion USD"}


def cited(
    name: str,
    label: str,
    value: Value,
    lo: float,
    hi: float,
    step: float | None = None,
    help: str = "",
    count: bool = False,
    role: str = "assumption",
) -> Input:
    """An input that starts at a catalogue value and is plausible over its range. count: it counts things: a whole number."""
    kind = round if count else float
    low, high = (kind(value.lo), kind(value.hi)) if value.lo < value.hi else (None, None)
    return Input(
        name, label, UNIT_WORDS.get(value.unit, value.unit), kind(value.value), lo, hi, step,
        source=source_text(value), status=value.status, help=help, low=low, high=high, role=role,
    )  # fmt: skip


def source_text(value: Value) -> str:
    """Author, title and year behind a catalogue value."""
    source = load.sources().get(value.source)
    return f"{source.author}: {source.title}, {source.year}" if source else f"{value.source}, {value.year}"
