"""The order of scans and the desk they are laid out on."""

import fusion_scene as scene
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cupola.core.scans import LOOK
from cupola.fusion import tracker
from cupola.fusion.config import Config
from cupola.fusion.scanning import in_turn
from cupola.fusion.tracker import START

looks = st.lists(st.tuples(st.sampled_from([0.0, 1.0, 1.5, 7.0]), st.integers(0, 255), st.integers(0, 10**9)), max_size=40)


@settings(max_examples=60, deadline=None)
@given(looks, st.sampled_from([-np.inf, 1.0]))
def test_scans_come_by_time_sensor_and_sequence(asked, oldest):
    table = np.zeros(len(asked), LOOK)
    for j, (t, sensor, seq) in enumerate(asked):
        table[j]["t"], table[j]["sensor"], table[j]["seq"], table[j]["count"] = t, sensor, seq, 2
    turn = np.zeros(len(asked), np.int64)
    n, first, newest, detections, late = in_turn(table, 1.2, oldest, turn)
    want = [j for j in np.lexsort((table["seq"], table["sensor"], table["t"])) if table["t"][j] >= oldest]
    assert turn[:n].tolist() == want
    assert (detections, late) == (2 * n, sum(table["t"][j] < 1.2 for j in want))
    assert first == min((t for t, _, _ in asked), default=-np.inf)
    assert newest == max([1.2, *(table["t"][j] for j in want)])


@pytest.mark.parametrize(("scans", "detections"), [(1, START + 500), (START + 500, 1)])
def test_a_step_may_be_larger_than_the_desk(scans, detections):
    site = scene.radar(0.0)
    rng = np.random.default_rng(3)
    some = [site.scan(0, k, 0.0, np.zeros((0, 6)), rng, false=detections)[0] for k in range(scans)]
    _, out = tracker.step(tracker.start(Config(), (site.card,)), some, 0.0)
    assert out.counts["detections"] == scans * detections
    assert (out.counts["scans"], out.counts["detections_not_finite"]) == (scans, 0)
    assert len(out.looks.track) > 0.5 * scans * detections
    assert set(out.looks.scan.tolist()) == set(range(scans))
