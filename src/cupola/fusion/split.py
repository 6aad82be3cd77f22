"""Young tracks: what a detection was is decided when later ones have told, not at once.

A new track's velocity is anything, so its gate is wide, and beside a second body one wrong detection makes a track of two bodies
that fits neither and lives on. Here a young track is a family: every detection that it may have had starts a member of its own
(and so does having missed), with the log-likelihood ratio of its detections against false ones for a ``merit``. Families
that could have had the same detections, now or before, are weighed together: a joint hypothesis takes one member of each family
or none, no detection twice, and is as likely as the merits in it add up to. A member's ``share`` is what the hypotheses that hold
it have of all. Members with next to no share end, and so does the less likely of two that have had the same latest detections, or
have come to the same state. The likeliest bears the family's id; once it holds nearly all it is the track (see ``delete``).
Where a family has more than ``FEW`` candidates, or more than ``MANY`` families share them (a cloud), hypotheses cannot be told
apart one by one: there each member asks the associator for itself, and the first to get a detection is the family from then on.
Source: track-oriented multiple hypothesis tracking, hypotheses formed anew from the tracks in each scan, tracks with the same
latest detections merged: Blackman, Popoli 1999, ch. 16; clusters, probabilities: Reid 1979 (IEEE Trans. Automatic Control 24,
843-854).
Limits: the ``WIDTH`` best hypotheses of a cluster are kept while its families are taken in one by one.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from cupola.core.batches import Floats, Ints
from cupola.core.sorting import ascending
from cupola.fusion.associate import FOREIGN, associate
from cupola.fusion.cluster import clusters, root
from cupola.fusion.gate import candidates
from cupola.fusion.pool import ROWS, SCANS, TRAIL, Record, Records, Shorts, copied
from cupola.fusion.tally import CROWDS
from cupola.fusion.update import apply

MOST = 16  # members of a family
FEW = 6  # candidates of a family that are followed one by one
MANY = 8  # families of a cluster likewise
WIDTH = 64  # joint hypotheses of a cluster
LEAST = 1e-3  # share below which a member ends
SAME = 4  # latest detections that make two members of a family one,
ALIKE = 6.0  # and, for members with as many, chi-square of the difference of their states below which it makes none: the mean of it
ENDED = 1e9  # misses of a member that is to end with this scan
BITS = 128  # detections of a cluster that can exclude each other


@njit(cache=True, nogil=True)
def trail_key(book: Ints, j: int) -> int:
    """The name of detection j of the current scan."""
    return int((book[SCANS] << 24) + j + 1)


@njit(cache=True, nogil=True)
def note(r: Record, key: int) -> None:
    """Remember a detection as the track's latest."""
    for k in range(TRAIL - 1, 0, -1):
        r.trail[k] = r.trail[k - 1]
    r.trail[0] = key


@njit(cache=True, nogil=True)
def _families(pool: Records, sights: Records, chosen: Ints, used: int) -> tuple[Ints, Ints]:
    """Sights by family: start ``(f + 1,)`` and places in ``chosen`` ``(n,)``."""
    n = len(chosen)
    place, done = np.full(used, -1, np.int64), np.zeros(n, np.bool_)
    start, member = np.zeros(n + 1, np.int64), np.empty(n, np.int64)
    for i in range(n):
        place[sights[chosen[i]].row] = i
    count = at = 0
    for i in range(n):
        if done[i]:
            continue
        first = row = sights[chosen[i]].row
        while True:
            k = place[row]
            if k >= 0:
                member[at] = k
                done[k] = True
                at += 1
            row = pool[row].twin
            if row < 0 or row == first:
                break
        count += 1
        start[count] = at
    return start[: count + 1], member


@njit(cache=True, nogil=True)
def missing(o: Record) -> float:
    """Probability that this scan does not show the sight's track."""
    return 1.0 - min(o.pd, 0.999) if o.seen else 1.0


@njit(cache=True, nogil=True)
def _crowded(start: Ints, member: Ints, ptr: Ints, det: Ints, m: int) -> Ints:
    """1 for the families in a cluster of more than ``MANY``, or one of whose families has more than ``FEW`` candidates."""
    f = len(start) - 1
    gptr, gdet, seen, count = np.zeros(f + 1, np.int64), np.empty(len(det), np.int64), np.full(m, -1, np.int64), 0
    for g in range(f):
        for k in range(start[g], start[g + 1]):
            for e in range(ptr[member[k]], ptr[member[k] + 1]):
                if seen[det[e]] != g:
                    seen[det[e]] = g
                    gdet[count] = det[e]
                    count += 1
        gptr[g + 1] = count
    out = np.zeros(f, np.int64)
    first, rows = clusters(gptr, gdet[:count], m)
    for c in range(len(first) - 1):
        many = first[c + 1] - first[c] > MANY
        for k in range(first[c], first[c + 1]):
            many = many or gptr[rows[k] + 1] - gptr[rows[k]] > FEW
        if many:
            for k in range(first[c], first[c + 1]):
                out[rows[k]] = 1
    return out


