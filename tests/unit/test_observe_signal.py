"""Signal laws: limits, inverses, the fourth-power law, the fluctuation's averages."""

from __future__ import annotations

import numpy as np
import oracles
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cupola.core.randoms import stream
from cupola.observe import fluctuation, signal

SNR = st.floats(0.0, 1e4)
PFA = st.floats(1e-10, 1e-2)


@given(snr=SNR, pfa=PFA)
@settings(max_examples=60, deadline=None)
def test_detection_probabilities_grow_from_false_alarm_to_one(snr, pfa):
    for pd in (signal.pd_swerling0, oracles.pd_swerling1):
        low, high = float(pd(snr, pfa)), float(pd(snr * 1.1 + 0.1, pfa))
        assert pfa * (1 - 1e-6) <= low <= high + 1e-12 <= 1 + 2e-12
        assert float(pd(0.0, pfa)) == pytest.approx(pfa, rel=1e-5)


@given(pd=st.floats(0.05, 0.99), pfa=PFA)
@settings(max_examples=30, deadline=None)
def test_inverses(pd, pfa):
    assert float(oracles.pd_swerling1(oracles.snr_swerling1(pd, pfa), pfa)) == pytest.approx(pd, rel=1e-9)
    assert float(oracles.pd_gaussian(signal.amplitude_gaussian(pd, pfa), pfa)) == pytest.approx(pd, rel=1e-9)
    assert fluctuation.pd_fluctuating(fluctuation.snr_fluctuating(pd, pfa), pfa) == pytest.approx(pd, abs=1e-6)


@given(r=st.floats(1e4, 1e7), rcs=st.floats(1e-4, 1e2))
@settings(max_examples=30, deadline=None)
def test_fourth_power_law(r, rcs):
    snr = float(oracles.radar_snr(r, rcs, 2e6, 20.0))
    assert float(oracles.radar_snr(2 * r, rcs, 2e6, 20.0)) == pytest.approx(snr / 16, rel=1e-12)
    assert float(oracles.rcs_from_snr(snr, r, 2e6, 20.0)) == pytest.approx(rcs, rel=1e-12)
    reach = float(oracles.radar_range(rcs, 2e6))
    assert float(oracles.radar_snr(reach, rcs, 2e6, 20.0)) == pytest.approx(20.0, rel=1e-9)
    assert float(oracles.radar_range(rcs, 2e6, 16.0)) == pytest.approx(2 * reach, rel=1e-12)


def test_noise_falls_with_the_root_of_snr_down_to_its_floor():
    got = oracles.sigma_from_snr(np.array([3e-4, 20.0]), np.array([[100.0], [400.0], [1e6]]), 100.0, np.array([1e-4, 5.0]))
    np.testing.assert_allclose(got, [[3e-4, 20.0], [1.5e-4, 10.0], [1e-4, 5.0]])


def test_infrared_amplitude_falls_with_the_square_of_range():
    a = oracles.infrared_amplitude(np.array([1e6, 2e6]), 1e5, 1e-8)
    np.testing.assert_allclose(a, [10.0, 2.5])


def test_marcum_is_what_a_square_law_detector_does():
    g, pfa, snr = stream(3, "marcum"), 1e-3, 6.0
    n = g.normal(size=(2, 200_000))
    y = ((np.sqrt(2 * snr) + n[0]) ** 2 + n[1] ** 2) / 2
    p = float(signal.pd_swerling0(snr, pfa))
    assert abs((y > signal.threshold(pfa)).mean() - p) < 4 * np.sqrt(p * (1 - p) / 200_000)


def test_fluctuation_keeps_the_mean_and_has_the_stated_spread_and_level():
    nodes, weights = np.polynomial.hermite_e.hermegauss(60)
    weights = weights / weights.sum()
    f = fluctuation.rcs_factor(nodes)
    db = 10 * np.log10(f)
    assert weights @ f == pytest.approx(1.0, rel=1e-9)
    assert weights @ db == pytest.approx(float(fluctuation.level_shift_db()), rel=1e-9)
    assert np.sqrt(weights @ (db - weights @ db) ** 2) == pytest.approx(fluctuation.RCS_SIGMA_DB, rel=1e-9)


def test_averaged_detection_probability_against_samples():
    snr, pfa = 15.0, 1e-6
    g = stream(4, "fluctuation").normal(size=200_000)
    sampled = signal.pd_swerling0(snr * fluctuation.rcs_factor(g), pfa).mean()
    assert fluctuation.pd_fluctuating(snr, pfa) == pytest.approx(sampled, abs=0.004)
