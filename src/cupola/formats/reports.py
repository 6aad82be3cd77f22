"""What every reader of real recordings gives: position or radar reports as columns, and a count of all that was left out."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from cupola.core.batches import Floats


@dataclass(frozen=True)
class Source:
    """Who reported. kind: ``position`` (z is ECEF x, y, z) or ``radar`` (z is el, az, range in its north-west-up frame).

    sigma ``(3,)`` in the units of z, assumed where the recording states none. place: lat, lon (rad), alt (m) of a radar, or None.
    pd: probability that an object in view is in one scan. scan_s: reports within this time make one scan.
    """

    name: str
    kind: str
    sigma: tuple[float, float, float]
    pd: float
    scan_s: float
    place: tuple[float, float, float] | None = None


@dataclass(frozen=True)
class Silence:
    """An identity that stayed listed from start to end (s, as ``Reports.t``) without a new position."""

    who: str
    start: float
    end: float


@dataclass(frozen=True)
class Reports:
    """Reports of one file. t ``(n,)`` s since 1970 UTC (of the day, where ``dated`` is false); z ``(n, 3)``; source ``(n,)`` index;
    who ``(n,)`` identity as reported, empty if none; counts: what was read and what was left out, by reason; silences: long ones.
    """

    t: Floats
    z: Floats
    source: NDArray[np.int64]
    who: NDArray[np.str_]
    sources: tuple[Source, ...]
    dated: bool = True
    counts: Counter[str] = field(default_factory=Counter)
    silences: tuple[Silence, ...] = ()

    def __len__(self) -> int:
        return len(self.t)
