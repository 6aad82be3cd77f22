"""A published case beside ours: difference, tolerance, verdict. Disagreement is shown with its reason, never tuned away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cupola.assess.literature.case import IN_WORDS, SINGLE, Case, Tolerance, sides
from cupola.assess.literature.reasons import reason
from cupola.core.errors import CupolaError

UNVERIFIED = "from memory, unverified"
AMONG_THEMSELVES = "the published numbers among themselves"  # such a check says nothing about our models
TINIEST = 1e-290  # a published number below this is none: nothing can be held over it
VERDICTS = ("within", "differs", "shown", "not computed")


@dataclass(frozen=True)
class Ours:
    """What Cupola gives for a case. how: by which model and assumptions; fits: phrases of ``when`` that hold for this computation.

    given: keys that were taken over from the source as inputs, so that agreement says nothing; sigma: standard errors of drawn
    values; why: what explains a difference; spans: key to the least and the greatest that plausible assumptions give, where the
    value is the best estimate between them; arithmetic: keys that are only the published numbers among themselves;
    looked_up: the values are in our catalogue, not computed, and may rest on this very source: agreement says nothing.
    """

    values: Mapping[str, float]
    how: str
    fits: tuple[str, ...] = ()
    given: frozenset[str] = frozenset()
    sigma: Mapping[str, float] = field(default_factory=dict)
    why: str = ""
    spans: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    arithmetic: frozenset[str] = frozenset()
    looked_up: bool = False


@dataclass(frozen=True)
class Row:
    """One line of the table: published and our number of one quantity, and what the check of it says. note: what a bare verdict
    would hide, or why there is no number of ours.
    """

    of: str
    unit: str
    published: float | None
    ours: float | None
    check: str
    verdict: str
    when: str = ""
    note: str = ""
    range: tuple[float, float] | None = None  # where a range is published; ``published`` is then the end nearer to ours

    @property
    def difference(self) -> float | None:
        """Ours minus published."""
        return None if self.published is None or self.ours is None else self.ours - self.published

    @property
    def relative(self) -> float | None:
        """The difference over the published value; None where that is missing, or next to nothing."""
        if self.difference is None or not self.published or abs(self.published) < TINIEST:
            return None
        return self.difference / abs(self.published)


@dataclass(frozen=True)
class Comparison:
    """A case with our answer to it. problem: why nothing could be computed, or what a check names that there is not."""

    case: Case
    ours: Ours
    rows: tuple[Row, ...]
    problem: str = ""


def compare(case: Case, ours: Ours | CupolaError) -> Comparison:
    """Hold our numbers against the case's, check by check."""
    if isinstance(ours, CupolaError):
        return Comparison(case, Ours({}, ""), _rows(case, Ours({}, "")), str(ours))
    return Comparison(case, ours, _rows(case, ours), _nameless(case, ours))


def _nameless(case: Case, ours: Ours) -> str:
    """What is wrong with a check of a quantity that is neither published nor computed; empty where there is none."""
    known = {"*", *case.values, *case.derived, *ours.values}
    unknown = [t for t in case.tolerances if not t.identity and t.of not in known]
    wrong = [t.of for t in unknown if ours.values or t.rule != "between"]  # between needs no published value, but a computed one
    if not wrong:
        return ""
    there = ", ".join(sorted(known - {"*"}))
    what = f"case {case.id!r}: a tolerance is of {wrong[0][:80]!r}"
    return f"{what}, which the case does not give and nothing computes; there are {there}"


def _rows(case: Case, ours: Ours) -> tuple[Row, ...]:
    rows = [row for t in _applicable(case.tolerances, ours.fits) for row in _checked(case, t, ours)]
    seen = {r.of for r in rows}
    rows += [_row(case, k, Tolerance(k, "show", (1.0,)), ours) for k in case.values if k not in seen]
    return tuple(rows)


def _applicable(tolerances: tuple[Tolerance, ...], fits: tuple[str, ...]) -> list[Tolerance]:
    """Those without ``when``; of rivals for one quantity that have one, those that fit, or the first if none is known to."""
    chosen = []
    for t in tolerances:
        rivals = [r for r in tolerances if r.when and r.of == t.of]
        matching = [r for r in rivals if any(f in r.when for f in fits)] or rivals[:1]
        if not t.when or t in matching:
            chosen.append(t)
    return chosen


def _checked(case: Case, t: Tolerance, ours: Ours) -> list[Row]:
    if t.identity:
        return [_identity(case, t)]
    return [_row(case, k, t, ours) for k in (case.values if t.of == "*" else [t.of])]


def _identity(case: Case, t: Tolerance) -> Row:
    both = sides(t.identity, case.values)
    if isinstance(both, str):
        in_words = both == IN_WORDS
        return Row(t.identity, "", None, None, IN_WORDS if in_words else _words(t), "shown" if in_words else "not computed", both)
    left, right = both
    verdict = "within" if _holds(t, left, right, 0.0) else "differs"
    return Row(t.identity, "", right, left, _words(t), verdict, AMONG_THEMSELVES)


