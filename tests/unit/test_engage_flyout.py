"""The fly-out rule against two-body flight, and its orderings."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from cupola.catalog import defence, load
from cupola.core.constants import MEAN_RADIUS, MU
from cupola.dynamics import frames
from cupola.engage import flyout

HERE = np.array([MEAN_RADIUS, 0.0, 0.0])


def two_body(speed: float, elevation: float, t: float) -> np.ndarray:
    def fall(_, y):
        return np.concatenate([y[3:], -MU * y[:3] / np.linalg.norm(y[:3]) ** 3])

    start = np.array([MEAN_RADIUS, 0.0, 0.0, speed * math.sin(elevation), speed * math.cos(elevation), 0.0])
    return solve_ivp(fall, (0.0, t), start, method="DOP853", rtol=1e-10, atol=1e-3).y[:3, -1]


def reach(speed: float, burn: float = 0.0, delay: float = 0.0) -> np.ndarray:
    return np.array([speed, burn, delay, 0.0, 1e9, 1e9])


@pytest.mark.parametrize(
    ("speed", "t", "within"),
    [
        (1300.0, 60.0, 0.001),
        (2700.0, 90.0, 0.001),
        (3000.0, 300.0, 0.001),
        (4500.0, 450.0, 0.005),
        (7200.0, 600.0, 0.005),
        (7200.0, 900.0, 0.03),
    ],
)
@pytest.mark.parametrize("elevation", [15.0, 30.0, 45.0, 60.0, 80.0])
def test_time_to_a_point_of_a_two_body_arc(speed, t, within, elevation):
    point = two_body(speed, math.radians(elevation), t)
    assert flyout.flight_time_kernel(HERE, reach(speed), *point) == pytest.approx(t, rel=within)


def test_burn_is_half_its_duration_and_delay_is_whole():
    point = two_body(3000.0, 1.0, 150.0)
    bare = flyout.flight_time_kernel(HERE, reach(3000.0), *point)
    assert flyout.flight_time_kernel(HERE, reach(3000.0, 40.0, 7.0), *point) == pytest.approx(bare + 27.0, abs=1e-9)


def test_no_arrival_before_burnout():
    assert flyout.flight_time_kernel(HERE, reach(3000.0, 40.0, 7.0), MEAN_RADIUS + 1e3, 0.0, 0.0) == 47.0


def test_too_high_is_out_of_reach():
    assert flyout.flight_time_kernel(HERE, reach(1000.0), MEAN_RADIUS + 60e3, 0.0, 0.0) == np.inf


@settings(max_examples=60, deadline=None)
@given(st.floats(500.0, 8000.0), st.floats(1.01, 2.0), st.floats(1e4, 3e5), st.floats(0.0, 5e5))
def test_a_faster_round_is_never_later(speed, more, up, along):
    point = (MEAN_RADIUS + up, along, 0.0)
    slow, fast = (flyout.flight_time_kernel(HERE, reach(v), *point) for v in (speed, speed * more))
    assert fast <= slow
    assert slow == np.inf or slow >= 0.99 * math.hypot(up, along) / (speed + math.sqrt(2 * 9.9 * up))


def test_envelope():
    thaad = defence.battery("a", "thaad", 0.6, 1.0)
    points = [(0.6, 1.0, a) for a in (39e3, 41e3, 149e3, 151e3)] + [
        (0.6 + 190e3 / MEAN_RADIUS, 1.0, 50e3),
        (0.6 + 215e3 / MEAN_RADIUS, 1.0, 50e3),
    ]
    times = flyout.flight_time(thaad, np.array([frames.ecef_from_geodetic(*p) for p in points]))
    assert np.isfinite(times).tolist() == [False, True, True, False, True, False]


def test_drag_factor_slows():
    pac = defence.battery("a", "pac3-mse", 0.6, 1.0)
    bare = replace(pac, type=replace(pac.type, mean_fraction=1.0))
    point = frames.ecef_from_geodetic(0.603, 1.0, 20e3)
    assert flyout.flight_time(pac, point) > flyout.flight_time(bare, point)


def test_every_type_of_the_catalogue_loads_and_can_reach_something():
    for name in load.entries("interceptor"):
        battery = defence.battery("a", name, 0.6, 1.0)
        middle = 0.5 * (battery.type.alt_min + min(battery.type.alt_max, 4 * battery.type.alt_min))
        assert np.isfinite(flyout.flight_time(battery, frames.ecef_from_geodetic(0.6, 1.0, middle))), name