@njit(cache=True, nogil=True)
def _bound(pool: Records, row: Ints, what: Ints, first: Ints, crowded: Ints, base: int) -> Ints:
    """The cluster of each family ``(f,)``, named by its smallest: families whose options have a detection in common.

    base: key of the current scan's detection -1.
    """
    f = len(first) - 1
    count = 0
    for k in range(first[f]):
        count += 1 + min(pool[row[k]].hits, TRAIL)
    key, whose, n = np.empty(count), np.empty(count, np.int64), 0
    for g in range(f):
        if crowded[g]:
            continue
        for k in range(first[g], first[g + 1]):
            if what[k] >= 0:
                key[n], whose[n] = base + what[k], g
                n += 1
            if k == first[g] or row[k] != row[k - 1]:
                for t in pool[row[k]].trail:
                    if t == 0:
                        break
                    key[n], whose[n] = t, g
                    n += 1
    order, parent = ascending(key[:n]), np.arange(f)
    for i in range(1, n):
        if key[order[i]] == key[order[i - 1]]:
            a, b = root(parent, whose[order[i]]), root(parent, whose[order[i - 1]])
            if a < b:
                parent[b] = a
            elif b < a:
                parent[a] = b
    for g in range(f):
        parent[g] = root(parent, g)
    return parent


@njit(cache=True, nogil=True)
def _bit(keys: Ints, n: int, key: int) -> tuple[int, int]:
    """Place of a key among those of a cluster, ``BITS`` if there are too many, and how many there are now."""
    for k in range(n):
        if keys[k] == key:
            return k, n
    if n < BITS:
        keys[n] = key
        return n, n + 1
    return BITS, n


@njit(cache=True, nogil=True)
def _masks(pool: Records, row: Ints, what: Ints, a: int, b: int, base: int, keys: Ints, n: int, mask: Records) -> int:
    """Write which detections each option a..b has had: ``(.., 2)`` words. Returns how many keys the cluster has now."""
    one = np.uint64(1)
    for k in range(a, b):
        mask[k, 0] = mask[k, 1] = np.uint64(0)
        if k > a and row[k] == row[k - 1]:
            mask[k, 0], mask[k, 1] = mask[k - 1, 0], mask[k - 1, 1]
            if what[k - 1] >= 0:
                i, n = _bit(keys, n, base + what[k - 1])
                if i < BITS:
                    mask[k, i >> 6] &= ~(one << np.uint64(i & 63))
        else:
            for t in pool[row[k]].trail:
                if t == 0:
                    break
                i, n = _bit(keys, n, t)
                if i < BITS:
                    mask[k, i >> 6] |= one << np.uint64(i & 63)
        if what[k] >= 0:
            i, n = _bit(keys, n, base + what[k])
            if i < BITS:
                mask[k, i >> 6] |= one << np.uint64(i & 63)
    return n


@njit(cache=True, nogil=True)
def _alone(merit: Floats, share: Floats) -> None:
    """``weigh`` for a family that shares its detections with no other, as nearly always."""
    best = 0.0
    for k in range(len(merit)):
        best = max(best, merit[k])
    total = math.exp(-best)
    for k in range(len(merit)):
        share[k] = math.exp(merit[k] - best)
        total += share[k]
    for k in range(len(merit)):
        share[k] /= total


