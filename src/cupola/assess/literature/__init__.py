"""Published numbers beside Cupola's, each with its assumptions, source and how well it is known."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from cupola.assess.literature import table
from cupola.assess.literature.case import BUILT_IN, Case, read
from cupola.assess.literature.compare import Comparison, Ours, as_dict, compare
from cupola.core.errors import BadInput, BadOption, CupolaError

__all__ = ["answer", "as_dict", "cases", "compare_all", "table"]

FAMILIES = ("flights", "constellations", "shield")  # each with RULES: kind of case -> the rules that may answer it, tried in order


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
    rules = [r for f in FAMILIES for r in importlib.import_module(f"{__name__}.{f}").RULES.get(case.kind, ())]
    for rule in rules:
        try:
            ours: Ours | None = rule(case)
        except CupolaError as e:
            return e
        except (TypeError, ValueError, ArithmeticError) as e:  # a file of somebody else's: words or lists where we expect numbers
            return BadInput(f"the inputs do not suit {rule.__name__.replace('_', ' ')}: {e}")
        if ours is not None:
            return ours
    return Ours({}, "", why="nothing to compute: the numbers are checked among themselves and shown")


def compare_all(files: Sequence[Path] = (), ids: Sequence[str] = ()) -> list[Comparison]:
    """Every case asked for, beside Cupola's numbers. Raises BadFile, BadOption."""
    return [compare(c, answer(c)) for c in chosen(cases(files), ids)]
