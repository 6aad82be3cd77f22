"""A node's end of the live link: Zenoh over QUIC with mutual TLS, access by certificate name, columnar batches as payload.

One node is the router and listens; the others connect. Multicast scouting and gossip are off: a node talks to whom it was told.
Access is denied unless granted: each node may put only on its own keys (``grants``). See design/link.md for what was tried.
"""

from __future__ import annotations

import json
import queue
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import zenoh

from cupola.core.errors import LinkDown
from cupola.link.certs import NodeFiles

CLOSE = object()


@dataclass(frozen=True)
class Grant:
    """What a node, known by its certificate's name, may put and may hear. Key expressions."""

    node: str
    puts: tuple[str, ...]
    hears: tuple[str, ...]


class Node:
    """An open session with one inbox a key. Use as a context manager."""

    def __init__(self, name: str, files: NodeFiles, endpoint: str, grants: Sequence[Grant] | None = None) -> None:
        """Connect to ``endpoint``, or listen there when ``grants`` are given (the router). Raises LinkDown."""
        self.name = name
        config = _config(files, endpoint, grants)
        zenoh.init_log_from_env_or("error")
        try:
            self._session = zenoh.open(zenoh.Config.from_json5(json.dumps(config)))
        except zenoh.ZError as e:
            raise LinkDown(
                f"node {name}: no link at {endpoint} ({e}); is the router up, and do both trust the same authority?"
            ) from None
        self._inbox: dict[str, queue.Queue[bytes]] = {}
        self._subscribers: list[Any] = []
        self._publishers: dict[str, Any] = {}

    def hear(self, key: str) -> None:
        """Keep what arrives on this key until it is taken."""
        box: queue.Queue[bytes] = queue.Queue()
        self._inbox[key] = box
        self._subscribers.append(self._session.declare_subscriber(key, lambda s: box.put(s.payload.to_bytes())))

    def speak(self, key: str, urgent: bool = False) -> None:
        """Be ready to put on this key. urgent: real-time priority on a stream of its own. Always reliable, blocking."""
        priority = zenoh.Priority.REAL_TIME if urgent else zenoh.Priority.DATA
        block = zenoh.CongestionControl.BLOCK
        self._publishers[key] = self._session.declare_publisher(key, priority=priority, congestion_control=block, express=urgent)

    def put(self, key: str, data: bytes) -> None:
        """Send to all who hear this key."""
        self._publishers[key].put(data)

    def take(self, key: str, timeout_s: float) -> bytes:
        """The next message on this key. Raises LinkDown if none comes in time."""
        try:
            return self._inbox[key].get(timeout=timeout_s)
        except queue.Empty:
            raise LinkDown(f"node {self.name}: nothing on {key} for {timeout_s:g} s; did its sender stop?") from None

    def waiting(self, key: str) -> int:
        """Messages that arrived on this key and were not taken yet."""
        return self._inbox[key].qsize()

    def heard_by_someone(self, key: str) -> bool:
        """Whether anyone hears what is put on this key."""
        return bool(self._publishers[key].matching_status.matching)

    def close(self) -> None:
        """Leave the network."""
        self._session.close()  # type: ignore[no-untyped-call]

    def __enter__(self) -> Node:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _config(files: NodeFiles, endpoint: str, grants: Sequence[Grant] | None) -> dict[str, Any]:
    tls = {
        "root_ca_certificate": str(files.authority),
        "enable_mtls": True,
        "verify_name_on_connect": True,
        "close_link_on_expiration": True,
        "listen_private_key": str(files.key),
        "listen_certificate": str(files.certificate),
        "connect_private_key": str(files.key),
        "connect_certificate": str(files.certificate),
    }
    config: dict[str, Any] = {
        "scouting": {"multicast": {"enabled": False}, "gossip": {"enabled": False}},
        "transport": {"link": {"tls": tls}, "shared_memory": {"enabled": False}},
    }
    if grants is None:
        return config | {"mode": "client", "connect": {"endpoints": [endpoint], "timeout_ms": 30_000, "exit_on_failure": True}}
    return config | {"mode": "router", "listen": {"endpoints": [endpoint]}, "access_control": _access(grants)}


def _access(grants: Sequence[Grant]) -> Mapping[str, Any]:
    """Default deny; each node's puts come in from it alone, and what it hears goes out to it alone."""
    rules: list[dict[str, Any]] = []
    policies: list[dict[str, Any]] = []
    for g in grants:
        sends = ["put", "delete", "reply", "declare_queryable", "liveliness_token"]
        asks = ["declare_subscriber", "query", "liveliness_query", "declare_liveliness_subscriber"]
        rows = [
            (f"{g.node}-puts", sends, ["ingress"], g.puts),
            (f"{g.node}-asks", asks, ["ingress"], g.hears),
            (f"{g.node}-hears", sends, ["egress"], g.hears),
            (f"{g.node}-is-asked", asks, ["egress"], g.puts),
        ]
        for rule, messages, flows, keys in rows:
            if keys:
                rules.append({"id": rule, "messages": messages, "flows": flows, "permission": "allow", "key_exprs": list(keys)})
        policies.append({"rules": [r for r, _, _, keys in rows if keys], "subjects": [g.node]})
    subjects = [{"id": g.node, "cert_common_names": [g.node]} for g in grants]
    return {"enabled": True, "default_permission": "deny", "rules": rules, "subjects": subjects, "policies": policies}
