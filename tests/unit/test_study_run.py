"""Studies of a model that draws: resumed, killed, locked, changed, on one core, on two, on Ray: the same numbers."""

from __future__ import annotations

import gc
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
import types
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from cupola.assess import models
from cupola.assess.question import Input, Model, Output, ask
from cupola.assess.report import said, study_figures, words
from cupola.assess.study import definition as study
from cupola.assess.study import engines
from cupola.assess.study import log as study_log
from cupola.assess.study import run as study_run
from cupola.assess.study import store as study_store
from cupola.assess.study import text as study_text
from cupola.assess.study.tasks import Refusal, Run
from cupola.core.errors import BadFile, BadOption, Fault, MissingExtra
from cupola.core.randoms import stream
from cupola.record import query

pytest.importorskip("duckdb")
TEXT = """
name: dice
model: leakage
vary: {warheads: [10, 20, 40]}
outputs: [leaked]
"""
DRAWN = """
name: drawn
model: drawing
vary: {mean: [1, 3]}
repetitions: {min: 10, max: 400, stop: {output: y, half_width: 0.2}}
"""


def _answer(given: Any) -> dict[str, Any]:
    if given["mean"] == 13 and given["seed"] == 4:
        raise Fault("unlucky")
    return {"y": given["mean"] + float(stream(given["seed"], "y").normal()), "high": stream(given["seed"], "y").normal() > 0}


DRAWING = Model(
    "drawing", "Drawing", "How much?", (Input("mean", "Mean", "", 1.0), Input("seed", "Seed", "", 1)),
    (Output("y", "Y", "m"), Output("high", "High", "")), _answer, True, "", (),
)  # fmt: skip


@pytest.fixture
def drawing(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    family = types.ModuleType("cupola.assess.made_up")
    family.MODELS = (DRAWING,)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, family.__name__, family)
    monkeypatch.setitem(models.FAMILIES, "drawing", "made_up")


def loaded(text: str) -> study.Loaded:
    return study.parse(text, "s.yaml", Path("."))


def rows(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "runs.jsonl").read_text().splitlines()]


def test_a_model_without_chance_is_asked_once_a_point(tmp_path: Path) -> None:
    result = study_run.run(loaded(TEXT), tmp_path)
    assert [e.n for e in result.estimates if e.output == "leaked"] == [1, 1, 1]
    assert study_store.load(tmp_path) == result
    assert {(e.fidelity, e.method) for e in result.estimates} == {("drawn", "drawn")}  # its draws are its own
    told = ask(models.model("leakage"), {"warheads": 20})
    e = next(e for e in result.estimates if (e.point, e.output) == (1, "leaked"))
    half = 1.959964 * told["errors"]["leaked"]  # of its draws
    assert (e.lo, e.hi) == pytest.approx((e.mean - half, e.mean + half))
    assert f"{e.mean:.3g} ±{half:.1g}" in study_text.text(result, "there")
    assert all(e.lo is None for e in result.estimates if e.output == "targets")
    asked = query.run(
        str(tmp_path), "SELECT p.warheads, e.mean FROM estimates e JOIN points p USING (point) WHERE output = 'leaked'"
    )
    means = [e.mean for e in result.estimates if e.output == "leaked"]
    assert [r[1] for r in asked.rows] == means
    assert means[0] < means[2]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("", ""),
        ("repetitions: 1", ""),
        ("repetitions: 40\nseed: 3", "leakage is asked once a design point, for it draws by itself (20,000 raids"),
    ],
)
def test_repetitions_that_change_nothing_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str], more: str, said: str) -> None:
    study_run.run(loaded(f"{TEXT}\n{more}"), tmp_path)
    told = capsys.readouterr().err
    assert said in told
    assert ("without effect: seed, repetitions" in told) == bool(said)


def test_a_probability_that_a_model_draws_and_its_difference_end_at_one(tmp_path: Path) -> None:
    """Two seeds give 0.94 and 0.95: Student's interval alone would end above one."""
    text = """
name: short
model: magazine
vary: {missiles_per_day: [0.0, 0.9]}
set: {campaign_days: 330}
outputs: [p_empty]
repetitions: {min: 2, max: 2}
"""
    result = study_run.run(loaded(text), tmp_path)
    found = next(e for e in result.estimates if (e.point, e.output) == (1, "p_empty"))
    gap = next(d for d in result.differences if d.output == "p_empty")
    assert 0.9 < found.mean < 1.0
    assert found.mean == gap.mean
    assert (found.hi, gap.hi) == (1.0, 1.0)


