"""One look of a receiver of position reports: who is in range and in line of sight reports where it is, with probability pd.

Limits: every object reports (a scenario uses this kind only where that makes sense: cooperative traffic, a range's telemetry).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from cupola.core.batches import Floats
from cupola.observe import position as model
from cupola.sensors.fluctuate import Fluctuation
from cupola.sensors.memory import Memory
from cupola.sensors.returns import Look, Returns
from cupola.sensors.schedule import serve
from cupola.sensors.spec import SensorSpec
from cupola.sensors.visibility import in_view
from cupola.truth.frame import TruthFrame


def look(
    spec: SensorSpec,
    memory: Memory,
    frame: TruthFrame,
    position: Floats,
    axes: Floats,
    fluctuation: Fluctuation,  # noqa: ARG001  # one signature for all kinds
    rng: np.random.Generator,
) -> tuple[Memory, Returns, Look]:
    """Reports without noise, x, y, z in the receiver's frame."""
    rows, _ = in_view(frame.x, np.arange(len(frame)), position, axes, np.array(spec.limits))
    turn, cursor, share = serve(frame.id[rows], spec.budget, memory.cursor)
    hit = rows[turn][rng.random(len(turn)) < spec.pd]
    none = np.full(len(hit), np.nan)
    found = Returns(frame.id[hit], model.h(frame.x[hit], position, axes), none, none)
    return replace(memory, cursor=cursor), found, Look(share, len(rows), 0, len(turn))
