"""One engagement on recorded pictures: the defence's own rules and the world's own kills, without sensors, link or tracker.

It goes from planning time to planning time. What a decision needs of a track (opportunities, kill chances) depends on the recording
alone, so it is worked out when first asked for and kept for the runs that follow. The bookkeeping is that of ``engage.defend``; the
planner, the opportunities, the kill chances are its functions, and ``truth.kill`` settles the rounds.

Limits: aims are updated at planning times, not every update time; a track whose objects have all been killed stays in the picture,
without new detections, for as long as tracks without detections did in the calibration; otherwise a kill does not change how the
rest is tracked.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from cupola.assess.fast_record import Recording
from cupola.catalog.defence import Battery, Doctrine, KillModel
from cupola.core.batches import BOOSTER, CLASSES, WARHEAD, Alert, Bools, Floats, Ints, Picture, Shots, Tracks
from cupola.dynamics.propagate import advance
from cupola.dynamics.vehicle import PAYLOAD_BETA
from cupola.engage import policy
from cupola.engage.defend import REVISIT, kill_chances
from cupola.engage.flyout import sites
from cupola.engage.opportunities import NEAR, find
from cupola.engage.plan import Problem, greedy
from cupola.truth import kill


@dataclass
class Table:
    """What a defence makes of one recording. released: of each row of the pictures; value: at risk; track: rows' tracks counted
    from 0; kill, first, command, last ``(rows, m)``: worked out where ``known``."""

    recording: Recording
    batteries: tuple[Battery, ...]
    doctrine: Doctrine
    released: list[Ints]
    value: Floats
    track: Ints
    tracks: int
    beta: Floats
    kill: Floats
    first: Floats
    command: Floats
    last: Floats
    known: Bools
    row_of: dict[tuple[int, int], int] = field(default_factory=dict)


def bare(batteries: tuple[Battery, ...], doctrine: Doctrine) -> tuple[tuple[Battery, ...], Doctrine]:
    """A defence without what a table does not depend on, so that defences which differ in that share it."""
    same = replace(doctrine, min_gain=0.0, salvo=1, last_salvo=1, reserve=0, assess=0.0, update=1.0)
    return tuple(replace(b, magazine=0, channels=1) for b in batteries), same


def table(r: Recording, batteries: tuple[Battery, ...], doctrine: Doctrine) -> Table:
    """Which tracks may be engaged at each planning time."""
    alerts = tuple(Alert(int(i), 0, float(t), float(t), 0.0, 0.0, 0.0, 0.0, "unknown", 1.0) for i, t in r.alerts)
    p, n = r.pictures, len(r.pictures)
    value, released = np.zeros(n), []
    for k, t in enumerate(r.t.tolist()):
        rows = slice(int(r.row[k]), int(r.row[k + 1]))
        raised = tuple(a for a in alerts if a.t <= t)
        reached, value[rows] = policy.progress(_picture(p[rows], t, raised), doctrine, t)
        released.append(np.flatnonzero(reached == policy.RELEASED) + rows.start)
    names, track = np.unique(p["track"], return_inverse=True)
    beta = np.where(np.isnan(p["beta"]), PAYLOAD_BETA, np.exp(np.nan_to_num(p["beta"])))
    blank = [np.full((n, len(batteries)), np.nan) for _ in range(4)]
    out = Table(r, batteries, doctrine, released, value, track, len(names), beta, *blank, np.zeros(n, np.bool_))
    ever = np.zeros(len(names), np.bool_)
    ever[track[np.concatenate([np.empty(0, np.int64), *released])]] = True
    step = np.repeat(np.arange(len(r.t)), np.diff(r.row))
    mine = np.flatnonzero(ever[track])
    out.row_of.update(zip(zip(step[mine].tolist(), track[mine].tolist(), strict=True), mine.tolist(), strict=True))
    return out


def _picture(rows: NDArray[np.void], t: float, alerts: tuple[Alert, ...]) -> Picture:
    """As much of a picture as the doctrine looks at."""
    n = len(rows)
    prob = np.zeros((n, len(CLASSES)))
    prob[:, WARHEAD] = rows["prob"]
    zero, fill = np.zeros(n), np.full(n, -1, np.int64)
    tracks = Tracks(
        t, rows["track"], rows["x"], np.zeros((n, 6, 6)), np.ones(n, np.bool_), rows["mode"], zero, rows["updated"],
        np.ones(n, np.int32), np.zeros((n, 1), np.uint64), np.zeros((n, 2)), zero, fill,
    )  # fmt: skip
    ellipse = np.stack([rows["ellipse"], rows["ellipse"], zero], axis=1).astype(float)
    return Picture(t, tracks, prob, zero, rows["launch"].astype(np.int64), rows["impact"], ellipse, alerts)


def _learn(of: Table, rows: Ints, now: float) -> None:
    """Work out what is not known yet of these rows, all of one planning time."""
    fresh = rows[~of.known[rows]]
    if not len(fresh):
        return
    p = of.recording.pictures[fresh]
    chances = find(p["x"], of.beta[fresh], p["impact"][:, 2], now, sites(of.batteries))
    of.kill[fresh] = kill_chances(of.batteries, of.doctrine, _covariance(p["spread"]), chances, now)
    of.first[fresh], of.command[fresh], of.last[fresh] = chances.first, chances.command, chances.last
    of.known[fresh] = True


def _covariance(spread: Floats) -> Floats:
    """Covariances ``(n, 6, 6)`` with these traces of their blocks: all that the kill chances ask of them."""
    P, eye = np.zeros((len(spread), 6, 6)), np.eye(3) / 3.0
    a, b, c = (spread[:, k, None, None] * eye for k in range(3))
    P[:, :3, :3], P[:, :3, 3:], P[:, 3:, :3], P[:, 3:, 3:] = a, b, b, c
    return P


@dataclass(frozen=True)
class Outcome:
    """What came of it. fired ``(m,)``: rounds by battery; killed, leaked: warheads; decoys: other objects killed."""

    fired: Ints
    killed: int
    leaked: int
    decoys: int


class Fight:
    """One run's state. dead ``(n,)``: when an object ceased to exist by a kill; wait, again, reported ``(tracks,)``: as
    ``engage.defend.Note`` has them."""

    def __init__(self, of: Table, batteries: tuple[Battery, ...], doctrine: Doctrine, model: KillModel, seed: int) -> None:
        self.of, self.batteries, self.doctrine, self.model, self.seed = of, batteries, doctrine, model, seed
        n = of.tracks
        self.dead = np.full(len(of.recording.kind), np.inf)
        self.wait, self.again, self.reported = np.full(n, -np.inf), np.full(n, -np.inf), np.full(n, np.inf)
        self.magazine = np.array([b.magazine for b in batteries], np.int64)
        self.channels = np.array([b.channels for b in batteries], np.int64)
        self.rounds, self.flying, self.count = self.magazine.copy(), kill.Flying.empty(), 0
        self.lost: list[int] = []
        self.updated = -np.inf


def fight(of: Table, batteries: tuple[Battery, ...], doctrine: Doctrine, model: KillModel, seed: int) -> Outcome:
    """Fly one engagement to the end of its recording. batteries, doctrine: those of the table in ``bare`` form."""
    f, r = Fight(of, batteries, doctrine, model, seed), of.recording
    for k, now in enumerate(r.t.tolist()):
        if len(f.flying.shots):
            _settle(f, now)
            _update(f, k, now)
        rows = of.released[k]
        if len(rows):
            _plan(f, k, rows, now)
    if len(f.flying.shots):
        _settle(f, np.inf)
    return _outcome(f)


def _settle(f: Fight, now: float) -> None:
    """Settle the rounds that are due by ``now``, each at the tick after its intercept, in order."""
    r, shots = f.of.recording, f.flying.shots
    due = shots.intercept_t <= now
    ticks = np.unique(np.ceil((shots.intercept_t[due] - r.first) / r.tick - 1e-9))
    for i in ticks.astype(np.int64).tolist():
        t = r.first + r.tick * i
        ripe, f.flying = kill.part(f.flying, t + 1e-9)
        if 0 <= i < len(r.x):
            _meet(f, ripe, r.x[i].astype(float), t)


def _meet(f: Fight, ripe: Shots, x: Floats, t: float) -> None:
    r = f.of.recording
    here = np.flatnonzero(~np.isnan(x[:, 0]) & (f.dead > t))
    kind = np.where(r.cut[here] > t, BOOSTER, r.kind[here])
    settled = kill.settle(t, x[here], kind, here, ripe, f.batteries, f.model, f.seed)
    for obj in settled.killed.tolist():
        f.dead[obj] = t
        f.lost.append(int(kind[np.searchsorted(here, obj)]))
        f.dead[(r.parent == obj) & (r.birth > t)] = -np.inf
    track = dict(zip(ripe.id.tolist(), ripe.track.tolist(), strict=True))
    for shot, when, hit in zip(settled.outcomes.shot.tolist(), settled.outcomes.t, settled.outcomes.kill, strict=True):
        if hit:
            f.reported[track[shot]] = when


def _left(f: Fight, k: int, rows: Ints, now: float) -> tuple[Bools, Floats]:
    """Which rows of planning time k are still in the picture when what was killed is gone, and when each was last updated."""
    r = f.of.recording
    updated = r.pictures["updated"][rows]
    gone = np.flatnonzero(f.dead < np.inf)
    if not len(gone):
        return np.ones(len(rows), np.bool_), updated
    serves, size = r.serves[k].astype(np.int64), int(r.row[k + 1] - r.row[k])
    place = rows - r.row[k]
    mine = serves[gone]
    dead = np.bincount(mine[mine >= 0], minlength=size)[place]
    if not dead.any():
        return np.ones(len(rows), np.bool_), updated
    all_of = np.bincount(serves[serves >= 0], minlength=size)[place]
    alone = (dead > 0) & (dead == all_of)
    since = np.full(size, -np.inf)
    np.maximum.at(since, mine[mine >= 0], f.dead[gone][mine >= 0])
    last = np.where(alone, np.minimum(updated, since[place]), updated)
    return ~alone | (now <= last + r.drop), last


def _plan(f: Fight, k: int, rows: Ints, now: float) -> None:
    """Fire where it pays; as ``engage.defend`` does."""
    of, d = f.of, f.doctrine
    busy = np.bincount(f.flying.shots.battery[f.flying.shots.intercept_t > now], minlength=len(f.rounds))
    free = np.maximum(0, np.minimum(f.rounds - d.reserve, f.channels - busy))
    track = of.track[rows]
    ready = (now >= f.wait[track]) & (now >= f.again[track])
    if not ready.any() or not free.any():
        return
    rows, track = rows[ready], track[ready]
    there, updated = _left(f, k, rows, now)
    said = f.reported[track]
    there &= np.isinf(said) | (updated >= said + d.assess)
    rows, track = rows[there], track[there]
    if not len(rows):
        return
    _learn(of, rows, now)
    first, command, chance = of.first[rows], of.command[rows], of.kill[rows]
    due = now + d.plan
    _postpone(f, rows, track, first, command, now)
    if not ((chance > 0) & (command <= due) & (free > 0)).any():
        return
    p = of.recording.pictures
    worth = p["prob"][rows].astype(float) * of.value[rows]
    names = tuple(b.name for b in of.batteries)
    problem = Problem(p["track"][rows], worth, chance, first, command, of.last[rows], free, names, due)
    orders = greedy(problem, d)
    if orders:
        row = np.repeat([o.row for o in orders], [o.rounds for o in orders])
        battery = np.repeat([o.battery for o in orders], [o.rounds for o in orders])
        _commit(f, rows[row], battery, first[row, battery], now)


def _postpone(f: Fight, rows: Ints, track: Ints, first: Floats, command: Floats, now: float) -> None:
    plan, impact = f.doctrine.plan, f.of.recording.pictures["impact"][rows, 2]
    revisit = max(REVISIT, plan)
    wait = np.where(np.isnan(first), np.inf, command).min(axis=1) - plan - now
    later = np.where(wait > 0, np.clip(wait, plan, revisit), revisit)
    f.again[track] = now + np.where(impact - now > NEAR, later, plan) - 1e-6


def _commit(f: Fight, rows: Ints, battery: Ints, end: Floats, now: float) -> None:
    of = f.of
    aim = advance(of.recording.pictures["x"][rows], now, end, of.beta[rows])[:, :3]
    ids = f.count + np.arange(len(rows), dtype=np.int64)
    track = of.track[rows]
    shots = Shots(ids, battery, track, np.full(len(rows), now), end, np.ascontiguousarray(aim))
    f.flying = kill.receive(f.flying, shots, now + of.recording.tick, of.batteries)
    f.count += len(rows)
    f.rounds = f.rounds - np.bincount(battery, minlength=len(f.rounds))
    np.maximum.at(f.wait, track, end + f.doctrine.assess)
    f.reported[track] = np.inf


def _update(f: Fight, k: int, now: float) -> None:
    """Move the aims of rounds whose tracks are in the picture: just before each intercept, and now and then on the way."""
    shots, of = f.flying.shots, f.of
    if not len(shots):
        return
    soon = shots.intercept_t - now
    if not (now >= f.updated + REVISIT or (soon <= 2 * f.doctrine.plan).any()):
        return
    f.updated = now
    row = np.array([of.row_of.get((k, t), -1) for t in shots.track.tolist()], np.int64)
    found = (row >= 0) & (soon > 0)
    if not found.any():
        return
    there, _ = _left(f, k, row[found], now)
    at = np.flatnonzero(found)[there]
    if not len(at):
        return
    end = shots.intercept_t[at]
    fresh = advance(of.recording.pictures["x"][row[at]], now, end, of.beta[row[at]])[:, :3]
    ok = np.isfinite(fresh).all(axis=1)
    moved = Shots(shots.id[at][ok], shots.battery[at][ok], shots.track[at][ok], shots.fire_t[at][ok], end[ok], fresh[ok])
    f.flying = kill.receive(f.flying, moved, now + of.recording.tick, of.batteries)


def _outcome(f: Fight) -> Outcome:
    r = f.of.recording
    mine = r.kind == WARHEAD
    killed = sum(k == WARHEAD for k in f.lost)
    leaked = int(np.sum(mine & np.isfinite(r.landed) & (f.dead > r.landed)))
    return Outcome(f.magazine - f.rounds, killed, leaked, len(f.lost) - killed)
