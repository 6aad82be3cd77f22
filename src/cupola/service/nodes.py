"""The live driver: sensors, fusion and command as processes, joined by Zenoh over QUIC with mutual TLS.

    sensors (the calling process) ──scans──► fusion ──picture, alerts──► command ──shots──► sensors
            └──────────────────────────────outcomes──────────────────────────►┘

Ticks go in lockstep: each node waits for the message of the one before it, so the picture is the in-process one to the bit. Alerts
have a key of their own at real-time priority. A node that stops answering ends the run with a clear word. See design/link.md.
"""

from __future__ import annotations

import json
import multiprocessing
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from cupola.core import wire
from cupola.core.batches import Outcomes, Scan
from cupola.core.errors import CupolaError, LinkDown
from cupola.link import certs, quic
from cupola.run import wings
from cupola.run.virtual import Observe

SCANS, OUTCOMES, PICTURE, ALERTS, SHOTS, REPORT = (
    f"cupola/{k}" for k in ("scans", "outcomes", "picture", "alerts", "shots", "report")
)
GRANTS = (
    quic.Grant("sensors", (SCANS, OUTCOMES), (PICTURE, ALERTS, SHOTS, REPORT)),
    quic.Grant("fusion", (PICTURE, ALERTS, REPORT), (SCANS,)),
    quic.Grant("command", (SHOTS,), (PICTURE, ALERTS, OUTCOMES)),
)
PATIENCE_S = 60.0
END = b""


@contextmanager
def remote_observer(cards: Sequence[Any], built: Any, associator: str = "gnn") -> Iterator[tuple[Observe, dict[str, Any]]]:
    """Start fusion and command as processes; gives the observer's wing as a function, and counters of the link.

    Raises LinkDown if a node does not come up or stops answering.
    """
    with tempfile.TemporaryDirectory(prefix="cupola-nodes-") as folder:
        files = certs.make(Path(folder), [g.node for g in GRANTS])
        endpoint = f"quic/localhost:{_free_port()}"
        context = multiprocessing.get_context("spawn")
        jobs = [
            context.Process(target=_fusion, args=(files["fusion"], endpoint, tuple(cards), tuple(built.priors), associator)),
            context.Process(target=_command, args=(files["command"], endpoint, built.batteries, built.doctrine)),
        ]
        with quic.Node("sensors", files["sensors"], endpoint, GRANTS) as node:
            for key in (PICTURE, ALERTS, SHOTS, REPORT):
                node.hear(key)
            for key in (SCANS, OUTCOMES):
                node.speak(key)
            for job in jobs:
                job.start()
            counters = {"alerts_urgent": 0, "bytes_out": 0, "bytes_in": 0}
            try:
                _wait(lambda: node.heard_by_someone(SCANS) and node.heard_by_someone(OUTCOMES), jobs)
                yield _observer(node, jobs, counters), counters
                node.put(SCANS, END)
                node.put(OUTCOMES, END)
            finally:
                _end(jobs)


def _observer(node: quic.Node, jobs: Sequence[Any], counters: dict[str, Any]) -> Observe:
    def observe(scans: Sequence[Scan], outcomes: Outcomes, now: float) -> wings.ObserverTick:
        data = wire.scans_to_bytes(now, scans)
        node.put(OUTCOMES, wire.outcomes_to_bytes(now, outcomes))
        node.put(SCANS, data)
        picture = wire.picture_from_bytes(_take(node, PICTURE, jobs), PICTURE)
        _, shots = wire.shots_from_bytes(_take(node, SHOTS, jobs), SHOTS)
        report = json.loads(_take(node, REPORT, jobs))
        for _ in picture.new_alerts:
            _take(node, ALERTS, jobs)
        counters["alerts_urgent"] += len(picture.new_alerts)
        counters["bytes_out"] += len(data)
        return wings.ObserverTick(now, picture, shots, report["counts"], report["ms"])

    return observe


def _fusion(files: certs.NodeFiles, endpoint: str, cards: tuple[Any, ...], priors: tuple[float, ...], associator: str) -> None:
    """The fusion node: scans to the picture."""
    with _no_traceback("fusion"), quic.Node("fusion", files, endpoint) as node:
        node.speak(PICTURE)
        node.speak(REPORT)
        node.speak(ALERTS, urgent=True)
        state = wings.start_observer(cards, priors, associator)
        _wait(lambda: node.heard_by_someone(PICTURE), ())
        node.hear(SCANS)
        while (data := node.take(SCANS, PATIENCE_S)) != END:
            now, scans = wire.scans_from_bytes(data, SCANS)
            state, tick = wings.picture_step(state, scans, now, time.perf_counter)
            for alert in tick.picture.new_alerts:
                node.put(ALERTS, json.dumps(asdict(alert)).encode())
            node.put(PICTURE, wire.picture_to_bytes(tick.picture))
            node.put(REPORT, json.dumps({"counts": {k: int(v) for k, v in tick.counts.items()}, "ms": tick.ms}).encode())


def _command(files: certs.NodeFiles, endpoint: str, batteries: Any, doctrine: Any) -> None:
    """The command node: the picture to simulated shots."""
    with _no_traceback("command"), quic.Node("command", files, endpoint) as node:
        node.speak(SHOTS)
        node.hear(PICTURE)
        node.hear(ALERTS)
        _wait(lambda: node.heard_by_someone(SHOTS), ())
        node.hear(OUTCOMES)
        defence = wings.start_defence(batteries, doctrine)
        while (data := node.take(OUTCOMES, PATIENCE_S)) != END:
            now, outcomes = wire.outcomes_from_bytes(data, OUTCOMES)
            picture = wire.picture_from_bytes(node.take(PICTURE, PATIENCE_S), PICTURE)
            defence, shots = wings.defence_step(defence, picture, outcomes, now)
            node.put(SHOTS, wire.shots_to_bytes(now, shots))


@contextmanager
def _no_traceback(name: str) -> Iterator[None]:
    """A child says in one line why it ends; the sensors' node notices that it is gone. Ctrl-C is the sensors' node's to handle."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    except CupolaError as e:
        print(f"cupola node {name}: {e}", file=sys.stderr)
        sys.exit(e.exit_code)


def _take(node: quic.Node, key: str, jobs: Sequence[Any]) -> bytes:
    """The next message, looking once a second whether its sender still lives."""
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            return node.take(key, 1.0)
        except LinkDown:
            _check(jobs)
            if time.monotonic() > until:
                raise


def _wait(ready: Any, jobs: Sequence[Any]) -> None:
    until = time.monotonic() + PATIENCE_S
    while not ready():
        _check(jobs)
        if time.monotonic() > until:
            raise LinkDown(f"the nodes did not find each other within {PATIENCE_S:g} s; is UDP on loopback blocked?")
        time.sleep(0.01)


def _check(jobs: Sequence[Any]) -> None:
    for name, job in zip(("fusion", "command"), jobs, strict=False):
        if job.exitcode is not None:
            raise LinkDown(f"the {name} node ended with code {job.exitcode}; its last words are above")


def _end(jobs: Sequence[Any]) -> None:
    for job in jobs:
        job.join(5.0)
        if job.is_alive():
            job.terminate()
            job.join()


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind(("127.0.0.1", 0))
        port: int = s.getsockname()[1]
        return port
