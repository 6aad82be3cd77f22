"""Drag life and make-up. Oracles: the period's own differential equation by another integrator, and limits."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from cupola.assess.orbits import decay
from cupola.core.constants import EARTH_RADIUS, MU
from cupola.core.errors import BadOption

IPS = decay.density_model("ips")
B = 0.022


def life_by_period(altitude, f107):
    """Days until 180 km from dP/dt = -3 pi a rho (Cd A/m), stepped in time, as the source writes it."""

    def axis(p):
        return (MU * (p / (2 * math.pi)) ** 2) ** (1 / 3)

    def rate(_, p):
        a = axis(p[0])
        return [-3 * math.pi * a * float(decay.ips_density((a - EARTH_RADIUS) / 1e3, f107)) * B]

    def low(_, p):
        return axis(p[0]) - EARTH_RADIUS - 180e3

    low.terminal = True
    start = 2 * math.pi * math.sqrt((EARTH_RADIUS + altitude * 1e3) ** 3 / MU)
    out = solve_ivp(rate, (0.0, 1e10), [start], events=low, rtol=1e-9, atol=1e-9)
    return out.t_events[0][0] / decay.DAY


@pytest.mark.parametrize(("altitude", "f107"), [(250.0, 150.0), (400.0, 70.0), (550.0, 200.0)])
def test_life_is_the_period_equation(altitude, f107):
    assert decay.life(IPS, altitude, B, f107, 180.0) == pytest.approx(life_by_period(altitude, f107), rel=1e-5)


def test_density_formula_by_hand():
    t, m = 900.0 + 2.5 * 80.0 + 1.5 * 10.0, 27.0 - 0.012 * 100.0
    assert float(decay.ips_density(300.0, 150.0, 10.0)) == pytest.approx(6e-10 * math.exp(-125.0 * m / t), rel=1e-12)


@given(h=st.floats(200.0, 900.0), f=st.floats(65.0, 250.0), b=st.floats(1e-3, 0.2))
@settings(max_examples=40)
def test_higher_lives_longer_and_activity_and_area_shorten(h, f, b):
    life = decay.life(IPS, h, b, f, 180.0)
    assert decay.life(IPS, h + 10.0, b, f, 180.0) > life
    assert decay.life(IPS, h, b, f + 10.0, 180.0) < life
    assert decay.life(IPS, h, 2 * b, f, 180.0) == pytest.approx(life / 2)


@pytest.mark.parametrize("name", decay.DENSITIES)
def test_density_falls_with_height(name):
    h = np.arange(180.0, 1000.0, 5.0)
    rho = decay.density_model(name)(h, np.full_like(h, 150.0))
    assert np.all(np.diff(rho) < 0)
    assert np.all(np.abs(np.diff(np.log(rho))) < 0.4)  # no jump where a table ends


def test_below_the_end_there_is_no_life():
    assert decay.life(IPS, 180.0, B, 150.0, 180.0) == 0.0


def test_a_cycle_without_swing_is_constant_activity():
    flat = decay.life_in_cycle(IPS, 400.0, B, 180.0, [0.0, 3.0, 7.0], 150.0, 150.0)
    assert flat == pytest.approx([decay.life(IPS, 400.0, B, 150.0, 180.0)] * 3, rel=2e-3)


def life_while_the_sun_turns(altitude, phase, ballistic):
    """Days until 180 km from dh/dt = -sqrt(mu a) rho (Cd A/m), F10.7 a cosine from 70 to 200 and back in 11 years."""

    def rate(t, h):
        flux = 135.0 - 65.0 * math.cos(2.0 * math.pi * (phase + t / decay.YEAR) / 11.0)
        a = EARTH_RADIUS + h[0] * 1e3
        return [-math.sqrt(MU * a) * float(decay.ips_density(h[0], flux)) * ballistic / 1e3]

    def low(_, h):
        return h[0] - 180.0

    low.terminal = True
    out = solve_ivp(rate, (0.0, 1e10), [altitude], events=low, rtol=1e-8, atol=1e-6, max_step=decay.YEAR / 8.0)
    return out.t_events[0][0] / decay.DAY


@pytest.mark.parametrize("phase", [0.0, 3.0, 7.0])
def test_life_in_the_cycle_is_the_equation_with_the_swinging_flux(phase):
    mine = decay.life_in_cycle(IPS, 500.0, B, 180.0, [phase], 70.0, 200.0)[0]
    assert mine == pytest.approx(life_while_the_sun_turns(500.0, phase, B), rel=1e-2)


def test_a_cycle_keeps_between_its_extremes():
    lives = decay.life_in_cycle(IPS, 500.0, B, 180.0, np.linspace(0, 11, 12), 70.0, 200.0)
    quiet, active = (decay.life(IPS, 500.0, B, f, 180.0) for f in (70.0, 200.0))
    assert active < min(lives) < max(lives) < quiet
    assert lives[0] == pytest.approx(lives[-1], rel=1e-9)


def test_makeup_is_the_drag_impulse_of_a_year():
    speed_squared = MU / (EARTH_RADIUS + 400e3)
    assert decay.makeup(4e-12, 400.0, B) == pytest.approx(0.5 * 4e-12 * speed_squared * B * decay.YEAR)


def test_an_unknown_density_is_refused():
    with pytest.raises(BadOption, match="choose from ips, mean, standard"):
        decay.density_model("nasa")
