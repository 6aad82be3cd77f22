"""A simulated raid as a detection file (version 1): what arrived, in its order, and the truth beside it, for trackers of others.

Of a scan the file keeps time, arrival, sensor, pose and measurements. It has no place for signal strengths, for the noise stated
with each detection (``sensor_sigma`` is their root mean square, or nominal where a sensor saw nothing) and for scans that were not
whole.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from cupola.core.batches import Floats, Ints, Scan, SensorCard
from cupola.formats import detfile
from cupola.run.wings import ObserverTick, WorldTick
from cupola.sensors.suite import Seen

TRUTH_CELLS = 6_000_000  # times x objects (48 bytes each); with more the file gets no truth, and that is said


@dataclass
class Detections:
    """Collects while a run goes (``run.virtual``: a witness); ``write`` when it has ended."""

    cards: tuple[SensorCard, ...]
    _scans: list[Scan] = field(default_factory=list)
    _arrival: list[float] = field(default_factory=list)
    _origin: list[Ints] = field(default_factory=list)
    _under_way: dict[tuple[int, int], Ints] = field(default_factory=dict)
    _truth: list[tuple[float, Ints, Floats]] = field(default_factory=list)
    _rows: int = 0

    def __call__(self, w: WorldTick, _: ObserverTick) -> None:
        """One tick; what the observer made of it does not enter."""
        self._send(w.seen)
        for scan in w.arrived:
            self._scans.append(scan)
            self._arrival.append(w.now)
            self._origin.append(self._under_way.pop((scan.sensor, scan.seq)))
        self._rows += len(w.frame)
        if self._rows <= TRUTH_CELLS:
            self._truth.append((w.frame.t, w.frame.id.copy(), w.frame.x.copy()))
        else:
            self._truth.clear()

    def _send(self, seen: Seen) -> None:
        for j, scan in enumerate(seen.scans):
            self._under_way[scan.sensor, scan.seq] = seen.origin_of(j)

    def write(self, path: str | Path) -> str:
        """Write the file and say in one line what is in it. Raises BadFile."""
        origin = np.concatenate([np.empty(0, np.int64), *self._origin])
        arrays = self._measured() | self._told(origin)
        detfile.write(path, arrays, compress=True)
        found = f"{len(origin)} detections in {len(self._scans)} scans of {len(self.cards)} sensors -> {path}"
        if "truth_x" not in arrays:
            return f"{found}; too many objects for a truth in it: it can be tracked, not scored"
        return f"{found}; truth of the {arrays['truth_x'].shape[1]} objects detected"

    def _measured(self) -> detfile.Arrays:
        size = [len(s.z) for s in self._scans]
        return {
            "scan_t": np.array([s.t for s in self._scans], float),
            "scan_arrival": np.array(self._arrival, float),
            "scan_sensor": np.array([s.sensor for s in self._scans], np.int64),
            "scan_ptr": np.concatenate([[0], np.cumsum(size)]).astype(np.int64),
            "det_z": np.concatenate([np.empty((0, 3)), *(s.z for s in self._scans)]),
            "sensor_kind": np.array([c.kind for c in self.cards]),
            "sensor_sigma": np.array([self._sigma(k) for k in range(len(self.cards))]).reshape(-1, 3),
            "sensor_pd": np.array([c.pd for c in self.cards]),
            "sensor_clutter": np.array([c.clutter for c in self.cards]),
            "sensor_limits": np.array([c.limits for c in self.cards]).reshape(-1, 6),
            "sensor_name": np.array([c.name for c in self.cards]),
            "sensor_pos": np.array([s.position for s in self._scans]).reshape(-1, 3),
            "sensor_axes": np.array([s.axes for s in self._scans]).reshape(-1, 3, 3),
        }

    def _sigma(self, sensor: int) -> Floats:
        stated = np.concatenate([np.empty((0, 3)), *(s.sigma for s in self._scans if s.sensor == sensor)])
        out: Floats = np.sqrt(np.mean(stated**2, axis=0)) if len(stated) else self.cards[sensor].sigma
        return out

    def _told(self, origin: Ints) -> detfile.Arrays:
        """The truth of the objects that were detected: NaN where one does not exist."""
        who = np.unique(origin[origin >= 0])
        if not self._truth or not len(who) or len(who) * len(self._truth) > TRUTH_CELLS:
            return {}
        x = np.full((len(self._truth), len(who), 6), np.nan)
        for row, (_, ids, states) in enumerate(self._truth):
            mine = np.isin(ids, who)
            x[row, np.searchsorted(who, ids[mine])] = states[mine]
        number = np.where(origin >= 0, np.searchsorted(who, origin), -1)
        return {"truth_t": np.array([t for t, _, _ in self._truth]), "truth_x": x, "det_truth": number}
