"""A study's folder is only gone on with by the code that began it."""

from __future__ import annotations

from pathlib import Path

import pytest

from cupola.assess.study import definition as study
from cupola.assess.study import own_code
from cupola.assess.study import plan as study_plan
from cupola.assess.study import run as study_run
from cupola.assess.study import store as study_store
from cupola.assess.study.fast import record as fast_record
from cupola.core.errors import BadOption
from cupola.scenario import load

TEXT = "name: dice\nmodel: leakage\nvary: {warheads: [10, 20]}\noutputs: [leaked]\n"


def package(folder: Path, **files: str) -> str:
    for name, text in files.items():
        (folder / name.replace("_", ".")).write_text(text)
    return own_code.code_hash.__wrapped__(folder)


def test_code_and_data_count_and_compiled_files_do_not(tmp_path: Path) -> None:
    first = package(tmp_path, a_py="x = 1", b_yaml="y: 2")
    assert package(tmp_path, a_pyc="compiled", c_css="red") == first
    others = [package(tmp_path, a_py="x = 2"), package(tmp_path, b_yaml="y: 3"), package(tmp_path, c_csv="1,2")]
    assert len({first, *others}) == 4


def test_the_installed_code_has_one_name() -> None:
    assert own_code.code_hash() == own_code.code_hash.__wrapped__()
    assert len(own_code.code_hash()) == 16


def test_runs_of_other_code_are_not_gone_on_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("duckdb")
    loaded = study.parse(TEXT, "s.yaml", Path("."))
    study_run.run(loaded, tmp_path)
    assert study_store.load(tmp_path).provenance["code"] == own_code.code_hash()
    before = (tmp_path / "runs.jsonl").read_bytes()
    monkeypatch.setattr(study_plan, "code_hash", lambda: "0123456789abcdef")
    with pytest.raises(BadOption, match=r"the code of Cupola has changed.*0123456789abcdef.*give a new folder") as e:
        study_run.run(loaded, tmp_path)
    assert "\n" not in str(e.value)
    assert str(tmp_path) in str(e.value)
    assert (tmp_path / "runs.jsonl").read_bytes() == before


def test_calibrations_of_other_code_are_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = load("raid-10")
    mine = fast_record.key(scenario, 10.0)
    assert fast_record.key(scenario, 10.0) == mine
    monkeypatch.setattr(fast_record, "code_hash", lambda: "other")
    assert fast_record.key(scenario, 10.0) != mine
