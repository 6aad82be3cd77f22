"""Studies at the fast fidelity on recordings made up here: what is kept, what is damaged, which point failed."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from cupola.assess.study import definition as study
from cupola.assess.study import run as study_run
from cupola.assess.study import text as study_text
from cupola.assess.study.fast import looks as fast_looks
from cupola.assess.study.fast import record as fast_record
from cupola.assess.study.fast import table as fast_table
from cupola.assess.study.fast import tasks as fast_tasks
from cupola.core.errors import BadFile, BadInput, Fault
from cupola.run import warm
from cupola.scenario import load
from cupola.scenario.builder import defence_of
from cupola.scenario.schema import Scenario

SCENARIO = """
name: small
description: one launch, one battery
duration_s: 60
launches: [{missile: generic-mrbm-solid, from: east-asia-coast, to: kanto}]
sensors: [tpy2-shariki]
links: [{name: all, sensors: ["*"], delay_s: 0.1}]
defence: {batteries: [{name: one, interceptor: thaad, at: kanto, magazine: 2}], areas: [{at: kanto}]}
"""
STUDY = """
name: quick
scenario: small.yaml
fidelity: fast
calibration: 4
repetitions: 40
vary: {links.all.delay_s: [0.1, 3]}
outputs: [engagement.fired]
"""


def empty(facts: dict[str, float]) -> fast_record.Recording:
    """A recording of nothing but an object that is on the ground from the first tick on."""
    none = np.empty(0)
    return fast_record.Recording(
        none, np.zeros(1, np.int64), np.empty(0, fast_record.ROW), np.empty(0, fast_looks.LOOK), 0.0, 1.0,
        np.empty((0, 6), np.float32), np.empty(0, np.int32), np.zeros(1, np.int64), np.zeros(1, np.int64), np.full(1, -1),
        np.zeros(1), np.zeros(1), np.full(1, np.inf), np.full((1, 2), np.nan), np.empty((0, 2)), facts,
    )  # fmt: skip


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> study.Loaded:
    """A study whose calibration runs record nothing, and nothing is warmed up."""
    (tmp_path / "small.yaml").write_text(SCENARIO)
    monkeypatch.setattr(warm, "up", lambda _: None)
    monkeypatch.setattr(fast_record, "record", lambda _scenario, seed, _duration: empty({"seen": float(seed % 7)}))
    return study.parse(STUDY, "s.yaml", tmp_path)


def test_a_calibration_that_fails_names_its_own_point(
    made: study.Loaded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    def fail(scenario: Scenario, _seed: int, _duration: float | None) -> fast_record.Recording:
        if scenario.links[0].delay_s == wrong:
            raise kind("unlucky")
        return empty({})

    monkeypatch.setattr(fast_record, "record", fail)
    kind: type[Exception] = Fault
    for wrong in (0.1, 3):
        with pytest.raises(Fault, match=rf"s\.yaml: links\.all\.delay_s={wrong}, seed \d+: unlucky"):
            study_run.run(made, tmp_path / f"out-{wrong}")
    kind = BadInput  # it cannot be flown: that point has no answer
    assert study_run.run(made, tmp_path / "other").infeasible == {1: "unlucky"}


def test_a_damaged_recording_is_made_anew_and_said_so(
    made: study.Loaded, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:  # fmt: skip
    out = tmp_path / "out"
    result = study_run.run(made, out)
    files = sorted((out / "calibration").iterdir())
    assert len(files) == 2 * 4
    before = [f.read_bytes() for f in files]
    files[0].write_bytes(b"")
    files[4].write_bytes(before[4][: len(before[4]) // 2])
    capsys.readouterr()
    assert study_run.run(made, out) == result
    said = [line for line in capsys.readouterr().err.splitlines() if "damaged" in line]
    assert sorted(said) == [f"quick: {f} is damaged and made anew" for f in (files[0], files[4])]
    assert [sorted(np.load(f)) for f in files] == [sorted(f.name for f in fields(fast_record.Recording))] * 8
    assert json.loads(str(np.load(files[0])["facts"])).keys() == {"seen"}


@pytest.mark.parametrize("part", [0, 0.5, 0.99])
def test_a_recording_that_cannot_be_read_is_told_in_one_line(tmp_path: Path, part: float) -> None:
    path = tmp_path / "calibration" / "a-1.npz"
    fast_record.save(path, empty({"seen": 2.0}))
    assert fast_record.load(path).facts == {"seen": 2.0}
    assert fast_record.whole(path)
    data = path.read_bytes()
    path.write_bytes(data[: int(part * len(data))])
    assert not fast_record.whole(path)
    with pytest.raises(BadFile, match=r"a-1\.npz: .*; delete it and start the study again") as told:
        fast_record.load(path)
    assert "\n" not in str(told.value)
    np.savez(path, facts="no json")
    with pytest.raises(BadFile, match="is no calibration"):
        fast_record.load(path)


def test_fast_runs_keep_no_control_variates_and_an_output_without_spread_is_said(made: study.Loaded, tmp_path: Path) -> None:
    result = study_run.run(made, tmp_path / "out")
    rows = [json.loads(line) for line in (tmp_path / "out" / "runs.jsonl").read_text().splitlines()]
    assert len(rows) == 80
    assert {json.dumps(r["controls"]) for r in rows} == {"{}"}
    assert "engagement.fired 0 (40 runs, no spread between calibrations: no interval)" in study_text.text(result, "d")


def test_what_a_process_keeps_is_bounded_and_changes_no_run(
    made: study.Loaded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    large = study_run.run(made, tmp_path / "large")
    kept: fast_tasks.Kept = type(fast_tasks._KEPT)()
    monkeypatch.setattr(fast_tasks, "_KEPT", kept)
    loads, real = [], fast_record.load

    def load_and_count(path: Path) -> fast_record.Recording:
        loads.append(path)
        return real(path)

    monkeypatch.setattr(fast_record, "load", load_and_count)
    monkeypatch.setattr(fast_tasks, "ROOM", 1)
    assert study_run.run(made, tmp_path / "small") == large
    assert len(kept) == 1
    assert fast_tasks.held(kept) > 1
    assert len(loads) == 2 * 4  # runs of one recording are made one after the other


def test_recordings_are_counted_once_for_all_defences_on_them() -> None:
    batteries, doctrine, _ = defence_of(load("raid-10", {}, ()))
    r, kept = empty({}), fast_tasks.Kept()
    first = fast_table.table(r, *fast_table.bare(batteries, doctrine))
    kept["a", batteries, doctrine] = first
    one = fast_tasks.held(kept)
    kept["a", batteries[:1], doctrine] = first
    assert one < fast_tasks.held(kept) < 2 * one


@pytest.mark.parametrize("tracks", [0, 3])
def test_tracks_of_which_none_is_ever_released_fed_on_no_object(tracks: int) -> None:
    assert fast_table._fed(np.zeros(0, fast_looks.LOOK), np.zeros(tracks + 1, np.int64)) == {}


def test_objects_of_a_large_raid_are_told_apart() -> None:
    tracks = 20_000
    looks = np.zeros(2, fast_looks.LOOK)
    looks["object"] = 200_000, 7
    looks_of = np.zeros(tracks + 1, np.int64)
    looks_of[-1] = 2
    fed = fast_table._fed(looks, looks_of)
    assert {k: v.tolist() for k, v in fed.items()} == {7: [tracks - 1], 200_000: [tracks - 1]}
