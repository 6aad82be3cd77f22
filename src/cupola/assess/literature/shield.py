"""Our numbers for what gets through a shield: the closed forms of leakage from a case's inputs."""

from __future__ import annotations

import math

from cupola.assess.literature.case import SINGLE, Case
from cupola.assess.literature.compare import Ours
from cupola.assess.shield import leakage
from cupola.core.errors import BadInput

DIGITS = (1, 2, 3, 4)  # after the point of a probability that stands in a key, as in kw_pt_0_95


def listed(case: Case) -> Ours | None:
    """Kill probability of several shots for each of a list of common failures."""
    i, kill = case.inputs, case.inputs.get("single_shot_kill_probability")
    if kill is None or not isinstance(i.get("p_track"), list) or "shots" not in i:
        return None
    chance = {f"kw_pt_{p:.{digits}f}": leakage.kill_chance(i["shots"], kill, 1.0 - p) for p in i["p_track"] for digits in DIGITS}
    values = {k.replace(".", "_"): v for k, v in chance.items() if k.replace(".", "_") in case.values}
    return Ours(values, "assess.shield.leakage: Pt [1 - (1 - k)^n]", ("analytic",))


def layer(case: Case) -> Ours | None:
    """Wilkening's forms: kill probability of several shots, rounds for a raid, warheads that a magazine can take."""
    i = case.inputs
    kill = i.get("single_shot_kill_probability")
    if kill is None:
        return None
    if case.has("warheads", "p_no_leak"):
        return _rounds(case, kill)
    if case.has("interceptors", "shots"):
        whole = float(i["interceptors"] // i["shots"])
        return Ours({SINGLE: whole, "warheads_engaged": whole}, "whole groups of that many rounds")
    if case.has("shots"):
        return _raid(case, kill)
    if case.has("composite_kill_probability"):
        n = float(leakage.shots_for(i["composite_kill_probability"], kill))
        return Ours({SINGLE: n, "shots": n}, "assess.shield.leakage: whole independent rounds at one target", ("analytic",))
    return None


def _raid(case: Case, kill: float) -> Ours:
    """What so many shots at each of some warheads do: kill of one, none through, how many through, expected."""
    i = case.inputs
    each, warheads = leakage.kill_chance(i["shots"], kill, 1.0 - i.get("p_track", 1.0)), i.get("warheads", 1)
    values = {"kill_probability": each, "p_no_leak": each**warheads, "leakers": warheads * (1.0 - each), "leakage": 1.0 - each}
    counted = case.units.get(SINGLE, "") in ("warheads", "leakers")
    values[SINGLE] = values["leakers"] if counted else values["p_no_leak"]
    return Ours(values, "assess.shield.leakage: " + ("W (1 - Kw)" if counted else "(Pt [1 - (1 - k)^n])^W"), ("analytic",))


def layers(case: Case) -> Ours | None:
    """What passes several layers, each with its efficiency, and a failure common to them all."""
    found = case.inputs.get("layer_efficiencies")
    if not isinstance(found, list):
        return None
    through = leakage.leakage(found, 1.0 - case.inputs.get("p_track", 1.0))
    values = {"leakage": through, "kill_probability": 1.0 - through, "leakers": case.inputs.get("warheads", 1) * through}
    unit = case.units.get(SINGLE, "")
    values[SINGLE] = values["leakers"] if unit in ("warheads", "leakers") else values["leakage"]
    return Ours(values, "assess.shield.leakage: c + (1 - c) prod(1 - e)", ("analytic",))


def _rounds(case: Case, kill: float) -> Ours:
    i = case.inputs
    pt = i.get("p_track", 1.0)
    each = leakage.rounds_needed(i["warheads"], i["p_no_leak"], kill, 1.0 - pt)
    if not math.isfinite(each):
        raise BadInput(f"p_no_leak {i['p_no_leak']:g} is out of reach: without end of rounds p_track alone leaves "
                       f"{pt ** i['warheads']:.3g}")  # fmt: skip
    how = f"assess.shield.leakage: {each:.3f} rounds each (fractional)"
    if i.get("whole_rounds"):
        each = float(math.ceil(each - leakage.WHOLE))
        how = f"assess.shield.leakage: {each:g} rounds each"
    if "first_salvo" in i:
        each = leakage.rounds_looking(each, kill, i["first_salvo"])
        how += f", {each:.3f} expected with a look after the first {i['first_salvo']}"
    targets = i["warheads"]
    if "decoys" in i:
        targets = leakage.effective_targets(i["warheads"], i["decoys"], i.get("p_warhead_called_warhead", 1.0),
                                            i.get("p_decoy_called_warhead", 1.0))  # fmt: skip
        how += f", at {targets:g} objects that draw rounds"
    values = {SINGLE: targets * each, "interceptors": targets * each, "rounds_each": each}
    return Ours(values, how, ("analytic",))


KEYS = frozenset({
    "shots", "single_shot_kill_probability", "composite_kill_probability", "p_track", "warheads", "p_no_leak", "interceptors",
    "first_salvo", "whole_rounds", "decoys", "p_warhead_called_warhead", "p_decoy_called_warhead", "layer_efficiencies",
    "kill_probability", "leakers", "leakage", "rounds_each", "warheads_engaged",
})  # fmt: skip
RULES = {"leakage": (listed, layer, layers)}
