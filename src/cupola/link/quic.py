"""A node's end of the live link: Zenoh over QUIC with mutual TLS, access by certificate name, bytes as payload.

One node is the router and listens; the others connect. Multicast scouting and gossip are off: a node talks to whom it was told.
Access is denied unless granted: each node may put only on its own keys (``Grant``). Every node shows that it lives by a token of
its name; a node that is gone for good is noticed when its connection's lease ends (10 s after a kill). See design/link.md.
"""

from __future__ import annotations

import json
import queue
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import zenoh

from cupola.core.errors import LinkDown
from cupola.link.certs import NodeFiles

ALIVE = "cupola/alive"
TRY_S = 2.0
LOOK_S = 0.5
BLOCK_S = 60.0
Check = Callable[[], None]


@dataclass(frozen=True)
class Grant:
    """What a node, known by its certificate's name, may put and may hear. Key expressions."""

    node: str
    puts: tuple[str, ...]
    hears: tuple[str, ...]


class Node:
    """An open session with one inbox a key. Use as a context manager.

    ``gone``: names of nodes that left since it was last cleared. One that came back stays in it: what was sent in between is lost.
    """

    def __init__(
        self, name: str, files: NodeFiles, endpoint: str, grants: Sequence[Grant] | None = None, patience_s: float = 60.0
    ) -> None:
        """Connect to ``endpoint`` within ``patience_s``, or listen there if ``grants`` are given (the router). Raises LinkDown."""
        self.name = name
        self.gone: set[str] = set()
        self._inbox: dict[str, queue.Queue[bytes]] = {}
        self._urgent: dict[str, int] = {}
        self._publishers: dict[str, Any] = {}
        zenoh.init_log_from_env_or("off")  # its lines carry source paths and no advice; RUST_LOG=warn shows them
        config = zenoh.Config.from_json5(json.dumps(_config(name, files, endpoint, grants)))
        self._session = _listen(config, name, endpoint) if grants else _connect(config, name, endpoint, patience_s)
        live = self._session.liveliness()
        self._kept: list[Any] = [
            live.declare_subscriber(f"{ALIVE}/*", self._note, history=True),
            live.declare_token(f"{ALIVE}/{name}"),
        ]

    def hear(self, key: str) -> None:
        """Keep what arrives on this key until it is taken."""
        box: queue.Queue[bytes] = queue.Queue()
        self._inbox[key], self._urgent[key] = box, 0

        def arrived(sample: Any) -> None:
            self._urgent[key] += sample.priority == zenoh.Priority.REAL_TIME
            box.put(sample.payload.to_bytes())

        self._kept.append(self._session.declare_subscriber(key, arrived))

    def speak(self, key: str, urgent: bool = False) -> None:
        """Be ready to put on this key. urgent: real-time priority on a stream of its own. Always reliable, blocking."""
        priority = zenoh.Priority.REAL_TIME if urgent else zenoh.Priority.DATA
        block = zenoh.CongestionControl.BLOCK
        self._publishers[key] = self._session.declare_publisher(key, priority=priority, congestion_control=block, express=urgent)

    def put(self, key: str, data: bytes) -> None:
        """Send to all who hear this key. Raises LinkDown."""
        try:
            self._publishers[key].put(data)
        except zenoh.ZError as e:
            raise LinkDown(f"node {self.name}: {key} cannot be sent ({_short(e)})") from None

    def take(self, key: str, sender: str, check: Check = lambda: None) -> bytes:
        """The next message on this key, however long it takes while ``sender`` lives.

        Raises LinkDown when ``sender`` is gone; ``check`` is asked twice a second and may raise what it knows better.
        """
        while True:
            gone = sender in self.gone  # read before the wait: what it sent last may still be on its way
            try:
                return self._inbox[key].get(timeout=LOOK_S)
            except queue.Empty:
                check()
            if gone:
                raise LinkDown(f"node {self.name}: the {sender} node left while {key} was awaited; start the deployment anew")

    def wait(self, ready: Callable[[], bool], what: str, patience_s: float, check: Check = lambda: None) -> None:
        """Return once ``ready``. Raises LinkDown saying ``what`` is missing after ``patience_s``, or what ``check`` raises."""
        until = time.monotonic() + patience_s
        while not ready():
            check()
            if time.monotonic() > until:
                raise LinkDown(f"node {self.name}: {what} within {patience_s:g} s; were all nodes started, and is UDP allowed?")
            time.sleep(0.01)

    def waiting(self, key: str) -> int:
        """Messages that arrived on this key and were not taken yet."""
        return self._inbox[key].qsize()

    def urgent(self, key: str) -> int:
        """Messages that arrived on this key at real-time priority so far."""
        return self._urgent[key]

    def heard_by_someone(self, key: str) -> bool:
        """Whether anyone hears what is put on this key."""
        return bool(self._publishers[key].matching_status.matching)

    def close(self) -> None:
        """Leave the network. What was put last may be lost: close only when it has been answered (design/link.md)."""
        self._session.close()

    def __enter__(self) -> Node:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _note(self, sample: Any) -> None:
        if sample.kind == zenoh.SampleKind.DELETE:
            self.gone.add(str(sample.key_expr).rsplit("/", 1)[1])


