"""Recordings to a detection file: groups, truth, doubts, refusals; nothing half written."""

import gzip
import json
import math

import numpy as np
import pytest
from asterix_maker import adsb, block, frame, pcap, plot, station
from hypothesis import given, settings
from hypothesis import strategies as st

from cupola.core.errors import BadFile
from cupola.dynamics.frames import ecef_from_geodetic, eci_from_ecef, enu_axes
from cupola.formats import detfile
from cupola.formats.reports import Reports, Silence, Source
from cupola.observe import radar
from cupola.run import ingest, trust

T0 = 1_533_100_000


def flight(who: str, lat: float, seconds: range, speed: float = 0.002) -> list[dict]:
    """Rows of an aircraft that flies east at ``speed`` deg/s."""
    return [
        {"timestamp": (T0 + s) * 1000, "icao24": who, "latitude": lat, "longitude": 7 + speed * s, "altitude": 35000.0}
        for s in seconds
    ]


def written(path, rows: list[dict]):
    path.write_bytes(gzip.compress(json.dumps(rows).encode()))
    return path


def taken(tmp_path, *files) -> tuple[dict, dict]:
    report = ingest.ingest(list(files), tmp_path / "det.npz")
    return report, detfile.read(tmp_path / "det.npz", truth=True)


def test_reports_become_scans_with_truth(tmp_path):
    rows = flight("a", 46.0, range(0, 300, 10)) + flight("b", 47.0, range(0, 300, 10))
    report, d = taken(tmp_path, written(tmp_path / "x.json.gz", rows))
    assert (report["detections"], report["scans"], report["objects"], report["impossible_jumps"]) == (60, 30, 2, 0)
    assert d["scan_t"].tolist() == list(range(0, 300, 10))
    assert report["begins"] == "2018-08-01T05:06:40Z"
    expected = eci_from_ecef(ecef_from_geodetic(math.radians(46.0), math.radians(7.2), 35000 * 0.3048), 100.0)
    row = d["scan_ptr"][10]
    assert d["det_z"][row] == pytest.approx(expected, abs=1e-3)
    assert d["truth_x"][10, d["det_truth"][row], :3] == pytest.approx(expected, abs=1.0)
    assert np.linalg.norm(d["truth_x"][10, 0, 3:]) == pytest.approx(
        np.linalg.norm(np.diff(d["truth_x"][9:12:2, 0, :3], axis=0)) / 20, rel=1e-3
    )


def test_a_gap_starts_a_new_truth_object_and_one_report_is_none(tmp_path):
    rows = flight("a", 46.0, range(0, 60, 10)) + flight("a", 46.0, range(400, 460, 10)) + flight("b", 47.0, range(0, 1))
    report, d = taken(tmp_path, written(tmp_path / "x.json.gz", rows))
    assert report["objects"] == 2
    assert np.isnan(d["truth_x"][:, 0, 0]).sum() == 6
    assert np.sum(d["det_truth"] == -1) == 1


def test_the_chance_of_a_report_is_taken_from_the_reports(tmp_path):
    rows = flight("a", 46.0, range(0, 400, 2)) + [r for r in flight("b", 47.0, range(0, 400, 2)) if r["timestamp"] % 8000 == 0]
    _, d = taken(tmp_path, written(tmp_path / "x.json.gz", rows))
    assert d["sensor_pd"][0] == pytest.approx(250 / (200 + 197), abs=0.01)


def test_jumps_are_counted_named_and_cut(tmp_path):
    rows = flight("a", 46.0, range(0, 300, 10))
    for r in rows[15:]:
        r["latitude"] += 0.5  # 55 km in 10 s
    report, d = taken(tmp_path, written(tmp_path / "x.json.gz", rows))
    assert report["impossible_jumps"] == 1
    assert report["objects"] == 2
    (doubt,) = report["doubts"]
    assert (doubt["who"], doubt["what"], doubt["from"], doubt["seconds"]) == ("a", "jump", "2018-08-01T05:09:00Z", 10.0)
    assert doubt["km"] == pytest.approx(55.6, abs=0.5)
    assert "a: do not trust its positions between 2018-08-01T05:09:00Z and" in report["text"]
    assert np.isfinite(d["truth_x"][:, :, 0]).sum() == 30


