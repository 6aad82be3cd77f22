"""Which code made a result: what is kept on disk is only gone on with by the code that began it."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parents[2]
DECIDING = (".py", ".yaml", ".csv")  # what numbers come from; styles and templates decide none


@cache
def code_hash(package: Path = PACKAGE) -> str:
    """Name of the package's code and data: 16 hexadecimal digits of SHA-256 over names and contents. Read once a process.

    Limits: not numpy's or the compiler's version, so a result may still differ in its last digits on another installation.
    """
    h = hashlib.sha256()
    for path in sorted(p for p in package.rglob("*") if p.suffix in DECIDING and p.is_file()):
        data = path.read_bytes()
        h.update(f"{path.relative_to(package).as_posix()}\0{len(data)}\0".encode() + data)
    return h.hexdigest()[:16]
