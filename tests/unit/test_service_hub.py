"""The hub: the newest frame wins, no event is lost, publishing never waits."""

import asyncio
import json
import threading

import pytest

from cupola.service.hub import Cursor, Hub


def test_the_newest_frame_wins_and_skipped_ones_are_counted():
    hub, cursor = Hub(), Cursor()
    hub.publish_frame(b"1")
    assert hub.news(cursor).frame == b"1"
    assert hub.news(cursor).frame is None
    for k in range(2, 6):
        hub.publish_frame(b"%d" % k)
    news = hub.news(cursor)
    assert (news.frame, news.skipped) == (b"5", 3)
    assert hub.health()["counts"]["frames_skipped"] == 3


def test_a_late_joiner_gets_every_event_and_only_the_last_frame():
    hub = Hub()
    for k in range(50):
        hub.publish_frame(b"%d" % k)
        hub.publish_events({"type": "alert", "id": k}, {"type": "impact", "id": k})
    news = hub.news(Cursor())
    assert [json.loads(e)["id"] for e in news.events] == [k for k in range(50) for _ in range(2)]
    assert (news.frame, news.skipped) == (b"49", 0)


def test_an_event_that_is_not_plain_json_is_refused_whole():
    hub = Hub()
    with pytest.raises(ValueError, match="JSON"):
        hub.publish_events({"type": "alert", "t": 1.0}, {"type": "alert", "t": float("nan")})
    assert hub.health()["events"] == 0


def test_summary_and_states():
    hub = Hub({"scenario": "x"})
    assert hub.summary is None
    assert hub.health()["state"] == "preparing"
    hub.publish_frame(b"")
    assert hub.health()["state"] == "running"
    hub.finish({"seed": 1})
    assert hub.summary == {"seed": 1}
    assert hub.health()["state"] == "done"
    assert json.loads(hub.news(Cursor()).events[-1]) == {"type": "end", "summary": {"seed": 1}}


def test_each_hub_is_another_instance_and_info_keeps_it():
    hub = Hub()
    before = hub.info["instance"]
    hub.set_info({"scenario": "y"})
    assert hub.info == {"scenario": "y", "instance": before}
    assert Hub().info["instance"] != before


def test_publishing_from_threads_reaches_a_waiting_client_completely():
    async def collect(hub: Hub, wanted: int) -> list[int]:
        cursor, got = Cursor(), []
        hub.join(cursor)
        while len(got) < wanted:
            await asyncio.wait_for(cursor.wake.wait(), 20)
            cursor.wake.clear()
            got += [json.loads(e)["k"] for e in hub.news(cursor).events]
        hub.leave(cursor)
        return got

    hub = Hub()
    writers = [threading.Thread(target=lambda a=a: [hub.publish_events({"k": a * 100 + i}) for i in range(100)]) for a in range(3)]

    async def main() -> list[int]:
        task = asyncio.create_task(collect(hub, 300))
        await asyncio.sleep(0)
        for w in writers:
            w.start()
        return await task

    got = asyncio.run(main())
    for w in writers:
        w.join()
    assert sorted(got) == list(range(300))
    assert [k for k in got if k < 100] == list(range(100))  # in each writer's own order
    assert hub.health()["clients"] == 0


def test_a_client_whose_loop_is_gone_is_counted_and_does_not_stop_the_run():
    hub = Hub()

    async def join() -> None:
        hub.join(Cursor())

    asyncio.run(join())
    hub.publish_frame(b"x")
    assert hub.health()["counts"]["wake_failed"] == 1
