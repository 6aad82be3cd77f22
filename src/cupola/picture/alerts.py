"""Launch alerts: one for each launch, from confirmed tracks that thrust and climb, within seconds of confirmation.

A candidate must be confirmed and thrusting on two looks at this stage, seen by two sensors (or often by one), climbing, and fit a
boost from the ground. It is a known launch, and raises nothing, when its track descends from an alerted one, or lies where an
alerted missile is or would be by now (a second track of it, or one born again). Later looks refine an alert in place, never its
id or time.

Limits: two missiles launched within a few hundred metres and a second of each other, while their tracks cannot be told apart, are
one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from cupola.core.batches import MODES, Alert, Bools, Floats, Ints, Tracks
from cupola.core.constants import MU
from cupola.dynamics import frames
from cupola.picture.launch import Launch, back_track
from cupola.picture.ranges import after_burnout, while_burning

BOOST = MODES.index("boost")
LOOKS = 2  # steps in a row on which a track must be seen to thrust
ONE_SENSOR_HITS = 8  # hits that make up for a second sensor
MIN_CLIMB = 50.0  # m/s
MIN_SPEED = 150.0  # m/s, relative to the Earth
VAGUE = 60e3  # m: a launch point less sure than this waits
PATIENCE = 15.0  # s: but no longer than this
REFINE = 12  # alerts refined in a step at most
TWIN = (500.0, 100.0)  # m, m/s within which two thrusting tracks are one missile (beside their errors)
KIN = (5e3, 300.0)  # m, m/s within which a track of the same launch place and time is what a missile left behind
LOST = 120.0  # s for which a lost missile is looked for where it would be


@dataclass(frozen=True)
class Watch:
    """What is remembered of an alert: the last state of its track (ECI, at t), thrust, whether it still burned; launch estimate;
    when to refine."""

    x: Floats
    t: float
    thrust: float
    burning: bool
    ecef: Floats
    sigma_t: float
    due: float


@dataclass(frozen=True)
class State:
    """Alerts so far and what each descends from. track, alert ``(k,)``: track ids known to belong to an alert, sorted by track.
    seen: candidates by track id: (steps seen thrusting, time of the first)."""

    alerts: tuple[Alert, ...]
    watch: tuple[Watch, ...]
    track: Ints
    alert: Ints
    seen: tuple[tuple[int, int, float], ...]
    sensors: int


def start(sensors: int = 2) -> State:
    """No alerts; ``sensors`` must have seen a track before it is believed (or one often enough)."""
    return State((), (), np.empty(0, np.int64), np.empty(0, np.int64), (), sensors)


def step(state: State, tracks: Tracks, now: float) -> tuple[State, tuple[Alert, ...], Ints]:
    """Returns the state, the alerts raised now, and for each track the alert it descends from ``(n,)``, -1 if unknown."""
    launch = descend(state, tracks)
    alerts, watch = list(state.alerts), list(state.watch)
    _follow(watch, alerts, tracks, launch)
    seen = {k: (n, t) for k, n, t in state.seen}
    fresh: dict[int, tuple[int, float]] = {}
    raised: list[Alert] = []
    for i in _candidates(tracks, launch, state.sensors).tolist():
        name = int(tracks.id[i])
        count, since = seen.get(name, (0, now))
        fresh[name] = (count + 1, since)
        if count + 1 < LOOKS:
            continue
        known = np.flatnonzero(_same_missile(watch, tracks, i, *TWIN)) if watch else np.empty(0, np.int64)
        if len(known):
            launch[i] = known[0]
            continue
        found = back_track(tracks.x[i], tracks.P[i], tracks.t, float(tracks.accel[i]))
        if found is None or (found.sigma_m > VAGUE and now - since < PATIENCE):
            continue
        if watch:
            known = np.flatnonzero(_same_launch(alerts, watch, found, tracks.t) & _same_missile(watch, tracks, i, *KIN))
            if len(known):
                launch[i] = known[0]
                continue
        launch[i] = len(alerts)
        raised.append(_alert(len(alerts), name, now, found))
        alerts.append(raised[-1])
        watch.append(_watch(tracks, i, found, now))
    _refine(alerts, watch, tracks, launch, now)
    track, alert = _remember(state, tracks.id, launch)
    waiting = tuple((k, n, t) for k, (n, t) in sorted(fresh.items()))
    new = tuple(alerts[a.id] for a in raised)
    return State(tuple(alerts), tuple(watch), track, alert, waiting, state.sensors), new, launch


def descend(state: State, tracks: Tracks) -> Ints:
    """For each track the alert it belongs to, by itself or through the track it split from ``(n,)``; -1 if none."""
    launch = _look_up(state.track, state.alert, tracks.id)
    for _ in range(8):  # a chain of splits within one step
        orphan = np.flatnonzero((launch < 0) & (tracks.parent >= 0))
        if not len(orphan):
            break
        parent = tracks.parent[orphan]
        found = np.maximum(_look_up(state.track, state.alert, parent), _look_up(tracks.id, launch, parent))
        launch[orphan] = found
        if not np.any(found >= 0):
            break
    return launch


def _look_up(keys: Ints, values: Ints, wanted: Ints) -> Ints:
    out = np.full(len(wanted), -1, np.int64)
    if len(keys):
        at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        there = keys[at] == wanted
        out[there] = values[at[there]]
    return out


def _remember(state: State, ids: Ints, launch: Ints) -> tuple[Ints, Ints]:
    mine = launch >= 0
    keys, rows = np.unique(np.concatenate([ids[mine], state.track]), return_index=True)
    return keys, np.concatenate([launch[mine], state.alert])[rows]


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


def _watch(tracks: Tracks, i: int, found: Launch, now: float) -> Watch:
    return Watch(tracks.x[i], tracks.t, float(tracks.accel[i]), True, found.ecef, found.sigma_t, now + 2.0)


def _follow(watch: list[Watch], alerts: list[Alert], tracks: Tracks, launch: Ints) -> None:
    """Bring each alert's last known state up to date from its own track, or from a descendant that thrusts where that has gone."""
    if not watch or not len(tracks):
        return
    own = np.array([a.track for a in alerts], np.int64)
    at = np.minimum(np.searchsorted(tracks.id, own), len(tracks) - 1)
    alive = tracks.id[at] == own
    heirs: dict[int, int] = {}
    for i in np.flatnonzero((launch >= 0) & (tracks.mode == BOOST) & tracks.confirmed).tolist():
        heirs.setdefault(int(launch[i]), i)
    for k, w in enumerate(watch):
        i = int(at[k]) if alive[k] else heirs.get(k, -1)
        if i < 0:
            continue
        burning = bool(tracks.mode[i] == BOOST)
        watch[k] = replace(w, x=tracks.x[i], t=tracks.t, thrust=float(tracks.accel[i]), burning=burning)
        if not alive[k]:
            alerts[k] = replace(alerts[k], track=int(tracks.id[i]))


