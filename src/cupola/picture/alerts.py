"""Launch alerts: one for each launch, from confirmed tracks that thrust and climb, within seconds of confirmation.

A candidate must be confirmed, thrusting on two looks at this stage, seen by two sensors (or often by one), climbing, and fit a
boost from the ground that began before its track did. It is a known launch, and raises nothing, when its track
- descends from an alerted one,
- lies where an alerted missile is or would be by now (a second track of it), or was born after the alert, fits its launch and lies
  where that missile may have gone since its own track got the looks (born again: a stage lights up and the old track flies on
  without it); but not if that one was alerted before this one was launched,
- was born beside a missile alerted long before (one of a salvo, or a crossing of wrong lines of sight).
Later looks refine an alert in place, never its id or time.

Missiles launched so close together that they are taken for one share an alert, which says of how many boosters it is, at least: of
as many as thrust at once in tracks that are apart by more than their errors, for ten seconds.

Limits: boosters that the sensors do not resolve have one track and count once; a count is a lower bound, never an estimate.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from cupola.core.batches import BOOST, Alert, Floats, Ints, Tracks
from cupola.core.constants import Cited
from cupola.core.frozen import changed, quick
from cupola.dynamics import frames
from cupola.picture import descent
from cupola.picture.alerted import Watches, alerted
from cupola.picture.descent import WATCH
from cupola.picture.launch import Launch, back_track
from cupola.picture.launch_kernels import course
from cupola.picture.ranges import after_burnout, while_burning

LOOKS = 2  # looks, each at a time of its own, at which a track must be seen to thrust
ONE_SENSOR_HITS = 8  # hits that make up for a second sensor
MIN_CLIMB = 50.0
MIN_SPEED = 150.0
VAGUE, VAGUE_T = 60e3, 20.0  # m, s: a launch less sure than this of its place or time waits
PATIENCE = 15.0  # s: but no longer than this
REFINE = 12  # alerts refined in a step at most
YOUNG = 30.0  # s after which an alert's launch point gets no better: its sigma grows with the distance flown

SOURCES: dict[str, Cited] = {
    "VAGUE_T": Cited("s", "assumed: a launch time less sure than this waits for better", 2026, "assumed"),
    "MIN_CLIMB": Cited("m/s", "assumed: a slower climb is not yet a launch", 2026, "assumed"),
    "MIN_SPEED": Cited("m/s", "assumed: relative to the Earth; what is slower is not yet a launch", 2026, "assumed"),
}


@quick
@dataclass(frozen=True)
class State:
    """Alerts so far and what each descends from. Owned by ``step``: use the state it returns.

    watch: row k belongs to alert k. track, alert ``(k,)``: track ids known to belong to an alert, sorted by track. seen: candidates
    by track id: (looks while thrusting, time of the first, time of the last)."""

    alerts: tuple[Alert, ...]
    watch: Watches
    track: Ints
    alert: Ints
    seen: tuple[tuple[int, int, float, float], ...]
    sensors: int


def start(sensors: int = 2) -> State:
    """No alerts; ``sensors`` must have seen a track before it is believed (or one often enough)."""
    return State((), np.empty(0, WATCH), np.empty(0, np.int64), np.empty(0, np.int64), (), sensors)


def step(state: State, tracks: Tracks, now: float) -> tuple[State, tuple[Alert, ...], Ints]:
    """Returns the state, the alerts raised now, and for each track the alert it descends from ``(n,)``, -1 if unknown."""
    alerts, watch = list(state.alerts), state.watch
    launch, heirs = np.empty(len(tracks), np.int64), np.empty(len(watch), np.int64)
    inherited, thrusting, overdue = descent.survey(
        state.track, state.alert, watch, tracks.id, tracks.parent, tracks.x, tracks.t, tracks.updated, tracks.accel, tracks.mode,
        tracks.confirmed, now, launch, heirs,
    )  # fmt: skip
    for k in heirs[:inherited].tolist():
        alerts[k] = replace(alerts[k], track=int(watch["track"][k]))
    seen = {k: (n, t, last) for k, n, t, last in state.seen}
    fresh: dict[int, tuple[int, float, float]] = {}
    raised: list[Alert] = []
    for i in _candidates(tracks, launch, state.sensors).tolist() if thrusting else ():
        name = int(tracks.id[i])
        count, since, last = seen.get(name, (0, now, -math.inf))
        count += float(tracks.updated[i]) > last
        fresh[name] = (count, since, float(tracks.updated[i]))
        if count < LOOKS:
            continue
        found = back_track(tracks.x[i], tracks.P[i], tracks.t, float(tracks.accel[i]))
        known = alerted(watch, tracks, i, found)
        if known >= 0:
            launch[i] = known
            continue
        if found is None or not _credible(found, float(tracks.born[i]), now - since):
            continue
        launch[i] = len(alerts)
        raised.append(_alert(len(alerts), name, now, found))
        alerts.append(raised[-1])
        watch = np.append(watch, _watch(tracks, i, found, now))
    if overdue:
        _refine(alerts, watch, tracks, launch, now)
    grown, rows = np.empty(len(watch), np.int64), np.empty(len(tracks), np.int64)
    more, n = descent.conclude(
        state.track,
        watch,
        tracks.id,
        launch,
        tracks.x,
        tracks.P,
        tracks.t,
        tracks.updated,
        tracks.mode,
        tracks.confirmed,
        grown,
        rows,
    )
    for k in grown[:more].tolist():  # tell of alerts that are about more boosters than one
        alerts[k] = replace(alerts[k], boosters=int(watch["boosters"][k]))
    track, alert = _remember(state, tracks.id, launch, rows[:n]) if n else (state.track, state.alert)
    waiting = tuple((k, *looks) for k, looks in sorted(fresh.items()))
    new = tuple(alerts[a.id] for a in raised)
    return State(tuple(alerts), watch, track, alert, waiting, state.sensors), new, launch


def _remember(state: State, ids: Ints, launch: Ints, rows: Ints) -> tuple[Ints, Ints]:
    """What is known of tracks' alerts, and these rows besides."""
    n = len(state.track) + len(rows)
    track, alert = np.empty(n, np.int64), np.empty(n, np.int64)
    descent.learn(state.track, state.alert, ids, launch, rows, track, alert)
    return track, alert


