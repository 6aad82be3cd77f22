"""When could each battery meet each track? First and last chance along the predicted ballistic path."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numba import njit

from cupola.core.batches import Floats, Ints
from cupola.core.constants import OMEGA
from cupola.dynamics.ellipsoid import height
from cupola.dynamics.propagate import propagate
from cupola.dynamics.vehicle import PAYLOAD_BETA
from cupola.engage.flyout import Sites, flight_time_kernel, in_envelope_kernel

COARSE = 10.0  # s between the points of a path
FINE = 1.0  # s, the same near impact
NEAR = 150.0  # s to impact below which the path is taken at FINE: the terminal layers' time
CHUNK = 256  # tracks at a time, so that their paths fit into the cache


@dataclass(frozen=True)
class Opportunities:
    """Per track and battery ``(n, m)``, s; NaN where there is none.

    first: earliest intercept; command: when to fire for it: now, or, where the object has yet to enter the envelope, the latest
    time that meets it there; last: the last command that still reaches any point of the path.
    """

    first: Floats
    command: Floats
    last: Floats


def find(x: Floats, beta: Floats, impact_t: Floats, now: float, sites: Sites) -> Opportunities:
    """Opportunities of tracks ``x (n, 6)`` (ECI at ``now``) with ballistic coefficients ``beta (n,)`` that come down at ``impact_t
    (n,)``.

    Intercept times are points of a time grid: 10 s apart, 1 s for tracks within 150 s of impact.
    """
    shape = (len(x), len(sites.place))
    out = Opportunities(np.full(shape, np.nan), np.full(shape, np.nan), np.full(shape, np.nan))
    near = impact_t - now <= NEAR
    for group, step in ((np.flatnonzero(near), FINE), (np.flatnonzero(~near), COARSE)):
        if not len(group):
            continue
        rows = group[np.argsort(impact_t[group], kind="stable")]
        for start in range(0, len(rows), CHUNK):
            _fill(out, rows[start : start + CHUNK], step, x, beta, impact_t, now, sites)
    return out


def _fill(out: Opportunities, rows: Ints, step: float, x: Floats, beta: Floats, impact_t: Floats, now: float, sites: Sites) -> None:
    """One chunk of ``find``: the same time grid for all its tracks."""
    ahead = float(impact_t[rows].max()) - now
    if not ahead > 0:
        return
    times = now + np.arange(0.0, ahead + step, step)
    _windows(propagate(x[rows], times, beta[rows]), times, sites.place, sites.reach, rows, out.first, out.command, out.last)


def drag_of(beta: Floats) -> Floats:
    """Ballistic coefficients (n,) from a Tracks.beta column ``(n, 2)``; that of a re-entry body where unknown."""
    known = np.exp(beta[:, 0])
    return np.where(np.isnan(known), PAYLOAD_BETA, known)


@njit(cache=True, nogil=True)
def _windows(
    path: Floats, times: Floats, place: Floats, reach: Floats, rows: Ints, first: Floats, command: Floats, last: Floats
) -> None:
    """Write first intercept, its latest command and last command into these rows; kernel of ``find``.

    path (n, k, 6): ECI states, NaN after impact.
    """
    k, alt, p = len(times), np.empty(len(times)), np.empty((len(times), 3))
    for i in range(len(rows)):
        row = rows[i]
        for s in range(1, k):
            c, d = math.cos(OMEGA * times[s]), math.sin(OMEGA * times[s])
            x, y, z = path[i, s, 0], path[i, s, 1], path[i, s, 2]
            p[s, 0], p[s, 1], p[s, 2], alt[s] = c * x + d * y, c * y - d * x, z, height(x, y, z)
        for j in range(len(place)):
            late = False
            for s in range(1, k):
                if math.isnan(alt[s]):
                    break
                if not in_envelope_kernel(place[j], reach[j], p[s, 0], p[s, 1], p[s, 2], alt[s]):
                    continue
                start = times[s] - flight_time_kernel(place[j], reach[j], p[s, 0], p[s, 1], p[s, 2])
                if start < times[0]:
                    late = True
                    continue
                if math.isnan(first[row, j]):
                    first[row, j], command[row, j], last[row, j] = times[s], times[0] if late else start, start
                last[row, j] = max(last[row, j], start)
