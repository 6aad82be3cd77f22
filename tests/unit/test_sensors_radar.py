"""A radar's looks: detection statistics, the fourth-power law, noise, features, budget, correlation, horizon."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import oracles
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from one_look import each

from cupola.core.batches import CLASSES, FEATURES
from cupola.dynamics import frames
from cupola.observe import angles, fluctuation, radar, signal
from cupola.sensors import suite as suites
from cupola.sensors.fluctuate import Fluctuation
from cupola.sensors.platform import Fixed
from cupola.sensors.pose import pose
from cupola.sensors.schedule import serve
from cupola.sensors.spec import FLOOR, SensorSpec
from cupola.truth.frame import TruthFrame

SITE = Fixed(math.radians(35), math.radians(-100))
SPEC = SensorSpec(
    "alpha", "radar", "ground", "A", SITE, 1.0, (3e-4, 4e-4, 20.0), (0.05, 1.4, -1.2, 1.2, 50e3, 6e6), pfa=1e-6, range_1m2=2e6
)  # fmt: skip


def place(spec: SensorSpec, el, az, r) -> np.ndarray:
    """States at rest at these places of the radar's frame at t = 0."""
    z = np.stack(np.broadcast_arrays(el, az, r), axis=1).astype(float)
    x = np.zeros((len(z), 6))
    x[:, :3] = radar.invert(z, *pose(spec.platform, spec.boresight, 0.0, 0))
    return x


def frame(x: np.ndarray, rcs=1.0, t: float = 0.0, first: int = 0) -> TruthFrame:
    n = len(x)
    full = np.full
    return TruthFrame(
        t, first + 2 * np.arange(n), x, np.full(n, 2), np.zeros(n, np.int64), np.zeros(n, bool),
        np.array(np.broadcast_to(np.asarray(rcs, float), (n,))), full(n, 1e5), full(n, 20.0), full(n, 1e3),
    )  # fmt: skip


def spread(n: int, r) -> np.ndarray:
    """n objects well apart at range r."""
    return place(SPEC, np.linspace(0.2, 1.2, n), np.linspace(-1.1, 1.1, n), r)


def one_scan(spec: SensorSpec, f: TruthFrame, seed: int = 1, fluct: Fluctuation | None = None):
    return each(suites.step(suites.build([spec], 0, seed, 1.0, fluct), f, 0.0)[1])[0]


def binomial(count: int, n: int, p: float) -> None:
    """Within 4 sigma (a chance of 6e-5)."""
    assert abs(count - n * p) <= 4 * math.sqrt(n * p * (1 - p)), (count, n * p)


NAN = math.nan
N = 4000


@pytest.mark.parametrize("scale", [0.7, 1.0, 1.3])
def test_detection_probability_is_the_stated_one_and_follows_the_radar_equation(scale):
    snr = fluctuation.snr_fluctuating(SPEC.pd, SPEC.pfa) / scale**4
    expected = fluctuation.pd_fluctuating(snr, SPEC.pfa)
    if scale == 1.0:
        assert expected == pytest.approx(SPEC.pd)
    binomial(len(one_scan(SPEC, frame(spread(N, 2e6 * scale))).origin), N, expected)
    binomial(len(one_scan(SPEC, frame(spread(N, 3e6), (3 / 2 / scale) ** 4)).origin), N, expected)


def test_detection_probability_without_fluctuation_is_marcums():
    steady = Fluctuation(np.zeros(len(CLASSES)))
    snr = float(oracles.radar_snr(2.4e6, 1.0, SPEC.range_1m2, fluctuation.snr_fluctuating(SPEC.pd, SPEC.pfa)))
    binomial(len(one_scan(SPEC, frame(spread(N, 2.4e6)), fluct=steady).origin), N, float(signal.pd_swerling0(snr, SPEC.pfa)))


def errors(seen, f: TruthFrame) -> np.ndarray:
    """Measurement minus truth of the true detections, ``(m, 3)``."""
    row = {int(i): k for k, i in enumerate(f.id)}
    true = seen.origin >= 0
    x = f.x[[row[int(i)] for i in seen.origin[true]]]
    d = seen.scan.z[true] - radar.h(x, seen.scan.position, seen.scan.axes)
    d[:, 1] = angles.wrap(d[:, 1])
    return d


@pytest.mark.parametrize("r", [0.8e6, 2e6])
def test_noise_is_as_stated(r):
    """Mean normalised squared error of each of el, az, range is 1 within 4 sigma."""
    f = frame(spread(N, r))
    seen = one_scan(SPEC, f)
    nees = (errors(seen, f) / seen.scan.sigma) ** 2
    assert np.all(np.abs(nees.mean(axis=0) - 1) < 4 * math.sqrt(2 / len(nees)))


