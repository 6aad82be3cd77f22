"""The whole path in small: same seed, same picture; over QUIC the same; from a recording the same, even of a killed run."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest


def cupola(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """One command as a user would give it."""
    return subprocess.run([sys.executable, "-m", "cupola.cli", *arguments], cwd=folder, capture_output=True, text=True, check=False)


def summary(folder: Path, *arguments: str) -> dict:
    done = cupola("run", *arguments, "--json", "-", folder=folder)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict, Path]:
    """A recorded run of a real ascent, and its folder."""
    folder = tmp_path_factory.mktemp("path")
    return summary(folder, "falcon-nrol-76", "--duration", "120", "--record", "a.mcap"), folder


def test_one_launch_is_alerted_once(first: tuple[dict, Path]) -> None:
    s, _ = first
    assert s["launches"] == 1
    assert (s["alerts"]["alerted"], s["alerts"]["missed"], s["alerts"]["false"]) == (1, 0, 0)
    assert 0 < s["alerts"]["latency_s"]["p50"] < 110
    assert s["engagement"] is None
    for key in ("scenario", "seed", "duration_s", "wall_s", "realtime_factor", "objects_peak", "detections", "rss_mb"):
        assert s[key] is not None
    assert {"name", "capacity_kbps", "used_kbps", "age_s", "lost", "under_way"} == set(s["links"][0])


def test_the_same_seed_gives_the_same_picture_and_another_seed_another(first: tuple[dict, Path]) -> None:
    s, folder = first
    again = summary(folder, "falcon-nrol-76", "--duration", "120")
    other = summary(folder, "falcon-nrol-76", "--duration", "120", "--seed", "2")
    assert again["picture_hash"] == s["picture_hash"]
    assert other["picture_hash"] != s["picture_hash"]


def test_over_quic_the_picture_is_the_same(first: tuple[dict, Path]) -> None:
    s, folder = first
    over = summary(folder, "falcon-nrol-76", "--duration", "120", "--nodes", "quic")
    assert over["picture_hash"] == s["picture_hash"]
    assert over["nodes"]["processes"] == 3
    assert over["nodes"]["alerts_urgent"] == 1


def test_replay_rebuilds_the_picture(first: tuple[dict, Path]) -> None:
    s, folder = first
    done = cupola("replay", "a.mcap", "--json", "-", folder=folder)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["same"] is True
    assert said["picture_hash"] == s["picture_hash"]


def test_a_cut_recording_replays_up_to_the_cut(first: tuple[dict, Path]) -> None:
    _, folder = first
    data = (folder / "a.mcap").read_bytes()
    (folder / "cut.mcap").write_bytes(data[: len(data) * 2 // 3])
    done = cupola("replay", "cut.mcap", "--json", "-", folder=folder)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["same"] is True
    assert 20 < said["ticks"] < 121


def test_a_killed_run_leaves_a_good_recording(tmp_path: Path) -> None:
    """SIGKILL in the middle; what was recorded replays to the same hashes."""
    command = [sys.executable, "-m", "cupola.cli", "run", "falcon-nrol-76", "--record", "k.mcap"]
    run = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.DEVNULL)
    path = tmp_path / "k.mcap"
    while run.poll() is None and (not path.exists() or path.stat().st_size < 40_000):
        os.sched_yield()
    run.send_signal(signal.SIGKILL)
    run.wait()
    done = cupola("replay", "k.mcap", "--json", "-", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["same"] is True


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["run", "raid-11"], "raid-1"),
        (["run", "none.yaml"], "none.yaml"),
        (["run", "falcon-nrol-76", "--without", "no-such-sensor"], "no-such-sensor"),
        (["run", "falcon-nrol-76", "--set", "duration=5"], "duration"),
        (["run", "falcon-nrol-76", "--set", "oops"], "PATH=VALUE"),
        (["run", "falcon-nrol-76", "--duration", "-5"], "above zero"),
        (["run", "falcon-nrol-76", "--json", "no/such/folder/x.json"], "folder"),
        (["replay", "none.mcap"], "no such recording"),
        (["track", "none.npz", "--out", "x.npz"], "none.npz"),
        (["ingest", "none.pcap", "--out", "x.npz"], "none.pcap"),
        (["fly"], "invalid choice"),
    ],
)
def test_bad_input_is_one_clear_line_and_code_2(tmp_path: Path, arguments: list[str], says: str) -> None:
    done = cupola(*arguments, folder=tmp_path)
    assert done.returncode == 2, done.stderr
    lines = [row for row in done.stderr.splitlines() if row and "building" not in row]
    assert len(lines) == 1, done.stderr
    assert says in lines[0]
    assert not list(tmp_path.iterdir())