@njit(cache=True, nogil=True)
def weigh(families: Ints, first: Ints, merit: Floats, mask: Records, share: Floats) -> None:
    """Write the share ``(k,)`` of each option of the families of one cluster.

    Options ``first[g]:first[g + 1]`` are family g's, each with its merit and which detections it has had, ``mask (k, 2)`` words.
    """
    f = len(families)
    if f == 1:
        _alone(merit[first[families[0]] : first[families[0] + 1]], share[first[families[0]] : first[families[0] + 1]])
        return
    most = 0
    for g in families:
        most = max(most, first[g + 1] - first[g] + 1)
    score, used, pick = np.zeros(WIDTH), np.zeros((WIDTH, 2), np.uint64), np.full((WIDTH, f), -1, np.int64)
    score2, used2, pick2 = np.empty(WIDTH), np.empty((WIDTH, 2), np.uint64), np.empty((WIDTH, f), np.int64)
    value, origin, option = np.empty(WIDTH * most), np.empty(WIDTH * most, np.int64), np.empty(WIDTH * most, np.int64)
    n = 1
    for c in range(f):
        g, count = families[c], 0
        for h in range(n):
            for k in range(first[g] - 1, first[g + 1]):
                if k < first[g]:
                    total = score[h]
                elif mask[k, 0] & used[h, 0] or mask[k, 1] & used[h, 1]:
                    continue
                else:
                    total = score[h] + merit[k]
                value[count], origin[count], option[count] = -total, h, k if k >= first[g] else -1
                count += 1
        n = 0
        order = ascending(value[:count])
        for q in order:
            if n == WIDTH:
                break
            h, k = origin[q], option[q]
            score2[n] = -value[q]
            for i in range(2):
                used2[n, i] = used[h, i] | mask[k, i] if k >= 0 else used[h, i]
            for i in range(c):
                pick2[n, i] = pick[h, i]
            pick2[n, c] = k
            n += 1
        score, score2, used, used2, pick, pick2 = score2, score, used2, used, pick2, pick
    total = 0.0
    for h in range(n):
        total += math.exp(score[h] - score[0])
    for h in range(n):
        w = math.exp(score[h] - score[0]) / total
        for c in range(f):
            if pick[h, c] >= 0:
                share[pick[h, c]] += w


@njit(cache=True, nogil=True)
def _options(
    pool: Records, sights: Records, chosen: Ints, start: Ints, member: Ints, crowded: Ints, ptr: Ints, det: Ints, price: Floats
) -> tuple[Ints, Ints, Ints, Ints, Floats]:
    """What the families may have been through in this scan: first ``(f + 1,)``; row, sight (-1: not in view), detection (-1:
    missed, first for each member) and merit ``(k,)``."""
    f, room = len(start) - 1, len(det) + len(chosen)
    first, n = np.zeros(f + 1, np.int64), 0
    for g in range(f):  # members out of view
        row = head = sights[chosen[member[start[g]]]].row
        while True:
            row = pool[row].twin
            room += 1
            if row < 0 or row == head:
                break
    who, sight, what, merit = np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room)
    for g in range(f):
        if not crowded[g]:
            head = row = sights[chosen[member[start[g]]]].row
            while True:
                i = -1
                for k in range(start[g], start[g + 1]):
                    if sights[chosen[member[k]]].row == row:
                        i = member[k]
                r = pool[row]
                if r.miss < ENDED:
                    who[n], sight[n], what[n], merit[n] = row, -1, -1, r.merit
                    if i >= 0:
                        o = sights[chosen[i]]
                        sight[n] = chosen[i]
                        merit[n] += math.log(missing(o))
                        known = math.log(1.0 - min(o.pd, 0.999))
                    n += 1
                    if i >= 0:
                        for e in range(ptr[i], ptr[i + 1]):
                            who[n], sight[n], what[n], merit[n] = row, chosen[i], det[e], r.merit - 0.5 * price[e] + known
                            n += 1
                row = r.twin
                if row < 0 or row == head:
                    break
        first[g + 1] = n
    return first, who[:n], sight[:n], what[:n], merit[:n]


@njit(cache=True, nogil=True)
def _floor(share: Floats) -> float:
    """The share that a member needs to be kept: ``LEAST``, and to be among the ``MOST`` first."""
    n = len(share)
    return max(LEAST, share[ascending(share)[n - MOST]]) if n > MOST else LEAST


@njit(cache=True, nogil=True)
def _members(first: Ints, share: Floats) -> int:
    """How many members the families will have at most."""
    n = 0
    for g in range(len(first) - 1):
        kept = 0
        for k in range(first[g], first[g + 1]):
            kept += share[k] >= LEAST
        n += min(kept, 2 * MOST)
    return n


