"""The order of scans and the desk they are laid out on."""

import fusion_scene as scene
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cupola.core.scans import LOOK
from cupola.fusion import sight, tracker
from cupola.fusion.config import Config
from cupola.fusion.pool import CONFIRMED, empty
from cupola.fusion.scanning import in_turn
from cupola.fusion.tracker import START

looks = st.lists(
    st.tuples(st.sampled_from([0.0, 1.0, 1.5, 7.0, np.nan, np.inf]), st.integers(0, 255), st.integers(0, 10**9)), max_size=40
)


@settings(max_examples=60, deadline=None)
@given(looks, st.sampled_from([-np.inf, 1.0]))
def test_scans_come_by_time_sensor_and_sequence(asked, oldest):
    table = np.zeros(len(asked), LOOK)
    for j, (t, sensor, seq) in enumerate(asked):
        table[j]["t"], table[j]["sensor"], table[j]["seq"], table[j]["count"] = t, sensor, seq, 2
    turn = np.zeros(len(asked), np.int64)
    n, first, newest, detections, late = in_turn(table, 1.2, oldest, turn)
    want = [
        j for j in np.lexsort((table["seq"], table["sensor"], table["t"])) if table["t"][j] >= oldest and np.isfinite(table["t"][j])
    ]
    assert turn[:n].tolist() == want
    assert (detections, late) == (2 * n, sum(table["t"][j] < 1.2 for j in want))
    assert first == min((t for t, _, _ in asked if np.isfinite(t)), default=-np.inf)
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


@pytest.mark.parametrize("kind", ["radar", "infrared"])
@pytest.mark.parametrize("azimuths", [(-0.4, 0.9), (-2.5, 2.0), (-np.pi, np.pi), (2.8, 3.6)])
def test_a_scan_that_shows_nothing_expects_the_tracks_that_one_with_detections_does(kind, azimuths):
    reach = [2e5, 2.5e6] if kind == "radar" else [np.nan, np.nan]
    site = scene.radar(0.0, kind=kind, limits=[0.1, 1.2, *azimuths, *reach], range_1m2=1e6)
    f = sight.frame(site.card, 0)
    f["position"], f["axes"], f["share"] = site.position, site.axes, 1.0
    rng = np.random.default_rng(8)
    n = 3000
    pool, book = empty(n), np.array([n, n, 0, 0])
    pool["status"], pool["burning"] = CONFIRMED, 1.0
    pool["x"][:, :3] = site.position + rng.normal(size=(n, 3)) * 8e5
    pool["P"] = np.diag([1e9, 1e9, 1e9, 1.0, 1.0, 1.0])  # so that many lie beside the field
    said = []
    for shows in (True, False):
        out, lists = np.zeros(n, sight.SIGHT), np.zeros((2, n), np.int64)
        many, _ = sight.look(pool, book, f, Config().record(), shows, out, lists, np.zeros((6, 9, 9)))
        said.append(out[:many])
    full, empty_handed = said
    assert 20 < full["seen"].sum() < len(full)
    assert np.array_equal(full["row"], empty_handed["row"])
    assert np.array_equal(full["seen"], empty_handed["seen"])
    assert np.array_equal(full["pd"][full["seen"] == 1], empty_handed["pd"][full["seen"] == 1])
