"""Names and numbers of a study as its report writes them."""

from __future__ import annotations

from cupola.assess.report import words
from cupola.assess.study import naming
from cupola.assess.study.result import Agreement, Difference, Estimate, StudyResult

FIDELITY = {"full": "full path", "fast": "fast", "exact": "exact", "drawn": "drawn"}
METHODS = {
    "t": "Student's t",
    "wilson": "Wilson's interval of a share",
    "control": "Student's t with control variates",
    "drawn": "of the model's own draws",
    "cluster": "Student's t over calibration runs, which the fast runs share",
}


def unit(result: StudyResult, output: str) -> str:
    """An output in words with its unit, for an axis."""
    own, label = result.units.get(output), naming.output(result, output)
    return f"{label} [{own}]" if own else label


def column(result: StudyResult, output: str) -> str:
    """An output's name in a table: values of money carry their unit themselves."""
    return naming.output(result, output) if words.is_money(result.units.get(output, "")) else unit(result, output)


def value(result: StudyResult, output: str, number: float) -> str:
    """A value in a table: with its unit where it is money, else bare, for the unit stands beside the output."""
    own, number = result.units.get(output, ""), naming.whole(result, output, number)
    return words.shown(number, own) if words.is_money(own) else words.number(number)


def mean(result: StudyResult, e: Estimate | Difference | Agreement) -> str:
    """A mean with its interval: ``2.33 [0.62, 4.05]``; ``3 (all runs)`` where no run differs from it."""
    text = value(result, e.output, e.mean)
    if e.lo is None or e.hi is None:
        return text
    if e.lo == e.hi:
        return text if isinstance(e, Estimate) and e.method == "drawn" else f"{text} (all runs)"
    lo, hi = words.ends(e.lo, e.hi, result.units.get(e.output, ""))
    return f"{text} [{lo}, {hi}]"


def spread(result: StudyResult, e: Estimate) -> str:
    """Median of single runs with the range that holds nine tenths of them: ``2 [0, 5]``."""
    if e.p05 is None or e.p50 is None or e.p95 is None:
        return words.MISSING
    return f"{value(result, e.output, e.p50)} [{value(result, e.output, e.p05)}, {value(result, e.output, e.p95)}]"


def axis(result: StudyResult, path: str) -> str:
    """What is varied, with its unit."""
    label, own = naming.varied(result, path)
    return f"{label} [{own}]" if own else label
