"""How far a set of tracks is from a set of truths: GOSPA, OSPA, SIAP, NEES, identity switches. Sparse: only pairs within c matter.

Truth ``(n, 6)`` and tracks ``(m, 6)`` are states in one inertial frame (m, m/s).
Sources: GOSPA, Rahmathullah, Garcia-Fernandez, Svensson (Fusion 2017), eq. 1 with p = 2, alpha = 2; OSPA, Schuhmacher, Vo, Vo
(IEEE Trans. Signal Proc. 56, 2008), eq. 3 with p = 2; SIAP, Votruba et al. (SIAP technical report 2001-001), with a track
belonging to the nearest truth within c at that moment; NEES, Bar-Shalom, Li, Kirubarajan (2001), eq. 5.4.2-2, of assigned pairs,
divided by 6. Limits: a track on which two truths lie counts for one; SIAP judges each moment alone (Stone Soup's wants three in a
row).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from functools import cache

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree
from scipy.special import chdtri

from cupola.core.batches import Floats, Ints


@cache
def chi2_95(freedom: int) -> float:
    """The 95 % point of chi-squared with so many degrees of freedom."""
    return float(chdtri(freedom, 0.05))


@dataclass(frozen=True)
class Pairs:
    """Which track is assigned to which truth: rows of each and their distance (m), all ``(a,)``."""

    truth: Ints
    track: Ints
    distance: Floats


@dataclass(frozen=True)
class Score:
    """Counts and sums of one moment. Sums of squares are over assigned pairs; nees and inside are NaN without covariance."""

    truths: int
    tracks: int
    assigned: int
    localisation: float
    velocity: float
    gospa: float
    ospa: float
    covered: int
    associated: int
    siap_distance: float
    nees: float
    nees_inside: float


def assign(truth: Floats, tracks: Floats, c: float, power: int = 2) -> Pairs:
    """Pairs of positions ``(n, 3)``, ``(m, 3)`` closer than c that minimise the sum of ``min(d, c)^power`` over all.

    A pair saves ``c^power - d^power``; the pairs split into connected components, and each is solved alone.
    """
    i, j, d = _near(truth, tracks, c)
    if not len(i):
        return Pairs(i, j, d)
    gain = c**power - d**power
    graph = csr_matrix((np.ones(len(i)), (i, len(truth) + j)), shape=(len(truth) + len(tracks),) * 2)
    part = connected_components(graph, directed=False)[1][i]
    order = np.lexsort((j, i, part))
    cuts = np.flatnonzero(np.diff(part[order])) + 1
    starts, ends = np.r_[0, cuts], np.r_[cuts, len(order)]
    single = ends - starts == 1
    chosen = [order[starts[single]]]
    for a, b in zip(starts[~single].tolist(), ends[~single].tolist(), strict=True):
        edges = order[a:b]
        chosen.append(edges[_best(i[edges], j[edges], gain[edges])])
    picked = np.concatenate(chosen)
    return Pairs(i[picked], j[picked], d[picked])


def _near(truth: Floats, tracks: Floats, c: float) -> tuple[Ints, Ints, Floats]:
    """All pairs closer than c: rows and distance."""
    none = np.empty(0, np.int64)
    if not len(truth) or not len(tracks):
        return none, none, np.empty(0)
    found = cKDTree(truth).sparse_distance_matrix(cKDTree(tracks), c, output_type="ndarray")
    found = found[found["v"] < c]
    return found["i"].astype(np.int64), found["j"].astype(np.int64), found["v"]


def _best(i: Ints, j: Ints, gain: Floats) -> Ints:
    """Positions of the edges of one component that the best assignment uses."""
    rows, r = np.unique(i, return_inverse=True)
    cols, s = np.unique(j, return_inverse=True)
    table = np.zeros((len(rows), len(cols)))
    table[r, s] = gain
    edge = np.full(table.shape, -1, np.int64)
    edge[r, s] = np.arange(len(i))
    used: Ints = edge[linear_sum_assignment(table, maximize=True)]
    return used[used >= 0]


def gospa(pairs: Pairs, n: int, m: int, c: float) -> float:
    """GOSPA (p = 2, alpha = 2) of n truths and m tracks, m."""
    return float(np.sqrt(np.sum(pairs.distance**2) + 0.5 * c**2 * (n + m - 2 * len(pairs.truth))))


def ospa(pairs: Pairs, n: int, m: int, c: float) -> float:
    """OSPA (p = 2) of n truths and m tracks, m; 0 when there are none of either."""
    most = max(n, m)
    return float(np.sqrt((np.sum(pairs.distance**2) + c**2 * (most - len(pairs.truth))) / most)) if most else 0.0


def nearest(truth: Floats, tracks: Floats, c: float) -> tuple[int, int, float]:
    """SIAP's counts: truths that have a track, tracks that have a truth within c, and the sum of their distances (m)."""
    if not len(truth) or not len(tracks):
        return 0, 0, 0.0
    d, who = cKDTree(truth).query(tracks, distance_upper_bound=c)
    has = np.isfinite(d)
    return len(np.unique(who[has])), int(has.sum()), float(np.sum(d[has]))


