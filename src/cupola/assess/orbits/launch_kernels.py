"""Walker patterns of few planes, tried one after the other with the counts of the lattices (see ``lattice_kernels``)."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from cupola.assess.orbits.lattice_kernels import EDGES, FINER, STEPS, outline, worst_lack

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FEW, SLACK = 4, 4.0  # lines of a first look, and how many times what is allowed may be missing there
NEARLY = 3.0  # times what is allowed, from which the inclinations between are tried
ALMOST = 1.2  # times what is allowed, from which it is looked at more closely
SLANTED = 0.3  # assumed: a lattice whose shortest row squared is below this share of the satellites is left out


@njit(cache=True, nogil=True)
def reduced(planes: int, each: int, phasing: int, turned: Floats, b: Floats) -> float:
    """The dual rows b of a Walker pattern that are shortest in the coordinates ``turned`` leads to: that length squared.

    Lagrange's reduction. Shapes: turned (2, 2), b (4,).
    """
    b[0], b[1], b[2], b[3] = planes, 0.0, -phasing, each
    while True:
        u0, v0 = b[0] * turned[0, 0] + b[1] * turned[1, 0], b[0] * turned[0, 1] + b[1] * turned[1, 1]
        u1, v1 = b[2] * turned[0, 0] + b[3] * turned[1, 0], b[2] * turned[0, 1] + b[3] * turned[1, 1]
        if u1 * u1 + v1 * v1 < u0 * u0 + v0 * v0:
            b[0], b[1], b[2], b[3] = b[2], b[3], -b[0], -b[1]
            u0, v0, u1, v1 = u1, v1, -u0, -v0
        q = round((u0 * u1 + v0 * v1) / (u0 * u0 + v0 * v0))
        if q == 0:
            return float(u0 * u0 + v0 * v0)
        b[2], b[3] = b[2] - q * b[0], b[3] - q * b[1]


@njit(cache=True, nogil=True)
def launch_search(
    incs: Floats,
    least: Floats,
    stride: int,
    lats: Floats,
    fine: Floats,
    psi: float,
    turned: Floats,
    patterns: Ints,
    cost: Floats,
    fine_cost: Floats,
    allowed: float,
    lines: int,
    most: int,
    budget: float,
) -> tuple[Floats, float]:
    """Ever smaller shells of at most ``most`` satellites among the patterns (rows of planes, each, phasing), and the work done.

    Each pattern is tried with every stride-th inclination and, where that is nearly good enough, with those around it. The other
    arguments and the rows of the shells found are those of ``lattice_search``. Shapes: patterns (n, 3).
    """
    size = int(STEPS * (1.0 + np.sqrt(cost.shape[1])))
    keys, signs = np.empty((FINER * lines, size)), np.empty((FINER * lines, size), np.int64)
    held, work = np.empty((2, FINER * lines), np.int64), np.zeros(1)
    edges = np.empty((len(incs), len(lats), EDGES, 4))
    for i in range(len(incs)):
        for k in range(len(lats)):
            outline(incs[i], lats[k], psi, edges[i, k])
    close, b = np.empty((len(fine), EDGES, 4)), np.empty(4)
    order, close_order = np.arange(len(lats)), np.arange(len(fine))
    found, n, fewest = np.empty((len(patterns), 4)), 0, least.min()
    work[0] = len(incs) * len(lats) * EDGES
    for p in range(len(patterns)):
        planes, each, phasing = patterns[p]
        if planes * each > most or planes * each < fewest:
            continue
        if work[0] > budget:
            break
        work[0] += 4.0
        if reduced(planes, each, phasing, turned, b) < SLANTED * planes * each:
            continue
        for i in range(stride // 2, len(incs), stride):
            few = SLACK * allowed
            if least[i] > planes * each or worst_lack(b, edges[i], order, FEW, cost, few, keys, signs, held, work) > few:
                continue
            lack, best = NEARLY * allowed, -1
            for j in range(stride):
                near = i + (j + 1) // 2 * (1 - 2 * (j % 2))
                if least[near] <= planes * each and (j == 0 or best >= 0):
                    found_lack = worst_lack(b, edges[near], order, lines, cost, lack, keys, signs, held, work)
                    if found_lack < lack:
                        lack, best = found_lack, near
            if lack > ALMOST * allowed:
                continue
            for k in range(len(fine)):
                outline(incs[best], fine[k], psi, close[k])
            if worst_lack(b, close, close_order, FINER * lines, fine_cost, allowed, keys, signs, held, work) <= allowed:
                found[n, 0], found[n, 1], found[n, 2], found[n, 3] = best, planes, each, phasing
                n += 1
                most = planes * each - 1
                break
    return found[:n], work[0]
