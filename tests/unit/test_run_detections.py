"""A simulated raid as a detection file: what arrived, the truth beside it, and a tracker that reads the one and never the other."""

from __future__ import annotations

import numpy as np
import pytest

from cupola import scenario
from cupola.formats import detfile
from cupola.run import detections, virtual
from cupola.run.score import score_files
from cupola.run.track import track_file


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    built = scenario.build(scenario.load("raid-10", {}, ()), 3)
    seen = detections.Detections(built.suite.cards)
    verdict = virtual.drive(built, 260.0, witness=seen)
    path = tmp_path_factory.mktemp("raid") / "det.npz"
    said = seen.write(path)
    return path, said, verdict, seen


def test_the_file_holds_what_arrived_in_its_order(made):
    path, said, verdict, _ = made
    d = detfile.read(path, truth=True)
    assert len(d["det_z"]) <= verdict.detections
    assert len(d["det_z"]) > 0.9 * verdict.detections
    assert np.all(np.diff(d["scan_arrival"]) >= 0)
    assert np.all(d["scan_arrival"] >= d["scan_t"])
    assert f"{len(d['det_z'])} detections" in said


def test_each_detection_is_of_the_object_it_names(made):
    """Radar plots put back into space lie at their objects, within what the radar states."""
    d = detfile.read(made[0], truth=True)
    scan = np.repeat(np.arange(len(d["scan_t"])), np.diff(d["scan_ptr"]))
    sensor = d["scan_sensor"][scan]
    radar = (d["sensor_kind"][sensor] == "radar") & (d["det_truth"] >= 0)
    rows = np.flatnonzero(radar & np.isin(d["scan_t"][scan], d["truth_t"]))
    el, az, r = d["det_z"][rows].T
    local = np.stack([r * np.cos(el) * np.cos(az), r * np.cos(el) * np.sin(az), r * np.sin(el)], axis=1)
    place = d["sensor_pos"][scan[rows]] + np.einsum("ni,nij->nj", local, d["sensor_axes"][scan[rows]])
    true = d["truth_x"][np.searchsorted(d["truth_t"], d["scan_t"][scan[rows]]), d["det_truth"][rows], :3]
    sigma = d["sensor_sigma"][sensor[rows]]
    spread = np.sqrt(sigma[:, 2] ** 2 + (r * sigma[:, 0]) ** 2 + (r * sigma[:, 1]) ** 2)
    assert len(rows) > 100
    assert np.median(np.linalg.norm(place - true, axis=1) / spread) < 3


def test_it_can_be_tracked_and_scored(made, tmp_path):
    report = track_file(made[0], tmp_path / "trk.npz", associator="bp")
    assert report["tracks"] > 0
    assert score_files(made[0], tmp_path / "trk.npz", skip=0.5)["completeness"] > 0.3


def test_too_large_a_truth_is_left_out_and_said(made, tmp_path, monkeypatch):
    monkeypatch.setattr(detections, "TRUTH_CELLS", 10)
    assert "not scored" in made[3].write(tmp_path / "det.npz")
    assert "truth_x" not in detfile.read(tmp_path / "det.npz", truth=True)
