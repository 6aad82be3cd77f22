"""Several Walker shells of different inclinations for one band of latitudes: each shell serves the part where it is dense.

Nodes of different inclinations precess at different rates, so over the years all relative phases occur alike: the numbers in reach
are independent, and their distributions are folded. Each shell in turn is made the smallest that does what the others leave.
"""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from cupola.assess.orbits import lattices, launchable
from cupola.assess.orbits import shell_kernels as kernels
from cupola.assess.orbits.band import Band
from cupola.assess.orbits.lattices import Duty
from cupola.assess.orbits.shell import Floats, Shell, occupancy
from cupola.assess.orbits.shell_plan import Plan, nearly_even

PASSES, LITTLE = 4, 0.002  # times that each shell is designed at most, and the gain of all below which that is the end
STRICTER = (1.0, 0.8, 0.5)  # of what is allowed: the next where arcs do not confirm what chords let pass
BUDGET = 1.8e7  # work of one thread in one pass, in crossings
FILLING = 4.5e7  # work of one thread, in crossings, to replace them by shells that launches can fill
WIDER = 1.15  # of a shell's size: the first size tried for planes that launches can fill
NARROW, FEWEST = 2e3, 8  # assumed: places between two nodes to count at, times a cell's length by its width; the fewest

Spread = tuple[Floats, Floats]  # distributions of the number in reach on the coarse and on the fine latitudes


def best_mix(plan: Plan, band: Band) -> tuple[Shell, ...]:
    """The smallest mix found of as many inclinations as planned; empty where none was confirmed by exact arcs."""
    there = [_planned(i, size, band) for i, size in plan.parts]
    for strict in STRICTER:
        shells = _passes(there, strict * band.allowed, band)
        if not shells or shortfall(shells, band) <= band.allowed:
            return shells
    return ()


def few_planes(shells: tuple[Shell, ...], band: Band) -> tuple[Shell, ...]:
    """A mix whose planes launches can fill (see ``launchable``): each shell in turn is replaced; empty where one cannot be."""
    there = [_spread(s, band) for s in shells]
    now = list(shells)
    for k, s in enumerate(shells):
        duty = _left(there[:k] + there[k + 1 :], band.allowed, band)
        sizes = math.ceil(WIDER * s.satellites), 2 * s.satellites
        found = launchable.few_planes(duty, band.tried, *sizes, budget=FILLING / len(shells)) if duty.needed.max() > 0.0 else []
        if not found:  # none, or the others leave it nothing to do
            return ()
        now[k], there[k] = found[0], _exact(found[0], band)
    return tuple(now)


def size_of(shells: tuple[Shell, ...]) -> int:
    """Satellites of all of them."""
    return sum(s.satellites for s in shells)


def shortfall(shells: tuple[Shell, ...], band: Band) -> float:
    """The mean shortfall at the worst latitude, counted by exact arcs."""
    return float((distribution(shells, band.fine, band.psi, band.wanted) @ band.missing).max())


def _passes(there: list[Spread], allowed: float, band: Band) -> tuple[Shell, ...]:
    """Each shell in turn made the smallest beside the others, until that gains little. Empty where one is left nothing to do.

    there: what each has in reach, at first as it is thought to be; changed to what is found, from which a stricter try goes on.
    """
    shells: list[Shell] = []
    for _ in range(PASSES):
        before = size_of(tuple(shells))
        for k in range(len(there)):
            own = shells[k] if k < len(shells) else None
            duty = _left(there[:k] + there[k + 1 :], allowed, band)
            if duty.needed.max() <= 0.0:
                return ()
            found = lattices.smallest(duty, band.tried, 1, BUDGET / len(there), own.satellites - 1 if own else None)
            if found:
                shells[k : k + 1] = found[:1]
                there[k] = _spread(found[0], band)
        if size_of(tuple(shells)) > (1.0 - LITTLE) * before > 0.0:
            break
    return tuple(shells)


def _planned(inclination: float, size: float, band: Band) -> Spread:
    """Of a shell that is not found yet."""
    out = []
    for lats in (band.coarse, band.fine):
        mean = size * occupancy(inclination, lats, band.psi)
        number = np.floor(mean)[:, None] + np.arange(-1, 3)
        share, row = np.zeros((len(lats), band.wanted + 1)), np.arange(len(lats))[:, None]
        np.add.at(share, (row, np.clip(number, 0, band.wanted).astype(int)), nearly_even(mean))
        out.append(share)
    return out[0], out[1]


def _spread(s: Shell, band: Band) -> Spread:
    """Of a shell that was found."""
    fine = lattices.spread(s, band.fine, band.psi, band.wanted, 4 * lattices.LINES)
    return lattices.spread(s, band.coarse, band.psi, band.wanted), fine


def _exact(s: Shell, band: Band) -> Spread:
    """The same counted by arcs, as the design is at last: what is found beside it holds then."""
    coarse, fine = (distribution((s,), lats, band.psi, band.wanted) for lats in (band.coarse, band.fine))
    return coarse, fine


def _left(others: list[Spread], allowed: float, band: Band) -> Duty:
    """What the others leave to do: the mean shortfall if 0, 1, ... are added to what they have in reach."""
    costs = []
    number = np.arange(band.wanted + 1)
    for which, lats in ((0, band.coarse), (1, band.fine)):
        total = _none(len(lats), band.wanted)
        for x in others:
            total = _folded(total, x[which])
        costs.append(total @ np.maximum(0.0, band.wanted - number[:, None] - number[None]))
    return Duty(band.psi, band.coarse, band.fine, costs[0], costs[1], allowed)


def _none(lats: int, wanted: int) -> Floats:
    out = np.zeros((lats, wanted + 1))
    out[:, 0] = 1.0
    return out


def _folded(one: Floats, other: Floats) -> Floats:
    """Distribution of the sum of two independent numbers; the last column stands for that many or more. Shapes: (lats, size)."""
    size = one.shape[1]
    out = np.zeros_like(one)
    for c in range(size):
        out[:, c : size - 1] += one[:, c : c + 1] * other[:, : size - 1 - c]
    out[:, -1] = np.maximum(0.0, 1.0 - out[:, :-1].sum(axis=1))
    return out


def distribution(shells: tuple[Shell, ...], lats: Floats, psi: float, wanted: int, shifts: int = 64) -> Floats:
    """Share of time with exactly c in reach, all shells together, the last that many or more, exact along the orbits.

    shifts: places between two nodes; fewer where nodes are much nearer to each other than satellites of a plane, for then little
    changes between two nodes (the mean shortfall was off by less than 0.5 % or 1e-5). Shapes: (lats, wanted + 1).
    """
    total = _none(len(lats), wanted)
    for s in shells:
        total = _folded(total, _counted(s, lats, psi, wanted, min(shifts, max(FEWEST, math.ceil(NARROW * s.each / s.planes)))))
    return total


def _counted(s: Shell, lats: Floats, psi: float, wanted: int, places: int) -> Floats:
    """The same of one shell; every thread has some of the latitudes."""
    with ThreadPoolExecutor(lattices.THREADS) as pool:
        jobs = [
            pool.submit(kernels.histogram, s.inclination, s.planes, s.each, s.phasing, part, math.cos(psi), 1.0, places, wanted + 1)
            for part in np.array_split(lats, lattices.THREADS)
        ]
        return np.concatenate([job.result() for job in jobs])
