"""Satellites and aircraft of a scenario's own: a TLE is seen where the SGP4 authors' verification file has it."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import sgp4
from sgp4.propagation import gstime

from cupola import scenario
from cupola.catalog import load as catalogue
from cupola.core.clock import ns_from_iso
from cupola.core.errors import BadScenario
from cupola.dynamics import frames
from cupola.scenario import sensing
from cupola.sensors import suite
from cupola.truth.frame import TruthFrame

HERE = Path(sgp4.__file__).parent
EPOCH, EPOCH_JD = "2000-06-27T18:50:19.733568Z", 2451723.28495062  # of satellite 5 in the verification file
HEAD = f"""\
name: own
description: sensors of its own
epoch: {EPOCH}
duration_s: 600
launches:
  - {{missile: generic-mrbm-solid, from: east-asia-coast, to: kanto}}
custom:
"""


def elements() -> tuple[str, str]:
    lines = (HERE / "SGP4-VER.TLE").read_text(encoding="ascii").splitlines()
    i = next(i for i, text in enumerate(lines) if text.startswith("1 00005U"))
    return lines[i][:69], lines[i + 1][:69]


def published(minutes: float) -> np.ndarray:
    """TEME position (m) of satellite 5 in the verification output."""
    lines = (HERE / "tcppver.out").read_text(encoding="ascii").splitlines()
    start = lines.index("5 xx")
    rows = (text.split() for text in lines[start + 1 : start + 14])
    return next(np.array([float(v) for v in r[1:4]]) * 1e3 for r in rows if float(r[0]) == minutes)


def loaded(tmp_path, custom: str):
    path = tmp_path / "own.yaml"
    path.write_text(HEAD + custom, encoding="utf-8")
    return scenario.load(str(path))


def seen(tmp_path, custom: str, t: float):
    """Position (ECEF) in the scan of the one sensor at t, of a sky with nothing in it."""
    s = loaded(tmp_path, custom)
    made = suite.build(sensing.specs(s), ns_from_iso(s.epoch), 1, 1.0)
    i, f = np.empty(0, np.int64), np.empty(0)
    frame = TruthFrame(t, i, np.empty((0, 6)), i, i, np.empty(0, np.bool_), f, f, f, f)
    (scan,) = suite.step(made, frame, t)[1].scans
    return frames.ecef_from_eci(scan.position, t)


@pytest.mark.parametrize("minutes", [0, 360, 720, 1440])
def test_a_tle_is_where_the_verification_file_has_it(tmp_path, minutes):
    a, b = elements()
    got = seen(tmp_path, f'  - {{name: eye, type: ir-leo, tle: ["{a}", "{b}"]}}\n', 60.0 * minutes)
    angle = gstime(EPOCH_JD + minutes / 1440)
    turn = np.array([[math.cos(angle), math.sin(angle), 0], [-math.sin(angle), math.cos(angle), 0], [0, 0, 1]])
    assert np.linalg.norm(got - turn @ published(minutes)) < 0.05  # a Julian date in one float64 resolves 40 us of the Earth's turn


def test_a_tle_is_turned_down_with_one_clear_line(tmp_path):
    a, b = elements()
    wrong = f"{b[:-1]}{(int(b[-1]) + 1) % 10}"
    with pytest.raises(BadScenario, match=r"own\.yaml:\d+: custom\[0\]\.tle: two-line elements cannot be read: .*checksum") as e:
        loaded(tmp_path, f'  - {{name: eye, type: ir-leo, tle: ["{a}", "{wrong}"]}}\n')
    assert "\n" not in str(e.value)
    s = loaded(tmp_path, f'  - {{name: eye, type: ir-leo, tle: ["{a}", "{b}"]}}\n')
    with pytest.raises(BadScenario, match=r"eye: its two-line elements are \d+ days from the scenario's epoch"):
        sensing.specs(s.model_copy(update={"epoch": "2026-01-01T00:00:00Z"}))


def test_an_aircraft_goes_round(tmp_path):
    custom = "  - {name: jet, type: ir-air, circle: {lat_deg: 38, lon_deg: 135, radius_km: 50, speed_m_s: 200, alt_m: 12000}}\n"
    for t in (0.0, 300.0, 900.0):
        lat, lon, alt = (float(v) for v in frames.geodetic_from_ecef(seen(tmp_path, custom, t)))
        distance, bearing = frames.great_circle(math.radians(38), math.radians(135), lat, lon)
        assert (float(distance), alt) == (pytest.approx(50e3, abs=1.0), pytest.approx(12e3, abs=1e-3))
        assert float(bearing) % (2 * math.pi) == pytest.approx(200 * t / 50e3 % (2 * math.pi), abs=1e-6)


def test_an_orbit_of_its_own_starts_at_its_perigee(tmp_path):
    custom = "  - {name: eye, type: ir-leo, orbit: {altitude_km: 1000, inclination_deg: 60, eccentricity: 0.1, raan_deg: 20}}\n"
    got = seen(tmp_path, custom, 0.0)
    a = math.radians(20)
    np.testing.assert_allclose(got, 7378137.0 * np.array([math.cos(a), math.sin(a), 0.0]), atol=1.0)


@pytest.mark.parametrize(
    ("custom", "says"),
    [
        ("{name: a, type: ir-leo}", r"custom\[0\]: needs one of at, circle, orbit, tle; has none"),
        (
            "{name: a, type: ir-leo, at: {lat_deg: 1, lon_deg: 1}, orbit: {altitude_km: 900, inclination_deg: 1}}",
            "has at and orbit",
        ),
        ("{name: a, type: ir-leo, alt_m: 5, orbit: {altitude_km: 900, inclination_deg: 1}}", "alt_m goes with at, not with orbit"),
        ("{name: a, type: ir-leo, tle: [x, y]}", r"tle: two-line elements cannot be read"),
        (
            "{name: a, type: tpy-2, orbit: {altitude_km: 900, inclination_deg: 1}}",
            "type tpy-2 is for ground and cannot be in orbit",
        ),
        ("{name: a, type: ir-leo, at: {lat_deg: 1, lon_deg: 1}}", "type ir-leo is for space and cannot be on Earth"),
    ],
)
def test_a_place_that_cannot_be_is_said(tmp_path, custom, says):
    with pytest.raises(BadScenario, match=says):
        sensing.specs(loaded(tmp_path, f"  - {custom}\n"))


def test_a_type_that_is_neither_radar_nor_infrared_is_refused(tmp_path, monkeypatch):
    s = loaded(tmp_path, "  - {name: a, type: ir-air, at: {lat_deg: 1, lon_deg: 1}}\n")
    e = catalogue.sensor("ir-air")
    monkeypatch.setattr(catalogue, "sensor", lambda _: replace(e, data={**e.data, "kind": "position"}))
    with pytest.raises(BadScenario, match=r"sensor a: the catalogue's types are radar or infrared, this one is 'position'"):
        sensing.specs(s)