def test_noise_falls_with_range_to_its_floor():
    near, mid, far = (one_scan(SPEC, frame(spread(500, r))).scan.sigma for r in (0.3e6, 1.2e6, 2e6))
    np.testing.assert_allclose(near, np.tile(np.array(SPEC.sigma) * FLOOR, (len(near), 1)))
    own = one_scan(replace(SPEC, floor=(1e-4, 1e-5, NAN)), frame(spread(500, 0.1e6))).scan.sigma
    np.testing.assert_allclose(own, np.tile([1e-4, 1e-5, 20.0 * FLOOR], (len(own), 1)))
    assert np.median(mid[:, 0]) < np.median(far[:, 0])
    typical = 10 ** (-float(fluctuation.level_shift_db()) / 20)  # sigma is stated for the mean of 1 m^2, the median look is weaker
    assert np.median(far[:, 0]) == pytest.approx(SPEC.sigma[0] * typical, rel=0.1)


def test_feature_is_the_cross_section_of_the_look():
    f = frame(spread(N, 0.8e6), 0.5)
    got = one_scan(SPEC, f).scan.features
    db = got[:, FEATURES.index("rcs_dbsm")]
    assert np.isnan(got[:, FEATURES.index("intensity_dbw_sr")]).all()
    assert len(db) > 0.999 * N
    level = 10 * math.log10(0.5) + float(fluctuation.level_shift_db())
    assert db.mean() == pytest.approx(level, abs=4 * 3.6 / math.sqrt(N))
    assert db.std() == pytest.approx(fluctuation.RCS_SIGMA_DB, rel=0.05)


def test_looks_at_one_object_are_correlated_and_classes_differ():
    sigma = np.array([1.0, 1.0, 3.0, 1.0, 6.0])
    suite = suites.build([SPEC], 0, 5, 1.0, Fluctuation(sigma))
    f = replace(frame(spread(2000, 0.6e6), 10.0), kind=np.repeat([2, 4], 1000))
    looks = []
    for t in range(2):
        suite, seen = suites.step(suite, f, float(t))
        order = np.argsort(seen.origin)
        assert len(order) == 2000
        looks.append(seen.scans.found["features"][order, 0].astype(float))
    for part, s in ((slice(0, 1000), 3.0), (slice(1000, 2000), 6.0)):
        assert looks[0][part].std() == pytest.approx(s, rel=0.1)
        assert np.corrcoef(looks[0][part], looks[1][part])[0, 1] == pytest.approx(0.8, abs=0.06)


@given(n=st.integers(1, 40), budget=st.integers(1, 40), rounds=st.integers(1, 6))
@settings(max_examples=50, deadline=None)
def test_everyone_is_served_in_turn(n, budget, rounds):
    ids, cursor, count = np.arange(n) * 7, -1, np.zeros(n, int)
    for _ in range(rounds):
        rows, cursor, share = serve(ids, budget, cursor)
        assert share == pytest.approx(min(1.0, budget / n))
        assert len(rows) == min(n, budget) == len(np.unique(rows))
        count[rows] += 1
    assert count.max() - count.min() <= 1


def test_a_short_budget_is_told_as_the_share():
    spec, f = replace(SPEC, budget=300), frame(spread(1000, 0.6e6), 10.0)
    suite, found = suites.build([spec], 0, 1, 1.0), []
    for t in range(10):
        suite, told = suites.step(suite, f, float(t))
        (seen,) = each(told)
        assert seen.scan.share == pytest.approx(0.3)
        assert (seen.in_view, seen.served) == (1000, 300)
        found.append(seen.origin)
    assert len(np.unique(np.concatenate(found))) == 1000
    assert one_scan(SPEC, f).scan.share == 1.0


def test_objects_in_one_cell_give_one_detection():
    x = place(SPEC, np.full(4, 0.6), [0.1, 0.1001, 0.1, 0.3], [6e5, 6e5, 6.001e5, 6e5])
    merged = one_scan(replace(SPEC, range_cell=50.0, angle_cell=1e-3), frame(x, [30.0, 10.0, 10.0, 10.0]))
    apart = one_scan(SPEC, frame(x, [30.0, 10.0, 10.0, 10.0]))
    assert sorted(apart.origin) == [0, 2, 4, 6]
    assert sorted(merged.origin) == [0, 4, 6]
    assert (merged.in_view, merged.merged, merged.served) == (4, 1, 3)
    both = merged.scan.features[merged.origin == 0, 0] - apart.scan.features[apart.origin == 0, 0]
    np.testing.assert_allclose(both, 10 * math.log10(40 / 30), atol=0.3)  # its fluctuation is the same draw: only the power differs


def test_a_target_below_the_horizon_is_not_seen():
    """From an aircraft that may look down: 300 km off on the ground is behind the Earth at 1 km height, in sight at 12 km."""
    lat, lon = frames.destination(SITE.lat, SITE.lon, 0.0, 300e3)
    x = np.zeros((1, 6))
    x[0, :3] = frames.ecef_from_geodetic(lat, lon, 10.0)
    low = replace(SPEC, domain="air", platform=replace(SITE, alt=1e3), limits=(-1.5, 1.5, -math.pi, math.pi, 1e3, 6e6))
    high = replace(low, platform=replace(SITE, alt=12e3))
    assert len(one_scan(low, frame(x, 100.0)).origin) == 0
    assert len(one_scan(high, frame(x, 100.0)).origin) == 1
