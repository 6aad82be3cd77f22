"""What a defence costs beside what it faces, per raid and at the margin, read both ways, with the value it saved beside it.

The same quantities come out of a run (``run.chain``); the tests hold the Monte Carlo against the closed forms of ``leakage``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from cupola.assess.assumptions import cited
from cupola.assess.question import Chart, Input, Model, Output
from cupola.assess.shield.leakage import check_salvo, effective_targets, kill_chance, rounds_looking
from cupola.assess.spread import RANGE_INPUTS, drawn, quantiles
from cupola.catalog import load

# ------------------------------------------------------------------------------------------------------- as a question

_ROUND, _MISSILE = load.interceptor("thaad").value("cost_musd"), load.cost("mrbm").value("cost_musd")
INPUTS = (
    Input("missiles", "Missiles in the raid", "", 20, 1, 5000, 1, help="one warhead each", role="demand"),
    cited("missile_musd", "One missile", _MISSILE, 0.001, 1000.0, 0.5,
          help="hardly any is public: short range 1-6, medium 3-16, submarine-launched about 31, intercontinental 25-162"),
    Input("decoys", "Decoys with each missile", "", 0.0, 0.0, 100.0, 0.5, low=0.0, high=5.0),
    Input("decoy_musd", "One decoy", "million USD", 0.05, 0.0, 50.0, 0.01),
    Input("called_decoy", "Decoys called warheads", "", 0.1, 0.0, 1.0, 0.01, help="these draw rounds", low=0.01, high=0.5),
    cited("round_musd", "One interceptor", _ROUND, 0.001, 1000.0, 0.1,
          help="GBI 109, SM-3 IIA 25.4, THAAD 12.4, SM-6 5.3, PAC-3 MSE 3.9 (AEI 2025)"),
    Input("kill", "Kill probability of one round", "", 0.7, 0.01, 0.99, 0.01, low=0.5, high=0.9),
    Input("common_mode", "Failures common to all rounds", "", 0.05, 0.0, 0.9, 0.01, low=0.0, high=0.2),
    Input("rounds", "Rounds at each object at most", "", 2, 1, 12, 1),
    Input("first", "Rounds in the first salvo", "", 1, 1, 12, 1, help="equal to the line above: no look between"),
    Input("magazine", "Rounds there are", "", 48, 0, 100000, 1, source="one THAAD battery", status="read"),
    Input("loss_musd", "What one leaker destroys", "million USD", 500.0, 0.0, 1e6, 10.0,
          help="the value a defence is there for", low=100.0, high=2000.0),
    *RANGE_INPUTS,
)  # fmt: skip
OUTPUTS = (
    Output("exchange", "Defender's dollars per attacker's dollar, this raid", ""),
    Output("rounds_used", "Rounds used, expected", "rounds"),
    Output("leaked", "Missiles that get through, expected", "missiles"),
    Output("defence_musd", "Cost of the rounds used", "million USD"),
    Output("attack_musd", "Missiles and decoys", "million USD"),
    Output("exchange_margin", "Defender's dollars per attacker's dollar, one more missile with rounds enough", ""),
    Output("attacker_per_defender", "Attacker's dollars that cancel one defender's dollar, with rounds enough", ""),
    Output("margin_rounds", "Rounds for one more missile, with rounds enough", "rounds"),
    Output("p10", "Exchange of this raid, 10 % quantile", ""),
    Output("p50", "Exchange of this raid, median", ""),
    Output("p90", "Exchange of this raid, 90 % quantile", ""),
    Output("saved_musd", "Value saved", "million USD"),
    Output("saved_share", "Share of the threatened value saved", "", share=True),
    Output("saved_per_dollar", "Value saved per defender's dollar", ""),
    Output("full_raid", "Raid that empties the magazine", "missiles"),
    Output("unmet", "Missiles that find the magazine empty, expected", "missiles"),
)


def answer(g: Mapping[str, Any]) -> dict[str, Any]:
    """The exchange of one raid, at the margin, both ways, with its range and the value saved. Raises BadOption."""
    check_salvo(g)
    raid = _raid(g, g["missiles"])
    each = _rounds_per_missile(g)
    price = g["missile_musd"] + g["decoys"] * g["decoy_musd"]
    margin = each * g["round_musd"] / price
    f = drawn(g, "rounds", "missiles")
    ratio = raid["defence"] / raid["attack"]
    counts = sorted({max(1, round(g["missiles"] * k / 10)) for k in range(1, 41)})
    rows = [_raid(g, n) for n in counts]
    return {
        "rounds_used": raid["rounds"],
        "leaked": raid["leaked"],
        "defence_musd": raid["defence"],
        "attack_musd": raid["attack"],
        "exchange": ratio,
        "exchange_margin": margin,
        "attacker_per_defender": 1.0 / margin,
        "margin_rounds": each,
        **quantiles(np.asarray(ratio * f["rounds"] / f["missiles"])),
        "saved_musd": (g["missiles"] - raid["leaked"]) * g["loss_musd"],
        "saved_share": 1.0 - raid["leaked"] / g["missiles"],
        "saved_per_dollar": raid["saved"] / raid["defence"] if raid["defence"] > 0.0 else 0.0,
        "full_raid": g["magazine"] / each,
        "unmet": raid["unmet"],
        "charts": _charts(g, counts, rows),
    }


def _rounds_per_missile(g: Mapping[str, Any]) -> float:
    """Expected rounds that one missile with its decoys draws from a defence that has enough."""
    each = rounds_looking(g["rounds"], g["kill"], g["first"], g["common_mode"])
    return effective_targets(1.0, g["decoys"], 1.0, g["called_decoy"]) * each


def _raid(g: Mapping[str, Any], missiles: int) -> dict[str, float]:
    demand = missiles * _rounds_per_missile(g)
    engaged = min(1.0, g["magazine"] / demand)
    killed = missiles * engaged * kill_chance(g["rounds"], g["kill"], g["common_mode"])
    return {
        "rounds": engaged * demand,
        "leaked": missiles - killed,
        "unmet": missiles * (1.0 - engaged),
        "saved": killed * g["loss_musd"],
        "defence": engaged * demand * g["round_musd"],
        "attack": missiles * (g["missile_musd"] + g["decoys"] * g["decoy_musd"]),
    }


def _charts(g: Mapping[str, Any], counts: list[int], rows: list[dict[str, float]]) -> list[Chart]:
    money = {
        "rounds used": (counts, [r["defence"] for r in rows]),
        "missiles and decoys": (counts, [r["attack"] for r in rows]),
    }
    decoys = [float(k) for k in range(21)]
    wide = [{**g, "decoys": d} for d in decoys]
    empty = _emptied(g)
    margin = [_rounds_per_missile(w) * g["round_musd"] / (g["missile_musd"] + w["decoys"] * g["decoy_musd"]) for w in wide]
    return [
        Chart("Both sides' bills as the raid grows", "missiles in the raid", "million USD", money, note=empty),
        Chart(
            "Exchange at the margin by decoys", "decoys with each missile", "defender's cost / attacker's cost",
            {"one more missile, with rounds enough": (decoys, margin)}, note=empty,
        ),
    ]  # fmt: skip


def _emptied(g: Mapping[str, Any]) -> str:
    """What becomes of the margin once the raid has emptied the magazine; empty text where rounds are left."""
    full = g["magazine"] / _rounds_per_missile(g)
    if g["missiles"] < full:
        return ""
    return (
        f"This raid of {g['missiles']:,} empties the magazine, which lasts for {full:,.1f} missiles: one more draws no round and "
        "gets through. What one more missile costs the defender holds with rounds enough."
    )


MODELS = (
    Model(
        "cost-exchange", "Cost exchange, both ways", "What does the defender pay for each dollar of the attacker, and what does"
        " it save?",
        INPUTS, OUTPUTS, answer, quick=True,
        limits="Prices of rounds and missiles only: no development, crews or sensors on either side. The ratio alone misleads,"
        " for it leaves out what was defended; so the value saved stands beside it. Perfect kill assessment between salvos; an"
        " object that a common failure saves draws all its rounds. One more missile is taken with rounds enough: where the raid"
        " has emptied the magazine it costs the defender nothing and gets through.",
        sources=("D. Wilkening 1998, as quoted by S. Yusufov 2026", "unit costs: T. Harrison, AEI WP 2025-20", "W. Rumbaugh, CSIS"),
    ),
)  # fmt: skip
