"""What a defence costs beside what it faces: closed forms with their sources, and the price table of a raid.

The same quantities come out of a run (``run.chain``); the tests hold the Monte Carlo against these.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from cupola.assess.leakage import rounds_one_by_one
from cupola.catalog import load
from cupola.catalog.values import Source
from cupola.engage.price import Money, exchange, total


def exhaustion(rounds_left: float, rounds_per_s: float) -> float:
    """Seconds until the magazines are empty at this rate of fire; inf when nothing is fired."""
    return rounds_left / rounds_per_s if rounds_per_s > 0.0 else math.inf


def marginal_exchange(kill: float, looks: int, round_cost: Money, warhead_cost: Money) -> Money | None:
    """Dollars of interceptor for one more warhead per dollar of that warhead, one round per look."""
    return exchange(round_cost.times(rounds_one_by_one(looks, kill)), warhead_cost)


def missile_price(range_class: str) -> Money:
    """Assumed price of a missile of a range class, where its own is not public. Raises BadInput for an unknown class."""
    value = load.cost(range_class).value("cost_musd")
    return Money(*(v * value.factor for v in (value.value, value.lo, value.hi)))


def raid_price(counts: Mapping[str, int]) -> Money:
    """Price of a raid given as range class -> missiles."""
    return total(missile_price(k).times(n) for k, n in sorted(counts.items()))


def sources(interceptors: Iterable[str], classes: Iterable[str] = ()) -> list[Source]:
    """The bibliography of these interceptor types' and missile classes' numbers."""
    return load.citations([*(load.interceptor(n) for n in interceptors), *(load.cost(c) for c in classes)])
