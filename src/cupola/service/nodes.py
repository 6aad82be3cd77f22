"""The live driver: sensors, fusion and command as processes, joined by Zenoh over QUIC with mutual TLS.

    sensors ──scans──► fusion ──picture, alerts──► command ──shots──► sensors
       └─────────────────────outcomes────────────────►┘

Ticks go in lockstep: each node waits for the message of the one before it, so the picture is the in-process one to the bit. Alerts
have a key of their own at real-time priority. The first message to each node is its brief: what it may know of the exercise, so
that the observer's nodes never read a scenario. A node that is gone ends the run with a clear word. See design/link.md.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from pydantic import TypeAdapter, ValidationError

from cupola.catalog.defence import Battery, Doctrine
from cupola.core import wire
from cupola.core.batches import Outcomes, Picture
from cupola.core.errors import BadFile, BadScenario, LinkDown
from cupola.core.scans import Scans
from cupola.fusion.config import RUN_ASSOCIATOR
from cupola.link import quic
from cupola.run import wings
from cupola.run.virtual import Observe
from cupola.service.deployment import LEAVE_S, Config, Deployment

SCANS, OUTCOMES, PICTURE, ALERTS, SHOTS, REPORT = (
    f"cupola/{k}" for k in ("scans", "outcomes", "picture", "alerts", "shots", "report")
)
GRANTS = (
    quic.Grant("sensors", (SCANS, OUTCOMES), (PICTURE, ALERTS, SHOTS, REPORT)),
    quic.Grant("fusion", (PICTURE, ALERTS, REPORT), (SCANS,)),
    quic.Grant("command", (SHOTS,), (PICTURE, ALERTS, OUTCOMES)),
)
BRIEF = 1
PATIENCE_S = 300.0
END = b""


def serve(role: str, config: Config) -> None:
    """Be the fusion or the command node of a deployment until its sensors node ends the run. Raises LinkDown, BadFile."""
    with quic.Node(role, config.files, config.endpoint, patience_s=PATIENCE_S) as node:
        print(f"node {role}: joined {config.endpoint}", file=sys.stderr, flush=True)
        {"fusion": _fusion, "command": _command}[role](node)


@contextmanager
def remote_observer(
    built: Any, deployment: Deployment, associator: str = RUN_ASSOCIATOR
) -> Iterator[tuple[Observe, dict[str, int]]]:
    """Be the sensors node: gives the observer's wing, wherever it is, as a function, and counters of the link.

    Raises LinkDown if a node does not come up or is gone.
    """
    with quic.Node("sensors", deployment.config.files, deployment.config.endpoint, GRANTS) as node:
        for key in (PICTURE, ALERTS, SHOTS, REPORT):
            node.hear(key)
        for key in (SCANS, OUTCOMES):
            node.speak(key)
        try:
            _brief(node, built, deployment, associator)
            counters = {"alerts_urgent": 0, "bytes_out": 0, "bytes_in": 0}
            yield _observer(node, deployment, counters), counters
        except BaseException:
            deployment.abandon()  # before this node is gone, which they would report as a second fault
            raise
        for key in (SCANS, OUTCOMES):
            node.put(key, END)
        until = time.monotonic() + LEAVE_S
        while not {"fusion", "command"} <= node.gone and time.monotonic() < until:
            time.sleep(0.01)


def _brief(node: quic.Node, built: Any, deployment: Deployment, associator: str) -> None:
    """Wait for the others and tell them what they may know."""
    joined = "fusion and command did not both join"
    node.wait(
        lambda: node.heard_by_someone(SCANS) and node.heard_by_someone(OUTCOMES), joined, PATIENCE_S, deployment.check
    )  # fmt: skip
    node.gone.clear()  # whoever left before was a failed start
    deployment.joined()
    for key, brief in zip((SCANS, OUTCOMES), briefs(built, associator), strict=True):
        node.put(key, brief)


def briefs(built: Any, associator: str) -> tuple[bytes, bytes]:
    """What fusion and what command may know of the exercise: sensors as told, prior shares; batteries and doctrine. No truth."""
    cards = [wire.card_to_dict(c) for c in built.suite.cards]
    fusion = {"cards": cards, "priors": [float(p) for p in built.priors], "associator": associator}
    command = {"batteries": [asdict(b) for b in built.batteries], "doctrine": asdict(built.doctrine)}
    first, second = (json.dumps({"brief": BRIEF, **b}).encode() for b in (fusion, command))
    return first, second


def _observer(node: quic.Node, deployment: Deployment, counters: dict[str, int]) -> Observe:
    def take(key: str, sender: str) -> bytes:
        data = node.take(key, sender, deployment.check)
        counters["bytes_in"] += len(data)
        return data

    def observe(scans: Scans, outcomes: Outcomes, now: float) -> wings.ObserverTick:
        for key, data in ((OUTCOMES, wire.outcomes_to_bytes(now, outcomes)), (SCANS, wire.scans_to_bytes(now, scans))):
            node.put(key, data)
            counters["bytes_out"] += len(data)
        picture = wire.picture_from_bytes(take(PICTURE, "fusion"), PICTURE)
        _check_alerts(picture, lambda: take(ALERTS, "fusion"))
        counters["alerts_urgent"] = node.urgent(ALERTS)
        report = json.loads(take(REPORT, "fusion"))
        t, shots = wire.shots_from_bytes(take(SHOTS, "command"), SHOTS)
        if not t == picture.t == now:
            raise LinkDown(f"at t = {now:g} s came a picture of {picture.t:g} and shots of {t:g} s; is a node running twice?")
        return wings.ObserverTick(now, picture, shots, report["counts"], report["ms"])

    return observe


def _fusion(node: quic.Node) -> None:
    """Scans to the picture. It listens for scans last: who hears that it does may send."""
    node.speak(PICTURE)
    node.speak(REPORT)
    node.speak(ALERTS, urgent=True)
    node.wait(lambda: node.heard_by_someone(PICTURE), "nobody heard the picture", PATIENCE_S)
    node.hear(SCANS)
    brief = _read_brief(node.take(SCANS, "sensors"), ("cards", "priors", "associator"))
    cards = [wire.card_from_dict(c, f"{SCANS}: brief") for c in brief["cards"]]
    state = wings.start_observer(cards, brief["priors"], brief["associator"])
    while (data := node.take(SCANS, "sensors")) != END:
        now, scans = wire.scans_from_bytes(data, SCANS)
        state, tick = wings.picture_step(state, scans, now, time.perf_counter)
        for alert in tick.picture.new_alerts:
            node.put(ALERTS, _alert_bytes(alert))
        node.put(PICTURE, wire.picture_to_bytes(tick.picture))
        node.put(REPORT, json.dumps({"counts": {k: int(v) for k, v in tick.counts.items()}, "ms": tick.ms}).encode())


def _command(node: quic.Node) -> None:
    """The picture to simulated shots."""
    node.speak(SHOTS)
    node.hear(PICTURE)
    node.hear(ALERTS)
    node.wait(lambda: node.heard_by_someone(SHOTS), "nobody heard the shots", PATIENCE_S)
    node.hear(OUTCOMES)
    defence = wings.start_defence(*_read_defence(node.take(OUTCOMES, "sensors")))
    node.gone.clear()
    while (data := node.take(OUTCOMES, "sensors")) != END:
        now, outcomes = wire.outcomes_from_bytes(data, OUTCOMES)
        picture = wire.picture_from_bytes(node.take(PICTURE, "fusion"), PICTURE)
        _check_alerts(picture, lambda: node.take(ALERTS, "fusion"))
        defence, shots = wings.defence_step(defence, picture, outcomes, now)
        node.put(SHOTS, wire.shots_to_bytes(now, shots))


def _read_brief(data: bytes, names: Sequence[str]) -> Mapping[str, Any]:
    try:
        brief = json.loads(data)
        version, _ = brief["brief"], [brief[n] for n in names]
    except (ValueError, KeyError, TypeError) as e:
        raise BadFile(f"the brief of the sensors node cannot be read ({e}); do all nodes run the same Cupola?") from None
    if version != BRIEF:
        raise BadFile(f"the sensors node speaks version {version}, this node version {BRIEF}; run the same Cupola on all")
    return brief  # type: ignore[no-any-return]


def _read_defence(data: bytes) -> tuple[tuple[Battery, ...], Doctrine]:
    brief = _read_brief(data, ("batteries", "doctrine"))
    try:
        batteries = TypeAdapter(tuple[Battery, ...]).validate_python(brief["batteries"])
        return batteries, TypeAdapter(Doctrine).validate_python(brief["doctrine"])
    except (ValidationError, BadScenario) as e:
        raise BadFile(f"the brief of the sensors node cannot be read ({' '.join(str(e).split())})") from None


def _check_alerts(picture: Picture, take: Callable[[], bytes]) -> None:
    """Every alert has come by its own way, and says what the picture says."""
    for alert in picture.new_alerts:
        if take() != _alert_bytes(alert):
            raise LinkDown(
                f"alert {alert.id} on {ALERTS} differs from the picture's at t = {picture.t:g} s; is fusion running twice?"
            )


def _alert_bytes(alert: Any) -> bytes:
    return json.dumps(wire.alert_to_dict(alert)).encode()