def _same_missile(watch: list[Watch], tracks: Tracks, i: int, reach: float, rush: float) -> Bools:
    """Of which alerts track i may be a second, a later or a child track ``(k,)``: it lies within ``reach`` (m) and ``rush`` (m/s)
    of where that missile is or would be by now; both grow with the time since it was last seen, as an acceleration unknown by 20
    m/s^2.
    """
    place, velocity, gap = _where_now(watch, tracks.t)
    sigma = math.sqrt(float(np.trace(tracks.P[i, :3, :3])))
    speed_sigma = math.sqrt(float(np.trace(tracks.P[i, 3:, 3:])))
    off = np.linalg.norm(place - tracks.x[i, :3], axis=1) < 3 * sigma + reach + 10.0 * gap**2
    drift = np.linalg.norm(velocity - tracks.x[i, 3:], axis=1) < 3 * speed_sigma + rush + 20.0 * gap
    return np.asarray(off & drift & (gap <= LOST))


def _where_now(watch: list[Watch], now: float) -> tuple[Floats, Floats, Floats]:
    """Positions and velocities ``(k, 3)`` under gravity and the last thrust along the velocity, and the time since last seen
    ``(k,)``."""
    x = np.array([w.x for w in watch])
    gap = now - np.array([w.t for w in watch])
    thrust = np.array([w.thrust if w.burning else 0.0 for w in watch])
    r, v = x[:, :3], x[:, 3:]
    a = -MU * r / np.linalg.norm(r, axis=1)[:, None] ** 3 + (thrust / np.maximum(np.linalg.norm(v, axis=1), 1.0))[:, None] * v
    h = gap[:, None]
    return r + h * v + 0.5 * h * h * a, v + h * a, gap


