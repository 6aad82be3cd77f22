"""Kernels are compiled ahead, once, by processes that a signal ends; a failure is told and never stops the run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from cupola.core import kernel_cache
from cupola.run import warm


@pytest.fixture
def mark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "kernels" / "warm-1"
    monkeypatch.setattr(kernel_cache, "marker", lambda: path)
    return path


def test_it_is_done_once(mark: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parts: list[str] = []

    def compiled(some: tuple[str, ...]) -> list[str]:
        parts.extend(some)
        return []

    monkeypatch.setattr(warm, "_compile", compiled)
    said: list[str] = []
    warm.up(said.append)
    warm.up(said.append)
    assert parts == ["tracker", "world", "all"]
    assert said == [warm.WORDS]
    assert mark.exists()


def test_what_fails_is_told_and_tried_again(mark: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warm, "_compile", lambda p: [x for x in p if x == "world"])
    said: list[str] = []
    warm.up(said.append)
    assert "failed (world)" in said[1]
    assert not mark.exists()


def test_an_interrupt_ends_the_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[bytes]] = []

    class Waiting(subprocess.Popen[bytes]):
        def __init__(self, *_: object, **__: object) -> None:
            super().__init__([sys.executable, "-c", "import time; time.sleep(60)"])
            started.append(self)
            self.asked = False

        def wait(self, timeout: float | None = None) -> int:
            if not self.asked:
                self.asked = True
                raise KeyboardInterrupt
            return super().wait(timeout)

    monkeypatch.setattr(subprocess, "Popen", Waiting)
    with pytest.raises(KeyboardInterrupt):
        warm._compile(("tracker",))
    assert [p.poll() for p in started] == [-9]


def test_without_a_folder_for_them_nothing_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel_cache, "marker", lambda: None)
    said: list[str] = []
    warm.up(said.append)
    assert said == []


@pytest.mark.parametrize("part", ["tracker", "all"])
def test_the_parts_run(part: str) -> None:
    """In this process: what they compile is what other tests need too."""
    {"tracker": warm._tracker, "all": warm._all}[part]()
