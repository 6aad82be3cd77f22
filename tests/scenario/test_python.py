"""The library as a Python user meets it."""

from __future__ import annotations

import numpy as np
import pytest

import cupola
from cupola.core.errors import BadInput, BadOption


def test_run_gives_summary_and_tables() -> None:
    result = cupola.run("falcon-nrol-76", seed=3, duration=90)
    assert result.summary["scenario"] == "falcon-nrol-76"
    assert result.summary["seed"] == 3
    assert result.summary["alerts"]["alerted"] == len(result.tables["alerts"]["id"]) == 1
    assert len(result.tables["ticks"]["tick"]) == 91
    for table in result.tables.values():
        assert len({len(column) for column in table.values()}) <= 1
    assert np.all(np.isfinite(result.tables["tracks"]["x"]))


def test_judging_the_engagement_alone_changes_only_what_is_left_out() -> None:
    full, lean = (cupola.run("raid-10", seed=2, duration=125, judging=j).summary for j in ("full", "engagement"))
    for part in ("alerts", "engagement", "chain", "detections", "tracks_peak", "counts", "links"):
        assert lean[part] == full[part], part
    for part in ("picture_hash", "picture", "discrimination"):
        assert lean[part] is None, part
        assert full[part] is not None, part
    with pytest.raises(BadOption, match="engagement"):
        cupola.run("raid-10", duration=2, judging="some")


def test_a_scenario_that_is_not_there_is_named() -> None:
    with pytest.raises(BadInput, match="raid-11"):
        cupola.run("raid-11")


def test_a_table_that_is_not_there_is_named() -> None:
    result = cupola.run("falcon-nrol-76", duration=2)
    with pytest.raises(BadOption, match="alerts"):
        result.frame("allerts")


def test_packages_are_still_packages() -> None:
    from cupola.run import wings

    assert wings.start_world
    with pytest.raises(AttributeError, match="fly"):
        _ = cupola.fly
