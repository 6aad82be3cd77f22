"""Walker patterns of few planes, tried one after the other with the counts of the lattices (see ``lattice_kernels``)."""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from cupola.assess.orbits.lattice_kernels import EDGES, FINER, Task, close_look, make_room, regions, worst_lack
from cupola.assess.orbits.shell_kernels import histogram

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FEW, SLACK = 4, 4.0  # lines of a first look, and how many times what is allowed may be missing there
ROUGH = 8  # chords of a quarter of the edge in a first look, times the root of the number wanted: they cut off 1 % of one in reach
NEARLY = 3.0  # times what is allowed, from which the inclinations between are tried
ALMOST, BETWEEN = 2.0, 2  # times what is allowed, from which it is looked at closely, also so many inclinations to each side
PLACES = 64  # between two nodes, of the count by arcs


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
def evenness(patterns: Ints, turned: Floats) -> Floats:
    """The shortest dual row of each pattern, squared, as a share of its satellites: from 0, slanted, to about 1, even."""
    out, b = np.empty(len(patterns)), np.empty(4)
    for p in range(len(patterns)):
        planes, each, phasing = patterns[p]
        out[p] = reduced(planes, each, phasing, turned, b) / (planes * each)
    return out


@njit(cache=True, nogil=True)
def holds(inc: float, planes: int, each: int, phasing: int, task: Task) -> bool:
    """Whether a pattern does the task when it is counted by exact arcs at ``PLACES`` places between two nodes."""
    size = task.fine_cost.shape[1]
    for k in range(len(task.fine)):
        one = task.fine[k : k + 1]
        share = histogram(inc, planes, each, phasing, one, math.cos(task.psi), 1.0, PLACES, size)[0]
        if np.sum(share * task.fine_cost[k]) > task.allowed:
            return False
    return True


@njit(cache=True, nogil=True)
def launch_search(
    incs: Floats, least: Floats, stride: int, task: Task, turned: Floats, patterns: Ints, most: int, budget: float
) -> tuple[Floats, float]:
    """Ever smaller shells of at most ``most`` satellites among the patterns (rows of planes, each, phasing), and the work done.

    Each pattern is tried with every stride-th inclination and, where that is nearly good enough, with those around it; what passes
    is counted by exact arcs. The other arguments and the rows of the shells found are those of ``lattice_search``, but for the
    inclination itself (rad), which may lie between the given ones. Shapes: patterns (n, 3).
    """
    room = make_room(incs, task)
    edges, order, work, cost, allowed = room.edges, room.order, room.work, task.cost, task.allowed
    between = (incs[1] - incs[0]) / (2.0 * BETWEEN + 1.0) if len(incs) > 1 else 0.0
    rough = regions(incs, task.lats, task.psi, min(EDGES, 4 + 4 * math.ceil(ROUGH * math.sqrt(cost.shape[1] - 1.0))))
    b, found, n, fewest = np.empty(4), np.empty((len(patterns), 4)), 0, least.min()
    work[0] = len(incs) * len(task.lats) * EDGES
    for p in range(len(patterns)):
        planes, each, phasing = patterns[p]
        if planes * each > most or planes * each < fewest:
            continue
        if work[0] > budget:
            break
        work[0] += 4.0
        reduced(planes, each, phasing, turned, b)
        for i in range(stride // 2, len(incs), stride):
            few = SLACK * allowed
            if least[i] > planes * each or worst_lack(b, rough[i], order, FEW, cost, few, room) > few:
                continue
            lack, best = NEARLY * allowed, -1
            if worst_lack(b, edges[i], order, task.lines, cost, lack, room) > lack:
                continue
            for j in range(stride):
                near = i + (j + 1) // 2 * (1 - 2 * (j % 2))
                if least[near] <= planes * each:
                    found_lack = worst_lack(b, edges[near], order, FINER * task.lines, cost, lack, room)
                    if found_lack < lack:
                        lack, best = found_lack, near
            if lack > ALMOST * allowed:
                continue
            for j in range(-BETWEEN, BETWEEN + 1):
                inc = incs[best] + j * between
                if planes * each <= most and close_look(b, inc, task, room) and holds(inc, planes, each, phasing, task):
                    found[n, 0], found[n, 1], found[n, 2], found[n, 3] = inc, planes, each, phasing
                    n += 1
                    most = planes * each - 1
            if planes * each > most:
                break
    return found[:n], work[0]
