"""One prediction and one update against Stone Soup's extended Kalman filter (an oracle we did not write).

Stone Soup has no gravity: its predictor is given a linear model with our transition matrix, its updater its own radar model.
The whole tracker is compared by the benchmark in ``bench/track_vs_stonesoup.md``.
"""

import datetime

import numpy as np
import pytest

pytest.importorskip("stonesoup", reason="needs Stone Soup 1.9.1 (pip install stonesoup): skipped")

from stonesoup.models.measurement.nonlinear import CartesianToElevationBearingRange
from stonesoup.types.array import StateVector
from stonesoup.types.detection import Detection
from stonesoup.types.prediction import GaussianStatePrediction
from stonesoup.updater.kalman import ExtendedKalmanUpdater

from cupola.core.batches import SensorCard
from cupola.fusion import sight, update


@pytest.mark.parametrize("seed", range(5))
def test_radar_update_equals_stone_soups(seed):
    rng = np.random.default_rng(seed)
    sigma = np.array([3e-4, 4e-4, 20.0])
    offset = np.array([6.3e6, 2e5, 1e5])
    x = np.r_[
        offset + [3e5, 4e5, 2e5] + rng.normal(size=3) * 1e4, rng.normal(size=3) * 3e3
    ]  # positive: its Jacobian is sound there
    root = rng.normal(size=(6, 6)) * np.r_[np.full(3, 200.0), np.full(3, 20.0)][:, None]
    P = root @ root.T
    card = SensorCard("r", "radar", "ground", "t", sigma, 0.9, 1e-9, np.full(6, np.nan))
    f = sight.frame(card, 0)
    f["position"], f["axes"] = offset, np.eye(3)
    v = x[:3] - offset
    r = np.linalg.norm(v)
    z = np.array([np.arcsin(v[2] / r), np.arctan2(v[1], v[0]), r]) + sigma * rng.normal(size=3)

    when = datetime.datetime(2026, 1, 1)
    model = CartesianToElevationBearingRange(6, (0, 1, 2), np.diag(sigma**2), translation_offset=StateVector(offset))
    updater = ExtendedKalmanUpdater(model)
    prediction = GaussianStatePrediction(StateVector(x), P, timestamp=when)
    from stonesoup.types.hypothesis import SingleHypothesis

    post = updater.update(SingleHypothesis(prediction, Detection(StateVector(z), timestamp=when, measurement_model=model)))

    X, C = np.r_[x, 0, 0, 0], np.zeros((9, 9))
    C[:6, :6] = P
    update.correct(X, C, 6, f[0], z, sigma, 1, np.zeros(9), np.zeros((9, 9)), np.zeros((6, 9)))
    d = np.sqrt(np.diag(C[:6, :6]))
    assert np.abs((X[:6] - np.asarray(post.mean, float).ravel()) / d).max() < 1e-3
    assert np.abs((C[:6, :6] - np.asarray(post.covar, float)) / np.outer(d, d)).max() < 1e-3
