"""The page's binary frame and JSON events say what the picture says."""

import json
from dataclasses import replace

import made_up
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cupola.core import columns
from cupola.core.batches import CLASSES, Outcomes, Picture, Shots, select
from cupola.core.constants import OMEGA
from cupola.dynamics.frames import ecef_from_eci, ecef_from_geodetic, eci_from_ecef
from cupola.service import events
from cupola.service.frames import KIND, VERSION, encode_frame
from cupola.service.info import BatteryMark, describe

RAID = made_up.make_raid(launches=30, each=5)


def decoded(picture, **more):
    kind, version, scalars, table = columns.decode(encode_frame(picture, 1.5e9, **more))
    assert (kind, version) == (KIND, VERSION)
    return scalars, table


@settings(max_examples=15, deadline=None)
@given(t=st.floats(0.0, 2000.0))
def test_frame_holds_the_picture_in_the_turning_frame(t):
    picture = made_up.picture_at(RAID, t)
    scalars, table = decoded(picture, seq=7, speed=3.0, asked=10.0)
    assert scalars == {"t": t, "wall": 1.5e9, "seq": 7, "speed": 3.0, "asked": 10.0}
    n = len(picture.tracks)
    assert table["pos"].shape == (n, 3)
    assert np.array_equal(table["id"], picture.tracks.id)
    assert np.array_equal(table["cls"], picture.prob.argmax(axis=1))
    assert table["prob"].shape == (n, len(CLASSES))
    assert np.abs(table["prob"] / 255.0 - picture.prob).max(initial=0.0) <= 0.5 / 255 + 1e-9
    np.testing.assert_allclose(table["pos"], ecef_from_eci(picture.tracks.x[:, :3], t), atol=1.0)


def test_velocity_is_the_rate_of_the_earth_fixed_position():
    t, h = 900.0, 0.5
    x0, x1 = (ecef_from_eci(made_up.picture_at(RAID, when).tracks.x[:, :3], when) for when in (t - h, t + h))
    table = decoded(made_up.picture_at(RAID, t))[1]
    np.testing.assert_allclose(table["vel"], (x1 - x0) / (2 * h), atol=0.05)


def test_a_body_at_rest_on_the_ground_has_no_velocity():
    x = ecef_from_geodetic(0.5, 1.0, 0.0)
    inertial = np.concatenate([eci_from_ecef(x, 50.0), [0.0] * 3])
    inertial[3:] = np.cross([0.0, 0.0, OMEGA], inertial[:3])
    one = made_up.picture_at(RAID, 900.0)
    tracks = replace(select(one.tracks, np.arange(1)), t=50.0, x=inertial[None])
    picture = Picture(50.0, tracks, *(getattr(one, f)[:1] for f in ("prob", "staleness", "launch", "impact", "ellipse")))
    assert np.abs(decoded(picture)[1]["vel"]).max() < 1e-4


def test_only_tracks_with_an_impact_cost_bytes_for_it():
    picture = made_up.picture_at(RAID, 260.0)
    some = np.isfinite(picture.impact[:, 0])
    assert 0 < some.sum() < len(some)
    table = decoded(picture)[1]
    assert np.array_equal(table["aimed"], np.flatnonzero(some))
    np.testing.assert_allclose(table["impact"][:, 2], picture.impact[some, 2] - 260.0, rtol=1e-6)
    np.testing.assert_allclose(table["impact"][:, 3:], picture.ellipse[some], rtol=1e-6)


def test_an_empty_picture_and_unknown_sensors_are_frames_too():
    picture = made_up.picture_at(RAID, 0.0)
    assert len(picture.tracks) == 0
    sensors = np.array([[np.nan] * 3, [7.0e6, 0.0, 0.0]])
    table = decoded(picture, sensors=sensors, sensors_t=0.0)[1]
    assert np.isnan(table["sensors"][0]).all()
    assert np.array_equal(table["sensors"][1], np.float32([7.0e6, 0.0, 0.0]))


def test_sigma_is_the_root_mean_square_of_the_axes():
    picture = made_up.picture_at(RAID, 900.0)
    expected = np.sqrt(picture.tracks.P[:, [0, 1, 2], [0, 1, 2]].mean(axis=1))
    np.testing.assert_allclose(decoded(picture)[1]["sigma"], expected, rtol=1e-6)


def test_events_are_plain_json_in_degrees():
    picture = made_up.picture_at(RAID, 900.0)
    alert = events.alert_event(picture.alerts[3])
    assert alert["latency_s"] == pytest.approx(45.0)
    assert alert["lat"] == pytest.approx(np.degrees(picture.alerts[3].lat))
    aim = np.array([[7.0e6, 1.0e6, 2.0e6]])
    shots = Shots(np.array([4]), np.array([1]), np.array([9]), np.array([10.0]), np.array([400.0]), aim)
    (shot,) = events.shot_events(shots, 10.0)
    np.testing.assert_allclose(shot["aim"], ecef_from_eci(aim, np.array([400.0]))[0], atol=0.5)
    (done,) = events.outcome_events(Outcomes(np.array([4]), np.array([401.0]), np.array([True])))
    assert json.loads(json.dumps([alert, shot, done], allow_nan=False))[2] == {
        "type": "outcome",
        "t": 401.0,
        "shot": 4,
        "kill": True,
    }
    assert events.shot_events(Shots.empty(), 0.0) == []


def test_info_has_no_nan_and_places_sensors():
    cards, position, _ = made_up.sample_sensors(4)
    info = describe(
        "x", made_up.EPOCH_NS, 60.0, 1, cards=cards, positions=position, batteries=[BatteryMark("b", "upper", 0.5, 1.0, np.nan, 4)]
    )
    json.dumps(info, allow_nan=False)
    assert info["epoch"] == "2026-01-01T00:00:00.000Z"
    assert info["sensors"][0]["lat"] == pytest.approx(-55.0)
    assert info["sensors"][3]["alt"] == pytest.approx(1.2e6)
    assert info["batteries"][0]["reach"] is None
    assert describe("x", 0, 1.0, 1, cards=cards)["sensors"][0]["lat"] is None
