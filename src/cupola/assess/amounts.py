"""Numbers as people write them, dollars in millions, billions, trillions."""

from __future__ import annotations

import math
from typing import Any

MISSING = "—"
MONEY = {"$": 1.0, "USD": 1.0, "thousand USD": 1e3, "million USD": 1e6, "billion USD": 1e9, "trillion USD": 1e12}
MONEY_STEPS = ((1e12, "T"), (1e9, "B"), (1e6, "M"))


def number(value: Any) -> str:
    """A value without its unit: three digits that count, all of them for whole numbers and above 1,000."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or isinstance(value, str):
        return value or MISSING
    if not math.isfinite(value):
        return MISSING if math.isnan(value) else "∞" if value > 0 else "-∞"
    if abs(value) >= 1e15 or 0.0 < abs(value) < 1e-4:
        return f"{value:.2e}"
    if 0.99 < abs(value) < 1.0:  # a share that is nearly all: what is missing counts
        return f"{round(value, math.ceil(-math.log10(1.0 - abs(value))) + 1):.12g}"
    return f"{value:,.0f}" if value == int(value) or abs(value) >= 1000 else f"{float(f'{value:.3g}'):g}"


def shown(value: Any, unit: str) -> str:
    """A value with its unit; dollars in millions, billions, trillions."""
    money, _, rest = unit.partition(" per ")
    if money in MONEY and isinstance(value, int | float) and math.isfinite(value) and not isinstance(value, bool):
        return _money(value * MONEY[money]) + (f" per {rest}" if rest else "")
    text = number(value)
    if unit == "day" and text not in (MISSING, "∞", "-∞"):
        return f"day {text}"  # which one, not how many
    bare = not unit or isinstance(value, bool) or text in (MISSING, "∞", "-∞")
    return text if bare else f"{text} {unit}"


def _money(value: float) -> str:
    sign = "-" if value < 0 else ""
    for step, letter in MONEY_STEPS:
        if abs(value) >= 0.9995 * step:
            return f"{sign}${number(float(f'{abs(value) / step:.3g}'))}{letter}"
    return f"{sign}${number(float(f'{abs(value):.3g}'))}"


def is_money(unit: str) -> bool:
    """Whether a unit is one of money, which is shown in dollars."""
    return unit.partition(" per ")[0] in MONEY