@njit(cache=True, nogil=True)
def _differ(p: Record, q: Record, C: Floats, y: Floats) -> float:
    """Chi-square of the difference of two states against the sum of their covariances."""
    d2 = 0.0
    for a in range(6):
        y[a] = p.x[a] - q.x[a]
        for b in range(a + 1):
            C[a, b] = p.P[a, b] + q.P[a, b]
    for a in range(6):
        for b in range(a + 1):
            total = C[a, b]
            for k in range(b):
                total -= C[a, k] * C[b, k]
            if a == b:
                if not total > 0.0:
                    return math.inf
                C[a, a] = math.sqrt(total)
            else:
                C[a, b] = total / C[b, b]
        for k in range(a):
            y[a] -= C[a, k] * y[k]
        y[a] /= C[a, a]
        d2 += y[a] * y[a]
    return d2


@njit(cache=True, nogil=True)
def _unite(pool: Records, row: int, C: Floats, y: Floats) -> None:
    """Of members whose latest detections or states are the same the likelier goes on, with the share of both."""
    a = row
    while a >= 0:
        b = pool[a].twin
        while b != row and b >= 0:
            p, q = pool[a], pool[b]
            same = p.share > 0.0 and q.share > 0.0 and p.trail[SAME - 1] > 0
            both = same and q.trail[SAME - 1] > 0 and p.mode == q.mode
            for k in range(SAME):
                same = same and p.trail[k] == q.trail[k]
            if same or (both and _differ(p, q, C, y) < ALIKE):
                lesser, other = (p, q) if p.share < q.share else (q, p)
                other.merit += math.log1p(lesser.share / other.share)
                other.share += lesser.share
                _end(lesser)
            b = pool[b].twin
        a = pool[a].twin
        if a == row:
            return


@njit(cache=True, nogil=True)
def _name(pool: Records, row: int) -> None:
    """Give the family's id to its likeliest member."""
    best = bearer = k = row
    while True:
        if pool[k].share > pool[best].share:
            best = k
        if pool[k].id == pool[k].family:
            bearer = k
        k = pool[k].twin
        if k == row:
            break
    pool[best].id, pool[bearer].id = pool[bearer].id, pool[best].id


@njit(cache=True, nogil=True)
def _end(r: Record) -> None:
    r.share, r.miss = 0.0, ENDED


@njit(cache=True, nogil=True)
def _grow(
    pool: Records, spare: Ints, book: Ints, sights: Records, n: int, row: Ints, sight: Ints, what: Ints, merit: Floats,
    share: Floats, looks: Ints, chose: Ints, got: int, owner: Ints,
) -> tuple[int, int]:  # fmt: skip
    """Turn a family into its options; writes which sight has which detection to ``looks`` and ``chose`` from ``got`` on.

    Returns the sights in use, and how many of those.
    """
    floor, k, best = _floor(share), 0, 0
    for i in range(len(share)):
        if share[i] > share[best]:
            best = i
    if share[best] >= floor and what[best] >= 0:
        owner[what[best]] = pool[row[best]].family
    while k < len(row):
        base, here, alive = row[k], sight[k], share[k] >= floor  # the first option of a member is that it was missed
        pool[base].share, pool[base].merit = share[k], merit[k]
        k += 1
        while k < len(row) and row[k] == base:
            if share[k] >= floor:
                at = here
                if alive:
                    at, n = n, n + 1
                    sights[at] = sights[here]
                    sights[at].row = copied(pool, spare, book, base)
                alive = True
                r = pool[sights[at].row]
                r.share, r.merit = share[k], merit[k]
                looks[got], chose[got] = at, what[k]
                got += 1
            k += 1
        if not alive:
            _end(pool[base])
            if here >= 0:
                sights[here].seen = 0
    return n, got


@njit(cache=True, nogil=True)
def _settle_crowd(pool: Records, sights: Records, chosen: Ints, start: Ints, member: Ints, crowded: Ints) -> None:
    """The member of a family in a crowd that got a detection is the family; the best if several did."""
    for g in range(len(crowded)):
        best = -1
        if crowded[g]:
            for i in member[start[g] : start[g + 1]]:
                o = sights[chosen[i]]
                if o.hit and (best < 0 or pool[o.row].score > pool[best].score):
                    best = o.row
        if best >= 0:
            pool[best].share, pool[best].merit = 1.0, pool[best].score
            k = pool[best].twin
            while k >= 0 and k != best:
                _end(pool[k])
                k = pool[k].twin


