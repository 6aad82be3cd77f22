"""The fast fidelity beside the full path: same shots on the same seed until the first kill, and the same outcome on average."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import small_raid
from numpy.typing import NDArray

from cupola.assess.study import estimate as study_estimate
from cupola.assess.study.fast import engage as fast_engage
from cupola.assess.study.fast import looks as fast_looks
from cupola.assess.study.fast import record as fast_record
from cupola.assess.study.fast import table as fast_table
from cupola.assess.study.tasks import Run
from cupola.core.batches import WARHEAD, Floats, SensorCard
from cupola.run import virtual
from cupola.scenario import build
from cupola.scenario.builder import defence_of
from cupola.scenario.schema import Scenario

OUTPUTS = ("fired", "killed", "leaked")
SEEDS = range(1, 7)


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    return small_raid.scenario(tmp_path_factory.mktemp("fast"))


@pytest.fixture(scope="module")
def flown(scenario: Scenario) -> dict[int, tuple[Run, list[tuple[int, int, float, float]]]]:
    """The full path: outcome and shots (battery, track, fired, intercept) by id."""
    out = {}
    for seed in SEEDS:
        shots: dict[int, tuple[int, int, float, float]] = {}

        def note(tick: virtual.Tick, shots: dict[int, tuple[int, int, float, float]] = shots) -> None:
            s = tick.shots
            for row in zip(
                s.id.tolist(), s.battery.tolist(), s.track.tolist(), s.fire_t.tolist(), s.intercept_t.tolist(), strict=True
            ):
                shots.setdefault(row[0], row[1:])

        v = virtual.drive(build(scenario, seed), None, [note], judging="engagement")
        assert v.engagement is not None
        out[seed] = (Run(seed, {k: v.engagement.summary[k] for k in OUTPUTS}), [shots[i] for i in sorted(shots)])
    return out


@pytest.fixture(scope="module")
def recordings(scenario: Scenario) -> dict[int, fast_record.Recording]:
    return {seed: fast_record.record(scenario, seed, None) for seed in SEEDS}


def fights(scenario: Scenario, recordings: dict[int, fast_record.Recording], each: int) -> list[Run]:
    """Fast runs: seed s on recording s mod n, as in a study."""
    batteries, doctrine, model = defence_of(scenario)
    tables = [fast_table.table(r, *fast_table.bare(batteries, doctrine)) for r in recordings.values()]
    runs = []
    for seed in range(each * len(tables)):
        o = fast_engage.fight(tables[seed % len(tables)], batteries, doctrine, model, seed)
        runs.append(Run(seed, {"fired": len(o.rounds), "killed": o.killed, "leaked": o.leaked}))
    return runs


def fast_shots(r: fast_record.Recording, scenario: Scenario, seed: int) -> list[tuple[int, int, float, float]]:
    """Shots of one fast run, as ``flown`` gives them."""
    batteries, doctrine, model = defence_of(scenario)
    names = np.unique(r.pictures["track"])
    o = fast_engage.fight(fast_table.table(r, *fast_table.bare(batteries, doctrine)), batteries, doctrine, model, seed)
    return [(x.battery, int(names[x.track]), x.fire_t, x.end) for x in o.rounds]


def test_the_first_shots_are_those_of_the_full_path_on_the_same_seed(
    scenario: Scenario, flown: dict[int, tuple[Run, list[tuple[int, int, float, float]]]],
    recordings: dict[int, fast_record.Recording],
) -> None:  # fmt: skip
    compared = 0
    for seed, (_, wanted) in flown.items():
        shots = fast_shots(recordings[seed], scenario, seed)
        first = min((s[3] for s in wanted), default=np.inf)
        early = [s for s in wanted if s[2] < first]
        assert shots[: len(early)] == early
        compared += len(early)
    assert compared >= 2 * len(SEEDS)


def test_outcomes_agree_within_the_chance_of_both(
    scenario: Scenario,
    flown: dict[int, tuple[Run, list[tuple[int, int, float, float]]]],
    recordings: dict[int, fast_record.Recording],
) -> None:
    full, fast = [r for r, _ in flown.values()], fights(scenario, recordings, 5)
    for output in OUTPUTS:
        a = study_estimate.agreement(0, output, full, fast, 0.99, len(recordings))
        assert a is not None
        assert a.agrees, a
    assert sum(float(r.outputs["fired"] or 0) for r in full) > 0


def test_what_comes_down_elsewhere_is_no_leaker(scenario: Scenario, recordings: dict[int, fast_record.Recording]) -> None:
    batteries, doctrine, model = defence_of(scenario)
    empty = tuple(replace(b, magazine=0) for b in batteries)
    r = recordings[1]
    elsewhere = r.ground.copy()
    elsewhere[np.flatnonzero(np.isfinite(r.landed) & (r.kind == WARHEAD))[0]] = 0.0
    leaked = []
    for ground in (r.ground, elsewhere):
        of = fast_table.table(replace(r, ground=ground), *fast_table.bare(batteries, doctrine))
        leaked.append(fast_engage.fight(of, empty, doctrine, model, 1).leaked)
    assert leaked == [4, 3]


def fate(looks: NDArray[np.void], dead: Floats, now: float) -> tuple[bool, float]:
    """Whether a track is there at this time, and when it was last updated."""
    there, updated = np.empty(len(looks), np.bool_), np.empty(len(looks))
    fast_looks.follow(looks, dead, there, updated)
    i = fast_looks.after(looks, now)
    return bool(there[i]), float(updated[i])


def test_a_detection_of_the_dead_is_a_look_in_vain_and_ends_its_track() -> None:
    looks = np.zeros(12, fast_looks.LOOK)
    looks["t"], looks["arrived"], looks["vain"] = np.arange(12), np.arange(12) + 0.5, 0.2
    looks["object"] = looks["on"] = [0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0]
    dead = np.array([3.0, np.inf])
    assert fate(looks, dead, 3.6) == (True, 2.0)  # the look at t = 3 is in vain
    assert fate(looks, dead, 6.5) == (True, 6.0)  # the neighbour's detection clears the count
    assert fate(looks, dead, 10.9) == (True, 6.0)
    assert fate(looks, dead, 11.5) == (False, 6.0)  # five in a row
    assert not fate(looks, np.array([-np.inf, np.inf]), 0.5)[0]  # of one who never was
    assert fast_looks.after(looks, 0.4) == -1


def test_a_stray_detection_of_a_neighbour_keeps_no_track_of_the_dead_alive() -> None:
    objects = np.array([0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 1, 1, 1, 1, 1, 1])
    track = np.zeros(len(objects), np.int64)
    on = fast_looks.whose(track, objects)
    assert on.tolist() == [0] * 15 + [1] * 3  # 6 of the latest 12 looks are of the neighbour, the last among them: it is on that
    assert fast_looks.whose(np.arange(len(objects)), objects).tolist() == objects.tolist()  # tracks of one look each
    looks = np.zeros(len(objects), fast_looks.LOOK)
    looks["t"] = looks["arrived"] = np.arange(len(objects))
    looks["object"], looks["on"], looks["vain"] = objects, on, 0.2
    dead = np.array([3.0, np.inf])
    assert fate(looks, dead, 6.5) == (True, 2.0)  # the neighbour's detection at 4 clears nothing
    assert fate(looks, dead, 7.5) == (False, 2.0)  # 3, 4, 5, 6 and 7 in vain
    assert fate(looks, dead, 17.5) == (True, 17.0)  # the neighbour's track by now


def test_a_weak_sensor_takes_more_looks_to_end_a_track() -> None:
    def card(pd: float, kind: str = "radar") -> SensorCard:
        return SensorCard("s", kind, "ground", "open", np.ones(3), pd, 0.0, np.full(6, np.nan))

    assert fast_looks.in_vain(card(0.9), 1.0) == pytest.approx(1 / (0.9 * 6))
    assert fast_looks.in_vain(card(0.9), 0.2) < fast_looks.in_vain(card(0.9), 1.0)
    assert fast_looks.in_vain(card(0.9, "infrared"), 1.0) == 0.0  # a plume that is out says nothing
