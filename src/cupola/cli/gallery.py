"""The command of the gallery page: questions with sliders, without a run."""

from __future__ import annotations

import argparse
import threading
from typing import Any

from cupola.cli import options, outlet
from cupola.cli.base import command


def add(sub: Any) -> None:
    """Register the commands of this file."""
    q = command(sub, "gallery", _gallery, "questions with sliders and their answers, as a web page; Ctrl-C ends it")
    q.add_argument("--port", type=options.port, default=8080, help="of the page on 127.0.0.1 (default 8080)")


def _gallery(a: argparse.Namespace) -> int:
    from cupola.service import serve
    from cupola.service.hub import Hub

    with serve.start(Hub({"gallery": True}), port=a.port) as server:
        outlet.put(f"{server.url}gallery/\n")
        threading.Event().wait()
    return 0
