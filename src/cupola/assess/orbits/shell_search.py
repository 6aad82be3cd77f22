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

from cupola.assess.orbits import launchable, shell_mix, shell_plan
from cupola.assess.orbits.band import Band
from cupola.assess.orbits.lattices import Duty, smallest
from cupola.assess.orbits.shell import Floats, Shell, latitudes, occupancy
from cupola.assess.orbits.shell_mix import distribution, size_of
from cupola.assess.orbits.shell_plan import Plan
from cupola.core.errors import BadOption

CLOSE = 1.02  # assumed: what is expected to take more than so many times the satellites of the best plan is not searched
ROUNDS = 3
STRICTER = 0.8  # of what is allowed, once more each time that arcs confirm none of the shells found
FULLER = 1.03  # assumed: of the smallest shell: the first size tried for planes that launches can fill
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
        return size_of(self.shells)


def bound_mean(wanted: float, availability: float) -> float:
    """Interceptors that are in reach on average in any design that has the wanted number there for that share of the time: it may
    have none for the rest."""
    return wanted * availability


def design(psi: float, low: float, high: float, wanted: int, availability: float, inclination: float | None = None) -> Design:
    """The smallest design found: one Walker shell, or for a band a mix of some. All angles rad.

    Every design stands on chords of the regions in reach; the one that is given was counted again by exact arcs.
    Raises BadOption where the inclination given does not serve the band.
    """
    check(psi, low, high, inclination)
    band = Band(psi, low, high, wanted, 1.0 - availability)
    tried = band.tried if inclination is None else np.array([inclination])
    best = _smallest(band, tried, shell_plan.plans(band) if inclination is None else [])
    if len(best) > 1:
        filled = _confirmed([shell_mix.few_planes(best, band)], band)
    else:
        best, filled = _few_planes(best, band, tried)
    if filled and size_of(filled) <= size_of(best):
        best = filled
    return Design(best, float(distribution(best, band.fine, psi, wanted)[:, wanted].min()), filled)


def _smallest(band: Band, tried: Floats, plans: list[Plan]) -> tuple[Shell, ...]:
    """The best of what seems worth a search: the mix that is expected to take fewest satellites, one inclination, or both."""
    worth = [p for p in plans if p.satellites <= CLOSE * plans[0].satellites]
    mixed = next((p for p in worth if len(p.parts) > 1), None)
    best = shell_mix.best_mix(mixed, band) if mixed else ()
    if not best or any(len(p.parts) == 1 for p in worth):
        found = [best, *((s,) for s in smallest(_duty(band), tried, ROUNDS, BUDGET))]
        best = _confirmed(found, band)
    strict = band
    while not best:  # chords are a little off: what passes with less allowed does it by arcs
        strict = replace(strict, allowed=STRICTER * strict.allowed)
        best = _confirmed([(s,) for s in smallest(_duty(strict), tried, ROUNDS, BUDGET)], band)
    return best


def _few_planes(best: tuple[Shell, ...], band: Band, tried: Floats) -> tuple[tuple[Shell, ...], tuple[Shell, ...]]:
    """The better of a single shell and the best of few planes of any size, and that of few planes that launches can fill."""
    duty = _duty(band)
    if size_of(best) < launchable.PLANES * launchable.EACH:
        most = size_of(best) - 1
        small = [(s,) for s in launchable.few_planes(duty, tried, most, most, 1)]
        best = _confirmed(small, band) or best
    found = launchable.few_planes(duty, tried, math.ceil(FULLER * size_of(best)), 2 * size_of(best))
    return best, _confirmed([(s,) for s in found], band)


def _confirmed(found: Sequence[tuple[Shell, ...]], band: Band) -> tuple[Shell, ...]:
    """The smallest of them that holds when it is counted by exact arcs; empty where none does."""
    some = sorted(filter(None, found), key=size_of)
    return next((shells for shells in some if shell_mix.shortfall(shells, band) <= band.allowed), ())


def _duty(band: Band) -> Duty:
    """What a single shell has to do."""
    cost, fine_cost = (np.tile(band.missing, (len(lats), 1)) for lats in (band.coarse, band.fine))
    return Duty(band.psi, band.coarse, band.fine, cost, fine_cost, band.allowed)


def check(psi: float, low: float, high: float, inclination: float | None) -> None:
    """Raises BadOption where the inclination given (rad) does not serve the band."""
    if inclination is not None and not occupancy(inclination, latitudes(low, high, psi, 4), psi).all():
        north, reach, given = (math.degrees(x) for x in (high, psi, inclination))
        raise BadOption(
            f"an inclination of {round(given, 3):g} deg never brings a satellite within reach of latitude {north:g} deg: "
            f"it serves up to {given + reach:.1f} deg. Take one of at least {north - reach:.1f} deg, or leave it out: "
            "the best is then searched for"
        )
