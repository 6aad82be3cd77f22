"""Objects made from recorded flights: a table while the record lasts, free flight after it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cupola.core.batches import STAGE
from cupola.core.randoms import stream
from cupola.truth import telemetry
from cupola.truth.objects import Burns, Objects, Paths
from cupola.truth.raid import PLUME_PER_NEWTON
from cupola.truth.signature import draw

Lift = tuple[telemetry.Flight, float, float | None]


def make(flights: Sequence[Lift], first: int, launch: int, seed: int) -> tuple[Objects, Paths, Burns]:
    """One object per (flight, lift-off time, heading or None); ids begin at ``first``, launch numbers at ``launch``."""
    n = len(flights)
    nodes = [telemetry.path(f, t, heading) for f, t, heading in flights]
    start = np.array([t for _, t, _ in flights], float)
    kind = np.full(n, STAGE, np.int64)
    drawn = draw(kind, np.zeros(n), stream(seed, "truth", "recorded"))
    cut = start + np.array([f.cut for f, _, _ in flights])
    free = start + np.array([len(x) - 1 for x in nodes])
    x = np.array([k[-1] for k in nodes]).reshape(-1, 6)
    objects = Objects(
        np.arange(launch, launch + n), np.full(n, -1, np.int64), kind, cut, start, free, x, drawn.beta, drawn.rcs, drawn.skin
    )
    burns = [(first + i, t + a, t + b, n_ * PLUME_PER_NEWTON) for i, (f, t, _) in enumerate(flights) for a, b, n_ in f.burns]
    table = np.array(burns, float).reshape(-1, 4)
    paths = Paths.pack(list(range(first, first + n)), start.tolist(), nodes)
    return objects, paths, Burns(table[:, 0].astype(np.int64), table[:, 1], table[:, 2], table[:, 3])
