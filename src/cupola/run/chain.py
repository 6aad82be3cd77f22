"""Who leaked, and where the chain broke: for every true warhead the first link from detection to hit that failed.

The judge (``run``) sees both wings and keeps a ``Ledger``; nothing here feeds back into either. Order of use:

    ledger = start(batteries, doctrine)
    ledger = note_seen(ledger, frame, seen)                 each tick: ids of objects that gave a detection
    ledger = note_shots(ledger, frame, picture, shots)      each tick: rows of the defence's Shots
    ledger = note_picture(ledger, frame, picture)           every few seconds
    report = conclude(ledger, hits, landed, threat)         at the end
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numba import njit
from scipy.spatial import cKDTree

from cupola.catalog.defence import Area, Battery, Doctrine
from cupola.core.batches import WARHEAD, Bools, Floats, Ints, Picture, Shots, select
from cupola.core.frozen import changed, quick
from cupola.dynamics.frames import great_circle
from cupola.engage import policy
from cupola.engage.flyout import Sites, sites
from cupola.engage.opportunities import drag_of, find
from cupola.run.price import Money, rounds_price
from cupola.truth.frame import TruthFrame
from cupola.truth.kill import KILLED, UNMET, WHYS, Hits
from cupola.truth.world import Impacts

NEAR_M = 5000.0  # an object belongs to its nearest track within so far; the cut-off of the picture's scores too
STEPS = (
    "detected",
    "tracked",
    "called",
    "ballistic",
    "threatening",
    "alerted",
    "released",
    "reachable",
    "measured",
    "armed",
    "engaged",
)
DETECTED, TRACKED, CALLED, BALLISTIC, THREATENING, ALERTED, RELEASED, REACHABLE, MEASURED, ARMED, ENGAGED = range(len(STEPS))
BREAKS = (
    "not detected", "not tracked", "not called a warhead", "not in ballistic flight", "impact not in a defended area",
    "no alert",
    "not released in time", "out of reach", "tracked too poorly", "no round left", "not engaged",
)  # fmt: skip
STRAYED = "round met another object"
ENDS = (*BREAKS, *(w for k, w in enumerate(WHYS) if k != KILLED), STRAYED)  # all that may have let a leaker through


@quick
@dataclass(frozen=True)
class Ledger:
    """Per warhead ``n``, sorted by id: launch number; when it first passed each step ``(n, len(STEPS))`` s, NaN if never.

    fired ``(m,)``: rounds per battery; aimed: shot id to the id of the warhead it was aimed at (-1: at none).
    """

    batteries: tuple[Battery, ...]
    doctrine: Doctrine
    sites: Sites
    id: Ints
    launch: Ints
    first: Floats
    fired: Ints
    aimed: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Report:
    """summary: the run summary's ``engagement`` part; chain: how many leakers broke at each link; rows: one per warhead.

    rows hold id, launch, fate (``killed``; ``leaked``: came down in a defended area; ``undefended``: came down elsewhere;
    ``flying``), t, broke, rounds aimed at it, and the time of each step (None if never).
    """

    summary: dict[str, Any]
    chain: dict[str, int]
    rows: list[dict[str, Any]]
    cost: Money


def start(batteries: tuple[Battery, ...], doctrine: Doctrine) -> Ledger:
    """An empty ledger of a run with these batteries."""
    none = np.empty(0, np.int64)
    return Ledger(batteries, doctrine, sites(batteries), none, none, np.empty((0, len(STEPS))), np.zeros(len(batteries), np.int64))


def note_seen(ledger: Ledger, frame: TruthFrame, seen: Ints) -> Ledger:
    """Enter warheads that appeared, and who gave a first detection; ``seen``: ids of this tick (any order, -1 for clutter)."""
    rows = np.empty(len(ledger.id), np.int64)
    new, found = _survey(ledger.id, ledger.first, frame.id, frame.kind, seen, rows)
    if new:
        ledger = _enter(ledger, frame)
        rows = np.empty(len(ledger.id), np.int64)
        _, found = _survey(ledger.id, ledger.first, frame.id, frame.kind, seen, rows)
    return _mark_rows(ledger, rows[:found], DETECTED, frame.t) if found else ledger


def note_picture(ledger: Ledger, frame: TruthFrame, picture: Picture) -> Ledger:
    """Compare picture and truth: the nearest track within 5 km of a warhead stands for it."""
    ledger = _enter(ledger, frame)
    row, track = _pair(ledger, frame, picture)
    if len(row) == 0:
        return ledger
    reached, value = policy.progress(picture, ledger.doctrine, picture.t)
    alerted = np.isfinite(policy.release_times(picture.launch, picture.alerts, 0.0))
    gates = {
        TRACKED: reached >= policy.SEEN,
        CALLED: reached >= policy.CALLED,
        BALLISTIC: reached >= policy.BALLISTIC,
        THREATENING: reached >= policy.THREATENING,
        ALERTED: (reached >= policy.THREATENING) & alerted,
        RELEASED: reached >= policy.RELEASED,
    }
    for step, passed in gates.items():
        ledger = _mark_rows(ledger, row[passed[track]], step, frame.t)
    ready = (reached[track] >= policy.RELEASED) & np.isnan(ledger.first[row, ARMED])  # with that the steps before it are passed too
    return _reach(ledger, row[ready], track[ready], value, picture) if ready.any() and ledger.batteries else ledger


def _reach(ledger: Ledger, row: Ints, track: Ints, value: Floats, picture: Picture) -> Ledger:
    """The steps that need geometry: in reach, measured well enough, a round left for it."""
    of = select(picture.tracks, track)
    chances = find(of.x, drag_of(of.beta), picture.impact[track, 2], picture.t, ledger.sites)
    kill = policy.kill_chances(ledger.sites, ledger.doctrine, of.P, chances, picture.t)
    gain = picture.prob[track, WARHEAD, None] * value[track, None] * kill
    usable = (kill > 0) & (gain > ledger.doctrine.min_gain)
    left = np.array([b.magazine for b in ledger.batteries]) - ledger.fired > ledger.doctrine.reserve
    for step, passed in ((REACHABLE, ~np.isnan(chances.first)), (MEASURED, usable), (ARMED, usable & left)):
        ledger = _mark_rows(ledger, row[passed.any(axis=1)], step, picture.t)
    return ledger


def note_shots(ledger: Ledger, frame: TruthFrame, picture: Picture, shots: Shots) -> Ledger:
    """Count launches, and note at which warhead each was aimed: the true object nearest to its track, if that is a warhead within
    5 km. In-flight updates change nothing."""
    if not len(shots):
        return ledger
    fresh = [i not in ledger.aimed for i in shots.id.tolist()]
    if not any(fresh):
        return ledger
    new = np.array(fresh, dtype=np.bool_)
    ledger = _enter(ledger, frame)
    shots = select(shots, new)
    at = np.isin(picture.tracks.id, shots.track)
    of = dict(zip(picture.tracks.id[at].tolist(), _warhead_at(frame, picture.tracks.x[at, :3]).tolist(), strict=True))
    aimed = dict(ledger.aimed) | {int(i): of.get(int(k), -1) for i, k in zip(shots.id, shots.track, strict=True)}
    hit = np.isin(ledger.id, [w for w in aimed.values() if w >= 0])
    fired = ledger.fired + np.bincount(shots.battery, minlength=len(ledger.fired))
    ledger = changed(ledger, aimed=aimed, fired=fired)
    for step in range(TRACKED, ENGAGED + 1):
        ledger = _mark(ledger, hit, step, frame.t)
    return ledger


def conclude(ledger: Ledger, hits: Hits, landed: Impacts, threat: Money) -> Report:
    """The verdict. hits: of the whole run; landed: who reached the ground, when and where; threat: the raid's price."""
    killed = {int(o): float(t) for o, t, w in zip(hits.object, hits.t, hits.why, strict=True) if w == KILLED}
    inside = defended(landed.lat, landed.lon, ledger.doctrine.areas)
    down = {int(i): ("leaked" if a else "undefended", float(t)) for i, t, a in zip(landed.id, landed.t, inside, strict=True)}
    mine: dict[int, list[int]] = {}
    for shot, warhead in ledger.aimed.items():
        mine.setdefault(warhead, []).append(shot)
    rows = [_row(ledger, r, hits, killed, down, mine.get(int(i), [])) for r, i in enumerate(ledger.id)]
    leaked = [r for r in rows if r["fate"] == "leaked"]
    fates = Counter(r["fate"] for r in rows)
    cost = rounds_price(ledger.fired, ledger.batteries)
    summary = {
        "fired": int(ledger.fired.sum()),
        "killed": fates["killed"],
        "leaked": len(leaked),
        "undefended": fates["undefended"],
        "flying": fates["flying"],
        "inventory_left": sum(b.magazine for b in ledger.batteries) - int(ledger.fired.sum()),
        "cost_usd": cost.usd,
        "cost_range_usd": [cost.lo, cost.hi],
        "threat_cost_usd": threat.usd,
        "threat_cost_range_usd": [threat.lo, threat.hi],
    }
    counted = Counter(r["broke"] for r in leaked)
    return Report(summary, dict(sorted(counted.items())), rows, cost)


