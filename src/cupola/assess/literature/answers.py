"""Cupola's numbers for published cases: the rules of a case's kind, tried in order, and all cases compared."""

from __future__ import annotations

import importlib
import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from cupola.assess.literature import sense, units
from cupola.assess.literature.case import BUILT_IN, HELD_OUT, Case, read
from cupola.assess.literature.compare import Comparison, Ours, compare
from cupola.core.errors import BadInput, BadOption, CupolaError

FAMILIES = ("flights", "constellations", "costs", "shield", "sensing", "catalogued")
# each with RULES: kind of case -> what may answer it, in order; and KEYS: what it knows of inputs and published numbers
GIVEN = "look at their size and units, and for a word or a list where a number is meant"
LISTS = ("p_track", "layer_efficiencies", "url")  # inputs that are lists; any other of two numbers is a range
MOST_RANGES = 4  # among the inputs of one case: every corner is computed


def cases(files: Sequence[Path] = ()) -> dict[str, Case]:
    """All cases by id: those that come with Cupola, then those of ``files``, which replace a case of the same id.

    What we assume where a source is silent (``ours``) stays with the id. Raises BadFile.
    """
    known = {c.id: c for built_in in (BUILT_IN, HELD_OUT) for c in read(built_in)}
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
    """Cupola's numbers for a case, by the first rule of its kind that can; or why there are none.

    Units and names are put in ours first and the answer in the case's. Where an input is a range the middle is taken, and what
    the ends give is the span of each number.
    """
    keys = known_keys(case.kind)
    try:
        if case.broken:
            raise BadInput(case.broken)
        plain = units.in_ours(case, keys)
        sense.check(plain)
        ranged = _ranged(plain)
    except BadInput as e:
        return e
    ours = _answer(_at(plain, {k: 0.5 * (lo + hi) for k, (lo, hi) in ranged.items()}))
    if isinstance(ours, CupolaError):
        return ours
    if ranged:
        corners = [_answer(_at(plain, dict(zip(ranged, ends, strict=True)))) for ends in itertools.product(*ranged.values())]
        ours = _spanned(plain, ours, [c for c in corners if isinstance(c, Ours)], ranged)
    strange = units.unused(plain, keys) if ours.values else ""
    why = ". ".join(w for w in (ours.why, *case.remarks, strange) if w)
    return units.in_theirs(case, replace(ours, why=why), keys)


def known_keys(kind: str) -> frozenset[str]:
    """Every name of an input or a published number that a rule for such cases may know."""
    families = [importlib.import_module(f"{__package__}.{f}") for f in FAMILIES]
    return frozenset().union(*(f.KEYS for f in families if kind in f.RULES))


def _ranged(case: Case) -> dict[str, tuple[float, float]]:
    """Inputs that are a range of two numbers. Raises BadInput for too many."""
    pairs = {k: v for k, v in case.inputs.items() if isinstance(v, list) and len(v) == 2 and k not in LISTS}
    found = {k: (float(min(v)), float(max(v))) for k, v in pairs.items() if all(type(x) in (int, float) for x in v)}
    if len(found) > MOST_RANGES:
        raise BadInput(f"{len(found)} inputs are ranges; at most {MOST_RANGES} can be")
    return found


def _at(case: Case, numbers: Mapping[str, float]) -> Case:
    return replace(case, inputs={**case.inputs, **numbers}) if numbers else case


def _spanned(case: Case, ours: Ours, ends: Sequence[Ours], ranged: Mapping[str, tuple[float, float]]) -> Ours:
    """The same with what the ends of the inputs' ranges give beside it."""
    every = [ours, *ends]
    spans = {k: (min(c.values.get(k, v) for c in every), max(c.values.get(k, v) for c in every)) for k, v in ours.values.items()}
    said = ", ".join(f"{k} {lo:g} to {hi:g}" for k, (lo, hi) in ranged.items())
    ends_give = ", ".join(f"{k} {spans[k][0]:.4g} to {spans[k][1]:.4g}" for k in case.values if k in spans)
    how = f"{ours.how}; the middle of {said}" + (f"; the ends give {ends_give}" if ends_give else "")
    return replace(ours, spans={**spans, **ours.spans}, how=how)


def _answer(case: Case) -> Ours | CupolaError:
    rules = [r for f in FAMILIES for r in importlib.import_module(f"{__package__}.{f}").RULES.get(case.kind, ())]
    for rule in rules:
        try:
            with np.errstate(all="ignore"):  # what is not finite is told below, in the case's terms
                ours: Ours | None = rule(case)
            lost = sorted(k for k, v in ours.values.items() if not math.isfinite(v)) if ours is not None else []
        except CupolaError as e:
            return e
        except KeyError as e:
            return BadInput(f"{e.args[0]} is missing: the case cannot be computed without it")
        except (TypeError, ValueError, ArithmeticError):  # a file of somebody else's: words or lists where we expect numbers
            return BadInput(f"the inputs do not fit the computation ({rule.__name__.replace('_', ' ')}); {GIVEN}")
        if ours is not None:
            return BadInput(f"{lost[0]} has no finite answer with these inputs; {GIVEN}") if lost else ours
    return Ours({}, "", why="nothing to compute: the numbers are checked among themselves and shown")


def compare_all(files: Sequence[Path] = (), ids: Sequence[str] = ()) -> list[Comparison]:
    """Every case asked for, beside Cupola's numbers. Raises BadFile, BadOption."""
    return [compare(c, answer(c)) for c in chosen(cases(files), ids)]
