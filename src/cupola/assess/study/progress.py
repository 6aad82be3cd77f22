"""How far a long piece of work has come, on standard error: a bar at a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from typing import TextIO

WIDTH = 30
EVERY_S = {True: 0.2, False: 10.0}  # at a terminal, elsewhere


class Progress:
    """Counts runs. total may grow: a stop by interval does not know beforehand how many it needs."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._out = sys.stderr if stream is None else stream
        self._tty = self._out.isatty()
        self._start = self._last = time.monotonic()
        self._fresh, self._shown = 0, False

    def show(self, done: int, total: int, fresh: int, what: str) -> None:
        """done of total, of which ``fresh`` were made since the start (the others were there already)."""
        now = time.monotonic()
        if now - self._last < EVERY_S[self._tty] and not (self._tty and done >= total):
            return
        self._last, self._shown = now, True
        rate = fresh / (now - self._start) if fresh else 0.0
        left = f"{_span((total - done) / rate)} left" if rate else "time left unknown yet"
        text = f"{what}: {done} of {total} runs, {60 * rate:.0f} a minute, {left}"
        if self._tty:
            full = round(WIDTH * done / max(total, 1))
            self._out.write(f"\r\x1b[K[{'#' * full}{'.' * (WIDTH - full)}] {text}")
        else:
            self._out.write(text + "\n")
        self._out.flush()

    def say(self, line: str) -> None:
        """One line before the work begins."""
        self._out.write(f"{line}\n")
        self._out.flush()

    def end(self) -> None:
        """Leave the line of the bar."""
        if self._shown and self._tty:
            self._out.write("\n")
            self._out.flush()


def _span(seconds: float) -> str:
    s = round(seconds)
    return f"{s} s" if s < 90 else f"{s // 60} min {s % 60:02d} s" if s < 5400 else f"{s // 3600} h {s % 3600 // 60:02d} min"
