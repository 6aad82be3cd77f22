"""Commands that cannot go well: each ends early, with one line and the right code, and destroys nothing."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from argparse import Namespace

import made_up
import pytest

from cupola import cli
from cupola.cli import outlet
from cupola.core import whole
from cupola.core.batches import Outcomes, Shots
from cupola.core.errors import BadFile, BadOption
from cupola.record import recorder
from cupola.run.virtual import Tick
from cupola.service import listeners, session

META = {"scenario": "s", "seed": 3, "duration_s": 4.0, "priors": [0.2] * 5, "associator": "gnn", "version": "0"}


@pytest.fixture
def idle(tmp_path, monkeypatch):
    """A folder to stand in, and commands that must not get as far as their work."""
    monkeypatch.chdir(tmp_path)

    def no(*_: object, **__: object) -> None:
        raise AssertionError("the work began")

    monkeypatch.setattr(session, "run", no)
    monkeypatch.setattr(session, "replay", no)
    return tmp_path


def one_line(capsys, *arguments: str) -> str:
    try:
        code = cli.main(list(arguments))
    except SystemExit as e:
        code = e.code
    assert code == 2
    said = capsys.readouterr()
    assert said.out == ""
    (line,) = said.err.splitlines()
    assert len(line) < 400
    return line


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["run", "lofted-1", "--json", "."], "--json .: is a folder"),
        (["run", "lofted-1", "--json", ""], "is no name of a file"),
        (["run", "lofted-1", "--json", "none/x.json"], "there is no folder"),
        (["run", "lofted-1", "--record", "none/x.mcap"], "--record none/x.mcap: there is no folder"),
        (["run", "lofted-1", "--record", ""], "is no name of a file"),
        (["run", "lofted-1", "--record", "x", "--json", "./x"], "is written by --json already"),
        (["run", "lofted-1", "--detections", "/dev/full"], "--detections /dev/full: is no ordinary file"),
        (["run", "lofted-1", "--record", "/dev/null"], "--record /dev/null: is no ordinary file"),
        (["run", "lofted-1", "--json", "/dev/full"], "--json /dev/full: cannot be written (No space left on device)"),
        (["track", "d.npz", "--out", "/dev/full"], "--out /dev/full: is no ordinary file"),
        (["run", "lofted-1", "--json", "x" * 256], "cannot be written (File name too long)"),
        (["report", "sizing-walker", "--out", "d.npz"], "d.npz: cannot be a folder"),
        (["report", "sizing-walker", "--out", "d.npz/there"], "d.npz is none"),
        (["study", "sizing-sweep", "--out", ""], "is no name of a folder"),
        (["report", "leakage", "--out", "r", "--set", "kill=0.7", "--set", "kill=0.8"], "kill is given twice (0.7 and 0.8)"),
        (["run", "lofted-1", "--set", "=3"], "--set =3: nothing is named before the =; write it as PATH=VALUE"),
        (["run", "lofted-1", "--set", " =3"], "nothing is named before the ="),
        (["run", "s.yaml", "--json", "s.yaml"], "is read by this command"),
        (["run", "s.yaml", "--record", "s.yaml"], "is read by this command"),
        (["replay", "a.mcap", "--json", "a.mcap"], "is read by this command"),
        (["track", "d.npz", "--out", "t.npz", "--json", "none/x"], "there is no folder"),
        (["track", "d.npz", "--out", "t.npz", "--json", "t.npz"], "is written by --json already"),
        (["score", "d.npz", "t.npz", "--json", "."], "is a folder"),
        (["cite", "lofted-1", "--json", "."], "is a folder"),
        (["run", "lofted-1", "--seed", "1" * 5000], "is not a whole number from 0"),
        (["check-flight", "--apogee-km", "1" * 5000, "--range-km", "1", "--time-s", "1"], "is not a finite number"),
        (["size-constellation", "--speed-km-s", "1_0"], "'1_0' is not a finite number"),
        (["size-constellation", "--speed-km-s", "\uff18"], "is not a finite number"),
    ],
)
def test_what_cannot_be_written_is_said_before_any_work(idle, capsys, arguments, says):
    for name in ("s.yaml", "a.mcap", "d.npz"):
        (idle / name).write_text("precious")
    assert says in one_line(capsys, *arguments)
    assert all((idle / n).read_text() == "precious" for n in ("s.yaml", "a.mcap", "d.npz"))


@pytest.mark.usefixtures("idle")
def test_a_place_without_permission_is_said_before_any_work(capsys, monkeypatch):
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert "permission denied" in one_line(capsys, "run", "lofted-1", "--json", "x.json")


@pytest.mark.usefixtures("idle")
def test_a_name_of_a_scenario_is_no_file():
    with pytest.raises(AssertionError, match="the work began"):
        cli.main(["run", "lofted-1", "--json", "lofted-1"])


def test_a_seed_may_have_leading_zeros():
    assert cli.parser().parse_args(["run", "x", "--seed", "0" * 5000 + "7"]).seed == 7


@pytest.mark.usefixtures("idle")
def test_closed_standard_output_is_said_before_any_work(capsys, monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)
    assert cli.main(["run", "lofted-1", "--json", "-"]) == 2
    assert "--json -: standard output is closed" in capsys.readouterr().err


def test_standard_output_that_takes_no_more_is_said(capsys, monkeypatch):
    class Full:
        def write(self, _: str) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        def fileno(self) -> int:
            raise OSError

    monkeypatch.setattr(sys, "stdout", Full())
    assert cli.main(["scenarios"]) == 2
    assert capsys.readouterr().err == "cupola scenarios: standard output cannot be written (No space left on device)\n"


def test_closed_streams_do_not_become_files(tmp_path):
    code = "import os, sys; os.close(2); sys.stderr = None; from cupola import cli; sys.exit(cli.main(sys.argv[1:]))"
    command = [sys.executable, "-c", code, "scenarios", "--json", "."]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (2, b"", b"")


def test_a_recording_that_cannot_begin_is_one_line(monkeypatch):
    class Full:
        def write(self, _: bytes) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

        def flush(self) -> None:
            raise AssertionError("the first byte was refused")

        def close(self) -> None:
            pass

    monkeypatch.setattr(recorder, "_open", lambda _: Full())
    with pytest.raises(BadFile, match=r"--record a\.mcap: cannot be written \(No space left on device\)"):
        recorder.Recorder("a.mcap", 0, [], META)


def test_only_a_recording_is_replaced(tmp_path):
    path = tmp_path / "a.mcap"
    assert not recorder.would_replace(path)
    path.touch()
    assert not recorder.would_replace(path)
    recorder.Recorder(path, 0, [], META).close()
    assert recorder.would_replace(path)
    path.write_text("a letter")
    with pytest.raises(BadOption, match="is there and is no recording"):
        recorder.would_replace(path)


def test_bad_input_found_while_building_is_one_line(capsys):
    assert cli.main(["run", "raid-10", "--without", "no-such-sensor"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "no-such-sensor" in line


def test_progress_has_no_nan_at_the_start(capsys):
    picture = made_up.picture_at(made_up.make_raid(launches=1, each=1), 0.0)
    listeners.Progress(600.0)(Tick(0.0, (), picture, Shots.empty(), Outcomes.empty(), ""))
    said = capsys.readouterr().err
    assert "t      0 of 600 s" in said
    assert "nan" not in said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("failing", [False, True])
def test_a_signal_while_loading_is_one_line(capsys, monkeypatch, number, failing):
    def load(*_: object) -> int:
        try:
            signal.raise_signal(number)
        except KeyboardInterrupt:
            if failing:  # as an import does that was cut in two
                raise ImportError("half a module") from None
            raise
        return 0

    before = signal.getsignal(number)
    monkeypatch.setattr(session, "run", load)
    assert cli.main(["run", "lofted-1"]) == 130
    assert capsys.readouterr().err == "cupola run: stopped\n"
    assert signal.getsignal(number) is before


def test_the_code_is_ours_wherever_the_signal_falls(tmp_path):
    """An import that makes a class by ``exec`` leaves a mark by which Python ends with its own code."""
    code = """
