"""A replay tells its listeners of the shots and outcomes that were recorded, and its page of the batteries."""

from __future__ import annotations

from dataclasses import asdict

import made_up
import numpy as np
import pytest

from cupola.core.batches import Outcomes, Shots
from cupola.core.errors import BadFile
from cupola.record.player import read_head
from cupola.record.recorder import Recorder
from cupola.run.replay import replay
from cupola.run.virtual import Tick
from cupola.service import events, info

MARK = info.BatteryMark("b", "upper", 0.7, -2.1, float("nan"), 44)
META = {
    "scenario": "s", "seed": 3, "duration_s": 4.0, "priors": [0.2] * 5, "associator": "gnn", "version": "0",
    "batteries": [asdict(MARK)],
}  # fmt: skip


def recorded(path, said):
    with Recorder(path, 0, [], META) as r:
        r.tick(0.0, (), made_up.picture_at(made_up.make_raid(launches=1, each=1), 0.0), "", said)
    return read_head(path)


def test_recorded_shots_and_outcomes_come_back(tmp_path):
    one, aim = np.array([7]), np.array([[7.0e6, 1.0e6, 2.0e6]])
    said = [
        *events.shot_events(Shots(one, one + 1, one + 2, np.array([0.0]), np.array([50.0]), aim), 0.0),
        *events.outcome_events(Outcomes(np.array([4]), np.array([-0.5]), np.array([True]))),
    ]
    heard: list[Tick] = []
    replay(recorded(tmp_path / "a.mcap", said), [heard.append])
    (tick,) = heard
    assert [*events.shot_events(tick.shots, 0.0), *events.outcome_events(tick.outcomes)] == said
    np.testing.assert_allclose(tick.shots.aim, aim, atol=1.0)  # events are rounded to a metre


@pytest.mark.parametrize("wrong", [{"aim": "high"}, {"fire_t": float("nan")}, {"id": 2**80}, {"aim": [1.0, 2.0]}])
def test_a_shot_that_cannot_be_read_is_said(tmp_path, wrong):
    shot = {"type": "shot", "t": 0.0, "id": 1, "battery": 0, "track": 3, "fire_t": 0.0, "intercept_t": 9.0, "aim": [7e6, 0, 0]}
    with pytest.raises(BadFile, match="shot or an outcome"):
        replay(recorded(tmp_path / "a.mcap", [shot | wrong]))


def test_the_head_names_the_batteries(tmp_path):
    head = recorded(tmp_path / "a.mcap", []).meta["batteries"]
    (mark,) = info.recorded_marks(head, "a.mcap")
    assert repr(mark) == repr(MARK)
    with pytest.raises(BadFile, match=r"a\.mcap: its head lacks sound batteries"):
        info.recorded_marks([{"name": "b"}], "a.mcap")
