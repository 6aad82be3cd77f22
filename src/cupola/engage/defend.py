"""The defence as a stage: it reads the picture and what was reported of its shots, and commits simulated interceptors.

    state = start(batteries, doctrine)
    state, shots = step(state, (picture, outcomes), now)

It knows the picture's tracks and the reports, nothing else. A shot whose track vanishes keeps its last aim. A track whose kill was
reported but that is still measured afterwards is engaged again: a wrong report costs time, not the target.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numba import njit

from cupola.catalog.defence import Battery, Doctrine, check_names
from cupola.core.batches import WARHEAD, Bools, Floats, Ints, Outcomes, Picture, Shots, concat, select
from cupola.core.frozen import changed, quick
from cupola.dynamics.propagate import advance, drag_rows, propagate_rows
from cupola.engage import policy
from cupola.engage.flyout import Sites, sites
from cupola.engage.opportunities import EASE, NEAR, drag_of, find
from cupola.engage.plan import Order, Planner, Problem, greedy

REVISIT = 10.0  # s between looks at a track that no battery can engage yet
REPORT_WITHIN = 60.0  # s after the intercept within which a report is still matched to its shot


@quick
@dataclass(frozen=True)
class Note:
    """What the defence remembers of a track, s: no new shot before ``wait`` (a look is being assessed); dead: time of a reported
    kill, inf if none; again: when to look for opportunities next."""

    wait: float = -np.inf
    dead: float = np.inf
    again: float = -np.inf


UNTOUCHED = Note()


@quick
@dataclass(frozen=True)
class State:
    """rounds ``(m,)`` left per battery; flying: rounds in flight or awaiting a report; notes by track id; fired so far."""

    batteries: tuple[Battery, ...]
    doctrine: Doctrine
    planner: Planner
    sites: Sites
    rounds: Ints
    flying: Shots
    notes: Mapping[int, Note] = field(default_factory=dict)
    fired: int = 0
    planned: float = -np.inf
    updated: float = -np.inf


def start(batteries: tuple[Battery, ...], doctrine: Doctrine, planner: Planner = greedy) -> State:
    """Full magazines. Raises BadScenario when two batteries share a name."""
    check_names(batteries)
    rounds = np.array([b.magazine for b in batteries], dtype=np.int64)
    return State(batteries, doctrine, planner, sites(batteries), rounds, Shots.empty())


def step(state: State, batch: tuple[Picture, Outcomes], now: float) -> tuple[State, Shots]:
    """One step: reports in, finished rounds off, new shots when a plan is due, aim updates for those in flight."""
    picture, outcomes = batch
    state = _report(state, outcomes)
    if len(state.flying) and state.flying.intercept_t.min() <= now - REPORT_WITHIN:
        state = changed(state, flying=select(state.flying, state.flying.intercept_t > now - REPORT_WITHIN))
    state, updates = _update(state, picture, now)
    if len(state.batteries) == 0 or now < state.planned + state.doctrine.plan:
        return state, updates
    state, fresh = _plan(state, picture, now)
    if not len(fresh):
        return state, updates
    return state, concat([fresh, updates]) if len(updates) else fresh


def _report(state: State, outcomes: Outcomes) -> State:
    """Remember reported kills by track. Reports of unknown shots (already forgotten) change nothing but are not an error."""
    if len(outcomes.shot) == 0:
        return state
    notes = dict(state.notes)
    track = {int(s): int(k) for s, k in zip(state.flying.id, state.flying.track, strict=True)}
    for shot, t, kill in zip(outcomes.shot, outcomes.t, outcomes.kill, strict=True):
        of = track.get(int(shot))
        if of is not None and kill:
            notes[of] = changed(notes.get(of, UNTOUCHED), dead=float(t))
    return changed(state, notes=notes)


def _update(state: State, picture: Picture, now: float) -> tuple[State, Shots]:
    """Aim updates from the current tracks; shots without a track in the picture are left alone."""
    f, tracks = state.flying, picture.tracks
    if len(f) == 0 or now < state.updated + state.doctrine.update:
        return state, Shots.empty()
    aim, found = f.aim.copy(), np.zeros(len(f), np.bool_)
    told = _aim(tracks.id, tracks.x, tracks.beta, picture.t, f.track, f.intercept_t, now, aim, found)
    if not told:
        return changed(state, updated=now), Shots.empty()
    flying = Shots(f.id, f.battery, f.track, f.fire_t, f.intercept_t, aim)
    return changed(state, flying=flying, updated=now), select(flying, found) if told < len(found) else flying


@njit(cache=True, nogil=True)
def _aim(ids: Ints, x: Floats, beta: Floats, t: float, track: Ints, end: Floats, now: float, aim: Floats, found: Bools) -> int:
    """Where the tracks ``ids`` (sorted; at ``t``; beta as in ``Tracks``) of rounds ``(k,)`` still in flight will be at their
    intercepts, into ``aim (k, 3)``; an aim stays where the track comes down before. found ``(k,)``: rounds whose track is
    there, which are counted."""
    drag, times, out, told = np.empty((1, 2)), np.empty(2), np.empty((1, 2, 6)), 0
    for k in range(len(track)):
        i = np.searchsorted(ids, track[k])
        if not (end[k] > now and i < len(ids) and ids[i] == track[k]):
            continue
        found[k] = True
        told += 1
        if not (k > 0 and found[k - 1] and track[k - 1] == track[k] and end[k - 1] == end[k]):  # else: one salvo
            drag[0, 0], drag[0, 1], times[0], times[1] = drag_of(beta[i : i + 1])[0], 1.0, t, end[k]
            drag_rows(drag)
            propagate_rows(x[i : i + 1], times, drag, out, EASE)
        if math.isfinite(out[0, 1, 0]):
            for a in range(3):
                aim[k, a] = out[0, 1, a]
    return told


def _plan(state: State, picture: Picture, now: float) -> tuple[State, Shots]:
    """Look at every track that is due for a decision and fire where it pays."""
    free = _free(state, now)
    rows, value = _candidates(state, picture, now) if free.any() else (np.empty(0, np.int64), np.empty(0))
    if len(rows) == 0:
        return changed(state, planned=now), Shots.empty()
    problem = _problem(state, picture, rows, value[rows], free, now)
    orders = state.planner(problem, state.doctrine)
    notes = _postponed(state.notes, problem, state.doctrine, picture.impact[rows, 2], now)
    if not orders:
        return changed(state, notes=notes, planned=now), Shots.empty()
    beta = drag_of(picture.tracks.beta[rows])
    shots = _commit(state, orders, problem, picture.tracks.x[rows], picture.t, beta, now)
    for track, end in zip(shots.track.tolist(), shots.intercept_t.tolist(), strict=True):
        wait = max(notes[track].wait, end + state.doctrine.assess)
        notes[track] = Note(wait, np.inf, notes[track].again)
    rounds = state.rounds - np.bincount(shots.battery, minlength=len(state.rounds))
    flying = concat([state.flying, shots])
    return changed(state, notes=notes, rounds=rounds, flying=flying, fired=state.fired + len(shots), planned=now), shots


def _candidates(state: State, picture: Picture, now: float) -> tuple[Ints, Floats]:
    """Rows of the picture that may get a shot now, and the value at risk of every row."""
    reached, value = policy.progress(picture, state.doctrine, now)
    released = np.flatnonzero(reached == policy.RELEASED).tolist()
    return np.array([i for i in released if _open(state, picture, i, now)], dtype=np.int64), value


def _problem(state: State, picture: Picture, rows: Ints, value: Floats, free: Ints, now: float) -> Problem:
    """The planner's input for these rows of the picture."""
    tracks = picture.tracks
    chances = find(tracks.x[rows], drag_of(tracks.beta[rows]), picture.impact[rows, 2], picture.t, state.sites)
    kill = policy.kill_chances(state.sites, state.doctrine, tracks.P[rows], chances, now)
    worth = picture.prob[rows, WARHEAD] * value
    names = tuple(b.name for b in state.batteries)
    due = now + state.doctrine.plan
    return Problem(tracks.id[rows], worth, kill, chances.first, chances.command, chances.last, free, names, due)


