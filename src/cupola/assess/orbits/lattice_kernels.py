"""Walker shells as lattices: the mean shortfall of any lattice, and a search among lattices.

Seen from a point on the ground, the places (node, phase) of satellites in reach fill a region of the torus of both angles, and a
shell is a lattice on that torus. Its dual is spanned by two rows of whole numbers, b, with as many satellites as their determinant
says (Walker's own rows are (planes, 0) and (-phasing, each)). In the coordinates b[0] . place and b[1] . place the satellites stand
at whole numbers, so those in the region are counted: on a line of a fixed first coordinate their number steps up and down as the
second moves. Rows of fractions make no shell, but they have a shortfall too, which is what lets one go downhill.
Source of shells as lattices: Avendano, Davis, Mortari, The 2-D lattice theory of flower constellations, 2013.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

TURN = 2.0 * math.pi
EDGES = 4 * 32 + 4  # chords of a region (see ``outline``)
NEAR = 0.006  # assumed: rows that make fewer satellites, by this share, are left out: another start finds them
FIRST, LAST, GIVE_UP = 0.08, 0.002, 0.03  # assumed: steps downhill; a lattice that is bad at the third is left
STEPS = 64  # steps of the count on one line for which there is room, times one and the root of the number wanted
FINER = 4  # times the lines in the closer look


class Task(NamedTuple):
    """What shells are tried for: a mean cost of at most ``allowed`` at every latitude. Angles rad.

    lats, fine: latitudes to try a shell on and to look at it closely; cost, fine_cost: at each of them, what it costs if 0, 1, ...
    are in reach, the last column none; lines: in a lattice's spacing, on which it is tried.
    """

    psi: float
    lats: Floats
    fine: Floats
    cost: Floats
    fine_cost: Floats
    allowed: float
    lines: int


class Room(NamedTuple):
    """Where a search counts. edges: of the regions, (inclinations, latitudes, EDGES, 4); close: of one (EDGES, 4); order,
    close_order: of the latitudes; work: crossings so far; the others as in ``lattice_steps``."""

    edges: Floats
    close: Floats
    order: Ints
    close_order: Ints
    keys: Floats
    signs: Ints
    held: Ints
    work: Floats


@njit(cache=True, nogil=True)
def outline(inc: float, lat: float, psi: float, out: Floats) -> None:
    """Chords along the edge of the region in reach, its inside to the left: node and phase in turns. Shapes: out (4 n + 4, 4).

    Two parts (node east and west of the apex), each below and above in n chords, and two ends. Chords of its round parts lie
    inside, so the count is rather too low than too high. Source: as ``shell_kernels.crossings``.
    """
    si, ci, sl, cl = math.sin(inc), math.cos(inc), math.sin(lat), math.cos(lat)
    cospsi, scale = math.cos(psi), max(cl * si, 1e-12)
    sinpsi = math.sin(psi) if cospsi > 0.0 else 1.0
    nearest = math.acos(min(1.0, max(-1.0, (sl * ci + sinpsi) / scale)))
    farthest = math.acos(min(1.0, max(-1.0, (sl * ci - sinpsi) / scale)))
    size = len(out) // 2
    n = size // 2 - 1
    for part in range(2):
        first, last = (nearest, farthest) if part == 0 else (-farthest, -nearest)
        for k in range(n + 1):
            node = first + (last - first) * 0.5 * (1.0 + math.sin((k / n - 0.5) * math.pi))
            a, b = cl * math.sin(node), sl * si + cl * ci * math.cos(node)
            middle, far = math.atan2(b, a), max(math.hypot(a, b), 1e-12)
            middle += TURN if middle < -0.5 * math.pi else 0.0
            half = math.acos(max(-1.0, cospsi / far)) if far > cospsi else 0.0
            low, high = part * size + k, part * size + size - 1 - k
            out[low, 0], out[low, 1] = node / TURN, (middle - half) / TURN
            out[high, 0], out[high, 1] = node / TURN, (middle + half) / TURN
        for k in range(size):
            after = part * size + (k + 1) % size
            out[part * size + k, 2], out[part * size + k, 3] = out[after, 0], out[after, 1]


@njit(cache=True, nogil=True)
def regions(incs: Floats, lats: Floats, psi: float, chords: int) -> Floats:
    """The outlines of all of them. Shapes: (incs, lats, chords, 4)."""
    out = np.empty((len(incs), len(lats), chords, 4))
    for i in range(len(incs)):
        for k in range(len(lats)):
            outline(incs[i], lats[k], psi, out[i, k])
    return out


@njit(cache=True, nogil=True)
def make_room(incs: Floats, task: Task) -> Room:
    """Room for a search among these inclinations, the regions in it."""
    size, lines = int(STEPS * (1.0 + math.sqrt(task.cost.shape[1]))), FINER * task.lines
    edges = regions(incs, task.lats, task.psi, EDGES)
    orders = np.arange(len(task.lats)), np.arange(len(task.fine))
    keys, signs, held = np.empty((lines, size)), np.empty((lines, size), np.int64), np.empty((2, lines), np.int64)
    return Room(edges, np.empty((EDGES, 4)), orders[0], orders[1], keys, signs, held, np.zeros(1))


@njit(cache=True, nogil=True)
def lattice_steps(b: Floats, edge: Floats, lines: int, keys: Floats, signs: Ints, held: Ints) -> float:
    """The number in reach along ``lines`` lines a spacing, for the dual rows b (four numbers): held[1] at the start, held[0] steps.

    Shapes: held (2, lines); keys (in [0, 1), sorted) and signs (lines, most). Gives the work, inf if there are too many steps.
    """
    held[:] = 0
    work = len(edge) / 4.0
    for e in range(len(edge)):
        z0 = (b[0] * edge[e, 0] + b[1] * edge[e, 1]) * lines - 0.5
        z1 = (b[0] * edge[e, 2] + b[1] * edge[e, 3]) * lines - 0.5
        f0, f1 = math.floor(z0), math.floor(z1)
        if f0 == f1:
            continue
        t0 = b[2] * edge[e, 0] + b[3] * edge[e, 1]
        slope = (b[2] * edge[e, 2] + b[3] * edge[e, 3] - t0) / (z1 - z0)
        sign = 1 if f1 > f0 else -1
        for n in range(min(f0, f1) + 1, max(f0, f1) + 1):
            t = t0 + (n - z0) * slope
            g, key = n % lines, t - math.floor(t)
            held[1, g] -= sign * math.floor(t)
            y = held[0, g] - 1
            work += 1.0 + y / 16.0
            if y + 2 > keys.shape[1]:
                return math.inf
            while y >= 0 and keys[g, y] > key:
                keys[g, y + 1], signs[g, y + 1] = keys[g, y], signs[g, y]
                y -= 1
            keys[g, y + 1], signs[g, y + 1] = key, sign
            held[0, g] += 1
    return work


@njit(cache=True, nogil=True)
def lattice_lack(b: Floats, edge: Floats, lines: int, cost: Floats, enough: float, room: Room) -> float:
    """Mean cost of the number in reach; stops above ``enough``; inf for a lattice too slanted to be of use.

    cost: what it costs if 0, 1, 2, ... are in reach; the last stands for that many or more and is none.
    """
    keys, signs, held = room.keys, room.signs, room.held
    spent = lattice_steps(b, edge, lines, keys, signs, held)
    if math.isinf(spent):
        return math.inf
    room.work[0] += spent
    total, last = 0.0, len(cost) - 1
    for g in range(lines):
        count, since = held[1, g], 0.0
        for e in range(held[0, g]):
            if count < last:
                total += cost[max(0, count)] * (keys[g, e] - since) / lines
            since = keys[g, e]
            count += signs[g, e]
        if count < last:
            total += cost[max(0, count)] * (1.0 - since) / lines
        if total > enough:
            break
    return total


@njit(cache=True, nogil=True)
def lattice_spread(b: Floats, inc: float, lats: Floats, psi: float, lines: int, size: int) -> Floats:
    """Share of places and moments with 0, 1, ... size - 1 or more in reach, for the dual rows b. Shapes: (lats, size)."""
    room = int(STEPS * (1.0 + math.sqrt(size)))
    keys, signs = np.empty((lines, room)), np.empty((lines, room), np.int64)
    held, edge, out = np.empty((2, lines), np.int64), np.empty((EDGES, 4)), np.zeros((len(lats), size))
    for k in range(len(lats)):
        outline(inc, lats[k], psi, edge)
        while math.isinf(lattice_steps(b, edge, lines, keys, signs, held)):
            room *= 2
            keys, signs = np.empty((lines, room)), np.empty((lines, room), np.int64)
        for g in range(lines):
            count, since = held[1, g], 0.0
            for e in range(held[0, g]):
                out[k, min(max(0, count), size - 1)] += (keys[g, e] - since) / lines
                since = keys[g, e]
                count += signs[g, e]
            out[k, min(max(0, count), size - 1)] += (1.0 - since) / lines
    return out


@njit(cache=True, nogil=True)
def worst_lack(b: Floats, edges: Floats, order: Ints, lines: int, cost: Floats, enough: float, room: Room) -> float:
    """The largest over the latitudes (first axis of edges and cost); the one above enough is the first to be tried next time."""
    most = 0.0
    for q in range(len(order)):
        k = order[q]
        most = max(most, lattice_lack(b, edges[k], lines, cost[k], enough, room))
        if most > enough:
            order[1 : q + 1] = order[:q].copy()
            order[0] = k
            break
    return most


@njit(cache=True, nogil=True)
def close_look(b: Floats, inc: float, task: Task, room: Room) -> bool:
    """Whether the shell with these dual rows does it on the fine latitudes, too, with more lines; the one where it does not is the
    first to be looked at next time."""
    order = room.close_order
    for q in range(len(order)):
        k = order[q]
        outline(inc, task.fine[k], task.psi, room.close)
        if lattice_lack(b, room.close, FINER * task.lines, task.fine_cost[k], task.allowed, room) > task.allowed:
            order[1 : q + 1] = order[:q].copy()
            order[0] = k
            return False
    return True


@njit(cache=True, nogil=True)
def rows(shape: Floats, satellites: float, metric: Floats, b: Floats) -> None:
    """Dual rows of a lattice of a shape (angle's and length's ratio of the two rows, direction) in the metric's coordinates."""
    ratio = max(shape[1], 0.05)
    c, s = math.cos(shape[2]), math.sin(shape[2])
    size = math.sqrt(satellites / ratio)
    for row in range(2):
        x, y = (size, 0.0) if row == 0 else (size * shape[0], size * ratio)
        u, v = x * c - y * s, x * s + y * c
        b[2 * row], b[2 * row + 1] = u * metric[0, 0] + v * metric[1, 0], u * metric[0, 1] + v * metric[1, 1]


