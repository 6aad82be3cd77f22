"""How many inclinations a band of latitudes wants, before any pattern is searched: what shells of them would take.

A pattern is thought of as nearly even: at each latitude its number in reach is the whole one below or above the mean, and now and
then one off. Patterns of different inclinations are independent (see ``shell_mix``).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from cupola.assess.orbits.band import Band
from cupola.assess.orbits.shell import Floats, Mix, mixture_bound, mixture_of, occupancy, one_shell_bound

OFF = 0.05  # assumed: share of the time that a pattern is one off; most was then found within 4 % of what was expected
MOST = 4  # inclinations
HALVINGS, LARGEST = 14, 8.0  # of the sizes' factor, and where they begin


@dataclass(frozen=True)
class Plan:
    """Shells to look for, the largest first."""

    parts: Mix

    @property
    def satellites(self) -> float:
        """All that are expected to do."""
        return sum(size for _, size in self.parts)


def plans(band: Band) -> list[Plan]:
    """With one inclination, two, and so on to ``MOST`` (fewer where more are of no use), those of the fewest satellites first."""
    number, inclination = one_shell_bound(band.low, band.high, band.psi)
    every: list[Mix | None] = [((inclination, number),)]
    if band.wide:
        mix = mixture_bound(band.low, band.high, band.psi)[1]
        every += [mixture_of(mix, n, band.coarse, band.psi) for n in range(2, MOST + 1)]
    found = [_plan(parts, band) for parts in every if parts]
    return sorted(found, key=lambda plan: plan.satellites)


def nearly_even(mean: Floats) -> Floats:
    """Chances of one less than the whole number below the mean, of that number, and of one and two more. Shapes: (..., 4)."""
    above = mean - np.floor(mean)
    even = np.stack([0.0 * above, 1.0 - above, above, 0.0 * above], axis=-1)
    off = 0.5 * (np.roll(even, 1, axis=-1) + np.roll(even, -1, axis=-1))
    return np.asarray((1.0 - OFF) * even + OFF * off)


def _plan(parts: Mix, band: Band) -> Plan:
    """As many times the parts' satellites as are expected to do."""
    means = [x * occupancy(i, band.coarse, band.psi) for i, x in parts]
    low, high = float(band.wanted), LARGEST * band.wanted
    for _ in range(HALVINGS):
        factor = math.sqrt(low * high)
        enough = _shortfall([factor * m for m in means], band.wanted) <= band.allowed
        low, high = (low, factor) if enough else (factor, high)
    return Plan(tuple(sorted(((i, high * x) for i, x in parts), key=lambda part: -part[1])))


def _shortfall(means: list[Floats], wanted: int) -> float:
    """The mean shortfall at the worst latitude of independent patterns with these numbers in reach on average. Shapes: (lats,)."""
    number, chance = np.zeros((len(means[0]), 1)), np.ones((len(means[0]), 1))
    for mean in means:
        own = np.maximum(0.0, np.floor(mean)[:, None] + np.arange(-1.0, 3.0))
        number = (number[:, :, None] + own[:, None]).reshape(len(mean), -1)
        chance = (chance[:, :, None] * nearly_even(mean)[:, None]).reshape(len(mean), -1)
    return float((chance * np.maximum(0.0, wanted - number)).sum(axis=1).max())
