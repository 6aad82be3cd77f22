"""One engagement on recorded pictures: the defence's own rules and the world's own kills, without sensors, link or tracker.

It goes from planning time to planning time. What a decision needs of a track is in the ``table``. The bookkeeping is that of
``engage.defend``; the planner, the opportunities, the kill chances are its functions, and ``truth.kill`` settles the rounds.

Limits: aims are updated at planning times, not at every update time; a kill takes its object's detections from the tracks that had
them and ends those that have none left (``looks``), and changes nothing else in how the rest is tracked.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cupola.assess.study.fast.looks import Fate, fate
from cupola.assess.study.fast.table import Table, aims, learn
from cupola.catalog.defence import Battery, Doctrine
from cupola.core.batches import BOOSTER, WARHEAD, Bools, Floats, Ints, Shots, select
from cupola.engage.defend import REVISIT
from cupola.engage.opportunities import NEAR
from cupola.engage.plan import Problem, greedy
from cupola.truth import kill
from cupola.truth.kill import KillModel


@dataclass(frozen=True)
class Outcome:
    """What came of it. fired ``(m,)``: rounds by battery; killed, leaked: warheads; decoys: other objects killed."""

    fired: Ints
    killed: int
    leaked: int
    decoys: int


class Fight:
    """One run's state. dead ``(n,)``: when an object ceased to exist by a kill; open, reported ``(tracks,)``: when the next shot
    may be thought of (``engage.defend.Note``'s wait and again, the later), and of a reported kill. changed: tracks that have lost
    an object, None where their fate has yet to be worked out."""

    def __init__(self, of: Table, batteries: tuple[Battery, ...], doctrine: Doctrine, model: KillModel, seed: int) -> None:
        self.of, self.batteries, self.doctrine, self.model, self.seed = of, batteries, doctrine, model, seed
        n = of.tracks
        self.dead = np.full(len(of.recording.kind), np.inf)
        self.changed: dict[int, Fate | None] = {}
        self.open, self.reported = np.full(n, -np.inf), np.full(n, np.inf)
        self.magazine = np.array([b.magazine for b in batteries], np.int64)
        self.channels = np.array([b.channels for b in batteries], np.int64)
        self.rounds, self.flying, self.count = self.magazine.copy(), kill.Flying.empty(), 0
        self.lost: list[int] = []


def fight(of: Table, batteries: tuple[Battery, ...], doctrine: Doctrine, model: KillModel, seed: int) -> Outcome:
    """Fly one engagement to the end of its recording. batteries, doctrine: those of the table in ``bare`` form."""
    f = Fight(of, batteries, doctrine, model, seed)
    for k, now in enumerate(of.recording.t.tolist()):
        if len(f.flying.shots):
            _settle(f, now)
            _update(f, k, now)
        if len(of.released[k]):
            _plan(f, k, now)
    if len(f.flying.shots):
        _settle(f, np.inf)
    return _outcome(f)


def _settle(f: Fight, now: float) -> None:
    """Settle the rounds that are due by ``now``, each at the tick after its intercept, in order."""
    r, ends = f.of.recording, f.flying.shots.intercept_t
    due = ends <= now
    if not due.any():
        return
    for i in np.unique(np.ceil((ends[due] - r.first) / r.tick - 1e-9)).astype(np.int64).tolist():
        t = r.first + r.tick * i
        ripe, f.flying = kill.part(f.flying, t + 1e-9)
        if 0 <= i < len(r.x):
            _meet(f, ripe, r.x[i], t)


def _meet(f: Fight, ripe: Shots, states: NDArray[np.float32], t: float) -> None:
    r = f.of.recording
    here = np.flatnonzero(~np.isnan(states[:, 0]) & (f.dead > t))
    kind = np.where(r.cut[here] > t, BOOSTER, r.kind[here])
    settled = kill.settle(t, states[here].astype(float), kind, here, ripe, f.batteries, f.model, f.seed)
    for obj in settled.killed.tolist():
        f.lost.append(int(kind[np.searchsorted(here, obj)]))
        unborn = np.flatnonzero((r.parent == obj) & (r.birth > t) & (f.dead == np.inf))
        for gone, when in ((obj, t), *((u, -np.inf) for u in unborn.tolist())):
            f.dead[gone] = when
            f.changed.update(dict.fromkeys(f.of.fed.get(gone, ())))
    track = dict(zip(ripe.id.tolist(), ripe.track.tolist(), strict=True))
    for shot, when, hit in zip(settled.outcomes.shot.tolist(), settled.outcomes.t, settled.outcomes.kill, strict=True):
        if hit:
            f.reported[track[shot]] = when


def _updated(f: Fight, track: Ints, updated: Floats, now: float) -> tuple[Bools, Floats]:
    """Which of these tracks are still in the picture when what was killed is gone, and when each was last updated."""
    there, last = np.ones(len(track), np.bool_), updated
    for i, name in enumerate(track.tolist() if f.changed else ()):
        if name not in f.changed:
            continue
        course = f.changed[name]
        if course is None:
            course = f.changed[name] = fate(f.of.looks[name], f.dead)
        last = last.copy() if last is updated else last
        there[i], when = course.at(now)
        last[i] = min(last[i], when)
    return there, last


def _plan(f: Fight, k: int, now: float) -> None:
    """Fire where it pays; as ``engage.defend`` does."""
    of, d, track = f.of, f.doctrine, f.of.track[k]
    ready = np.flatnonzero(f.open[track] <= now)
    if not len(ready):
        return
    busy = np.bincount(f.flying.shots.battery, minlength=len(f.rounds))
    free = np.maximum(0, np.minimum(f.rounds - d.reserve, f.channels - busy))
    if not free.any():
        return
    rows, track = of.released[k][ready], track[ready]
    there, updated = _updated(f, track, of.updated[rows], now)
    said = f.reported[track]
    there &= (said == np.inf) | (updated >= said + d.assess)
    if not there.all():
        rows, track = rows[there], track[there]
        if not len(rows):
            return
    learn(of, rows, now)
    due = now + d.plan
    _postpone(f, rows, track, now)
    if not ((of.usable[rows] <= due) & (free > 0)).any():
        return
    p, first, chance, command = of.recording.pictures, of.first[rows], of.chance[rows], of.command[rows]
    worth = p["prob"][rows].astype(float) * of.value[rows]
    names = tuple(b.name for b in f.batteries)
    orders = greedy(Problem(p["track"][rows], worth, chance, first, command, of.last[rows], free, names, due), d)
    if orders:
        row = np.repeat([o.row for o in orders], [o.rounds for o in orders])
        battery = np.repeat([o.battery for o in orders], [o.rounds for o in orders])
        _commit(f, rows[row], track[row], battery, first[row, battery], now)


def _postpone(f: Fight, rows: Ints, track: Ints, now: float) -> None:
    plan = f.doctrine.plan
    revisit = max(REVISIT, plan)
    wait = f.of.opens[rows] - plan - now
    later = np.where(wait > 0, np.minimum(np.maximum(wait, plan), revisit), revisit)
    near = f.of.impact_t[rows] - now <= NEAR
    f.open[track] = now - 1e-6 + np.where(near, plan, later)  # they were open, so what they waited for is past


def _commit(f: Fight, rows: Ints, track: Ints, battery: Ints, end: Floats, now: float) -> None:
    n = len(rows)
    aim = aims(f.of, rows, end, now)
    shots = Shots(f.count + np.arange(n, dtype=np.int64), battery, track, np.full(n, now), end, aim)
    f.flying = kill.receive(f.flying, shots, now + f.of.recording.tick, f.batteries)
    f.count += n
    f.rounds = f.rounds - np.bincount(battery, minlength=len(f.rounds))
    np.maximum.at(f.open, track, end + f.doctrine.assess)
    f.reported[track] = np.inf


def _update(f: Fight, k: int, now: float) -> None:
    """Move the aims of rounds whose tracks are in the picture."""
    shots, of = f.flying.shots, f.of
    row = np.array([of.row_of.get((k, t), -1) for t in shots.track.tolist()], np.int64)
    at = np.flatnonzero((row >= 0) & (shots.intercept_t > now))
    there, _ = _updated(f, shots.track[at], of.updated[row[at]], now)
    at = at[there]
    aim = aims(of, row[at], shots.intercept_t[at], now) if len(at) else np.empty((0, 3))
    ok = np.isfinite(aim[:, 0])
    f.flying = kill.receive(f.flying, replace(select(shots, at[ok]), aim=aim[ok]), now + of.recording.tick, f.batteries)


def _outcome(f: Fight) -> Outcome:
    r = f.of.recording
    mine = r.kind == WARHEAD
    killed = sum(k == WARHEAD for k in f.lost)
    leaked = int(np.sum(mine & np.isfinite(r.landed) & (f.dead > r.landed)))
    return Outcome(f.magazine - f.rounds, killed, leaked, len(f.lost) - killed)
