"""check-flight: verdicts that follow from geometry, and bad input."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cupola.assess.flight.check import check_flight
from cupola.assess.flight.free_fall import ellipse, turning_ellipse
from cupola.cli import main
from cupola.core.constants import MEAN_RADIUS, MU, OMEGA
from cupola.core.errors import BadOption
from cupola.dynamics import kepler
from cupola.dynamics.boost import apogee_for

KEYS = {"verdict", "best_time_s", "time_range_s", "impulsive_time_s", "reason"}


@settings(max_examples=25, deadline=None)
@given(st.floats(100.0, 12000.0), st.floats(0.4, 3.0))
def test_the_ellipse_obeys_kepler(range_km: float, loft: float):
    """Vis-viva at the surface and at the apogee give the same energy and angular momentum."""
    apogee = loft * float(apogee_for(range_km * 1e3, 1.0))
    found = ellipse(apogee, range_km * 1e3 / MEAN_RADIUS)
    momentum = MEAN_RADIUS * found.speed * math.cos(found.angle)
    top = MEAN_RADIUS + apogee
    assert found.speed**2 / 2 - MU / MEAN_RADIUS == pytest.approx((momentum / top) ** 2 / 2 - MU / top, rel=1e-9)


def test_eastward_flights_fall_longer_than_westward_ones():
    east = turning_ellipse(3000e3, 1000e3, 0.7, math.radians(90))
    west = turning_ellipse(3000e3, 1000e3, 0.7, math.radians(270))
    assert east.time > ellipse(3000e3, 1000e3 / MEAN_RADIUS).time > 0
    assert east.time > west.time


def test_turning_earth_shifts_the_inertial_arc():
    east = turning_ellipse(1.3e6, 9e6, 0.0, math.pi / 2).time
    assert east == pytest.approx(float(kepler.impulsive_time(1.3e6, 9e6 + OMEGA * east * MEAN_RADIUS)), abs=1e-5)


@settings(max_examples=12, deadline=None)
@given(
    st.floats(300.0, 10000.0),
    st.floats(0.5, 2.5),
    st.floats(0.0, 359.0),
    st.floats(-60.0, 60.0),
    st.sampled_from(["solid", "liquid"]),
)
def test_the_modelled_time_is_consistent_and_free_fall_is_impossible(
    range_km: float, loft: float, azimuth: float, lat: float, propellant: str
):
    apogee = loft * float(apogee_for(range_km * 1e3, 1.0)) / 1e3
    first = check_flight(apogee, range_km, 1000.5, (lat, 10.0), azimuth, propellant)
    lo, hi = first["time_range_s"]
    assert first["impulsive_time_s"] < first["best_time_s"]
    assert lo <= first["best_time_s"] <= hi
    best = round(first["best_time_s"]) + 0.5
    assert check_flight(apogee, range_km, best, (lat, 10.0), azimuth, propellant)["verdict"] == "consistent"
    early = check_flight(apogee, range_km, 0.9 * first["impulsive_time_s"] - 20.0, (lat, 10.0), azimuth, propellant)
    assert early["verdict"] == "impossible"
    assert "would have to be about" in early["reason"]


def test_less_knowledge_widens_the_range():
    known = check_flight(1000, 3000, 1100, (39.0, 125.0), 90, "solid")
    loose = check_flight(1000, 3000, 1100)
    assert loose["time_range_s"][0] <= known["time_range_s"][0]
    assert loose["time_range_s"][1] >= known["time_range_s"][1]
    assert len(loose["assumptions"]) > len(known["assumptions"])


def test_the_rounding_of_apogee_and_range_moves_the_time():
    """4,500 and 1,000 km hold to 45 and 10 km (a hundredth), 60 s to half a minute less; the free fall of each is differenced."""
    here, up, out = (
        turning_ellipse(a, r, math.radians(39.0), math.radians(90.0)).time
        for a, r in ((4500e3, 1000e3), (4545e3, 1000e3), (4500e3, 1010e3))
    )
    assert out - here > 0.2
    found = check_flight(4500, 1000, 3001, (39.0, 125.0), 90, "liquid")
    assert found["rounding_s"] == pytest.approx(0.5 + abs(up - here) + abs(out - here), abs=0.051)


def test_a_given_burn_replaces_the_rule():
    quick, slow = (check_flight(4475, 950, 3180, (39.2, 125.7), 70, "liquid", (b, b)) for b in (200, 330))
    assert quick["best_time_s"] + 40 < slow["best_time_s"]
    assert quick["burn_s"]["liquid"] == [200, 200, 200]


@pytest.mark.parametrize(
    ("claim", "word"),
    [
        ((300, 300, 100), "even without boost"),
        ((300, 300, 3000), "no boost explains"),
        ((36000, 5000, 40000), "satellite launcher"),
        ((80, 12000, 1800), "too shallow"),
        ((1000, 21000, 3000), "20,015 km"),
    ],
)
def test_impossible_claims_say_why(claim: tuple[float, float, float], word: str):
    answer = check_flight(*claim)
    assert answer["verdict"] == "impossible"
    assert word in answer["reason"]
    assert set(answer) >= KEYS


@pytest.mark.parametrize(
    "kwargs",
    [
        {"apogee_km": math.nan},
        {"apogee_km": 0},
        {"range_km": -1},
        {"time_s": math.inf},
        {"time_s": "soon"},
        {"site": (91.0, 0.0)},
        {"azimuth": math.nan},
        {"propellant": "hybrid"},
        {"burn_s": (200, 100)},
        {"burn_s": (0, 100)},
        {"burn_s": (900, 900)},
    ],
    ids=str,
)
def test_bad_values_are_refused_by_name(kwargs: dict[str, object]):
    claim: dict[str, object] = {"apogee_km": 1000, "range_km": 1000, "time_s": 1200} | kwargs
    with pytest.raises(BadOption, match="--"):
        check_flight(**claim)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "wrong", [{"apogee_km": 1e308}, {"range_km": 1e308}, {"time_s": 1e308}, {"range_km": 0.0}, {"range_km": -1.0}]
)
def test_a_figure_out_of_its_domain_is_named(wrong):
    option = "--" + next(iter(wrong)).replace("_", "-")
    with pytest.raises(BadOption, match=f"^{option} must be .*(above 0|at most)"):
        check_flight(**({"apogee_km": 300.0, "range_km": 500.0, "time_s": 600.0} | wrong))


def test_no_flight_takes_less_than_no_time():
    answer = check_flight(apogee_km=0.001, range_km=1.0, time_s=60.0)
    assert answer["time_range_s"][0] >= 0
    assert answer["minimum_time_s"] >= 0


@pytest.mark.parametrize(
    "claim", [(6648.4, 1001.2, 4491), (6040.9, 999.2, 4135), (2111.5, 787, 1800), (550, 2700, 870), (300, 2000, 700)]
)
def test_one_range_is_written_one_way(claim, capsys):
    words = [f"--{name}={x}" for name, x in zip(("apogee-km", "range-km", "time-s"), claim, strict=True)]
    assert main(["check-flight", *words]) == 0
    ranges = {tuple(m) for m in re.findall(r"([0-9,]+) to ([0-9,]+)", capsys.readouterr().out)}
    lo, hi = check_flight(*claim)["time_range_s"]
    assert ranges == {(f"{lo:,.0f}", f"{hi:,.0f}")}
