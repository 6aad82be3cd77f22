"""What the summary says of alerts and beliefs: who was missed, who was too young, what is not judged."""

from __future__ import annotations

import pytest

import cupola


@pytest.mark.parametrize(("duration", "young"), [(60.0, True), (300.0, False)])
def test_a_launch_too_young_to_be_seen_is_not_missed(duration: float, young: bool) -> None:
    s = cupola.run("raid-10", seed=1, duration=duration).summary
    a = s["alerts"]
    assert a["alerted"] + a["missed"] + a["too_young"] == s["launches"]
    assert (a["too_young"] > 0) is young
    if young:
        assert a["missed"] == 0


def test_who_is_never_seen_is_missed() -> None:
    a = cupola.run("raid-10", seed=1, duration=300.0, without=["sbirs-*", "huoyan-*", "leo-*"]).summary["alerts"]
    assert a["missed"] > 0
    assert a["too_young"] == 0


def test_a_recorded_flight_has_no_beliefs_to_judge() -> None:
    assert cupola.run("falcon-nrol-76").summary["discrimination"] is None
