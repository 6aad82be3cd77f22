"""What a sensor's returns remember from look to look: one AR(1) value per object (``observe.fluctuation`` has the law)."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numba import njit

from cupola.core.batches import CLASSES, Floats
from cupola.observe.fluctuation import RCS_RHO, RCS_SIGMA_DB


@dataclass(frozen=True)
class Fluctuation:
    """Spread of one look about the stated level, dB: of cross-section by class ``(len(CLASSES),)``, of infrared intensity; and rho.

    The defaults are assumed (see ``observe.fluctuation``; 1 dB for intensity); a scenario gives the catalogue's.
    """

    rcs_db: Floats = field(default_factory=lambda: np.full(len(CLASSES), RCS_SIGMA_DB))
    intensity_db: float = 1.0
    rho: float = RCS_RHO


@njit(cache=True, nogil=True)
def renew(g: Floats, sensor: int, id: int, noise: float, rho: float) -> float:
    """This look's value of an object, remembered in ``g (S, ids)``, where 0 stands for no look yet; noise: standard normal."""
    known = g[sensor, id]
    now = noise if known == 0.0 else rho * known + math.sqrt(1.0 - rho * rho) * noise
    g[sensor, id] = now
    return now