def defended(lat: Floats, lon: Floats, areas: tuple[Area, ...]) -> Bools:
    """Whether each of these places ``(n,)`` (rad) lies in a defended area; where no areas are named, all the Earth is one."""
    inside = np.full(len(lat), not areas)
    for area in areas:
        inside |= great_circle(lat, lon, area.lat, area.lon)[0] <= area.radius
    return inside


def _row(
    ledger: Ledger, r: int, hits: Hits, killed: Mapping[int, float], down: Mapping[int, tuple[str, float]], mine: list[int]
) -> dict[str, Any]:
    """One warhead's line of the report; ``mine``: the rounds aimed at it."""
    me = int(ledger.id[r])
    fate, t = ("killed", killed[me]) if me in killed else down.get(me, ("flying", None))
    times = {s: (None if np.isnan(v) else float(v)) for s, v in zip(STEPS, ledger.first[r], strict=True)}
    broke = "" if fate == "killed" else _broke(ledger, r, hits, mine)
    return {
        "id": me, "launch": int(ledger.launch[r]), "fate": fate, "t": t,
        "broke": broke, "rounds": len(mine), **times,
    }  # fmt: skip


def _broke(ledger: Ledger, r: int, hits: Hits, mine: list[int]) -> str:
    """The first link that failed. For an engaged warhead: what the last round that met it did, or that none found it."""
    never = np.isnan(ledger.first[r])
    if never[ENGAGED]:
        return BREAKS[int(np.argmax(never))]
    met = hits.why[hits.object == ledger.id[r]]
    if len(met):
        return WHYS[int(met[-1])]
    elsewhere = np.isin(hits.shot, mine) & (hits.object >= 0)
    return STRAYED if elsewhere.any() else WHYS[UNMET]


