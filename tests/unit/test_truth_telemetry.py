import numpy as np
import pytest

from cupola.core.constants import OMEGA
from cupola.core.errors import BadFile
from cupola.dynamics.frames import ecef_from_geodetic, geodetic_from_ecef, great_circle, state_ecef_from_eci
from cupola.truth import telemetry

HEAD = "time_s,speed_m_s,altitude_m,downrange_m\n"


@pytest.mark.parametrize("name", telemetry.names())
def test_the_path_repeats_the_record(name):
    f = telemetry.flight(name)
    nodes = telemetry.path(f, 30.0)
    fixed = state_ecef_from_eci(nodes, 30.0 + np.arange(len(nodes)))
    lat, lon, alt = geodetic_from_ecef(fixed[:, :3])
    speed = np.linalg.norm(fixed[:, 3:], axis=1)
    assert np.sqrt(np.mean((speed - f.rows[:, 1]) ** 2)) < 10.0
    assert np.sqrt(np.mean((alt - f.rows[:, 2]) ** 2)) < 100.0
    far, bearing = great_circle(f.lat, f.lon, lat, lon)
    assert np.abs(far - np.abs(f.rows[:, 3])).max() < 0.06 * np.abs(f.rows[:, 3]).max() + 500
    out = far > 20e3
    turned = np.abs((bearing[out] - f.heading + np.pi) % (2 * np.pi) - np.pi)
    assert np.minimum(turned, np.pi - turned).max() < 0.02


def test_lift_off_moves_with_the_turning_earth():
    f = telemetry.flight("nrol-76")
    x = telemetry.path(f, 0.0)[0]
    pad = ecef_from_geodetic(f.lat, f.lon, 0.0)
    assert np.linalg.norm(x[:3] - pad) < 50
    assert np.linalg.norm(x[3:] - np.cross([0, 0, OMEGA], pad)) < 10


def test_positions_and_velocities_agree():
    for name in telemetry.names():
        nodes = telemetry.path(telemetry.flight(name), 0.0)
        moved, mean = np.diff(nodes[:, :3], axis=0), 0.5 * (nodes[1:, 3:] + nodes[:-1, 3:])
        alt, _, _ = telemetry.motion(telemetry.flight(name).rows)
        flying = (alt[1:] > 0) & (alt[:-1] > 0)  # on the ground the smoothed altitude is cut off
        assert flying.mean() > 0.95
        assert np.linalg.norm(moved - mean, axis=1)[flying].max() < 1.0, name


def test_the_frozen_tail_is_cut():
    assert telemetry.flight("nrol-76").rows[-1, 0] == 557 - 16


def test_burns_lie_inside_the_record_and_in_order():
    for name in telemetry.names():
        f = telemetry.flight(name)
        assert f.burns[0][0] == 0
        for a, b, thrust in f.burns:
            assert 0 <= a < b <= f.rows[-1, 0]
            assert thrust > 0
        assert f.cut <= f.rows[-1, 0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b\n1,2\n", r"f\.csv: row 1: column time_s is missing"),
        (HEAD + "0,0,0,0\n1,nan,0,0\n", r"f\.csv: row 3: speed_m_s is nan"),
        (HEAD + "0,0,0,0\n1,x,0,0\n", r"f\.csv: row 3: speed_m_s is 'x', not a number"),
        (HEAD + "0,0,0,0\n1,1\n", r"f\.csv: row 3: 2 of 4 fields"),
        (HEAD + "0,0,0,0\n", r"f\.csv: has only 1 rows"),
        (HEAD + "".join(f"{i if i < 30 else 60 - i},{i},0,0\n" for i in range(60)), r"f\.csv: row 33: time_s runs backwards"),
        (HEAD + "".join(f"{i if i < 30 else i + 1},{i},0,0\n" for i in range(60)), r"f\.csv: row 32: times should begin at 0"),
    ],
)
def test_bad_telemetry_names_file_and_row(tmp_path, text, message):
    path = tmp_path / "f.csv"
    path.write_text(text)
    with pytest.raises(BadFile, match=message):
        telemetry.read(path)


def test_an_unknown_flight_is_named():
    with pytest.raises(BadFile, match="no bundled flight 'apollo-11'"):
        telemetry.flight("apollo-11")