@njit(cache=True, nogil=True)
def _crowd(
    which: int, pool: Records, sights: Records, chosen: Ints, start: Ints, member: Ints, crowded: Ints, ptr: Ints, det: Ints,
    price: Floats, z: Floats, sigma: Floats, features: Shorts, frames: Records, settings: Records, free: Ints, owner: Ints,
    base: int, tally: Ints, scratch: Floats,
) -> None:  # fmt: skip
    """Families in crowds: each member asks the associator for itself."""
    n = 0
    mine, row = np.empty(len(chosen), np.int64), np.zeros(len(chosen) + 1, np.int64)
    column, cost, count = np.empty(len(det), np.int64), np.empty(len(det)), 0
    for g in range(len(crowded)):
        if crowded[g]:
            for i in member[start[g] : start[g + 1]]:
                for e in range(ptr[i], ptr[i + 1]):
                    column[count], cost[count] = det[e], price[e]
                    count += 1
                mine[n] = chosen[i]
                n += 1
                row[n] = count
    if n == 0:
        return
    if which == FOREIGN:
        tally[CROWDS] += 1
    a, b, weight, choice = associate(which, row[: n + 1], column[:count], cost[:count], len(z))
    apply(pool, sights, mine[:n], a, b, weight, choice, z, sigma, features, frames, settings, free, owner, tally, scratch)
    for i in range(n):
        r = pool[sights[mine[i]].row]
        if choice[i] >= 0 and owner[choice[i]] == r.id:
            owner[choice[i]] = r.family
            note(r, base + choice[i])
    _settle_crowd(pool, sights, chosen, start, member, crowded)


@njit(cache=True, nogil=True)
def split(
    which: int, pool: Records, spare: Ints, book: Ints, sights: Records, n: int, chosen: Ints, z: Floats, sigma: Floats,
    features: Shorts, frames: Records, settings: Records, free: Ints, owner: Ints, claimed: Floats, tally: Ints,
    scratch: Floats,
) -> int:  # fmt: skip
    """Give the tentative tracks (sights ``chosen``) of a scan its free detections. Returns how many sights there are now; below
    zero, where the pool is too short, -1 less the rows it needs: then nothing has been done yet.

    n sights are in use; new members get sights of their own behind them.
    claimed ``(m,)``: added to: how surely a detection is of a known family. which: the associator (``associate``) in crowds.
    scratch: room to work in (``update.SCRATCH``).
    """
    m, base = len(z), trail_key(book, 0)
    ptr, det, price = candidates(sights, chosen, len(chosen), z, sigma, free, frames, settings)
    start, member = _families(pool, sights, chosen, book[ROWS])
    crowded = _crowded(start, member, ptr, det, m)
    first, row, sight, what, merit = _options(pool, sights, chosen, start, member, crowded, ptr, det, price)
    share, mask, keys = np.zeros(len(row)), np.empty((len(row), 2), np.uint64), np.empty(BITS, np.int64)
    cluster = _bound(pool, row, what, first, crowded, base)
    group = ascending(cluster.astype(np.float64))
    a = 0
    while a < len(group):
        b, known = a, 0
        while b < len(group) and cluster[group[b]] == cluster[group[a]]:
            known = _masks(pool, row, what, first[group[b]], first[group[b] + 1], base, keys, known, mask)
            b += 1
        weigh(group[a:b], first, merit, mask, share)
        a = b
    need = int(book[ROWS]) + _members(first, share) + 2 * m  # the rest for births
    if need > len(pool):
        return -1 - need
    looks, chose, got = np.empty(len(row), np.int64), np.empty(len(row), np.int64), 0
    for g in range(len(crowded)):
        a, b = first[g], first[g + 1]
        if a < b:
            n, got = _grow(
                pool, spare, book, sights, n, row[a:b], sight[a:b], what[a:b], merit[a:b], share[a:b], looks, chose, got, owner
            )  # fmt: skip
    for k in range(len(row)):
        if what[k] >= 0:
            claimed[what[k]] += share[k]
    if got > 0:
        apply(
            pool, sights, looks[:got], np.arange(got + 1), chose[:got], np.ones(got), chose[:got], z, sigma, features, frames,
            settings, np.ones(m, np.int64), np.empty(m, np.int64), tally, scratch,
        )  # fmt: skip
    for k in range(got):
        note(pool[sights[looks[k]].row], base + chose[k])
    C, y = np.empty((6, 6)), np.empty(6)
    for g in range(len(crowded)):
        k = first[g]
        if k < first[g + 1] and pool[row[k]].twin >= 0:
            _unite(pool, row[k], C, y)
            _name(pool, row[k])
    _crowd(
        which, pool, sights, chosen, start, member, crowded, ptr, det, price, z, sigma, features, frames, settings, free, owner,
        base, tally, scratch,
    )  # fmt: skip
    return n
