"""The picture hash: one SHA-256 over all pictures of a run, in order. Equal pictures give equal hashes, on one platform to the
bit."""

from __future__ import annotations

import hashlib
import math
import struct

import numpy as np
from numba import njit

from cupola.core.batches import Alert, Floats, Picture

START = b"cupola picture 2"
WHOLE = ("id", "confirmed", "mode", "hits", "sensors", "parent")  # columns of the tracks
REAL = ("x", "P", "born", "updated", "beta", "accel")
BELIEVED = ("prob", "staleness", "impact", "ellipse")  # columns of the picture


def extend(digest: bytes, picture: Picture) -> bytes:
    """The hash after one more picture; begin with ``START``. Covers every column and every alert of the picture.

    Canonical bytes: little endian, whole numbers as 64 bits, one NaN and one zero."""
    tracks = picture.tracks
    h = hashlib.sha256(digest)
    h.update(struct.pack("<dqqq", picture.t, len(tracks), tracks.sensors.shape[1], len(picture.alerts)))
    whole = [*(getattr(tracks, n).ravel() for n in WHOLE), picture.launch]
    h.update(np.concatenate(whole, dtype="<i8", casting="unsafe").data)
    real = np.concatenate([*(getattr(tracks, n).ravel() for n in REAL), *(getattr(picture, n).ravel() for n in BELIEVED)])
    _canonical(real)
    h.update(real.astype("<f8", copy=False).data)
    h.update(b"".join([_alert_bytes(a) for a in picture.alerts]))
    h.update(struct.pack("<q", len(picture.new_alerts)))
    return h.digest()


@njit(cache=True, nogil=True)
def _canonical(a: Floats) -> None:
    for i in range(len(a)):
        a[i] = math.nan if math.isnan(a[i]) else a[i] + 0.0


def _alert_bytes(a: Alert) -> bytes:
    """Packed, since a thousand alerts are hashed at every tick; the same for numpy's and Python's numbers."""
    where = (a.t, a.launch_t, a.lat, a.lon, a.sigma_m, a.heading, a.confidence)
    return struct.pack("<qqq7d", a.id, a.track, a.boosters, *where) + a.range_class.encode() + b"\0"
