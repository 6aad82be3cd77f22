"""Reads a recording back, also one whose writer was killed: it ends at the last whole message."""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from mcap.exceptions import EndOfFile, McapError
from mcap.records import Channel, Message, Metadata
from mcap.stream_reader import StreamReader
from numpy.typing import NDArray

from cupola.core import columns, wire
from cupola.core.batches import SensorCard
from cupola.core.errors import BadFile
from cupola.core.scans import Scans
from cupola.record.recorder import FORMAT

META: dict[str, type | tuple[type, ...]] = {
    "scenario": str, "seed": int, "duration_s": (int, float), "priors": list, "associator": str, "version": str,
}  # fmt: skip
MAGIC = b"\x89MCAP0\r\n"
FOOTER = 0x02


@dataclass(frozen=True)
class Recording:
    """The head of a recording: what is needed to run the observer's wing again. meta: at least the fields ``META``."""

    path: Path
    epoch_ns: int
    cards: tuple[SensorCard, ...]
    meta: dict[str, Any]


@dataclass(frozen=True)
class RecordedTick:
    """One tick as recorded. digest: the picture hash the original run had after it; None if the file does not say."""

    now: float
    scans: Scans
    events: tuple[dict[str, Any], ...]
    digest: str | None


def read_head(path: str | Path) -> Recording:
    """Raises BadFile if this is no recording of ours, or one of another version."""
    for record in _records(path):
        if isinstance(record, Metadata) and record.name == "cupola":
            return _head(Path(path), record)
    raise BadFile(f"{path}: holds no Cupola head; was it written by cupola run --record?")


def read_ticks(path: str | Path) -> Iterator[RecordedTick]:
    """All whole ticks in order, one at a time in memory. A tick is whole once its digest is there; the rest is left out.

    Raises BadFile.
    """
    topics: dict[int, str] = {}
    sensors, last, events = len(read_head(path).cards), -math.inf, list[dict[str, Any]]()
    found: tuple[float, Scans] | None = None
    for record in _records(path):
        if isinstance(record, Channel):
            topics[record.id] = record.topic
        topic = topics.get(record.channel_id) if isinstance(record, Message) else None
        if topic == "/scans":
            found, events = _scans(record.data, sensors, last, f"{path}: /scans"), []
        elif topic == "/events":
            events.append(_object(record.data, f"{path}: /events"))
        elif topic == "/digest" and found:
            said = _object(record.data, f"{path}: /digest after t = {last:g} s").get("sha256")
            yield RecordedTick(*found, tuple(events), said)
            last, found = found[0], None


def read_pictures(path: str | Path) -> Iterator[tuple[float, dict[str, NDArray[Any]]]]:
    """The pictures that were recorded (every ``recorder.PICTURE_EVERY_S``): time, and columns as ``recorder.compact`` wrote them.

    Raises BadFile.
    """
    read_head(path)
    topics: dict[int, str] = {}
    for record in _records(path):
        if isinstance(record, Channel):
            topics[record.id] = record.topic
        elif isinstance(record, Message) and topics.get(record.channel_id) == "/picture":
            _, _, scalars, cols = columns.decode(record.data, f"{path}: /picture")
            yield float(scalars["t"]), cols


def _head(path: Path, record: Metadata) -> Recording:
    try:
        head = json.loads(record.metadata["head"])
        version, epoch_ns, cards = head.pop("format"), int(head.pop("epoch_ns")), head.pop("cards")
        cards = [dict(c) for c in cards]
    except (ValueError, KeyError, TypeError, AttributeError) as e:
        raise BadFile(f"{path}: its head cannot be read ({e!r}); was it written by cupola run --record?") from None
    if version != FORMAT:
        by = head.get("version", "unknown")
        raise BadFile(
            f"{path}: recording format {version}, written by Cupola {by}; this one reads format {FORMAT}: use that version"
        )
    wrong = [n for n, kind in META.items() if not isinstance(head.get(n), kind)]
    if wrong or not all(isinstance(p, int | float) for p in head["priors"]):
        raise BadFile(f"{path}: its head lacks a sound {wrong[0] if wrong else 'priors'}; was it written by cupola run --record?")
    return Recording(path, epoch_ns, tuple(wire.card_from_dict(c, f"{path}: head") for c in cards), head)


def _scans(data: bytes, sensors: int, last: float, where: str) -> tuple[float, Scans]:
    now, scans = wire.scans_from_bytes(data, where)
    if not now > last:
        raise BadFile(f"{where}: time runs backwards, from {last:g} to {now:g} s")
    sensor = scans.looks["sensor"]
    unknown = sensor[(sensor < 0) | (sensor >= sensors)]
    if len(unknown):
        raise BadFile(f"{where} at t = {now:g} s: sensor {unknown[0]} is unknown; the head lists {sensors}")
    return now, scans


def _object(data: bytes, where: str) -> dict[str, Any]:
    try:
        return dict(json.loads(data))
    except (ValueError, TypeError) as e:
        raise BadFile(f"{where}: cannot be read ({e})") from None


def _records(path: str | Path) -> Iterator[Any]:
    """All whole MCAP records. A file that stops inside a record ends before it; a wrong checksum raises BadFile."""
    try:
        with open(path, "rb") as f:
            end = _whole_until(f, path)
            f.seek(0)
            source = StreamReader(f, validate_crcs=True, record_size_limit=1 << 30)
            records = iter(source.records)
            while f.tell() < end:
                record = next(records, None)
                if record is None:
                    return
                yield record
            yield from _rest_of_chunk(records)
    except OSError as e:
        raise BadFile(f"{path}: cannot be read ({e.strerror})") from None
    except (McapError, struct.error, RuntimeError, ValueError) as e:
        raise BadFile(f"{path}: damaged ({type(e).__name__}: {e}); only an end that is cut off can be mended") from None


def _rest_of_chunk(records: Iterator[Any]) -> Iterator[Any]:
    """What the last whole chunk still holds after the file's end is reached."""
    try:
        yield from records
    except (EndOfFile, struct.error):
        return  # the writer was killed: the framing was checked, everything before is good


def _whole_until(f: BinaryIO, path: str | Path) -> int:
    """Offset at which the last whole record ends."""
    if f.read(8) != MAGIC:
        raise BadFile(f"{path}: not an MCAP file (offset 0)")
    size, at = f.seek(0, 2), 8
    while at + 9 <= size:
        f.seek(at)
        opcode, length = struct.unpack("<BQ", f.read(9))
        if at + 9 + length > size:
            break
        at += 9 + length
        if opcode == FOOTER:
            return size
    return at
