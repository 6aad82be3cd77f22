"""What moves an answer: over stated ranges, in one order, the same bars wherever they are shown."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from cupola.assess.models import model, models
from cupola.assess.question import ROLES, Input, Model, Output, ask
from cupola.assess.tornado import Bar, plausible, tornado
from cupola.cli import main
from cupola.core.errors import BadInput, BadOption


def _answer(g: dict[str, Any]) -> dict[str, Any]:
    if g["shots"] < 2:
        raise BadInput("one shot is not asked about")
    kinds = {"plain": 0.0, "good": 5.0, "bad": -5.0}
    y = 10 * g["stated"] + g["read"] + g["guess"] + kinds[g["kind"]] + g["targets"] + g["seed"] + (3 if g["extra"] else 0)
    return {"y": y + g["shots"], "odd": math.inf if g["guess"] > 100 else g["guess"]}


MADE = Model(
    "made", "Made up", "How much?",
    (
        Input("stated", "Stated", "", 1.0, 0.0, 1e6, low=0.5, high=3.0),
        Input("read", "Read", "", 100.0, 0.0, 1e6, status="read", source="A"),
        Input("guess", "Guess", "", 100.0, 0.0, 1e6),
        Input("shots", "Shots", "", 2, 0, 10),
        Input("kind", "Kind", "", "plain", choices=("plain", "good", "bad")),
        Input("extra", "Extra", "", False),
        Input("targets", "Targets", "", 10, 1, 10_000, role="demand"),
        Input("seed", "Seed", "", 1, 0, 10**6, role="numeric"),
    ),
    (Output("y", "Y", ""), Output("odd", "Odd", "")), _answer, True, "", (),
)  # fmt: skip
GIVEN = {i.name: i.default for i in MADE.inputs}


def test_assumptions_go_over_their_plausible_range_and_the_widest_is_first() -> None:
    bars, refused = tornado(MADE, GIVEN, "y")
    now = ask(MADE, GIVEN)["y"]
    assert [b.name for b in bars] == ["guess", "stated", "read", "kind", "extra", "shots"]
    assert bars[0] == Bar("guess", 50.0, 150.0, now - 50, now + 50)  # assumed: half of it
    assert bars[1] == Bar("stated", 0.5, 3.0, now - 5, now + 20)
    assert bars[2] == Bar("read", 90.0, 110.0, now - 10, now + 10)
    assert (bars[3].lo, bars[3].hi) == ("bad", "good")
    assert bars[5] == Bar("shots", 2, 3, now, now + 1)  # its low end is refused, so it is the value itself
    assert not refused


def test_what_has_no_answer_is_told_and_not_drawn() -> None:
    bars, refused = tornado(MADE, GIVEN, "odd")
    assert not bars
    assert refused == {"guess": "50 to 150: no finite answer there"}
    with pytest.raises(BadOption, match="no output 'z'"):
        tornado(MADE, GIVEN, "z")


def test_an_end_that_is_refused_says_why() -> None:
    only = Input("shots", "Shots", "", 2, 0, 2)
    _, refused = tornado(Model("m", "", "", (only,), MADE.outputs, lambda g: _answer(GIVEN | g), True, ""), {"shots": 2}, "y")
    assert refused == {"shots": "1 to 2: one shot is not asked about"}


def test_a_stated_range_is_not_cut_in_silence() -> None:
    only = Input("shots", "Shots", "", 2, 0, 9, low=1, high=4)
    _, refused = tornado(Model("m", "", "", (only,), MADE.outputs, lambda g: _answer(GIVEN | g), True, ""), {"shots": 2}, "y")
    assert refused == {"shots": "1 to 4: one shot is not asked about"}


def test_a_zero_without_a_range_moves_over_a_share_of_what_is_accepted() -> None:
    assert plausible(Input("x", "X", "", 0.0, 0.0, 1.0), 0.0) == (0.0, 0.5)
    assert plausible(Input("n", "N", "", 4, 0, 10, status="read"), 4) == (3, 5)
    assert plausible(Input("p", "P", "", 0.9, 0.0, 1.0), 0.9) == (0.45, 1.0)


@pytest.mark.parametrize("name", list(models()))
def test_plausible_ranges_lie_inside_what_is_accepted(name: str) -> None:
    for i in model(name).inputs:
        assert i.role in ROLES, i.name
        assert (i.low is None) == (i.high is None), i.name
        assert i.name != "seed" or i.role == "numeric"
        if i.low is not None and i.high is not None:
            assert i.lo is not None
            assert i.hi is not None
            assert i.lo <= i.low < i.high <= i.hi, i.name
            assert type(i.low) is type(i.default) is type(i.high), i.name


def test_the_command_shows_the_bars_of_the_question(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["size-constellation", "--model", "walker", "--targets", "2", "--json", "-"]) == 0
    shown = json.loads(capsys.readouterr().out)["tornado"]
    bound = model("sizing-bound")
    values = {i.name: i.default for i in bound.inputs} | {"targets": 2}
    bars, _ = tornado(bound, values, "satellites")
    assert shown == [{"input": b.name, "lo": b.lo, "hi": b.hi, "at_lo": b.at_lo, "at_hi": b.at_hi} for b in bars]
    assert "targets" not in {row["input"] for row in shown}
