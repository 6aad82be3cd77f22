"""Compiled kernels never outlive the code they were compiled from."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cupola.core import kernel_cache


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(kernel_cache, "_tell_numba", lambda _: None)
    return tmp_path / "cupola"


def test_the_folder_is_named_by_content(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kernel_cache.use_own_cache()
    mine = Path(os.environ["NUMBA_CACHE_DIR"])
    assert mine.parent == home
    monkeypatch.delenv("NUMBA_CACHE_DIR")
    monkeypatch.setattr(kernel_cache, "content_hash", lambda: "f" * 64)
    kernel_cache.use_own_cache()
    assert Path(os.environ["NUMBA_CACHE_DIR"]) != mine


def test_all_that_kernels_are_made_of_counts(tmp_path: Path) -> None:
    package = tmp_path / "thing"
    package.mkdir()
    for name, text in {
        "kernels": "from numba import njit\nfrom thing.shape import (\n    E2,\n)\n",
        "shape": "from thing import constants as k, other\nE2 = k.F * 2\n",
        "constants": "F = 1 / 298.257\n",
        "page": "import thing.kernels\n",
    }.items():
        (package / f"{name}.py").write_text(text)
    assert {p.stem for p in kernel_cache.sources(package)} == {"kernels", "shape", "constants"}


def test_a_frozen_constant_counts() -> None:
    here = {
        p.relative_to(Path(kernel_cache.__file__).parents[1]).as_posix()
        for p in kernel_cache.sources(Path(kernel_cache.__file__).parents[1])
    }
    assert {"core/constants.py", "core/batches.py", "dynamics/frames.py", "fusion/tally.py", "sensors/table.py"} <= here


@pytest.mark.usefixtures("home")
def test_the_marker_belongs_to_this_version(monkeypatch: pytest.MonkeyPatch) -> None:
    assert kernel_cache.marker() is None
    kernel_cache.use_own_cache()
    before = kernel_cache.marker()
    assert before is not None
    assert before.parent == Path(os.environ["NUMBA_CACHE_DIR"])
    monkeypatch.setattr(kernel_cache, "content_hash", lambda: "f" * 64)
    assert kernel_cache.marker() != before


def test_the_users_choice_stands(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", "elsewhere")
    kernel_cache.use_own_cache()
    assert os.environ["NUMBA_CACHE_DIR"] == "elsewhere"
    assert not home.exists()


def test_only_a_few_old_versions_stay(home: Path) -> None:
    for k in range(6):
        (home / f"kernels-{k}").mkdir(parents=True)
        os.utime(home / f"kernels-{k}", (k, k))
    kernel_cache.use_own_cache()
    assert sorted(p.name for p in home.glob("kernels-?")) == ["kernels-3", "kernels-4", "kernels-5"]


def test_a_home_that_cannot_be_written_changes_nothing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home.parent.joinpath("file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(home.parent / "file"))
    kernel_cache.use_own_cache()
    assert "NUMBA_CACHE_DIR" not in os.environ
