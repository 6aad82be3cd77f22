"""How likely it is that a look given to a track was another object's: from how near the next track is.

Measured in a run of ``raid-10`` (hard assignment, 220,000 looks): two successive looks of one track were of different objects in
18 % of cases with the next track nearer than 1 km, 12 % at 1-3 km, 1.4 % at 3-10 km, 0.3 % beyond; see design/discrimination.md.
"""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

from cupola.core.batches import Floats, Ints, Tracks

MOST = 0.2  # assumed, rounded up from the measurement above
REACH = 4000.0  # m, assumed: 1-sigma of the fall-off with the distance to the next track
LEAST = 0.003  # measured as above: a track that is alone keeps what it learnt for some 300 looks


def doubt(tracks: Tracks, rows: Ints) -> Floats:
    """Probability ``(n,)`` that a look of each track was of another object; ``rows``: which are asked for (others: ``LEAST``).

    Limits: knows nothing of the sensors' resolution or of velocities."""
    out = np.full(len(tracks), LEAST)
    out[rows] += blend(tracks, rows)[0]
    return out


def blend(tracks: Tracks, rows: Ints) -> tuple[Floats, Ints]:
    """For these rows ``(k,)``: probability that a look was of the nearest other track, and that track's row (its own if none)."""
    if not len(rows) or len(tracks) < 2:
        return np.zeros(len(rows)), rows
    place = tracks.x[:, :3]
    away, who = cKDTree(place).query(place[rows], k=2, distance_upper_bound=4 * REACH)
    other = np.where(who[:, 0] == rows, who[:, 1], who[:, 0])  # of two at one place either may come first
    return MOST * np.exp(-0.5 * (away[:, 1] / REACH) ** 2), np.where(other < len(tracks), other, rows)
