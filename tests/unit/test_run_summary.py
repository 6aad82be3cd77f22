"""What the summary says of alerts and beliefs: who was missed, who was too young, what is not judged."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import cupola
from cupola import cli
from cupola.core.batches import Alert
from cupola.run.summary import match

NOBODY = """
name: nobody
description: A radar that looks elsewhere
duration_s: 120
launches:
  - {missile: generic-mrbm-solid, from: east-asia-coast, to: kanto, first_t: 10}
sensors: [clear-uewr]
"""


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


def told(lat: float, boosters: int, launch_t: float = 10.0) -> Alert:
    return Alert(0, 1, 50.0, launch_t, lat, 0.0, 1e3, 0.0, "icbm", 1.0, boosters)


def test_an_alert_of_three_boosters_covers_three_launches_and_no_more() -> None:
    t, lat, lon = np.full(4, 10.0), np.array([0.0, 1e-4, 2e-4, 3e-4]), np.zeros(4)
    pairs = match((told(0.0, 3),), t, lat, lon)
    assert sorted(pairs) == [(0, 0), (0, 1), (0, 2)]
    assert dict(pairs) == {0: 0}, "the nearest launch comes last"
    assert match((told(0.1, 3), told(0.0, 1, launch_t=80.0)), t, lat, lon) == []


def test_a_picture_of_nothing_has_no_score(tmp_path: Path) -> None:
    path = tmp_path / "nobody.yaml"
    path.write_text(NOBODY)
    assert cupola.run(str(path), seed=1).summary["picture"] is None


def test_launches_beyond_the_end_are_counted_and_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "nobody.yaml"
    later = "  - {missile: generic-mrbm-solid, from: east-asia-coast, to: kanto, first_t: 500, count: 3}\nsensors:"
    path.write_text(NOBODY.replace("sensors:", later))
    assert cli.main(["run", str(path), "--duration", "1e9", "--json", str(tmp_path / "s.json")]) == 0
    said = capsys.readouterr()
    assert "left out: 3 launches beyond the end of the run" in said.out
    assert "duration 1e+09 s: nobody ends at 120 s" in said.err
    s = json.loads((tmp_path / "s.json").read_text())
    assert (s["launches"], s["launches_later"], s["duration_s"]) == (1, 3, 120)
