"""The smallest Walker shell found for what it has to do at each latitude, among all lattices of satellites.

Nothing looks at a clock: the work is counted, and what is drawn is drawn the same every time, so the same question gets the same
answer everywhere.
"""

from __future__ import annotations

import functools
import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from cupola.assess.orbits.lattice_kernels import EDGES, Task, lattice_search, lattice_spread, outline
from cupola.assess.orbits.shell import Floats, Shell, occupancy
from cupola.core.randoms import stream

LINES = 16  # in a lattice's spacing, on which it is tried; four times as many before it is taken
THREADS = 2
INCLINATIONS = 48
HOPEFUL, MORE = 1.04, 1.1  # of the bound: the first size tried, and how much larger the next while nothing is found
PATIENT = 10  # times that is tried; from then on sizes grow ever faster
TRIED, FULL = 30, 4_000  # starts in a round before the first shell is found, and after
LOOKING = 0.4  # assumed: of the work of a round, before the first is found
GOOD = 0.01  # mean cost above what is allowed from which whole numbers around a lattice of fractions are tried
SHORTEST, LONGEST = 0.3, 1.0  # a reduced lattice's rows are 1 / LONGEST to 1 / SHORTEST times as far apart as they must be


@dataclass(frozen=True)
class Duty:
    """What a shell has to do: a mean cost of at most ``allowed`` at every latitude.

    coarse, fine: latitudes (rad) to try it on and to check it on; costs: at each of them, what it costs if 0, 1, ... are in reach,
    each one more saving no more than the one before (the last column none).
    """

    psi: float
    coarse: Floats
    fine: Floats
    cost: Floats
    fine_cost: Floats
    allowed: float

    def task(self) -> Task:
        """The same for the kernels."""
        return Task(self.psi, self.coarse, self.fine, self.cost, self.fine_cost, self.allowed, LINES)

    @functools.cached_property
    def needed(self) -> Floats:
        """How many must be in reach on average at each of the fine latitudes: of all distributions with one mean, costs are least
        where the number is always the whole one below or above it (Jensen's inequality). Shapes: (fine,)."""
        number = np.arange(self.fine_cost.shape[1])
        return np.array([np.interp(-self.allowed, -cost, number) for cost in self.fine_cost])

    def least(self, incs: Floats) -> Floats:
        """Fewest satellites that each inclination can do with, inf where part of the band is never in reach."""
        return np.asarray(self._shares(incs).max(axis=1))

    def hardest(self, inclination: float) -> float:
        """The latitude that takes the most satellites of this inclination, rad."""
        return float(self.fine[self._shares(np.array([inclination]))[0].argmax()])

    def _shares(self, incs: Floats) -> Floats:
        seen = _seen(incs.tobytes(), self.fine.tobytes(), self.psi)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(np.where(self.needed > 0.0, self.needed / seen, 0.0))


@functools.lru_cache(32)  # every shell of a mix asks the same again
def _seen(incs: bytes, lats: bytes, psi: float) -> Floats:
    """Share of the time that each inclination is in reach of each latitude. Shapes: (incs, lats)."""
    return occupancy(np.frombuffer(incs)[:, None], np.frombuffer(lats)[None], psi)


def smallest(duty: Duty, tried: Floats, rounds: int, budget: float, most: int | None = None) -> list[Shell]:
    """Shells with one of the inclinations ``tried`` or one between them, the smallest first; empty if none of ``most`` satellites.

    Each was looked at on the fine latitudes, with four times the lines, by the chords of the region in reach. Without ``most``
    some are always found. rounds: after each the threads go on below the best so far. budget: of one thread's work in a round.
    """
    least = duty.least(tried)
    limit, done, grown = most or math.ceil(HOPEFUL * least.min()) + 1, 0, 0
    shells: list[Shell] = []
    with ThreadPoolExecutor(THREADS) as pool:
        while done < rounds and limit >= least.min():
            incs = _between(tried, least, limit)
            enough = duty.least(incs)
            best = float(incs[enough.argmin()])
            plan = metric(best, duty.hardest(best), duty.psi)
            number, work = (FULL, budget) if shells or most else (TRIED, LOOKING * budget)
            starts = [_starts(f"{done}-{limit}-{n}", number) for n in range(THREADS)]
            jobs = [pool.submit(_trail, duty, incs, enough, plan, s, limit, work) for s in starts]
            found = [Shell(float(incs[int(i)]), int(p), int(each), int(f)) for job in jobs for i, p, each, f in job.result()]
            shells = sorted(shells + found, key=lambda s: s.satellites)
            done += bool(shells or most)
            if shells:
                limit = shells[0].satellites - 1
            elif not most:
                grown += 1
                limit = math.ceil(MORE ** max(1, grown - PATIENT + 1) * limit)
    return shells


def _trail(duty: Duty, incs: Floats, least: Floats, plan: Floats, starts: Floats, most: int, budget: float) -> Floats:
    return np.asarray(lattice_search(incs, least, duty.task(), plan, starts, duty.allowed + GOOD, most, budget))


def spread(s: Shell, lats: Floats, psi: float, wanted: int, lines: int = LINES) -> Floats:
    """Share of the time with 0, 1, ... wanted or more in reach. Shapes: (lats, wanted + 1)."""
    return np.asarray(lattice_spread(dual(s), s.inclination, lats, psi, lines, wanted + 1))


def dual(s: Shell) -> Floats:
    """The shortest rows of whole numbers that stand for the shell (Lagrange's reduction). Shapes: (4,)."""
    a, b = np.array([s.planes, 0]), np.array([-s.phasing, s.each])
    while True:
        if b @ b < a @ a:
            a, b = b, -a
        q = round(float(a @ b) / float(a @ a))
        if q == 0:
            return np.array([*a, *b], float)
        b = b - q * a


def metric(inclination: float, latitude: float, psi: float) -> Floats:
    """Coordinates of the dual in which the region in reach is as wide as long: by the second moments of its edge."""
    edge = np.empty((EDGES, 4))
    outline(inclination, latitude, psi, edge)
    length = np.hypot(edge[:, 2] - edge[:, 0], edge[:, 3] - edge[:, 1])
    middle = 0.5 * (edge[:, :2] + edge[:, 2:])
    out = np.linalg.inv(np.linalg.cholesky(np.cov(middle.T, aweights=length)))
    return np.asarray(out / math.sqrt(np.linalg.det(out)))


def _between(tried: Floats, least: Floats, most: int) -> Floats:
    """Inclinations about those that could do with ``most`` satellites, evenly spaced."""
    use = np.flatnonzero(least <= most)
    ends = tried[max(0, use[0] - 1)], tried[min(len(tried) - 1, use[-1] + 1)]
    return tried if len(tried) == 1 else np.linspace(*ends, INCLINATIONS)


def _starts(name: str, size: int) -> Floats:
    """Shapes of reduced lattices, all directions, all inclinations; drawn, evenly in the measure that turns leave alone."""
    drawn = stream(0, "lattices", name).random((size, 4))
    slant = drawn[:, 0] - 0.5
    height = np.sqrt(1.0 - slant**2) / (SHORTEST + (LONGEST - SHORTEST) * drawn[:, 1])
    return np.stack([slant, height, math.pi * drawn[:, 2], drawn[:, 3]], axis=1)