def _row(case: Case, key: str, t: Tolerance, ours: Ours) -> Row:
    published = case.values.get(key, case.derived.get(key))
    mine = ours.values.get(key)
    unit = case.units.get(key, "")
    if mine is None:
        return Row(key, unit, published, None, _words(t), "not computed", t.when, reason(case, key))
    when = AMONG_THEMSELVES if key in ours.arithmetic else t.when
    if key in case.ranges:  # published as a range: the end of it that is nearer to ours, or ours where it is inside
        published = min(max(mine, case.ranges[key][0]), case.ranges[key][1])
    words, span = _words(t), case.ranges.get(key)
    if t.rule == "show" or key in ours.given or case.status == UNVERIFIED or (published is None and t.rule != "between"):
        return Row(key, unit, published, mine, "taken from the source" if key in ours.given else words, "shown", when, "", span)
    if ours.looked_up:
        return Row(key, unit, published, mine, "looked up in our catalogue", "shown", when, "", span)
    if t.rule == "sigma" and not ours.sigma.get(key):
        return Row(key, unit, published, mine, "no draws here", "shown", when, "", span)
    widened = _with_rounding(case, t)
    verdict = "within" if _holds(widened, mine, published or 0.0, ours.sigma.get(key, 0.0)) else "differs"
    note = _span_note(ours.spans[key], widened, published, unit) if verdict == "differs" and key in ours.spans else ""
    return Row(key, unit, published, mine, _words(widened), verdict, when, note, span)


def _span_note(span: tuple[float, float], t: Tolerance, published: float | None, unit: str) -> str:
    """Whether what is reported lies among what plausible assumptions give though the best estimate is outside the check."""
    lo, hi = t.size if t.rule == "between" else (published, published)
    if lo is None or hi is None or not span[0] <= lo <= hi <= span[1]:
        return ""
    what = f"{span[0]:,.0f} to {span[1]:,.0f} {unit}".rstrip()
    return f"the best estimate is outside this check, the reported value inside what plausible assumptions give ({what})"


def _with_rounding(case: Case, t: Tolerance) -> Tolerance:
    """The same check with half of the rounding of a reported time added.

    The case asks for it, never this code: its check says ``plus half of time_resolution_s`` in ``when``, and its inputs hold that.
    """
    step = case.inputs.get("time_resolution_s", 0.0)
    half = 0.5 * float(max(step, default=0.0) if isinstance(step, list) else step)
    if "half" not in t.when or "time_resolution_s" not in t.when or not half:
        return t
    if t.rule == "between":
        return Tolerance(t.of, t.rule, (t.size[0] - half, t.size[1] + half), t.when)
    if t.rule == "rel" and t.of in case.values:
        return Tolerance(t.of, "abs", (t.size[0] * abs(case.values[t.of]) + half,), t.when)
    return t


def _holds(t: Tolerance, mine: float, published: float, sigma: float) -> bool:
    size = t.size[0]
    tests: dict[str, Any] = {
        "abs": lambda: abs(mine - published) <= size,
        "rel": lambda: abs(mine - published) <= size * abs(published),
        "factor": lambda: abs(published) / size <= mine <= abs(published) * size,
        "between": lambda: t.size[0] <= mine <= t.size[1],
        "exact": lambda: mine == published,
        "sigma": lambda: abs(mine - published) <= size * sigma,
        "show": lambda: True,
    }
    return bool(tests[t.rule]())


def _words(t: Tolerance) -> str:
    """The check in words."""
    x = t.size[0]
    return {
        "abs": f"within {x:g}",
        "rel": f"within {100 * x:g} %",
        "factor": f"within a factor of {x:g}",
        "between": f"between {t.size[0]:g} and {t.size[-1]:g}",
        "exact": "equal",
        "sigma": f"within {x:g} standard errors",
        "show": "shown only",
    }[t.rule]


def as_dict(c: Comparison) -> dict[str, Any]:
    """A comparison as plain data for JSON."""
    case = c.case
    return {
        "id": case.id,
        "kind": case.kind,
        "quantity": case.quantity,
        "assumptions": case.assumptions,
        "status": case.status,
        "status_note": case.status_note,
        "source": dict(case.source),
        "how": c.ours.how,
        "why": c.ours.why,
        "problem": c.problem,
        "published": case.values.get(SINGLE, dict(case.values)),
        "ours": c.ours.values.get(SINGLE, dict(c.ours.values)) if c.ours.values else None,
        "rows": [
            {
                "of": r.of,
                "unit": r.unit,
                "published": r.published,
                "range": r.range,
                "ours": r.ours,
                "difference": r.difference,
                "relative": r.relative,
                "check": r.check,
                "when": r.when,
                "note": r.note,
                "verdict": r.verdict,
            }
            for r in c.rows
        ],
    }
