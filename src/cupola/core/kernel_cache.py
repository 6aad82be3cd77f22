"""Where compiled kernels are kept: a folder named by the content of every file that holds one, and of all that those import.

numba's own cache looks only at the file a kernel stands in, so a kernel compiled before a change in a kernel it *calls*, or in a
constant it has frozen, would stay in use: wrong numbers after an update, in silence. A folder by content cannot be stale; older
ones are removed.
"""

from __future__ import annotations

import functools
import hashlib
import os
import re
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
    """SHA-256 over the package's files that kernels are made of, and the interpreter's version."""
    h = hashlib.sha256(sys.version.encode())
    for _, text in sorted(sources(Path(__file__).parents[1]).items()):
        h.update(text)
    return h.hexdigest()


def sources(package: Path) -> dict[Path, bytes]:
    """The files of a package that kernels are made of: those that hold kernels and, step by step, all that they import from it."""
    every = {path: path.read_bytes() for path in package.rglob("*.py")}
    todo = [path for path, text in every.items() if b"njit" in text]
    out: dict[Path, bytes] = {}
    while todo:
        path = todo.pop()
        if path not in out:
            out[path] = every[path]
            todo += [p for p in _imported(package, every[path]) if p in every]
    return out


FROM = re.compile(rb"^\s*from ([\w.]+) import (\([^)]*\)|.*)", re.MULTILINE)


def _imported(package: Path, text: bytes) -> list[Path]:
    """Where the modules that a file imports would stand if they were the package's (``import package.x`` is not our custom)."""
    out = []
    for module, names in FROM.findall(text):
        if module.split(b".")[0] == package.name.encode():
            place = package.parent.joinpath(*module.decode().split("."))
            out += [place.with_suffix(".py"), place / "__init__.py"]
            out += [place / f"{n.decode()}.py" for n in re.findall(rb"\w+", names)]
    return out


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
