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

from cupola.assess.orbits.lattices import Duty, smallest
from cupola.assess.orbits.shell import Floats, Shell, inclinations, latitudes
from cupola.assess.orbits.shell_mix import best_mix, distribution
from cupola.core.errors import BadOption, Fault

ROUNDS = 3
BUDGET = 2e7  # work of one thread in one round, in crossings: below half a second


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
    missing = wanted - np.arange(wanted + 1.0)
    costs = [np.tile(missing, (len(lats), 1)) for lats in (coarse, fine)]
    duty = Duty(psi, coarse, fine, *costs, np.full(len(fine), least_mean(wanted, availability)), 1.0 - availability)
    tried = inclinations(low, high, psi) if inclination is None else np.array([inclination])
    _check(duty, tried)
    found = smallest(duty, tried, ROUNDS, BUDGET)
    if found is None:
        raise Fault("no shell was found though every size may be tried")
    return found


def available(shells: Sequence[Shell], low: float, high: float, psi: float, wanted: int) -> float:
    """Share of the time that ``wanted`` are in reach, at the worst latitude of the band; the shells turn independently."""
    spread = distribution(tuple(shells), latitudes(low, high, psi, 4), math.cos(psi), wanted)
    return float(spread[:, wanted].min())


def _check(duty: Duty, tried: Floats) -> None:
    if not np.isfinite(duty.least(tried)).any():
        high, psi = math.degrees(duty.fine[-1]), math.degrees(duty.psi)
        raise BadOption(
            f"an inclination of {math.degrees(tried[0]):g} deg never brings a satellite within reach "
            f"({psi:.1f} deg) of latitude {high:g} deg; "
            f"take one of at least {high - psi:.1f} deg"
        )
