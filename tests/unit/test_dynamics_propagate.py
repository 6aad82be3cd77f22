"""Unpowered flight: invariants, impact, independence of threads and output times, refusals."""

import numpy as np
import pytest

from cupola.core.constants import EARTH_RADIUS, J2, J3, J4, MU, OMEGA
from cupola.core.errors import BadInput
from cupola.dynamics import ballistic, frames, propagate, segments
from cupola.dynamics.atmosphere import density


def entry(speed=7000.0, angle=-0.4, alt=120e3, lat=0.6, bearing=1.0):
    """ECI state with this Earth-relative velocity."""
    level = np.cos(angle) * np.array([np.sin(bearing), np.cos(bearing)])
    velocity = frames.enu_axes(lat, 0.3).T @ np.array([*level, np.sin(angle)]) * speed
    return frames.state_eci_from_ecef(np.r_[frames.ecef_from_geodetic(lat, 0.3, alt), velocity], 0.0)


def fleet(n, seed=0, up=True):
    rng = np.random.default_rng(seed)
    angles = rng.uniform(0.3, 0.9, n) * (1 if up else -1)
    speeds, heights = rng.uniform(4e3, 7e3, n), rng.uniform(1.0e5, 2e5, n)
    lats, bearings = rng.uniform(-1.2, 1.2, n), rng.uniform(0, 6.28, n)
    return np.array([entry(*row) for row in zip(speeds, angles, heights, lats, bearings, strict=True)])


def energy(s):
    r = np.linalg.norm(s[..., :3], axis=-1)
    u, q = s[..., 2] / r, EARTH_RADIUS / r
    zonal = J2 * q**2 * (1.5 * u**2 - 0.5) + J3 * q**3 * (2.5 * u**3 - 1.5 * u) + J4 * q**4 * (4.375 * u**4 - 3.75 * u**2 + 0.375)
    return 0.5 * np.sum(s[..., 3:] ** 2, axis=-1) - MU / r * (1.0 - zonal)


def test_vacuum_flight_keeps_energy_and_axial_momentum():
    path = propagate.propagate(fleet(10), np.arange(0.0, 601.0, 7.3))
    assert np.nanmax(np.abs(energy(path) / energy(path[:, :1]) - 1.0)) < 1e-9
    axial = path[..., 0] * path[..., 4] - path[..., 1] * path[..., 3]
    assert np.nanmax(np.abs(axial / axial[:, :1] - 1.0)) < 1e-9


def test_acceleration_is_gravity_and_drag():
    s = entry(alt=60e3)
    a = np.array(ballistic.force(*s, 0.5 / 100.0, 1e8))
    wind = s[3:] - OMEGA * np.array([-s[1], s[0], 0.0])
    drag = -density(60e3) * np.linalg.norm(wind) * wind / 200.0
    assert np.allclose(a, np.array(ballistic.force(*s, 0.0, 1e8)) + drag, rtol=1e-9)
    assert np.linalg.norm(drag) > 10.0


def test_first_state_is_the_start_and_the_rest_does_not_depend_on_the_grid():
    x = fleet(4, up=False)
    fine = propagate.propagate(x, np.arange(0.0, 40.0, 0.5), 3000.0)
    coarse = propagate.propagate(x, np.arange(0.0, 40.0, 2.5), 3000.0)
    assert np.allclose(fine[:, 0], x, atol=1e-8)
    assert np.array_equal(fine[:, ::5], coarse, equal_nan=True)


def test_threads_and_chunks_change_nothing():
    x, beta = fleet(23), np.geomspace(5.0, 8000.0, 23)
    times = np.arange(0.0, 300.0, 10.0)
    one = propagate.propagate(x, times, beta)
    parts = list(propagate.stream(x, times, beta, threads=2, chunk=5))
    assert [p[0] for p in parts] == [slice(i, min(i + 5, 23)) for i in range(0, 23, 5)]
    assert np.array_equal(np.concatenate([p[1] for p in parts]), one, equal_nan=True)


def test_advance_agrees_with_propagate_for_each_object_its_own_time():
    x, beta = fleet(6, up=False), np.array([50.0, 200.0, 1e3, 3e3, 8e3, np.inf])
    t0, t1 = np.arange(6.0), np.arange(6.0) + np.array([5.0, 9.0, 12.5, 14.0, 0.0, 20.0])
    out = propagate.advance(x, t0, t1, beta)
    for i in range(6):
        path = propagate.propagate(x[i : i + 1], [t0[i], t1[i]], beta[i])
        assert np.allclose(out[i], path[0, 1], atol=2e-2)
    assert np.array_equal(out[4], x[4])