def _open(state: State, picture: Picture, row: int, now: float) -> bool:
    """Whether a track may get a shot now: no look pending, not believed dead, and due for a look."""
    note = state.notes.get(int(picture.tracks.id[row]), UNTOUCHED)
    alive = math.isinf(note.dead) or picture.tracks.updated[row] >= note.dead + state.doctrine.assess
    return bool(alive and now >= note.wait and now >= note.again)


def _free(state: State, now: float) -> Ints:
    """Rounds each battery may fire now: magazine less reserve, and no more than its free channels."""
    out = np.empty(len(state.rounds), np.int64)
    _room(state.rounds, state.doctrine.reserve, state.sites.channels, state.flying.battery, state.flying.intercept_t, now, out)
    return out


@njit(cache=True, nogil=True)
def _room(rounds: Ints, reserve: int, channels: Ints, battery: Ints, end: Floats, now: float, out: Ints) -> None:
    """Kernel of ``_free``; battery, end: of the rounds in flight."""
    for j in range(len(out)):
        out[j] = channels[j]
    for k in range(len(battery)):
        out[battery[k]] -= end[k] > now
    for j in range(len(out)):
        out[j] = max(0, min(rounds[j] - reserve, out[j]))


def _postponed(notes: Mapping[int, Note], problem: Problem, doctrine: Doctrine, impact_t: Floats, now: float) -> dict[int, Note]:
    """The notes with the time at which each candidate is to be looked at again."""
    out = dict(notes)
    pause = np.empty(len(problem.track))
    _pause(problem.first, problem.command, impact_t, now, doctrine.plan, pause)
    for track, again in zip(problem.track.tolist(), (now + pause - 1e-6).tolist(), strict=True):
        note = out.get(track, UNTOUCHED)
        out[track] = Note(note.wait, note.dead, again)
    return out


@njit(cache=True, nogil=True)
def _pause(first: Floats, command: Floats, impact_t: Floats, now: float, plan: float, out: Floats) -> None:
    """Seconds until each track is to be looked at again: until its first command is due, near impact at every plan."""
    longest = max(REVISIT, plan)
    for i in range(len(out)):
        out[i] = plan
        if impact_t[i] - now > NEAR:
            wait = math.inf
            for j in range(first.shape[1]):
                if not math.isnan(first[i, j]):
                    wait = min(wait, command[i, j])
            wait -= plan + now
            out[i] = min(max(wait, plan), longest) if wait > 0.0 else longest


def _commit(state: State, orders: list[Order], problem: Problem, x: Floats, t: float, beta: Floats, now: float) -> Shots:
    """Shots for the orders, one row a round, ids counted up in the order of the orders."""
    row = np.repeat([o.row for o in orders], [o.rounds for o in orders])
    battery = np.repeat([o.battery for o in orders], [o.rounds for o in orders])
    end = problem.first[row, battery]
    aim = advance(x[row], t, end, beta[row])[:, :3]
    ids = state.fired + np.arange(len(row), dtype=np.int64)
    return Shots(ids, battery, problem.track[row], np.full(len(row), now), end, np.ascontiguousarray(aim))
