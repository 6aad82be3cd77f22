"""Design points without an answer: counted and told with their reason, and the study goes on with the others."""

from __future__ import annotations

import json
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cupola.assess import models
from cupola.assess.question import Input, Model, Output
from cupola.assess.report import study as report_study
from cupola.assess.study import definition as study
from cupola.assess.study import plan as study_plan
from cupola.assess.study import run as study_run
from cupola.assess.study import store as study_store
from cupola.assess.study import text as study_text
from cupola.assess.study.fast import tasks as fast
from cupola.assess.study.tasks import Failure, Refusal, Run, perform
from cupola.core.errors import BadFile, BadInput, BadOption, BadScenario, MissingExtra
from cupola.core.randoms import stream
from cupola.record import query

pytest.importorskip("duckdb")
BOOST = """
name: boost
model: sizing-uniform
set: {flyout_s: 120}
vary: {boost_s: [50, 80, 180, 240]}
outputs: [satellites]
"""
UNLUCKY = """
name: unlucky
model: picky
vary: {mean: [1, 13, 3, -5]}
repetitions: {min: 10, max: 60, stop: {output: y, half_width: 0.35}}
"""


def _answer(given: Any) -> dict[str, Any]:
    if given["mean"] < 0 or (given["mean"] == 13 and given["seed"] in (4, 9)):
        raise BadOption(f"nothing at {given['mean']:g}")
    return {"y": given["mean"] + float(stream(given["seed"], "y").normal())}


PICKY = Model(
    "picky", "Picky", "How much?", (Input("mean", "Mean", "", 1.0), Input("seed", "Seed", "", 1)),
    (Output("y", "Y", "m"),), _answer, True, "", (),
)  # fmt: skip


@pytest.fixture
def picky(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    family = types.ModuleType("cupola.assess.made_up")
    family.MODELS = (PICKY,)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, family.__name__, family)
    monkeypatch.setitem(models.FAMILIES, "picky", "made_up")


def loaded(text: str) -> study.Loaded:
    return study.parse(text, "s.yaml", Path("."))


def test_a_sweep_that_begins_where_nothing_is_possible_gives_the_rest(tmp_path: Path) -> None:
    result = study_run.run(loaded(BOOST), tmp_path)
    assert [e.point for e in result.estimates if e.output == "satellites"] == [2, 3]
    assert sorted(result.infeasible) == [0, 1]
    assert "a fly-out of 120 s is longer than the boost of 50 s" in result.infeasible[0]
    assert result.stopped == {0: "infeasible", 1: "infeasible", 2: "exact", 3: "exact"}
    assert study_store.load(tmp_path) == result
    told = study_text.text(result, "there")
    assert "infeasible, 2 of 4 design points, without numbers:\n  boost_s=50: a fly-out of 120 s" in told
    asked = query.run(str(tmp_path), "SELECT boost_s, infeasible FROM points WHERE stopped = 'infeasible' ORDER BY 1")
    assert [r[0] for r in asked.rows] == [50, 80]
    assert "longer than the boost of 80 s" in asked.rows[1][1]
    assert query.run(str(tmp_path), "SELECT point, seed, reason FROM refused").rows[0] == (0, 1, result.infeasible[0])
    report = report_study.read(tmp_path)
    assert "Infeasible, and so without numbers: 2 of 4 design points" in report.summary
    table = next(t for t in report.tables if t.title == "Infeasible design points")
    assert [row[0] for row in table.rows] == ["Boost of the missile: 50 s", "Boost of the missile: 80 s"]
    before = (tmp_path / "runs.jsonl").read_bytes()
    assert study_run.run(loaded(BOOST), tmp_path) == result
    assert (tmp_path / "runs.jsonl").read_bytes() == before


@pytest.mark.usefixtures("picky")
def test_a_point_that_some_seeds_refuse_has_no_numbers_and_says_at_how_many(tmp_path: Path) -> None:
    result = study_run.run(loaded(UNLUCKY), tmp_path / "a")
    assert result.infeasible == {1: "nothing at 13 (2 of 10 runs, first at seed 4)", 3: "nothing at -5"}
    assert {e.point for e in result.estimates} == {0, 2}
    assert {d.point for d in result.differences} == {2}
    kept = query.run(str(tmp_path / "a"), "SELECT point, count(*) FROM runs GROUP BY 1 ORDER BY 1").rows
    assert kept[1] == (1, 8)
    assert result.provenance["runs"] == sum(n for _, n in kept)
    lines = (tmp_path / "a" / "runs.jsonl").read_bytes().splitlines(keepends=True)
    for cut in range(1, len(lines), 9):
        out = tmp_path / str(cut)
        study_run.store.begin(_made(out), UNLUCKY, study_plan.head(study_plan.plan(loaded(UNLUCKY))))
        (out / "runs.jsonl").write_bytes(b"".join(lines[:cut]))
        assert study_run.run(loaded(UNLUCKY), out) == result
        assert sorted((out / "runs.jsonl").read_bytes().splitlines(keepends=True)) == sorted(lines)


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


@pytest.mark.usefixtures("picky")
def test_without_a_first_point_there_are_no_differences_and_that_is_said(tmp_path: Path) -> None:
    text = UNLUCKY.replace("vary: {mean: [1, 13, 3, -5]}", "set: {mean: -5}\ndesign: one-at-a-time\nvary: {mean: [1, 3]}")
    result = study_run.run(loaded(text), tmp_path)
    assert not result.differences
    assert "no differences: the first design point, 'baseline', is infeasible" in study_text.text(result, "d")
    assert "There are no differences, for the first design point is among them." in report_study.read(tmp_path).summary
    assert query.run(str(tmp_path), "SELECT count(*) FROM differences WHERE output = 'y' AND fidelity = 'full'").rows == [(0,)]


