"""A node's file and brief: what is wrong in them is said in one line."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import yaml

from cupola import cli, scenario
from cupola.core import wire
from cupola.core.errors import BadFile
from cupola.service import deployment, nodes


@pytest.fixture
def folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    assert cli.main(["certs", str(tmp_path / "d")]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said == [f"cupola node {r} --config {tmp_path / 'd' / r}.yaml" for r in deployment.ROLES]
    return tmp_path / "d"


def edit(path: Path, change: Callable[[dict], object]) -> None:
    config = yaml.safe_load(path.read_text())
    change(config)
    path.write_text(yaml.safe_dump(config))


def test_what_certs_writes_node_reads(folder: Path) -> None:
    for role in deployment.ROLES:
        config = deployment.read(folder / f"{role}.yaml", role)
        assert config.endpoint == "quic/localhost:7447"
        assert (config.scenario is None) == (role != "sensors")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda c: c.update(endpoint="tcp/localhost:7447"), "quic/HOST:PORT"),
        (lambda c: c.update(endpoint="quic/localhost:70000"), "quic/HOST:PORT"),
        (lambda c: c.update(endpoint="quic/localhost:7447#iface=lo"), "quic/HOST:PORT"),
        (lambda c: c.update(endpoint=7447), "endpoint: Input should be a valid string"),
        (lambda c: c.pop("key"), "key: Field required"),
        (lambda c: c.update(kye="x"), "kye: Extra inputs"),
        (lambda c: c.update(key="none.key"), "none.key: cannot be read"),
        (lambda c: c.update(certificate="command.pem", key="command.key"), "made out to command; the node is fusion"),
        (lambda c: c.update(scenario="raid-10"), "see what arrives only"),
    ],
)
def test_a_wrong_file_is_one_clear_line(
    folder: Path, capsys: pytest.CaptureFixture[str], change: Callable[[dict], object], says: str
) -> None:
    edit(folder / "fusion.yaml", change)
    assert cli.main(["node", "fusion", "--config", str(folder / "fusion.yaml")]) == 2
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 1
    assert says in said[0]


@pytest.mark.parametrize("content", [b"a: [", b"\xff\xfe", b"", b"[1, 2]", b"key: 2026-13-45", b"key: !!int abc", b"[" * 3000])
def test_what_is_no_file_of_ours_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(content)
    assert cli.main(["node", "command", "--config", str(path)]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_certs_says_what_it_cannot_do(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, says in (
        ([str(folder)], "overwritten"),
        ([str(folder / "new"), "--endpoint", "udp/localhost:1"], "quic/HOST:PORT"),
        ([str(folder / "new"), "--names", "a,../b"], "'../b'"),
        ([str(folder / "new"), "--hours", "1e300"], "at most 87600 hours"),
        ([str(folder / "fusion.key" / "new")], "cannot be a folder"),
    ):
        assert cli.main(["certs", *arguments]) == 2
        said = capsys.readouterr().err.splitlines()
        assert len(said) == 1
        assert says in said[0]


def test_a_port_in_use_is_one_clear_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind(("127.0.0.1", 0))
        edit(folder / "sensors.yaml", lambda c: c.update(endpoint=f"quic/127.0.0.1:{s.getsockname()[1]}", scenario="lofted-1"))
        assert cli.main(["node", "sensors", "--config", str(folder / "sensors.yaml")]) == 1
    said = [row for row in capsys.readouterr().err.splitlines() if "buil" not in row and "compiling" not in row]
    assert len(said) == 1
    assert "is the port in use?" in said[0]


@pytest.mark.parametrize(
    ("brief", "says"),
    [
        (b"", "cannot be read"),
        (b"\xff", "cannot be read"),
        (b"[]", "cannot be read"),
        (b'{"brief": 1}', "'cards'"),
        (None, "version 99"),
    ],
)
def test_a_brief_that_cannot_be_read_is_said(brief: bytes | None, says: str) -> None:
    data = json.dumps({"brief": 99, "cards": []}).encode() if brief is None else brief
    with pytest.raises(BadFile, match=says):
        nodes._read_brief(data, ["cards"])


def test_briefs_come_over_whole() -> None:
    built = scenario.build(scenario.load("raid-10"), 1)
    fusion, command = nodes.briefs(built, "gnn")
    assert nodes._read_defence(command) == (built.batteries, built.doctrine)
    said = nodes._read_brief(fusion, ("cards", "priors", "associator"))
    assert said["priors"] == list(built.priors)
    for card, sent in zip(built.suite.cards, said["cards"], strict=True):
        np.testing.assert_equal(wire.card_from_dict(sent).__dict__, card.__dict__)


def test_a_defence_that_cannot_be_is_said() -> None:
    for wrong in ({"batteries": 5, "doctrine": {}}, {"batteries": [], "doctrine": {"threshold": 5}}):
        with pytest.raises(BadFile, match="cannot be read"):
            nodes._read_defence(json.dumps({"brief": nodes.BRIEF, **wrong}).encode())
