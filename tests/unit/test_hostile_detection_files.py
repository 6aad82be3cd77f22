"""Detection and track files made to break the reader: one line that names file and array, or a result."""

import os

import numpy as np
import pytest

from cupola.core.errors import BadFile
from cupola.formats import detfile
from cupola.run import score

K = 4
T = np.arange(K) * 2.0
STATE = np.array([7e6, 0, 0, 0, 7500.0, 0])


def good():
    truth = np.tile(STATE, (K, 1, 1))
    return {
        "scan_t": T, "scan_sensor": np.zeros(K, int), "scan_ptr": np.arange(K + 1), "det_z": np.tile([0.1, 0.2, 6e5], (K, 1)),
        "sensor_kind": np.array(["radar"]), "sensor_sigma": np.array([[1e-3, 1e-3, 30.0]]), "sensor_pd": np.array([0.9]),
        "sensor_clutter": np.array([1e-8]), "sensor_pos": np.tile([6.378e6, 0, 0], (K, 1)),
        "sensor_axes": np.tile(np.eye(3), (K, 1, 1)), "truth_t": T, "truth_x": truth, "det_truth": np.zeros(K, int),
    }  # fmt: skip


def tracks():
    return {"scan_k": np.arange(K), "track_id": np.ones(K, int), "x": np.tile(STATE, (K, 1)), "cpu_s": np.zeros(K)}


def saved(tmp_path, name, arrays):
    path = tmp_path / name
    np.savez(path, **arrays)
    return path


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("scan_t", T.astype(complex), "scan_t holds complex128"),
        ("sensor_sigma", np.ones((1, 3), "m8[s]"), "sensor_sigma holds timedelta64"),
        ("scan_ptr", np.arange(K + 1.0), "scan_ptr holds float64, expected whole numbers"),
        ("det_truth", np.zeros(K), "det_truth holds float64, expected whole numbers"),
        ("sensor_axes", np.zeros((K, 3, 3)), r"sensor_axes\[0\] is no rotation"),
        ("sensor_axes", 2 * np.tile(np.eye(3), (K, 1, 1)), r"sensor_axes\[0\] is no rotation"),
        ("sensor_axes", np.ones((K, 3, 3)), r"sensor_axes\[0\] is no rotation"),
        ("sensor_pos", np.full((K, 3), 1e300), r"sensor_pos\[0\] lies beyond"),
        ("sensor_clutter", np.array([-1.0]), r"sensor_clutter\[0\] is -1"),
        ("det_z", np.tile([5.7, 11.5, 6e5], (K, 1)), r"det_z\[0\] has elevation 5.7 and azimuth 11.5; radians"),
    ],
)
def test_a_wrong_array_is_named(tmp_path, name, value, message):
    with pytest.raises(BadFile, match=message):
        detfile.read(saved(tmp_path, "det.npz", good() | {name: value}), truth=True)


def test_a_single_array_is_no_detection_file(tmp_path):
    np.save(tmp_path / "one.npy", np.zeros(3))
    with pytest.raises(BadFile, match=r"one\.npy: not an \.npz"):
        detfile.read(tmp_path / "one.npy")


def test_only_an_ordinary_file_is_overwritten(tmp_path):
    os.mkfifo(tmp_path / "pipe")  # stands for a device, which a rename would have replaced
    for place in (tmp_path, tmp_path / "pipe", "."):
        with pytest.raises(BadFile, match="is no ordinary file"):
            detfile.write(place, tracks())
    assert not (tmp_path / "pipe").is_file()


def test_unsigned_pointers_and_turned_mirrored_axes_are_read(tmp_path):
    mirror = np.tile(np.diag([1.0, 1, -1]), (K, 1, 1))
    d = detfile.read(saved(tmp_path, "det.npz", good() | {"scan_ptr": np.arange(K + 1, dtype="u8"), "sensor_axes": mirror}))
    assert len(detfile.scans(d)) == K


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("truth_t", np.full(K, "abc"), "truth_t holds"),
        ("truth_t", np.array([0, np.nan, 4, 6]), "truth_t does not rise"),
        ("truth_x", np.full((K, 1, 6), 1e300), "truth_x holds a value beyond"),
        ("truth_x", np.zeros((K, 1, 6), "M8[s]"), "truth_x holds datetime64"),
    ],
)
def test_a_wrong_truth_is_named(tmp_path, name, value, message):
    det, trk = saved(tmp_path, "det.npz", good() | {name: value}), saved(tmp_path, "trk.npz", tracks())
    with pytest.raises(BadFile, match=message):
        score.score_files(det, trk)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("scan_k", np.arange(float(K)), "scan_k holds float64, expected whole numbers"),
        ("scan_k", np.array(3), "scan_k and cpu_s should have one dimension"),
        ("track_id", np.full(K, "a"), "track_id holds"),
        ("x", np.full((K, 6), 1e300), "x holds a value beyond"),
        ("cpu_s", np.full(K, "a"), "cpu_s holds"),
        ("P", np.full((K, 6, 6), "a"), "P holds"),
    ],
)
def test_a_wrong_track_file_is_named(tmp_path, name, value, message):
    det, trk = saved(tmp_path, "det.npz", good()), saved(tmp_path, "trk.npz", tracks() | {name: value})
    with pytest.raises(BadFile, match=message):
        score.score_files(det, trk)
