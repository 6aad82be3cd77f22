"""check-telemetry: broken files are named, made-up flights are followed."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from cupola.assess.flight import coast_fit
from cupola.assess.flight.telemetry_check import check_telemetry, coast_window, find_cutoff, unexplained
from cupola.assess.flight.telemetry_file import read
from cupola.core.errors import BadFile
from cupola.dynamics import boost
from cupola.dynamics.frames import height, state_ecef_from_eci
from cupola.dynamics.propagate import propagate

HEADER = "time_s,speed_m_s,altitude_m,downrange_m"


@pytest.fixture(scope="module")
def made_up() -> list[str]:
    """Rows of a one-stage flight of the boost model towards the east, then free fall in vacuum, rounded as a webcast shows it."""
    vehicle = boost.generic("liquid", 2600.0, stages=1)
    flight = boost.fly(vehicle, 0.5, -1.4, math.radians(80), 0.6)
    t = np.arange(flight.times[-1], flight.times[-1] + 260.0)
    fall = propagate(flight.states[-1:], t, np.array([np.inf]))[0]
    times, states = np.r_[flight.times, t[1:]], np.r_[flight.states, fall[1:]]
    fixed = state_ecef_from_eci(states, times)
    speed = np.round(np.linalg.norm(fixed[:, 3:], axis=1) * 3.6) / 3.6
    rows = zip(times, speed, np.round(height(fixed[:, :3]), -2), strict=True)
    return [f"{a:.0f},{b:.3f},{c:.0f},0" for a, b, c in rows]


def write(folder: Path, rows: list[str], header: str = HEADER) -> Path:
    path = folder / "flight.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def test_a_made_up_flight_is_followed_without_events(tmp_path: Path, made_up: list[str]):
    answer = check_telemetry(write(tmp_path, made_up))
    burn = boost.generic("liquid", 2600.0, stages=1).burn_s
    assert answer["ascent"]["until_s"] == pytest.approx(burn, abs=2.0)
    assert answer["ascent"]["speed_rms_m_s"] < 15.0
    assert answer["ascent"]["altitude_rms_m"] < 500.0
    assert answer["ascent"]["fitted_parameters"] <= 6
    assert abs(answer["coast"]["apogee_error_m"]) < 300.0
    assert abs(answer["coast"]["end_altitude_error_m"]) < 1000.0
    assert answer["coast"]["start_s"] > burn
    assert answer["coast"]["fitted_until_s"] < 0.5 * (answer["coast"]["start_s"] + answer["coast"]["end_s"])
    assert any("site unknown" in note for note in answer["notes"])


def test_no_gravity_free_acceleration_is_left_on_a_free_fall(tmp_path: Path, made_up: list[str]):
    flight = read(write(tmp_path, made_up))
    cutoff = find_cutoff(flight)
    assert cutoff is not None
    rest = unexplained(flight)
    assert np.abs(rest[int(cutoff) + 10 : -10]).max() < 0.6
    assert np.abs(rest[20 : int(cutoff) - 10]).min() > 5.0


def test_events_move_the_window_and_a_short_coast_is_none(tmp_path: Path, made_up: list[str]):
    events = tmp_path / "events.csv"
    events.write_text("flight,event,time_s\nflight,meco,100\nflight,entry_start,250\nother,meco,7\n", encoding="utf-8")
    flight = read(write(tmp_path, made_up), events)
    assert coast_window(flight, 99.0) == (106, 246)
    assert coast_window(read(write(tmp_path, made_up[:140])), 99.0) is None


def test_a_record_that_begins_in_space_has_no_ascent(tmp_path: Path, made_up: list[str]):
    answer = check_telemetry(write(tmp_path, made_up[110:]))
    assert answer["ascent"] is None
    assert answer["coast"] is not None


def test_a_frozen_tail_is_cut_and_told(tmp_path: Path, made_up: list[str]):
    last = made_up[-1].split(",")
    tail = [f"{int(float(last[0])) + k},{last[1]},{last[2]},0" for k in (1, 2, 3)]
    flight = read(write(tmp_path, made_up + tail))
    assert len(flight.t) == len(made_up)
    assert "3 last rows" in flight.notes[0]


def test_an_arc_of_known_heading_is_found_again():
    """The fit gives back the state and heading of an arc of its own making."""
    out = np.empty((220, 2))
    lat = 0.5
    coast_fit.arc(70e3, 900.0, 2100.0, 0.6, lat, coast_fit.ground_radius(lat), out)
    fit = coast_fit.fit(out[:, 0], out[:, 1], lat, 1.0)
    assert fit.start["eastward_share"] == pytest.approx(0.6, abs=0.05)
    assert abs(fit.altitude[-1] - out[-1, 0]) < 300.0


@pytest.mark.parametrize(
    ("row", "text", "message"),
    [
        (30, "30,nan,100,0", "row 32: speed_m_s is nan"),
        (30, "30,fast,100,0", "row 32: speed_m_s is 'fast'"),
        (30, "12,100,100,0", "row 32: time_s runs backwards"),
        (30, "90,100,100,0", r"row 32: \d+ s are missing"),
        (30, "30,100", "row 32: 2 of 4 fields"),
        (30, "30,-5,100,0", "row 32: speed_m_s is negative"),
    ],
)
def test_a_broken_row_is_named(tmp_path: Path, made_up: list[str], row: int, text: str, message: str):
    rows = made_up.copy()
    rows[row] = text
    with pytest.raises(BadFile, match=message) as caught:
        check_telemetry(write(tmp_path, rows))
    assert "flight.csv" in str(caught.value)


def test_broken_files_are_named(tmp_path: Path, made_up: list[str]):
    with pytest.raises(BadFile, match="cannot be read"):
        check_telemetry(tmp_path / "none.csv")
    with pytest.raises(BadFile, match="column altitude_m is missing"):
        check_telemetry(write(tmp_path, made_up, "time_s,speed_m_s,height,downrange_m"))
    with pytest.raises(BadFile, match="only 5 rows"):
        check_telemetry(write(tmp_path, made_up[:5]))
    empty = tmp_path / "empty.csv"
    empty.write_text("", encoding="utf-8")
    with pytest.raises(BadFile, match="column time_s is missing"):
        check_telemetry(empty)
    raw = tmp_path / "raw.csv"
    raw.write_bytes(b"\xff\xfe\x00\x01" * 50)
    with pytest.raises(BadFile, match="not a text table"):
        check_telemetry(raw)
    events = tmp_path / "events.csv"
    events.write_text("flight,event,time_s\nflight,meco,soon\n", encoding="utf-8")
    with pytest.raises(BadFile, match="row 2: time_s"):
        check_telemetry(write(tmp_path, made_up), events)
