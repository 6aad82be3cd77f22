"""Every published case that comes with Cupola, and the shared file of cases where it is at hand, with the verdicts of today."""

from __future__ import annotations

from pathlib import Path

import pytest

from cupola.assess.literature import answers
from cupola.assess.literature.case import BUILT_IN, read
from cupola.assess.literature.compare import compare

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "reference" / "reference_cases.yaml"
EXPLAINED = {  # cases where a published number differs from ours beyond its tolerance; the table says why
    "loft-hs14-2017-07-04",  # 39 minutes reported by one side, 37 by the other
    "std-hs12-2017-08-29",  # a liquid of this range burns longer by our class rule than the reported time allows
    "aps03-solid",  # the mass: AEI's kill vehicle is much lighter than that of 2003
}


@pytest.mark.parametrize("case", read(BUILT_IN), ids=lambda c: c.id)
def test_ours_beside_the_published_number(case):
    found = compare(case, answers.answer(case))
    assert not found.problem
    assert found.ours.how or found.ours.why
    differing = [r for r in found.rows if r.verdict == "differs"]
    assert not differing or case.id in EXPLAINED, differing


@pytest.mark.skipif(not SHARED.is_file(), reason="the shared reference cases are not here")
def test_the_cases_that_come_with_cupola_say_the_same_as_the_shared_ones():
    ours, theirs = {c.id: c for c in read(BUILT_IN)}, {c.id: c for c in read(SHARED)}
    assert set(ours) == set(theirs)
    for name, case in theirs.items():
        assert ours[name].values == case.values, name
        assert ours[name].inputs == case.inputs, name
        assert ours[name].status == case.status, name
