"""What a defence makes of one recording: which tracks may be engaged when, with what chance, and where its rounds would be sent.

It depends on the recording alone, so it is worked out when first asked for and kept for the runs that follow.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cupola.assess.study.fast.record import Recording
from cupola.catalog.defence import Battery, Doctrine
from cupola.core.batches import CLASSES, WARHEAD, Alert, Bools, Floats, Ints, Picture, Tracks
from cupola.dynamics.propagate import advance
from cupola.dynamics.vehicle import PAYLOAD_BETA
from cupola.engage import policy
from cupola.engage.flyout import Sites, sites
from cupola.engage.opportunities import find
from cupola.run.chain import defended
from cupola.truth.kill import steered


@dataclass(frozen=True)
class Course:
    """What the defence hears of a target after it has fired a round at it: t, aim ``(k,)``, ``(k, 3)``: at which planning times it
    would update the round's aim, and to what (the first: when it fires; NaN where the track will have come down)."""

    t: Floats
    aim: Floats


@dataclass
class Chances:
    """What the planner knows of every candidate ``(c, m)``, worked out where ``known (c,)``: kill probability, first intercept, its
    command, last command; usable: command where there is a chance, else inf; opens ``(c,)``: the first command."""

    kill: Floats
    first: Floats
    command: Floats
    last: Floats
    usable: Floats
    opens: Floats
    known: Bools


@dataclass(frozen=True)
class Table:
    """What a defence makes of one recording; all of it holds for every run on it.

    A candidate is a track at a planning time at which it may be engaged: those of time k are [at[k], at[k + 1]). Of each: its row
    in the recording's pictures, its track (counted from 0), when it was last updated, its predicted impact, its worth (value at
    risk times belief). tracks: how many; rows: theirs, in order of time, those of track i at [rows_of[i], rows_of[i + 1]); step,
    beta ``(rows,)``: the planning time of each row. looks: of every track that is ever a candidate, as they arrived, those of track
    i at [looks_of[i], looks_of[i + 1]); fed: the tracks that had detections of an object. counts ``(objects,)``: the
    warheads that came down where something is defended. courses, ends: by candidate and battery, filled on the way.
    """

    recording: Recording
    batteries: tuple[Battery, ...]
    sites: Sites
    doctrine: Doctrine
    at: Ints
    row: Ints
    track: Ints
    updated: Floats
    impact_t: Floats
    worth: Floats
    chances: Chances
    tracks: int
    rows: Ints
    rows_of: Ints
    step: Ints
    beta: Floats
    looks: NDArray[np.void]
    looks_of: Ints
    fed: dict[int, Ints]
    counts: Bools
    courses: dict[tuple[int, int], Course]
    ends: dict[tuple[int, int], Floats]


def bare(batteries: tuple[Battery, ...], doctrine: Doctrine) -> tuple[tuple[Battery, ...], Doctrine]:
    """A defence without what a table does not depend on, so that defences which differ in that share it."""
    same = replace(doctrine, min_gain=0.0, salvo=1, last_salvo=1, reserve=0, assess=0.0, update=1.0)
    return tuple(replace(b, magazine=0, channels=1) for b in batteries), same


def table(r: Recording, batteries: tuple[Battery, ...], doctrine: Doctrine) -> Table:
    """Which tracks may be engaged at each planning time."""
    row, value = _released(r, doctrine)
    p, step = r.pictures, np.repeat(np.arange(len(r.t)), np.diff(r.row))
    names, track = np.unique(p["track"], return_inverse=True)
    looks, looks_of = _looks(r, names, np.unique(track[row]))
    return Table(
        recording=r,
        batteries=batteries,
        sites=sites(batteries),
        doctrine=doctrine,
        at=np.searchsorted(step[row], np.arange(len(r.t) + 1)),
        row=row,
        track=track[row],
        updated=p["updated"][row],
        impact_t=p["impact"][row, 2],
        worth=p["prob"][row].astype(float) * value,
        chances=_unknown(len(row), len(batteries)),
        tracks=len(names),
        rows=np.argsort(track, kind="stable"),
        rows_of=np.cumsum([0, *np.bincount(track, minlength=len(names))]),
        step=step,
        beta=np.where(np.isnan(p["beta"]), PAYLOAD_BETA, np.exp(np.nan_to_num(p["beta"]))),
        looks=looks,
        looks_of=looks_of,
        fed=_fed(looks, looks_of),
        counts=(r.kind == WARHEAD) & defended(r.ground[:, 0], r.ground[:, 1], doctrine.areas),
        courses={},
        ends={},
    )


