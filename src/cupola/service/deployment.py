"""What a node of a deployment is told (a small YAML file), and a deployment of three processes on this machine.

endpoint: quic/localhost:7447    where the sensors node listens and the others connect
authority: ca.pem                certificates (cupola certs DIR); paths are taken from this file's folder
certificate: fusion.pem
key: fusion.key
scenario: raid-10                the sensors node only; seed and duration may follow
"""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, NonNegativeInt, PositiveFloat, ValidationError

from cupola.catalog import yamlfile
from cupola.core.errors import BadFile, BadOption, BadScenario, LinkDown
from cupola.link import certs
from cupola.service import leash

ROLES = ("sensors", "fusion", "command")
ENDPOINT = re.compile(r"quic/(?P<host>[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\]):(?P<port>[0-9]{1,5})")
LEAVE_S = 10.0


class Config(BaseModel):
    """A node's file, checked."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    endpoint: str
    authority: Path
    certificate: Path
    key: Path
    scenario: str | None = None
    seed: NonNegativeInt | None = None
    duration: PositiveFloat | None = None

    @property
    def files(self) -> certs.NodeFiles:
        """The node's certificate files."""
        return certs.NodeFiles(self.authority, self.certificate, self.key)


@dataclass(frozen=True)
class Deployment:
    """Where the sensors node of a run listens. jobs, folder: the other nodes and their keys, if this process started them."""

    config: Config
    jobs: tuple[tuple[str, subprocess.Popen[bytes]], ...] = ()
    folder: tempfile.TemporaryDirectory[str] | None = None

    def check(self) -> None:
        """Raises LinkDown if a process of ours has ended."""
        for name, job in self.jobs:
            if code := job.poll():
                how = f"was killed ({signal.Signals(-code).name})" if code < 0 else f"ended with code {code}; why is said above"
                raise LinkDown(f"the {name} node {how}; the run stops here")

    def joined(self) -> None:
        """All nodes have read their keys: take them from the disk, so that nothing is left of them however this run ends."""
        if self.folder:
            self.folder.cleanup()

    def abandon(self) -> None:
        """End the processes of ours that still run."""
        _end([job for _, job in self.jobs])


def read(path: str | Path, role: str) -> Config:
    """A node's file. Raises BadFile naming the place, also for certificates that cannot work."""
    path = Path(path)
    try:
        config = Config.model_validate(yamlfile.read(path, path.read_text(encoding="utf-8"))[0])
    except OSError as e:
        raise BadFile(f"{path}: cannot be read ({e.strerror}); write one with: cupola certs DIR") from None
    except (BadScenario, UnicodeDecodeError) as e:
        raise BadFile(f"{path}: is no YAML ({' '.join(str(e).split())})") from None
    except ValidationError as e:
        wrong = e.errors()[0]
        raise BadFile(f"{path}: {'.'.join(map(str, wrong['loc'])) or 'the file'}: {wrong['msg']}") from None
    _host(config.endpoint, f"{path}: endpoint")
    if (config.scenario is None) == (role == "sensors"):
        raise BadFile(f"{path}: scenario: the sensors node needs one, the others must not have one: they see what arrives only")
    absolute = {n: path.parent / getattr(config, n) for n in ("authority", "certificate", "key")}
    config = config.model_copy(update=absolute)
    certs.check(config.files, role)
    return config


def prepare(folder: Path, names: Sequence[str], endpoint: str, hours: float = 24.0, scenario: str = "raid-10") -> list[Path]:
    """Certificates for these nodes, and a file for each that has a role. The first name listens. Raises BadOption."""
    hosts = dict.fromkeys((_host(endpoint, "--endpoint"), *certs.LOOPBACK))
    made = certs.make(folder, names, hours, tuple(hosts))
    written = []
    for name in (n for n in names if n in ROLES):
        files = made[name]
        rows = {"endpoint": endpoint, "authority": files.authority, "certificate": files.certificate, "key": files.key}
        plain = {k: v.name if isinstance(v, Path) else v for k, v in rows.items()}
        written.append(folder / f"{name}.yaml")
        written[-1].write_text(yaml.safe_dump(plain | ({"scenario": scenario} if name == "sensors" else {}), sort_keys=False))
    return written


@contextmanager
def local() -> Iterator[Deployment]:
    """Fusion and command as processes of their own on this machine, and where the sensors node is to listen for them.

    They are a process group apart: Ctrl-C reaches this process alone, which then ends them in order. They are up before there is a
    key, and on a leash: if this process is killed, they remove the keys and end (``leash``).
    """
    folder = tempfile.TemporaryDirectory(prefix=leash.FOLDER)
    jobs: list[tuple[str, subprocess.Popen[bytes]]] = []
    try:
        jobs.extend((role, _start(role, folder.name)) for role in ROLES[1:])
        prepare(Path(folder.name), ROLES, f"quic/localhost:{_free_port()}")
        for _, job in jobs:
            _let_go(job)
        yield Deployment(read(Path(folder.name) / "sensors.yaml", "sensors"), tuple(jobs), folder)
    finally:
        _end([job for _, job in jobs])
        folder.cleanup()


def _start(role: str, folder: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-P", "-m", "cupola.cli", "node", role, "--leash", "--config", str(Path(folder) / f"{role}.yaml")]
    return subprocess.Popen(command, bufsize=0, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, process_group=0)


def _end(jobs: Sequence[subprocess.Popen[bytes]]) -> None:
    for job in jobs:
        job.terminate()
    for job in jobs:
        try:
            job.wait(LEAVE_S)
        except subprocess.TimeoutExpired:
            job.kill()
            job.wait()
        if job.stdin:
            job.stdin.close()


def _let_go(job: subprocess.Popen[bytes]) -> None:
    """Its file is there to be read. One that has ended already is told by ``Deployment.check``."""
    if job.stdin:
        with suppress(BrokenPipeError):
            job.stdin.write(leash.GO)


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind(("127.0.0.1", 0))
        port: int = s.getsockname()[1]
        return port


def _host(endpoint: str, where: str) -> str:
    """The host of an endpoint. Only QUIC is taken: other transports of the engine would go without certificates."""
    found = ENDPOINT.fullmatch(endpoint)
    if not found or not 0 < int(found["port"]) < 65536:
        raise BadOption(f"{where} {endpoint!r}: write it as quic/HOST:PORT, e.g. quic/localhost:7447")
    return found["host"].strip("[]")