def test_a_jump_over_a_long_gap_is_one_too():
    z = ecef_from_geodetic(np.radians([46.0, 56.0]), np.zeros(2), np.zeros(2))  # 1,111 km
    who = np.array(["a", "a"])
    assert [d.what for d in trust.doubts(np.array([0.0, 1000.0]), z, who, ())] == ["jump"]
    assert trust.doubts(np.array([0.0, 2000.0]), z, who, ()) == []
    assert trust.doubts(np.array([0.0, 1.0]), z, np.array(["a", "b"]), ()) == []


@pytest.mark.parametrize(("speed", "height", "found"), [(0.0002, 11e3, True), (0.002, 11e3, False), (0.0002, 3e3, False)])
def test_slow_flight_high_up_is_doubted(speed, height, found):
    t = np.arange(0.0, 600.0, 5.0)
    z = ecef_from_geodetic(np.full(120, 0.8), np.radians(speed * t), np.full(120, height))
    got = trust.doubts(t, z, np.full(120, "a"), ())
    assert [(d.what, d.start, d.end) for d in got] == ([("too slow", 0.0, 595.0)] if found else [])


def test_a_slow_stretch_has_its_own_times():
    t = np.arange(0.0, 900.0, 5.0)
    lon = np.cumsum(np.where((t >= 300) & (t < 600), 0.0, 0.01))
    z = ecef_from_geodetic(np.full(len(t), 0.8), np.radians(lon), np.full(len(t), 11e3))
    (d,) = trust.doubts(t, z, np.full(len(t), "a"), ())
    assert (d.start, d.end) == (pytest.approx(295, abs=15), pytest.approx(600, abs=15))


def test_silences_alone_make_one_line():
    found = trust.doubts(np.zeros(0), np.zeros((0, 3)), np.zeros(0, np.str_), [Silence("a", 0.0, 90.0), Silence("b", 5.0, 95.0)])
    assert trust.text(found, dated=True) == ["  2 aircraft were listed for over a minute without a new position"]


def test_a_plot_points_from_its_radar_to_the_aircraft(tmp_path):
    """Radar to ECEF by hand against the detection file through the model that fusion uses."""
    lat, lon, height = math.radians(43.5), math.radians(16.4), 780.0
    (tmp_path / "x.pcap").write_bytes(pcap(frame(block(34, station(43.5, 16.4, height, 5.0)) + block(48, plot(theta=30.0)))))
    report, d = taken(tmp_path, tmp_path / "x.pcap")
    assert report["unplaced_radars"] == []
    el, az, rho = d["det_z"][0]
    assert math.degrees(az) == pytest.approx(-30.0, abs=0.01)
    east, north, up = enu_axes(lat, lon)
    bearing = math.radians(30.0)
    sight = math.cos(el) * (math.sin(bearing) * east + math.cos(bearing) * north) + math.sin(el) * up
    place = ecef_from_geodetic(lat, lon, height) + rho * sight
    model = radar.h(eci_from_ecef(place, float(d["scan_t"][0]))[None], d["sensor_pos"][0], d["sensor_axes"][0])[0]
    assert model[:2] == pytest.approx([el, az], abs=1e-4)
    assert model[2] == pytest.approx(rho, abs=3.0)  # CAT034 rounds a place to 2.4 m
    assert "truth_x" not in d
    assert "it can be tracked, not scored" in report["text"]


def test_radars_of_unknown_place_are_named(tmp_path):
    (tmp_path / "x.ast").write_bytes(block(48, plot()))
    report, _ = taken(tmp_path, tmp_path / "x.ast")
    assert report["unplaced_radars"] == ["25/11"]
    assert "radars whose place the file does not give, put at 0 N 0 E: 25/11" in report["text"]


def test_files_are_joined_and_what_is_in_two_is_taken_once(tmp_path):
    one = written(tmp_path / "1.json.gz", flight("a", 46.0, range(0, 60, 10)))
    two = written(tmp_path / "2.json.gz", flight("a", 46.0, range(40, 120, 10)))
    report, d = taken(tmp_path, one, two)
    assert (report["detections"], report["repeated_between_files"], report["objects"]) == (12, 2, 1)
    assert len(d["sensor_kind"]) == 1


