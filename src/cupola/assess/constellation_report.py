"""The answer of a sizing as text for a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cupola.assess.question import Answer


def text(model: str, given: Mapping[str, Any], answer: Answer) -> str:
    """A few lines: the number, what bounds it, how it comes about."""
    lines = [
        f"{answer['satellites']:,} satellites, one interceptor each, for {given['targets']:,} targets at once, "
        f"{answer['shots']} shots each",
        f"  bound: {answer['bound']:,.0f} (nothing of this kind can do with fewer)",
        f"  {answer['absentee_ratio']:,.0f} satellites for each interceptor in reach; an interceptor reaches {answer['reach_km']:,.0f} km",
    ]
    if model == "walker":
        lines.append(
            f"  {answer['planes']} planes of {answer['satellites_per_plane']} at {answer['inclination_deg']:.2f} deg, phasing "
            f"{answer['phasing']}; enough in reach {100 * answer['available']:.2f} % of the time"
        )
    return "\n".join(lines) + "\n"
