"""What a sensor's returns remember from look to look: one AR(1) value per object (``observe.fluctuation`` has the law)."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numba import njit

from cupola.core.batches import CLASSES, Floats, Ints
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
def renew(ids: Ints, g: Floats, alive: Ints, looked: Ints, noise: Floats, rho: float) -> tuple[Ints, Floats, Floats]:
    """One look: memory ``ids, g (k,)`` and standard noise ``(m,)`` to the new memory and this look's value ``(m,)`` of each object.

    All ids ascend; those no longer in ``alive`` are forgotten; ``looked`` must be among ``alive``.
    """
    keep = np.sqrt(1.0 - rho * rho)
    out_ids, out_g, now = np.empty(len(alive), np.int64), np.empty(len(alive)), np.empty(len(looked))
    p, q, k = 0, 0, 0
    for i in alive:
        while p < len(ids) and ids[p] < i:
            p += 1
        known = p < len(ids) and ids[p] == i
        if q < len(looked) and looked[q] == i:
            now[q] = rho * g[p] + keep * noise[q] if known else noise[q]
            out_ids[k], out_g[k] = i, now[q]
            q += 1
            k += 1
        elif known:
            out_ids[k], out_g[k] = i, g[p]
            k += 1
    return out_ids[:k].copy(), out_g[:k].copy(), now
