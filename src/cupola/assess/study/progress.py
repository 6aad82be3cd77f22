"""How far a long piece of work has come, on standard error: a bar at a terminal, a line now and then elsewhere."""

from __future__ import annotations

import shutil
import sys
import time
from typing import TextIO

WIDTH = 30
EVERY_S = {True: 0.2, False: 10.0}  # at a terminal, elsewhere


class Progress:
    """Counts the runs of a stage. total may grow: a stop by interval does not know beforehand how many it needs."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._out = sys.stderr if stream is None else stream
        self._tty = self._out.isatty()
        self._what, self._there, self._told = "", 0, True
        self._start = self._last = time.monotonic()
        self._shown = False

    def begin(self, what: str, done: int, total: int, slow: bool) -> None:
        """A stage: done of total are there already. Its clock starts; where runs are ``slow`` that much is said at once."""
        self._what, self._there, self._told = what, done, not slow
        self._start = self._last = time.monotonic()
        if done < total and (slow or self._tty):
            self._put(done, total, "the first under way; time left is told when it is done")

    def show(self, done: int, total: int) -> None:
        """So many are done by now."""
        now = time.monotonic()
        rate = (done - self._there) / max(now - self._start, 1e-9)
        late = now - self._last >= EVERY_S[self._tty] or not self._told  # the first of slow ones is told at once
        if rate > 0.0 and (late or (self._tty and done >= total)):
            self._last, self._told = now, True
            self._put(done, total, f"{60 * rate:.{0 if rate > 0.16 else 1}f} a minute, {_span((total - done) / rate)} left")

    def _put(self, done: int, total: int, rest: str) -> None:
        text = f"{self._what}: {done} of {total} runs, {rest}"
        if self._tty:
            columns = shutil.get_terminal_size().columns - 1  # what goes on in a second line could not be wiped
            width = min(WIDTH, columns - len(text) - 3)
            full = round(width * done / max(total, 1))
            bar = f"[{'#' * full}{'.' * (width - full)}] " if width > 4 else ""
            self._out.write(f"\r\x1b[K{bar}{text[:columns]}")
        else:
            self._out.write(text + "\n")
        self._out.flush()
        self._shown = True

    def say(self, line: str) -> None:
        """One line before a stage begins."""
        self.end()
        self._out.write(f"{line}\n")
        self._out.flush()

    def end(self) -> None:
        """Leave the line of the bar."""
        if self._shown and self._tty:
            self._out.write("\n")
            self._out.flush()
        self._shown = False


def _span(seconds: float) -> str:
    s = round(seconds)
    return f"{s} s" if s < 90 else f"{s // 60} min {s % 60:02d} s" if s < 5400 else f"{s // 3600} h {s % 3600 // 60:02d} min"
