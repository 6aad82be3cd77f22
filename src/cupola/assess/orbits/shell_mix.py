"""Several Walker shells of different inclinations for one band of latitudes: each shell serves the part where it is dense.

Nodes of different inclinations precess at different rates, so over the years all relative phases occur alike: the numbers in reach
are independent, and their distributions are folded. Each shell in turn is made the smallest that does what the others leave.
"""

from __future__ import annotations

import math

import numpy as np

from cupola.assess.orbits import lattices, launchable
from cupola.assess.orbits import shell_kernels as kernels
from cupola.assess.orbits.lattices import Duty
from cupola.assess.orbits.shell import Floats, Shell, inclinations, latitudes, mixture_bound, mixture_of, occupancy

WIDTHS = (4.0, 8.0)  # of the band, in psi, from which a shell more than two is mixed, and from which two more
EXTRA = 1.08  # of a shell's share on average: what it is thought to have while it is not designed yet
PASSES = 3  # times that each shell is designed
BUDGET = 3e6  # work of one thread for one shell, in crossings
TURNS, FILLING = 2, 3e7  # times that each is replaced by one that launches can fill; work of one thread in one turn
WIDER = 1.2  # of a shell's size: the first size tried for planes that launches can fill
EXACT, FEWEST = 2e8, 4  # planes x latitudes x places between two nodes that are counted for a shell, and the fewest such places


def best_mix(psi: float, low: float, high: float, wanted: int, allowed: float) -> tuple[Shell, ...] | None:
    """The smallest mix found whose mean shortfall is at most ``allowed`` all over the band; None if one inclination is best."""
    coarse, fine = latitudes(low, high, psi), latitudes(low, high, psi, 4)
    _, mix = mixture_bound(low, high, psi)
    most = 2 + sum(high - low > w * psi for w in WIDTHS)
    parts = next((p for n in range(most, 1, -1) if (p := mixture_of(mix, n, coarse, psi)) and len(p) > 1), None)
    if parts is None:
        return None
    parts.sort(key=lambda part: -part[1])
    tried = inclinations(low, high, psi)
    there: list[tuple[Floats, Floats, Floats]] = [_ideal(i, EXTRA * wanted * x, coarse, fine, psi, wanted) for i, x in parts]
    shells: list[Shell | None] = [None] * len(parts)
    for _ in range(PASSES):
        for k, own in enumerate(shells):
            others = [x for j, x in enumerate(there) if j != k]
            duty = _left(psi, coarse, fine, wanted, allowed, others)
            if duty.needed.max() <= 0.0:
                return None
            found = lattices.smallest(duty, tried, 1, BUDGET, own.satellites - 1 if own else None)
            if found:
                shells[k], there[k] = found[0], _real(found[0], coarse, fine, psi, wanted)
    return tuple(s for s in shells if s is not None)


def few_planes(shells: tuple[Shell, ...], psi: float, low: float, high: float, wanted: int, allowed: float) -> tuple[Shell, ...]:
    """A mix whose planes launches can fill (see ``launchable``): each shell in turn is replaced, twice, and the smaller mix is
    taken; empty where one cannot be replaced."""
    coarse, fine = latitudes(low, high, psi), latitudes(low, high, psi, 4)
    tried, budget = inclinations(low, high, psi), FILLING / len(shells)
    there = [_real(s, coarse, fine, psi, wanted) for s in shells]
    now = list(shells)
    mixes: list[tuple[Shell, ...]] = []
    for _ in range(TURNS):
        for k, s in enumerate(now):
            duty = _left(psi, coarse, fine, wanted, allowed, there[:k] + there[k + 1 :])
            sizes = math.ceil(WIDER * s.satellites), 2 * s.satellites
            found = launchable.few_planes(duty, tried, *sizes, budget=budget) if duty.needed.max() > 0.0 else []
            if not found:  # none, or the others leave it nothing to do on average
                return min(mixes, key=_size, default=())
            now[k], there[k] = found[0], _exact(found[0], coarse, fine, psi, wanted)
        mixes.append(tuple(now))
    return min(mixes, key=_size)


def _size(shells: tuple[Shell, ...]) -> int:
    return sum(s.satellites for s in shells)


def _ideal(inclination: float, size: float, coarse: Floats, fine: Floats, psi: float, wanted: int) -> tuple[Floats, Floats, Floats]:
    """Distributions on the coarse and the fine latitudes of a shell as even as can be, and its mean on the fine ones."""
    out = []
    for lats in (coarse, fine):
        mean = size * occupancy(inclination, lats, psi)
        share, row = np.zeros((len(lats), wanted + 1)), np.arange(len(lats))
        whole = np.floor(mean).astype(int)
        np.add.at(share, (row, np.minimum(whole, wanted)), 1.0 - (mean - whole))
        np.add.at(share, (row, np.minimum(whole + 1, wanted)), mean - whole)
        out.append(share)
    return out[0], out[1], mean


def _real(s: Shell, coarse: Floats, fine: Floats, psi: float, wanted: int) -> tuple[Floats, Floats, Floats]:
    """The same of a shell that was found."""
    close = lattices.spread(s, fine, psi, wanted, 4 * lattices.LINES)
    return lattices.spread(s, coarse, psi, wanted), close, s.satellites * occupancy(s.inclination, fine, psi)


def _exact(s: Shell, coarse: Floats, fine: Floats, psi: float, wanted: int) -> tuple[Floats, Floats, Floats]:
    """The same counted by arcs, as the design is at last: what is found beside it holds then."""
    close = distribution((s,), fine, psi, wanted)
    return distribution((s,), coarse, psi, wanted), close, s.satellites * occupancy(s.inclination, fine, psi)


def _left(
    psi: float, coarse: Floats, fine: Floats, wanted: int, allowed: float, others: list[tuple[Floats, Floats, Floats]]
) -> Duty:
    """What the others leave to do: the mean shortfall if 0, 1, ... are added to what they have in reach."""
    costs = []
    number = np.arange(wanted + 1)
    for which, lats in ((0, coarse), (1, fine)):
        total = _none(len(lats), wanted)
        for x in others:
            total = _folded(total, x[which])
        costs.append(total @ np.maximum(0.0, wanted - number[:, None] - number[None]))
    return Duty(psi, coarse, fine, costs[0], costs[1], wanted - allowed - np.sum([x[2] for x in others], axis=0), allowed)


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

    shifts: places between two nodes; fewer where nodes are so many, and so near each other, that ``EXACT`` would be passed.
    Shapes: (lats, wanted + 1).
    """
    total = _none(len(lats), wanted)
    for s in shells:
        places = min(shifts, max(FEWEST, int(EXACT / (s.planes * len(lats)))))
        own = kernels.histogram(s.inclination, s.planes, s.each, s.phasing, lats, math.cos(psi), 1.0, places, wanted + 1)
        total = _folded(total, np.asarray(own))
    return total
