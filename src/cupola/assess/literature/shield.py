"""Our numbers for what gets through a shield: the closed forms of leakage from a case's inputs."""

from __future__ import annotations

import math

from cupola.assess.literature.case import SINGLE, Case
from cupola.assess.literature.compare import Ours
from cupola.assess.shield import leakage
from cupola.core.errors import BadInput

DIGITS = (1, 2, 3, 4)  # after the point of a probability that stands in a key, as in kw_pt_0_95


def layer(case: Case) -> Ours | None:
    """Wilkening's forms: kill probability of several shots, rounds for a raid, warheads that a magazine can take."""
    i = case.inputs
    kill = i.get("single_shot_kill_probability")
    if kill is None:
        return None
    if "p_track" in i and isinstance(i["p_track"], list) and "shots" in i:
        chance = {
            f"kw_pt_{p:.{digits}f}": leakage.kill_chance(i["shots"], kill, 1.0 - p) for p in i["p_track"] for digits in DIGITS
        }
        values = {k.replace(".", "_"): v for k, v in chance.items() if k.replace(".", "_") in case.values}
        return Ours(values, "assess.shield.leakage: Pt [1 - (1 - k)^n]", ("analytic",))
    if case.has("warheads", "p_no_leak"):
        return _rounds(case, kill)
    if case.has("interceptors", "shots"):
        return Ours({SINGLE: float(i["interceptors"] // i["shots"])}, "whole groups of that many rounds")
    if case.has("shots"):
        chance = leakage.kill_chance(i["shots"], kill, 1.0 - i.get("p_track", 1.0)) ** i.get("warheads", 1)
        return Ours({SINGLE: chance}, "assess.shield.leakage: (Pt [1 - (1 - k)^n])^W", ("analytic",))
    return None


def _rounds(case: Case, kill: float) -> Ours:
    i = case.inputs
    each = leakage.rounds_needed(i["warheads"], i["p_no_leak"], kill, 1.0 - i.get("p_track", 1.0))
    if not math.isfinite(each):
        best = i.get("p_track", 1.0) ** i["warheads"]
        raise BadInput(f"p_no_leak {i['p_no_leak']:g} is out of reach: without end of rounds p_track alone leaves {best:.3g}")
    how = f"assess.shield.leakage: {each:.3f} rounds each (fractional)"
    if "first_salvo" in i:
        each = leakage.rounds_looking(each, kill, i["first_salvo"])
        how += f", {each:.3f} expected with a look after the first {i['first_salvo']}"
    return Ours({SINGLE: i["warheads"] * each}, how, ("analytic",))


RULES = {"leakage": (layer,)}
