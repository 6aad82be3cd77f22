"""The picture hash: one SHA-256 over all pictures of a run, in order. Equal pictures give equal hashes, on one platform to the
bit."""

from __future__ import annotations

import hashlib
import struct
from dataclasses import fields

import numpy as np

from cupola.core.batches import Alert, Picture, Tracks

START = b"cupola picture 1"


def extend(digest: bytes, picture: Picture) -> bytes:
    """The hash after one more picture; begin with ``START``. Covers every column and every alert of the picture."""
    h = hashlib.sha256(digest)
    h.update(struct.pack("<dq", picture.t, len(picture.tracks)))
    for name in (f.name for f in fields(Tracks) if f.name != "t"):
        _add(h, getattr(picture.tracks, name))
    for name in ("prob", "staleness", "launch", "impact", "ellipse"):
        _add(h, getattr(picture, name))
    for alert in picture.alerts:
        h.update(_alert_bytes(alert))
    h.update(struct.pack("<q", len(picture.new_alerts)))
    return h.digest()


def _add(h: hashlib._Hash, column: np.ndarray) -> None:
    """Canonical bytes: little endian, C order, one NaN and one zero."""
    a = np.ascontiguousarray(column)
    if a.dtype.kind == "f":
        a = np.where(np.isnan(a), np.nan, a) + 0.0
    h.update(repr((a.dtype.str[1:], a.shape)).encode())
    h.update(a.astype(a.dtype.newbyteorder("<"), copy=False).tobytes())


def _alert_bytes(a: Alert) -> bytes:
    """Packed, since a thousand alerts are hashed at every tick; the same for numpy's and Python's numbers."""
    where = (a.t, a.launch_t, a.lat, a.lon, a.sigma_m, a.heading, a.confidence)
    return struct.pack("<qq7d", a.id, a.track, *where) + a.range_class.encode() + b"\0"