def _enter(ledger: Ledger, frame: TruthFrame) -> Ledger:
    """Add warheads that are new in this frame."""
    new = _new(ledger.id, frame.id, frame.kind)
    if not len(new):
        return ledger
    ids = np.concatenate([ledger.id, frame.id[new]])
    order = np.argsort(ids, kind="stable")
    launch = np.concatenate([ledger.launch, frame.launch[new]])
    first = np.concatenate([ledger.first, np.full((len(new), len(STEPS)), np.nan)])
    return changed(ledger, id=ids[order], launch=launch[order], first=first[order])


@njit(cache=True, nogil=True)
def _new(known: Ints, id: Ints, kind: Ints) -> Ints:
    """Rows of the warheads whose ids are not among the sorted ``known``."""
    rows, n = np.empty(len(id), np.int64), 0
    for i in range(len(id)):
        if kind[i] == WARHEAD:
            at = np.searchsorted(known, id[i])
            if at == len(known) or known[at] != id[i]:
                rows[n] = i
                n += 1
    return rows[:n]


@njit(cache=True, nogil=True)
def _survey(known: Ints, first: Floats, id: Ints, kind: Ints, seen: Ints, rows: Ints) -> tuple[int, int]:
    """How many warheads of the frame are not among the sorted ``known``, and how many of those known are among ``seen`` for the
    first time, whose rows are written."""
    new, blind, n = 0, 0, 0
    for i in range(len(id)):
        if kind[i] == WARHEAD:
            at = np.searchsorted(known, id[i])
            new += at == len(known) or known[at] != id[i]
    for r in range(len(known)):
        blind += np.isnan(first[r, DETECTED])
    if new > 0 or blind == 0:
        return new, 0
    found = np.zeros(len(known), np.bool_)
    for i in seen:
        at = np.searchsorted(known, i)
        if at < len(known) and known[at] == i and np.isnan(first[at, DETECTED]):
            found[at] = True
    for r in range(len(known)):
        if found[r]:
            rows[n] = r
            n += 1
    return new, n


