"""Through the planning times of one run until something has to be decided: a plan made, a chance worked out, a round settled.

The rules are those of ``engage.defend``: who may be looked at, and when to look again where no battery can engage yet.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from cupola.assess.study.fast.looks import Records, after, follow
from cupola.core.batches import Bools, Floats, Ints
from cupola.engage.defend import REVISIT
from cupola.engage.opportunities import NEAR

WHOLE, TOUCHED, FOLLOWED = range(3)  # a track: nothing it shows was killed; something was; what becomes of it is worked out
SETTLE, LEARN, PLAN = range(3)  # why the watch ends


@njit(cache=True, nogil=True)
def watch(
    k: int, until: float, free: Ints, t: Floats, at: Ints, track: Ints, updated: Floats, impact_t: Floats, usable: Floats,
    opens: Floats, known: Bools, looks: Records, looks_of: Ints, dead: Floats, state: Ints, there: Bools, heard: Floats,
    open: Floats, reported: Floats, plan: float, assess: float, found: Ints,
) -> tuple[int, int, int]:  # fmt: skip
    """From planning time ``k`` on, up to time ``until``: where it ends, why, and how many ``found`` (in place).

    SETTLE: that time has come (or the recording has ended); LEARN: what is found are candidates of time k of which nothing is known
    yet; PLAN: it is the candidates of time k that may be engaged, and a battery can. free ``(m,)``: rounds that each battery may
    fire; the rest as of ``table.Table`` and ``engage.Fight``.
    """
    revisit, anything = max(REVISIT, plan), free.max() > 0
    while k < len(t) and t[k] < until:
        now, n, new = t[k], 0, 0
        for i in range(at[k], at[k + 1] if anything else at[k]):
            j = track[i]
            if open[j] > now or not _may(updated[i], j, now, looks, looks_of, dead, state, there, heard, reported[j] + assess):
                continue
            if not known[i]:
                found[new] = i
                new += 1
            elif new == 0:
                found[n] = i
                n += 1
        if new:
            return k, LEARN, new
        able = False
        for i in found[:n]:
            wait = opens[i] - plan - now
            later = min(max(wait, plan), revisit) if wait > 0.0 else revisit
            open[track[i]] = now - 1e-6 + (plan if impact_t[i] - now <= NEAR else later)  # it was open: what it waited for is past
            for m in range(len(free)):
                able |= free[m] > 0 and usable[i, m] <= now + plan
        if able:
            return k, PLAN, n
        k += 1
    return k, SETTLE, 0


@njit(cache=True, nogil=True)
def _may(
    updated: float, track: int, now: float, looks: Records, looks_of: Ints, dead: Floats, state: Ints, there: Bools, heard: Floats,
    since: float,
) -> bool:  # fmt: skip
    """Whether a track is in the picture when what was killed is gone, and has been updated ``since`` (inf: whenever)."""
    if state[track] != WHOLE:
        i = status(track, now, looks, looks_of, dead, state, there, heard)
        if i >= 0:
            if not there[i]:
                return False
            updated = min(updated, heard[i])
    return since == np.inf or updated >= since


@njit(cache=True, nogil=True)
def status(
    track: int, now: float, looks: Records, looks_of: Ints, dead: Floats, state: Ints, there: Bools, heard: Floats
) -> int:  # fmt: skip
    """The latest look of a track that had arrived by ``now``, -1 if none; sees that ``there`` and ``heard`` are known of all."""
    a, b = looks_of[track], looks_of[track + 1]
    if state[track] == TOUCHED:
        follow(looks[a:b], dead, there[a:b], heard[a:b])
        state[track] = FOLLOWED
    i = after(looks[a:b], now)
    return a + i if i >= 0 else -1


@njit(cache=True, nogil=True)
def present(
    track: int, t: Floats, looks: Records, looks_of: Ints, dead: Floats, state: Ints, there: Bools, heard: Floats
) -> Bools:  # fmt: skip
    """At which of these times a track is in the picture ``(k,)``."""
    out = np.ones(len(t), np.bool_)
    for k in range(len(t)):
        i = status(track, t[k], looks, looks_of, dead, state, there, heard)
        out[k] = i < 0 or there[i]
    return out