@njit(cache=True, nogil=True)
def pattern(b: Floats) -> tuple[int, int, int]:
    """Planes, satellites in each and phasing of the shell with these dual rows of whole numbers (Euclid's algorithm)."""
    a0, r0, a1, r1 = round(b[0]), round(b[1]), round(b[2]), round(b[3])
    planes_each = abs(a0 * r1 - a1 * r0)
    while r1 != 0:
        q = r0 // r1
        a0, r0, a1, r1 = a1, r1, a0 - q * a1, r0 - q * r1
    each = abs(r0)
    planes = planes_each // each
    return planes, each, (-a0 if r0 > 0 else a0) % planes


@njit(cache=True, nogil=True)
def lattice_search(
    incs: Floats, least: Floats, task: Task, metric: Floats, starts: Floats, good: float, most: int, budget: float
) -> Floats:
    """Ever smaller shells of at most ``most`` satellites that do the task.

    incs, least: inclinations and the fewest satellites each can do with. starts: shapes and place among the inclinations (0 to 1)
    from which to go downhill, with rows of fractions, by steps that are halved; below ``good`` the rows of whole numbers around are
    tried. What passes is looked at closely. budget: of work, counted in crossings of chords with lines, so that the answer depends
    on nothing else. Gives one row for each shell, the smallest last: inclination (its number), planes, each, phasing.
    """
    room = make_room(incs, task)
    edges, order, work, lines, cost = room.edges, room.order, room.work, task.lines, task.cost
    here, there, b, whole, top = np.empty(4), np.empty(4), np.empty(4), np.empty(4), np.empty(4)
    found, n = np.empty((len(starts), 4)), 0
    last, drop = len(incs) - 1, 1  # satellites fewer in the next try: doubled while that goes well
    for start in starts:
        if work[0] > budget or n == len(found):
            break
        here[:] = start
        here[3] *= last
        rows(here, most, metric, b)
        lack = worst_lack(b, edges[round(here[3])], order, lines, cost, math.inf, room)
        step = FIRST
        while step > LAST and (lack <= good * (1.0 + 20.0 * step) or step > GIVE_UP):
            moved = False
            for way in range(8):
                there[:] = here
                there[way // 2] += (1 - 2 * (way % 2)) * (step if way < 6 else max(1.0, step * last))
                if there[3] < 0.0 or there[3] > last:
                    continue
                rows(there, most, metric, b)
                near = worst_lack(b, edges[round(there[3])], order, lines, cost, lack, room)
                if near < lack:
                    lack, moved = near, True
                    here[:] = there
            step = step if moved else 0.5 * step
        while lack <= good and n < len(found):
            rows(here, most, metric, b)
            lowest, best = math.inf, -1
            for w in range(81):
                v = w
                for q in range(4):
                    whole[q] = round(b[q]) + v % 3 - 1
                    v //= 3
                made = whole[0] * whole[3] - whole[1] * whole[2]
                if most * (1.0 - NEAR) - 3.0 <= made <= most:
                    for i in range(max(0, round(here[3]) - 2), min(last, round(here[3]) + 2) + 1):
                        if least[i] <= made:
                            near = worst_lack(whole, edges[i], order, lines, cost, lowest, room)
                            if near < lowest:
                                lowest, best = near, i
                                top[:] = whole
            smaller = False
            for i in range(max(0, best - 1), min(last, best + 1) + 1):
                if lowest <= 2.0 * task.allowed and not smaller and close_look(top, incs[i], task, room):
                    planes, each, phasing = pattern(top)
                    found[n, 0], found[n, 1], found[n, 2], found[n, 3] = i, planes, each, phasing
                    n += 1
                    drop = min(drop, (planes * each + 1) // 2)  # of a few satellites some are left
                    smaller, most, drop = True, planes * each - drop, 2 * drop
            if not smaller:
                if drop == 1:
                    break
                most, drop = int(found[n - 1, 1] * found[n - 1, 2]) - 1, 1
    return found[:n]