@pytest.mark.usefixtures("drawing")
def test_it_stops_at_the_wanted_interval_and_pairs_the_same_seeds(tmp_path: Path) -> None:
    result = study_run.run(loaded(DRAWN), tmp_path)
    first = next(e for e in result.estimates if e.output == "y")
    assert first.lo is not None
    assert first.hi is not None
    assert first.hi - first.lo <= 0.4
    assert 60 < first.n < 400
    gap = next(d for d in result.differences if d.output == "y")
    assert gap.mean == pytest.approx(2)
    assert gap.hi == pytest.approx(2)
    assert set(result.stopped.values()) == {"reached"}
    assert result.units["y"] == "m"


@pytest.mark.usefixtures("drawing")
def test_an_interrupted_study_goes_on_and_repeats_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = study_run.run(loaded(DRAWN), tmp_path / "a")
    count, real = 0, study_log.Log.add

    def stop(self: study_log.Log, key: Any, runs: list[Run]) -> None:
        nonlocal count
        count += 1
        if count == 17:
            raise KeyboardInterrupt
        real(self, key, runs)

    monkeypatch.setattr(study_log.Log, "add", stop)
    with pytest.raises(KeyboardInterrupt):
        study_run.run(loaded(DRAWN), tmp_path / "b")
    with open(tmp_path / "b" / "runs.jsonl", "ab") as f:
        f.write(b'{"point":0,"fidel')  # a line that the kill cut
    result = study_run.run(loaded(DRAWN), tmp_path / "b")
    assert result == whole
    keys = [(r["point"], r["seed"]) for r in rows(tmp_path / "b")]
    assert len(keys) == len(set(keys))
    again = study_run.run(loaded(DRAWN), tmp_path / "b")
    assert again == whole
    assert len(rows(tmp_path / "b")) == len(keys)


def test_what_is_kept_is_not_kept_again(tmp_path: Path) -> None:
    key, other = (0, "full"), (1, "full")
    log = study_log.Log(tmp_path)
    log.add(key, [Run(1, {"y": 1}), Refusal(2, "no")])
    log.add(key, [Run(1, {"y": 9}), Refusal(2, "never"), Run(2, {"y": 9}), Run(3, {"y": 3})])
    log.add(other, [Run(1, {"y": 5})])
    kept = log.kept
    log.close()
    assert [(r["point"], r["seed"]) for r in rows(tmp_path)] == [(0, 1), (0, 2), (0, 3), (1, 1)]
    again = study_log.Log(tmp_path)
    for found in (kept, again.kept):
        assert [(r.seed, r.outputs["y"]) for r in found.of(key)] == [(1, 1), (3, 3)]
        assert [(r.seed, r.reason) for r in found.refusals(key)] == [(2, "no")]
        assert found.asked == 4
    again.close()


def test_a_least_count_has_one_text_in_a_study_and_in_a_report(tmp_path: Path) -> None:
    """A bound of 515.2 satellites is 516, as the answer says: at the terminal, in the tables and beside the charts."""
    text = "model: sizing-bound\nset: {detect_s: 15}\nvary: {boost_s: [140, 150, 160]}\noutputs: [bound, spread_satellites]\n"
    result = study_run.run(loaded(text), tmp_path)
    lines = study_text.text(result, "out").splitlines()
    drawn = str([f.spec for f in study_figures.figures(result)])
    asked = models.model("sizing-bound")
    for boost in (140, 150):
        found = ask(asked, {"detect_s": 15, "boost_s": boost})
        for o in (o for o in asked.outputs if o.name in result.outputs):
            assert found[o.name] % 1.0 > 0.0
            e = next(e for e in result.estimates if e.output == o.name and result.points[e.point].changes["boost_s"] == boost)
            assert said.value(result, e.output, e.mean) == words.answered(o, found[o.name])
            assert f"'mean_text': '{words.answered(o, found[o.name])}'" in drawn
            assert any(f"{words.answered(o, found[o.name])}" in line.split() for line in lines), (o.name, lines)


@pytest.mark.usefixtures("drawing")
def test_another_study_in_the_folder_is_refused(tmp_path: Path) -> None:
    study_run.run(loaded(DRAWN), tmp_path / "a")
    with pytest.raises(BadOption, match=r"begun with another study \(seed changed\)"):
        study_run.run(loaded(DRAWN + "seed: 7"), tmp_path / "a")
    study_run.run(loaded("# a remark is no change\n" + DRAWN), tmp_path / "a")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thesis.txt").write_text("mine")
    with pytest.raises(BadOption, match="holds thesis"):
        study_run.run(loaded(DRAWN), tmp_path / "other")
    with study_store.locked(tmp_path / "a"), pytest.raises(BadOption, match="another study is at work"):
        study_run.run(loaded(DRAWN), tmp_path / "a")


