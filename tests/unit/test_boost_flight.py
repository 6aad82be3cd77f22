"""Powered flight: conservation and limits that hold whatever the vehicle."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cupola.core.constants import G0, OMEGA
from cupola.core.errors import BadInput
from cupola.dynamics import boost
from cupola.dynamics.frames import ecef_from_geodetic, height
from cupola.dynamics.propagate import impact, propagate
from cupola.dynamics.vehicle import BURN_RULE, PROPELLANTS, PUBLISHED_BURNS, Stage, Vehicle, burn_time

FLEET = [boost.sized(r * 1e3, p) for r, p in ((300, "liquid"), (2000, "solid"), (10000, "liquid"))]


def test_a_flight_begins_on_the_pad_and_turns_with_the_earth():
    flight = boost.fly(FLEET[1], 0.6, 1.1, 1.0, 0.8)
    pad = ecef_from_geodetic(0.6, 1.1)
    np.testing.assert_allclose(flight.states[0, :3], pad, atol=1e-6)
    np.testing.assert_allclose(flight.states[0, 3:], np.cross([0, 0, OMEGA], pad), atol=1e-9)


def test_a_vertical_flight_gains_the_rocket_equation_less_gravity():
    """No air at altitude is left out here: the loss must lie between gravity alone and gravity plus 15 %."""
    stage = Stage(60.0, 3000.0, 280.0, 1e9)
    vehicle = Vehicle("test", "solid", (stage,), rise_s=10.0, tilted_s=30.0)
    flight = boost.fly(vehicle, 1.5, 0.0, 0.0, math.pi / 2, dt=0.5)
    speed = float(np.linalg.norm(flight.states[-1, 3:]))
    assert speed == pytest.approx(3000.0 - 60.0 * 9.80, abs=12.0)


@pytest.mark.parametrize("vehicle", FLEET, ids=lambda v: v.name)
def test_a_smaller_step_changes_the_burn_out_by_less_than_a_metre(vehicle: Vehicle):
    coarse = boost.fly(vehicle, 0.7, 2.0, 0.3, 0.7, cutoff_s=60.0, dt=1.0)
    fine = boost.fly(vehicle, 0.7, 2.0, 0.3, 0.7, cutoff_s=60.0, dt=0.1)
    assert np.linalg.norm(coarse.states[-1, :3] - fine.states[-1, :3]) < 1.0


def test_thrust_ends_at_cut_off_and_pauses_between_stages():
    stages = (Stage(30.0, 1500.0, 260.0, 4e4), Stage(30.0, 1500.0, 260.0, 2e4, coast_s=5.0))
    vehicle = Vehicle("test", "solid", stages, rise_s=3.0, tilted_s=20.0)
    flight = boost.fly(vehicle, 0.5, 0.0, 1.0, 1.0, cutoff_s=50.2)
    assert flight.times[-1] == 51.0
    assert not flight.burning[31:35].any()
    assert flight.burning[[0, 29, 35, 50]].all()
    assert not flight.burning[51]
    first = 260.0 * G0 * (1 - math.exp(-1500.0 / (260.0 * G0))) / 30.0
    assert flight.thrust[0] == pytest.approx(first)
    assert flight.stage_ends_s == (30.0,)


@settings(max_examples=15, deadline=None)
@given(st.floats(-1.2, 1.2), st.floats(0.0, 6.2), st.floats(0.3, 0.8), st.sampled_from(["efficient", "lofted", 0.7]))
def test_an_aimed_flight_ends_at_its_target_in_the_other_propagator(lat: float, bearing: float, share: float, loft: str | float):
    """The shooting's own fall is checked against ``propagate``, which was written by someone else."""
    from cupola.dynamics.frames import destination

    vehicle = FLEET[1]
    to = destination(lat, 0.4, bearing, share * 2000e3)
    solution = boost.aim(vehicle, lat, 0.4, float(to[0]), float(to[1]), loft)
    flight = solution.fly()
    t, x = impact(flight.states[-1:], flight.times[-1], np.array([vehicle.payload_beta]), 7200.0)
    turn = OMEGA * t[0]
    c, s = math.cos(turn), math.sin(turn)
    place = np.array([c * x[0, 0] + s * x[0, 1], c * x[0, 1] - s * x[0, 0], x[0, 2]])
    assert np.linalg.norm(place - ecef_from_geodetic(to[0], to[1])) < 1500.0
    assert t[0] == pytest.approx(solution.flight_s, abs=0.5)
    times = np.arange(flight.times[-1], t[0], 5.0)
    top = np.nanmax(height(propagate(flight.states[-1:], times, np.array([8000.0]))[0, :, :3]))
    assert top == pytest.approx(solution.apogee_m, abs=1000.0)


def test_rows_of_a_batch_do_not_depend_on_each_other():
    places = np.radians([[40.0, 127.0, 35.0, 135.0], [10.0, 20.0, 20.0, 30.0], [-30.0, 50.0, -20.0, 40.0]])
    many = boost.aim_many([FLEET[1]] * 3, *places.T)
    alone = boost.aim_many([FLEET[1]], *places[1:2].T)
    assert many.azimuth[1] == alone.azimuth[0]
    assert many.cutoff_s[1] == alone.cutoff_s[0]


def test_a_target_out_of_reach_says_how_far_the_missile_goes():
    with pytest.raises(BadInput, match=r"exceeds the [12],\d+ km that solid 2000 km reaches"):
        boost.aim(FLEET[1], 0.7, 0.0, 0.7, 0.6)
    table = boost.aim_many([FLEET[1]] * 2, 0.7, 0.0, 0.7, [0.2, 0.6])
    assert table.reached.tolist() == [True, False]
    assert table.reasons[0] == ""


def test_sized_vehicles_have_their_range_and_bad_ones_are_refused():
    for vehicle, wanted in zip(FLEET, (300e3, 2000e3, 10000e3), strict=True):
        assert boost.max_range(vehicle) == pytest.approx(wanted, rel=0.006)
    with pytest.raises(BadInput, match="50 to 16,000"):
        boost.sized(20e6, "solid")
    with pytest.raises(BadInput, match="unknown"):
        boost.generic("hybrid", 3000.0)
    with pytest.raises(BadInput, match="weight at lift-off"):
        Vehicle("weak", "liquid", (Stage(300.0, 2000.0, 250.0, 1e4),))
    with pytest.raises(BadInput, match="not a number"):
        boost.aim(FLEET[0], math.nan, 0.0, 0.1, 0.1)
    with pytest.raises(BadInput, match="loft"):
        boost.apogee_for(1e6, "steep")


def test_the_burn_rule_is_the_fit_to_the_published_burns():
    """The constants in the file are computed; this computes them again."""
    for kind in PROPELLANTS:
        burns = [b for b in PUBLISHED_BURNS if b.propellant == kind]
        need = [boost.sized(b.range_km * 1e3, kind, burn_s=float(b.burn_s), stages=b.stages).delta_v for b in burns]
        power, level = np.polyfit(np.log(np.array(need) / 5e3), np.log([b.burn_s for b in burns]), 1)
        assert BURN_RULE[kind][0] == pytest.approx(math.exp(level), rel=0.005)
        assert BURN_RULE[kind][1] == pytest.approx(power, abs=0.005)
    assert burn_time("liquid", 8000.0) > burn_time("solid", 8000.0)
