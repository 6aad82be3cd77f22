"""Which reported positions cannot be true: jumps that nothing flies, aircraft too slow for their height, long silences.

A receiver is deceived (GPS spoofing) or jammed more often than an aircraft breaks physics. Nothing is taken out of the
detections: the report says who, when and why, and the reader decides. Limits: a false path that is flown smoothly at a likely speed
is not found by these tests.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cupola.core.batches import Bools, Floats, Ints
from cupola.core.constants import Cited
from cupola.dynamics.frames import geodetic_from_ecef
from cupola.formats.reports import Silence

FASTEST_M_S = 700.0
JUMP_M = 2000.0
HIGH_M = 7000.0
SLOW_M_S = 40.0
SLOW_FOR_S = 60.0  # speeds are means over so long, and a slow stretch must last as long

SOURCES: dict[str, Cited] = {
    "FASTEST_M_S": Cited("m/s", "assumed: no airliner and few military aircraft fly faster over ground", 2026, "assumed"),
    "JUMP_M": Cited("m", "assumed: slack of the jump test, for rounded time stamps", 2026, "assumed"),
    "HIGH_M": Cited("m", "assumed: above it, slower over ground than SLOW_M_S is no aeroplane", 2026, "assumed"),
    "SLOW_M_S": Cited(
        "m/s", "assumed: 140 m/s of true airspeed against the strongest jet stream of about 100 m/s", 2026, "assumed"
    ),
}


@dataclass(frozen=True)
class Doubt:
    """One reason not to believe an identity's positions. Times as the reports' (s); what: ``jump``, ``too slow``, ``silence``."""

    who: str
    what: str
    start: float
    end: float
    distance: float | None = None

    def row(self, dated: bool) -> dict[str, Any]:
        """For the JSON report."""
        took = self.end - self.start
        return {
            "who": self.who,
            "what": self.what,
            "from": clock(self.start, dated),
            "to": clock(self.end, dated),
            "seconds": round(took, 1),
            "km": None if self.distance is None else round(self.distance / 1e3, 1),
            "speed_m_s": None if self.distance is None or took <= 0 else round(self.distance / took),
        }


def clock(t: float, dated: bool) -> str:
    """UTC as text; the time of day alone where the date is not known."""
    moment = datetime.fromtimestamp(t, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}" if dated else f"{moment:%H:%M:%S}"


def far(dt: Floats, distance: Floats) -> Bools:
    """Steps of ``dt`` (s) and ``distance`` (m) that nothing flies."""
    return np.asarray(distance > FASTEST_M_S * dt + JUMP_M)


def doubts(t: Floats, z: Floats, who: NDArray[np.str_], silences: Iterable[Silence]) -> list[Doubt]:
    """All doubts about reports in order of (identity, time). t ``(n,)``, z ECEF ``(n, 3)``, who ``(n,)`` without empty ones."""
    out = [Doubt(s.who, "silence", s.start, s.end) for s in silences]
    dt, distance = np.diff(t), np.linalg.norm(np.diff(z, axis=0), axis=1)
    same = who[1:] == who[:-1]
    jump = same & far(dt, distance)
    out += [Doubt(str(who[i]), "jump", float(t[i]), float(t[i + 1]), float(distance[i])) for i in np.flatnonzero(jump)]
    piece = np.cumsum(np.r_[0, ~same | jump | (dt > SLOW_FOR_S)])
    out += [Doubt(str(who[a]), "too slow", float(t[a]), float(t[b]), d) for a, b, d in _slow(t, z, piece)]
    return sorted(out, key=lambda d: (d.who, d.start, d.what))


def _slow(t: Floats, z: Floats, piece: Ints) -> list[tuple[int, int, float]]:
    """(first row, last row, path in m) of stretches high up whose speed over SLOW_FOR_S stays below SLOW_M_S."""
    if not len(t):
        return []
    span = t.max() - t.min() + 2 * SLOW_FOR_S
    key = t - t.min() + piece * span  # rises through all pieces, so that one search serves them
    ahead = np.searchsorted(key, key + SLOW_FOR_S)
    ahead = np.minimum(ahead, len(t) - 1)
    whole = (piece[ahead] == piece) & (t[ahead] - t >= SLOW_FOR_S)
    speed = np.linalg.norm(z[ahead] - z, axis=1) / np.maximum(t[ahead] - t, SLOW_FOR_S)
    slow = whole & (speed < SLOW_M_S) & (geodetic_from_ecef(z)[2] > HIGH_M)
    edge = np.flatnonzero(np.diff(np.r_[False, slow, False].astype(np.int8)))
    out: list[tuple[int, int, float]] = []
    for a, b in zip(edge[::2].tolist(), ahead[edge[1::2] - 1].tolist(), strict=True):
        path = float(np.linalg.norm(z[b] - z[a]))
        if out and a <= out[-1][1]:  # stretches that overlap are one
            a, path = out[-1][0], float(np.linalg.norm(z[b] - z[out.pop()[0]]))  # noqa: PLW2901
        out.append((a, b, path))
    return out


def text(found: list[Doubt], dated: bool) -> list[str]:
    """A line for each identity that is in doubt, the worst of it first; silences alone make one line for all."""
    lines = []
    suspect = sorted({d.who for d in found if d.what != "silence"})
    for who in suspect[:10]:
        mine = [d for d in found if d.who == who]
        begin, end = clock(mine[0].start, dated), clock(max(d.end for d in mine), dated)
        lines.append(f"  {who}: do not trust its positions between {begin} and {end}:")
        lines += [f"    {_line(d, dated)}" for d in mine if d.what != "silence"]
        quiet = [d.end - d.start for d in mine if d.what == "silence"]
        lines += [f"    {len(quiet)} times no new position for over a minute, {max(quiet):.0f} s the longest"] if quiet else []
    if len(suspect) > 10:
        lines.append(f"  and {len(suspect) - 10} more; --json lists all")
    quiet_ones = {d.who for d in found if d.what == "silence"} - set(suspect)
    if quiet_ones:
        lines.append(f"  {len(quiet_ones)} aircraft were listed for over a minute without a new position")
    return lines


def _line(d: Doubt, dated: bool) -> str:
    took = d.end - d.start
    km = (d.distance or 0.0) / 1e3
    if d.what == "jump":
        return f"{clock(d.start, dated)}: a jump of {km:.1f} km in {took:.0f} s"
    why = "a balloon, or a false position or height"
    return f"{clock(d.start, dated)}: for {took:.0f} s slower at its height than an aeroplane can fly ({why})"
