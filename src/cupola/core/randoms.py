"""Independent random streams from one seed, by name: adding a stream never changes the others."""

from __future__ import annotations

import zlib

import numpy as np
from numpy.typing import NDArray


def stream(seed: int, *names: str | int) -> np.random.Generator:
    """The generator of one purpose, e.g. ``stream(seed, "sensors", "radar-3")``. The same names give the same numbers."""
    return np.random.Generator(np.random.PCG64DXSM(_sequence(seed, names)))


def key(seed: int, *names: str | int) -> NDArray[np.uint64]:
    """The key ``(2,)`` of one purpose for the draws of compiled kernels (``core.draws``)."""
    return np.asarray(_sequence(seed, names).generate_state(2, np.uint64), np.uint64)


def _sequence(seed: int, names: tuple[str | int, ...]) -> np.random.SeedSequence:
    return np.random.SeedSequence([seed, *(zlib.crc32(str(n).encode()) for n in names)])
