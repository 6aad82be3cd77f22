"""When could each battery meet each track? First and last chance along the predicted ballistic path."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from cupola.core.batches import Floats, Ints
from cupola.dynamics import frames
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
    path = frames.ecef_from_eci(propagate(x[rows], times, beta[rows])[..., :3], times)
    out.first[rows], out.command[rows], out.last[rows] = _windows(path, frames.height(path), times, sites.place, sites.reach)


def drag_of(beta: Floats) -> Floats:
    """Ballistic coefficients (n,) from a Tracks.beta column ``(n, 2)``; that of a re-entry body where unknown."""
    return np.where(np.isnan(beta[:, 0]), PAYLOAD_BETA, np.exp(np.nan_to_num(beta[:, 0])))


@njit(cache=True, nogil=True)
def _windows(path: Floats, alt: Floats, times: Floats, place: Floats, reach: Floats) -> tuple[Floats, Floats, Floats]:
    """First intercept, its latest command, last command; kernel of ``find``. path (n, k, 3) ECEF, alt (n, k), NaN after impact."""
    n, k = alt.shape
    m = len(place)
    first, command, last = np.full((n, m), np.nan), np.full((n, m), np.nan), np.full((n, m), np.nan)
    for i in range(n):
        for j in range(m):
            late = False
            for s in range(1, k):
                if np.isnan(alt[i, s]):
                    break
                x, y, z = path[i, s]
                if not in_envelope_kernel(place[j], reach[j], x, y, z, alt[i, s]):
                    continue
                start = times[s] - flight_time_kernel(place[j], reach[j], x, y, z)
                if start < times[0]:
                    late = True
                    continue
                if np.isnan(first[i, j]):
                    first[i, j], command[i, j], last[i, j] = times[s], times[0] if late else start, start
                last[i, j] = max(last[i, j], start)
    return first, command, last
