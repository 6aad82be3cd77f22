"""Between the run and the page: the newest frame, every event, and counts.

The run's thread publishes and never waits. Each client's coroutine holds a ``Cursor``: the number of the last frame it sent and
how many events. A slow client therefore skips frames (the newest wins) and misses no event; one that joins late starts at event 0.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

Info = Mapping[str, Any]


@dataclass
class Cursor:
    """How far one client is. ``wake`` belongs to the server's loop."""

    wake: asyncio.Event = field(default_factory=asyncio.Event)
    frame: int = 0
    events: int = 0


@dataclass(frozen=True)
class News:
    """What a client has not seen yet. ``skipped`` frames were overtaken by ``frame``."""

    events: tuple[str, ...]
    frame: bytes | None
    skipped: int
    closed: bool


def _wake_on(loop: asyncio.AbstractEventLoop, cursor: Cursor) -> None:
    loop.call_soon_threadsafe(cursor.wake.set)


class Hub:
    """Thread-safe meeting point of one run and any number of pages.

    Limits: events are kept for the whole run, about 300 bytes each; frames are not kept.
    """

    def __init__(self, info: Info | None = None) -> None:
        self._lock = threading.Lock()
        self._instance = secrets.token_hex(8)  # lets a page that reconnects notice that another run is being served
        self._info: dict[str, Any] = dict(info or {})
        self._summary: dict[str, Any] | None = None
        self._frame: bytes | None = None
        self._frames = 0
        self._events: list[str] = []
        self._closed = False
        self._wakers: dict[int, Callable[[], None]] = {}
        self._counts: Counter[str] = Counter()

    # ------------------------------------------------------------------ the run's side (any thread)

    def publish_frame(self, data: bytes) -> int:
        """Make this the newest frame and return its number, counted from 1."""
        with self._lock:
            self._frame, self._frames = data, self._frames + 1
            number = self._frames
        self._wake()
        return number

    def publish_events(self, *events: Mapping[str, Any]) -> None:
        """Append events; every client gets each of them once, in order. Raises ValueError for NaN."""
        texts = [json.dumps(e, allow_nan=False, separators=(",", ":")) for e in events]
        if texts:
            with self._lock:
                self._events += texts
            self._wake()

    def set_info(self, info: Info) -> None:
        """Replace what ``/api/info`` answers and tell the pages to read it again."""
        with self._lock:
            self._info = dict(info)
        self.publish_events({"type": "info"})

    def finish(self, summary: Mapping[str, Any] | None) -> None:
        """The run has ended: keep its summary for ``/api/summary`` and send it to the pages, for the server may stop at once."""
        kept = dict(summary or {})
        self.publish_events({"type": "end", "summary": kept})
        with self._lock:
            self._summary = kept

    def close(self) -> None:
        """Let every client go; used when the server stops."""
        with self._lock:
            self._closed = True
        self._wake()

    def count(self, what: str, by: int = 1) -> None:
        """Note that something happened that must not pass in silence."""
        with self._lock:
            self._counts[what] += by

    # ------------------------------------------------------------------ the server's side

    @property
    def info(self) -> dict[str, Any]:
        with self._lock:
            return {**self._info, "instance": self._instance}

    @property
    def summary(self) -> dict[str, Any] | None:
        """None until the run has ended."""
        with self._lock:
            return self._summary

    @property
    def closed(self) -> bool:
        with self._lock:
            return self._closed

    def health(self) -> dict[str, Any]:
        """Counters for ``/api/health``."""
        with self._lock:
            state = "done" if self._summary is not None else "running" if self._frames else "preparing"
            return {
                "state": state,
                "clients": len(self._wakers),
                "frames": self._frames,
                "events": len(self._events),
                "frame_bytes": len(self._frame or b""),
                "counts": dict(sorted(self._counts.items())),
            }

    def join(self, cursor: Cursor) -> None:
        """Wake this cursor on news; call on the server's loop."""
        loop = asyncio.get_running_loop()
        with self._lock:
            self._wakers[id(cursor)] = partial(_wake_on, loop, cursor)
        cursor.wake.set()  # what is already there is news to a new client

    def leave(self, cursor: Cursor) -> None:
        with self._lock:
            self._wakers.pop(id(cursor), None)

    def news(self, cursor: Cursor) -> News:
        """What this client lacks; moves its cursor to the present."""
        with self._lock:
            events = tuple(self._events[cursor.events :])
            fresh = self._frames > cursor.frame
            skipped = self._frames - cursor.frame - 1 if fresh and cursor.frame else 0
            cursor.events, cursor.frame = len(self._events), self._frames
            self._counts["frames_skipped"] += skipped
            return News(events, self._frame if fresh else None, skipped, self._closed)

    def _wake(self) -> None:
        with self._lock:
            wakers = list(self._wakers.values())
        for wake in wakers:
            try:
                wake()
            except RuntimeError:  # that loop is closed: the server has stopped while the run goes on
                self.count("wake_failed")
