"""Defence against a raid without sensors, link or tracker: tracks are the truth plus a stated error. Simulated analysis only.

What the whole path would reach with perfect information (sigma 0) or with tracks of a stated quality; tests hold it against closed
forms.
"""

from __future__ import annotations

from dataclasses import dataclass

import exercise
import numpy as np

from cupola.catalog.defence import Battery, Doctrine
from cupola.core.batches import WARHEAD, Floats, Ints, Outcomes, Picture, concat
from cupola.core.randoms import stream
from cupola.dynamics.propagate import advance, impact
from cupola.dynamics.vehicle import PAYLOAD_BETA
from cupola.engage import defend
from cupola.run import chain
from cupola.run.price import NOTHING
from cupola.truth import kill
from cupola.truth.frame import TruthFrame
from cupola.truth.world import Impacts

ASSUMED = kill.KillModel()  # its defaults, each an assumption


@dataclass(frozen=True)
class Raid:
    """Objects ``n``: states ``x (n, 6)`` at t = 0 (ECI), ballistic coefficients, kinds (in CLASSES), believed P(warhead)."""

    x: Floats
    beta: Floats
    kind: Ints
    belief: Floats

    @staticmethod
    def warheads(x: Floats, beta: float = PAYLOAD_BETA) -> Raid:
        """All warheads, known to be."""
        n = len(x)
        return Raid(x, np.full(n, beta), np.full(n, WARHEAD, dtype=np.int64), np.ones(n))


@dataclass(frozen=True)
class Fight:
    """What came of it: the report of ``run.chain``, what every round met, and the defence's last state."""

    report: chain.Report
    hits: kill.Hits
    defence: defend.State


def fight(
    raid: Raid,
    batteries: tuple[Battery, ...],
    doctrine: Doctrine,
    seed: int,
    sigma: tuple[float, float] = (0.0, 0.0),
    alert_t: float | None = 0.0,
    tick: float = 1.0,
    model: kill.KillModel = ASSUMED,
) -> Fight:
    """Fly the raid to the ground against the batteries. sigma: standing error of the tracks per axis (m, m/s), drawn once per
    object. model: how kills come about, of which the defence is not told.

    Limits: the error does not shrink with time, the impact prediction is the true one, a killed object leaves the picture at once.
    """
    n = len(raid.x)
    error = stream(seed, "skirmish", "error").normal(size=(n, 6)) * np.repeat(np.array(sigma), 3)
    where = exercise.ground(raid.x, 0.0, raid.beta)
    down_t, _ = impact(raid.x, 0.0, raid.beta)
    defence, flying = defend.start(batteries, doctrine), kill.Flying.empty()
    ledger, outcomes, hits = chain.start(batteries, doctrine), Outcomes.empty(), []
    id, x = np.arange(n, dtype=np.int64), np.array(raid.x, dtype=np.float64)
    alive, now = np.ones(n, dtype=np.bool_), 0.0
    while True:
        live = np.flatnonzero(alive & (down_t > now))
        frame = _frame(raid, live, x, now)
        ledger = chain.note_seen(ledger, frame, live)
        due, flying = kill.part(flying, now)
        settled = kill.settle(now, x[live], raid.kind[live], live, due, batteries, model, seed)
        hits.append(settled.hits)
        outcomes = settled.outcomes
        alive[settled.killed] = False
        live = live[~np.isin(live, settled.killed)]
        if len(live) == 0:
            break
        picture = _picture(raid, id[live], x[live] + error[live], where[live], now, sigma, alert_t)
        defence, shots = defend.step(defence, (picture, outcomes), now)
        ledger = chain.note_shots(ledger, frame, picture, shots)
        if now % 10.0 < tick:
            ledger = chain.note_picture(ledger, frame, picture)
        flying = kill.receive(flying, shots, now, batteries)
        x[live] = advance(x[live], now, now + tick, raid.beta[live])
        now += tick
    landed = np.flatnonzero(alive)
    every = concat([kill.Hits.empty(), *hits])
    fallen = Impacts(landed, landed, raid.kind[landed], down_t[landed], where[landed, 0], where[landed, 1])
    return Fight(chain.conclude(ledger, every, fallen, NOTHING), every, defence)


def _frame(raid: Raid, live: Ints, x: Floats, now: float) -> TruthFrame:
    zero = np.zeros(len(live))
    return TruthFrame(
        now, live, x[live], raid.kind[live], live, np.zeros(len(live), dtype=np.bool_), zero, zero, zero, raid.beta[live]
    )  # fmt: skip


def _picture(
    raid: Raid, live: Ints, x: Floats, where: Floats, now: float, sigma: tuple[float, float], alert_t: float | None
) -> Picture:
    tracks = exercise.tracks(x, now, sigma, live)
    return exercise.picture(tracks, raid.belief[live], None if alert_t is None or alert_t > now else alert_t, where)
