"""Numbers as people write them, dollars in millions, billions, trillions."""

from __future__ import annotations

import math
from typing import Any

MISSING = "—"
MONEY = {"$": 1.0, "USD": 1.0, "thousand USD": 1e3, "million USD": 1e6, "billion USD": 1e9, "trillion USD": 1e12}
MOST_DIGITS = 9  # of the ends of an interval; what differs less is no spread
MONEY_STEPS = ((1e12, "T"), (1e9, "B"), (1e6, "M"))


def number(value: Any, digits: int = 3) -> str:
    """A value without its unit: three digits that count (or as many as asked for), all of them for whole numbers and above 1,000.

    The page of answers has the same rule in its own language (``num`` in web/gallery/words.js); a test holds the two together.
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or isinstance(value, str):
        return value or MISSING
    if not math.isfinite(value):
        return MISSING if math.isnan(value) else "∞" if value > 0 else "-∞"
    return _digits(value or 0.0, digits)  # -0.0 is 0


def _digits(value: float, digits: int) -> str:
    if abs(value) >= 1e15 or 0.0 < abs(value) < 1e-4:
        return f"{value:.{digits - 1}e}"
    if 0.99 < abs(value) < 1.0:  # a share that is nearly all: what is missing counts
        return f"{round(value, math.ceil(-math.log10(1.0 - abs(value))) + digits - 2):.12g}"
    if value == int(value) or abs(value) >= 1000:
        return f"{value:,.{0 if value == int(value) else max(0, digits - len(str(int(abs(value)))))}f}"
    return f"{float(f'{value:.{digits}g}'):,.{max(6, digits)}g}"


def shown(value: Any, unit: str, digits: int = 3) -> str:
    """A value with its unit; dollars in millions, billions, trillions."""
    money, _, rest = unit.partition(" per ")
    if money in MONEY and isinstance(value, int | float) and math.isfinite(value) and not isinstance(value, bool):
        return _money(value * MONEY[money], digits) + (f" per {rest}" if rest else "")
    text = number(value, digits)
    if unit == "day" and text not in (MISSING, "∞", "-∞"):
        return f"day {text}"  # which one, not how many
    bare = not unit or isinstance(value, bool) or text in (MISSING, "∞", "-∞")
    return text if bare else f"{text} {unit}"


def ends(lo: float, hi: float, unit: str = "") -> tuple[str, str]:
    """Both ends of an interval (with ``unit`` where it is one of money), with so many digits that they are told apart."""
    own = unit if is_money(unit) else ""
    for digits in range(3, MOST_DIGITS + 1):
        low, high = shown(lo, own, digits), shown(hi, own, digits)
        if low != high:
            return low, high
    return shown(lo, own), shown(hi, own)


def _money(value: float, digits: int) -> str:
    sign = "-" if value < 0 else ""
    for step, letter in MONEY_STEPS:
        if abs(value) >= (1.0 - 0.5 * 10.0**-digits) * step:
            return f"{sign}${number(float(f'{abs(value) / step:.{digits}g}'), digits)}{letter}"
    return f"{sign}${number(float(f'{abs(value):.{digits}g}'), digits)}"


def is_money(unit: str) -> bool:
    """Whether a unit is one of money, which is shown in dollars."""
    return unit.partition(" per ")[0] in MONEY
