"""Time at the edges: int64 nanoseconds UTC outside, float64 seconds from the scenario's epoch inside.

Leap seconds are ignored (POSIX time): within a run they do not occur, between runs nothing is compared.
"""

from __future__ import annotations

import datetime

from cupola.core.errors import BadInput

NS = 1_000_000_000
DAY_NS = 86_400 * NS


def ns_from_iso(text: str) -> int:
    """``2026-01-01T00:00:00Z`` to int64 ns UTC. A time without a zone is taken as UTC. Raises BadInput."""
    try:
        moment = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise BadInput(f"not a UTC time: {text!r}; write it like 2026-01-01T00:00:00Z") from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=datetime.UTC)
    since = moment - datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
    return (since.days * 86400 + since.seconds) * NS + since.microseconds * 1000


def iso_from_ns(ns: int) -> str:
    """int64 ns UTC to ``2026-01-01T00:00:00.000Z``, milliseconds."""
    moment = datetime.datetime.fromtimestamp(ns // NS, datetime.UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{ns % NS // 1_000_000:03d}Z"
