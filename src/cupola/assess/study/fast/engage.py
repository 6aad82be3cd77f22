"""One engagement on recorded pictures: the defence's own rules and the world's own kills, without sensors, link or tracker.

It goes from planning time to planning time. What a decision needs of a track (opportunities, kill chances) depends on the recording
alone, so it is worked out when first asked for and kept for the runs that follow. The bookkeeping is that of ``engage.defend``; the
planner, the opportunities, the kill chances are its functions, and ``truth.kill`` settles the rounds.

Limits: aims are updated at planning times, not at every update time; a kill takes its object's detections from the tracks that had
them and ends those that have none left (``looks``), and changes nothing else in how the rest is tracked.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from cupola.assess.study.fast.looks import Fate, fate
from cupola.assess.study.fast.record import Recording
from cupola.catalog.defence import Battery, Doctrine, KillModel
from cupola.core.batches import BOOSTER, CLASSES, WARHEAD, Alert, Bools, Floats, Ints, Picture, Shots, Tracks, select
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
    """What a defence makes of one recording; all of it holds for every run on it.

    released, track: at each planning time the rows that may be engaged, and their tracks (counted from 0). value ``(rows,)``: at
    risk; updated, impact_t, beta: of each row. chance, first, command, last ``(rows, m)``, usable (command where there is a chance,
    else inf) and opens ``(rows,)``, the first command: worked out where ``known``. aims: by row and time of intercept. looks: of
    every track that may ever be engaged, as they arrived; fed: the tracks that had detections of an object.
    """

    recording: Recording
    batteries: tuple[Battery, ...]
    doctrine: Doctrine
    released: list[Ints]
    track: list[Ints]
    tracks: int
    value: Floats
    updated: Floats
    impact_t: Floats
    beta: Floats
    chance: Floats
    first: Floats
    command: Floats
    last: Floats
    usable: Floats
    opens: Floats
    known: Bools
    row_of: dict[tuple[int, int], int] = field(default_factory=dict)
    aims: dict[tuple[int, float], Floats] = field(default_factory=dict)
    looks: dict[int, NDArray[np.void]] = field(default_factory=dict)
    fed: dict[int, list[int]] = field(default_factory=dict)


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

    def blank() -> Floats:
        return np.full((n, len(batteries)), np.nan)

    of = Table(
        r, batteries, doctrine, released, [track[i] for i in released], len(names), value, p["updated"].copy(),
        p["impact"][:, 2].copy(), beta, blank(), blank(), blank(), blank(), blank(), np.full(n, np.inf),
        np.zeros(n, np.bool_),
    )  # fmt: skip
    ever = np.zeros(len(names), np.bool_)
    ever[track[np.concatenate([np.empty(0, np.int64), *released])]] = True
    step = np.repeat(np.arange(len(r.t)), np.diff(r.row))
    mine = np.flatnonzero(ever[track])
    _looks(of, names, np.flatnonzero(ever))
    of.row_of.update(zip(zip(step[mine].tolist(), track[mine].tolist(), strict=True), mine.tolist(), strict=True))
    return of


def _looks(of: Table, names: Ints, wanted: Ints) -> None:
    """Enter the looks of the wanted tracks, and whom they show."""
    looks = of.recording.looks
    mine = np.searchsorted(names, looks["track"])  # all looks are of tracks in a picture
    order = np.argsort(mine, kind="stable")
    ends = np.searchsorted(mine[order], [wanted, wanted + 1])
    for track, i, j in zip(wanted.tolist(), *ends.tolist(), strict=True):
        of.looks[track] = looks[order[i:j]]
        for obj in np.unique(of.looks[track]["object"]).tolist():
            of.fed.setdefault(obj, []).append(track)


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
    known = of.known[rows]
    if known.all():
        return
    fresh = rows[~known]
    p = of.recording.pictures[fresh]
    chances = find(p["x"], of.beta[fresh], p["impact"][:, 2], now, sites(of.batteries))
    of.chance[fresh] = kill_chances(of.batteries, of.doctrine, _covariance(p["spread"]), chances, now)
    of.first[fresh], of.command[fresh], of.last[fresh] = chances.first, chances.command, chances.last
    of.usable[fresh] = np.where(of.chance[fresh] > 0, chances.command, np.inf)
    of.opens[fresh] = np.where(np.isnan(chances.first), np.inf, chances.command).min(axis=1)
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
    _learn(of, rows, now)
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
    aim = _aims(f.of, rows, end, now)
    shots = Shots(f.count + np.arange(n, dtype=np.int64), battery, track, np.full(n, now), end, aim)
    f.flying = kill.receive(f.flying, shots, now + f.of.recording.tick, f.batteries)
    f.count += n
    f.rounds = f.rounds - np.bincount(battery, minlength=len(f.rounds))
    np.maximum.at(f.open, track, end + f.doctrine.assess)
    f.reported[track] = np.inf


def _aims(of: Table, rows: Ints, end: Floats, now: float) -> Floats:
    """Where the tracks of these rows will be at ``end``: ``(n, 3)``, NaN where they will have come down."""
    keys = list(zip(rows.tolist(), end.tolist(), strict=True))
    new = [i for i, key in enumerate(keys) if key not in of.aims]
    if new:
        found = advance(of.recording.pictures["x"][rows[new]], now, end[new], of.beta[rows[new]])[:, :3]
        of.aims.update((keys[i], found[j]) for j, i in enumerate(new))
    return np.array([of.aims[key] for key in keys])


def _update(f: Fight, k: int, now: float) -> None:
    """Move the aims of rounds whose tracks are in the picture."""
    shots, of = f.flying.shots, f.of
    row = np.array([of.row_of.get((k, t), -1) for t in shots.track.tolist()], np.int64)
    at = np.flatnonzero((row >= 0) & (shots.intercept_t > now))
    there, _ = _updated(f, shots.track[at], of.updated[row[at]], now)
    at = at[there]
    aim = _aims(of, row[at], shots.intercept_t[at], now) if len(at) else np.empty((0, 3))
    ok = np.isfinite(aim[:, 0])
    f.flying = kill.receive(f.flying, replace(select(shots, at[ok]), aim=aim[ok]), now + of.recording.tick, f.batteries)


def _outcome(f: Fight) -> Outcome:
    r = f.of.recording
    mine = r.kind == WARHEAD
    killed = sum(k == WARHEAD for k in f.lost)
    leaked = int(np.sum(mine & np.isfinite(r.landed) & (f.dead > r.landed)))
    return Outcome(f.magazine - f.rounds, killed, leaked, len(f.lost) - killed)
