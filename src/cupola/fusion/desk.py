"""What the scans of a step are laid out on, end to end: columns that are kept from step to step, for making them costs more than
most scans do."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from cupola.core.batches import FEATURES, Floats
from cupola.fusion.pool import Ints, Records, Shorts
from cupola.fusion.sight import FRAME


class Desk(NamedTuple):
    """Columns of at least as many rows as a step has scans or detections; what lies behind them is of earlier steps.

    turn, frames ``(k,)``: place of the scan among those handed in, its record; ptr ``(k + 1,)``: where its
    detections lie (ptr[j]:ptr[j + 1]).
    row ``(m,)``: place of a detection in its scan; z, sigma ``(m, 3)``; features ``(m, F)``; free ``(m,)``: 1 until it is given
    away; owner ``(m,)``: id of the track whose own it is, -1.
    """

    turn: Ints
    frames: Records
    ptr: Ints
    row: Ints
    z: Floats
    sigma: Floats
    features: Shorts
    free: Ints
    owner: Ints


def desk(scans: int, detections: int) -> Desk:
    """Room for so many scans and detections."""
    k, m, f = scans, detections, np.empty
    return Desk(
        f(k, np.int64), f(k, FRAME), f(k + 1, np.int64),
        f(m, np.int64), f((m, 3)), f((m, 3)), f((m, len(FEATURES)), np.float32), f(m, np.int64), f(m, np.int64),
    )  # fmt: skip
