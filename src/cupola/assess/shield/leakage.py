"""What gets through, and how many rounds it takes: closed forms with their sources. The Monte Carlo is held against these.

Common mode is one failure that all rounds at a warhead share (not tracked, or called a decoy): more rounds cannot mend it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cupola.assess.question import Chart, Input, Model, Output
from cupola.core.errors import BadOption
from cupola.core.randoms import stream

WILKENING = (
    "D. Wilkening, A Simple Model for Calculating Ballistic Missile Defense Effectiveness, 1998, as quoted by S. Yusufov, 2026"
)
DRAWS = 20_000  # standard error of a probability below 0.0036
WHOLE = 1e-9  # rounds: what is this close above a whole number is that number (ln 0.04 / ln 0.2 is 2)


def kill_chance(n: float, kill: float, common: float = 0.0) -> float:
    """Probability that ``n`` independent rounds kill: Kw = Pt [1 - (1 - k)^n], Pt = 1 - common.

    Source: D. Wilkening, 1998, as quoted by S. Yusufov 2026. More rounds cannot repair a poor Pt.
    """
    return (1.0 - common) * (1.0 - math.pow(1.0 - _share("kill", kill), n))


def rounds_needed(warheads: float, goal: float, kill: float, common: float = 0.0) -> float:
    """Rounds per warhead (fractional) so that all ``warheads`` are killed with probability ``goal``; inf if Pt does not allow it.

    n = ln(1 - goal^(1/W) / Pt) / ln(1 - k). Source: as ``kill_chance``.
    """
    reach = 1.0 - common
    left = 1.0 - _share("goal", goal) ** (1.0 / warheads) / reach if reach > 0.0 else 0.0
    if left <= 0.0 or kill <= 0.0:
        return math.inf
    return math.log(left) / math.log(1.0 - kill) if kill < 1.0 else 1.0


def shots_for(goal: float, kill: float) -> int:
    """Whole independent rounds at one target, at least one, for a kill probability ``goal``: ceil(ln(1 - P) / ln(1 - p)).

    Source: T. Harrison, AEI Working Paper 2025-20 (the same as ``rounds_needed`` for one warhead). Raises BadOption outside (0, 1).
    """
    for name, p in (("the wanted probability", goal), ("the kill probability of one round", kill)):
        if not 0.0 < p < 1.0:
            raise BadOption(f"{name} must lie between 0 and 1, and cannot be certain; it is {p:g}")
    return max(1, math.ceil(math.log1p(-goal) / math.log1p(-kill) - WHOLE))


def rounds_looking(n: float, kill: float, first: float = 1.0, common: float = 0.0) -> float:
    """Expected rounds per object of shoot-look-shoot: ``first`` rounds, then the other n - first only at survivors.

    first + (n - first) [1 - Pt (1 - (1 - k)^first)], Pt = 1 - common, with perfect kill assessment and time for one look: an
    object that no round can kill survives each salvo and draws all n. Source: as ``kill_chance``, whose example takes Pt as 1 here.
    """
    return first + (n - first) * (1.0 - kill_chance(first, kill, common))


def leakage(layers: Sequence[float], common: float = 0.0) -> float:
    """Share that passes layers of these efficiencies: c + (1 - c) prod(1 - e), c common to all layers. Independence flatters."""
    return common + (1.0 - common) * math.prod(1.0 - _share("layer efficiency", e) for e in layers)


def effective_targets(warheads: float, decoys: float, called_warhead: float, called_decoy: float) -> float:
    """Objects that draw rounds: W* = W Pww + D Pdw, with the probabilities that a warhead, a decoy is called a warhead.

    Source: Wilkening 1998, as quoted by Yusufov 2026.
    """
    return warheads * called_warhead + decoys * called_decoy


def _share(name: str, value: float) -> float:
    if not 0.0 <= value <= 1.0:
        raise BadOption(f"{name} is a probability between 0 and 1, not {value}")
    return value


# ------------------------------------------------------------------------------------------------------- as a question

INPUTS = (
    Input("warheads", "Warheads in the raid", "", 20, 1, 5000, 1, help="aimed at what is defended", role="demand"),
    Input("decoys", "Decoys beside them", "", 0, 0, 50000, 1, help="objects that are not warheads", low=0, high=200),
    Input("called_warhead", "Warheads called warheads", "", 0.99, 0.0, 1.0, 0.01,
          help="Pww; the others are not shot at", low=0.9, high=1.0),
    Input("called_decoy", "Decoys called warheads", "", 0.1, 0.0, 1.0, 0.01, help="Pdw; these draw rounds", low=0.01, high=0.5),
    Input("tracked", "Warheads tracked at all", "", 1.0, 0.0, 1.0, 0.01,
          help="common to all rounds at a warhead", low=0.9, high=1.0),
    Input(
        "kill", "Kill probability of one round", "", 0.57, 0.01, 0.99, 0.01, source="GMD tests: 12 of 21", status="second-hand",
        help="the 90 % interval from 21 tests is 0.37 to 0.76",
        low=0.37, high=0.76,
    ),
    Input("rounds", "Rounds at each object at most", "", 4, 1, 12, 1),
    Input("first", "Rounds in the first salvo", "", 2, 1, 12, 1, help="equal to the rounds at each object: no look between"),
    Input("magazine", "Rounds there are", "", 44, 0, 100000, 1, source="44 Ground-Based Interceptors (MDAA, as quoted)",
          status="second-hand"),
    Input("goal", "Wanted probability of no leaker", "", 0.8, 0.01, 0.999, 0.01, role="demand"),
)  # fmt: skip
OUTPUTS = (
    Output("leaked", "Warheads that get through, expected", "warheads"),
    Output("no_leaker", "Probability that none gets through", "", share=True),
    Output("rounds_used", "Rounds used, expected", "rounds"),
    Output("targets", "Objects that draw rounds, expected", "objects"),
    Output("engaged", "Share of these objects that get a first salvo", "", share=True),
    Output("rounds_for_goal", "Rounds for the wanted probability, no look between", "rounds"),
)


def check_salvo(given: Mapping[str, Any]) -> None:
    """Raises BadOption for a first salvo above the rounds that an object may draw."""
    if given["first"] > given["rounds"]:
        raise BadOption(f"a first salvo of {given['first']} is more than the {given['rounds']} rounds an object may draw")


def answer(given: Mapping[str, Any]) -> dict[str, Any]:
    """Expected leakage of a raid against one layer with a finite magazine. Raises BadOption for a salvo above the rounds."""
    check_salvo(given)
    point = _raid(given, given["warheads"])
    most = max(2 * given["warheads"], 20)
    counts = sorted({max(1, round(most * k / 40)) for k in range(1, 41)})
    rows = [_raid(given, w, DRAWS // 10) for w in counts]
    leaks = Chart(
        "What gets through as the raid grows",
        "warheads in the raid",
        "warheads that get through, expected",
        {"this magazine": (counts, [r["leaked"] for r in rows]), "no limit": (counts, [r["unlimited"] for r in rows])},
        note="Decoys grow in proportion.",
    )
    numbers = {o.name: point[o.name] for o in OUTPUTS}
    return numbers | {"charts": [leaks], "errors": point["errors"]}


def _raid(g: Mapping[str, Any], warheads: int, draws: int = DRAWS) -> dict[str, Any]:
    """The raid with ``warheads`` warheads and its decoys in proportion, drawn ``draws`` times.

    Every object called a warhead gets the first salvo, in random order, as far as the magazine goes; what is left of it is shared
    among the survivors. Drawn, because the mean number of rounds says little where the magazine runs out: whether none gets
    through hangs on all warheads at once. errors: standard error of each number that was drawn.
    """
    rng = stream(0, "leakage", warheads)
    decoys = round(g["decoys"] * warheads / g["warheads"])
    kill, first, more = g["kill"], g["first"], g["rounds"] - g["first"]
    real = rng.binomial(warheads, g["tracked"] * g["called_warhead"], draws)
    fake = rng.binomial(decoys, g["tracked"] * g["called_decoy"], draws)
    served = np.minimum(real + fake, g["magazine"] // first)
    hit = rng.hypergeometric(real, fake, served)
    missed = rng.binomial(hit, (1.0 - kill) ** first)
    missed_fake = rng.binomial(served - hit, (1.0 - kill) ** first)
    left = g["magazine"] - first * served
    survivors = missed + missed_fake
    each = np.minimum(more, left // np.maximum(survivors, 1))  # what is left is shared out evenly
    one_more = np.where(each < more, left - each * survivors, 0) * (survivors > 0)
    lucky = rng.hypergeometric(missed, missed_fake, one_more)
    killed = hit - missed + rng.binomial(lucky, 1.0 - (1.0 - kill) ** (each + 1.0))
    killed += rng.binomial(missed - lucky, 1.0 - (1.0 - kill) ** each)
    leaked = warheads - killed
    targets, shot_at = real + fake, g["tracked"] * g["called_warhead"]
    needed = rounds_needed(warheads, g["goal"], kill, 1.0 - shot_at)
    used = first * served + each * survivors + one_more
    engaged = float(served.sum() / targets.sum()) if targets.any() else 1.0
    errors = {
        "leaked": _error(leaked),
        "no_leaker": _share_error(int((leaked == 0).sum()), draws),
        "rounds_used": _error(used),
        "engaged": _error(served - engaged * targets) / max(float(targets.mean()), 1e-300),
    }
    if math.isfinite(needed):
        errors["rounds_for_goal"] = needed * _error(targets)
    return {
        "leaked": float(leaked.mean()),
        "unlimited": warheads * (1.0 - kill_chance(g["rounds"], kill, 1.0 - shot_at)),
        "no_leaker": float((leaked == 0).mean()),
        "rounds_used": float(used.mean()),
        "targets": g["tracked"] * effective_targets(warheads, decoys, g["called_warhead"], g["called_decoy"]),
        "engaged": engaged,
        "rounds_for_goal": needed * float(targets.mean()) if math.isfinite(needed) else math.inf,
        "errors": errors,
    }


def _error(drawn: NDArray[Any]) -> float:
    """Standard error of the mean of draws ``(n,)``. Of a ratio of two means: given the first less the ratio times the second, over
    the mean of the second. Source: Cochran 1977, Sampling Techniques, 3rd ed., eq. 2.39 (ratio estimate)."""
    return float(drawn.std(ddof=1)) / math.sqrt(len(drawn))


def _share_error(hits: int, n: int) -> float:
    """Standard error of a share of n draws, above 0 also for none and for all. Source: Agresti & Coull 1998, Am. Stat. 52(2): two
    hits and two misses more."""
    p = (hits + 2) / (n + 4)
    return math.sqrt(p * (1.0 - p) / (n + 4))


MODELS = (
    Model(
        "leakage",
        "What gets through a layer of defence",
        "With this many rounds, this kill probability and these decoys, how many warheads get through?",
        INPUTS,
        OUTPUTS,
        answer,
        quick=True,
        limits="One layer. Every object called a warhead gets the first salvo before any gets more, survivors share what is left; "
        "rounds independent apart from tracking and classification; a decoy is hit as a warhead is. "
        "Geometry and time are not in it: a run of a scenario has them.",
        sources=(WILKENING,),
        drawn=f"{DRAWS:,} raids with a fixed seed (0): standard error of a probability below 0.004, of the warheads that get "
        "through below 0.4 % of the raid; the chart's points from a tenth of that",
    ),
)
