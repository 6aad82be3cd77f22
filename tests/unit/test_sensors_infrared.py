"""An infrared telescope's looks: threshold, clouds, the trough, the Earth, warm bodies, features."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import oracles
import pytest
from one_look import each

from cupola.core.batches import FEATURES
from cupola.dynamics import frames
from cupola.observe import infrared, signal
from cupola.sensors import plume
from cupola.sensors import suite as suites
from cupola.sensors.fluctuate import Fluctuation
from cupola.sensors.platform import Fixed, Geo, Orbit
from cupola.sensors.spec import SensorSpec
from cupola.truth.frame import TruthFrame

NAN = math.nan
WIDE = (-1.5, 1.5, -1.5, 1.5, NAN, NAN)
GEO = SensorSpec(
    "eye", "infrared", "space", "A", Geo(0.0), 1.0, (2e-5, 3e-5, NAN), (-0.16, 0.16, -0.16, 0.16, NAN, NAN),
    threshold=2e4, range_ref=3.6e7,
)  # fmt: skip
LEO = SensorSpec(
    "low", "infrared", "space", "A", Orbit(7.578e6, 0.0, 0.0, 0.0), 1.0, (5e-5, 5e-5, NAN), WIDE, warm_threshold=5.0, range_ref=2e6
)  # fmt: skip
QUIET = Fluctuation(intensity_db=0.0)
N = 3000


def sources(lat, lon, alt, power, burning: bool = True) -> TruthFrame:
    """Objects with this plume and skin (W/sr)."""
    lat, lon, alt, power = (np.array(c) for c in np.broadcast_arrays(lat, lon, alt, np.asarray(power, float)))
    n = len(lat)
    x = np.zeros((n, 6))
    x[:, :3] = frames.ecef_from_geodetic(lat, lon, alt)
    ones = np.ones(n)
    return TruthFrame(
        0.0, np.arange(n), x, np.zeros(n, np.int64), np.zeros(n, np.int64), np.full(n, burning), ones, power, power, ones * 1e3
    )


def one_scan(spec: SensorSpec, f: TruthFrame, fluct: Fluctuation | None = QUIET, seed: int = 1):
    return each(suites.step(suites.build([spec], 0, seed, 1.0, fluct), f, 0.0)[1])[0]


def under(n: int, alt: float, power) -> TruthFrame:
    """n sources spread below the geostationary eye."""
    return sources(np.linspace(-0.6, 0.6, n), np.linspace(-0.6, 0.6, n)[::-1], np.full(n, alt), power)


def test_the_threshold_source_is_detected_with_pd():
    f = under(N, 30e3, 1.0)
    r = np.linalg.norm(f.x[:, :3] - frames.ecef_from_geodetic(0.0, 0.0, 35_786_033.0), axis=1)
    for level in (0.6, 1.0, 1.5):
        at = replace(f, plume=level * GEO.threshold * (r / GEO.range_ref) ** 2)
        pd = float(oracles.pd_gaussian(level * signal.amplitude_gaussian(GEO.pd, GEO.pfa), GEO.pfa))
        count = len(one_scan(GEO, at).origin)
        assert abs(count - N * pd) <= 4 * math.sqrt(N * pd * (1 - pd))


def test_noise_is_as_stated_and_range_is_absent():
    f = under(N, 30e3, 3e4)
    seen = one_scan(GEO, f)
    z = infrared.h(f.x[seen.origin], seen.scan.position, seen.scan.axes)
    nees = ((seen.scan.z - z)[:, :2] / seen.scan.sigma[:, :2]) ** 2
    assert np.all(np.abs(nees.mean(axis=0) - 1) < 4 * math.sqrt(2 / len(nees)))
    assert np.isnan(seen.scan.z[:, 2]).all()
    assert np.isnan(seen.scan.sigma[:, 2]).all()


@pytest.mark.parametrize("cloud", [7e3, 12e3])
def test_clouds_hide_what_is_below_them_from_above_only(cloud):
    alt = np.array([1e3, cloud - 10, cloud + 10, 40e3])
    f = sources(np.linspace(0.1, 0.4, 4), np.zeros(4), alt, 1e7)
    assert sorted(one_scan(replace(GEO, cloud=cloud), f).origin) == [2, 3]
    below = replace(
        GEO, platform=Fixed(0.1, 0.001, 0.0), domain="ground", limits=(0.0, 1.5, -math.pi, math.pi, NAN, NAN), cloud=cloud
    )
    assert 0 in one_scan(below, f).origin


def test_the_trough_hides_a_plume_that_is_seen_below_and_above_it():
    seen = {alt: len(one_scan(GEO, under(200, alt, 4e4)).origin) for alt in (40e3, 80e3, 130e3)}
    assert seen[40e3] == seen[130e3] == 200
    assert seen[80e3] == 0


def test_the_plume_profile_dips_only_in_the_trough():
    h = np.linspace(0, 300e3, 601)
    f = np.array([plume.profile(x) for x in h])
    np.testing.assert_allclose(f, np.exp(np.interp(h, plume.KNOTS, np.log([1.0, plume.TROUGH, plume.TROUGH, 1.0]))), rtol=1e-12)
    assert f.max() == 1.0
    assert f.min() == pytest.approx(plume.TROUGH)
    assert np.all(f[(h <= 50e3) | (h >= 105e3)] == 1.0)
    assert np.all(f[(h >= 74e3) & (h <= 86e3)] == pytest.approx(plume.TROUGH))


def test_the_earth_hides_the_far_side():
    f = sources(np.zeros(4), np.array([0.0, 1.2, 1.6, 3.0]), 30e3, 1e8)
    assert sorted(one_scan(GEO, f).origin) == [0, 1]


def test_warm_bodies_are_seen_against_space_only():
    """From 1,200 km over the equator: in front of the Earth, beyond the limb, in the limb's glow, beyond it but too dim."""
    lon, alt = np.radians([10.0, 28.0, 24.0, 28.0]), np.array([400e3, 900e3, 100e3, 900e3])
    f = sources(np.zeros(4), lon, alt, [50.0, 50.0, 50.0, 0.01], burning=False)
    assert sorted(one_scan(LEO, f).origin) == [1]
    assert len(one_scan(LEO, replace(f, burning=np.ones(4, bool))).origin) == 0  # no plume band on this one
    both = replace(LEO, threshold=1e3)
    assert sorted(one_scan(both, replace(f, burning=np.array([True, False, False, False]), plume=f.plume * 1e4)).origin) == [0, 1]


