"""When could each battery meet each track? First and last chance along the predicted ballistic path."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numba import njit

from cupola.core.batches import Floats
from cupola.core.constants import OMEGA
from cupola.core.frozen import quick
from cupola.dynamics.ellipsoid import height
from cupola.dynamics.propagate import drag_terms, propagate_rows
from cupola.dynamics.vehicle import PAYLOAD_BETA
from cupola.engage.flyout import Sites, edge_kernel, flight_time_kernel, in_envelope_kernel, least_kernel

COARSE = 10.0  # s between the points of a path
FINE = 1.0  # s, the same near impact
EASE = 4.0  # times the steps of an exact path: it errs by a metre or two, where points are 1 s apart (design/engagement.md)
NEAR = 150.0  # s to impact below which the path is taken at FINE: the terminal layers' time


@quick
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
    x, impact_t = np.ascontiguousarray(x), np.ascontiguousarray(impact_t)
    _find(x, drag_terms(beta, 1.0, len(x)), impact_t, now, sites.place, sites.reach, out.first, out.command, out.last)
    return out


@njit(cache=True, nogil=True)
def drag_of(beta: Floats) -> Floats:
    """Ballistic coefficients (n,) from a Tracks.beta column ``(n, 2)``; that of a re-entry body where unknown."""
    out = np.empty(len(beta))
    for i in range(len(beta)):
        out[i] = PAYLOAD_BETA if math.isnan(beta[i, 0]) else math.exp(beta[i, 0])
    return out


@njit(cache=True, nogil=True)
def _find(
    x: Floats, drag: Floats, impact_t: Floats, now: float, place: Floats, reach: Floats, first: Floats, command: Floats,
    last: Floats,
) -> None:  # fmt: skip
    """Kernel of ``find``, track by track; drag ``(n, 2)`` as of ``drag_terms``."""
    size = 0
    for i in range(len(x)):
        size = max(size, _grid(impact_t[i] - now)[1])
    times, path, p, alt = np.empty(size), np.empty((1, size, 6)), np.empty((size, 3)), np.empty(size)
    for i in range(len(x)):
        step, k = _grid(impact_t[i] - now)
        if k == 0:
            continue
        for s in range(k):
            times[s] = now + step * s
        propagate_rows(x[i : i + 1], times[:k], drag[i : i + 1], path[:, :k], EASE)
        _windows(path[0, :k], times[:k], place, reach, p, alt, first[i], command[i], last[i])


@njit(cache=True, nogil=True)
def _grid(ahead: float) -> tuple[float, int]:
    """Seconds between the points of a path that ends ``ahead`` s from now, and how many: the last lies at its end or behind."""
    if not ahead > 0.0:
        return COARSE, 0
    step = FINE if ahead <= NEAR else COARSE
    return step, 1 + math.ceil(ahead / step)


@njit(cache=True, nogil=True)
def _windows(
    path: Floats, times: Floats, place: Floats, reach: Floats, p: Floats, alt: Floats, first: Floats, command: Floats, last: Floats
) -> None:
    """First intercept, its latest command and the last command of one track, by battery ``(m,)``.

    path (k, 6): ECI states, NaN after impact; p ``(k, 3)``, alt ``(k,)``: room to work in.
    """
    k = 1
    while k < len(times) and not math.isnan(path[k, 0]):
        c, d = math.cos(OMEGA * times[k]), math.sin(OMEGA * times[k])
        x, y, z = path[k, 0], path[k, 1], path[k, 2]
        p[k, 0], p[k, 1], p[k, 2], alt[k] = c * x + d * y, c * y - d * x, z, height(x, y, z)
        k += 1
    for j in range(len(place)):
        site, arm = place[j], reach[j]
        edge, least = edge_kernel(arm), least_kernel(arm)
        s, late = 1, False
        while s < k:  # from the front: the first point that can still be met
            if in_envelope_kernel(site, arm, edge, p[s, 0], p[s, 1], p[s, 2], alt[s]):
                start = times[s] - least
                if start >= times[0]:
                    start = times[s] - flight_time_kernel(site, arm, p[s, 0], p[s, 1], p[s, 2])
                if start >= times[0]:
                    first[j], command[j], last[j] = times[s], times[0] if late else start, start
                    break
                late = True
            s += 1
        q = k - 1
        while q > s and times[q] - least > last[j]:  # from the back: no earlier point leaves more time than this
            if in_envelope_kernel(site, arm, edge, p[q, 0], p[q, 1], p[q, 2], alt[q]):
                last[j] = max(last[j], times[q] - flight_time_kernel(site, arm, p[q, 0], p[q, 1], p[q, 2]))
            q -= 1
