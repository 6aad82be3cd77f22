"""Ascent and coast models against launches recorded off public webcasts (shahar603, Telemetry-Data, public domain)."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Any

import pytest
import yaml

from cupola.assess.flight.telemetry_check import check_telemetry

ROOT = Path(__file__).resolve().parents[2]
OUTSIDE = ROOT.parent / "shared" / "data" / "falcon"
CASES = ROOT.parent / "shared" / "reference" / "reference_cases.yaml"
INSIDE = Path(str(resources.files("cupola.truth"))) / "data" / "falcon"
LISTS = ("events", "flights", "headings")


MORE = ("eshail-2", "falcon-heavy-demo-1", "jason-3", "paz", "ses-11", "x-37b-otv-5")  # odd clocks, vehicles and throttles


def recordings() -> list[Any]:
    """What the package holds, and the odd ones of the shared folder where it exists (``design/boost.md`` has all 28)."""
    found = [p for p in sorted(INSIDE.glob("*.csv")) if p.stem not in LISTS]
    found += [OUTSIDE / f"{name}.csv" for name in MORE if (OUTSIDE / f"{name}.csv").is_file()]
    return [pytest.param(p, id=p.stem) for p in found]


@pytest.mark.parametrize("path", recordings())
def test_the_ascent_is_followed_and_the_coast_predicted(path: Path):
    """Targets: 15 m/s and 0.5 km RMS to cut-off, 0.5 km on coasts, with the recorded events."""
    answer = check_telemetry(path, path.parent / "events.csv")
    assert answer["ascent"]["speed_rms_m_s"] < 15.0
    assert answer["ascent"]["altitude_rms_m"] < 500.0
    assert answer["ascent"]["fitted_parameters"] <= 6
    if answer["coast"] is not None:
        assert abs(answer["coast"]["apogee_error_m"]) < 500.0
        assert abs(answer["coast"]["end_altitude_error_m"]) < 500.0


STAGE_ONE = ("bulgariasat-1", "crs-11", "iridium-next-3", "nrol-76", "ses-11", "x-37b-otv-5", "zuma")


@pytest.mark.parametrize("path", [p for p in recordings() if p.id in STAGE_ONE])
def test_coasts_are_found_without_events_or_site(path: Path, tmp_path: Path):
    alone = tmp_path / path.name
    alone.write_bytes(path.read_bytes())
    coast = check_telemetry(alone)["coast"]
    assert coast is not None
    assert abs(coast["apogee_error_m"]) < 500.0
    assert abs(coast["end_altitude_error_m"]) < 500.0


def coast_cases() -> list[Any]:
    """The reference cases on coasts; none where the shared folder is absent."""
    if not CASES.is_file():
        return []
    cases = yaml.safe_load(CASES.read_text(encoding="utf-8"))["cases"]
    return [pytest.param(c, id=c["id"]) for c in cases if c["kind"] == "trajectory_flightdata"]


@pytest.mark.skipif(not CASES.is_file(), reason="the shared reference cases are not here")
@pytest.mark.parametrize("case", coast_cases())
def test_the_coast_window_of_the_reference_is_found(case: dict[str, Any]):
    path = CASES.parents[1] / case["inputs"]["file"]
    coast = check_telemetry(path, path.parent / "events.csv")["coast"]
    assert coast["start_s"] == pytest.approx(case["inputs"]["t0_s"], abs=1.0)
    assert coast["end_s"] == pytest.approx(case["inputs"]["t1_s"], abs=1.0)
    limits = {check["of"]: check["abs"] * 1e3 for check in case["tolerance"]}
    assert abs(coast["apogee_error_m"]) < limits["apogee_km"]
    assert abs(coast["end_altitude_error_m"]) < limits["altitude_t1_km"]
