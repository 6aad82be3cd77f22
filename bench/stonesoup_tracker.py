"""Stone Soup on a detection file (version 1) of radar scans, as its expert would set it up; writes a track file (version 1).

Run by ``track_vs_stonesoup.py`` in an environment of its own; imports numpy and Stone Soup only.
GNN (2-D assignment) inside Stone Soup's detection KD-tree, which over (el, az, range) is a range gate in effect, with the
Mahalanobis gate inside; extended Kalman filter with analytic Jacobians; detections built before the clock starts. Stone Soup ships
no gravity: the two-body model here stands in. Four detections confirm; two misses end a tentative track, six a confirmed one, in
view only.
"""

# ruff: noqa: ARG002 (signatures are Stone Soup's)
from __future__ import annotations

import datetime
import sys
import time

import numpy as np
from stonesoup.base import Property
from stonesoup.dataassociator.tree import DetectionKDTreeGNN2D
from stonesoup.deleter.base import Deleter
from stonesoup.hypothesiser.distance import DistanceHypothesiser
from stonesoup.initiator.simple import MultiMeasurementInitiator
from stonesoup.measures import Mahalanobis
from stonesoup.models.base import TimeVariantModel
from stonesoup.models.measurement.nonlinear import CartesianToElevationBearingRange
from stonesoup.models.transition.nonlinear import GaussianTransitionModel
from stonesoup.predictor.kalman import ExtendedKalmanPredictor
from stonesoup.tracker.simple import MultiTargetTracker
from stonesoup.types.angle import Bearing, Elevation
from stonesoup.types.array import CovarianceMatrix, StateVector, StateVectors
from stonesoup.types.detection import Detection
from stonesoup.types.state import GaussianState
from stonesoup.types.update import Update
from stonesoup.updater.kalman import ExtendedKalmanUpdater

MU = 3.986004418e14
GATE = 4.5  # sigma
SPEED = 4000.0  # m/s, prior sigma of each velocity component
NOISE = 0.1  # m^2/s^3, white acceleration: covers J2, which two-body motion lacks
REACH, NEW_REACH = 2e3, 15e3  # m, range gate of confirmed and of young tracks
EPOCH = datetime.datetime(2026, 1, 1)


def when(t: float) -> datetime.datetime:
    return EPOCH + datetime.timedelta(seconds=float(t))


class TwoBody(GaussianTransitionModel, TimeVariantModel):
    """Point-mass gravity (one RK4 step) and white acceleration noise; the Jacobian is of second order in the interval."""

    q: float = Property(doc="m^2/s^3")

    @property
    def ndim_state(self):
        return 6

    def function(self, state, noise=False, time_interval=None, **kwargs):
        h, y = time_interval.total_seconds(), np.asarray(state.state_vector, float)

        def rate(s):
            return np.concatenate([s[3:], -MU * s[:3] / np.sum(s[:3] ** 2, axis=0) ** 1.5])

        a = rate(y)
        b = rate(y + h / 2 * a)
        c = rate(y + h / 2 * b)
        y = y + h / 6 * (a + 2 * b + 2 * c + rate(y + h * c))
        return StateVectors(y) if y.shape[1] > 1 else StateVector(y)

    def jacobian(self, state, time_interval=None, **kwargs):
        h, p = time_interval.total_seconds(), np.asarray(state.state_vector, float)[:3, 0]
        r = np.linalg.norm(p)
        g, one = MU * (3 * np.outer(p, p) / r**5 - np.eye(3) / r**3), np.eye(3)
        return np.block([[one + g * h * h / 2, one * h + g * h**3 / 6], [g * h, one + g * h * h / 2]])

    def covar(self, time_interval=None, **kwargs):
        h = time_interval.total_seconds()
        return CovarianceMatrix(np.kron(self.q * np.array([[h**3 / 3, h * h / 2], [h * h / 2, h]]), np.eye(3)))


