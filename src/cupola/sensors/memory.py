"""What one sensor carries from scan to scan."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from cupola.core.batches import Floats, Ints


@dataclass(frozen=True)
class Memory:
    """seq: number of the next scan; cursor: last object served when the budget ran short; ids, g: fluctuation by object."""

    seq: int = 0
    cursor: int = -1
    ids: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    g: Floats = field(default_factory=lambda: np.empty(0))
