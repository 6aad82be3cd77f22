"""Inputs of a question whose default is a catalogue value: its number, unit, source and status come along."""

from __future__ import annotations

from cupola.assess.question import Input
from cupola.catalog import load
from cupola.catalog.values import Value

UNIT_WORDS = {"1": "", "M USD": "million USD", "G USD": "billion USD"}


def cited(
    name: str, label: str, value: Value, lo: float, hi: float, step: float | None = None, help: str = "", count: bool = False
) -> Input:
    """An input that starts at a catalogue value. count: it counts things, so it is a whole number."""
    default: float | int = round(value.value) if count else float(value.value)
    unit = UNIT_WORDS.get(value.unit, value.unit)
    return Input(name, label, unit, default, lo, hi, step, source=source_text(value), status=value.status, help=help)


def source_text(value: Value) -> str:
    """Author, title and year behind a catalogue value."""
    source = load.sources().get(value.source)
    return f"{source.author}: {source.title}, {source.year}" if source else f"{value.source}, {value.year}"
