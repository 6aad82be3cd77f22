"""Walker shells with enough interceptors in reach of a latitude, or of every latitude of a band, found by trying patterns.

Enough: the mean shortfall (wanted less in reach, where that is positive) is at most 1 - availability at every latitude. So the
wanted number is in reach for at least that share of the time, and on average no fewer than wanted - (1 - availability) are:
``least_mean``, which makes the bound of the average a bound of every design. Nothing looks at a clock: the work is counted, and
where patterns are drawn the draw is the same every time, so the same question gets the same answer everywhere.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from cupola.assess.orbits import shell_kernels as kernels
from cupola.assess.orbits.shell import Floats, Shell, inclinations, latitudes, occupancy
from cupola.assess.orbits.shell_mix import best_mix, distribution
from cupola.core.errors import BadOption
from cupola.core.randoms import stream

SHIFTS = 16  # places between two nodes at which a pattern is tried; four times as many before it is taken
PLANES = 240  # most planes tried
BUDGET = 8e7  # work of one thread, in arcs: below two seconds


@dataclass(frozen=True)
class Design:
    """Shells that do it. available: share of the time, at the worst latitude, that enough are in reach, phases independent."""

    shells: tuple[Shell, ...]
    available: float

    @property
    def satellites(self) -> int:
        """All of them."""
        return sum(s.satellites for s in self.shells)


def least_mean(wanted: int, availability: float) -> float:
    """Interceptors that must be in reach on average."""
    return wanted - (1.0 - availability)


def design(psi: float, low: float, high: float, wanted: int, availability: float, inclination: float | None = None) -> Design:
    """The smallest design found: one Walker shell, or for a band a mix of some. All angles rad.

    Raises BadOption where the inclination given does not serve the band.
    """
    if inclination is not None or high - low < 1e-9:
        shells: tuple[Shell, ...] = (best_shell(psi, low, high, wanted, availability, inclination),)
    else:
        with ThreadPoolExecutor(2) as pool:
            one = pool.submit(best_shell, psi, low, high, wanted, availability)
            some = pool.submit(best_mix, psi, low, high, wanted, 1.0 - availability)
            shells = min((one.result(),), some.result() or (one.result(),), key=lambda x: sum(s.satellites for s in x))
    return Design(shells, available(shells, low, high, psi, wanted))


def best_shell(psi: float, low: float, high: float, wanted: int, availability: float, inclination: float | None = None) -> Shell:
    """The smallest single Walker shell found. Raises BadOption where no inclination serves the band."""
    coarse, fine = latitudes(low, high, psi), latitudes(low, high, psi, 4)
    tried = inclinations(low, high, psi) if inclination is None else np.array([inclination])
    least = _least(tried, fine, psi, least_mean(wanted, availability), inclination)
    order = stream(0, "shells").permutation(len(coarse) * SHIFTS)
    found, most, work = None, math.ceil(2.0 * least.min()) + 1, 0.0
    while True:
        use = np.flatnonzero(least < most)
        planes = stream(0, "planes").permutation(np.arange(1, min(PLANES, most) + 1))
        args = (coarse, fine, math.cos(psi), planes, wanted, 1.0 - availability, SHIFTS, order, most)
        most, k, p, phasing, spent = kernels.search(tried[use], least[use], *args, max(BUDGET - work, 0.1 * BUDGET))
        work += spent
        if k >= 0:
            found = Shell(float(tried[use[k]]), p, most // p, phasing)
        if found and (k < 0 or work > BUDGET):
            return found
        most = most if found else 2 * most


def available(shells: Sequence[Shell], low: float, high: float, psi: float, wanted: int) -> float:
    """Share of the time that ``wanted`` are in reach, at the worst latitude of the band; the shells turn independently."""
    spread = distribution(tuple(shells), latitudes(low, high, psi, 4), math.cos(psi), wanted)
    return float(spread[:, wanted].min())


def _least(tried: Floats, lats: Floats, psi: float, mean: float, given: float | None) -> Floats:
    """Fewest satellites that each inclination can do with (on average), inf where part of the band is never in reach."""
    seen = occupancy(tried[:, None], lats[None], psi).min(axis=1)
    if not (seen > 0.0).any():
        raise BadOption(
            f"an inclination of {math.degrees(given or 0.0):g} deg never brings a satellite within reach "
            f"({math.degrees(psi):.1f} deg) of latitude {math.degrees(lats[-1]):g} deg; "
            f"take one of at least {math.degrees(lats[-1] - psi):.1f} deg"
        )
    with np.errstate(divide="ignore"):
        return np.asarray(np.where(seen > 0.0, mean / seen, np.inf))
