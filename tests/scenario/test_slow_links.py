"""A slow link makes alerts late and nothing else of them."""

from __future__ import annotations

import numpy as np
import pytest

import cupola

DELAY = {"links.*.delay_s": "30"}


@pytest.mark.parametrize("seed", [1, 2])
def test_alerts_come_as_much_later_as_the_links_are_slow(seed: int) -> None:
    at_once, late = (cupola.run("raid-10", seed=seed, duration=320, overrides=o).summary["alerts"] for o in ({}, DELAY))
    assert (late["alerted"], late["missed"], late["false"]) == (at_once["alerted"], 0, 0)
    assert np.isclose(late["latency_s"]["p50"] - at_once["latency_s"]["p50"], 30.0, atol=3.0)
