"""Independent random streams from one seed, by name: adding a stream never changes the others."""

from __future__ import annotations

import zlib

import numpy as np


def stream(seed: int, *names: str | int) -> np.random.Generator:
    """The generator of one purpose, e.g. ``stream(seed, "sensors", "radar-3")``. The same names give the same numbers."""
    keys = [zlib.crc32(str(n).encode()) for n in names]
    return np.random.Generator(np.random.PCG64DXSM(np.random.SeedSequence([seed, *keys])))