@pytest.mark.usefixtures("drawing")
def test_a_run_that_fails_names_point_and_seed_and_keeps_the_rest(tmp_path: Path) -> None:
    with pytest.raises(Fault, match=r"s.yaml: mean=13, seed 4: unlucky"):
        study_run.run(loaded("model: drawing\nvary: {mean: [1, 13]}\nrepetitions: 6"), tmp_path)
    assert {(r["point"], r["seed"]) for r in rows(tmp_path)} >= {(0, s) for s in range(1, 7)}


@pytest.mark.usefixtures("drawing")
def test_a_study_killed_anywhere_in_its_rounds_ends_as_one_that_was_not(tmp_path: Path) -> None:
    whole = study_run.run(loaded(DRAWN), tmp_path / "a")
    lines = (tmp_path / "a" / "runs.jsonl").read_bytes().splitlines(keepends=True)
    assert len(lines) > 100
    for cut in (7, 23, 37, 60, 101):
        out = tmp_path / str(cut)
        shutil.copytree(tmp_path / "a", out)
        (out / "runs.jsonl").write_bytes(b"".join(lines[:cut]))
        assert study_run.run(loaded(DRAWN), out) == whole


def test_a_damaged_line_is_told(tmp_path: Path) -> None:
    study_run.run(loaded(TEXT), tmp_path)
    log = tmp_path / "runs.jsonl"
    log.write_text("not json\n" + log.read_text())
    with pytest.raises(BadFile, match="line 1 is damaged"):
        study_run.run(loaded(TEXT), tmp_path)
    with pytest.raises(BadFile, match="holds no study"):
        study_store.load(tmp_path / "nothing")


STOCHASTIC = """
name: raid
scenario: {scenario}
fidelity: full
duration_s: 40
repetitions: 3
vary: {{links.0.delay_s: [0.1, 3]}}
"""
SMALL = """
name: small
description: two launches and two radars
duration_s: 60
launches:
  - {missile: hwasong-15-class, from: east-asia-north, to: pacific-north-west, count: 2}
sensors: [sbirs-geo-e, tpy2-shariki]
links: [{name: all, sensors: ["*"], delay_s: 0.1}]
"""


class Nothing:
    def run(self, seed: int) -> Run:
        return Run(seed, {})


def test_a_worker_leaves_what_its_first_runs_brought_in_out_of_the_search_for_garbage() -> None:
    try:
        assert engines._work(Nothing(), (1, 2)) == [Run(1, {}), Run(2, {})]
        first = gc.get_freeze_count()
        engines._work(Nothing(), (3,))
        assert 0 < gc.get_freeze_count() <= first
    finally:
        gc.unfreeze()


