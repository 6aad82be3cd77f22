"""Tables of others as columns: JSON (rows, or columns of ``{row: value}``) and CSV, both perhaps gzipped. Sizes are bounded."""

from __future__ import annotations

import csv
import io
import json
import zlib
from collections.abc import Iterable
from typing import Any

import numpy as np

from cupola.core.batches import Floats
from cupola.core.errors import BadFile

LARGEST = 1 << 30  # bytes after unpacking; what is larger is refused before memory runs out
GZIP = b"\x1f\x8b"

Columns = dict[str, list[Any]]


def columns(data: bytes, where: str) -> Columns:
    """All columns of one table, of equal length. Raises BadFile naming what is wrong and where."""
    plain = _unpacked(data, where) if data.startswith(GZIP) else data
    table = _table(plain, where)
    if not table or not next(iter(table.values())):
        raise BadFile(f"{where}: no columns, or no rows in them")
    return table


def _table(plain: bytes, where: str) -> Columns:
    try:
        text = plain.decode("utf-8-sig")
    except UnicodeDecodeError as e:
        raise BadFile(f"{where}: neither JSON nor CSV: not text in UTF-8 at offset {e.start}") from None
    return _json(text, where) if text.lstrip()[:1] in ("[", "{") else _csv(text, where)


def numbers(values: Iterable[Any], where: str, name: str) -> Floats:
    """Floats; null and empty become NaN. Raises BadFile naming the row (the first is 1) of a value that is no number."""
    rows = list(values)
    try:
        out: Floats = np.array([np.nan if v is None or v == "" else v for v in rows], float)
    except (TypeError, ValueError, OverflowError):
        out = np.empty((0, 0))
    if out.ndim == 1:  # lists of equal length would have made a table
        return out
    for k, v in enumerate(rows):
        try:
            float(0 if v is None or v == "" else v)
        except (TypeError, ValueError, OverflowError):
            raise BadFile(f"{where}: row {k + 1}: {name} is {str(v)[:40]!r}, not a number") from None
    raise BadFile(f"{where}: {name} holds something that is not a number")


def _unpacked(data: bytes, where: str) -> bytes:
    """Gunzip, all members, never more than LARGEST bytes."""
    out = bytearray()
    while data:
        engine = zlib.decompressobj(wbits=31)
        try:
            out += engine.decompress(data, LARGEST + 1 - len(out))
        except zlib.error as e:
            raise BadFile(f"{where}: not whole gzip data ({e}); fetch the file again") from None
        if len(out) > LARGEST:
            raise BadFile(f"{where}: unpacks to more than {LARGEST >> 20} MB; split it")
        if not engine.eof:
            raise BadFile(f"{where}: truncated gzip data ({len(out)} bytes unpacked before the end); fetch the file again")
        data = engine.unused_data.lstrip(b"\0")
    return bytes(out)


def _json(text: str, where: str) -> Columns:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as e:
        raise BadFile(f"{where}: not whole JSON ({e}); fetch the file again") from None
    if isinstance(value, list) and value and all(isinstance(r, dict) for r in value):
        names = sorted({k for r in value for k in r})
        return {n: [r.get(n) for r in value] for n in names}
    if isinstance(value, dict) and value and all(isinstance(c, dict) for c in value.values()):
        rows = list(dict.fromkeys(r for c in value.values() for r in c))
        return {n: [c.get(r) for r in rows] for n, c in value.items()}
    raise BadFile(f"{where}: neither a list of rows nor columns of rows; see docs/ingest.md for the two forms")


def _csv(text: str, where: str) -> Columns:
    table = csv.reader(io.StringIO(text), strict=True)
    try:
        names, *rows = [r for r in table if r] or [[]]
    except csv.Error as e:
        raise BadFile(f"{where}: line {table.line_num}: not CSV ({e})") from None
    if not rows:
        raise BadFile(f"{where}: no rows under a header; a CSV file needs a first line of column names")
    if len(set(names)) < len(names):
        raise BadFile(f"{where}: two columns of the same name in its header")
    odd = next((k for k, r in enumerate(rows) if len(r) != len(names)), None)
    if odd is not None:
        raise BadFile(f"{where}: row {odd + 1} has {len(rows[odd])} fields, its header {len(names)}; is the file cut off?")
    return {n: list(c) for n, c in zip(names, zip(*rows, strict=True), strict=True)}
