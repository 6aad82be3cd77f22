"""What is true at one moment, as the sensors' simulation reads it."""

from __future__ import annotations

from dataclasses import dataclass

from cupola.core.batches import Bools, Floats, Ints
from cupola.core.frozen import quick


@quick
@dataclass(frozen=True)
class TruthFrame:
    """All objects that exist at ``t``, sorted by id. ``n`` objects, SI, ECI.

    id ``(n,)`` unique over the run; x ``(n, 6)``; kind ``(n,)`` index into ``core.batches.CLASSES``; launch ``(n,)`` launch number;
    burning ``(n,)``; rcs ``(n,)`` radar cross-section, m^2, the mean of the looks; plume ``(n,)`` W/sr in the
    short-wave band while burning, before the altitude profile; skin ``(n,)`` W/sr of the warm body in the long-wave band;
    beta ``(n,)`` kg/m^2.
    """

    t: float
    id: Ints
    x: Floats
    kind: Ints
    launch: Ints
    burning: Bools
    rcs: Floats
    plume: Floats
    skin: Floats
    beta: Floats

    def __len__(self) -> int:
        return len(self.id)
