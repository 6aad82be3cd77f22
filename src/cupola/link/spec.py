"""What a link is said to be: its rate, delay, loss and the times it is down."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class LinkSpec:
    """One link from some sensors to the fusion node.

    sensors: names; capacity_kbps: kbit/s (inf: not limiting); delay_s: one way; loss: probability that one scan is lost;
    buffer_s: what would wait longer than this to be sent is dropped and counted (drop tail); outage: (start, end) of times down.
    """

    name: str
    sensors: tuple[str, ...]
    capacity_kbps: float = np.inf
    delay_s: float = 0.0
    loss: float = 0.0
    buffer_s: float = 5.0
    outage: tuple[tuple[float, float], ...] = ()
