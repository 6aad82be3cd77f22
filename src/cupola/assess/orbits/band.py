"""A band of latitudes, and how many interceptors must be in reach of each of its points."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from cupola.assess.orbits.shell import Floats, inclinations, latitudes


@dataclass(frozen=True)
class Band:
    """What all shells together have to do. Angles rad.

    psi: reach, as an angle at the Earth's centre; low, high: latitudes; wanted: interceptors in reach at once; allowed: mean
    shortfall (wanted less in reach, where that is positive) at the worst latitude.
    """

    psi: float
    low: float
    high: float
    wanted: int
    allowed: float

    @property
    def wide(self) -> bool:
        """Whether it is more than one latitude."""
        return self.high - self.low > 1e-9

    @functools.cached_property
    def coarse(self) -> Floats:
        """Latitudes to try a shell on."""
        return latitudes(self.low, self.high, self.psi)

    @functools.cached_property
    def fine(self) -> Floats:
        """Latitudes to check a shell on."""
        return latitudes(self.low, self.high, self.psi, 4)

    @functools.cached_property
    def tried(self) -> Floats:
        """Inclinations to try."""
        return inclinations(self.low, self.high, self.psi)

    @property
    def missing(self) -> Floats:
        """The shortfall with 0, 1, ... wanted in reach."""
        return self.wanted - np.arange(self.wanted + 1.0)