class Radar(CartesianToElevationBearingRange):
    """Elevation, bearing, range with an analytic Jacobian (Stone Soup's own differentiates numerically: slower, less exact)."""

    axes: np.ndarray = Property(doc="rows of the measurement frame, (3, 3)")

    @property
    def rotation_matrix(self):
        return self.axes

    def jacobian(self, state, **kwargs):
        x, y, z = self.axes @ (np.asarray(state.state_vector, float)[:3, 0] - np.asarray(self.translation_offset, float)[:, 0])
        flat2 = x * x + y * y
        flat, r2 = np.sqrt(flat2), flat2 + z * z
        rows = np.array([[-x * z / (r2 * flat), -y * z / (r2 * flat), flat / r2], [-y / flat2, x / flat2, 0.0], [x, y, z]])
        rows[2] /= np.sqrt(r2)
        return np.hstack([rows @ self.axes, np.zeros((3, 3))])


class Unseen(Deleter):
    """Ends a track after ``misses`` scans without an update in which its prediction stood inside the radar's limits."""

    misses: int = Property()
    views: dict = Property()

    def check_for_deletion(self, track, **kwargs):
        count = 0
        for state in track[::-1]:
            if isinstance(state, Update) and state.hypothesis:
                return False
            position, axes, limits = self.views[state.timestamp]
            x, y, z = axes @ (np.asarray(state.mean, float)[:3, 0] - position)
            r = np.sqrt(x * x + y * y + z * z)
            seen = np.array([np.arcsin(z / r), np.arctan2(y, x), r])
            count += bool(np.all((limits[::2] <= seen) & (seen <= limits[1::2])))
            if count >= self.misses:
                return True
        return False


def scans(d: dict) -> list[tuple]:
    """(time, set of detections) of every scan."""
    out = []
    for k, t in enumerate(d["scan_t"]):
        model = Radar(
            ndim_state=6, mapping=(0, 1, 2), noise_covar=np.diag(d["sensor_sigma"][d["scan_sensor"][k]] ** 2),
            translation_offset=StateVector(d["sensor_pos"][k]), axes=d["sensor_axes"][k],
        )  # fmt: skip
        rows = d["det_z"][d["scan_ptr"][k] : d["scan_ptr"][k + 1]]
        vectors = (StateVector([Elevation(el), Bearing(az), r]) for el, az, r in rows)
        out.append((when(t), {Detection(v, timestamp=when(t), measurement_model=model) for v in vectors}))
    return out


def tracker(d: dict) -> MultiTargetTracker:
    """The tracker, its detections built."""
    predictor, updater = ExtendedKalmanPredictor(TwoBody(q=NOISE)), ExtendedKalmanUpdater(None)
    distance = DistanceHypothesiser(predictor, updater, Mahalanobis(), missed_distance=GATE)

    def associator(reach: float) -> DetectionKDTreeGNN2D:
        return DetectionKDTreeGNN2D(hypothesiser=distance, predictor=predictor, updater=updater, max_distance=reach)

    views = {
        when(t): (d["sensor_pos"][k], d["sensor_axes"][k], d["sensor_limits"][d["scan_sensor"][k]])
        for k, t in enumerate(d["scan_t"])
    }
    initiator = MultiMeasurementInitiator(
        prior_state=GaussianState(np.zeros(6), np.diag([0.0] * 3 + [SPEED**2] * 3), EPOCH),
        deleter=Unseen(misses=2, views=views), data_associator=associator(NEW_REACH), updater=updater, min_points=4,
    )  # fmt: skip
    return MultiTargetTracker(
        initiator=initiator, deleter=Unseen(misses=6, views=views), detector=scans(d), data_associator=associator(REACH),
        updater=updater,
    )  # fmt: skip


def main(det: str, out: str) -> None:
    with np.load(det) as f:
        d = {k: f[k] for k in f.files}
    steps, cpu, number = iter(tracker(d)), np.empty(len(d["scan_t"])), dict[str, int]()
    scan_k, track_id, x, P = [], [], [], []
    for k in range(len(cpu)):
        begin = time.process_time()
        _, tracks = next(steps)
        cpu[k] = time.process_time() - begin
        for track in tracks:
            scan_k.append(k)
            track_id.append(number.setdefault(track.id, len(number)))
            x.append(np.asarray(track.state.mean, float).ravel())
            P.append(np.asarray(track.state.covar, float))
    np.savez(
        out, scan_k=np.array(scan_k, int), track_id=np.array(track_id, int), x=np.reshape(x, (-1, 6)),
        P=np.reshape(P, (-1, 6, 6)), cpu_s=cpu,
    )  # fmt: skip


if __name__ == "__main__":
    main(*sys.argv[1:])