def _listen(config: Any, name: str, endpoint: str) -> Any:
    try:
        return zenoh.open(config)
    except zenoh.ZError as e:
        raise LinkDown(f"node {name}: cannot listen at {endpoint} ({_short(e)}); is the port in use?") from None


def _connect(config: Any, name: str, endpoint: str, patience_s: float) -> Any:
    """Try again and again, in pieces short enough for Ctrl-C to be noticed between them."""
    until = time.monotonic() + patience_s
    while True:
        try:
            return zenoh.open(config)
        except zenoh.ZError as e:
            if time.monotonic() < until:
                continue
            raise LinkDown(
                f"node {name}: no link at {endpoint} after {patience_s:g} s ({_short(e)}); is the listening node up, and are the "
                "certificates in date, of one authority, and made for that host?"
            ) from None


def _short(error: Exception) -> str:
    """The engine's words without its source paths."""
    return str(error).split(" at /")[0].strip().rstrip(".")


def _config(name: str, files: NodeFiles, endpoint: str, grants: Sequence[Grant] | None) -> dict[str, Any]:
    end = "connect" if grants is None else "listen"
    tls = {
        "root_ca_certificate": str(files.authority),
        "enable_mtls": True,
        "verify_name_on_connect": True,
        "close_link_on_expiration": True,
        f"{end}_private_key": str(files.key),
        f"{end}_certificate": str(files.certificate),
    }
    block = {"wait_before_close": round(BLOCK_S * 1e6)}  # us; the engine's own 5 s would cut off a receiver that is merely busy
    config: dict[str, Any] = {
        "scouting": {"multicast": {"enabled": False}, "gossip": {"enabled": False}},
        "transport": {
            "link": {"tls": tls, "tx": {"queue": {"congestion_control": {"block": block}}}},
            "shared_memory": {"enabled": False},
        },
    }
    if grants is None:
        wait = {"timeout_ms": round(TRY_S * 1e3), "exit_on_failure": True}
        return config | {"mode": "client", "connect": {"endpoints": [endpoint], **wait}}
    others = [g for g in grants if g.node != name]
    return config | {"mode": "router", "listen": {"endpoints": [endpoint]}, "access_control": _access(others)}


def _access(grants: Sequence[Grant]) -> dict[str, Any]:
    """Default deny; each node's puts come in from it alone, and what it hears goes out to it alone."""
    rules: list[dict[str, Any]] = []
    policies: list[dict[str, Any]] = []
    for g in grants:
        rows = [
            ("puts", ["put"], "ingress", g.puts),
            ("is-asked", ["declare_subscriber"], "egress", g.puts),
            ("asks", ["declare_subscriber"], "ingress", g.hears),
            ("hears", ["put"], "egress", g.hears),
            ("lives", ["liveliness_token"], "ingress", (f"{ALIVE}/{g.node}",)),
            ("watches", ["declare_liveliness_subscriber", "liveliness_query"], "ingress", (f"{ALIVE}/*",)),
            ("is-shown", ["liveliness_token"], "egress", (f"{ALIVE}/*",)),
            ("is-watched", ["declare_liveliness_subscriber", "liveliness_query"], "egress", (f"{ALIVE}/*",)),
        ]
        made = [
            {"id": f"{g.node}-{n}", "messages": m, "flows": [flow], "permission": "allow", "key_exprs": list(keys)}
            for n, m, flow, keys in rows
            if keys
        ]
        rules += made
        policies.append({"rules": [r["id"] for r in made], "subjects": [g.node]})
    subjects = [{"id": g.node, "cert_common_names": [g.node]} for g in grants]
    return {"enabled": True, "default_permission": "deny", "rules": rules, "subjects": subjects, "policies": policies}