def _pair(ledger: Ledger, frame: TruthFrame, picture: Picture) -> tuple[Ints, Ints]:
    """Ledger rows of living warheads that have steps left to pass and a track within 5 km, and the row of the nearest track of
    each."""
    here = np.flatnonzero(frame.kind == WARHEAD)
    here = here[np.isnan(ledger.first[np.searchsorted(ledger.id, frame.id[here]), ENGAGED])]
    if len(here) == 0 or len(picture.tracks) == 0:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    track = np.empty(len(here), np.int64)
    _nearest(frame.x, here, picture.tracks.x, track)
    near = track >= 0
    return np.searchsorted(ledger.id, frame.id[here[near]]), track[near]


@njit(cache=True, nogil=True)
def _nearest(x: Floats, rows: Ints, of: Floats, out: Ints) -> None:
    """The nearest of the places ``of (m, 6)`` within 5 km of each of these rows of ``x (n, 6)`` into ``out (k,)``, -1 if none."""
    for k in range(len(rows)):
        i, best = rows[k], NEAR_M * NEAR_M
        out[k] = -1
        for j in range(len(of)):
            dx = of[j, 0] - x[i, 0]
            if abs(dx) < NEAR_M:
                dy, dz = of[j, 1] - x[i, 1], of[j, 2] - x[i, 2]
                gap = dx * dx + dy * dy + dz * dz
                if gap < best:
                    out[k], best = j, gap


def _warhead_at(frame: TruthFrame, x: Floats) -> Ints:
    """Id of the warhead at each position ``x (k, 3)``: of the nearest object within 5 km, -1 if that is none or no warhead."""
    if len(frame) == 0 or len(x) == 0:
        return np.full(len(x), -1, dtype=np.int64)
    gap, row = cKDTree(frame.x[:, :3]).query(x, distance_upper_bound=NEAR_M)
    row = np.minimum(row, len(frame) - 1)
    return np.where(np.isfinite(gap) & (frame.kind[row] == WARHEAD), frame.id[row], -1)


def _mark(ledger: Ledger, which: Bools, step: int, t: float) -> Ledger:
    """Note ``t`` as the first time of a step for those that pass it for the first time."""
    fresh = which & np.isnan(ledger.first[:, step])
    if not fresh.any():
        return ledger
    first = ledger.first.copy()
    first[fresh, step] = t
    return changed(ledger, first=first)


def _mark_rows(ledger: Ledger, rows: Ints, step: int, t: float) -> Ledger:
    which = np.zeros(len(ledger.id), dtype=np.bool_)
    which[rows] = True
    return _mark(ledger, which, step, t)
