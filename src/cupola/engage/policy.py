"""What the doctrine makes of a picture: which tracks may be engaged, what each is worth, how surely a round would kill it."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numba import njit
from numpy.typing import NDArray

from cupola.catalog.defence import Area, Doctrine
from cupola.core.batches import FALLING, WARHEAD, Alert, Floats, Ints, Picture
from cupola.dynamics.ellipsoid import ground_distance
from cupola.engage.flyout import Sites
from cupola.engage.opportunities import Opportunities

SEEN, CALLED, BALLISTIC, THREATENING, RELEASED = range(5)  # how far a track has come on the way to being engaged


def release_times(launch: Ints, alerts: tuple[Alert, ...], decision: float) -> Floats:
    """When each track may be engaged (n,), s: the alert of its launch plus the decision delay.

    A track that descends from no known launch is released with the raid's first alert; with no alert at all: never (inf).
    """
    out = np.full(len(launch), np.inf)
    if alerts:
        _release(launch, *_raised(alerts), decision, out)
    return out


def _raised(alerts: tuple[Alert, ...]) -> tuple[Ints, Floats]:
    """Ids of the alerts ``(k,)``, rising, and when each was raised."""
    rows = sorted([(a.id, a.t) for a in alerts])
    return np.array([i for i, _ in rows], np.int64), np.array([t for _, t in rows])


@njit(cache=True, nogil=True)
def _release(launch: Ints, ids: Ints, raised: Floats, decision: float, out: Floats) -> None:
    """Kernel of ``release_times``."""
    first = raised.min()
    for i in range(len(launch)):
        at = min(np.searchsorted(ids, launch[i]), len(ids) - 1)
        out[i] = (raised[at] if ids[at] == launch[i] else first) + decision


def progress(picture: Picture, doctrine: Doctrine, now: float) -> tuple[Ints, Floats]:
    """How far each track comes on the picture alone ``(n,)`` (SEEN to RELEASED), and its value at risk if it is BALLISTIC at
    least (else 0): that of the most valuable area within its radius plus two semi-major axes of the predicted impact.

    Without areas every known impact counts 1; an unknown impact counts 0.
    """
    n = len(picture.tracks)
    reached, value = np.empty(n, np.int64), np.zeros(n)
    ids, raised = _raised(picture.alerts)
    mode, impact = np.ascontiguousarray(picture.tracks.mode), np.ascontiguousarray(picture.impact)  # compiled for one layout
    _progress(
        picture.prob, mode, impact, picture.ellipse, picture.launch, _circles(doctrine.areas), ids, raised,
        doctrine.threshold, doctrine.decision, now, reached, value,
    )  # fmt: skip
    return reached, value


@lru_cache(maxsize=64)
def _circles(areas: tuple[Area, ...]) -> Floats:
    """The areas as rows ``(a, 4)``: latitude, longitude, radius, value."""
    return np.array([(a.lat, a.lon, a.radius, a.value) for a in areas], float).reshape(-1, 4)


@njit(cache=True, nogil=True)
def _progress(
    prob: Floats, mode: NDArray[np.uint8], impact: Floats, ellipse: Floats, launch: Ints, areas: Floats, ids: Ints, raised: Floats,
    threshold: float, decision: float, now: float, reached: Ints, value: Floats,
) -> None:  # fmt: skip
    """Kernel of ``progress``; areas ``(a, 4)``: latitude, longitude, radius, value; ids, raised as of ``_raised``."""
    when = np.empty(1)
    for i in range(len(prob)):
        reached[i] = SEEN
        if not prob[i, WARHEAD] >= threshold:
            continue
        reached[i] = CALLED
        if mode[i] not in FALLING:
            continue
        reached[i] = BALLISTIC
        if not math.isnan(impact[i, 2]):
            value[i] = _at_risk(impact[i, 0], impact[i, 1], 2.0 * ellipse[i, 0], areas)
        if not (value[i] > 0.0 and impact[i, 2] > now):
            continue
        reached[i] = THREATENING
        if len(ids):
            _release(launch[i : i + 1], ids, raised, decision, when)
            if when[0] <= now:
                reached[i] = RELEASED


@njit(cache=True, nogil=True)
def _at_risk(lat: float, lon: float, margin: float, areas: Floats) -> float:
    """Value at risk of an impact at this place, known to within ``margin`` m (NaN: as if exactly)."""
    if len(areas) == 0:
        return 1.0
    best = 0.0
    for a in range(len(areas)):
        gap = ground_distance(lat, lon, areas[a, 0], areas[a, 1])
        if gap <= areas[a, 2] + (0.0 if math.isnan(margin) else margin):
            best = max(best, areas[a, 3])
    return best


@njit(cache=True, nogil=True)
def spread(P: Floats, dt: float) -> float:
    """Mean 1-sigma position error per axis after ``dt`` s of straight-line growth of a covariance ``P (6, 6)``.

    Limits: gravity gradient is left out, a few per cent over ten minutes.
    """
    total = 0.0
    for a in range(3):
        total += P[a, a] + 2.0 * dt * P[a, 3 + a] + dt * dt * P[3 + a, 3 + a]
    return math.sqrt(max(total, 0.0) / 3.0)


@njit(cache=True, nogil=True)
def in_basket(sigma: float, handover: float) -> float:
    """Probability that an isotropic 3-D error of 1-sigma ``sigma`` per axis stays within ``handover``: Maxwell's distribution."""
    r = min(handover / max(sigma, 1e-9), 40.0)
    return math.erf(r / math.sqrt(2.0)) - math.sqrt(2.0 / math.pi) * r * math.exp(-0.5 * r * r)


def kill_chances(sites: Sites, doctrine: Doctrine, P: Floats, chances: Opportunities, now: float) -> Floats:
    """Probability that one round of each battery kills each track ``(n, m)``; 0 where it must not be used.

    Kill probability x no common failure (both believed) x P(the object is in the handover basket, the error grown over the homing
    time). A battery is not used where that last factor is below ``min_basket``, nor where the error predicted to the intercept is
    more than basket and in-flight updates can take up (half the velocity budget x the time between burnout and intercept).
    """
    out = np.zeros(chances.first.shape)
    _kill(P, chances.first, chances.command, now, sites.ends, doctrine.min_basket, 1.0 - doctrine.common_mode_belief, out)
    return out


@njit(cache=True, nogil=True)
def _kill(P: Floats, first: Floats, command: Floats, now: float, kinds: Floats, least: float, trust: float, out: Floats) -> None:
    """Kernel of ``kill_chances``; kinds ``(m, 6)``: ``Sites.ends``."""
    for j in range(len(kinds)):
        homing, handover, delay, burn, update, kill = kinds[j]
        for i in range(len(P)):
            if np.isnan(first[i, j]):
                continue
            basket = in_basket(spread(P[i], homing), handover)
            coasting = first[i, j] - max(command[i, j], now) - delay - burn
            steer = 0.5 * update * max(0.0, coasting)
            if basket >= least and spread(P[i], first[i, j] - now) <= handover + steer:
                out[i, j] = kill * trust * basket
