"""Arsenal exchange with and without shields, and the first-strike stability index: ranges and two views, no verdict.

Sides are called A and B. Counts are totals, nothing is aimed. Formula of the index: see ``index``.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from cupola.assess.amounts import number
from cupola.assess.question import Chart, Input, Model, Output, small
from cupola.core.constants import Cited
from cupola.core.errors import BadOption

SHARES = np.linspace(0.0, 1.0, 101)  # shares of a first strike aimed at the other's weapons that are tried
POWER = 0.75
WEIGHT = 0.3

_QUOTED = "G. Kent, D. Thaler, RAND R-3765-AF, app. C, p. 61, quoted by J. Walberg (github.com/jonawalb/jowal6, crisis-stability)"
SOURCES: dict[str, Cited] = {
    "POWER": Cited("1", f"{_QUOTED}: of damage in its cost", 1989, "second-hand"),
    "WEIGHT": Cited("1", f"{_QUOTED}: L, what it costs to leave the other whole", 1989, "second-hand"),
}


How = tuple[float, float, float]  # enough, weight, power


@dataclass(frozen=True)
class Side:
    """One side's totals.

    warheads; hidden: share an attack cannot reach; destroyed: probability that one attacking warhead destroys one of the others;
    works: share that works; shield: share stopped; magazine: the most its shield can stop.
    """

    warheads: float
    hidden: float
    destroyed: float
    works: float
    shield: float
    magazine: float


@dataclass(frozen=True)
class Exchange:
    """What arrives of a first strike by one side, of the answer, and how many of the victim's warheads survive.

    Numbers, or arrays over the shares of a first strike.
    """

    first: Any
    second: Any
    survivors: Any


def arriving(warheads: Any, works: float, shield: float, magazine: float) -> Any:
    """Warheads that get through: working ones less those stopped, at most ``magazine``."""
    flying = warheads * works
    return flying - np.minimum(flying * shield, magazine)


def strike(attacker: Side, victim: Side, counterforce: Any) -> Exchange:
    """A strike by ``attacker`` with all it has, ``counterforce`` of it at the victim's warheads, and the answer of what survives.

    Exposed warheads e face x arriving warheads: survivors hidden + e (1 - d)^(x / e) (spread evenly). The victim's shield is used
    on both parts alike, the attacker's in full on the answer.
    """
    through = arriving(attacker.warheads, attacker.works, victim.shield, victim.magazine)
    exposed = victim.warheads * (1.0 - victim.hidden)
    left = victim.warheads * victim.hidden
    if exposed > 0.0:
        left = left + exposed * np.power(1.0 - victim.destroyed, counterforce * through / exposed)
    return Exchange((1.0 - counterforce) * through, arriving(left, victim.works, attacker.shield, attacker.magazine), left)


def damage(arrived: Any, enough: float) -> Any:
    """Share of what a side values that is lost: 1 - exp(-arrived / enough), saturating; ``enough`` warheads take 63 %."""
    return -np.expm1(-arrived / enough)


def cost(suffered: Any, dealt: Any, enough: float, weight: float, power: float = POWER) -> Any:
    """What an exchange costs a side that ``suffered`` and ``dealt`` so many arriving warheads: D^p + L (1 - D_other^p).

    Source: Kent and Thaler 1989, app. C, p. 61, with p = 0.75 and L = 0.3 (second-hand, see ``index``). ``damage`` stands for
    their curves drawn by hand (fig. 7).
    """
    return damage(suffered, enough) ** power + weight * (1.0 - damage(dealt, enough) ** power)


def costs(own: Side, other: Side, enough: float, weight: float, power: float = POWER) -> tuple[float, float]:
    """(C1, C2) of ``own``: cost of striking first and of being struck first. Whoever goes first does so as ``least_bad`` says."""
    mine, theirs = least_bad(own, other, enough, weight, power), least_bad(other, own, enough, weight, power)
    how = (enough, weight, power)
    return float(cost(mine.second, mine.first, *how)), float(cost(theirs.first, theirs.second, *how))


def least_bad(attacker: Side, victim: Side, enough: float, weight: float, power: float = POWER) -> Exchange:
    """The exchange with the division that costs the first side least; of several such, the one that costs the other most.

    Else the index would measure a poor division. The division itself is not given out. Of shares that cost the striker the same
    the lowest costs the other most (L at most 1), and argmin takes the lowest. Source of the rule: Kent and Thaler 1989, p. 22
    (second-hand, see ``index``).
    """
    every = strike(attacker, victim, SHARES)
    k = int(np.argmin(cost(every.second, every.first, enough, weight, power)))
    first, second, left = (np.broadcast_to(v, SHARES.shape)[k] for v in (every.first, every.second, every.survivors))
    return Exchange(float(first), float(second), float(left))


def index(a: Side, b: Side, enough: float, weight: float, power: float = POWER) -> float:
    """(C1/C2) of A times (C1/C2) of B, each at most 1; 1: nobody gains by going first, towards 0: going first tempts.

    C1/C2 is the probability of being struck from which on going first costs less; the index is the part of the square of both
    sides' probabilities in which both wait. A ratio above 1 (waiting is cheaper whatever one expects) therefore counts as 1, and
    cannot hide the other side's.

    Source: G. Kent, R. DeValk, D. Thaler, RAND N-2526, 1988, and Kent and Thaler, RAND R-3765, 1989. RAND's summaries were read:
    the cost of striking first against that of waiting; one index for both sides. The formula is second-hand: J. Walberg, Crisis
    Stability Calculator (github.com/jonawalb/jowal6, deterrence-playground/tools/crisis-stability), quotes R-3765 with pages
    (cost: app. C, p. 61; division: p. 22; product: pp. 26 and 29; square: fig. 12). The reports themselves were not found to be
    read.
    """
    return math.prod(min(1.0, ratio(*costs(x, y, enough, weight, power))) for x, y in ((a, b), (b, a)))


def ratio(first: float, waited: float) -> float:
    """C1 / C2; 1 where neither costs anything."""
    return first / waited if waited > 0.0 else 1.0 if first <= 0.0 else math.inf


CRITICS = (
    "Critics: one index hides crisis, fear and misperception and takes both sides for calculators with one known L. Best and"
    " Bracken (1995) find that small shields usually lower stability between two sides and raise it among many; Canavan (2001)"
    " finds it insensitive to limited shields; Wilkening and Watman (1986) that biased perception works either way; Brams and"
    " Kilgour (1988) that mutual pre-emption can become an equilibrium; Glaser and Fetter (2001, 2016) argue from politics and"
    " numbers."
)

# ------------------------------------------------------------------------------------------------------- as a question


def _side(letter: str) -> tuple[Input, ...]:
    key, who = letter.lower(), f"side {letter}"
    return (
        Input(f"{key}_warheads", f"Warheads of {who}", "", 1500, 0, 10000, 10, help="a round number for a large arsenal"),
        Input(f"{key}_hidden", f"Share of {who} out of reach", "", 0.5, 0.0, 1.0, 0.01,
              help="at sea, moving, or launched on warning"),
        Input(f"{key}_shield", f"Share stopped by the shield of {who}", "", 0.0, 0.0, 1.0, 0.01),
        Input(f"{key}_magazine", f"Most that the shield of {who} can stop", "warheads", 100, 0, 10000, 10),
        Input(f"{key}_seen_shield", f"The same share as the other side believes it, {who}", "", 0.3, 0.0, 1.0, 0.01),
        Input(f"{key}_seen_magazine", f"The same most as the other side believes it, {who}", "warheads", 300, 0, 10000, 10),
    )  # fmt: skip


HALVES = "plausible: half to one and a half times the default (assumed), a share at most 1"
INPUTS = (
    *_side("A"),
    *_side("B"),
    Input("destroyed", "Exposed warhead destroyed by one attacking warhead", "", 0.8, 0.0, 1.0, 0.01, low=0.4, high=1.0,
          help=HALVES),
    Input("works", "Share of warheads that work", "", 0.85, 0.0, 1.0, 0.01),
    Input("enough", "Warheads that take 63 % of what a side values", "warheads", 300, 1, 5000, 10, low=150, high=450,
          help=f"damage saturates; {HALVES}"),
    Input("weight", "Weight L of not damaging the other", "", WEIGHT, 0.0, 1.0, 0.05, low=0.5 * WEIGHT, high=1.5 * WEIGHT,
          source="Kent and Thaler 1989, p. 61, second-hand", help=HALVES),
    Input("power", "Power of damage in its cost", "", POWER, 0.25, 1.5, 0.05, source="Kent and Thaler 1989, p. 61, second-hand",
          help="below 1: the first damage weighs most"),
)  # fmt: skip
OUTPUTS = (
    Output("index", "Stability index, shields as they are (1: going first does not pay)", ""),
    Output("index_bare", "Stability index without shields", ""),
    Output("index_lo", "Lowest index over the plausible ranges of destruction, damage scale and L", ""),
    Output("index_hi", "Highest index over these ranges", ""),
    Output("a_ratio", "Cost of going first over cost of waiting, A", ""),
    Output("b_ratio", "Cost of going first over cost of waiting, B", ""),
    Output("index_seen_by_a", "Index as side A sees it", ""),
    Output("index_seen_by_b", "Index as side B sees it", ""),
    Output("a_survivors", "Warheads of A that survive a first strike", ""),
    Output("b_survivors", "Warheads of B that survive a first strike", ""),
    Output("a_answer", "A's answer that arrives at B", ""),
    Output("b_answer", "B's answer that arrives at A", ""),
    Output("a_answer_bare", "A's answer if B had no shield", ""),
    Output("b_answer_bare", "B's answer if A had no shield", ""),
    Output("a_answer_feared", "A's answer if B's shield is what A believes", ""),
    Output("b_answer_feared", "B's answer if A's shield is what B believes", ""),
)


def answer(g: Mapping[str, Any]) -> dict[str, Any]:
    """Both exchanges, the index with its range, and each side's own reading of the other's shield. Raises BadOption."""
    if g["a_warheads"] + g["b_warheads"] == 0:
        raise BadOption("neither side has a warhead: there is nothing to exchange; give at least one side some")
    a, b = _read(g, "a"), _read(g, "b")
    a_feared, b_feared = _feared(a, g, "a"), _feared(b, g, "b")
    bare_a, bare_b = replace(a, shield=0.0), replace(b, shield=0.0)
    how = (g["enough"], g["weight"], g["power"])
    ab, ba = least_bad(a, b, *how), least_bad(b, a, *how)
    over = [_index_with(a, b, d, (en, w, g["power"])) for d, en, w in itertools.product(*_ranges(g))]
    return {
        "index": index(a, b, *how),
        "index_bare": index(bare_a, bare_b, *how),
        "index_lo": min(over),
        "index_hi": max(over),
        "a_ratio": ratio(*costs(a, b, *how)),
        "b_ratio": ratio(*costs(b, a, *how)),
        "index_seen_by_a": index(a, b_feared, *how),
        "index_seen_by_b": index(a_feared, b, *how),
        "a_survivors": ba.survivors,
        "b_survivors": ab.survivors,
        "a_answer": ba.second,
        "b_answer": ab.second,
        "a_answer_bare": least_bad(bare_b, a, *how).second,
        "b_answer_bare": least_bad(bare_a, b, *how).second,
        "a_answer_feared": least_bad(b_feared, a, *how).second,
        "b_answer_feared": least_bad(a_feared, b, *how).second,
        "notes": [_varied(g)],
    }


def drawn(g: Mapping[str, Any]) -> list[Chart]:
    """Charts of the same: ratios by view, the index and the answers over shields."""
    a, b, how = _read(g, "a"), _read(g, "b"), (g["enough"], g["weight"], g["power"])
    return [_views(a, b, _feared(a, g, "a"), _feared(b, g, "b"), how), *_charts(a, b, how)]


def _index_with(a: Side, b: Side, destroyed: float, how: How) -> float:
    return index(replace(a, destroyed=destroyed), replace(b, destroyed=destroyed), *how)


def _read(g: Mapping[str, Any], key: str) -> Side:
    return Side(g[f"{key}_warheads"], g[f"{key}_hidden"], g["destroyed"], g["works"], g[f"{key}_shield"], g[f"{key}_magazine"])


def _feared(side: Side, g: Mapping[str, Any], key: str) -> Side:
    """The side with the shield that the other believes it has."""
    return replace(side, shield=g[f"{key}_seen_shield"], magazine=g[f"{key}_seen_magazine"])


def _ranges(g: Mapping[str, Any]) -> list[tuple[float, ...]]:
    """The three numbers that nobody knows (destruction, damage scale, weight), each at the low end of what is plausible, as given,
    and at the high end; the range goes as far as the value."""
    return [tuple(sorted({min(i.low, g[i.name]), g[i.name], max(i.high, g[i.name])})) for i in _unknown()]


def _unknown() -> list[Input]:
    return [i for i in INPUTS if i.name in ("destroyed", "enough", "weight")]


def _varied(g: Mapping[str, Any]) -> str:
    """What the lowest and the highest index are over, value by value."""
    each = (f"{small(i.label)} {', '.join(map(number, row))}" for i, row in zip(_unknown(), _ranges(g), strict=True))
    text = f"The lowest and the highest index are over all combinations of {'; '.join(each)}."
    return f"{text} The ends are assumed: half and one and a half."


def _views(a: Side, b: Side, a_feared: Side, b_feared: Side, how: How) -> Chart:
    """The two ratios without shields, with them, and as each side reads the other's shield."""
    bare = (replace(a, shield=0.0), replace(b, shield=0.0))
    views = {"no shields": bare, "shields as they are": (a, b), "as A sees it": (a, b_feared), "as B sees it": (a_feared, b)}
    bars = {
        "side A": (list(views), [ratio(*costs(x, y, *how)) for x, y in views.values()]),
        "side B": (list(views), [ratio(*costs(y, x, *how)) for x, y in views.values()]),
    }
    note = "Below 1 going first looks cheaper than waiting."
    return Chart("Cost of going first over cost of waiting", "view", "ratio", bars, kind="bar", note=note)