def test_a_warm_body_alone_is_nothing_to_an_eye_for_plumes():
    assert len(one_scan(GEO, sources(np.zeros(1), np.zeros(1), 200e3, 1e9, burning=False)).origin) == 0


def test_the_feature_is_the_intensity_at_the_nominal_range():
    f = under(N, 60e3, 1e6)  # far above threshold, dimmed a little by the profile's shoulder
    seen = one_scan(GEO, f)
    db = seen.scan.features[:, FEATURES.index("intensity_dbw_sr")]
    want = 60.0 + 10 * math.log10(plume.profile(60e3))
    assert np.isnan(seen.scan.features[:, FEATURES.index("rcs_dbsm")]).all()
    np.testing.assert_allclose(db, want, atol=0.5)  # amplitude noise of 1/200; the shell is the source's own height
    nominal = infrared.nominal_range(seen.scan.z, seen.scan.position, seen.scan.axes)
    r = np.linalg.norm(f.x[seen.origin, :3] - seen.scan.position, axis=1)
    np.testing.assert_allclose(db + 20 * np.log10(r / nominal), want, atol=0.5)


def test_intensity_varies_from_look_to_look():
    db = one_scan(GEO, under(N, 30e3, 1e7), Fluctuation(intensity_db=1.5)).scan.features[:, FEATURES.index("intensity_dbw_sr")]
    assert db.std() == pytest.approx(1.5, rel=0.1)


def test_close_sources_merge_in_angle_whatever_their_range():
    f = sources(np.array([0.0, 0.0, 0.2]), np.zeros(3), np.array([20e3, 40e3, 30e3]), 1e6)
    assert len(one_scan(GEO, f).origin) == 3
    merged = one_scan(replace(GEO, angle_cell=3e-5), f)
    assert merged.merged == 1
    assert 2 in merged.origin
