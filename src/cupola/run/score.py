"""Score a track file against the truth in its detection file (``cupola score``)."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from cupola.core.batches import Floats, Ints
from cupola.core.errors import BadFile, BadOption
from cupola.formats import detfile, npz
from cupola.formats.detfile import Arrays
from cupola.picture.score import Scorer


class _Truth:
    """Truth at any time of a detection file: cubic Hermite between the given times, exact at them."""

    def __init__(self, d: Arrays, where: str) -> None:
        absent = [k for k in ("truth_t", "truth_x", "det_truth") if k not in d]
        if absent:
            raise BadFile(f"{where}: holds no truth to score against (lacks {', '.join(absent)}); score a simulated file")
        _numbers(d, ("truth_t", "truth_x"), where)
        self._t, self._x = d["truth_t"].astype(float), d["truth_x"].astype(float)
        if self._x.shape[:1] != self._t.shape or self._x.shape[2:] != (6,) or not len(self._t) or not _rises(self._t):
            raise BadFile(f"{where}: truth_x {self._x.shape} does not fit truth_t {self._t.shape}, or truth_t does not rise")
        self.clock = np.maximum.accumulate(d["scan_t"])
        self.first = _first_seen(d, self._x.shape[1], where)

    def at(self, k: int) -> tuple[Ints, Floats]:
        """Objects that have been detected by scan k and exist then, and their states ``(n, 6)`` at the picture's time."""
        x = self._state(float(self.clock[k]))
        who = np.flatnonzero((self.first <= k) & np.isfinite(x[:, 0]))
        return who, x[who]

    def _state(self, t: float) -> Floats:
        exact = np.flatnonzero(np.abs(self._t - t) < 1e-9)
        if len(exact):
            return np.asarray(self._x[exact[0]])
        if len(self._t) < 2:
            return np.full(self._x.shape[1:], np.nan)
        i = int(np.clip(np.searchsorted(self._t, t, side="right") - 1, 0, len(self._t) - 2))
        a, b, h = self._x[i], self._x[i + 1], self._t[i + 1] - self._t[i]
        u = (t - self._t[i]) / h
        step, out, into = b[:, :3] - a[:, :3], h * a[:, 3:], h * b[:, 3:]
        bend, twist = 3 * step - 2 * out - into, out + into - 2 * step
        position = a[:, :3] + u * (out + u * (bend + u * twist))
        return np.hstack([position, (out + u * (2 * bend + 3 * u * twist)) / h])


def _rises(t: Floats) -> bool:
    return bool(np.isfinite(t).all() and np.all(np.diff(t) > 0))


def _first_seen(d: Arrays, objects: int, where: str) -> Ints:
    """Scan of each object's first detection ``(N,)``; the number of scans if it has none."""
    scans = len(d["scan_t"])
    scan = np.repeat(np.arange(scans), np.diff(d["scan_ptr"]))
    who = d["det_truth"]
    if len(who) != len(scan) or (len(who) and who.max() >= objects):
        raise BadFile(f"{where}: det_truth has {len(who)} rows for {len(scan)} detections, or names an object not in truth_x")
    first = np.full(objects, scans)
    np.minimum.at(first, who[who >= 0], scan[who >= 0])
    return first


def score_files(det_path: str | Path, trk_path: str | Path, c: float = 5000.0, skip: float = 0.5) -> dict[str, float | int | None]:
    """Score a track file against the truth in its detection file: GOSPA, OSPA, SIAP, RMSE, NEES, switches.

    Scored are the processed scans (finite ``cpu_s``) after the first ``skip`` part of them. An object counts from its first
    detection in the file on. Raises BadFile for a file that cannot be scored, BadOption for c or skip out of range.
    """
    if not (c > 0 and 0 <= skip < 1):
        raise BadOption(f"c {c:g} must be positive and skip {skip:g} in [0, 1)")
    d = detfile.read(det_path, truth=True)
    o = _load(trk_path, ("scan_k", "track_id", "x", "cpu_s"))
    _check(d, o, str(det_path), str(trk_path))
    truth, scorer = _Truth(d, str(det_path)), Scorer(c)
    order = np.argsort(o["scan_k"], kind="stable")
    scan_k = o["scan_k"][order]
    scans = np.flatnonzero(np.isfinite(o["cpu_s"][: len(d["scan_t"])]))
    for k in scans.tolist():
        rows = order[slice(*np.searchsorted(scan_k, [k, k + 1]))]
        ids, x = truth.at(k)
        scorer.add(ids, x, o["track_id"][rows], o["x"][rows], o["P"][rows] if "P" in o else None)
    return scorer.summary(int(len(scans) * skip))


def _load(path: str | Path, names: tuple[str, ...]) -> Arrays:
    out = npz.read(path)
    absent = [n for n in names if n not in out]
    if absent:
        raise BadFile(f"{path}: lacks {', '.join(absent)}; see the file formats in the documentation")
    return out


def _numbers(d: Arrays, names: tuple[str, ...], where: str) -> None:
    for name in names:
        if d[name].dtype.kind not in "iuf":
            raise BadFile(f"{where}: {name} holds {d[name].dtype}, expected numbers")
        if np.any(np.isfinite(d[name]) & (np.abs(d[name]) > detfile.FAR)):
            raise BadFile(
                f"{where}: {name} holds a value beyond {detfile.FAR:g}; metres, metres per second and seconds are expected"
            )


def _check(d: Arrays, o: Arrays, det: str, trk: str) -> None:
    _numbers(o, ("x", "cpu_s"), trk)
    for name in ("scan_k", "track_id"):
        if o[name].dtype.kind not in "iu":
            raise BadFile(f"{trk}: {name} holds {o[name].dtype}, expected whole numbers")
    if "P" in o and o["P"].dtype.kind not in "iuf":
        raise BadFile(f"{trk}: P holds {o['P'].dtype}, expected numbers")
    if o["scan_k"].ndim != 1 or o["cpu_s"].ndim != 1:
        raise BadFile(f"{trk}: scan_k and cpu_s should have one dimension, have {o['scan_k'].shape} and {o['cpu_s'].shape}")
    m = len(o["scan_k"])
    if o["x"].shape != (m, 6) or o["track_id"].shape != (m,) or o.get("P", np.empty((m, 6, 6))).shape != (m, 6, 6):
        raise BadFile(f"{trk}: scan_k, track_id, x and P do not agree in length ({m} rows in scan_k)")
    if m and not (o["scan_k"].min() >= 0 and o["scan_k"].max() < len(d["scan_t"])):
        raise BadFile(f"{trk}: scan_k names scan {int(o['scan_k'].max())}, but {det} has {len(d['scan_t'])} scans")
    if not np.isfinite(o["x"]).all():
        bad = int(np.flatnonzero(~np.isfinite(o["x"]).all(axis=1))[0])
        raise BadFile(f"{trk}: x holds NaN in row {bad}; a track without a state must not be written")