def _charts(a: Side, b: Side, how: How) -> list[Chart]:
    shields = [k / 20 for k in range(21)]
    most = max(a.warheads, b.warheads)
    one = [replace(a, shield=s, magazine=most) for s in shields]
    other = [replace(b, shield=s, magazine=most) for s in shields]
    lines = {
        "only A has a shield": (shields, [index(x, replace(b, shield=0.0), *how) for x in one]),
        "only B has a shield": (shields, [index(replace(a, shield=0.0), y, *how) for y in other]),
        "both": (shields, [index(x, y, *how) for x, y in zip(one, other, strict=True)]),
    }
    answers = {
        "B's answer to A": (shields, [least_bad(x, b, *how).second for x in one]),
        "A's answer to B": (shields, [least_bad(y, a, *how).second for y in other]),
    }
    return [
        Chart("Stability index by the share a shield stops", "share stopped, no limit on numbers", "index", lines, note=CRITICS),
        Chart("Second strike that arrives", "share stopped by the attacker's shield", "warheads", answers),
    ]


MODELS = (
    Model(
        "stability", "First-strike stability with shields",
        "Does a shield make it more tempting to strike first, and how does each side see it?",
        INPUTS, OUTPUTS, answer, quick=True,
        limits="A range and two views, not a verdict. 1: nothing to gain by going first; below 1 it tempts. A ratio above 1"
        " (waiting looks cheaper whatever one expects: the answer to one's own strike costs more than it spares) counts as 1"
        " in the index. Totals only: nothing is aimed, no target, place or time. " + CRITICS,
        sources=(
            "G. Kent, R. DeValk, D. Thaler, A Calculus of First-Strike Stability, RAND N-2526, 1988 (summary read)",
            "G. Kent, D. Thaler, First-Strike Stability, RAND R-3765, 1989 (summary read: one index for both sides;"
            " formula second-hand, from the next, which quotes its pages 22, 26, 29 and 61)",
            "J. Walberg, Crisis Stability Calculator, github.com/jonawalb/jowal6, in deterrence-playground/tools/crisis-stability"
            " (read)",
            "D. Wilkening, K. Watman, Strategic Defenses and First-Strike Stability, RAND R-3412, 1986 (summary read)",
            "M. Best, J. Bracken, First-Strike Stability in a Multipolar World, Management Science 41(2), 1995 (abstract read)",
            "G. Canavan, LA-UR-01-4562, 2001 (abstract read)",
            "S. Brams, D. M. Kilgour, Mathematical and Computer Modelling 11, 1988 (abstract read)",
            "I. Oelrich, J. Bracken, A Comparison and Analysis of Strategic Defense Transition Stability Models, IDA P-2145, 1988"
            " (title page read); Glaser and Fetter, International Security, 2001 and 2016 (from memory)",
        ),
        charts=drawn,
    ),
)  # fmt: skip
