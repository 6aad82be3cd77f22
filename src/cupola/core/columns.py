"""Named numpy columns to bytes and back: the one binary layout of wire, recording and web frame.

Layout (little endian): ``b"CPL1"``, uint32 length of a JSON header, the header
(``{"kind", "version", "scalars", "columns": [[name, dtype, shape], ...]}``) padded with spaces so that the data starts at a
multiple of 8, then each column C-contiguous, each starting at a multiple of 8.
Decoding copies the data once and gives views into the copy. Sizes are checked before anything is made.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cupola.core.errors import BadFile

MAGIC = b"CPL1"
ALLOWED = {"f8", "f4", "i8", "i4", "i2", "i1", "u8", "u4", "u2", "u1", "b1"}


def encode(kind: str, version: int, scalars: Mapping[str, Any], columns: Mapping[str, NDArray[Any]]) -> bytes:
    """One message. Raises ValueError for a dtype that is not plain numbers."""
    arrays = {k: np.ascontiguousarray(v) for k, v in columns.items()}
    described = [[k, a.dtype.str[1:], list(a.shape)] for k, a in arrays.items()]
    bad = [d for d in described if d[1] not in ALLOWED]
    if bad:
        raise ValueError(f"column {bad[0][0]} has dtype {bad[0][1]}; allowed: {', '.join(sorted(ALLOWED))}")
    head = json.dumps({"kind": kind, "version": version, "scalars": dict(scalars), "columns": described}).encode()
    head += b" " * (-(len(head) + 8) % 8)
    parts = [MAGIC, struct.pack("<I", len(head)), head]
    for a in arrays.values():
        raw = a.astype(a.dtype.newbyteorder("<"), copy=False).tobytes()
        parts += [raw, b"\0" * (-len(raw) % 8)]
    return b"".join(parts)


def decode(data: bytes | memoryview, where: str = "message") -> tuple[str, int, dict[str, Any], dict[str, NDArray[Any]]]:
    """Kind, version, scalars and columns: writable views into one copy. Raises BadFile naming ``where`` and the offset."""
    view = memoryview(bytearray(data))  # writable: numba compiles a second time for read-only arrays
    if len(view) < 8 or bytes(view[:4]) != MAGIC:
        raise BadFile(f"{where}: not a Cupola batch (offset 0 should read {MAGIC!r})")
    (size,) = struct.unpack("<I", view[4:8])
    if 8 + size > len(view):
        raise BadFile(f"{where}: truncated in the header (offset 8, {size} bytes said, {len(view) - 8} there)")
    try:
        head = json.loads(bytes(view[8 : 8 + size]))
        kind, version, scalars, described = head["kind"], head["version"], head["scalars"], head["columns"]
        described = [(str(n), str(d), [int(i) for i in s]) for n, d, s in described]
    except (ValueError, KeyError, TypeError) as e:
        raise BadFile(f"{where}: header cannot be read (offset 8): {e}") from None
    columns, at = {}, 8 + size
    for name, dtype, shape in described:
        if dtype not in ALLOWED or any(i < 0 for i in shape):
            raise BadFile(f"{where}: column {name} has dtype {dtype}, shape {shape} (offset {at})")
        count = math.prod(shape)
        length = count * np.dtype(dtype).itemsize
        if at + length > len(view):
            raise BadFile(f"{where}: truncated in column {name} (offset {at}, {length} bytes needed, {len(view) - at} there)")
        columns[name] = np.frombuffer(view, np.dtype("<" + dtype), count, at).reshape(shape)
        at += length + (-length % 8)
    return kind, version, scalars, columns
