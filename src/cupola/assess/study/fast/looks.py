"""Which object every detection of a track came from, and what becomes of the track when some of those objects are no more.

Only a calibration run may know the first; the second is the tracker's own rule (``fusion.delete``) played again: a detection of an
object that has been killed is a look in vain, so many of them end the track, a detection of a living object clears the count.

Limits: looks that were in vain in the calibration already are counted on average only (one in 1 - pd); where a killed object
used to draw a sensor's detection away from a neighbour, the neighbour does not get it back.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from cupola.core.batches import Bools, Floats, Ints, Looks, SensorCard
from cupola.fusion.config import Config
from cupola.fusion.delete import ONE_MISS
from cupola.run.wings import WorldTick

LOOK = np.dtype([("track", "i8"), ("t", "f8"), ("arrived", "f8"), ("object", "i4"), ("vain", "f4"), ("on", "i4")])
Records = NDArray[Any]
LATEST = 12  # looks that tell which object a track is on: twice those that end a confirmed track


class Tracer:
    """Follows detections from the sensors through the links into tracks."""

    def __init__(self, cards: tuple[SensorCard, ...]) -> None:
        self._cards = cards
        self._sent: dict[tuple[int, int], Ints] = {}
        self._found: list[NDArray[np.void]] = []

    def note(self, w: WorldTick, looks: Looks) -> None:
        """One tick: what was sent, and which of what arrived went to which track."""
        for j, scan in enumerate(w.seen.scans):
            self._sent[scan.sensor, scan.seq] = w.seen.origin_of(j)
        origin = [self._sent.pop((scan.sensor, scan.seq)) for scan in w.arrived]
        if not len(looks.track):
            return
        begin = np.cumsum([0, *(len(o) for o in origin)])
        vain = np.array([in_vain(self._cards[scan.sensor], scan.share) for scan in w.arrived])
        out = np.empty(len(looks.track), LOOK)
        out["track"], out["t"], out["arrived"], out["on"] = looks.track, looks.t, w.now, -1
        out["object"] = np.concatenate(origin)[begin[looks.scan] + looks.row]
        out["vain"] = vain[looks.scan]
        self._found.append(out)

    def whole(self) -> NDArray[np.void]:
        """All looks, as they arrived."""
        out = np.concatenate([np.empty(0, LOOK), *self._found])
        order = np.argsort(out["track"], kind="stable")
        out["on"][order] = whose(out["track"][order], out["object"][order].astype(np.int64))
        return out


@njit(cache=True, nogil=True)
def whose(track: Ints, object: Ints) -> Ints:
    """The object that each track is on after each look ``(k,)``: that of most of its ``LATEST`` looks (in a tie, of the last).

    Looks track by track, as they arrived; -1 is clutter."""
    out = np.empty(len(track), np.int64)
    for i in range(len(track)):
        most = 0
        for j in range(i, max(i - LATEST, -1), -1):
            if track[j] != track[i]:
                break
            count = 0
            for k in range(i, max(i - LATEST, -1), -1):
                if track[k] != track[i]:
                    break
                count += object[k] == object[j]
            if count > most:
                most, out[i] = count, object[j]
    return out


def in_vain(card: SensorCard, share: float) -> float:
    """How much of a confirmed track's patience goes, for every detection the sensor would have had, if the object is gone.

    A look in vain takes -ln(1 - pd) (at most that of pd 0.9) of ``misses_confirmed`` looks at pd 0.9; there are 1/pd of them for
    each detection. A plume that is not seen takes nothing.
    """
    if card.kind == "infrared" and not card.warm:
        return 0.0
    pd = min(max(card.pd * share, 1e-3), 0.999)
    return min(-float(np.log1p(-pd)), ONE_MISS) / (pd * ONE_MISS * Config().misses_confirmed)


@njit(cache=True, nogil=True)
def follow(looks: Records, dead: Floats, there: Bools, updated: Floats) -> None:
    """What becomes of a track with these looks (of type LOOK, as they arrived) ``(k,)``: after each of them, whether it is still
    there, and when it was last updated (-inf: never). dead ``(n,)``: when each object ceased to exist, inf if never; -inf: it never
    was."""
    spent, since, last = 0.0, 0.0, -np.inf
    for i in range(len(looks)):
        look = looks[i]
        gone = min(dead[look.object] if look.object >= 0 else np.inf, dead[look.on] if look.on >= 0 else np.inf)
        if gone <= look.t:
            spent += 1.0 if gone == -np.inf else look.vain
        elif look.object >= 0:
            since, last = spent, max(last, look.t)
        there[i], updated[i] = spent - since < 1.0 - 1e-6, last


@njit(cache=True, nogil=True)
def after(looks: Records, now: float) -> int:
    """The latest of these looks (as they arrived) that had arrived by ``now``; -1 if none."""
    lo, hi = 0, len(looks)
    while lo < hi:
        mid = (lo + hi) // 2
        if looks[mid].arrived <= now:
            lo = mid + 1
        else:
            hi = mid
    return lo - 1
