"""When a sensor scans, and whom it serves when there are more objects than beams."""

from __future__ import annotations

import numpy as np

from cupola.core.batches import Ints
from cupola.sensors.spec import SensorSpec


def due(spec: SensorSpec, tick_number: int, tick: float) -> bool:
    """Whether the sensor scans at this tick: phase + a whole number of periods."""
    since = tick_number - round(spec.phase / tick)
    return since >= 0 and since % round(spec.period / tick) == 0


def silent(spec: SensorSpec, now: float) -> bool:
    """Whether an outage (from, to) silences the sensor: from <= now < to."""
    return any(a <= now < b for a, b in spec.outages)


def serve(ids: Ints, budget: float, cursor: int) -> tuple[Ints, int, float]:
    """Rows served of the objects ``ids`` (ascending), the new cursor and the share of the field that was served.

    In turn: those after ``cursor`` (the last id served before) first, then from the lowest id on.
    """
    n = len(ids)
    if n <= budget:
        return np.arange(n), -1, 1.0
    count = int(budget)
    first = int(np.searchsorted(ids, cursor, side="right"))
    turn = (first + np.arange(count)) % n
    return np.sort(turn), int(ids[turn[-1]]), count / n
