"""What listens to a run while it goes: progress on the terminal, pace by the clock, the web page, the recording, Ctrl-C.

Each is called after every tick (``run.virtual.Listener``) and changes nothing of the run. The wall clock paces and is shown; no
picture depends on it.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from cupola.core.batches import CLASSES, WARHEAD, Floats
from cupola.record.recorder import Recorder
from cupola.run.virtual import StopRun, Tick
from cupola.run.wings import ObserverTick, WorldTick
from cupola.service import events
from cupola.service.frames import encode_frame
from cupola.service.hub import Hub

FRAME_EVERY_S = 0.5
SAY_EVERY_S = 2.0
RATE_OVER_S = 4.0
LAG_S = 0.5  # a delay so short is made up
LOOK_S = 0.1  # a wait is broken off so soon after Ctrl-C: Python sleeps on when a signal has been taken


class Progress:
    """One line on standard error, every two seconds, where a person looks on; every 30 s in a log."""

    def __init__(self, duration: float) -> None:
        self._duration, self._began, self._said = duration, time.monotonic(), -np.inf
        self._person = sys.stderr.isatty()

    def __call__(self, tick: Tick) -> None:
        now = time.monotonic()
        if now - self._said < (SAY_EVERY_S if self._person else 30.0):
            return
        self._said = now
        rate = tick.now / max(now - self._began, 1e-9)
        left = f"{(self._duration - tick.now) / rate:4.0f} s left" if rate else ""
        text = (
            f"t {tick.now:6.0f} of {self._duration:.0f} s  {len(tick.picture.tracks):6d} tracks"
            f"  {len(tick.picture.alerts):4d} alerts  {rate:5.1f}x real time  {left}"
        ).rstrip()
        print(f"\r{text}" if self._person else text, end="" if self._person else "\n", file=sys.stderr, flush=True)

    def end(self) -> None:
        """Leave the line."""
        if self._person:
            print(file=sys.stderr)


class Pace:
    """Holds the run back to ``speed`` simulated seconds per second. Time lost is not made up later by running faster than asked."""

    def __init__(self, speed: float, stop: Stop) -> None:
        self._speed, self._stop, self._began = speed, stop, time.monotonic()

    def __call__(self, tick: Tick) -> None:
        ahead = tick.now / self._speed - (time.monotonic() - self._began)
        if ahead <= 0:
            self._began -= min(ahead + LAG_S, 0.0)
        while ahead > 0 and not self._stop.asked:
            time.sleep(min(ahead, LOOK_S))
            ahead -= LOOK_S


class Rate:
    """Simulated seconds per second of late."""

    def __init__(self) -> None:
        self._marks: deque[tuple[float, float]] = deque()

    def __call__(self, now: float, wall: float) -> float:
        """The rate over the last ``RATE_OVER_S`` of wall time, once it is told ``now`` at ``wall``; 0 while nothing can be said."""
        self._marks.append((now, wall))
        while len(self._marks) > 2 and wall - self._marks[1][1] >= RATE_OVER_S:
            self._marks.popleft()
        t, begun = self._marks[0]
        return (now - t) / (wall - begun) if wall > begun else 0.0


class Page:
    """Publishes the picture to the web hub, at most two frames a second, and every event with the frame that follows it: none is
    ahead of the clock that the page shows."""

    def __init__(self, hub: Hub, sensors: int, speed: float) -> None:
        self._hub, self._asked, self._at, self._number = hub, speed if np.isfinite(speed) else 0.0, -np.inf, 0
        self._rate = Rate()
        self._where: Floats = np.full((sensors, 3), np.nan)
        self._where_t = np.zeros(sensors)
        self._classes: dict[int, str] = {}
        self._held: list[events.Event] = []
        self._last: Tick | None = None

    def __call__(self, tick: Tick) -> None:
        for scan in tick.scans:
            self._where[scan.sensor] = scan.position
            self._where_t[scan.sensor] = scan.t
        self._held += _events(tick)
        self._classes |= {a.id: a.range_class for a in tick.picture.new_alerts}
        self._last = tick
        if time.monotonic() - self._at >= FRAME_EVERY_S:
            self.flush()

    def witness(self, world: WorldTick, _observer: ObserverTick) -> None:
        """Where warheads came down: no sensor sees it, so the world's side tells the page (``run.virtual.Witness``)."""
        down = world.impacts
        self._held += [
            events.impact_event(float(down.t[k]), float(down.lat[k]), float(down.lon[k]), CLASSES[WARHEAD])
            for k in np.flatnonzero(down.kind == WARHEAD)
        ]

    def flush(self) -> None:
        """Publish the newest tick and the events until then, if the page has not got them; also to be called when the run ends."""
        tick, self._last = self._last, None
        if tick is None:
            return
        self._at, self._number = time.monotonic(), self._number + 1
        self._hub.publish_events(*self._held, *self._settled(tick))
        self._held = []
        rate = self._rate(tick.now, self._at)
        frame = encode_frame(tick.picture, time.time(), self._number, rate, self._asked, self._where, self._where_t)
        self._hub.publish_frame(frame)

    def _settled(self, tick: Tick) -> list[events.Event]:
        """Alerts whose range class has changed since the page last heard of them: it is known only after a while."""
        changed = [a for a in tick.picture.alerts if self._classes.get(a.id, a.range_class) != a.range_class]
        self._classes |= {a.id: a.range_class for a in changed}
        return [events.alert_event(a) | {"type": "alert_settled"} for a in changed]


def _events(tick: Tick) -> list[events.Event]:
    """What happened in this tick, the same for page and recording."""
    new = [events.alert_event(a) for a in tick.picture.new_alerts]
    return [*new, *events.shot_events(tick.shots, tick.now), *events.outcome_events(tick.outcomes)]


class Record:
    """Writes every tick to a recording."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    def __call__(self, tick: Tick) -> None:
        self._recorder.tick(tick.now, tick.scans, tick.picture, tick.digest, _events(tick))


class Stop:
    """Ends the run after the tick in which Ctrl-C was pressed, so that its summary and recording are whole."""

    def __init__(self) -> None:
        self.asked = False

    def __call__(self, _tick: Tick) -> None:
        if self.asked:
            raise StopRun

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Take Ctrl-C and SIGTERM as a wish to stop; a second one stops at once."""
        before = {s: signal.signal(s, self._ask) for s in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for s, handler in before.items():
                signal.signal(s, handler)

    def _ask(self, *_: Any) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True
        os.write(2, b"stopping after this tick; a second time stops at once\n")  # in a handler, print could meet itself
