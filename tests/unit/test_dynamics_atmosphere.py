"""The atmosphere against printed values of its two sources, and its smoothness."""

import numpy as np
import pytest

from cupola.dynamics import atmosphere


@pytest.mark.parametrize(
    ("km", "rho"),
    [(0, 1.2250), (5, 0.73643), (10, 0.41351), (20, 8.8910e-2), (30, 1.8410e-2), (40, 3.9957e-3), (60, 3.0968e-4), (80, 1.8458e-5)],
)
def test_density_is_us76_below_86_km(km, rho):
    """US Standard Atmosphere 1976, table I, geometric heights."""
    assert np.isclose(atmosphere.density(km * 1e3), rho, rtol=3e-4)


@pytest.mark.parametrize(("km", "rho"), [(100, 5.297e-7), (150, 2.070e-9), (500, 6.967e-13), (1000, 3.019e-15)])
def test_density_is_vallado_above(km, rho):
    assert np.isclose(atmosphere.density(km * 1e3), rho, rtol=1e-9)


def _largest_bend(grid):
    slope = np.diff(np.log(atmosphere.density(np.arange(-2e3, 9.9e5, grid)))) / grid
    assert np.all(slope < 0.0)
    return np.max(np.abs(np.diff(slope)))


def test_density_falls_everywhere_and_its_slope_is_smooth():
    assert _largest_bend(10.0) < 0.25 * _largest_bend(50.0)  # at a kink both would be the same


def test_kernels_agree_with_the_array_form():
    h = np.linspace(-6e3, 1.2e6, 401)
    assert np.allclose([atmosphere.density_kernel(v) for v in h], atmosphere.density(h), rtol=1e-13)
    step = 1.0
    for v in (500.0, 11_200.0, 85_990.0, 133_333.0, 700_100.0):
        slope = -np.log(atmosphere.density(v + step) / atmosphere.density(v - step)) / (2 * step)
        assert np.isclose(atmosphere.density_and_scale(v)[1], slope, rtol=1e-4)


def test_scale_multiplies():
    assert np.allclose(atmosphere.density([1e4, 1e5], 1.3), 1.3 * atmosphere.density([1e4, 1e5]))


def test_every_number_has_a_source():
    numbers = {k for k, v in vars(atmosphere).items() if k.isupper() and isinstance(v, float | tuple) and not k.startswith("_")}
    from cupola.core import constants

    assert numbers - set(constants.SOURCES) <= set(atmosphere.SOURCES)
