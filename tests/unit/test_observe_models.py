"""Measurement models: kernels against numpy, Jacobians against differences, inversion, covariance against samples."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cupola.core.randoms import stream
from cupola.observe import angles, infrared, position, radar

SEEDS = st.integers(0, 2**32 - 1)


def case(seed: int, n: int = 6) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """States, sensor position and a right-handed frame, all drawn."""
    g = stream(seed, "observe")
    q, _ = np.linalg.qr(g.normal(size=(3, 3)))
    q *= np.sign(np.linalg.det(q))
    return g.normal(size=(n, 6)) * np.r_[np.full(3, 2e6), np.full(3, 3e3)], g.normal(size=3) * 6e6, np.ascontiguousarray(q)


MODELS = [
    (radar, radar.radar_h, radar.radar_jacobian, 3),
    (infrared, infrared.infrared_h, radar.radar_jacobian, 2),
    (position, position.position_h, position.position_jacobian, 3),
]
KINDS = pytest.mark.parametrize(("model", "kernel", "jacobian", "rows"), MODELS, ids=["radar", "infrared", "position"])


def derivative(jacobian, x, p, A):
    """The kernel's Jacobians of many states ``(n, 3, 3)``, NaN where it writes nothing."""
    H = np.full((len(x), 3, 3), np.nan)
    for i in range(len(x)):
        jacobian(x[i], p, A, np.empty(3), H[i])
    return H


@KINDS
@given(seed=SEEDS)
@settings(max_examples=20, deadline=None)
def test_kernel_equals_numpy(model, kernel, jacobian, rows, seed):
    x, p, A = case(seed)
    want = model.h(x, p, A)
    for i in range(len(x)):
        z, z2, H = np.empty(3), np.empty(3), np.empty((3, 3))
        kernel(x[i], p, A, z)
        jacobian(x[i], p, A, z2, H)
        np.testing.assert_allclose(z[:rows], want[i, :rows], rtol=1e-12, atol=1e-15)
        np.testing.assert_array_equal(z[:rows], z2[:rows])


@KINDS
@given(seed=SEEDS)
@settings(max_examples=15, deadline=None)
def test_jacobian_equals_central_differences(model, kernel, jacobian, rows, seed):  # noqa: ARG001  # one list of models
    x, p, A = case(seed, 3)
    H, step = derivative(jacobian, x, p, A), 10.0
    flat = np.cos(radar.h(x, p, A)[:, 0])
    for j in range(3):
        e = np.zeros(6)
        e[j] = step
        d = model.h(x + e, p, A) - model.h(x - e, p, A)
        if model is not position:
            d[:, :2] = angles.wrap(d[:, :2])
        scale = np.abs(H[:, :rows]).max(axis=(1, 2))[:, None] / flat[:, None] ** 2
        assert np.all(np.abs(d[:, :rows] / (2 * step) - H[:, :rows, j]) < 1e-6 * scale)


@given(seed=SEEDS)
@settings(max_examples=20, deadline=None)
def test_inversions_return_where_they_came_from(seed):
    x, p, A = case(seed)
    z = radar.h(x, p, A)
    np.testing.assert_allclose(radar.invert(z, p, A), x[:, :3], atol=1e-6)
    np.testing.assert_allclose(position.invert(position.h(x, p, A), p, A), x[:, :3], atol=1e-6)
    d = x[:, :3] - p
    u = infrared.sight(infrared.h(x, p, A), A)
    np.testing.assert_allclose(u, d / np.linalg.norm(d, axis=1)[:, None], atol=1e-14)
    for i in range(len(x)):
        y, v = np.empty(3), np.empty(3)
        radar.radar_invert(z[i], p, A, y)
        np.testing.assert_allclose(y, x[i, :3], atol=1e-6)
        infrared.infrared_sight(z[i], A, v)
        np.testing.assert_allclose(v, u[i], atol=1e-14)
        position.position_invert(position.h(x[i : i + 1], p, A)[0], p, A, y)
        np.testing.assert_allclose(y, x[i, :3], atol=1e-6)


@given(seed=SEEDS)
@settings(max_examples=20, deadline=None)
def test_covariance_is_that_of_the_inverse_jacobian(seed):
    x, p, A = case(seed)
    sigma = np.array([3e-4, 5e-4, 20.0])
    z = radar.h(x, p, A)
    got = radar.covariance(z, sigma, A)
    J = np.linalg.inv(derivative(radar.radar_jacobian, x, p, A))
    np.testing.assert_allclose(got, J @ np.diag(sigma**2) @ np.swapaxes(J, 1, 2), rtol=1e-6, atol=1e-3)
    cartesian = position.covariance(z, np.array([1.0, 2.0, 3.0]), A)
    for i in range(len(x)):
        R = np.empty((3, 3))
        radar.radar_covariance(z[i], sigma, A, R)
        np.testing.assert_allclose(R, got[i], rtol=1e-9, atol=1e-6)
        position.position_covariance(z[i], np.array([1.0, 2.0, 3.0]), A, R)
        np.testing.assert_allclose(R, cartesian[i], atol=1e-12)
    np.testing.assert_allclose(np.linalg.eigvalsh(cartesian), np.tile([1.0, 4.0, 9.0], (len(x), 1)), rtol=1e-9)


def test_covariance_against_samples():
    x, p, A = case(5, 1)
    sigma = np.array([1e-4, 2e-4, 30.0])
    z = radar.h(x, p, A)
    points = radar.invert(z + sigma * stream(1, "samples").normal(size=(20_000, 3)), p, A)
    L = np.linalg.cholesky(radar.covariance(z, sigma, A)[0])
    white = np.linalg.solve(L, (points - x[0, :3]).T)
    np.testing.assert_allclose(np.cov(white), np.eye(3), atol=0.05)


def test_the_axes_mean_what_they_say():
    z = radar.h(np.array([[0.0, 0.0, 5.0, 0, 0, 0], [0, 2.0, 0, 0, 0, 0], [3.0, 0, 0, 0, 0, 0]]), np.zeros(3), np.eye(3))
    np.testing.assert_allclose(z, [[np.pi / 2, 0, 5], [0, np.pi / 2, 2], [0, 0, 3]])


@given(st.floats(-50, 50), st.integers(-5, 5))
@settings(max_examples=50, deadline=None)
def test_wrap(a, turns):
    w = angles.wrap(np.array([a + turns * 2 * np.pi]))[0]
    assert -np.pi <= w < np.pi
    assert np.cos(w - a) == pytest.approx(1.0, abs=1e-12)
    assert angles.wrap_scalar(a) == angles.wrap(np.array(a))
