"""Where compiled kernels are kept: a folder named by the content of every file that holds one.

numba's own cache looks only at the file a kernel stands in, so a kernel compiled before a change in a kernel it *calls* would stay
in use: wrong numbers after an update, in silence. A folder by content cannot be stale; older ones are removed.
"""

from __future__ import annotations

import functools
import hashlib
import os
import shutil
import sys
from pathlib import Path

KEEP = 3  # folders of other versions left in place


def use_own_cache() -> None:
    """Point numba at this version's folder. Does nothing if the user chose one, or if the home folder cannot be written.

    Called when ``cupola`` is imported: the one thing that import does, since it must come before any kernel is compiled.
    """
    if "NUMBA_CACHE_DIR" in os.environ:
        return
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cupola"
    mine = base / f"kernels-{content_hash()[:16]}"
    try:
        mine.mkdir(parents=True, exist_ok=True)
        mine.touch()
    except OSError:
        return
    os.environ["NUMBA_CACHE_DIR"] = str(mine)
    _tell_numba(str(mine))
    _prune(base, mine)


@functools.cache
def content_hash() -> str:
    """SHA-256 over the package's files that hold kernels, and the interpreter's version."""
    h = hashlib.sha256(sys.version.encode())
    for path in sorted(Path(__file__).parents[1].rglob("*.py")):
        text = path.read_bytes()
        if b"njit" in text:
            h.update(text)
    return h.hexdigest()


def _tell_numba(folder: str) -> None:
    """numba reads the environment only once, when it is imported."""
    if "numba" in sys.modules:
        sys.modules["numba"].config.CACHE_DIR = folder


def marker() -> Path | None:
    """The file that says that this version's kernels are all compiled (``run.warm`` makes it); None where no folder keeps them."""
    folder = os.environ.get("NUMBA_CACHE_DIR")
    return Path(folder) / f"warm-{content_hash()[:16]}" if folder else None


def _prune(base: Path, mine: Path) -> None:
    others = [p for p in base.glob("kernels-*") if p != mine]
    for old in sorted(others, key=lambda p: p.stat().st_mtime)[:-KEEP]:
        shutil.rmtree(old, ignore_errors=True)