def test_kill_minus_nine_loses_and_repeats_nothing(tmp_path: Path) -> None:
    """A real process on two workers is killed outright; a second start goes on; no worker outlives its parent."""
    (tmp_path / "small.yaml").write_text(SMALL)
    (tmp_path / "s.yaml").write_text(STOCHASTIC.format(scenario="small.yaml").replace("repetitions: 3", "repetitions: 15"))
    out = tmp_path / "out"
    command = [sys.executable, "-m", "cupola.cli", "study", str(tmp_path / "s.yaml"), "--out", str(out), "--jobs", "2"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        until = time.monotonic() + 240
        while time.monotonic() < until and not ((out / "runs.jsonl").is_file() and len(rows_whole(out)) >= 5):
            time.sleep(0.05)
    finally:
        process.kill()
        process.wait()
    before = rows_whole(out)
    assert 5 <= len(before) < 30
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    after = rows(out)
    assert after[: len(before)] == before
    assert len(after) == 30
    assert len({(r["point"], r["seed"]) for r in after}) == 30
    assert not _group_lives(process.pid)


def rows_whole(folder: Path) -> list[dict[str, Any]]:
    data = (folder / "runs.jsonl").read_bytes()
    return [json.loads(line) for line in data[: data.rfind(b"\n") + 1].splitlines()]


def _group_lives(group: int) -> bool:
    for _ in range(60):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return False
        time.sleep(0.1)
    os.killpg(group, signal.SIGKILL)
    return True


def test_ray_gives_the_same_bits_as_this_machine(tmp_path: Path) -> None:
    pytest.importorskip("ray")
    (tmp_path / "small.yaml").write_text(SMALL)
    text = STOCHASTIC.format(scenario=tmp_path / "small.yaml")
    here = study_run.run(loaded(text), tmp_path / "local", jobs=1)
    code = (
        "import sys; from pathlib import Path; from cupola.assess.study import definition as study, run as study_run;"
        "study_run.run(study.parse(sys.argv[1], 's.yaml', Path('.')), Path(sys.argv[2]), 'ray', 2)"
    )
    done = subprocess.run([sys.executable, "-c", code, text, str(tmp_path / "ray")], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert study_store.load(tmp_path / "ray") == study_store.load(tmp_path / "local") == here

    def by_key(folder: Path) -> list[str]:
        return sorted(json.dumps(r) for r in rows(folder))

    assert by_key(tmp_path / "ray") == by_key(tmp_path / "local")
    assert len(here.points) == 2


def test_without_the_tables_part_no_folder_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(MissingExtra, match="studies"):
        study_run.run(study.parse("model: leakage", "s.yaml", Path(".")), tmp_path / "out")
    assert not (tmp_path / "out").exists()


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """A file that would grow beyond ``size`` bytes is refused by the system, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.usefixtures("drawing")
def test_a_full_disk_is_told_in_one_line_and_room_lets_it_go_on(tmp_path: Path) -> None:
    whole = study_run.run(loaded(DRAWN), tmp_path / "a")
    with files_of_at_most(2048), pytest.raises(BadFile, match=r"runs\.jsonl: cannot be written \(.*make room, start again"):
        study_run.run(loaded(DRAWN), tmp_path / "b")
    assert (tmp_path / "b" / "runs.jsonl").stat().st_size == 2048  # what fitted; the cut line is dropped by the next start
    assert study_run.run(loaded(DRAWN), tmp_path / "b") == whole


def test_a_summary_that_does_not_fit_leaves_no_part(tmp_path: Path) -> None:
    result = study_run.run(loaded(TEXT), tmp_path)
    with files_of_at_most(1024), pytest.raises(BadFile, match=r"summary\.json: cannot be written"):
        study_store.save(tmp_path, result)
    assert not list(tmp_path.glob("*.part"))
    assert study_store.load(tmp_path) == result


def test_a_table_that_does_not_fit_is_told_in_the_systems_words(tmp_path: Path) -> None:
    study_run.run(loaded(TEXT), tmp_path)
    with files_of_at_most(1024), pytest.raises(BadFile) as e:
        study_run.run(loaded(TEXT), tmp_path)
    assert re.fullmatch(
        r".*\.parquet: cannot be written \(File too large\); the runs are kept: make room, start again", str(e.value)
    )


@pytest.mark.usefixtures("drawing")
def test_what_decides_no_run_may_change_and_more_runs_may_be_asked_for(tmp_path: Path) -> None:
    text = "name: a\nmodel: drawing\nvary: {mean: [1, 3]}\nrepetitions: 6"
    study_run.run(loaded(text), tmp_path / "a")
    told = text.replace("name: a", "name: b\nquestion: How much?\nconfidence: 0.9").replace("6", "9")
    more = study_run.run(loaded(told), tmp_path / "a")
    assert (more.name, more.confidence, len(rows(tmp_path / "a"))) == ("b", 0.9, 18)
    assert more == study_run.run(loaded(told), tmp_path / "fresh")
    for other in (told.replace("9", "8"), told.replace("repetitions: 9", DRAWN.strip().splitlines()[-1]), told.replace("3]", "4]")):
        with pytest.raises(BadOption, match="begun with another study"):
            study_run.run(loaded(other), tmp_path / "a")


@pytest.mark.parametrize("name", ["architecture-cost", "magazine"])
def test_the_study_of_an_answer_that_draws_gives_its_numbers_to_the_bit(tmp_path: Path, name: str) -> None:
    model = models.model(name)
    given = {i.name: i.default for i in model.inputs} | {"seed": 5}
    text = words.study_yaml(model, given)
    result = study_run.run(loaded(text), tmp_path)
    page = {k: v for k, v in ask(model, given).items() if isinstance(v, int | float)}
    finite = {k: float(v) for k, v in page.items() if abs(v) < float("inf")}
    assert {e.output: e.mean for e in result.estimates} == finite
    assert {e.n for e in result.estimates} == {1}
    assert yaml.safe_load(text)["set"]["seed"] == 5


def test_an_output_without_a_finite_value_is_named(tmp_path: Path) -> None:
    text = "model: architecture-cost\nrepetitions: 1\noutputs: [per_short_busd, total_busd]"
    result = study_run.run(loaded(text), tmp_path)
    assert [e.output for e in result.estimates][:1] == ["total_busd"]
    assert "no run had a finite value: Difference per more shorter-range missile (per_short_busd)" in study_text.text(result, "d")
