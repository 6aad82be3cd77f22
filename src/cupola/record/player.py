"""Reads a recording back, also one whose writer was killed: it ends at the last whole message."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from mcap.exceptions import EndOfFile, McapError
from mcap.records import Channel, Message, Metadata
from mcap.stream_reader import StreamReader

from cupola.core import wire
from cupola.core.batches import Scan, SensorCard
from cupola.core.errors import BadFile
from cupola.record.recorder import FORMAT

MAGIC = b"\x89MCAP0\r\n"
FOOTER = 0x02


@dataclass(frozen=True)
class Recording:
    """The head of a recording: what is needed to run the observer's wing again."""

    path: Path
    epoch_ns: int
    cards: tuple[SensorCard, ...]
    meta: dict[str, Any]


@dataclass(frozen=True)
class RecordedTick:
    """One tick as recorded. digest: the picture hash the original run had after it; None if the file ends before it."""

    now: float
    scans: tuple[Scan, ...]
    events: tuple[dict[str, Any], ...]
    digest: str | None


def read_head(path: str | Path) -> Recording:
    """Raises BadFile if this is no recording of ours, or one of a newer version."""
    for record in _records(path):
        if isinstance(record, Metadata) and record.name == "cupola":
            try:
                head = json.loads(record.metadata["head"])
                version, epoch_ns, cards = head.pop("format"), int(head.pop("epoch_ns")), head.pop("cards")
            except (ValueError, KeyError, TypeError) as e:
                raise BadFile(f"{path}: its head cannot be read ({e}); was it written by cupola run --record?") from None
            if version != FORMAT:
                raise BadFile(f"{path}: recording format {version}; this Cupola reads {FORMAT}: use the version that wrote it")
            return Recording(Path(path), epoch_ns, tuple(wire.card_from_dict(c, f"{path}: head") for c in cards), head)
    raise BadFile(f"{path}: holds no Cupola head; was it written by cupola run --record?")


def read_ticks(path: str | Path) -> Iterator[RecordedTick]:
    """All whole ticks in order. A tick is whole once its digest is there; what follows the last one is left out."""
    topics: dict[int, str] = {}
    now, scans, events = 0.0, tuple[Scan, ...](), list[dict[str, Any]]()
    for record in _records(path):
        if isinstance(record, Channel):
            topics[record.id] = record.topic
        if not isinstance(record, Message):
            continue
        topic = topics.get(record.channel_id)
        if topic == "/scans":
            now, found = wire.scans_from_bytes(record.data, f"{path}: /scans")
            scans, events = tuple(found), []
        elif topic == "/events":
            events.append(json.loads(record.data))
        elif topic == "/digest":
            yield RecordedTick(now, scans, tuple(events), json.loads(record.data)["sha256"])


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
