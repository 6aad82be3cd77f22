"""The smallest Walker shell found whose planes launches can fill: a launch reaches one plane, and carries tens of satellites.

The smallest shells have thousands of planes with one or two satellites; what can be launched is a little larger.
"""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from cupola.assess.orbits.lattices import THREADS, Duty, metric
from cupola.assess.orbits.launch_kernels import evenness, launch_search
from cupola.assess.orbits.shell import Floats, Shell
from cupola.core.constants import Cited
from cupola.core.randoms import stream

Ints = NDArray[np.int64]
PLANES, EACH = 240, 10  # at most so many planes, at least so many satellites in each
TRIED, STRIDE = 25, 5  # inclinations, and how many for each of them where one is nearly good enough
MORE = 1.1  # how much larger the next limit while nothing is found
DEEP = 35  # assumed: numbers of satellites a plane that are tried for one number of planes, from the largest down
TO_COME = 0.5  # of the work left, kept for larger limits until something is found
CHEAPEST = 100.0  # assumed: work of a pattern that is dropped at once, in crossings; no more are drawn than could be reached
PARTS = (0.05, 0.2, 0.5, 1.0)  # of the patterns, after which both threads go on below the best so far
EVEN, SLANTED = 0.3, 0.1  # assumed: patterns from that evenness on are tried first, those below this one are left out
BUDGET = 5e7  # work of one thread, in crossings: a little over a second

SOURCES: dict[str, Cited] = {
    "PLANES": Cited("1", "assumed: twice the planes of the largest shells that were planned", 2026, "assumed"),
    "EACH": Cited("1", "assumed: a launch carries some tens of satellites and reaches one plane", 2026, "assumed"),
}


def few_planes(duty: Duty, tried: Floats, limit: int, below: int, fewest: int = EACH, budget: float = BUDGET) -> list[Shell]:
    """Shells of at most ``PLANES`` planes of at least ``fewest`` satellites, the smallest first.

    Of at most ``limit`` satellites, or, where there are none, ever more, up to ``below``. Empty where that finds nothing or the
    budget is spent. Even patterns are tried before slanted ones, in an order that was drawn, so what the work
    does not reach is missed evenly.
    """
    shells: list[Shell] = []
    least = float(duty.least(tried).min())
    with ThreadPoolExecutor(THREADS) as pool:
        while not shells and budget > 0.0 and least <= below:
            drawn = _patterns(least, limit, fewest, int(THREADS * budget / CHEAPEST))
            patterns, done = _even_first(duty, _around(duty, tried, limit), drawn), 0
            kept = 0.0 if limit == below else TO_COME * budget
            for part in PARTS:
                now, done = patterns[done : int(part * len(patterns))], int(part * len(patterns))
                most, left = shells[0].satellites - 1 if shells else limit, budget - (0.0 if shells else kept)
                if len(now) and most >= least and left > 0.0:
                    new, work = _sweep(pool, duty, _around(duty, tried, most), now, most, left)
                    shells, budget = sorted(shells + new, key=lambda s: s.satellites), budget - work
            least, limit = max(least, limit + 1.0), min(below, math.ceil(MORE * limit))
    return shells


def _sweep(
    pool: ThreadPoolExecutor, duty: Duty, incs: Floats, patterns: Ints, most: int, budget: float
) -> tuple[list[Shell], float]:
    least, turned = duty.least(incs), _turned(duty, incs)
    shares = [patterns[k::THREADS] for k in range(THREADS)]
    stride = min(STRIDE, len(incs))
    jobs = [pool.submit(launch_search, incs, least, stride, duty.task(), turned, s, most, budget) for s in shares]
    done = [job.result() for job in jobs]
    found = [Shell(float(i), int(p), int(each), int(f)) for rows, _ in done for i, p, each, f in rows]
    return found, max(work for _, work in done)


def _turned(duty: Duty, incs: Floats) -> Floats:
    """Leads dual rows to the coordinates in which the region of the best inclination is as wide as long. Shapes: (2, 2)."""
    best = float(incs[duty.least(incs).argmin()])
    return np.asarray(np.linalg.inv(metric(best, duty.hardest(best), duty.psi)), np.float64)


def _even_first(duty: Duty, incs: Floats, patterns: Ints) -> Ints:
    """Those of even lattices, then those of slanted ones, each in the order given; without the most slanted."""
    found = np.asarray(evenness(patterns, _turned(duty, incs)))
    return np.concatenate([patterns[found >= EVEN], patterns[(found < EVEN) & (found >= SLANTED)]])


def _patterns(least: float, most: int, fewest: int, enough: int) -> Ints:
    """Patterns of so many satellites (planes, each, phasing), all or ``enough`` of them, shuffled, the same every time.

    Shapes: (patterns, 3).
    """
    planes = np.arange(1, PLANES + 1)
    first = np.maximum(np.maximum(fewest, np.ceil(least / planes).astype(int)), most // planes - DEEP + 1)
    ends = np.cumsum(planes * np.maximum(0, most // planes + 1 - first))  # with every phasing, one after the other
    number = stream(0, "launchable").permutation(ends[-1])[:enough]
    row = np.searchsorted(ends, number, side="right")
    each, phasing = np.divmod(number - ends[row] + (planes * (most // planes + 1 - first))[row], planes[row])
    return np.column_stack([planes[row], first[row] + each, phasing])


def _around(duty: Duty, tried: Floats, most: int) -> Floats:
    """Inclinations about those that could do with ``most`` satellites, evenly spaced."""
    use = np.flatnonzero(duty.least(tried) <= most)
    if len(tried) == 1:
        return tried
    ends = (tried[max(0, use[0] - 1)], tried[min(len(tried) - 1, use[-1] + 1)]) if len(use) else (tried[0], tried[-1])
    return np.linspace(*ends, TRIED * STRIDE)
