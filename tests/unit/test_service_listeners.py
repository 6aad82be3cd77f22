"""What listens to a run: page and recording are told the same of what happens, and no two messages share a name."""

from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace

import made_up
import numpy as np

from cupola import scenario
from cupola.core import columns, wire
from cupola.core.batches import DECOY, WARHEAD, Outcomes, Shots
from cupola.record.player import read_ticks
from cupola.record.recorder import Recorder, compact
from cupola.run.virtual import Tick
from cupola.service import listeners, session
from cupola.service.frames import encode_frame
from cupola.service.hub import Cursor, Hub
from cupola.service.listeners import Pace, Page, Rate, Record, Stop
from cupola.truth.world import Impacts

META = {"scenario": "s", "seed": 3, "duration_s": 4.0, "priors": [0.2] * 5, "associator": "gnn", "version": "0"}


def test_page_and_recording_get_the_same_events(tmp_path):
    picture = made_up.picture_at(made_up.make_raid(launches=5, each=2), 900.0)
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
    picture = made_up.picture_at(made_up.make_raid(launches=5, each=2), 900.0)
    forms = (wire.picture_to_bytes(picture), compact(picture), encode_frame(picture, 0.0))
    assert [columns.decode(f)[0] for f in forms] == ["picture", "compact", "frame"]


def test_a_range_class_that_is_known_later_is_told_once():
    picture = made_up.picture_at(made_up.make_raid(launches=5, each=2), 900.0)
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


def test_no_event_is_ahead_of_the_frame_shown():
    """What happens between two frames comes with the second, warheads that came down too; decoys are not told."""
    picture = made_up.picture_at(made_up.make_raid(launches=5, each=2), 900.0)
    hub, cursor = Hub(), Cursor()
    page = Page(hub, 0, np.inf)
    empty = (Shots.empty(), Outcomes.empty(), "hash")
    page(Tick(900.0, (), replace(picture, new_alerts=()), *empty))
    assert hub.news(cursor).frame is not None
    ids, kinds, place = np.array([3, 4]), np.array([WARHEAD, DECOY]), np.array([0.5, 0.6])
    page.witness(SimpleNamespace(impacts=Impacts(ids, ids, kinds, np.array([900.4, 900.5]), place, place)), None)
    page(Tick(901.0, (), replace(picture, t=901.0, new_alerts=picture.alerts[:1]), *empty))
    assert hub.news(cursor).events == () == hub.news(Cursor()).events
    page.flush()  # the run's end
    news = hub.news(cursor)
    assert [(e["type"], e.get("kind")) for e in map(json.loads, news.events)] == [("impact", "warhead"), ("alert", None)]
    assert columns.decode(news.frame)[2]["t"] == 901.0
    page.flush()
    assert hub.news(cursor).frame is None


def test_the_rate_is_of_the_last_seconds():
    rate = Rate()
    assert rate(0.0, 100.0) == 0.0
    assert [rate(10.0 * k, 100.0 + k) for k in range(1, 21)][-1] == 10.0
    for k in range(1, 11):
        slow = rate(200.0 + 2.0 * k, 120.0 + k)
    assert slow == 2.0


def test_time_lost_is_not_made_up(monkeypatch):
    """A stall of 20 s at a pace of 10: the run goes on at 10 afterwards, not faster."""
    clock = [0.0]
    monkeypatch.setattr(listeners.time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(listeners.time, "sleep", lambda s: clock.__setitem__(0, clock[0] + s))
    pace = Pace(10.0, Stop())
    tick = Tick(0.0, (), made_up.picture_at(made_up.make_raid(launches=1, each=1), 0.0), Shots.empty(), Outcomes.empty(), "")
    for now in range(100):
        clock[0] += 20.0 if now == 50 else 0.01
        pace(replace(tick, now=float(now)))
        if now == 50:
            after = clock[0]
    assert abs((clock[0] - after) - 4.9) <= listeners.LAG_S + 0.01


def test_a_wait_ends_when_the_run_is_to_stop(monkeypatch):
    stop, slept = Stop(), []

    def sleep(s: float) -> None:
        slept.append(s)
        stop.asked = len(slept) == 3  # Ctrl-C in the third part of the wait

    monkeypatch.setattr(listeners.time, "sleep", sleep)
    pace = Pace(0.01, stop)
    tick = Tick(60.0, (), made_up.picture_at(made_up.make_raid(launches=1, each=1), 0.0), Shots.empty(), Outcomes.empty(), "")
    pace(tick)  # would wait for 6,000 s
    assert slept == [listeners.LOOK_S] * 3


def test_what_the_end_of_a_run_cuts_off_is_said():
    launches = scenario.build(scenario.load("raid-10", {"launches.2.first_t": "2000"})).launches
    assert list(session.cut_off(launches, 5000.0)) == []
    late, flying = session.cut_off(launches, 1000.0)
    assert late == "2 of 10 launches come after the end, 1000 s: they are not flown"
    assert flying.startswith("8 of 10 missiles come down after the end, 1000 s")