def _candidates(tracks: Tracks, launch: Ints, needed: int) -> Ints:
    """Rows of confirmed, thrusting, climbing tracks of no known launch, with evidence enough."""
    rows: Ints = np.flatnonzero(tracks.confirmed & (tracks.mode == BOOST) & (launch < 0))
    if not len(rows):
        return rows
    sensors = np.bitwise_count(tracks.sensors[rows]).sum(axis=1)
    s = frames.state_ecef_from_eci(tracks.x[rows], tracks.t)
    up = s[:, :3] / np.linalg.norm(s[:, :3], axis=1)[:, None]
    climb = np.einsum("ni,ni->n", up, s[:, 3:])
    fast = np.linalg.norm(s[:, 3:], axis=1) > MIN_SPEED
    enough = (sensors >= needed) | (tracks.hits[rows] >= ONE_SENSOR_HITS)
    out: Ints = rows[enough & fast & (climb > MIN_CLIMB)]
    return out


def _alert(number: int, track: int, now: float, found: Launch) -> Alert:
    name, share = while_burning(found.since, found.speed)
    return Alert(number, track, now, found.t, found.lat, found.lon, found.sigma_m, found.heading, name, share)


def _watch(tracks: Tracks, i: int, found: Launch, now: float) -> Watches:
    """What is remembered of a fresh alert, one row."""
    w = np.zeros(1, WATCH)
    w["raised"], w["due"], w["boosters"] = now, now + 2.0, 1
    descent.note(w, 0, i, tracks.id, tracks.x, tracks.t, tracks.updated, tracks.accel, tracks.mode)
    w["ecef"], w["sigma_m"], w["launch_t"], w["sigma_t"] = found.ecef, found.sigma_m, found.t, found.sigma_t
    return w


def _credible(found: Launch, born: float, waited: float) -> bool:
    """Whether a launch may be told: known well enough, or waited for long enough (s), and not later than its own track began."""
    vague = found.sigma_m > VAGUE or found.sigma_t > VAGUE_T
    return found.t - 3 * found.sigma_t < born and not (vague and waited < PATIENCE)


def _refine(alerts: list[Alert], watch: Watches, tracks: Tracks, launch: Ints, now: float) -> None:
    """Better launch points while they get better, heading and class while the missile burns and climbs: a stage that brakes its
    fall with its engine says nothing of how far it might go. The longest overdue first."""
    late = np.flatnonzero(watch["burning"] & (watch["due"] <= now) & (watch["t"] == tracks.t))
    for k in late[np.argsort(watch["due"][late], kind="stable")][:REFINE].tolist():
        i = int(np.searchsorted(tracks.id, watch["track"][k]))
        launch[i] = k
        if tracks.x[i, :3] @ tracks.x[i, 3:] > 0.0:
            speed, heading = course(tracks.x[i], tracks.t)
            name, share = while_burning(tracks.t - alerts[k].launch_t, speed)
            alerts[k] = replace(alerts[k], heading=heading, range_class=name, confidence=share)
        age = now - float(watch["raised"][k])
        found = back_track(tracks.x[i], tracks.P[i], tracks.t, float(tracks.accel[i])) if age < YOUNG else None
        if found is not None:
            alerts[k] = _better(alerts[k], watch[k], found)
        watch["due"][k] = now + max(2.0, 0.2 * age)


def _better(alert: Alert, w: Any, found: Launch) -> Alert:
    """The alert with the launch point, or the launch time, of a new estimate that is surer of it; the two are known apart."""
    if found.sigma_m < w["sigma_m"]:
        alert = replace(alert, lat=found.lat, lon=found.lon, sigma_m=found.sigma_m)
        w["ecef"], w["sigma_m"] = found.ecef, found.sigma_m
    if found.sigma_t < w["sigma_t"]:
        alert = replace(alert, launch_t=found.t)
        w["launch_t"], w["sigma_t"] = found.t, found.sigma_t
    return alert


def settle_class(state: State, launch: Ints, impact: Floats, ellipse: Floats) -> State:
    """Range class from the farthest predicted impact among an alert's tracks, for alerts whose missile no longer burns."""
    n = len(state.alerts)
    at = np.array([(a.lat, a.lon, a.sigma_m) for a in state.alerts]).reshape(n, 3)
    reach, sigma = np.empty(n), np.empty(n)
    descent.farthest(state.watch, launch, impact, ellipse, at, reach, sigma)
    alerts = list(state.alerts)
    for k in np.flatnonzero(~np.isnan(reach)).tolist():
        name, share = after_burnout(float(reach[k]), float(sigma[k]))
        old = alerts[k]
        if (name, round(share, 2)) != (old.range_class, round(old.confidence, 2)):
            alerts[k] = replace(old, range_class=name, confidence=share)
    return changed(state, alerts=tuple(alerts))
