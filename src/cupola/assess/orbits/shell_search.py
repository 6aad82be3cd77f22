"""Walker shells with enough interceptors in reach of a latitude, or of every latitude of a band, found by trying patterns.

Enough: the mean shortfall (wanted less in reach, where that is positive) is at most 1 - availability at every latitude. So the
wanted number is in reach for at least that share of the time. That is stricter than the share alone, by next to nothing at 0.999,
by a tenth at 0.9: a pattern that has many in reach for a while and none for the rest of the time is no defence. ``bound_mean`` is
what every design needs, by the share alone. Nothing looks at a clock: the work is counted, and where patterns are drawn the draw
is the same every time, so the same question gets the same answer everywhere.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from cupola.assess.orbits import launchable, shell_mix
from cupola.assess.orbits.lattices import HOPEFUL, Duty, smallest
from cupola.assess.orbits.shell import Floats, Shell, inclinations, latitudes, occupancy, one_shell_bound
from cupola.assess.orbits.shell_mix import best_mix, distribution
from cupola.core.errors import BadOption

ROUNDS = 3
STRICTER = 0.8  # of what is allowed, once more each time that arcs confirm none of the shells found
FULLER = 1.03  # of the smallest shell: the first size tried for planes that launches can fill
BUDGET = 2.5e7  # work of one thread in one round, in crossings: below half a second


@dataclass(frozen=True)
class Design:
    """Shells that do it. available: share of the time, at the worst latitude, that enough are in reach, phases independent.

    launchable: shells that do it, too, in planes that launches can fill; none where the search found none.
    """

    shells: tuple[Shell, ...]
    available: float
    launchable: tuple[Shell, ...] = ()

    @property
    def satellites(self) -> int:
        """All of them."""
        return sum(s.satellites for s in self.shells)


def least_mean(wanted: int, availability: float) -> float:
    """Interceptors that must be in reach on average, for a design of ours: the mean shortfall is at most 1 - availability."""
    return wanted - (1.0 - availability)


def bound_mean(wanted: int, availability: float) -> float:
    """Interceptors that are in reach on average in any design that has the wanted number there for that share of the time: it may
    have none for the rest."""
    return wanted * availability


def design(psi: float, low: float, high: float, wanted: int, availability: float, inclination: float | None = None) -> Design:
    """The smallest design found: one Walker shell, or for a band a mix of some. All angles rad.

    Every design stands on chords of the regions in reach; the one that is given was counted again by exact arcs.
    Raises BadOption where the inclination given does not serve the band.
    """
    check(psi, low, high, inclination)
    allowed = 1.0 - availability
    mix = best_mix(psi, low, high, wanted, allowed) if inclination is None and high - low > 1e-9 else None
    found = [mix] if mix else []
    least = one_shell_bound(low, high, psi)[0] * least_mean(wanted, availability)
    if mix is None or sum(s.satellites for s in mix) > HOPEFUL * least:
        found += _single(psi, low, high, wanted, availability, inclination)
    best, strict = _confirmed(found, low, high, psi, wanted, availability), allowed
    while best is None:  # chords are a little off: what passes with less allowed does it by arcs
        strict *= STRICTER
        found = _single(psi, low, high, wanted, 1.0 - strict, inclination)
        best = _confirmed(found, low, high, psi, wanted, availability)
    if len(best.shells) > 1:
        filled = _confirmed(
            [shell_mix.few_planes(best.shells, psi, low, high, wanted, allowed)], low, high, psi, wanted, availability
        )
    else:
        best, filled = _few_planes(best, psi, low, high, wanted, availability, inclination)
    if filled and filled.satellites <= best.satellites:
        best = filled
    return replace(best, launchable=filled.shells if filled else ())


def _few_planes(
    best: Design, psi: float, low: float, high: float, wanted: int, availability: float, inclination: float | None
) -> tuple[Design, Design | None]:
    """The better of a single shell and the best of few planes of any size, and that of few planes that launches can fill."""
    duty, tried = _duty(psi, low, high, wanted, availability, inclination)
    if best.satellites < launchable.PLANES * launchable.EACH:
        most = best.satellites - 1
        small = [(s,) for s in launchable.few_planes(duty, tried, most, most, 1)]
        best = _confirmed(small, low, high, psi, wanted, availability) or best
    found = launchable.few_planes(duty, tried, math.ceil(FULLER * best.satellites), 2 * best.satellites)
    return best, _confirmed([(s,) for s in found], low, high, psi, wanted, availability)


def _confirmed(
    found: Sequence[tuple[Shell, ...]], low: float, high: float, psi: float, wanted: int, availability: float
) -> Design | None:
    """The smallest of them that holds when it is counted by exact arcs, at 64 places between two nodes; None where none does."""
    lats, missing = latitudes(low, high, psi, 4), wanted - np.arange(wanted + 1.0)
    for shells in sorted(filter(None, found), key=lambda x: sum(s.satellites for s in x)):
        spread = distribution(shells, lats, psi, wanted)
        if (spread @ missing).max() <= 1.0 - availability:
            return Design(shells, float(spread[:, wanted].min()))
    return None


def _single(
    psi: float, low: float, high: float, wanted: int, availability: float, inclination: float | None
) -> list[tuple[Shell, ...]]:
    duty, tried = _duty(psi, low, high, wanted, availability, inclination)
    return [(s,) for s in smallest(duty, tried, ROUNDS, BUDGET)]


def _duty(psi: float, low: float, high: float, wanted: int, availability: float, inclination: float | None) -> tuple[Duty, Floats]:
    """What a single shell has to do, and the inclinations to try."""
    coarse, fine = latitudes(low, high, psi), latitudes(low, high, psi, 4)
    missing = wanted - np.arange(wanted + 1.0)
    cost, fine_cost = (np.tile(missing, (len(lats), 1)) for lats in (coarse, fine))
    duty = Duty(psi, coarse, fine, cost, fine_cost, np.full(len(fine), least_mean(wanted, availability)), 1.0 - availability)
    return duty, inclinations(low, high, psi) if inclination is None else np.array([inclination])


def check(psi: float, low: float, high: float, inclination: float | None) -> None:
    """Raises BadOption where the inclination given (rad) does not serve the band."""
    if inclination is not None and not occupancy(inclination, latitudes(low, high, psi, 4), psi).all():
        north, reach, given = (math.degrees(x) for x in (high, psi, inclination))
        raise BadOption(
            f"an inclination of {round(given, 3):g} deg never brings a satellite within reach of latitude {north:g} deg: "
            f"it serves up to {given + reach:.1f} deg. Take one of at least {north - reach:.1f} deg, or leave it out: "
            "the best is then searched for"
        )
