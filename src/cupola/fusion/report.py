"""The tracks as others see them: all live ones at one time, in columns."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from cupola.core.batches import Floats, Tracks
from cupola.fusion.motion import advance, extra_states
from cupola.fusion.pool import BOOST, CONFIRMED, FREE, REENTRY, ROWS, Ints, Records

KNOWN = 0.5  # sigma of ln(beta) below which it is reported
COLUMNS = np.dtype(
    [
        ("confirmed", "?"), ("mode", "u1"), ("hits", "i4"), ("id", "i8"), ("parent", "i8"), ("born", "f8"), ("updated", "f8"),
        ("accel", "f8"), ("beta", "f8", (2,)),
    ],
    align=True,
)  # fmt: skip


@njit(cache=True, nogil=True)
def _live(pool: Records, used: int) -> tuple[Ints, Ints]:
    """Rows and ids of the tracks alive."""
    rows, ids, n = np.empty(used, np.int64), np.empty(used, np.int64), 0
    for row in range(used):
        if pool[row].status != FREE:
            rows[n], ids[n] = row, pool[row].id
            n += 1
    return rows[:n], ids[:n]


@njit(cache=True, nogil=True)
def _snapshot(pool: Records, rows: Ints, now: float, settings: Records, x: Floats, P: Floats, out: Records, mask: Records) -> None:
    """Write the tracks of ``rows`` at ``now`` into x ``(n, 6)``, P ``(n, 6, 6)``, out ``(n,)``, mask ``(n, words)``.

    The pool keeps its times; but rows that lag more than twice ``hold`` are moved along to ``hold`` before now, so that a long
    coast is paid for once.
    """
    s = settings[0]
    scratch, e, Pe = np.zeros((3, 9, 9)), np.zeros(3), np.zeros((3, 9))
    for i in range(len(rows)):
        r, o = pool[rows[i]], out[i]
        if now - r.t > 2.0 * s.hold:
            advance(r.mode, r.x, r.P, r.e, r.Pe, now - s.hold - r.t, s, scratch)
            r.t = now - s.hold
        for a in range(6):
            x[i, a] = r.x[a]
            for b in range(6):
                P[i, a, b] = r.P[a, b]
        for a in range(3):
            e[a] = r.e[a]
        if now != r.t:
            if extra_states(r.mode) > 0:
                Pe[:] = r.Pe
            advance(r.mode, x[i], P[i], e, Pe, now - r.t, s, scratch)
        o.id, o.parent, o.mode, o.hits, o.born, o.updated = r.id, r.parent, r.mode, r.hits, r.born, r.updated
        o.confirmed = r.status == CONFIRMED
        o.accel = math.sqrt(e[0] * e[0] + e[1] * e[1] + e[2] * e[2]) if r.mode == BOOST else 0.0
        o.beta[0] = o.beta[1] = math.nan
        if r.mode == REENTRY and r.e[0] > 0.0 and math.sqrt(r.Pe[0, 6]) < KNOWN * r.e[0]:
            o.beta[0] = -math.log(r.e[0])
            o.beta[1] = math.sqrt(r.Pe[0, 6]) / r.e[0]
        for k in range(mask.shape[1]):
            mask[i, k] = r.mask[k]


def tracks(pool: Records, book: Ints, now: float, settings: Records, words: int) -> Tracks:
    """All live tracks predicted to ``now`` (s), sorted by id; ``words`` of the sensor mask."""
    rows, ids = _live(pool, book[ROWS])
    rows = rows[np.argsort(ids)]
    n = len(rows)
    x, P, out, mask = np.empty((n, 6)), np.empty((n, 6, 6)), np.empty(n, COLUMNS), np.empty((n, words), np.uint64)
    _snapshot(pool, rows, now, settings, x, P, out, mask)
    c = {name: np.ascontiguousarray(out[name]) for name in COLUMNS.names or ()}
    return Tracks(
        t=now, id=c["id"], x=x, P=P, confirmed=c["confirmed"], mode=c["mode"], born=c["born"], updated=c["updated"],
        hits=c["hits"], sensors=mask, beta=c["beta"], accel=c["accel"], parent=c["parent"],
    )  # fmt: skip
