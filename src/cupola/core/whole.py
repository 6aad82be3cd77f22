"""Files that are written whole or not at all."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path


def write(path: str | Path, data: bytes) -> None:
    """Put these bytes at exactly this path. What is no ordinary file (a device, a pipe) is written to as it is.

    Raises OSError; then what stood there is unchanged, and nothing is left beside it.
    """
    if _device(path):
        Path(path).write_bytes(data)
        return
    with replacing(path) as part:
        part.write_bytes(data)


@contextlib.contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """A name beside ``path`` to write to; when the block ends well, that file is on the disk in the place of ``path``.

    Raises OSError; then what stood there is unchanged, and nothing is left beside it, as when the block fails.
    """
    target = Path(os.path.realpath(path))
    part = _part(target)
    try:
        yield part
        with part.open("rb") as f:
            os.fsync(f.fileno())
        part.replace(target)
    finally:
        with contextlib.suppress(OSError):  # a folder that takes nothing; the first error is the one to tell
            part.unlink(missing_ok=True)


def check(path: str | Path) -> None:
    """Find out, before the work, whether ``write`` could begin here; leaves everything as it was. Raises OSError.

    Limits: a disk that fills later is not foreseen.
    """
    if _device(path):
        if Path(path).is_char_device():  # a pipe may be opened once only, by whoever writes to it
            device = os.open(path, os.O_WRONLY)
            try:
                os.write(device, b"")  # a full one refuses even nothing
            finally:
                os.close(device)
        return
    part = _part(Path(os.path.realpath(path)))
    part.touch()
    part.unlink()


def _device(path: str | Path) -> bool:
    """Whether something is there that is no ordinary file. (A pipe's own name in ``/dev`` leads to no path: it is not resolved.)"""
    return os.path.exists(path) and not os.path.isfile(path)


def _part(target: Path) -> Path:
    """Where a file is written before it takes its place."""
    return target.with_name(f".{target.name}.{os.getpid()}.part")
