"""Metrics: properties that any right implementation has, and values worked out by hand."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cupola.core.batches import Floats
from cupola.core.errors import BadFile, BadOption
from cupola.core.randoms import stream
from cupola.picture import metrics
from cupola.picture.score import Scorer
from cupola.run.score import score_files

C = 1000.0


def states(n: int, rng: np.random.Generator) -> Floats:
    return np.hstack([rng.uniform(-1500, 1500, (n, 3)), rng.normal(size=(n, 3))])


def by_hand(truth: Floats, tracks: Floats) -> float:
    """The least sum of min(d, c)^2 over all ways to pair the smaller set into the larger."""
    a, b = (truth, tracks) if len(truth) <= len(tracks) else (tracks, truth)
    d = np.minimum(np.linalg.norm(a[:, None, :3] - b[None, :, :3], axis=2), C) ** 2
    return min(sum(d[i, j] for i, j in enumerate(p)) for p in permutations(range(len(b)), len(a)))


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 5), st.integers(1, 5), st.integers(0, 10_000))
def test_assignment_is_the_best_of_all(n: int, m: int, seed: int) -> None:
    rng = stream(seed, "assign")
    truth, tracks = states(n, rng), states(m, rng)
    pairs = metrics.assign(truth[:, :3], tracks[:, :3], C)
    mine = np.sum(pairs.distance**2) + C**2 * (min(n, m) - len(pairs.truth))
    assert mine == pytest.approx(by_hand(truth, tracks))
    assert len(np.unique(pairs.truth)) == len(pairs.truth)
    assert len(np.unique(pairs.track)) == len(pairs.track)
    assert metrics.ospa(pairs, n, m, C) == pytest.approx(np.sqrt((by_hand(truth, tracks) + C**2 * abs(n - m)) / max(n, m)))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 8), st.integers(0, 8), st.integers(0, 10_000))
def test_a_distance_is_symmetric_and_does_not_ask_for_order(n: int, m: int, seed: int) -> None:
    rng = stream(seed, "symmetry")
    truth, tracks = states(n, rng), states(m, rng)
    one = metrics.gospa(metrics.assign(truth[:, :3], tracks[:, :3], C), n, m, C)
    back = metrics.gospa(metrics.assign(tracks[:, :3], truth[:, :3], C), m, n, C)
    mixed = truth[rng.permutation(n)]
    assert one == pytest.approx(back)
    assert one == pytest.approx(metrics.gospa(metrics.assign(mixed[:, :3], tracks[:, :3], C), n, m, C))
    assert metrics.gospa(metrics.assign(truth[:, :3], truth[:, :3], C), n, n, C) == 0.0


def test_values_by_hand() -> None:
    truth = np.zeros((3, 6))
    truth[1, 0], truth[2, 0] = 5000.0, 9000.0
    tracks = np.zeros((3, 6))
    tracks[0, 0], tracks[1, 0], tracks[2, 0] = 300.0, 5000.0, 20000.0
    tracks[1, 1] = 400.0
    s, _ = metrics.score(truth, tracks, np.tile(np.diag([300.0**2] * 3 + [1.0] * 3), (3, 1, 1)), C)
    assert s.gospa == pytest.approx(np.sqrt(300**2 + 400**2 + C**2 / 2 * 2))
    assert s.ospa == pytest.approx(np.sqrt((300**2 + 400**2 + C**2) / 3))
    assert (s.covered, s.associated, s.siap_distance) == (2, 2, pytest.approx(700.0))
    assert s.nees == pytest.approx((1 + 16 / 9) / 6)


def test_a_covariance_that_is_right_has_nees_one() -> None:
    rng = stream(4, "nees")
    a = rng.normal(size=(6, 6))
    P = a @ a.T + np.eye(6)
    scorer = Scorer(1e6)
    for k in range(20):
        truth = np.hstack([np.arange(50.0)[:, None] * 1e7 + np.zeros((50, 3)), np.zeros((50, 3))])
        tracks = truth + rng.multivariate_normal(np.zeros(6), P, 50)
        scorer.add(np.arange(50), truth, np.arange(50) + (k > 9) * 7, tracks, np.tile(P, (50, 1, 1)))
    out = scorer.summary()
    assert out["nees"] == pytest.approx(1.0, abs=4 * np.sqrt(2 / 6000))
    assert out["nees_inside_95"] == pytest.approx(0.95, abs=0.03)
    assert out["switches"] == 50
    assert scorer.summary(skip=11)["switches"] == 0


def test_nothing_to_score_is_none_not_a_number() -> None:
    scorer = Scorer()
    scorer.add(np.empty(0, int), np.empty((0, 6)), np.empty(0, int), np.empty((0, 6)))
    out = scorer.summary()
    assert out["gospa_m"] == out["ospa_m"] == 0.0
    assert out["completeness"] is None
    assert out["position_rmse_m"] is None
    assert Scorer().summary()["gospa_localisation_m"] is None


def test_bad_files_are_told(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="no such file"):
        score_files("absent.npz", "absent.npz")
    one = {"scan_t": [0.0], "scan_sensor": [0], "scan_ptr": [0, 1], "det_z": np.zeros((1, 3)), "sensor_kind": np.array(["radar"])}
    one |= {"sensor_sigma": np.ones((1, 3)), "sensor_pd": [0.9], "sensor_clutter": [0.0]}
    one |= {"sensor_pos": np.zeros((1, 3)), "sensor_axes": np.eye(3)[None]}
    det, trk = tmp_path / "det.npz", tmp_path / "trk.npz"
    np.savez(det, **one)
    np.savez(trk, scan_k=[0], track_id=[1], x=np.zeros((1, 6)), cpu_s=[0.1])
    with pytest.raises(BadFile, match="no truth to score against"):
        score_files(det, trk)
    np.savez(det, **one, truth_t=[0.0, 1.0], truth_x=np.zeros((2, 1, 6)), det_truth=[0])
    assert score_files(det, trk)["completeness"] == 1.0
    np.savez(trk, scan_k=[4], track_id=[1], x=np.zeros((1, 6)), cpu_s=[0.1])
    with pytest.raises(BadFile, match="names scan 4"):
        score_files(det, trk)
    np.savez(trk, scan_k=[0], track_id=[1], x=np.full((1, 6), np.nan), cpu_s=[0.1])
    with pytest.raises(BadFile, match="NaN in row 0"):
        score_files(det, trk)
    trk.write_bytes(b"PK\x03\x04 cut")
    with pytest.raises(BadFile, match="damaged or cut off"):
        score_files(det, trk)
    with pytest.raises(BadOption, match="skip"):
        score_files("absent.npz", "absent.npz", skip=1.0)
