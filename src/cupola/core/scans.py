"""Several scans as one table: what a tick's sensors made, what a link carries, what the tracker works through.

Two tables of records. ``looks (k,)`` of LOOK, one row a scan; ``found (m,)`` of DETECTION: scan j holds the rows first to first +
count, in the order in which they were measured. Whoever wants the scans one by one goes through it as through a list of ``Scan``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, overload

import numpy as np
from numba import njit
from numpy.typing import NDArray

from cupola.core.batches import FEATURES, Ints, Scan
from cupola.core.frozen import quick

Records = NDArray[Any]

LOOK = np.dtype(
    [
        ("sensor", "i8"), ("seq", "i8"), ("t", "f8"), ("share", "f8"), ("first", "i8"), ("count", "i8"),
        ("position", "f8", (3,)), ("axes", "f8", (3, 3)),
    ],
    align=True,
)  # fmt: skip
DETECTION = np.dtype([("z", "f8", (3,)), ("sigma", "f8", (3,)), ("features", "f4", (len(FEATURES),))], align=True)


@quick
@dataclass(frozen=True, eq=False)
class Scans(Sequence[Scan]):
    """Scans in their order; the columns are those of ``Scan``."""

    looks: Records
    found: Records

    def __len__(self) -> int:
        return len(self.looks)

    @overload
    def __getitem__(self, j: int) -> Scan: ...
    @overload
    def __getitem__(self, j: slice) -> Scans: ...
    def __getitem__(self, j: int | slice) -> Scan | Scans:
        if isinstance(j, slice):
            return Scans(self.looks[j], self.found)
        s = self.looks[j]
        own = self.found[s["first"] : s["first"] + s["count"]]
        return Scan(
            int(s["sensor"]), int(s["seq"]), float(s["t"]), s["position"], s["axes"],
            own["z"], own["sigma"], own["features"], float(s["share"]),
        )  # fmt: skip

    def __iter__(self) -> Iterator[Scan]:
        return (self[j] for j in range(len(self)))

    @staticmethod
    def empty() -> Scans:
        return Scans(np.empty(0, LOOK), np.empty(0, DETECTION))

    @staticmethod
    def of(scans: Sequence[Scan]) -> Scans:
        """The same scans as one table (as they are, if they are one)."""
        if isinstance(scans, Scans):
            return scans
        looks = np.empty(len(scans), LOOK)
        looks["count"] = [len(s.z) for s in scans]
        looks["first"] = np.cumsum(looks["count"]) - looks["count"]
        found = np.empty(int(looks["count"].sum()), DETECTION)
        for name in ("sensor", "seq", "t", "share"):
            looks[name] = [getattr(s, name) for s in scans]
        for look, s in zip(looks, scans, strict=True):
            look["position"], look["axes"] = s.position, s.axes
            own = found[look["first"] : look["first"] + look["count"]]
            own["z"], own["sigma"], own["features"] = s.z, s.sigma, s.features
        return Scans(looks, found)

    def take(self, rows: Ints) -> Scans:
        """These scans in this order, with their own detections only, end to end."""
        looks = self.looks[rows]
        found = np.empty(looks["count"].sum(), DETECTION)
        _gather(self.found, looks, found)
        return Scans(looks, found)


@njit(cache=True, nogil=True)
def _gather(all: Records, looks: Records, found: Records) -> None:
    """Copy the detections of these scans into ``found``, end to end, and say in ``looks`` where they are."""
    n = 0
    for j in range(len(looks)):
        first, looks[j].first = looks[j].first, n
        for q in range(looks[j].count):
            found[n] = all[first + q]
            n += 1
