"""Where every object is at a time, compiled: on its table while it is powered (or glides), in free flight afterwards."""

from __future__ import annotations

import numpy as np
from numba import njit

from cupola.core.batches import BOOSTER, Bools, Floats, Ints
from cupola.dynamics.segments import advance_row


@njit(cache=True, nogil=True)
def on_table(t: float, p: int, start: Floats, ptr: Ints, nodes: Floats, out: Floats) -> None:
    """Write the ECI state on table ``p`` into ``out (6,)``: ``objects.Paths.at`` (its oracle) of one."""
    since = t - start[p]
    row = min(max(ptr[p] + int(np.floor(since)), ptr[p]), ptr[p + 1] - 2)
    s = since - (row - ptr[p])
    for k in range(3):
        p0, v0, p1, v1 = nodes[row, k], nodes[row, k + 3], nodes[row + 1, k], nodes[row + 1, k + 3]
        c2, c3 = 3.0 * (p1 - p0) - 2.0 * v0 - v1, v0 + v1 - 2.0 * (p1 - p0)
        out[k] = p0 + s * (v0 + s * (c2 + s * c3))
        out[k + 3] = v0 + s * (2.0 * c2 + 3.0 * s * c3)


@njit(cache=True, nogil=True)
def fly(
    now: float, free: Floats, gone: Floats, later: Ints, cut: Floats, mean_rcs: Floats, lit: Floats,
    path: Ints, start: Floats, ptr: Ints, nodes: Floats,
    span: Floats, node: Floats, coefficient: Floats, drag: Floats, impact: Floats,
    burns: Ints, t0: Floats, t1: Floats, bright: Floats,
    id: Ints, x: Floats, kind: Ints, rcs: Floats, plume: Floats, burning: Bools, landed: Ints,
) -> tuple[int, int, int]:  # fmt: skip
    """Write ids (ascending), states, kinds, cross-sections, plumes (W/sr) and whether they are on of what exists at ``now``, and
    the ids of what has landed since it was last asked; returns how many these are, and how many objects were asked for a time
    before their last.

    A missile is a booster until ``cut``, coasts between stages included, and of kind ``later`` afterwards; as a booster its
    cross-section is ``lit`` (by that kind) times its mean. burns, t0, t1, bright ``(b,)``: the columns of ``objects.Burns``.
    """
    k, down, late = 0, 0, 0
    for i in range(len(free)):
        if gone[i] <= now:
            continue
        if free[i] <= now:
            if not advance_row(now, i, span, node, coefficient, drag, impact, x[k]):
                late += 1
                continue
            if now >= impact[i, 0]:
                landed[down] = i
                down += 1
                continue
        elif path[i] >= 0 and start[path[i]] <= now:
            on_table(now, path[i], start, ptr, nodes, x[k])
        else:
            continue
        boosts = cut[i] > now
        id[k], kind[k] = i, BOOSTER if boosts else later[i]
        rcs[k] = mean_rcs[i] * lit[later[i]] if boosts else mean_rcs[i]
        plume[k], burning[k] = 0.0, False
        k += 1
    for b in range(len(burns)):
        if t0[b] <= now < t1[b]:
            at = np.searchsorted(id[:k], burns[b])
            if at < k and id[at] == burns[b]:
                plume[at], burning[at] = bright[b], bright[b] > 0.0
    return k, down, late
