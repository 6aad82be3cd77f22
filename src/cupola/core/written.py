"""Numbers that people write as text: one rule for options, ``--set`` and addresses."""

from __future__ import annotations


def number(text: str) -> float:
    """A text as a number: ASCII digits, sign, point, exponent; no ``1_0`` and no other script's. Raises ValueError."""
    if not text.isascii() or "_" in text:
        raise ValueError(text)
    return float(text)
