"""Commands of a deployment: node, certs."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from cupola.cli import options, outlet
from cupola.cli.base import command


def add(sub: Any) -> None:
    """Register the commands of this file."""
    node = command(sub, "node", _node, "one process of a deployment over QUIC with mutual TLS")
    node.add_argument("role", metavar="ROLE", choices=["sensors", "fusion", "command"], help="sensors, fusion or command")
    node.add_argument("--config", required=True, metavar="F.yaml", help="endpoint and certificates (see cupola certs)")
    node.add_argument("--leash", action="store_true", help=argparse.SUPPRESS)  # ends with the run that started it: service/leash
    node.add_argument("--json", metavar="FILE", help="sensors: write the run summary as JSON (- for standard output)")

    c = command(sub, "certs", _certs, "certificates and configuration files for the nodes of a deployment")
    c.add_argument("folder", metavar="DIR", help="where to write them; what is there is not overwritten")
    c.add_argument("--names", default="sensors,fusion,command", help="default sensors,fusion,command; the first one listens")
    c.add_argument("--endpoint", default="quic/localhost:7447", help="where it listens (default quic/localhost:7447)")
    c.add_argument("--hours", type=options.positive, default=24.0, help="how long they are good (default 24)")


def _node(a: argparse.Namespace) -> int:
    if a.leash:
        from cupola.service import leash

        leash.hold(Path(a.config))
    from cupola.service import session

    return session.node(a.role, a.config, lambda summary, text: outlet.report(a.json, summary, text))


def _certs(a: argparse.Namespace) -> int:
    from cupola.service import deployment

    written = deployment.prepare(Path(a.folder), a.names.split(","), a.endpoint, a.hours)
    outlet.put("".join(f"cupola node {path.stem} --config {path}\n" for path in written))
    return 0