def _same_launch(alerts: list[Alert], watch: list[Watch], found: Launch, now: float) -> Bools:
    """Alerts ``(k,)`` that this estimate may repeat: same place and time of launch, and their missile no longer seen to burn."""
    gone = np.array([not w.burning or w.t < now for w in watch])
    off = np.linalg.norm(np.array([w.ecef for w in watch]) - found.ecef, axis=1)
    late = np.abs(np.array([a.launch_t for a in alerts]) - found.t)
    near = off < 3 * np.hypot(np.array([a.sigma_m for a in alerts]), found.sigma_m)
    soon = late < 3 * np.hypot(np.array([w.sigma_t for w in watch]), found.sigma_t)
    return np.asarray(gone & near & soon)


def _refine(alerts: list[Alert], watch: list[Watch], tracks: Tracks, launch: Ints, now: float) -> None:
    """Better launch points while they get better, heading and class while the missile burns. The longest overdue first."""
    late = sorted((w.due, k) for k, w in enumerate(watch) if w.due <= now and w.burning and w.t == tracks.t)
    for _, k in late[:REFINE]:
        rows = np.flatnonzero(tracks.id == alerts[k].track)
        if not len(rows):
            continue
        i = int(rows[0])
        launch[i] = k
        found = back_track(tracks.x[i], tracks.P[i], tracks.t, float(tracks.accel[i]))
        if found is not None:
            since = tracks.t - alerts[k].launch_t
            name, share = while_burning(since, found.speed)
            alerts[k] = replace(alerts[k], heading=found.heading, range_class=name, confidence=share)
            if found.sigma_m < alerts[k].sigma_m:
                alerts[k] = replace(alerts[k], launch_t=found.t, lat=found.lat, lon=found.lon, sigma_m=found.sigma_m)
                watch[k] = replace(watch[k], ecef=found.ecef, sigma_t=found.sigma_t)
        wait = max(2.0, 0.2 * (now - alerts[k].t))
        watch[k] = replace(watch[k], due=now + wait)


def settle_class(state: State, launch: Ints, impact: Floats, ellipse: Floats) -> State:
    """Range class from the farthest predicted impact among an alert's tracks, for alerts whose missile no longer burns."""
    rows = np.flatnonzero((launch >= 0) & np.isfinite(impact[:, 0]) & np.isfinite(ellipse[:, 0]))
    if not len(rows):
        return state
    alerts = list(state.alerts)
    at = np.array([[a.lat, a.lon, a.sigma_m, not w.burning] for a, w in zip(alerts, state.watch, strict=True)])
    rows = rows[at[launch[rows], 3] > 0]
    k = launch[rows]
    distance, _ = frames.great_circle(at[k, 0], at[k, 1], impact[rows, 0], impact[rows, 1])
    order = np.lexsort((distance, k))
    last = np.flatnonzero(np.diff(k[order], append=-1))
    for j in order[last].tolist():
        sigma = math.hypot(float(ellipse[rows[j], 0]), float(at[k[j], 2]))
        name, share = after_burnout(float(distance[j]), sigma)
        old = alerts[k[j]]
        if (name, round(share, 2)) != (old.range_class, round(old.confidence, 2)):
            alerts[k[j]] = replace(old, range_class=name, confidence=share)
    return replace(state, alerts=tuple(alerts))
