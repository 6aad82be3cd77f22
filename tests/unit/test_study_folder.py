"""A study's folder and its mistakes: a misspelt output, a torn line, damage by hand, a cluster that is not there."""

from __future__ import annotations

import json
import os
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from cupola import cli
from cupola.assess.report import files
from cupola.assess.report import study as report_study
from cupola.assess.study import definition as study
from cupola.assess.study import run as study_run
from cupola.assess.study import store as study_store
from cupola.assess.study import text as study_text
from cupola.assess.study.engines import Chunk, open_engine
from cupola.assess.study.result import StudyResult
from cupola.assess.study.tasks import Full, Run, absent
from cupola.core.errors import BadFile, BadOption
from cupola.record import query
from cupola.run import warm

pytest.importorskip("duckdb")
RAID = """
name: raid
scenario: raid-10
duration_s: 40
repetitions: 6
outputs: [{output}]
"""
DICE = "name: dice\nmodel: leakage\nvary: {warheads: [10, 20, 40]}\n"


@pytest.fixture
def fly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], StudyResult]:
    """Study of a raid whose runs are made up: an early one has no alert yet and so no latency."""

    def made(task: Full, seed: int) -> Run:
        found = {"alerts.raised": seed, "links.sea.lost": 0} | ({"alerts.latency_s.p50": 30.0} if seed > 2 else {})
        return Run(seed, found | ({"picture.completeness": 0.9} if task.judging == "full" and seed > 1 else {}))

    monkeypatch.setattr(warm, "up", lambda _: None)
    monkeypatch.setattr(Full, "run", made)
    return lambda output: study_run.run(study.parse(RAID.format(output=output), "s.yaml", tmp_path), tmp_path / "out")


def kept(folder: Path) -> int:
    return len((folder / "runs.jsonl").read_text().splitlines())


def test_a_misspelt_output_costs_one_run_and_the_right_word_may_follow(fly: Callable[[str], StudyResult], tmp_path: Path) -> None:
    with pytest.raises(BadOption, match=r"s\.yaml: outputs\[0\]: no output 'alerts\.raized'; did you mean alerts\.raised"):
        fly("alerts.raized")
    assert kept(tmp_path / "out") == 0
    with pytest.raises(BadOption, match=r"no output .picture\.complete.; did you mean picture\.completeness"):
        fly("picture.complete")  # other outputs that need other runs: nothing is kept that would not fit
    assert fly("alerts.raised").outputs == ("alerts.raised",)
    assert kept(tmp_path / "out") == 6
    assert fly("alerts.latency_s.p50").outputs == ("alerts.latency_s.p50",)
    assert kept(tmp_path / "out") == 6
    assert "latency" in (tmp_path / "out" / "study.yaml").read_text()
    assert study_store.load(tmp_path / "out").spec["outputs"] == ["alerts.latency_s.p50"]
    with pytest.raises(BadOption, match=r"another study \(outputs changed\)"):
        fly("picture.completeness")  # its runs were not judged


def test_an_output_that_the_first_run_lacks_is_no_mistake(fly: Callable[[str], StudyResult]) -> None:
    assert [e.n for e in fly("picture.completeness").estimates if e.output == "picture.completeness"] == [5]
    assert "links.sea.age_s.p99" in absent({"links.sea.lost"}, False)
    assert "picture.completeness" not in absent({"links.sea.lost"}, False)


def test_an_output_that_no_run_has_leaves_the_others_their_numbers(
    fly: Callable[[str], StudyResult], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Full, "run", lambda _, seed: Run(seed, {"alerts.missed": seed}))
    result = fly("alerts.missed, picture.completeness")
    assert [e.output for e in result.estimates] == ["alerts.missed"]
    assert "no estimate, for no run had a finite value: picture.completeness" in study_text.text(result, "there")
    assert report_study.of_study(result, "").tables


def test_the_torn_line_of_a_killed_study_is_no_run(fly: Callable[[str], StudyResult], tmp_path: Path) -> None:
    fly("alerts.raised")
    out = tmp_path / "out"
    for table in out.glob("*.parquet"):
        table.unlink()
    rows = (out / "runs.jsonl").read_bytes().splitlines(keepends=True)
    for cut in (-1, -20, 20):  # without its end of line too: the next start cuts it off
        (out / "runs.jsonl").write_bytes(b"".join(rows[:3]) + rows[3][:cut])
        asked = query.run(str(out), 'SELECT count(*), count(seed), sum("alerts.raised") FROM runs').rows
        assert asked == [(3, 3, 6)]
        assert len(study_store.runs(out)) == 3
    (out / "runs.jsonl").write_bytes(rows[0] + b"nonsense\n" + rows[1])
    with pytest.raises(BadFile, match=r"runs\.jsonl: line 2 is damaged"):
        query.run(str(out), None)
    (out / "runs.jsonl").write_bytes(rows[0][:20])
    with pytest.raises(BadFile, match="no finished runs"):
        query.run(str(out), None)


