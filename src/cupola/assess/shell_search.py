"""A Walker shell with enough interceptors in reach of a latitude, or of every latitude of a band, found by trying patterns.

Nothing is drawn at random and nothing looks at a clock: the work is counted, so the same question gets the same answer everywhere.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from cupola.assess import shell_kernels as kernels
from cupola.assess.shell import Floats, Shell, inclinations, latitudes, occupancy
from cupola.core.errors import BadOption
from cupola.core.randoms import stream

SHIFTS = 16  # places between two nodes at which a pattern is tried; four times as many before it is taken
PLANES = 160  # most planes tried
BUDGET = 6e7  # work of one pass, in arcs: about a second
CLOSE = 64  # shifts of the availability that is printed


@dataclass(frozen=True)
class Design:
    """Shells that do it. available: the share of the time, at the worst latitude, that enough are in reach; bound: see ``floor``."""

    shells: tuple[Shell, ...]
    available: float
    tried: int

    @property
    def satellites(self) -> int:
        """All of them."""
        return sum(s.satellites for s in self.shells)


def best_shell(psi: float, low: float, high: float, wanted: int, availability: float, inclination: float | None = None) -> Design:
    """The smallest single Walker shell found. psi, low, high, inclination: rad. Raises BadOption where no inclination serves the band.

    First from large to small for every number of planes, then every size below what was found.
    """
    coarse, fine = latitudes(low, high, psi), latitudes(low, high, psi, 4)
    tried = inclinations(low, high, psi) if inclination is None else np.array([inclination])
    least = _least(tried, fine, psi, wanted, availability, inclination)
    order = stream(0, "shells").permutation(len(coarse) * SHIFTS)
    found, most = None, math.ceil(2.0 * least.min()) + 1
    while found is None:
        for every in (False, True):
            use = np.flatnonzero(least < most)
            planes = stream(0, "planes").permutation(np.arange(1, min(PLANES, most) + 1))
            args = (coarse, fine, math.cos(psi), planes, wanted, 1.0 - availability, SHIFTS, order, most, BUDGET, every)
            most, k, p, phasing, _ = kernels.search(tried[use], least[use], *args)
            if k >= 0:
                found = Shell(float(tried[use[k]]), p, most // p, phasing)
        most = most if found else 2 * most
    return Design((found,), available(found, low, high, psi, wanted), 1)


def available(shell: Shell, low: float, high: float, psi: float, wanted: int) -> float:
    """Share of the time that ``wanted`` are in reach, at the worst latitude of the band."""
    lats = latitudes(low, high, psi, 4)
    return 1.0 - float(
        kernels.worst(shell.inclination, shell.planes, shell.each, shell.phasing, lats, math.cos(psi), wanted, CLOSE, 1.0)
    )


def _least(tried: Floats, lats: Floats, psi: float, wanted: int, availability: float, given: float | None) -> Floats:
    """Fewest satellites that each inclination can do with (on average), inf where part of the band is never in reach."""
    seen = occupancy(tried[:, None], lats[None], psi).min(axis=1)
    if not (seen > 0.0).any():
        raise BadOption(
            f"an inclination of {math.degrees(given or 0.0):g} deg never brings a satellite within reach ({math.degrees(psi):.1f} deg) of "
            f"latitude {math.degrees(lats[-1]):g} deg; take one of at least {math.degrees(lats[-1] - psi):.1f} deg"
        )
    with np.errstate(divide="ignore"):
        return np.asarray(np.where(seen > 0.0, availability * wanted / seen, np.inf))
