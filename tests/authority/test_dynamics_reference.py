"""Closed-form flight times against the shared reference cases."""

from pathlib import Path

import numpy as np
import pytest
import yaml

from cupola.assess.flight.free_fall import turning_ellipse
from cupola.dynamics import kepler

FILE = Path(__file__).resolve().parents[3] / "shared" / "reference" / "reference_cases.yaml"
CASES = yaml.safe_load(FILE.read_text(encoding="utf-8"))["cases"] if FILE.exists() else []
LEAST = [c for c in CASES if c["kind"] == "trajectory_analytic"]
LOFTED = [c for c in CASES if "impulsive_rotating_s" in c.get("derived", {})]

pytestmark = pytest.mark.skipif(not CASES, reason="../shared/reference/reference_cases.yaml is not there")


@pytest.mark.parametrize("case", LEAST, ids=[c["id"] for c in LEAST])
def test_minimum_energy(case):
    speed, angle, apogee, time = kepler.minimum_energy(case["inputs"]["ground_range_km"] * 1e3)
    got = {
        "launch_speed_km_s": speed / 1e3,
        "launch_angle_deg": np.degrees(angle),
        "apogee_km": apogee / 1e3,
        "flight_time_s": time,
    }
    for name, want in case["value"].items():
        assert np.isclose(got[name], want, rtol=0.003), name


@pytest.mark.parametrize("case", LOFTED, ids=[c["id"] for c in LOFTED])
def test_impulsive_time_on_the_turning_earth(case):
    given, reported = case["inputs"], case["value"]
    flown = turning_ellipse(
        reported["apogee_km"] * 1e3,
        reported["ground_range_km"] * 1e3,
        np.radians(given["launch_lat_deg"]),
        np.radians(given["azimuth_deg"]),
    )
    assert abs(flown.time - case["derived"]["impulsive_rotating_s"]) < 0.6  # printed in whole seconds
