"""Runs of several processes: by hand, two at once, and what is left when one of them is killed. No test rests on wall time."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from cupola.service.deployment import _free_port

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc to see which processes live")
LONG_S = 600.0
CUPOLA = [sys.executable, "-m", "cupola.cli"]


def until(ready: Callable[[], object], what: str) -> None:
    """Wait for a condition, not for a time; the bound only keeps a broken test from hanging."""
    end = time.monotonic() + LONG_S
    while not ready():
        assert time.monotonic() < end, f"still waiting for: {what}"
        time.sleep(0.05)


def alive(pid: int) -> bool:
    """Whether a process runs; a zombie that nobody waits for does not."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    return False


class Run:
    """``cupola run --nodes quic`` in the middle: paced so that it would go on for a long time, its nodes known by role."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "tmp").mkdir()
        env = os.environ | {"TMPDIR": str(folder / "tmp")}
        command = [*CUPOLA, "run", "falcon-nrol-76", "--nodes", "quic", "--speed", "5", "--record", "a.mcap", "--json", "s.json"]
        with open(folder / "err", "wb") as err:
            self.process = subprocess.Popen(command, cwd=folder, env=env, stderr=err, stdout=err)
        self.nodes: dict[str, int] = {}
        until(self._middle, "the run to be in its middle")

    def _middle(self) -> bool:
        assert self.process.poll() is None, self.err
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        for pid in children:
            with contextlib.suppress(OSError):
                words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
                if b"node" in words:
                    self.nodes[words[words.index(b"node") + 1].decode()] = int(pid)
        record = self.folder / "a.mcap"
        return len(self.nodes) == 2 and record.exists() and record.stat().st_size > 20_000

    @property
    def err(self) -> str:
        return (self.folder / "err").read_text()

    def ended(self) -> int:
        """Its exit code, once it and its nodes are gone; nothing is left in the temporary folder."""
        code = self.process.wait(LONG_S)
        until(lambda: not any(alive(p) for p in self.nodes.values()), "the nodes to end by themselves")
        assert not list((self.folder / "tmp").iterdir())
        assert "Traceback" not in self.err
        return code

    def replays(self) -> int:
        """Ticks of its recording that give the same picture again."""
        done = subprocess.run([*CUPOLA, "replay", "a.mcap", "--json", "-"], cwd=self.folder, capture_output=True, check=True)
        said = json.loads(done.stdout)
        assert said["same"] is True
        return said["ticks"]


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    r = Run(tmp_path)
    yield r
    for pid in (r.process.pid, *r.nodes.values()):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    r.process.wait()


def test_a_killed_node_ends_the_run_with_one_clear_line(run: Run) -> None:
    os.kill(run.nodes["fusion"], signal.SIGKILL)
    assert run.ended() == 1
    assert run.err.splitlines()[-1] == "cupola run: the fusion node was killed (SIGKILL); the run stops here"
    assert not (run.folder / "s.json").exists()
    assert run.replays() > 5


def test_nodes_end_by_themselves_when_the_run_is_killed(run: Run) -> None:
    run.process.send_signal(signal.SIGKILL)
    assert run.ended() == -signal.SIGKILL
    assert "node fusion: the run that started it is gone" in run.err
    assert run.replays() > 5


def test_keys_and_nodes_are_gone_when_the_run_is_killed_before_it_begins(tmp_path: Path) -> None:
    env = os.environ | {"TMPDIR": str(tmp_path)}
    with open(tmp_path / "err", "wb") as err:
        process = subprocess.Popen([*CUPOLA, "run", "lofted-1", "--nodes", "quic"], env=env, stderr=err, stdout=err)
    until(lambda: list(tmp_path.glob("cupola-nodes-*/*.key")), "the keys")
    nodes = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    assert len(nodes) == 2
    process.kill()
    process.wait()
    until(lambda: not any(alive(int(p)) for p in nodes), "the nodes to end")
    assert not list(tmp_path.glob("cupola-nodes-*"))
    assert "Traceback" not in (tmp_path / "err").read_text()


def test_ctrl_c_sums_up_what_ran(run: Run) -> None:
    run.process.send_signal(signal.SIGINT)
    assert run.ended() == 130
    said = json.loads((run.folder / "s.json").read_text())
    assert said["duration_s"] + 1 == run.replays()
    assert 5 < said["duration_s"] < 500


def test_a_deployment_by_hand_beside_another_run(tmp_path: Path) -> None:
    """certs, then three nodes started one by one, the listening one last; at the same time a run of its own. The same picture."""
    hand = tmp_path / "hand"
    subprocess.run(
        [*CUPOLA, "certs", str(hand), "--endpoint", f"quic/localhost:{_free_port()}"], check=True, stdout=subprocess.DEVNULL
    )
    config = yaml.safe_load((hand / "sensors.yaml").read_text())
    (hand / "sensors.yaml").write_text(yaml.safe_dump(config | {"scenario": "falcon-nrol-76", "duration": 90, "seed": 1}))

    def start(*words: str) -> subprocess.Popen[str]:
        return subprocess.Popen([*CUPOLA, *words], cwd=hand, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    jobs = [start("node", role, "--config", f"{role}.yaml") for role in ("command", "fusion")]
    jobs.append(start("node", "sensors", "--config", "sensors.yaml", "--json", "-"))
    jobs.append(start("run", "falcon-nrol-76", "--duration", "90", "--seed", "1", "--nodes", "quic", "--json", "-"))
    said = [j.communicate(timeout=LONG_S) for j in jobs]
    assert [j.returncode for j in jobs] == [0, 0, 0, 0], said
    by_hand, alone = (json.loads(out) for out, _ in said[2:])
    assert by_hand["picture_hash"] == alone["picture_hash"]
    assert by_hand["nodes"]["bytes_out"] == alone["nodes"]["bytes_out"]
    assert by_hand["alerts"]["alerted"] == by_hand["nodes"]["alerts_urgent"] == 1


def test_a_node_that_cannot_do_its_work_says_why(tmp_path: Path) -> None:
    """A sensors node of another making sends a brief that cannot be read: one line, no traceback, and its run would end."""
    from cupola.link import quic
    from cupola.service import deployment, nodes

    endpoint = f"quic/localhost:{_free_port()}"
    deployment.prepare(tmp_path / "d", deployment.ROLES, endpoint)
    config = deployment.read(tmp_path / "d" / "sensors.yaml", "sensors")
    command = [*CUPOLA, "node", "fusion", "--config", str(tmp_path / "d" / "fusion.yaml")]
    with quic.Node("sensors", config.files, endpoint, nodes.GRANTS) as node:
        node.hear(nodes.PICTURE)
        node.speak(nodes.SCANS)
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as fusion:
            node.wait(lambda: node.heard_by_someone(nodes.SCANS), "fusion did not come", LONG_S)
            node.put(nodes.SCANS, b"{}")
            _, err = fusion.communicate(timeout=LONG_S)
    assert fusion.returncode == 2
    assert [row for row in err.splitlines() if "joined" not in row] == [
        "cupola node: the brief of the sensors node cannot be read ('brief'); do all nodes run the same Cupola?"
    ]
