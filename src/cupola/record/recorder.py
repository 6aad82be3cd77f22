"""Writes a recording: MCAP, one columnar batch per message, one chunk per message.

A chunk is compressed and handed to the system as soon as its message is, so a killed run loses at most the tick it was in.
(A machine that loses power may lose what the system had not written yet; no tick waits for the disk.)
Topics: ``/scans`` (``core.wire``, every tick), ``/picture`` (``compact``, every ``PICTURE_EVERY_S``), ``/digest`` (picture
hash so far), ``/events`` (JSON: alerts, shots, outcomes, in the form of the page's: ``service/events``, angles in degrees).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from mcap.writer import CompressionType, Writer

from cupola import __version__
from cupola.core import columns, wire
from cupola.core.batches import Picture, Scan, SensorCard
from cupola.core.clock import NS
from cupola.core.errors import BadFile, BadOption

FORMAT = 1
MAGIC = b"\x89MCAP"
PICTURE_EVERY_S = 10.0
TOPICS = {"/scans": "columns", "/picture": "columns", "/digest": "json", "/events": "json"}


class Recorder:
    """An open recording. Use as a context manager; ``close`` writes the summary index."""

    def __init__(self, path: str | Path, epoch_ns: int, cards: Sequence[SensorCard], meta: Mapping[str, Any]) -> None:
        self._path, self._file, self._full = path, _open(path), False
        self._epoch_ns, self._next_picture = epoch_ns, 0.0
        try:
            self._begin(epoch_ns, cards, meta)
        except OSError as e:
            self._full = True
            self.close()
            raise BadFile(f"--record {path}: cannot be written ({e.strerror}); give a place with room") from None

    def _begin(self, epoch_ns: int, cards: Sequence[SensorCard], meta: Mapping[str, Any]) -> None:
        self._writer = Writer(self._file, chunk_size=1, compression=CompressionType.LZ4)
        self._writer.start(profile="cupola", library=f"cupola {__version__}")
        schema = {e: self._writer.register_schema(f"cupola.{e}.v{FORMAT}", "", b"") for e in ("columns", "json")}
        self._channel = {t: self._writer.register_channel(t, e, schema[e]) for t, e in TOPICS.items()}
        head = {"format": FORMAT, "epoch_ns": epoch_ns, "cards": [wire.card_to_dict(c) for c in cards], **meta}
        self._writer.add_metadata("cupola", {"head": json.dumps(head)})
        self._file.flush()

    def tick(self, now: float, scans: Sequence[Scan], picture: Picture, digest: str, events: Sequence[Mapping[str, Any]]) -> None:
        """Everything of one tick; with the system when this returns. Raises BadFile when the disk takes no more."""
        try:
            self._tick(now, scans, picture, digest, events)
        except OSError as e:
            self._full = True
            raise BadFile(
                f"{self._path}: cannot be written any further at t = {now:g} s ({e.strerror}); it holds all before and replays"
            ) from None

    def close(self) -> None:
        """Write the index and close the file. A file that could not be written to the end is left as it is: it replays."""
        try:
            if not self._full:
                self._writer.finish()  # type: ignore[no-untyped-call]
            self._file.close()
        except OSError as e:
            if not self._full:
                raise BadFile(f"{self._path}: cannot be finished ({e.strerror}); it replays without its index") from None

    def __enter__(self) -> Recorder:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _tick(self, now: float, scans: Sequence[Scan], picture: Picture, digest: str, events: Sequence[Mapping[str, Any]]) -> None:
        self._put("/scans", now, wire.scans_to_bytes(now, scans))
        if now >= self._next_picture - 1e-9:
            self._put("/picture", now, compact(picture))
            self._next_picture = now + PICTURE_EVERY_S
        for event in events:
            self._put("/events", now, json.dumps(dict(event)).encode())
        self._put("/digest", now, json.dumps({"t": now, "sha256": digest}).encode())
        self._file.flush()

    def _put(self, topic: str, now: float, data: bytes) -> None:
        at = self._epoch_ns + round(now * NS)
        self._writer.add_message(self._channel[topic], at, data, at)


def would_replace(path: str | Path) -> bool:
    """Whether a recording is there already. Raises BadOption if another file is: it is not ours to destroy."""
    try:
        with open(path, "rb") if Path(path).is_file() else nullcontext(BytesIO()) as f:
            begins = f.read(len(MAGIC))
    except OSError as e:
        raise BadOption(f"--record {path}: is there and cannot be read ({e.strerror}); give another name") from None
    if begins and begins != MAGIC:
        raise BadOption(f"--record {path}: is there and is no recording; give another name")
    return bool(begins)


def compact(picture: Picture) -> bytes:
    """The picture as a message of kind ``compact``, for later viewing and SQL: float32 states, no covariance."""
    t = picture.tracks
    sigma = np.sqrt(np.trace(t.P[:, :3, :3], axis1=1, axis2=2))
    cols = {
        "id": t.id, "x": t.x.astype(np.float32), "sigma_m": sigma.astype(np.float32), "mode": t.mode,
        "prob": picture.prob.astype(np.float32), "launch": picture.launch, "impact": picture.impact.astype(np.float32),
        "ellipse": picture.ellipse.astype(np.float32), "staleness": picture.staleness.astype(np.float32),
    }  # fmt: skip
    return columns.encode("compact", FORMAT, {"t": picture.t}, cols)


def _open(path: str | Path) -> BinaryIO:
    try:
        return open(path, "wb")
    except OSError as e:
        raise BadOption(f"--record {path}: cannot be written ({e.strerror}); give a path in an existing folder") from None