def score(truth: Floats, tracks: Floats, P: Floats | None, c: float) -> tuple[Score, Pairs]:
    """All counts of one moment and the assignment they rest on. Shapes: (n, 6), (m, 6), (m, 6, 6) or None."""
    n, m = len(truth), len(tracks)
    pairs = assign(truth[:, :3], tracks[:, :3], c)
    error = tracks[pairs.track] - truth[pairs.truth]
    covered, associated, total = nearest(truth[:, :3], tracks[:, :3], c)
    nees = inside = np.nan
    if P is not None:
        e = np.einsum("ai,ai->a", error, np.linalg.solve(P[pairs.track], error[..., None])[..., 0]) / 6
        nees, inside = float(e.sum()), float(np.sum(e < chi2_95(6) / 6))
    return Score(
        truths=n,
        tracks=m,
        assigned=len(pairs.truth),
        localisation=float(np.sum(pairs.distance**2)),
        velocity=float(np.sum(error[:, 3:] ** 2)),
        gospa=gospa(pairs, n, m, c),
        ospa=ospa(pairs, n, m, c),
        covered=covered,
        associated=associated,
        siap_distance=total,
        nees=nees,
        nees_inside=inside,
    ), pairs


def switches(last: dict[int, int], truth: Iterable[int], track: Iterable[int]) -> int:
    """How many of these truths have another track number than they last had. ``last`` is brought up to date in place."""
    count = 0
    for o, t in zip(truth, track, strict=True):
        count += last.get(o, t) != t
        last[o] = t
    return count


def summarise(scores: Sequence[Score]) -> dict[str, float | None]:
    """GOSPA, OSPA, missed and false as means over moments, the rest pooled over them. None where there was nothing to count."""
    column = {f.name: np.array([getattr(s, f.name) for s in scores], float) for f in fields(Score)}
    total = {k: float(v.sum()) for k, v in column.items()}
    moments = max(len(scores), 1)

    def ratio(top: str, bottom: str) -> float | None:
        return total[top] / total[bottom] if total[bottom] and np.isfinite(total[top]) else None

    def root(top: str) -> float | None:
        square = ratio(top, "assigned")
        return None if square is None else float(np.sqrt(square))

    return {
        "gospa_m": total["gospa"] / moments,
        "gospa_localisation_m": float(np.mean(np.sqrt(column["localisation"]))) if len(scores) else None,
        "ospa_m": total["ospa"] / moments,
        "missed": (total["truths"] - total["assigned"]) / moments,
        "false": (total["tracks"] - total["assigned"]) / moments,
        "completeness": ratio("covered", "truths"),
        "ambiguity": ratio("associated", "covered"),
        "spuriousness": 1 - total["associated"] / total["tracks"] if total["tracks"] else None,
        "siap_position_accuracy_m": ratio("siap_distance", "associated"),
        "position_rmse_m": root("localisation"),
        "velocity_rmse_mps": root("velocity"),
        "nees": ratio("nees", "assigned"),
        "nees_inside_95": ratio("nees_inside", "assigned"),
    }
