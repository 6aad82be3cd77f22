"""The looks of a tick one by one, for tests of the sensors."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from cupola.core.batches import Scan
from cupola.sensors.suite import Seen


class Look(NamedTuple):
    """One scan, the truth ids of its detections and what the world counted."""

    scan: Scan
    origin: np.ndarray
    in_view: int
    merged: int
    served: int


def each(seen: Seen) -> list[Look]:
    """One ``Look`` for each scan of the tick."""
    counts = np.stack([seen.in_view, seen.merged, seen.served], axis=1).tolist()
    return [Look(scan, seen.origin_of(j), *counts[j]) for j, scan in enumerate(seen.scans)]
