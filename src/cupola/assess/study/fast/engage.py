"""One engagement on recorded pictures: the defence's own rules and the world's own kills, without sensors, link or tracker.

It goes from decision to decision (``watch``). What a decision needs of a track is in the ``table``. The bookkeeping is that of
``engage.defend``; the planner, the opportunities, the kill chances are its functions, and ``truth.kill`` settles the rounds.
Where a round is sent in the end is worked out when it is settled: a kill changes what comes after it, never what was before.

Limits: aims are updated at planning times, not at every update time; a kill takes its object's detections from the tracks that had
them and ends those that have none left (``looks``), and changes nothing else in how the rest is tracked.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from cupola.assess.study.fast import table, watch
from cupola.assess.study.fast.table import Table
from cupola.catalog.defence import Battery, Doctrine
from cupola.core.batches import BOOSTER, WARHEAD, Floats, Ints, Shots
from cupola.engage.plan import Problem, greedy
from cupola.truth import kill
from cupola.truth.kill import KillModel


@dataclass(frozen=True)
class Round:
    """One in flight: by rising id, fired at a candidate of the table."""

    id: int
    battery: int
    candidate: int
    track: int
    fire_t: float
    end: float


@dataclass(frozen=True)
class Outcome:
    """What came of it. rounds: all that were fired; killed, leaked: warheads, as ``run.chain`` counts; decoys: others killed."""

    rounds: tuple[Round, ...]
    killed: int
    leaked: int
    decoys: int

    def fired(self, batteries: int) -> Ints:
        """Rounds by battery ``(m,)``."""
        return np.bincount([r.battery for r in self.rounds], minlength=batteries)


class Fight:
    """One run's state. dead ``(n,)``: when an object ceased to exist by a kill; open, reported ``(tracks,)``: when the next shot
    may be thought of (``engage.defend.Note``'s wait and again, the later), and of a reported kill. state ``(tracks,)``: what kills
    did to it (``watch``); there, heard ``(looks,)``: what becomes of tracks that were touched (``looks.follow``)."""

    def __init__(self, of: Table, batteries: tuple[Battery, ...], doctrine: Doctrine, model: KillModel, seed: int) -> None:
        self.of, self.batteries, self.doctrine, self.model, self.seed = of, batteries, doctrine, model, seed
        n, looks = of.tracks, len(of.looks)
        self.dead = np.full(len(of.recording.kind), np.inf)
        self.state, self.there, self.heard = np.full(n, watch.WHOLE), np.empty(looks, np.bool_), np.empty(looks)
        self.open, self.reported = np.full(n, -np.inf), np.full(n, np.inf)
        self.channels = np.array([b.channels for b in batteries], np.int64)
        self.rounds = np.array([b.magazine for b in batteries], np.int64)
        self.busy = np.zeros_like(self.rounds)
        self.fired: list[Round] = []
        self.flying: list[Round] = []
        self.lost: list[int] = []
        self.found = np.empty(int(np.diff(of.at).max(initial=0)), np.int64)

    def free(self) -> Ints:
        """Rounds that each battery may fire now."""
        return np.asarray(np.maximum(0, np.minimum(self.rounds - self.doctrine.reserve, self.channels - self.busy)))


def fight(of: Table, batteries: tuple[Battery, ...], doctrine: Doctrine, model: KillModel, seed: int) -> Outcome:
    """Fly one engagement to the end of its recording. batteries, doctrine: those of the table in ``bare`` form."""
    f, k, t = Fight(of, batteries, doctrine, model, seed), 0, of.recording.t
    while k < len(t):
        k, why, found = _watch(f, k)
        if k == len(t):
            break
        which, now = f.found[:found], float(t[k])
        if why == watch.SETTLE:
            _settle(f, now)
        elif why == watch.LEARN:
            table.learn(of, which, now)
        else:
            _plan(f, which, now)
            k += 1
    _settle(f, np.inf)
    return _outcome(f)


def _watch(f: Fight, k: int) -> tuple[int, int, int]:
    of, c, d = f.of, f.of.chances, f.doctrine
    until = min((r.end for r in f.flying), default=np.inf)
    return watch.watch(
        k, until, f.free(), of.recording.t, of.at, of.track, of.updated, of.impact_t, c.usable, c.opens, c.known, of.looks,
        of.looks_of, f.dead, f.state, f.there, f.heard, f.open, f.reported, d.plan, d.assess, f.found,
    )  # fmt: skip


def _settle(f: Fight, now: float) -> None:
    """Settle the rounds that are due by ``now``, each at the tick after its intercept, in order."""
    r = f.of.recording
    due = [x.end for x in f.flying if x.end <= now]
    for i in sorted({math.ceil((end - r.first) / r.tick - 1e-9) for end in due}):
        t = r.first + r.tick * i
        ripe = sorted((x for x in f.flying if x.end <= t + 1e-9), key=lambda x: (x.end, x.id))
        f.flying = [x for x in f.flying if x.end > t + 1e-9]
        np.subtract.at(f.busy, [x.battery for x in ripe], 1)
        if 0 <= i < len(r.frame) - 1:
            _meet(f, ripe, i, t)


def _meet(f: Fight, ripe: list[Round], i: int, t: float) -> None:
    r = f.of.recording
    there = slice(r.frame[i], r.frame[i + 1])
    alive = f.dead[r.who[there]] > t
    here, states = r.who[there][alive].astype(np.int64), r.x[there][alive].astype(float)
    kind = np.where(r.cut[here] > t, BOOSTER, r.kind[here])
    settled = kill.settle(t, states, kind, here, _shots(f, ripe), f.batteries, f.model, f.seed)
    for obj in settled.killed.tolist():
        f.lost.append(int(kind[np.searchsorted(here, obj)]))
        unborn = np.flatnonzero((r.parent == obj) & (r.birth > t) & (f.dead == np.inf))
        for gone, when in ((obj, t), *((u, -np.inf) for u in unborn.tolist())):
            f.dead[gone] = when
            if gone in f.of.fed:
                f.state[f.of.fed[gone]] = watch.TOUCHED
    for shot, when, hit in zip(ripe, settled.outcomes.t.tolist(), settled.outcomes.kill.tolist(), strict=True):
        if hit:
            f.reported[shot.track] = when


def _shots(f: Fight, ripe: list[Round]) -> Shots:
    ints = np.array([(x.id, x.battery, x.track) for x in ripe], np.int64)
    times = np.array([(x.fire_t, x.end) for x in ripe])
    return Shots(ints[:, 0], ints[:, 1], ints[:, 2], times[:, 0], times[:, 1], np.array([_aim(f, x) for x in ripe]))


def _aim(f: Fight, x: Round) -> Floats:
    """Where a round has been sent by its end: a track that is no longer in the picture moves no aim."""
    if f.state[x.track] == watch.WHOLE:
        return table.end(f.of, x.candidate, x.battery)
    t = table.course(f.of, x.candidate, x.battery).t
    there = watch.present(x.track, t, f.of.looks, f.of.looks_of, f.dead, f.state, f.there, f.heard)
    return table.end(f.of, x.candidate, x.battery, None if there.all() else there)


def _plan(f: Fight, which: Ints, now: float) -> None:
    """Fire where it pays; as ``engage.defend`` does."""
    of, d, c = f.of, f.doctrine, f.of.chances
    names = tuple(b.name for b in f.batteries)
    ids = of.recording.pictures["track"][of.row[which]]
    due = now + d.plan
    problem = Problem(
        ids, of.worth[which], c.kill[which], c.first[which], c.command[which], c.last[which], f.free(), names, due,
    )  # fmt: skip
    for o in greedy(problem, d):
        candidate, end = int(which[o.row]), float(problem.first[o.row, o.battery])
        track = int(of.track[candidate])
        new = [Round(len(f.fired) + i, o.battery, candidate, track, now, end) for i in range(o.rounds)]
        f.fired += new
        f.flying += new
        f.rounds[o.battery] -= o.rounds
        f.busy[o.battery] += o.rounds
        f.open[track] = max(f.open[track], end + d.assess)
        f.reported[track] = np.inf


def _outcome(f: Fight) -> Outcome:
    r = f.of.recording
    killed = sum(k == WARHEAD for k in f.lost)
    leaked = int(np.sum(f.of.counts & np.isfinite(r.landed) & (f.dead > r.landed)))
    return Outcome(tuple(f.fired), killed, leaked, len(f.lost) - killed)
