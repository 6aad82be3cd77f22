"""A made-up picture to look at and to test the page with: no scenario, no sensors, no tracker. ``python tests/support/made_up.py``

Launches at sea towards points at sea; each carries a group of objects on neighbouring Kepler arcs. Nothing here is data.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass

import numpy as np

from cupola.core.batches import (
    BALLISTIC,
    BOOST,
    BOOSTER,
    CLASSES,
    DEBRIS,
    DECOY,
    STAGE,
    WARHEAD,
    Alert,
    Floats,
    Ints,
    Picture,
    SensorCard,
    Tracks,
)
from cupola.core.constants import MEAN_RADIUS, MU
from cupola.core.randoms import stream
from cupola.dynamics.frames import ecef_from_geodetic, eci_from_ecef
from cupola.dynamics.kepler import coast, minimum_energy
from cupola.service.events import Event, alert_event, impact_event
from cupola.service.frames import encode_frame
from cupola.service.hub import Hub
from cupola.service.info import BatteryMark, describe
from cupola.service.serve import DEFAULT_PORT, start

SEAS = np.radians([[24.0, -155.0], [38.0, 160.0], [-28.0, 80.0], [45.0, -35.0], [12.0, 62.0]])  # made up
EPOCH_NS = 1_767_225_600_000_000_000  # 2026-01-01
DURATION = 1800.0


@dataclass(frozen=True)
class Raid:
    """Objects ``(n,)`` of launches ``(l,)``: each starts at ``x0 (n, 6)`` (ECI) at its launch time and flies without drag."""

    launch_t: Floats
    launch_at: Floats
    impact_at: Floats
    flight: Floats
    of: Ints
    kind: Ints
    x0: Floats


def unit(x: Floats) -> Floats:
    """Rows ``(n, 3)`` scaled to length 1."""
    return np.asarray(x / np.linalg.norm(x, axis=1)[:, None])


def cheapest_arcs(p: Floats, q: Floats) -> tuple[Floats, Floats]:
    """States ``(l, 6)`` at unit vectors ``p`` of the cheapest arcs to ``q`` on a sphere, and their times of flight ``(l,)``."""
    arc = np.arccos(np.clip((p * q).sum(axis=1), -1.0, 1.0))
    speed, angle, _, time_s = minimum_energy(arc * MEAN_RADIUS)
    along = unit(q - (p * q).sum(axis=1)[:, None] * p)
    velocity = speed[:, None] * (np.cos(angle)[:, None] * along + np.sin(angle)[:, None] * p)
    return np.concatenate([p * MEAN_RADIUS, velocity], axis=1), time_s


def make_raid(launches: int = 1000, each: int = 20, seed: int = 1) -> Raid:
    """``launches * each`` objects on cheapest arcs between random sea points of the turning Earth."""
    rng = stream(seed, "service", "sample")
    home = rng.integers(len(SEAS), size=launches)
    away = (home + rng.integers(1, len(SEAS), size=launches)) % len(SEAS)
    start_at = SEAS[home] + rng.normal(0.0, 0.03, (launches, 2))
    end_at = SEAS[away] + rng.normal(0.0, 0.03, (launches, 2))
    p, q = (unit(ecef_from_geodetic(w[:, 0], w[:, 1])) for w in (start_at, end_at))
    x, flight = cheapest_arcs(p, q)
    for _ in range(6):  # the Earth turns under the flight
        x, flight = cheapest_arcs(p, eci_from_ecef(q, flight))
    of = np.repeat(np.arange(launches), each)
    x0 = x[of]
    x0[:, 3:] += rng.normal(0.0, 8.0, (len(of), 3))
    kind = rng.choice([STAGE, WARHEAD, *[DECOY] * 4, *[DEBRIS] * 2], size=len(of))
    kind[::each] = WARHEAD
    return Raid(rng.uniform(0.0, 300.0, launches), start_at, end_at, flight, of, kind, x0)


def picture_at(raid: Raid, t: float) -> Picture:
    """What a perfect observer would show at ``t``: objects between their launch and their fall."""
    age = t - raid.launch_t[raid.of]
    rows = np.flatnonzero((age > 30.0) & (age < raid.flight[raid.of]))
    rows = rows[(age[rows] > 150.0) | (raid.kind[rows] == WARHEAD)]  # groups appear once deployed
    n, of, age = len(rows), raid.of[rows], age[rows]
    frame = coast(raid.x0[rows], age)
    x = _turned(frame, raid.launch_t[of])
    boost = age < 150.0
    kind = np.where(boost, BOOSTER, raid.kind[rows])
    prob = np.full((n, len(CLASSES)), 0.06)
    prob[np.arange(n), kind] = 0.76
    spread = 200.0 + 3000.0 * np.exp(-age / 60.0)
    P = np.zeros((n, 6, 6))
    P[:, range(6), range(6)] = np.concatenate([np.tile(spread[:, None], 3) ** 2, np.full((n, 3), 100.0)], axis=1)
    tracks = Tracks(
        t, rows.astype(np.int64), x, P, np.ones(n, bool), np.where(boost, BOOST, BALLISTIC).astype(np.uint8), t - age,
        t - (rows % 7), np.full(n, 5, np.int32), np.ones((n, 1), np.uint64), np.full((n, 2), np.nan), np.where(boost, 30.0, 0.0),
        np.full(n, -1, np.int64),
    )  # fmt: skip
    impact = np.column_stack([raid.impact_at[of], raid.launch_t[of] + raid.flight[of]])
    impact[boost] = np.nan
    ellipse = np.column_stack([spread * 12.0, spread * 5.0, np.full(n, 0.7)])
    alerts = tuple(_alert(raid, k) for k in np.flatnonzero(raid.launch_t + 45.0 <= t))
    return Picture(t, tracks, prob, (rows % 7).astype(float), of.astype(np.int64), impact, ellipse, alerts)


def _turned(x: Floats, t: Floats) -> Floats:
    """ECI states of flights computed as if launched at t = 0."""
    turn = np.stack([eci_from_ecef(x[:, k : k + 3], t) for k in (0, 3)], axis=1)
    return turn.reshape(len(x), 6)


def _alert(raid: Raid, launch: np.intp) -> Alert:
    k, t, (lat, lon) = int(launch), float(raid.launch_t[launch]), raid.launch_at[launch]
    return Alert(k, k, t + 45.0, t, float(lat), float(lon), 4000.0, 1.0, "icbm", 0.9)


def new_events(raid: Raid, since: float, until: float) -> list[Event]:
    """Alerts raised and impacts that happened in ``(since, until]``."""
    alerts = [
        alert_event(_alert(raid, k)) for k in np.flatnonzero((raid.launch_t + 45.0 > since) & (raid.launch_t + 45.0 <= until))
    ]
    fall = raid.launch_t + raid.flight
    down = np.flatnonzero((fall > since) & (fall <= until))
    where = raid.impact_at
    return alerts + [impact_event(float(fall[k]), float(where[k, 0]), float(where[k, 1]), "warhead") for k in down]


def sample_sensors(count: int = 24) -> tuple[tuple[SensorCard, ...], Floats, Floats]:
    """Cards, ECI positions at t = 0 and velocities (space sensors only, zero elsewhere) of made-up sensors."""
    lat, lon = np.radians(np.linspace(-55.0, 65.0, count)), np.radians(np.linspace(-170.0, 700.0, count))
    domains = np.array(["ground", "sea", "air", "space"])[np.arange(count) % 4]
    alt = np.select([domains == "space", domains == "air"], [1200.0e3, 10.0e3], 100.0)
    position = ecef_from_geodetic(lat, lon, alt)
    east = np.stack([-np.sin(lon), np.cos(lon), 0.0 * lon], axis=1)
    speed = np.where(domains == "space", np.sqrt(MU / (MEAN_RADIUS + alt)), 0.0)
    cards = tuple(
        SensorCard(
            f"{d}-{k:02d}", "infrared" if d == "space" else "radar", d, "sample", np.array([1e-3, 1e-3, 30.0]), 0.9, 0.0,
            np.array([0.0, 1.5, -1.0, 1.0, 0.0, 3.0e6 if d != "space" else np.nan]), 5.0,
        )
        for k, d in enumerate(domains)
    )  # fmt: skip
    return cards, position, east * speed[:, None]


def sensors_at(position: Floats, velocity: Floats, t: float) -> Floats:
    """ECI positions at ``t``: satellites along their orbit, the others carried by the Earth."""
    flying = velocity.any(axis=1)
    out = eci_from_ecef(position, t)
    out[flying] = coast(np.concatenate([position[flying], velocity[flying]], axis=1), t)[:, :3]
    return out


def sample_hub(cards: tuple[SensorCard, ...], position: Floats) -> Hub:
    """A hub with the info of the made-up run."""
    marks = [BatteryMark(f"battery-{k}", "upper", SEAS[k, 0] + 0.05, SEAS[k, 1], 1.5e6, 48) for k in range(3)]
    return Hub(describe("sample", EPOCH_NS, DURATION, 1, cards=cards, positions=position, batteries=marks))


def run(launches: int, each: int, port: int, speed: float, until: float = DURATION) -> None:
    """Serve the made-up run, two frames a second, until it ends; then wait for Ctrl-C."""
    raid = make_raid(launches, each)
    cards, position, velocity = sample_sensors()
    hub = sample_hub(cards, position)
    with start(hub, port=port) as server:
        print(f"made-up picture at {server.url}   (Ctrl-C ends)", flush=True)
        begun, since, t = time.time(), -1.0, 0.0
        while t < until:
            t = (time.time() - begun) * speed
            hub.publish_events(*new_events(raid, since, t))
            frame = encode_frame(picture_at(raid, t), time.time(), speed=speed, sensors=sensors_at(position, velocity, t))
            hub.publish_frame(frame)
            since = t
            time.sleep(0.5)
        hub.finish({"scenario": "sample", "seed": 1, "duration_s": t, "launches": launches})
        while True:
            time.sleep(1.0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--port", type=int, default=DEFAULT_PORT)
    parser.add_argument("--launches", type=int, default=1000)
    parser.add_argument("--each", type=int, default=20)
    parser.add_argument("--speed", type=float, default=10.0)
    parser.add_argument("--until", type=float, default=DURATION)
    options = parser.parse_args()
    try:
        run(options.launches, options.each, options.port, options.speed, options.until)
    except KeyboardInterrupt:
        print("\nstopped")


if __name__ == "__main__":
    main()