def _released(r: Recording, doctrine: Doctrine) -> tuple[Ints, Floats]:
    """Rows that may be engaged, and the value at risk of each."""
    alerts = tuple(Alert(int(i), 0, float(t), float(t), 0.0, 0.0, 0.0, 0.0, "unknown", 1.0) for i, t in r.alerts)
    value, released = np.zeros(len(r.pictures)), [np.empty(0, np.int64)]
    for k, t in enumerate(r.t.tolist()):
        rows = slice(int(r.row[k]), int(r.row[k + 1]))
        raised = tuple(a for a in alerts if a.t <= t)
        reached, value[rows] = policy.progress(_picture(r.pictures[rows], t, raised), doctrine, t)
        released.append(np.flatnonzero(reached == policy.RELEASED) + rows.start)
    row = np.concatenate(released)
    return row, value[row]


def _looks(r: Recording, names: Ints, wanted: Ints) -> tuple[NDArray[np.void], Ints]:
    """Looks of the wanted tracks, track by track as they arrived, and where those of each track begin."""
    mine = np.searchsorted(names, r.looks["track"])  # all looks are of tracks in a picture
    order = np.argsort(mine, kind="stable")
    order = order[np.isin(mine[order], wanted)]
    return r.looks[order], np.searchsorted(mine[order], np.arange(len(names) + 1))


def _fed(looks: NDArray[np.void], looks_of: Ints) -> dict[int, Ints]:
    n = len(looks_of) - 1
    pairs = np.unique(looks["object"].astype(np.int64) * n + np.repeat(np.arange(n), np.diff(looks_of)))
    objects, begin = np.unique(pairs // n, return_index=True)
    return dict(zip(objects.tolist(), np.split(pairs % n, begin)[1:], strict=True))


def _unknown(n: int, m: int) -> Chances:
    first, command, last, kill = np.full((4, n, m), np.nan)
    return Chances(kill, first, command, last, np.full((n, m), np.nan), np.full(n, np.inf), np.zeros(n, np.bool_))


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


def learn(of: Table, which: Ints, now: float) -> None:
    """Work out the chances of these candidates, all of the planning time ``now``."""
    rows, c = of.row[which], of.chances
    p = of.recording.pictures[rows]
    found = find(p["x"], of.beta[rows], p["impact"][:, 2], now, of.sites)
    kill = policy.kill_chances(of.sites, of.doctrine, _covariance(p["spread"]), found, now)
    c.kill[which], c.first[which], c.command[which], c.last[which] = kill, found.first, found.command, found.last
    c.usable[which] = np.where(kill > 0, found.command, np.inf)
    c.opens[which] = np.where(np.isnan(found.first), np.inf, found.command).min(axis=1)
    c.known[which] = True


def _covariance(spread: Floats) -> Floats:
    """Covariances ``(n, 6, 6)`` with these traces of their blocks: all that the kill chances ask of them."""
    P, eye = np.zeros((len(spread), 6, 6)), np.eye(3) / 3.0
    a, b, c = (spread[:, k, None, None] * eye for k in range(3))
    P[:, :3, :3], P[:, :3, 3:], P[:, 3:, :3], P[:, 3:, 3:] = a, b, b, c
    return P


def course(of: Table, candidate: int, battery: int) -> Course:
    """What becomes of a round of this battery that is fired at a candidate."""
    key = candidate, battery
    if key not in of.courses:
        row, track, end = int(of.row[candidate]), of.track[candidate], of.chances.first[key]
        rows = of.rows[of.rows_of[track] : of.rows_of[track + 1]]
        rows = rows[(rows >= row) & (of.recording.t[of.step[rows]] < end)]
        t = of.recording.t[of.step[rows]]
        of.courses[key] = Course(t, advance(of.recording.pictures["x"][rows], t, end, of.beta[rows])[:, :3].copy())
    return of.courses[key]


def end(of: Table, candidate: int, battery: int, there: Bools | None = None) -> Floats:
    """Where such a round is sent in the end ``(3,)``. there ``(k,)``: at which times of its course the track is in the picture;
    None: at all of them."""
    key = candidate, battery
    if there is None and key in of.ends:
        return of.ends[key]
    c, kind = course(of, candidate, battery), of.batteries[battery].type
    told = c.aim if there is None else np.where(there[:, None], c.aim, np.nan)
    burnt = c.t[0] + (kind.delay + kind.burn)
    out = steered(c.aim[0], told, c.t + of.recording.tick, burnt, of.chances.first[key], kind.update_dv)
    if there is None:
        of.ends[key] = out
    return out
