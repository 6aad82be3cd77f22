"""What a study says while it works: at once that it has begun, how long it takes after the first run."""

from __future__ import annotations

import io

import pytest

from cupola.assess.study import progress as study_progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(study_progress.time, "monotonic", lambda: now[0])
    return now


def test_the_first_run_is_told_of_before_it_is_done_and_the_time_left_after_it(clock: list[float]) -> None:
    out = io.StringIO()
    p = study_progress.Progress(out)
    clock[0] += 90.0  # compiling: not the runs' time
    p.begin("mine", 4, 24, slow=True)
    assert out.getvalue() == "mine: 4 of 24 runs, the first under way; time left is told when it is done\n"
    clock[0] += 5.0
    p.show(5, 24)
    assert out.getvalue().splitlines()[1] == "mine: 5 of 24 runs, 12 a minute, 95 s left".replace("95 s", "1 min 35 s")
    clock[0] += 5.0
    p.show(6, 24)  # a line every ten seconds
    assert len(out.getvalue().splitlines()) == 2


def test_quick_runs_and_finished_studies_are_quiet(clock: list[float]) -> None:
    out = io.StringIO()
    p = study_progress.Progress(out)
    p.begin("quick", 0, 10, slow=False)
    clock[0] += 1.0
    p.show(10, 10)
    p.begin("done", 10, 10, slow=True)
    assert out.getvalue() == ""


def test_a_bar_stays_in_one_line(clock: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    out = Terminal()
    p = study_progress.Progress(out)
    p.begin("a-study-with-a-long-name", 0, 200, slow=True)
    clock[0] += 30.0
    p.show(3, 200)
    p.end()
    drawn = [part.removeprefix("\x1b[K").rstrip("\n") for part in out.getvalue().split("\r")[1:]]
    assert len(drawn) == 2
    assert max(map(len, drawn)) < 60
    assert "6.0 a minute" in drawn[1]
