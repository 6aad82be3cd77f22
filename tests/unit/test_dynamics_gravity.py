"""Gravity against the gradient of its potential and against normal gravity."""

import numpy as np
import pytest
from numpy.polynomial import legendre

from cupola.core.constants import EARTH_RADIUS, J2, J3, J4, MU, OMEGA
from cupola.dynamics import frames, gravity


def potential(x):
    r = np.linalg.norm(x)
    q, u = EARTH_RADIUS / r, x[2] / r
    return MU / r * (1.0 - legendre.legval(u, [0.0, 0.0, J2 * q**2, J3 * q**3, J4 * q**4]))


def test_acceleration_is_the_gradient_of_the_potential():
    rng = np.random.default_rng(3)
    x = rng.normal(size=(20, 3))
    x *= (EARTH_RADIUS * rng.uniform(1.0, 3.0, 20) / np.linalg.norm(x, axis=1))[:, None]
    h = 200.0
    for p in x:
        slope = [(potential(p + h * e) - potential(p - h * e)) / (2 * h) for e in np.eye(3)]
        assert np.allclose(gravity.acceleration(p), slope, atol=3e-8)


def test_kernel_and_array_form_agree():
    x = np.random.default_rng(1).normal(size=(50, 3)) * 9e6
    assert np.allclose(gravity.acceleration(x), [gravity.gravity_kernel(*p) for p in x], rtol=1e-14, atol=1e-14)


@pytest.mark.parametrize(("lat", "normal"), [(0.0, 9.7803253359), (np.pi / 2, 9.8321849379)])
def test_weight_at_the_ellipsoid_is_normal_gravity(lat, normal):
    """WGS-84 normal gravity (NGA.STND.0036, table 3.5), mean of both hemispheres, which has no J3; its J6 is 4e-5 at the poles."""
    x = frames.ecef_from_geodetic([lat, -lat], 0.3, 0.0)
    weight = gravity.acceleration(x) + OMEGA**2 * x * [1.0, 1.0, 0.0]
    assert abs(np.linalg.norm(weight, axis=1).mean() - normal) < 5e-5
