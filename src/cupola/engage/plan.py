"""Who fires at what: greedy by marginal value, one look at a time. Deterministic; the order of the batteries means nothing.

A planner is a function ``(Problem) -> list[Order]``; a better one (column generation) is another file with the same signature.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from cupola.catalog.defence import Doctrine
from cupola.core.batches import Floats, Ints
from cupola.core.frozen import quick


@quick
@dataclass(frozen=True)
class Problem:
    """Tracks ``n`` that may be engaged now and batteries ``m``.

    track ``(n,)`` ids; value ``(n,)`` P(warhead) x worth; kill ``(n, m)`` probability that one round kills, 0 where it must not be
    used; first, command, last ``(n, m)`` s as in Opportunities; rounds ``(m,)`` that each battery may fire now (magazine less
    reserve, free channels); names of the batteries, which break ties; due: commands up to this time are given now, later ones wait.
    """

    track: Ints
    value: Floats
    kill: Floats
    first: Floats
    command: Floats
    last: Floats
    rounds: Ints
    names: tuple[str, ...]
    due: float


@quick
@dataclass(frozen=True)
class Order:
    """So many rounds of a battery (index) at a track (row of the problem)."""

    row: int
    battery: int
    rounds: int


Planner = Callable[[Problem, Doctrine], list[Order]]


def choices(problem: Problem, row: int) -> list[int]:
    """Batteries that could engage a track, the earliest intercept first: that leaves most time for another look."""
    kill, first = problem.kill[row].tolist(), problem.first[row].tolist()
    usable = [j for j, k in enumerate(kill) if k > 0 and not math.isnan(first[j])]
    return sorted(usable, key=lambda j: (first[j], -kill[j], problem.names[j]))


def looks_again(problem: Problem, row: int, battery: int, assess: float) -> bool:
    """Whether some battery could still fire at the track after this look has been assessed."""
    later = problem.last[row, problem.kill[row] > 0]
    return bool(np.any(later >= problem.first[row, battery] + assess))


def greedy(problem: Problem, doctrine: Doctrine) -> list[Order]:
    """Round after round to where it lowers the expected loss most: value x survival so far x kill probability.

    Each track is served by the battery of its earliest intercept that has rounds left and whose command is due; ``salvo`` rounds,
    or ``last_salvo`` when no further look fits in. Ties: earlier intercept, then track id.
    """
    rounds = problem.rounds.copy()
    options = [choices(problem, i) for i in range(len(problem.track))]
    given: dict[tuple[int, int], int] = {}
    heap: list[tuple[float, float, int, int]] = []
    survival = np.ones(len(problem.track))
    spent = np.zeros(len(problem.track), dtype=np.int64)

    def offer(i: int) -> None:
        while options[i] and rounds[options[i][0]] <= 0:
            options[i].pop(0)
        if not options[i] or problem.command[i, options[i][0]] > problem.due:
            return
        gain = problem.value[i] * survival[i] * problem.kill[i, options[i][0]]
        if gain > doctrine.min_gain:
            heapq.heappush(heap, (-gain, float(problem.first[i, options[i][0]]), int(problem.track[i]), i))

    for i in range(len(problem.track)):
        offer(i)
    while heap:
        i = heapq.heappop(heap)[3]
        if not options[i] or rounds[options[i][0]] <= 0:
            offer(i)
            continue
        j = options[i][0]
        rounds[j] -= 1
        given[i, j] = given.get((i, j), 0) + 1
        spent[i] += 1
        survival[i] *= 1.0 - problem.kill[i, j]
        wanted = doctrine.salvo if looks_again(problem, i, j, doctrine.assess) else doctrine.last_salvo
        if spent[i] < wanted:
            offer(i)
    return sorted((Order(i, j, n) for (i, j), n in given.items()), key=lambda o: (problem.track[o.row], problem.names[o.battery]))