@pytest.mark.usefixtures("picky")
def test_a_grid_that_begins_with_infeasible_points_is_compared_with_its_first_feasible_one(tmp_path: Path) -> None:
    result = study_run.run(loaded(UNLUCKY.replace("[1, 13, 3, -5]", "[-5, -6, 3, 1, 2]")), tmp_path)
    assert result.baseline == 2
    assert [(d.point, round(d.mean, 9)) for d in result.differences] == [(3, -2.0), (4, -1.0)]
    assert "difference from 'mean=3', same seeds:" in study_text.text(result, "d")
    report = report_study.read(tmp_path)
    assert any(t.title == "Differences from “Mean: 3”" for t in report.tables)


@pytest.mark.usefixtures("picky")
def test_a_study_without_any_answer_says_so_and_its_folder_takes_the_study_put_right(tmp_path: Path) -> None:
    wrong = UNLUCKY.replace("[1, 13, 3, -5]", "[-5, -6]")
    for _ in range(2):
        with pytest.raises(BadInput, match=r"s\.yaml: no design point has an answer: Mean: -5: nothing at -5; Mean: -6"):
            study_run.run(loaded(wrong), tmp_path)
    assert report_study.read(tmp_path).tables
    assert query.run(str(tmp_path), "SELECT count(*) FROM refused").rows == [(20,)]
    right = study_run.run(loaded(UNLUCKY), tmp_path)
    assert len(right.estimates) == 2
    with pytest.raises(BadOption, match=r"begun with another study \(vary changed\)"):
        study_run.run(loaded(wrong), tmp_path)


@pytest.mark.usefixtures("picky")
def test_refused_runs_are_a_table_of_their_own_before_the_end_too(tmp_path: Path) -> None:
    study_run.run(loaded(UNLUCKY), tmp_path)
    for table in tmp_path.glob("*.parquet"):
        table.unlink()
    assert query.run(str(tmp_path), "SELECT count(y) FROM runs WHERE point = 1").rows == [(8,)]
    assert query.run(str(tmp_path), "SELECT seed, reason FROM refused WHERE point = 1 ORDER BY 1").rows == [
        (4, "nothing at 13"),
        (9, "nothing at 13"),
    ]
    only = [line for line in (tmp_path / "runs.jsonl").read_text().splitlines(keepends=True) if "refused" in json.loads(line)]
    (tmp_path / "runs.jsonl").write_text("".join(only))
    assert query.run(str(tmp_path), "SELECT count(*) FROM refused").rows == [(12,)]


class Broken:
    def __init__(self, error: Exception) -> None:
        self._error = error

    def run(self, seed: int) -> Run:
        if seed == 2:
            raise self._error
        return Run(seed, {})


def test_what_is_missing_ends_a_study_and_what_has_no_answer_does_not() -> None:
    for error in (BadOption("no"), BadScenario("no")):
        assert perform(Broken(error), (1, 2, 3)) == [Run(1, {}), Refusal(2, "no"), Run(3, {})]
    for error in (BadFile("disk"), MissingExtra("it", "studies")):
        assert perform(Broken(error), (1, 2, 3)) == [Run(1, {}), Failure(2, str(error), 2)]


def test_recordings_that_cannot_be_made_leave_the_points_without_an_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def record(self: fast.Calibrate, seed: int) -> Run:
        if any(link.delay_s == 3 for link in self.scenario.links):
            raise BadScenario("cannot be flown")
        return Run(seed, {})

    monkeypatch.setattr(study_run.warm, "up", lambda _: None)
    monkeypatch.setattr(fast.Calibrate, "run", record)
    monkeypatch.setattr(fast.Fast, "run", lambda _, seed: Run(seed, {"engagement.leaked": seed % 3}))
    text = "scenario: raid-10\nfidelity: fast\nvary: {links.relay.delay_s: [1, 3]}\nrepetitions: 4\noutputs: [engagement.leaked]"
    result = study_run.run(loaded(text), tmp_path)
    assert result.infeasible == {1: "cannot be flown"}
    assert {e.point for e in result.estimates} == {0}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "vary: {warheads: [10], kill: [0.5, 1.2, 0, 0.6, 3]}",
            "s.yaml:2: vary.kill: 1.2: leakage: kill is 1.2; kill probability of one round must lie between 0.01 and 0.99; "
            "s.yaml:2: vary.kill: 0: leakage: kill is 0; kill probability of one round must lie between 0.01 and 0.99; "
            "s.yaml:2: vary.kill: 3: leakage: kill is 3; kill probability of one round must lie between 0.01 and 0.99"
            " (3 of 5 design points are refused)",
        ),
        ("vary: {warheads: [0, 10], kill: [0.5, 1.2]}", "(3 of 4 design points are refused)"),
        ("vary: {warheads: [-1, -2, -3, -4]}", "-3; warheads in the raid must lie between 1 and 5000; and more (4 of 4"),
        ("set: {kill: 2}\nvary: {warheads: [1, 2]}", "(2 of 2 design points are refused)"),
    ],
)  # fmt: skip
def test_all_points_are_checked_before_the_first_run_and_counted(text: str, told: str) -> None:
    with pytest.raises(study.BadStudy) as e:
        study_plan.plan(loaded(f"model: leakage\n{text}"))
    assert told in str(e.value)
    assert "\n" not in str(e.value)
