"""Money: sums with a range. Pure arithmetic; the sources are in the catalogue."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cupola.catalog.defence import Battery
from cupola.core.batches import Ints


@dataclass(frozen=True)
class Money:
    """USD with the range that the sources leave open."""

    usd: float
    lo: float
    hi: float

    def __add__(self, other: Money) -> Money:
        return Money(self.usd + other.usd, self.lo + other.lo, self.hi + other.hi)

    def times(self, n: float) -> Money:
        """``n`` of these."""
        return Money(self.usd * n, self.lo * n, self.hi * n)


NOTHING = Money(0.0, 0.0, 0.0)


def total(parts: Iterable[Money]) -> Money:
    """Sum; the ranges add end to end, as if all prices erred together (nothing is known of their correlation)."""
    return sum(parts, NOTHING)


def round_price(battery: Battery) -> Money:
    """One round of a battery."""
    return Money(battery.type.cost, battery.type.cost_lo, battery.type.cost_hi)


def rounds_price(fired: Ints, batteries: tuple[Battery, ...]) -> Money:
    """All rounds fired; fired ``(m,)`` counts per battery."""
    return total(round_price(b).times(int(n)) for n, b in zip(fired, batteries, strict=True))
