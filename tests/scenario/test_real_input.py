"""Recordings through the command line: ingest, track, score.

Captures that may not be committed are read where they lie; where they are absent the test is skipped.
"""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from cupola.cli import main
from cupola.formats import detfile

SHARED = Path(__file__).parents[3] / "shared" / "data"


def shared(name: str) -> Path:
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"the recording {name} is not on this machine (its licence forbids to commit it)")
    return path


def ingested(tmp_path, *names: str) -> tuple[dict, dict]:
    files = [str(shared(n)) for n in names]
    assert main(["ingest", *files, "--out", str(tmp_path / "det.npz"), "--json", str(tmp_path / "report.json")]) == 0
    return json.loads((tmp_path / "report.json").read_text()), detfile.read(tmp_path / "det.npz", truth=True)


def tracked(tmp_path, capsys) -> dict:
    assert main(["track", str(tmp_path / "det.npz"), "--out", str(tmp_path / "trk.npz")]) == 0
    capsys.readouterr()
    assert main(["score", str(tmp_path / "det.npz"), str(tmp_path / "trk.npz")]) == 0
    return json.loads(capsys.readouterr().out)


def test_made_up_aircraft_are_ingested_tracked_and_scored(tmp_path, capsys):
    """Ten aircraft on straight lines, a report every 5 s: every one gets one track that stays."""
    rows = [
        {
            "timestamp": 1_600_000_000_000 + 5000 * k,
            "icao24": f"{n:06x}",
            "latitude": 45 + 0.3 * n,
            "longitude": 7 + 0.015 * k,
            "altitude": 33000,
        }
        for k in range(60)
        for n in range(10)
    ]
    (tmp_path / "x.json.gz").write_bytes(gzip.compress(json.dumps(rows).encode()))
    assert main(["ingest", str(tmp_path / "x.json.gz"), "--out", str(tmp_path / "det.npz")]) == 0
    score = tracked(tmp_path, capsys)
    assert (score["missed"], score["false"], score["switches_all"]) == (0, 0, 0)
    assert score["position_rmse_m"] < 60  # better than one report


@pytest.mark.parametrize(
    ("content", "words"), [(b"", "empty"), (b"\xcd\0" * 50, "not ASTERIX at offset 0"), (b"time,lat\n1\n", "row 1 has 1 fields")]
)
def test_a_bad_file_is_one_line_and_code_2(tmp_path, capsys, content, words):
    (tmp_path / "bad").write_bytes(content)
    assert main(["ingest", str(tmp_path / "bad"), "--out", str(tmp_path / "det.npz")]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert said.err.startswith(f"cupola ingest: {tmp_path / 'bad'}: ")
    assert words in said.err
    assert [p.name for p in tmp_path.iterdir()] == ["bad"]


def test_every_plot_of_the_radar_capture_comes_twice(tmp_path):
    report, d = ingested(tmp_path, "asterix/cat_034_048.pcap")
    counts = next(iter(report["files"].values()))
    assert (counts["CAT048 blocks"], counts["CAT048 records"], counts["CAT048 duplicates"]) == (86, 64, 64)
    assert counts["plots without position or time"] == 1
    assert counts["padding bytes"] > 0
    assert report["detections"] == 63
    assert len(report["sensors"]) == 7
    assert "25/12" not in report["unplaced_radars"]  # the one radar whose place is in the capture
    assert d["det_z"][:, 2].max() < 500e3


@pytest.mark.parametrize(
    ("name", "reports"), [("cat048.raw", 1), ("cat062cat065.raw", 2), ("cat21_re.ast", 2), ("cat_062_065.pcap", 2)]
)
def test_small_captures(tmp_path, name, reports):
    assert ingested(tmp_path, f"asterix/{name}")[0]["detections"] == reports


@pytest.mark.parametrize(
    ("name", "words"),
    [("asterix.pcap", "CAT062 of an edition that is not known"), ("cat_001_002.pcap", "no usable"), ("parsegps.gps", "offset 0")],
)
def test_captures_that_cannot_be_read_are_refused(tmp_path, capsys, name, words):
    assert main(["ingest", str(shared(f"asterix/{name}")), "--out", str(tmp_path / "det.npz")]) == 2
    assert words in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_the_spoofed_flight_is_not_trusted_and_the_rest_of_it_is_tracked(tmp_path, capsys):
    report, _ = ingested(tmp_path, "adsb/noisy_spoofing.json.gz")
    what = [(d["what"], d["from"][11:16]) for d in report["doubts"] if d["what"] != "silence"]
    assert what == [("too slow", "09:24"), ("jump", "09:39"), ("too slow", "09:43"), ("jump", "09:47")]
    assert sum(d["what"] == "silence" for d in report["doubts"]) == 9
    assert {d["who"] for d in report["doubts"]} == {"4baac6"}
    score = tracked(tmp_path, capsys)
    assert score["completeness"] > 0.95
    assert score["position_rmse_m"] < 60


def test_the_carrier_flight_is_trusted_and_tracked(tmp_path, capsys):
    report, _ = ingested(tmp_path, "adsb/aircraft_carrier.json.gz")
    assert report["doubts"] == []
    score = tracked(tmp_path, capsys)
    assert score["completeness"] > 0.95
    assert score["position_rmse_m"] < 60


def test_aircraft_over_britain(tmp_path, capsys):
    """84 aircraft: tracks are as many as there are, and keep their numbers."""
    report, d = ingested(tmp_path, "stonesoup_demos/OpenSky_Plane_States.csv")
    assert {x["who"] for x in report["doubts"] if x["what"] == "jump"} == {"484cbb"}
    assert 0.1 < d["sensor_pd"][0] < 0.9  # stamped by the time of the position, they do not come all at once
    score = tracked(tmp_path, capsys)
    assert score["completeness"] > 0.9
    assert score["switches_all"] <= 5
    assert score["spuriousness"] < 0.1


def test_a_day_over_switzerland_stays_small(tmp_path):
    report, d = ingested(tmp_path, "adsb/switzerland.json.gz")
    assert (report["detections"], report["scans"]) == (138858, 6120)
    assert report["impossible_jumps"] == 0
    assert {x["who"] for x in report["doubts"]} == {"3444ca"}  # stands on an airfield at 34,000 ft, by its messages
    assert (tmp_path / "det.npz").stat().st_size < 20e6
    assert np.sum(d["det_truth"] >= 0) > 138000
