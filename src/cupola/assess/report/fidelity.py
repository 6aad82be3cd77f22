"""What the fast fidelity is and how far it can be trusted, in words; and how it compared with the full path in this study."""

from __future__ import annotations

from cupola.assess.report import said
from cupola.assess.report.parts import Table
from cupola.assess.study.result import Agreement, StudyResult

LIMITS = (
    "The fast fidelity draws engagements on recorded pictures: the full path is flown with nobody shooting, and every fast run"
    " shoots at one of these recordings. It is meant for comparing defences (magazines, doctrine, places of batteries, kill model)."
    " Launches and observation are those of the recordings, so more fast runs do not shrink that part of the chance, and what is"
    " rarer than one recording may not be seen at all. After a kill nothing in the picture changes but that the object's track"
    " ends; in the full path the tracker goes another way from there, most of all in crowds of decoys. Take decisions on full runs."
)
UNCHECKED = "This study has no full runs beside the fast ones: whether they agree here is not known. fidelity: both compares them."


def used(result: StudyResult) -> bool:
    """Whether any run of the study was a fast one."""
    return any(e.fidelity == "fast" for e in result.estimates)


def limits(result: StudyResult) -> str:
    """The limits of the fast fidelity where it was used, else nothing."""
    if not used(result):
        return ""
    recorded = f" Recordings here: {result.spec.get('calibration')}, for each set of launches, sensors and links."
    return LIMITS + recorded + ("" if result.agreements else f" {UNCHECKED}")


def verdicts(result: StudyResult) -> Table:
    """Output by output: whether fast can stand for full here, and how large a difference could have gone unseen."""
    rows = []
    for output in result.outputs:
        mine = [a for a in result.agreements if a.output == output]
        if mine:
            apart = [a for a in mine if not a.agrees]
            rows.append((said.column(result, output), _found(result, mine, apart), _advice(result, mine, apart)))
    level = f"{100 * result.confidence:g} %"
    by_chance = f"{100 - 100 * result.confidence:.2g} in 100"
    note = (
        f"Different: the {level} interval of fast less full does not hold zero, as that of about {by_chance} does by chance alone."
    )
    return Table("Can the fast runs stand for full ones?", ("Output", "What was found", "What follows"), tuple(rows), note=note)


def _found(result: StudyResult, mine: list[Agreement], apart: list[Agreement]) -> str:
    points = f"{len(mine)} design point{'s' if len(mine) > 1 else ''}"
    if not apart:
        return f"no difference seen at {points}"
    gaps = sorted((a.mean for a in apart), key=abs)
    size = said.value(result, mine[0].output, abs(gaps[0]))
    if len(apart) > 1:
        size += f" to {said.value(result, mine[0].output, abs(gaps[-1]))}"
    way = "more" if gaps[0] > 0 and gaps[-1] > 0 else "less" if gaps[0] < 0 and gaps[-1] < 0 else "more or less"
    shares = [abs(a.mean / a.full) for a in apart if a.full]
    part = f", up to {100 * max(shares):.2g} % of full" if shares else ""
    return f"fast gives {size} {way} than full at {len(apart)} of {points}{part}"


def _advice(result: StudyResult, mine: list[Agreement], apart: list[Agreement]) -> str:
    if apart:
        return "do not take this number from fast runs; differences between points may still hold: check them on full runs"
    unseen = max(max(abs(a.lo), abs(a.hi)) for a in mine)
    return f"a difference of up to {said.value(result, mine[0].output, unseen)} would not have been seen"
