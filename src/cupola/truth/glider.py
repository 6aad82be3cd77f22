"""The path of a glide vehicle after it leaves its booster, as a table of nodes."""

from __future__ import annotations

from cupola.catalog.missile import Glide
from cupola.core.batches import Floats
from cupola.core.errors import BadScenario


def glide_path(x: Floats, t: float, glide: Glide) -> Floats:
    """Nodes ``(k, 6)`` 1 s apart."""
    raise BadScenario("glide vehicles cannot be flown yet; use a ballistic missile")
