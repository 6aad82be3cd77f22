"""The fast fidelity's way from decision to decision, beside the defence's own step at every planning time of the same recording.

Both see the same recorded pictures and the same kills; here nothing is skipped, kept or worked out ahead: every tick the world
settles what is due, every planning time ``engage.defend.step`` sees the whole picture less what the kills took from it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import small_raid
from numpy.typing import NDArray

from cupola.assess.study.fast import engage as fast_engage
from cupola.assess.study.fast import looks as fast_looks
from cupola.assess.study.fast import record as fast_record
from cupola.assess.study.fast import table as fast_table
from cupola.catalog.defence import Battery, Doctrine
from cupola.core.batches import BOOSTER, WARHEAD, Alert, Floats, Outcomes, Picture, Shots, concat
from cupola.engage import defend
from cupola.run.chain import defended
from cupola.scenario.builder import defence_of
from cupola.scenario.schema import Scenario
from cupola.truth import kill

Line = tuple[int, int, float, float]  # battery, track, fired, intercept
Defence = tuple[tuple[Battery, ...], Doctrine, kill.KillModel]


def picture(r: fast_record.Recording, k: int, dead: Floats) -> Picture:
    """What the defence sees at planning time k when these objects are dead."""
    t, rows = float(r.t[k]), r.pictures[r.row[k] : r.row[k + 1]].copy()
    there = np.ones(len(rows), np.bool_)
    for i, track in enumerate(rows["track"].tolist()):
        mine = r.looks[r.looks["track"] == track]
        if not (np.isfinite(dead[mine["object"]]) & (mine["object"] >= 0)).any():
            continue
        present, heard = np.empty(len(mine), np.bool_), np.empty(len(mine))
        fast_looks.follow(mine, dead, present, heard)
        had = np.flatnonzero(mine["arrived"] <= t)
        if len(had):
            there[i] = present[had[-1]]
            rows["updated"][i] = min(rows["updated"][i], heard[had[-1]])
    rows = rows[there]
    alerts = tuple(Alert(int(i), 0, float(a), float(a), 0.0, 0.0, 0.0, 0.0, "unknown", 1.0) for i, a in r.alerts if a <= t)
    out = fast_table._picture(rows, t, alerts)
    return replace(out, tracks=replace(out.tracks, P=fast_table._covariance(rows["spread"]), beta=_shown(out, rows)))


def _shown(out: Picture, rows: NDArray[np.void]) -> Floats:
    beta = out.tracks.beta.copy()
    beta[:, 0] = rows["beta"]
    return beta


def flown(
    r: fast_record.Recording, batteries: tuple[Battery, ...], doctrine: Doctrine, model: kill.KillModel, seed: int
) -> tuple[list[Line], int, int]:
    """Rounds, warheads killed, warheads leaked: tick by tick."""
    state, flying, said = defend.start(batteries, doctrine), kill.Flying.empty(), Outcomes.empty()
    dead, new = np.full(len(r.kind), np.inf), Shots.empty()
    lost: list[int] = []
    shots: list[Line] = []
    for i in range(len(r.frame) - 1):
        t = r.first + r.tick * i
        flying = kill.receive(flying, new, t, batteries)
        due, flying = kill.part(flying, t)
        frame = slice(r.frame[i], r.frame[i + 1])
        alive = dead[r.who[frame]] > t
        who, x = r.who[frame][alive].astype(np.int64), r.x[frame][alive].astype(float)
        kind = np.where(r.cut[who] > t, BOOSTER, r.kind[who])
        settled = kill.settle(t, x, kind, who, due, batteries, model, seed)
        for obj in settled.killed.tolist():
            lost.append(int(kind[who.tolist().index(obj)]))
            dead[[u for u in range(len(dead)) if r.parent[u] == obj and r.birth[u] > t and np.isinf(dead[u])]] = -np.inf
            dead[obj] = t
        said, new = concat([said, settled.outcomes]), Shots.empty()
        for k in np.flatnonzero(r.t == t).tolist():
            before = state.fired
            state, new = defend.step(state, (picture(r, k, dead), said), t)
            said = Outcomes.empty()
            fresh = new.id >= before
            shots += zip(new.battery[fresh], new.track[fresh], new.fire_t[fresh], new.intercept_t[fresh], strict=True)
    down = np.isfinite(r.landed) & (dead > r.landed) & (r.kind == WARHEAD)
    leaked = down & defended(r.ground[:, 0], r.ground[:, 1], doctrine.areas)
    return shots, lost.count(WARHEAD), int(leaked.sum())


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    return small_raid.scenario(tmp_path_factory.mktemp("defence"))


def few_channels(batteries: tuple[Battery, ...], doctrine: Doctrine, model: kill.KillModel) -> Defence:
    """The upper layer guides no more than three rounds at once."""
    return tuple(replace(b, channels=3) if b.name == "upper" else b for b in batteries), doctrine, model


def few_rounds(batteries: tuple[Battery, ...], doctrine: Doctrine, model: kill.KillModel) -> Defence:
    """So few that batteries run out, one kept back."""
    batteries, doctrine, model = few_channels(batteries, doctrine, model)
    return tuple(replace(b, magazine=4) for b in batteries), replace(doctrine, reserve=1), model


def bad_reports(batteries: tuple[Battery, ...], doctrine: Doctrine, model: kill.KillModel) -> Defence:
    """Single rounds that mostly miss and are mostly said to have killed; seldom updated tracks wait long to be believed alive."""
    poor = tuple(replace(b, type=replace(b.type, kill=0.2), channels=8, magazine=30) for b in batteries)
    return poor, replace(doctrine, salvo=1, last_salvo=1, assess=4.0), replace(model, report_miss=0.2, draw_kill=False)


@pytest.mark.parametrize("flight", [1, 2])
@pytest.mark.parametrize("how", [few_channels, few_rounds, bad_reports])
def test_nothing_is_lost_between_decisions(scenario: Scenario, flight: int, how: Callable[..., Defence]) -> None:
    r = fast_record.record(scenario, flight, None)
    batteries, doctrine, model = how(*defence_of(scenario))
    names = np.unique(r.pictures["track"])
    of = fast_table.table(r, *fast_table.bare(batteries, doctrine))
    killed = 0
    for seed in range(6):
        o = fast_engage.fight(of, batteries, doctrine, model, seed)
        wanted = flown(r, batteries, doctrine, model, seed)
        assert ([(x.battery, int(names[x.track]), x.fire_t, x.end) for x in o.rounds], o.killed, o.leaked) == wanted
        killed += o.killed
    assert killed > 0
