"""What listens to a run: page and recording are told the same of what happens, and no two messages share a name."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np

from cupola.core import columns, wire
from cupola.core.batches import Outcomes, Shots
from cupola.record.player import read_ticks
from cupola.record.recorder import Recorder, compact
from cupola.run.virtual import Tick
from cupola.service import sample
from cupola.service.frames import encode_frame
from cupola.service.hub import Cursor, Hub
from cupola.service.listeners import Page, Record

META = {"scenario": "s", "seed": 3, "duration_s": 4.0, "priors": [0.2] * 5, "associator": "gnn", "version": "0"}


def test_page_and_recording_get_the_same_events(tmp_path):
    picture = sample.picture_at(sample.make_raid(launches=5, each=2), 900.0)
    one, aim = np.array([7]), np.array([[7.0e6, 1.0e6, 2.0e6]])
    shots = Shots(one, one, one, np.array([900.0]), np.array([950.0]), aim)
    happened = Outcomes(np.array([4]), np.array([899.5]), np.array([True]))
    tick = Tick(900.0, (), replace(picture, new_alerts=picture.alerts[:2]), shots, happened, "hash")
    hub = Hub()
    Page(hub, 0, np.inf)(tick)
    with Recorder(tmp_path / "a.mcap", 0, [], META) as r:
        Record(r)(tick)
    (recorded,) = read_ticks(tmp_path / "a.mcap")
    assert [e["type"] for e in recorded.events] == ["alert", "alert", "shot", "outcome"]
    assert list(recorded.events) == [json.loads(e) for e in hub.news(Cursor()).events]
    assert recorded.events[0]["lat"] == np.degrees(picture.alerts[0].lat)


def test_three_forms_of_a_picture_have_three_names():
    picture = sample.picture_at(sample.make_raid(launches=5, each=2), 900.0)
    forms = (wire.picture_to_bytes(picture), compact(picture), encode_frame(picture, 0.0))
    assert [columns.decode(f)[0] for f in forms] == ["picture", "compact", "frame"]


def test_a_range_class_that_is_known_later_is_told_once():
    picture = sample.picture_at(sample.make_raid(launches=5, each=2), 900.0)
    first, *others = picture.alerts
    vague = replace(first, range_class="unknown")
    hub = Hub()
    page = Page(hub, 0, np.inf)
    empty = (Shots.empty(), Outcomes.empty(), "hash")
    page(Tick(900.0, (), replace(picture, alerts=(vague, *others), new_alerts=(vague,)), *empty))
    for t in (901.0, 902.0):
        page._at = -np.inf  # as if half a second had passed
        page(Tick(t, (), replace(picture, alerts=(replace(first, range_class="srbm"), *others), new_alerts=()), *empty))
    told = [json.loads(e) for e in hub.news(Cursor()).events]
    assert [(e["type"], e["range_class"]) for e in told] == [("alert", "unknown"), ("alert_settled", "srbm")]
