"""What simulated interceptors did: in-flight updates within their steering budget, then hit or miss at the intercept time.

The world decides here, from true states; the defence learns only what a sensor would report. Order of use, once a tick:

    flying = receive(flying, shots, now, batteries)     launches and in-flight updates of this tick
    due, flying = part(flying, now)                     those whose intercept time has come
    result = settle(now, x, kind, id, due, batteries, model, seed)
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numba import njit
from scipy.spatial import cKDTree

from cupola.catalog.defence import COMMON_MODE, Battery, InterceptorType
from cupola.core.batches import Bools, Floats, Ints, Outcomes, Shots, concat, select
from cupola.core.constants import MU, Cited
from cupola.core.errors import BadScenario, Fault
from cupola.core.frozen import quick
from cupola.core.randoms import stream

FASTEST = 12e3  # m/s: nothing here is faster (escape speed is 11.2 km/s at the ground); only widens a search
WHYS = ("killed", "nothing in reach", "common-mode failure", "missed")
KILLED, UNMET, COMMON, MISSED = range(len(WHYS))
SCOPES = ("target", "type", "run")
REPORT_RIGHT = 0.95

SOURCES: dict[str, Cited] = {
    "REPORT_RIGHT": Cited(
        "1",
        "assumed: share of kills reported as kills, and of misses reported as misses; a scenario can change it",
        2026,
        "assumed",
    ),
}


@dataclass(frozen=True)
class KillModel:
    """How kills come about in the world; the defence is not told. The defaults are assumptions, to be varied.

    common_mode: probability that a failure common to several rounds makes all of them miss; scope: common to all rounds at one
    object (``target``), to all of one type at one object (``type``), or to all of one type in the run (``run``).
    draw_kill: draw each type's kill probability once a run from its Beta belief (else its nominal value).
    report_kill, report_miss: probability that a kill is reported as a kill, a miss as a miss.
    """

    common_mode: float = COMMON_MODE
    scope: str = "target"
    draw_kill: bool = True
    report_kill: float = REPORT_RIGHT
    report_miss: float = REPORT_RIGHT

    def __post_init__(self) -> None:
        if self.scope not in SCOPES:
            raise BadScenario(f"kill_model: scope {self.scope!r} is unknown; choose from {', '.join(SCOPES)}")
        if not all(0 <= s <= 1 for s in (self.common_mode, self.report_kill, self.report_miss)):
            raise BadScenario("kill_model: common_mode, report_kill and report_miss are probabilities between 0 and 1")


@quick
@dataclass(frozen=True)
class Flying:
    """Rounds in flight, by rising id: their latest aim, when each burns out ``(k,)`` s, the velocity change each has left for
    updates, ``dv (k,)`` m/s; first: the earliest intercept (inf: none)."""

    shots: Shots
    burnt: Floats
    dv: Floats
    first: float

    @staticmethod
    def empty() -> Flying:
        return Flying(Shots.empty(), np.empty(0), np.empty(0), math.inf)


@dataclass(frozen=True)
class Hits:
    """What each settled round met ``(k,)``: object id and kind (-1 if none), distance from aim (m, inf if none), index in WHYS."""

    shot: Ints
    battery: Ints
    t: Floats
    object: Ints
    kind: Ints
    distance: Floats
    why: Ints

    def __len__(self) -> int:
        return len(self.shot)

    @staticmethod
    def empty() -> Hits:
        i, f = np.empty(0, np.int64), np.empty(0)
        return Hits(i, i, f, i, i, f, i)


@dataclass(frozen=True)
class Settled:
    """killed: ids of the objects that vanish, sorted; outcomes: what is reported; hits: what happened (for the judge only)."""

    killed: Ints
    outcomes: Outcomes
    hits: Hits


def receive(flying: Flying, shots: Shots, now: float, batteries: tuple[Battery, ...]) -> Flying:
    """Take launches and in-flight updates. A known id is an update: its aim moves as far as the round's steering budget allows.

    After burnout an update by ``d`` with ``tau`` s left costs ``d / tau`` of the budget; before, it is free (the booster still
    steers). The intercept time of a launched round stays as committed. Raises Fault for a battery index out of range.
    """
    if len(shots) == 0:
        return flying
    old, aim, dv = flying.shots, flying.shots.aim.copy(), flying.dv.copy()
    fresh = np.zeros(len(shots), np.bool_)
    new = _steer(old.id, shots.id, shots.aim, now, flying.burnt, old.intercept_t, aim, dv, fresh)
    old = Shots(old.id, old.battery, old.track, old.fire_t, old.intercept_t, aim)
    steered = Flying(old, flying.burnt, dv, flying.first)
    return _launch(steered, select(shots, fresh), batteries) if new else steered


def _launch(flying: Flying, new: Shots, batteries: tuple[Battery, ...]) -> Flying:
    """Take up rounds that have just been fired."""
    if new.battery.min() < 0 or new.battery.max() >= len(batteries):
        raise Fault(f"shots name battery {new.battery.max()} of {len(batteries)}: engage and the world hold different batteries")
    types = [batteries[int(b)].type for b in new.battery]
    joined = concat([flying.shots, new])
    burnt = np.concatenate([flying.burnt, new.fire_t + np.array([k.delay + k.burn for k in types])])
    left = np.concatenate([flying.dv, np.array([k.update_dv for k in types])])
    order = np.argsort(joined.id, kind="stable")
    return Flying(select(joined, order), burnt[order], left[order], min(flying.first, float(new.intercept_t.min())))


@njit(cache=True, nogil=True)
def _steer(
    old: Ints, id: Ints, wanted: Floats, now: float, burnt: Floats, end: Floats, aim: Floats, dv: Floats, fresh: Bools
) -> int:
    """Updates ``wanted (k, 3)`` of rounds ``id (k,)``: moves aims, takes from budgets, both in place; fresh ``(k,)``: whose ids are
    not among the ``old (n,)``, in rising order. Returns how many those are.

    burnt, end ``(n,)``: when each burns out, its intercept time, s.
    """
    new = 0
    for k in range(len(id)):
        r = np.searchsorted(old, id[k])
        if r == len(old) or old[r] != id[k]:
            fresh[k] = True
            new += 1
        else:
            dv[r] = _turn(aim[r], wanted[k], now, burnt[r], end[r], dv[r])
    return new


@njit(cache=True, nogil=True)
def _turn(aim: Floats, wanted: Floats, now: float, burnt: float, end: float, dv: float) -> float:
    """Move one aim ``(3,)`` in place; what is left of its budget."""
    if now <= burnt:
        aim[:] = wanted
        return dv
    dx, dy, dz = wanted[0] - aim[0], wanted[1] - aim[1], wanted[2] - aim[2]
    size, left = np.sqrt(dx * dx + dy * dy + dz * dz), end - now
    if size == 0.0 or left <= 0.0:
        return dv
    share = min(1.0, dv * left / size)
    aim[0] += share * dx
    aim[1] += share * dy
    aim[2] += share * dz
    return float(max(0.0, dv - share * size / left))


@njit(cache=True, nogil=True)
def steered(aim: Floats, told: Floats, t: Floats, burnt: float, end: float, dv: float) -> Floats:
    """Where one round is sent in the end ``(3,)``: what ``receive`` makes of its first aim and of updates ``told (k, 3)`` at times
    ``t (k,)``. NaN is no update.

    burnt: time of burnout; end: of the intercept; dv: budget in m/s.
    """
    out = aim.copy()
    for k in range(len(t)):
        if not np.isnan(told[k, 0]):
            dv = _turn(out, told[k], t[k], burnt, end, dv)
    return out


def part(flying: Flying, now: float) -> tuple[Shots, Flying]:
    """Rounds whose intercept time has come, in order of time and id, and the rest."""
    if now < flying.first:
        return Shots.empty(), flying
    ripe = flying.shots.intercept_t <= now
    due, rest = select(flying.shots, ripe), select(flying.shots, ~ripe)
    order = np.lexsort((due.id, due.intercept_t))
    first = float(rest.intercept_t.min()) if len(rest) else math.inf
    return select(due, order), Flying(rest, flying.burnt[~ripe], flying.dv[~ripe], first)


def kill_probability(kind: InterceptorType, model: KillModel, seed: int) -> float:
    """Single-shot kill probability of this run: one draw per type from its Beta belief, or the nominal value.

    Source: Jeffreys prior on (hits, trials): Beta(hits + 1/2, trials - hits + 1/2).
    """
    if not model.draw_kill or kind.trials <= 0:
        return kind.kill
    return float(stream(seed, "kill", "belief", kind.name).beta(kind.hits + 0.5, kind.trials - kind.hits + 0.5))


def common_failure(kind: InterceptorType, obj: int, model: KillModel, seed: int) -> bool:
    """Whether a failure common to several rounds makes this one miss; the same answer for every round it is common to."""
    names = {"target": (obj,), "type": (obj, kind.name), "run": (kind.name,)}[model.scope]
    return bool(stream(seed, "kill", "common", *names).random() < model.common_mode)


def _moved(x: Floats, dt: float) -> Floats:
    """Positions ``dt`` s away (at most a tick): free fall with point-mass gravity, metres over a second of anything but boost."""
    r = x[:, :3]
    pull = -MU * r / np.linalg.norm(r, axis=1, keepdims=True) ** 3
    return np.asarray(r + x[:, 3:] * dt + 0.5 * pull * dt * dt)


def _near(tree: cKDTree, due: Shots, t: float, batteries: tuple[Battery, ...]) -> list[list[int]]:
    """Rows that each round could meet, generously: within its basket plus what anything moves between intercept and ``t``."""
    reach = np.array([batteries[int(b)].type.handover for b in due.battery])
    found: list[list[int]] = tree.query_ball_point(
        due.aim, reach + FASTEST * np.abs(due.intercept_t - t), return_sorted=True
    ).tolist()
    return found


def _meet(x: Floats, rows: Ints, dt: float, aim: Floats, reach: float) -> tuple[int, float]:
    """Which of these rows is nearest to the aim point, and its distance; row -1 (distance inf) if none is within ``reach``."""
    if len(rows) == 0:
        return -1, np.inf
    gap = np.linalg.norm(_moved(x[rows], dt) - aim, axis=1)
    k = int(np.argmin(gap))
    return (int(rows[k]), float(gap[k])) if gap[k] <= reach else (-1, np.inf)


def settle(
    t: float, x: Floats, kind: Ints, id: Ints, due: Shots, batteries: tuple[Battery, ...], model: KillModel, seed: int
) -> Settled:
    """Decide the rounds that are due: each meets the nearest true object within its handover basket, and kills it or not.

    x ``(n, 6)``: true states at ``t``; kind, id ``(n,)``; due: as from ``part``, with intercept times within a tick before ``t``.
    A later round meets what earlier ones left. So P(object killed by n rounds) = Pt [1 - (1 - k)^n], Pt = 1 - common_mode.
    Source: Wilkening 1998 (as quoted by Yusufov 2026). Every draw has a stream of its own, named by shot or object.
    Limits: the kill vehicle takes the nearest object and does not discriminate; distance is counted in all directions, which is
    conservative along the path.
    """
    alive = np.ones(len(id), dtype=np.bool_)
    rows: list[tuple[int, int, float, int]] = []
    reported = np.zeros(len(due), dtype=np.bool_)
    near = _near(cKDTree(x[:, :3]), due, t, batteries) if len(due) else []
    for k, could in enumerate(near):
        shot, of = int(due.id[k]), batteries[int(due.battery[k])].type
        rows_left = np.array([r for r in could if alive[r]], dtype=np.int64)
        row, gap = _meet(x, rows_left, float(due.intercept_t[k]) - t, due.aim[k], of.handover)
        why = UNMET if row < 0 else _fate(of, int(id[row]), shot, model, seed)
        if why == KILLED:
            alive[row] = False
        rows.append((int(id[row]) if row >= 0 else -1, int(kind[row]) if row >= 0 else -1, gap, why))
        right = model.report_kill if why == KILLED else model.report_miss
        reported[k] = (why == KILLED) == bool(stream(seed, "kill", "report", shot).random() < right)
    table = np.array(rows, dtype=np.float64).reshape(-1, 4)
    ints = table[:, [0, 1, 3]].astype(np.int64)
    hits = Hits(due.id, due.battery, due.intercept_t, ints[:, 0], ints[:, 1], table[:, 2], ints[:, 2])
    return Settled(np.sort(id[~alive]), Outcomes(due.id, due.intercept_t, reported), hits)


def _fate(of: InterceptorType, obj: int, shot: int, model: KillModel, seed: int) -> int:
    """Index into WHYS for a round that met an object."""
    if common_failure(of, obj, model, seed):
        return COMMON
    return KILLED if stream(seed, "kill", "round", shot).random() < kill_probability(of, model, seed) else MISSED
