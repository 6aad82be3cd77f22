"""Detection and track files: what is refused, what is written, and a run from file to file."""

import fusion_scene as fs
import numpy as np
import pytest

from cupola.core.errors import BadFile
from cupola.formats import detfile
from cupola.run.track import track_file


def arrays():
    cards, scans, _, origin = fs.ballistic(n=5, seconds=20)
    return {
        "scan_t": np.array([s.t for s in scans]),
        "scan_sensor": np.array([s.sensor for s in scans]),
        "scan_ptr": np.r_[0, np.cumsum([len(s.z) for s in scans])],
        "det_z": np.vstack([s.z for s in scans]),
        "sensor_kind": np.array([c.kind for c in cards]),
        "sensor_sigma": np.array([c.sigma for c in cards]),
        "sensor_pd": np.array([c.pd for c in cards]),
        "sensor_clutter": np.array([c.clutter for c in cards]),
        "sensor_pos": np.array([s.position for s in scans]),
        "sensor_axes": np.array([s.axes for s in scans]),
        "det_truth": np.concatenate(origin),
    }


@pytest.fixture
def good(tmp_path):
    detfile.write(tmp_path / "det.npz", arrays())
    return tmp_path / "det.npz"


def test_a_file_is_tracked_and_the_tracks_can_be_read(good, tmp_path):
    said = track_file(good, tmp_path / "trk.npz")
    with np.load(tmp_path / "trk.npz") as o:
        k = len(arrays()["scan_t"])
        assert o["cpu_s"].shape == (k,)
        assert np.isfinite(o["cpu_s"]).all()
        assert len(o["scan_k"]) == len(o["track_id"]) == len(o["x"]) == len(o["P"])
        assert np.sum(o["scan_k"] == k - 1) == 5
        assert np.all(np.diff(o["scan_k"]) >= 0)
    assert said["tracks"] == 5
    assert said["scans"] == k
    assert said["associator"] == "gnn"
    assert list(tmp_path.glob(".*part")) == []


def test_the_truth_is_not_read_for_tracking(good):
    assert "det_truth" not in detfile.read(good)
    assert "det_truth" in detfile.read(good, truth=True)


def test_without_clutter_and_limits_and_scans_it_still_works(tmp_path):
    d = arrays()
    none = {k: v[:0] for k, v in d.items() if k.startswith("scan") or k in ("sensor_pos", "sensor_axes", "det_z")}
    detfile.write(tmp_path / "empty.npz", d | none | {"scan_ptr": np.zeros(1, int), "det_truth": np.empty(0, int)})
    said = track_file(tmp_path / "empty.npz", tmp_path / "o.npz")
    assert said["tracks"] == said["scans"] == 0
    detfile.write(tmp_path / "det.npz", d)
    assert said.keys() == track_file(tmp_path / "det.npz", tmp_path / "o.npz").keys()


BREAKS = {
    "lacks the array det_z": lambda d: d.pop("det_z"),
    r"det_z has shape \(\d+, 2\)": lambda d: d.update(det_z=d["det_z"][:, :2]),
    "scan_ptr does not run": lambda d: d.update(scan_ptr=d["scan_ptr"] + 1),
    r"scan_sensor\[3\] is 9": lambda d: d["scan_sensor"].__setitem__(3, 9),
    r"sensor_kind\[1\] is 'sonar'": lambda d: d.update(sensor_kind=np.array(["radar", "sonar", "radar"])),
    r"scan_t\[2\] is not finite": lambda d: d["scan_t"].__setitem__(2, np.nan),
    r"scan_t\[2\] is 1e\+18 s: more than int64": lambda d: d["scan_t"].__setitem__(2, 1e18),
    r"sensor_sigma\[0\] is not positive": lambda d: d["sensor_sigma"].__setitem__((0, 1), 0.0),
    r"sensor_sigma\[0\] is .*no sensor's": lambda d: d["sensor_sigma"].__setitem__((0, 1), 1e-11),
    r"sensor_clutter\[0\] is nan": lambda d: d["sensor_clutter"].__setitem__(0, np.nan),
    r"sensor_pd\[2\] is 1.5": lambda d: d["sensor_pd"].__setitem__(2, 1.5),
    r"sensor_pos has shape": lambda d: d.update(sensor_pos=d["sensor_pos"][1:]),
    "expected whole numbers": lambda d: d.update(scan_sensor=d["scan_sensor"].astype(float)),
    "expected numbers": lambda d: d.update(scan_t=d["scan_t"].astype(str)),
}


@pytest.mark.parametrize("what", BREAKS)
def test_a_broken_file_is_named_with_what_is_wrong(what, tmp_path):
    d = arrays()
    BREAKS[what](d)
    detfile.write(tmp_path / "bad.npz", d)
    with pytest.raises(BadFile, match=f"bad.npz: .*{what}"):
        track_file(tmp_path / "bad.npz", tmp_path / "o.npz")
    assert not (tmp_path / "o.npz").exists()


def test_what_is_no_npz_is_refused(tmp_path, good):
    with pytest.raises(BadFile, match="no such file"):
        detfile.read(tmp_path / "none.npz")
    (tmp_path / "text.npz").write_text("hello")
    with pytest.raises(BadFile, match=r"text.npz: not an .npz file"):
        detfile.read(tmp_path / "text.npz")
    (tmp_path / "cut.npz").write_bytes(good.read_bytes()[:900])
    with pytest.raises(BadFile, match=r"cut.npz: .*damaged or cut off"):
        detfile.read(tmp_path / "cut.npz")
    np.savez(tmp_path / "pickle.npz", **(arrays() | {"sensor_kind": np.array(["radar", None, 3], dtype=object)}))
    with pytest.raises(BadFile, match=r"pickle.npz: the array sensor_kind holds Python objects"):
        detfile.read(tmp_path / "pickle.npz")


def test_nan_detections_are_counted_not_fatal(tmp_path):
    d = arrays()
    d["det_z"][::9] = np.nan
    detfile.write(tmp_path / "nan.npz", d)
    said = track_file(tmp_path / "nan.npz", tmp_path / "o.npz")
    assert said["detections_not_finite"] == len(d["det_z"][::9])


def test_scans_by_arrival_step_back(tmp_path):
    d = arrays()
    order = np.arange(len(d["scan_t"]))
    order[[20, 21, 22]] = [22, 20, 21]
    rows = np.concatenate([np.arange(d["scan_ptr"][k], d["scan_ptr"][k + 1]) for k in order])
    size = np.diff(d["scan_ptr"])[order]
    e = d | {k: d[k][order] for k in ("scan_t", "scan_sensor", "sensor_pos", "sensor_axes")}
    e |= {"det_z": d["det_z"][rows], "det_truth": d["det_truth"][rows], "scan_ptr": np.r_[0, np.cumsum(size)]}
    detfile.write(tmp_path / "late.npz", e)
    assert track_file(tmp_path / "late.npz", tmp_path / "o.npz")["scans_late"] == 2
