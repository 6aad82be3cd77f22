"""What a defence costs beside what it faces: closed forms with their sources, and the price table of a raid.

The same quantities come out of a run (``run.chain``); the tests hold the Monte Carlo against these.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from cupola.catalog import load
from cupola.catalog.values import Source
from cupola.core.errors import BadOption
from cupola.engage.price import Money, exchange, total


def kill_chance(n: float, kill: float, common: float = 0.0) -> float:
    """Probability that ``n`` independent rounds kill: Kw = Pt [1 - (1 - k)^n], Pt = 1 - common.

    Source: D. Wilkening, 1998, as quoted by S. Yusufov 2026. More rounds cannot repair a poor Pt.
    """
    return (1.0 - common) * (1.0 - math.pow(1.0 - _share("kill", kill), n))


def rounds_needed(warheads: int, goal: float, kill: float, common: float = 0.0) -> float:
    """Rounds per warhead (fractional) so that all ``warheads`` are killed with probability ``goal``; inf if Pt does not allow it.

    n = ln(1 - goal^(1/W) / Pt) / ln(1 - k). Source: as ``kill_chance``.
    """
    left = 1.0 - _share("goal", goal) ** (1.0 / warheads) / (1.0 - common)
    return math.log(left) / math.log(1.0 - kill) if left > 0.0 else math.inf


def rounds_looking(n: float, kill: float, first: float = 1.0) -> float:
    """Expected rounds per warhead of shoot-look-shoot: ``first`` rounds, then the other n - first only at survivors.

    first + (n - first)(1 - k)^first, with perfect kill assessment and time for one look. Source: as ``kill_chance``.
    """
    return first + (n - first) * math.pow(1.0 - kill, first)


def rounds_one_by_one(looks: int, kill: float) -> float:
    """Expected rounds per warhead with one round per look and ``looks`` looks: (1 - (1 - k)^looks) / k (geometric series)."""
    return (1.0 - (1.0 - kill) ** looks) / kill


def leakage(layers: Sequence[float], common: float = 0.0) -> float:
    """Share that passes layers of these efficiencies: c + (1 - c) prod(1 - e), c common to all layers. Independence flatters."""
    return common + (1.0 - common) * math.prod(1.0 - _share("layer efficiency", e) for e in layers)


def effective_targets(warheads: float, decoys: float, called_warhead: float, called_decoy: float) -> float:
    """Objects that draw rounds: W* = W Pww + D Pdw, with the probabilities that a warhead, a decoy is called a warhead.

    Source: Wilkening 1998, as quoted by Yusufov 2026.
    """
    return warheads * called_warhead + decoys * called_decoy


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


def _share(name: str, value: float) -> float:
    if not 0.0 <= value <= 1.0:
        raise BadOption(f"{name} is a probability between 0 and 1, not {value}")
    return value
