"""The comparison as a table for people: one block a case, one line a number, then the count of verdicts."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Sequence
from typing import Any

from cupola.assess.literature.compare import AMONG_THEMSELVES, VERDICTS, Comparison, Row

WIDTH = 118


def text(comparisons: Sequence[Comparison]) -> str:
    """All blocks and the tally."""
    return "\n".join([*(block(c) for c in comparisons), tally(comparisons)]) + "\n"


def block(c: Comparison) -> str:
    """One case: what it is, its lines, what it assumes, how ours was made, why they differ, where it is from."""
    case = c.case
    lines = [f"{case.id}: {case.quantity}", *(_line(r) for r in c.rows), *_without(c.rows)]
    said = {
        "assumes": case.assumptions,
        "ours": c.ours.how,
        "why": ". ".join(str(w) for w in (case.ours.get("because"), c.ours.why) if w),
        "problem": c.problem,
        "source": f"{source(case.source)} [{case.status}{'; ' + case.status_note if case.status_note else ''}]",
    }
    if not case.status:  # a broken case has nothing but its problem
        return "\n".join([lines[0], _wrapped("problem", c.problem)]) + "\n"
    return "\n".join([*lines, *(_wrapped(name, words) for name, words in said.items() if words)]) + "\n"


def source(s: Any) -> str:
    """Author, title and year on one line."""
    return ", ".join(str(s[k]) for k in ("author", "title", "year") if s.get(k)) or "no source given"


def tally(comparisons: Sequence[Comparison]) -> str:
    """How many lines agree, differ, are only shown or could not be computed."""
    count = Counter(r.verdict for c in comparisons for r in c.rows)
    cases = f"{len(comparisons)} case{'s' if len(comparisons) != 1 else ''}"
    bad = sum(bool(c.problem) for c in comparisons)
    troubled = f"; {bad} case{'s' if bad != 1 else ''} with a problem" if bad else ""
    total = f"{cases}, {sum(count.values())} numbers: " + ", ".join(f"{count[v]} {v}" for v in VERDICTS) + troubled
    return total + _split(comparisons)


def _split(comparisons: Sequence[Comparison]) -> str:
    """Those within by the kind of their case, identities of the published numbers apart; nothing where all are of one sort."""
    within = Counter(
        AMONG_THEMSELVES if r.when == AMONG_THEMSELVES else c.case.kind
        for c in comparisons
        for r in c.rows
        if r.verdict == "within"
    )
    if len(within) < 2:
        return ""
    parts = ", ".join(f"{n} {kind}" for kind, n in sorted(within.items(), key=lambda i: (i[0] == AMONG_THEMSELVES, -i[1], i[0])))
    return "\n" + textwrap.fill(f"within: {parts}", WIDTH, subsequent_indent="  ")


def number(x: float | None) -> str:
    """Five figures, thousands marked."""
    if x is None:
        return "-"
    if abs(x) >= 1e4:
        return f"{x:,.0f}"
    return f"{x:.3e}" if 0 < abs(x) < 1e-3 else f"{x:.5g}"


def _without(rows: Sequence[Row]) -> list[str]:
    """Why there is no number of ours, once for all lines that share a reason."""
    shared: dict[str, list[str]] = {}
    for r in rows:
        if r.verdict == "not computed" and r.note:
            shared.setdefault(r.note, []).append(r.of)
    return [_wrapped("none", f"{', '.join(keys)}: {why}") for why, keys in shared.items()]


def _line(r: Row) -> str:
    gap = "" if r.relative is None else f"{100 * r.relative:+.1f} %"
    check = f"{r.check} ({r.when})" if r.when and r.verdict != "shown" else r.check
    check = "" if r.verdict == "not computed" and r.note and r.check == "shown only" else check
    name = r.of if len(r.of) <= 30 else f"{r.of[:29]}…"
    mark = {"within": "ok     ", "differs": "DIFFERS", "shown": "shown  ", "not computed": "none   "}[r.verdict]
    published = number(r.published) if r.range is None else f"{r.range[0]:g} to {r.range[1]:g}"
    line = f"  {mark} {name:<30} {published:>11} {number(r.ours):>11} {gap:>9} {r.unit:<14} {check}".rstrip()
    return f"{line}\n{_wrapped('but', r.note)}" if r.note and r.verdict != "not computed" else line


def _wrapped(name: str, words: str) -> str:
    return textwrap.fill(words, WIDTH, initial_indent=f"  {name + ':':<9}", subsequent_indent=" " * 11)