def test_impact_is_on_the_ellipsoid_and_states_end_there():
    x, beta = fleet(8, up=False), np.geomspace(5.0, 8000.0, 8)
    when, where = propagate.impact(x, 100.0, beta, max_s=4000.0)
    assert np.all(np.isfinite(when))
    assert np.max(np.abs(frames.height(where))) < 1e-3
    for i in (0, 4, 7):
        path = propagate.propagate(x[i : i + 1], [0.0, when[i] - 100.0 - 1e-3, when[i] - 100.0 + 1e-3], beta[i])[0]
        assert np.allclose(path[1, :3], where[i, :3], atol=10.0)
        assert np.all(np.isnan(path[2]))
        assert np.all(np.isnan(propagate.advance(x[i : i + 1], 100.0, when[i] + 1.0, beta[i])))


def test_impact_beyond_the_horizon_is_none():
    when, where = propagate.impact(fleet(3), 0.0, 8000.0, max_s=60.0)
    assert np.all(np.isnan(when))
    assert np.all(np.isnan(where))


def test_a_start_at_or_below_the_ground():
    up = entry(speed=3000.0, angle=1.0, alt=-50.0)
    assert np.isfinite(propagate.propagate(up[None], [0.0, 30.0], 5000.0)).all()
    when, _ = propagate.impact(entry(speed=300.0, angle=-1.0, alt=-50.0)[None], 7.0, 5000.0)
    assert when[0] == 7.0


def test_light_bodies_fall_at_terminal_speed_with_the_turning_air():
    x = entry(speed=100.0, angle=-1.5, alt=40e3)
    s = propagate.propagate(x[None], [0.0, 400.0], 20.0)[0, 1]
    fixed = frames.state_ecef_from_eci(s, 400.0)
    h = frames.height(fixed)
    expected = np.sqrt(2 * 20.0 * 9.8 / density(h))
    assert 2e3 < h < 20e3
    assert np.isclose(np.linalg.norm(fixed[3:]), expected, rtol=0.02)
    up = frames.enu_axes(*frames.geodetic_from_ecef(fixed[:3])[:2])[2]
    assert np.isclose(-fixed[3:] @ up, expected, rtol=0.02)


def test_terminal_rule_agrees_with_small_steps_of_the_full_equations():
    x, k, roof = entry(speed=60.0, angle=-1.57, alt=15e3), 0.5 / 30.0, 7e6
    node, end, dt = np.empty(9), np.empty(9), 0.05
    ballistic.start(node, x, k, roof)
    for _ in range(int(300 / dt)):
        end[:6] = ballistic.runge_kutta(node, dt, k, roof)
        ballistic.start(node, end[:6].copy(), k, roof)
    s = propagate.propagate(x[None], [0.0, 300.0], 30.0)[0, 1]
    assert np.linalg.norm(s[:3] - node[:3]) < 0.3
    assert np.linalg.norm(s[3:] - node[3:6]) < 0.02


def test_rotation_about_the_axis_is_a_symmetry():
    x, times = fleet(3, up=False), np.array([0.0, 25.0])
    turned = np.concatenate([frames.turn(x[:, :3], 1.2), frames.turn(x[:, 3:], 1.2)], axis=1)
    a, b = propagate.propagate(x, times, 500.0), propagate.propagate(turned, times, 500.0)
    assert np.allclose(frames.turn(a[:, 1, :3], 1.2), b[:, 1, :3], atol=1e-5)


def test_denser_air_and_lighter_bodies_slow_alike():
    x, times = entry()[None], np.array([0.0, 30.0])
    a = propagate.propagate(x, times, 1000.0, density_scale=1.5)
    b = propagate.propagate(x, times, 1000.0 / 1.5)
    assert np.allclose(a, b, atol=1e-6)
    assert np.linalg.norm(a[0, 1, 3:]) < np.linalg.norm(propagate.propagate(x, times, 1000.0)[0, 1, 3:])


def test_what_has_landed_stays_landed():
    x = fleet(3)
    x[1] = np.nan
    for out in (propagate.propagate(x, [0.0, 5.0])[:, 1], propagate.advance(x, 0.0, 5.0), propagate.impact(x)[1]):
        assert np.array_equal(np.isnan(out[:, 0]), [False, True, False])


def test_no_objects_is_no_error():
    none = np.empty((0, 6))
    assert propagate.propagate(none, [0.0, 1.0]).shape == (0, 2, 6)
    assert propagate.advance(none, 0.0, 1.0).shape == (0, 6)
    assert propagate.impact(none)[0].shape == (0,)


@pytest.mark.parametrize(
    "call",
    [
        lambda x: propagate.propagate(x[:, :5], [0.0, 1.0]),
        lambda x: propagate.propagate(x, [1.0, 0.0]),
        lambda x: propagate.propagate(x, []),
        lambda x: propagate.propagate(x, [0.0, 1.0], -5.0),
        lambda x: propagate.propagate(x, [0.0, 1.0], np.nan),
        lambda x: propagate.propagate(x * [1.0, np.inf, 1.0, 1.0, 1.0, 1.0], [0.0, 1.0]),
        lambda x: segments.start_segments(x * np.nan, 0.0),
        lambda x: propagate.advance(x, 1.0, 0.0),
    ],
)
def test_wrong_input_is_refused(call):
    with pytest.raises(BadInput):
        call(fleet(2))
