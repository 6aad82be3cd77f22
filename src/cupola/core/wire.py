"""The batches that leave a process, as bytes: the one contract of link, recording and replay.

Version 1. Each function pair turns a batch into a ``core.columns`` message and back without loss (float64 stays float64).
A reader for every old version stays here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cupola.core import columns
from cupola.core.batches import FEATURES, Alert, Outcomes, Picture, Scan, SensorCard, Shots, Tracks
from cupola.core.errors import BadFile
from cupola.core.plain import plain
from cupola.core.scans import DETECTION, LOOK, Scans

VERSION = 1
LOOK_COLUMNS = ("sensor", "seq", "t", "share", "count", "position", "axes")
DETECTION_COLUMNS = ("z", "sigma", "features")
PICTURE_COLUMNS = ("prob", "staleness", "launch", "impact", "ellipse")
SCAN_BYTES = 136  # one scan's own columns: sensor, seq, t, share, count, position, axes
DETECTION_BYTES = 24 + 24 + 4 * len(FEATURES)


def scans_to_bytes(now: float, scans: Sequence[Scan]) -> bytes:
    """All scans handed over at ``now`` in one message, in the given order."""
    table = Scans.of(scans)
    table = table.take(np.arange(len(table)))  # nothing but their own detections, in their order
    cols = {n: table.looks[n] for n in LOOK_COLUMNS} | {n: table.found[n] for n in DETECTION_COLUMNS}
    return columns.encode("scans", VERSION, {"now": now}, cols)


def scans_from_bytes(data: bytes | memoryview, where: str = "message") -> tuple[float, Scans]:
    """``now`` and the scans. Raises BadFile naming ``where`` if the message is not one of scans or does not add up."""
    scalars, c = _open(data, "scans", where)
    missing = {*LOOK_COLUMNS, *DETECTION_COLUMNS} - set(c)
    if missing:
        raise BadFile(f"{where}: a batch of scans lacks {', '.join(sorted(missing))}")
    count = c["count"]
    if np.any(count < 0) or not count.sum() == len(c["z"]) == len(c["sigma"]) == len(c["features"]):
        raise BadFile(f"{where}: scan counts add up to {int(count.sum())}, detections are {len(c['z'])}")
    looks, found = _table(LOOK, LOOK_COLUMNS, c, len(count), where), _table(DETECTION, DETECTION_COLUMNS, c, len(c["z"]), where)
    looks["first"] = np.cumsum(count) - count
    return float(scalars["now"]), Scans(looks, found)


def _table(of: np.dtype[Any], names: Sequence[str], cols: dict[str, NDArray[Any]], n: int, where: str) -> NDArray[Any]:
    """``n`` records with these columns. Raises BadFile where one has another shape."""
    table = np.zeros(n, of)
    for name in names:
        if cols[name].shape != table[name].shape:
            raise BadFile(f"{where}: column {name} has the shape {cols[name].shape}, expected {table[name].shape}")
        table[name] = cols[name]
    return table


def shots_to_bytes(now: float, shots: Shots) -> bytes:
    """Interceptors committed or updated at ``now``."""
    return columns.encode("shots", VERSION, {"now": now}, {f.name: getattr(shots, f.name) for f in fields(Shots)})


def shots_from_bytes(data: bytes | memoryview, where: str = "message") -> tuple[float, Shots]:
    """``now`` and the shots. Raises BadFile."""
    scalars, c = _open(data, "shots", where)
    return float(scalars["now"]), _record(Shots, c, where)


def outcomes_to_bytes(now: float, outcomes: Outcomes) -> bytes:
    """Assessed results of shots that ended by ``now``."""
    return columns.encode("outcomes", VERSION, {"now": now}, {f.name: getattr(outcomes, f.name) for f in fields(Outcomes)})


def outcomes_from_bytes(data: bytes | memoryview, where: str = "message") -> tuple[float, Outcomes]:
    """``now`` and the outcomes. Raises BadFile."""
    scalars, c = _open(data, "outcomes", where)
    return float(scalars["now"]), _record(Outcomes, c, where)


def picture_to_bytes(picture: Picture) -> bytes:
    """The whole picture without loss, covariances and alerts included."""
    own = {n: getattr(picture, n) for n in PICTURE_COLUMNS}
    tracks = {f"tracks.{f.name}": getattr(picture.tracks, f.name) for f in fields(Tracks) if f.name != "t"}
    new = {a.id for a in picture.new_alerts}
    scalars = {"t": picture.t, "alerts": [asdict(a) for a in picture.alerts], "new": sorted(new)}
    return columns.encode("picture", VERSION, scalars, own | tracks)


def picture_from_bytes(data: bytes | memoryview, where: str = "message") -> Picture:
    """The way back. Raises BadFile."""
    scalars, c = _open(data, "picture", where)
    names = [*PICTURE_COLUMNS, *(f"tracks.{f.name}" for f in fields(Tracks) if f.name != "t")]
    missing = [n for n in names if n not in c]
    if missing:
        raise BadFile(f"{where}: a picture lacks {', '.join(missing)}")
    try:
        alerts, t, new = tuple(Alert(**a) for a in scalars["alerts"]), float(scalars["t"]), set(scalars["new"])
    except (KeyError, TypeError, ValueError) as e:
        raise BadFile(f"{where}: the picture's alerts cannot be read ({e})") from None
    tracks = Tracks(t, **{f.name: c[f"tracks.{f.name}"] for f in fields(Tracks) if f.name != "t"})
    own = {n: c[n] for n in PICTURE_COLUMNS}
    return Picture(t, tracks, **own, alerts=alerts, new_alerts=tuple(a for a in alerts if a.id in new))


def card_to_dict(card: SensorCard) -> dict[str, Any]:
    """A card as plain JSON values; NaN becomes None."""
    found: dict[str, Any] = plain(asdict(card))
    return found


def card_from_dict(found: dict[str, Any], where: str = "sensor card") -> SensorCard:
    """The way back. Raises BadFile naming the field that is missing or unknown."""
    known = {f.name for f in fields(SensorCard)}
    if set(found) - known:
        raise BadFile(f"{where}: unknown fields {', '.join(sorted(set(found) - known))}")
    try:
        return SensorCard(**{k: _nan_back(k, v) for k, v in found.items()})
    except (TypeError, ValueError) as e:
        raise BadFile(f"{where}: {e}") from None


def alert_to_dict(alert: Alert) -> dict[str, Any]:
    """An alert as plain JSON values."""
    return asdict(alert)


def _nan_back(name: str, value: Any) -> Any:
    if name in ("sigma", "limits"):
        return np.array([np.nan if i is None else i for i in value], np.float64)
    return np.nan if value is None else value


def _open(data: bytes | memoryview, kind: str, where: str) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    found, version, scalars, cols = columns.decode(data, where)
    if found != kind or version != VERSION:
        raise BadFile(f"{where}: holds {found!r} version {version}; expected {kind!r} version {VERSION}")
    return scalars, cols


def _record(cls: Any, cols: dict[str, NDArray[Any]], where: str) -> Any:
    names = [f.name for f in fields(cls)]
    missing = [n for n in names if n not in cols]
    if missing:
        raise BadFile(f"{where}: lacks {', '.join(missing)}")
    return cls(**{n: cols[n] for n in names})
