"""check-flight against reported flights that nothing in it was fitted on.

Each triple is as published (see the reference cases): liquid missiles within 3 %, solid within 1 %, plus half of the step that the
reported time was rounded to. The 39 minutes of 4 July 2017 stand alone: another source gave 37, and the model lies between them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from cupola.assess.flight.check import check_flight

CASES = Path(__file__).resolve().parents[2].parent / "shared" / "reference" / "reference_cases.yaml"
SITE, AZIMUTH = (39.2, 125.7), 70.0

FLIGHTS = [  # apogee km, range km, time s, propellant, rounding s
    pytest.param(2111.5, 787, 1800, "liquid", 60, id="2017-05-14"),
    pytest.param(2800, 930, 2340, "liquid", 60, id="2017-07-04"),
    pytest.param(4475, 950, 3180, "liquid", 60, id="2017-11-29"),
    pytest.param(6040.9, 999.2, 4135, "liquid", 1, id="2022-11-18"),
    pytest.param(6648.4, 1001.2, 4491, "solid", 1, id="2023-07-12"),
]


@pytest.mark.parametrize(("apogee", "reach", "time", "propellant", "step"), FLIGHTS)
def test_reported_lofted_flights(apogee: float, reach: float, time: float, propellant: str, step: float):
    answer = check_flight(apogee, reach, time, SITE, AZIMUTH, propellant)
    allowed = (0.01 if propellant == "solid" else 0.03) * time + step / 2
    assert answer["best_time_s"] == pytest.approx(time, abs=allowed)
    assert answer["verdict"] == "consistent"
    assert 110 - step / 2 <= time - answer["impulsive_time_s"] <= 265 + step / 2


@pytest.mark.skipif(not CASES.is_file(), reason="the shared reference cases are not here")
def test_free_fall_times_equal_the_reference():
    cases = [c for c in yaml.safe_load(CASES.read_text(encoding="utf-8"))["cases"] if c["id"].startswith("loft-")]
    assert len(cases) == 6
    for case in cases:
        value: dict[str, Any] = case["value"]
        answer = check_flight(value["apogee_km"], value["ground_range_km"], value["flight_time_s"], SITE, AZIMUTH)
        assert answer["impulsive_time_s"] == pytest.approx(case["derived"]["impulsive_rotating_s"], abs=1.5)


def test_ordinary_flights():
    """Over Japan, 14 to 15 minutes were reported; free fall alone takes 13.4 to 13.7: only the longer end suits a liquid."""
    over_japan = check_flight(550, 2700, 900, (39.0, 125.7), 60, "liquid")
    assert over_japan["verdict"] == "consistent"
    assert check_flight(550, 2700, 840, (39.0, 125.7), 60, "liquid")["verdict"] != "impossible"
    assert over_japan["impulsive_time_s"] == pytest.approx(806, abs=20)
    pacific = check_flight(1300, 7785, 1800, (34.7, -120.6), 265, "solid")
    assert pacific["verdict"] != "impossible"
    assert 1620 < pacific["best_time_s"] < 1860


def test_a_triple_below_free_fall_is_impossible():
    """Reported for 24 March 2022: shorter than free fall to its own apogee, as was noticed at the time."""
    answer = check_flight(6248.5, 1090, 4052, SITE, AZIMUTH, "liquid")
    assert answer["verdict"] == "impossible"
    assert "even without boost" in answer["reason"]
