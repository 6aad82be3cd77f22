"""A band of latitudes as a user gives it."""

from __future__ import annotations

import math

from cupola.core.errors import BadOption


def band(lo: float, hi: float) -> tuple[float, float]:
    """Degrees to radians. Raises BadOption for a band upside down: it is as likely a slip as a wish."""
    if lo > hi:
        raise BadOption(f"the latitude band runs from {lo:g} down to {hi:g} deg; give the lower one first")
    return math.radians(lo), math.radians(hi)


def latitude_size(low: float, high: float) -> tuple[float, float]:
    """Least and largest size of the latitudes in a band (rad): circular orbits serve north and south alike."""
    return (0.0 if low < 0.0 < high else min(abs(low), abs(high))), max(abs(low), abs(high))