import sys
from cupola import cli
from cupola.cli import outlet
from cupola.service import session
session.run = lambda *_: exec("import signal; signal.raise_signal(signal.SIGINT)")
sys.exit(cli.main(["run", "lofted-1"]))
"""
    (tmp_path / "stopped.py").write_text(code)
    done = subprocess.run([sys.executable, "-m", "stopped"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "cupola run: stopped\n")


def test_a_signal_dropped_by_the_interpreter_still_ends_the_command():
    code = """
import signal, sys
from cupola import cli
from cupola.cli import outlet
from cupola.service import session
class Last:
    def __del__(self):
        signal.raise_signal(signal.SIGTERM)
def run(*_):
    Last()
    print("went on")
    return 0
session.run = run
sys.exit(cli.main(["run", "lofted-1"]))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "cupola: stopped\n")


@pytest.mark.parametrize("said", [b"", b"."])
@pytest.mark.parametrize("ours", [True, False])
def test_a_node_on_a_leash_ends_with_its_run(tmp_path, ours, said):
    """Before its keys are there and after; only a folder made for a run is removed."""
    folder = tmp_path / ("cupola-nodes-x" if ours else "keys-of-mine")
    folder.mkdir()
    (folder / "fusion.key").touch()
    code = "import sys, time, pathlib; from cupola.service import leash; leash.hold(pathlib.Path(sys.argv[1])); time.sleep(600)"
    command = [sys.executable, "-c", code, str(folder / "fusion.yaml")]
    done = subprocess.run(command, input=said, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (1, b"node fusion: the run that started it is gone\n")
    assert folder.exists() is not ours


def test_a_southern_place_is_a_value_and_a_self_referring_file_is_told(tmp_path, capsys):
    place = ["--apogee-km", "500", "--range-km", "1000", "--time-s", "800", "--site", "-30,100"]
    assert cli.main(["check-flight", *place]) == 0
    (tmp_path / "loop.yaml").write_text("a: &a [*a]\n")
    assert cli.main(["run", str(tmp_path / "loop.yaml")]) == 2
    assert "loop.yaml:1: an alias refers to what it stands in" in capsys.readouterr().err


@pytest.mark.parametrize("degrees", ["400", "-181", "nan", "north"])
def test_an_azimuth_off_the_compass_is_refused(capsys, degrees):
    claim = ("--apogee-km", "6648", "--range-km", "1001", "--time-s", "4491")
    assert "--azimuth" in one_line(capsys, "check-flight", *claim, "--azimuth", degrees)


def test_a_file_of_another_kind_is_told_in_our_words(idle, capsys):
    (idle / "text.npz").write_text("hello")
    (idle / "folder.npz").mkdir()
    for name in ("text.npz", "folder.npz"):
        for command in (("track", name, "--out", "o.npz"), ("score", name, name)):
            line = one_line(capsys, *command)
            assert name in line
            assert not any(word in line for word in ("pickle", "Errno", "numpy.", "allow_"))


@pytest.mark.usefixtures("idle")
def test_a_scenario_value_given_twice_is_refused(capsys):
    twice = ("--set", "links.*.delay_s=1", "--set", "links.*.delay_s=2")
    assert "twice" in one_line(capsys, "run", "raid-10", *twice)


def test_what_is_read_is_not_overwritten(tmp_path, capsys):
    recording, folder = tmp_path / "a.mcap", tmp_path / "s"
    recording.write_text("a recording")
    folder.mkdir()
    (folder / "runs.parquet").write_text("a table")
    assert "is read by this command" in one_line(capsys, "query", str(recording), "select 1", "--csv", str(recording))
    assert "is read by this command" in one_line(
        capsys, "study", str(recording), "--out", str(tmp_path / "o"), "--json", str(recording)
    )
    assert "which this command reads" in one_line(capsys, "query", str(folder), "select 1", "--csv", str(folder / "runs.parquet"))
    assert "which this command reads" in one_line(capsys, "query", str(folder), "select 1", "--json", str(folder / "new.json"))
    assert recording.read_text() == "a recording"


def test_a_file_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    target = tmp_path / "out.json"
    target.write_text("before")

    def full(self, data):
        with self.open("wb") as f:
            f.write(data[:2])
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as m:
        m.setattr("pathlib.Path.write_bytes", full)
        with pytest.raises(BadOption, match="No space left"):
            outlet.write_json(str(target), {"a": 1})
    assert target.read_text() == "before"
    assert [p.name for p in tmp_path.iterdir()] == ["out.json"]
    outlet.write_json(str(target), {"a": 1})
    assert target.read_text() == '{\n "a": 1\n}\n'


def test_what_is_checked_is_left_as_it_was_and_a_pipe_is_written_to(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "old.json").write_text("before")
    outlet.check_outputs(Namespace(json="old.json", csv="new.csv", folder="a/b"))
    assert [p.name for p in tmp_path.iterdir()] == ["old.json"]
    assert (tmp_path / "old.json").read_text() == "before"
    reading, writing = os.pipe()
    assert cli.main(["scenarios", "--json", f"/dev/fd/{writing}"]) == 0
    os.close(writing)
    with os.fdopen(reading) as f:
        assert f.read().startswith("[")
    assert capsys.readouterr().err == ""


def test_a_block_that_fails_leaves_no_part_beside_the_file(tmp_path):
    target = tmp_path / "t.parquet"
    target.write_text("before")

    def fail():
        with whole.replacing(target) as part:
            part.write_text("half")
            raise ValueError

    with pytest.raises(ValueError):
        fail()
    assert [p.name for p in tmp_path.iterdir()] == ["t.parquet"]
    assert target.read_text() == "before"


def test_a_cut_off_distance_beyond_all_is_refused(capsys):
    assert "1e12 m" in one_line(capsys, "score", "a.npz", "b.npz", "--c", "1e300")
