"""What a defence makes of one recording: which tracks may be engaged when, and with what chance.

It depends on the recording alone, so it is worked out when first asked for and kept for the runs that follow.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from cupola.assess.study.fast.record import Recording
from cupola.catalog.defence import Battery, Doctrine
from cupola.core.batches import CLASSES, WARHEAD, Alert, Bools, Floats, Ints, Picture, Tracks
from cupola.dynamics.propagate import advance
from cupola.dynamics.vehicle import PAYLOAD_BETA
from cupola.engage import policy
from cupola.engage.flyout import sites
from cupola.engage.opportunities import find


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


def learn(of: Table, rows: Ints, now: float) -> None:
    """Work out what is not known yet of these rows, all of one planning time."""
    known = of.known[rows]
    if known.all():
        return
    fresh = rows[~known]
    p = of.recording.pictures[fresh]
    chances = find(p["x"], of.beta[fresh], p["impact"][:, 2], now, sites(of.batteries))
    of.chance[fresh] = policy.kill_chances(of.batteries, of.doctrine, _covariance(p["spread"]), chances, now)
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


def aims(of: Table, rows: Ints, end: Floats, now: float) -> Floats:
    """Where the tracks of these rows will be at ``end``: ``(n, 3)``, NaN where they will have come down."""
    keys = list(zip(rows.tolist(), end.tolist(), strict=True))
    new = [i for i, key in enumerate(keys) if key not in of.aims]
    if new:
        found = advance(of.recording.pictures["x"][rows[new]], now, end[new], of.beta[rows[new]])[:, :3]
        of.aims.update((keys[i], found[j]) for j, i in enumerate(new))
    return np.array([of.aims[key] for key in keys])
