"""Detection and geometry against oracles we did not write: Albersheim, scipy's ncx2, textbook values, pymap3d."""

from __future__ import annotations

import numpy as np
import oracles
import pymap3d
import pytest
from scipy.special import polygamma
from scipy.stats import ncx2

from cupola.observe import fluctuation, radar, signal


def albersheim_db(pd: float, pfa: float) -> float:
    """SNR (dB) for one look of a steady echo (Albersheim, Proc. IEEE 69, 1981), to 0.2 dB.

    For one look it strays at low Pd (1.5 dB at 0.1), so it is asked from 0.5 on.
    """
    a, b = np.log(0.62 / pfa), np.log(pd / (1 - pd))
    return float(10 * np.log10(a + 0.12 * a * b + 1.7 * b))


@pytest.mark.parametrize("pfa", [1e-3, 1e-5, 1e-7])
@pytest.mark.parametrize("pd", [0.5, 0.7, 0.9])
def test_steady_echo_agrees_with_albersheim(pd, pfa):
    db = albersheim_db(pd, pfa)
    assert signal.pd_swerling0(10 ** ((db - 0.21) / 10), pfa) < pd < signal.pd_swerling0(10 ** ((db + 0.21) / 10), pfa)


def test_steady_echo_agrees_with_the_noncentral_chi_square():
    snr = np.logspace(-1, 2, 30)
    np.testing.assert_allclose(signal.pd_swerling0(snr, 1e-6), ncx2.sf(-2 * np.log(1e-6), 2, 2 * snr), atol=1e-10)


def test_swerling1_textbook_point():
    """Richards 2014, figure 6.13: Pd 0.9 at Pfa 1e-8 needs 22 dB for Swerling 1, one look (14.2 dB steady)."""
    assert 10 * np.log10(oracles.snr_swerling1(0.9, 1e-8)) == pytest.approx(22.4, abs=0.5)


def test_log_spread_is_that_of_swerling3():
    assert pytest.approx(10 / np.log(10) * np.sqrt(polygamma(1, 2)), abs=0.01) == fluctuation.RCS_SIGMA_DB


def test_elevation_azimuth_range_agree_with_pymap3d():
    lat, lon = np.array([41.0, 10.0, -60.0]), np.array([-100.0, 25.0, 170.0])
    for i in range(3):
        e, n, u = (np.array(pymap3d.enu2ecefv(*v, lat[i], lon[i])) for v in np.eye(3))
        p = np.array(pymap3d.geodetic2ecef(lat[i], lon[i], 120.0))
        x = np.array(pymap3d.geodetic2ecef(lat[i] + 3, lon[i] - 4, 300e3))
        az, el, r = pymap3d.ecef2aer(*x, lat[i], lon[i], 120.0)
        got = radar.h(x[None], p, np.array([n, -e, u]))[0]  # x north, y west, z up: azimuth runs to the left
        np.testing.assert_allclose(got, [np.radians(el), -np.radians(az - 360 * (az > 180)), r], rtol=1e-9)