def test_a_date_and_a_time_of_day_cannot_be_joined(tmp_path):
    one = written(tmp_path / "1.json.gz", flight("a", 46.0, range(0, 60, 10)))
    (tmp_path / "2.ast").write_bytes(block(21, adsb(1.0, 46.0, 7.0, 350.0)))
    with pytest.raises(BadFile, match=r"2\.ast: gives only the time of day, .*1\.json\.gz a date"):
        ingest.ingest([one, tmp_path / "2.ast"], tmp_path / "det.npz")
    assert not (tmp_path / "det.npz").exists()


def test_too_much_truth_is_left_out_and_said(tmp_path, monkeypatch):
    monkeypatch.setattr(ingest, "TRUTH_CELLS", 20)
    report, d = taken(tmp_path, written(tmp_path / "x.json.gz", flight("a", 46.0, range(0, 300, 10))))
    assert report["objects"] == 0
    assert "truth_x" not in d


BAD = {
    "absent": (None, "cannot be read"),
    "empty": (b"", "empty"),
    "junk": (bytes(range(1, 256)), "not ASTERIX at offset 0"),
    "picture": (b"\x89PNG\r\n\x1a\n" + bytes(40), "not ASTERIX at offset 0"),
    "words": (b"Dear reader,\nthis is no table.\n", "row 1 has 1 fields, its header 2"),
    "capture": (pcap(frame(block(48, plot())))[:-3], "truncated in a frame"),
    "packed": (gzip.compress(json.dumps(flight("a", 46.0, range(5))).encode())[:-9], "truncated gzip"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_files_leave_nothing_behind(tmp_path, name):
    content, words = BAD[name]
    if content is not None:
        (tmp_path / "bad").write_bytes(content)
    good = written(tmp_path / "good.json.gz", flight("a", 46.0, range(0, 60, 10)))
    with pytest.raises(BadFile, match=words) as e:
        ingest.ingest([good, tmp_path / "bad"], tmp_path / "det.npz")
    assert str(e.value).startswith(f"{tmp_path / 'bad'}: ")
    assert sorted(p.name for p in tmp_path.iterdir()) == (["bad", "good.json.gz"] if content is not None else ["good.json.gz"])


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(BadFile, match="not a file"):
        ingest.ingest([tmp_path], tmp_path / "det.npz")


def test_a_target_that_cannot_be_is_refused_before_reading(tmp_path):
    absent = tmp_path / "absent.json.gz"
    for out, words in (
        (tmp_path, "is a folder"),
        (tmp_path / "no" / "det.npz", "there is no folder"),
        (absent, "is one of the recordings"),
    ):
        with pytest.raises(BadFile, match=words):
            ingest.ingest([absent], out)


def test_the_same_files_give_the_same_bytes(tmp_path):
    x = written(tmp_path / "x.json.gz", flight("a", 46.0, range(0, 60, 10)) + flight("b", 46.1, range(0, 60, 10)))
    ingest.ingest([x], tmp_path / "1.npz")
    ingest.ingest([x], tmp_path / "2.npz")
    a, b = np.load(tmp_path / "1.npz"), np.load(tmp_path / "2.npz")
    assert a.files == b.files
    assert all(a[k].tobytes() == b[k].tobytes() for k in a.files)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_reports_make_a_detection_file_that_is_sound(data):
    n = data.draw(st.integers(1, 12))
    floats = st.floats(0, 5000)
    t = np.array(data.draw(st.lists(floats, min_size=n, max_size=n)))
    source = np.array(data.draw(st.lists(st.integers(0, 1), min_size=n, max_size=n)), np.int64)
    who = np.array(data.draw(st.lists(st.sampled_from(["", "a", "b"]), min_size=n, max_size=n)), np.str_)
    place = ecef_from_geodetic(np.full(n, 0.8), t / 1e5, np.full(n, 1e4))
    z = np.where(source[:, None] == 0, place, [0.1, 0.2, 5e4])
    sources = (Source("adsb", "position", (60.0,) * 3, 0.95, 1.0), Source("r", "radar", (0.01, 0.01, 60.0), 0.05, 0.25))
    arrays, _, _ = ingest.detections([Reports(t, z, source, who, sources)])
    assert next(detfile._problems(arrays), None) is None
    assert len(arrays["det_z"]) == n
    assert np.all((arrays["sensor_pd"] > 0) & (arrays["sensor_pd"] <= 1))
