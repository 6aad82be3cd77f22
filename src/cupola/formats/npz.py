"""Files of named plain arrays (``.npz``), read so that a wrong file is told in our words and never runs code of its own."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Container
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cupola.core.errors import BadFile

BROKEN = (OSError, ValueError, EOFError, KeyError, AttributeError, MemoryError, NotImplementedError, RuntimeError)
BROKEN_ZIP = (zipfile.BadZipFile, zlib.error)


def read(path: str | Path, names: Container[str] | None = None) -> dict[str, NDArray[Any]]:
    """The arrays of a file, those of ``names`` only if given. Raises BadFile naming the file and, where known, the array."""
    place = ""
    try:
        with Path(path).open("rb") as raw:
            if raw.read(2) != b"PK":
                raise BadFile(f"{path}: not an .npz file; give one that cupola or numpy has written")
            raw.seek(0)
            out = {}
            with np.load(raw, allow_pickle=False) as f:
                for place in f.files:
                    if names is None or place in names:
                        out[place] = _plain(f[place])
            return out
    except FileNotFoundError:
        raise BadFile(f"{path}: no such file") from None
    except IsADirectoryError:
        raise BadFile(f"{path}: is a folder; give a .npz file") from None
    except PermissionError:
        raise BadFile(f"{path}: cannot be read (permission denied)") from None
    except (*BROKEN, *BROKEN_ZIP) as e:
        why = "holds Python objects; plain numbers and texts are read" if "Object arrays" in str(e) else "is damaged or cut off"
        raise BadFile(f"{path}: {f'the array {place} ' if place else ''}{why}") from None


def _plain(array: object) -> NDArray[Any]:
    if not isinstance(array, np.ndarray):  # a member that is no array comes as bytes
        raise ValueError("no array")
    return array
