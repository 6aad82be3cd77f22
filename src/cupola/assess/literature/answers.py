"""Cupola's numbers for published cases: the rules of a case's kind, tried in order, and all cases compared."""

from __future__ import annotations

import importlib
import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from cupola.assess.literature import sense
from cupola.assess.literature.case import BUILT_IN, Case, read
from cupola.assess.literature.compare import Comparison, Ours, compare
from cupola.core.errors import BadInput, BadOption, CupolaError

FAMILIES = ("flights", "constellations", "shield", "catalogued")  # each with RULES: kind of case -> what may answer it, in order
GIVEN = "look at their size and units, and for a word or a list where a number is meant"
NEEDS = {
    "trajectory": "apogee_km with ground_range_km and flight_time_s, ground_range_km with flight_time_s, or a missile of the"
    " catalogue named in the quantity with ground_range_km",
    "trajectory_analytic": "ground_range_km, with or without apogee_km, among the inputs",
    "trajectory_flightdata": "file, t0_s and t1_s among the inputs",
    "constellation": "flyout_s or delta_v_km_s among the inputs",
    "cost": "flyout_s or delta_v_km_s among the inputs",
    "leakage": "single_shot_kill_probability with shots, or with warheads and p_no_leak, among the inputs",
    "decay": "altitude_km and cd_area_over_mass_m2_kg among the inputs",
}


def cases(files: Sequence[Path] = ()) -> dict[str, Case]:
    """All cases by id: those that come with Cupola, then those of ``files``, which replace a case of the same id.

    What we assume where a source is silent (``ours``) stays with the id. Raises BadFile.
    """
    known = {c.id: c for c in read(BUILT_IN)}
    for path in files:
        for c in read(path):
            own = known[c.id].ours if c.id in known else {}
            known[c.id] = replace(c, ours={**own, **c.ours})
    return known


def chosen(known: dict[str, Case], ids: Sequence[str]) -> list[Case]:
    """The cases asked for, or all. Raises BadOption for an id that there is not, with those that look like it."""
    for name in ids:
        if name not in known:
            near = [k for k in known if name.split("-")[0] in k]
            raise BadOption(f"no case {name!r}; " + (f"near it: {', '.join(near)}" if near else f"there are {', '.join(known)}"))
    return [known[k] for k in ids] if ids else list(known.values())


def answer(case: Case) -> Ours | CupolaError:
    """Cupola's numbers for a case, by the first rule of its kind that can; or why there are none."""
    try:
        if case.broken:
            raise BadInput(case.broken)
        sense.check(case)
    except BadInput as e:
        return e
    rules = [r for f in FAMILIES for r in importlib.import_module(f"{__package__}.{f}").RULES.get(case.kind, ())]
    for rule in rules:
        try:
            with np.errstate(all="ignore"):  # what is not finite is told below, in the case's terms
                ours: Ours | None = rule(case)
        except CupolaError as e:
            return e
        except KeyError as e:
            return BadInput(f"{e.args[0]} is missing: the case cannot be computed without it")
        except (TypeError, ValueError, ArithmeticError):  # a file of somebody else's: words or lists where we expect numbers
            return BadInput(f"the inputs do not fit the computation ({rule.__name__.replace('_', ' ')}); {GIVEN}")
        if ours is not None:
            lost = sorted(k for k, v in ours.values.items() if not math.isfinite(v))
            return BadInput(f"{lost[0]} has no finite answer with these inputs; {GIVEN}") if lost else ours
    needs = f"; {case.kind} is computed from {NEEDS[case.kind]}" if case.kind in NEEDS else ""
    return Ours({}, "", why=f"nothing to compute: the numbers are checked among themselves and shown{needs}")


def compare_all(files: Sequence[Path] = (), ids: Sequence[str] = ()) -> list[Comparison]:
    """Every case asked for, beside Cupola's numbers. Raises BadFile, BadOption."""
    return [compare(c, answer(c)) for c in chosen(cases(files), ids)]
