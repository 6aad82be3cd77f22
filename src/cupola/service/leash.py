"""A node that a run started lives no longer than the run: it holds one end of a pipe, the run the other.

However the run ends, also by SIGKILL, the system closes its end. The node sees the end of its standard input, removes the folder of
keys made for this run, and is gone at once.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import threading
from pathlib import Path

FOLDER = "cupola-nodes-"  # how the folder of a run's keys begins: nothing else is ever removed
GO = b"."


def hold(config: Path) -> None:
    """Wait until the run has written ``config`` (it says so by one byte); from then on watch it in a thread of its own."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # the run's way to end it: it needs no word
    if os.read(0, 1) != GO:
        _leave(config)
    threading.Thread(target=_watch, args=(config,), name="cupola-leash", daemon=True).start()


def _watch(config: Path) -> None:
    while os.read(0, 1):
        pass
    _leave(config)


def _leave(config: Path) -> None:
    if config.parent.name.startswith(FOLDER):
        shutil.rmtree(config.parent, ignore_errors=True)
    print(f"node {config.stem}: the run that started it is gone", file=sys.stderr, flush=True)
    os._exit(1)  # the main thread may be deep in a kernel or waiting for the network
