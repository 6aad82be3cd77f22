"""Files that are written whole or not at all."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path


def write(path: str | Path, data: bytes) -> None:
    """Put these bytes at exactly this path. What is no ordinary file (a device, a pipe) is written to as it is.

    Raises OSError; then what stood there is unchanged, and nothing is left beside it.
    """
    target = Path(os.path.realpath(path))
    if target.exists() and not target.is_file():
        target.write_bytes(data)
        return
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        part.write_bytes(data)
        part.replace(target)
    except OSError:
        with contextlib.suppress(OSError):  # a folder that takes nothing; the first error is the one to tell
            part.unlink(missing_ok=True)
        raise