def test_what_a_killed_process_had_half_written_is_cleared_away(tmp_path: Path) -> None:
    left = [tmp_path / "out" / ".runs.parquet.77.part", tmp_path / "out" / "calibration" / ".k-1.npz.77.part"]
    study_run.run(study.parse(DICE, "s.yaml", tmp_path), tmp_path / "out")
    left[1].parent.mkdir()
    for part in left:
        part.write_text("half")
    study_run.run(study.parse(DICE, "s.yaml", tmp_path), tmp_path / "out")
    assert not any(part.exists() for part in left)


@pytest.mark.parametrize("part", ["spec", "points", "provenance"])
def test_a_damaged_head_is_told(tmp_path: Path, part: str) -> None:
    loaded = study.parse(DICE, "s.yaml", tmp_path)
    study_run.run(loaded, tmp_path / "out")
    head = tmp_path / "out" / "study.json"
    head.write_text(json.dumps(json.loads(head.read_text()) | {part: 3}))
    with pytest.raises(BadFile, match=r"study\.json: is damaged"):
        study_run.run(loaded, tmp_path / "out")


def test_a_damaged_summary_is_told(tmp_path: Path) -> None:
    study_run.run(study.parse(DICE, "s.yaml", tmp_path), tmp_path / "out")
    summary = tmp_path / "out" / "summary.json"
    summary.write_text(json.dumps(json.loads(summary.read_text()) | {"spec": []}))
    with pytest.raises(BadFile, match=r"summary\.json: cannot be read \(spec, .*start the study again"):
        study_store.load(tmp_path / "out")


@pytest.mark.parametrize("wrong", ['"x"', "[1]", "{}"])
def test_an_output_that_is_no_number_is_a_damaged_line(tmp_path: Path, wrong: str) -> None:
    loaded = study.parse(DICE, "s.yaml", tmp_path)
    study_run.run(loaded, tmp_path / "out")
    log = tmp_path / "out" / "runs.jsonl"
    first, *rest = log.read_text().splitlines(keepends=True)
    row = json.loads(first)
    log.write_text("".join([*rest, json.dumps(row | {"outputs": row["outputs"] | {"leaked": json.loads(wrong)}}) + "\n"]))
    with pytest.raises(BadFile, match=r"runs\.jsonl: line 3 is damaged"):
        study_run.run(loaded, tmp_path / "out")


def test_a_report_that_cannot_be_written_hides_no_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object) -> None:
        raise BadFile("report.html: cannot be written (No space left on device)")

    (tmp_path / "s.yaml").write_text(DICE)
    monkeypatch.setattr(files, "write", full)
    assert cli.main(["study", str(tmp_path / "s.yaml"), "--out", str(tmp_path / "out"), "--jobs", "1"]) == 2
    said = capsys.readouterr()
    assert "warheads=40" in said.out
    assert f"no report; when it can be written: cupola report {tmp_path / 'out'}" in said.out
    assert "No space left on device" in said.err


def test_a_study_that_is_stopped_says_how_to_go_on_whatever_error_that_comes_out_as(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stopped(*_: object) -> None:
        try:
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(5)
        except KeyboardInterrupt:
            raise SystemError("half an import") from None

    (tmp_path / "s.yaml").write_text(DICE)
    monkeypatch.setattr(study_run, "_rounds", stopped)
    assert cli.main(["study", str(tmp_path / "s.yaml"), "--out", str(tmp_path / "my out"), "--jobs", "1"]) == 130
    assert f"go on with: cupola study {tmp_path / 's.yaml'} --out '{tmp_path / 'my out'}'" in capsys.readouterr().err


def test_a_cluster_where_nobody_listens_is_told_at_once() -> None:
    pytest.importorskip("ray")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: connections are refused
        where = f"127.0.0.1:{taken.getsockname()[1]}"
        for address in (where, f"ray://{where}", "127.0.0.1:port"):
            with (
                pytest.raises(BadOption, match=f"--address {address}: no Ray cluster answers there"),
                open_engine("ray", 1, address),
            ):
                pass


class Masked:
    """Whether Ctrl-C reaches the worker that makes the run."""

    def run(self, seed: int) -> Run:
        return Run(seed, {"deaf": signal.getsignal(signal.SIGINT) == signal.SIG_IGN})


def test_workers_are_started_without_ctrl_c_and_their_parent_keeps_it() -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell starts a command with & deaf to it
    try:
        with open_engine("local", 2) as engine:
            done = [run for _, made in engine.work([Chunk(k, Masked(), (k,)) for k in range(4)]) for run in made]
        assert [r.outputs for r in done if isinstance(r, Run)] == [{"deaf": True}] * 4
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)


def test_without_outputs_those_of_the_table_are_shown_in_its_order(fly: Callable[[str], StudyResult]) -> None:
    def made(_: Full, seed: int) -> Run:
        return Run(seed, {"alerts.missed": 0, "engagement.fired": 9, "engagement.leaked": 1, "picture.nees": 1.0})

    with pytest.MonkeyPatch.context() as m:
        m.setattr(Full, "run", made)
        assert fly("").outputs == ("engagement.leaked", "engagement.fired", "alerts.missed")
