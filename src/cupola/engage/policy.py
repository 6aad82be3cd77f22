"""What the doctrine makes of a picture: which tracks may be engaged, what each is worth, how surely a round would find it."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from cupola.catalog.defence import Area, Doctrine
from cupola.core.batches import FALLING, MODES, WARHEAD, Alert, Floats, Ints, Picture
from cupola.dynamics import frames

SEEN, CALLED, BALLISTIC, THREATENING, RELEASED = range(5)  # how far a track has come on the way to being engaged
_FALLS = np.isin(np.arange(len(MODES)), FALLING)  # by mode


def worth(impact: Floats, ellipse: Floats, areas: tuple[Area, ...]) -> Floats:
    """Value at risk (n,) of predicted impacts: the most valuable area within its radius plus two semi-major axes; 0 elsewhere.

    Without areas every known impact counts 1. impact ``(n, 3)`` lat, lon, t; ellipse ``(n, 3)``; an unknown impact counts 0.
    """
    known = ~np.isnan(impact[:, 2])
    if not areas:
        return known.astype(np.float64)
    value = np.zeros(len(impact))
    lat, lon, margin = (np.nan_to_num(v) for v in (impact[:, 0], impact[:, 1], 2.0 * ellipse[:, 0]))
    for area in areas:
        gap, _ = frames.great_circle(lat, lon, area.lat, area.lon)
        value = np.where(known & (gap <= area.radius + margin), np.maximum(value, area.value), value)
    return value


def release_times(launch: Ints, alerts: tuple[Alert, ...], decision: float) -> Floats:
    """When each track may be engaged (n,), s: the alert of its launch plus the decision delay.

    A track that descends from no known launch is released with the raid's first alert; with no alert at all: never (inf).
    """
    if not alerts:
        return np.full(len(launch), np.inf)
    ids = np.array([a.id for a in alerts], dtype=np.int64)
    raised = np.array([a.t for a in alerts], dtype=np.float64)
    order = np.argsort(ids, kind="stable")
    at = order[np.minimum(np.searchsorted(ids[order], launch), len(ids) - 1)]
    return np.where(ids[at] == launch, raised[at], raised.min()) + decision


def progress(picture: Picture, doctrine: Doctrine, now: float) -> tuple[Ints, Floats]:
    """How far each track comes on the picture alone ``(n,)`` (SEEN to RELEASED), and its value at risk if it is BALLISTIC at
    least (else 0)."""
    called = picture.prob[:, WARHEAD] >= doctrine.threshold
    reached, value = np.where(called, CALLED, SEEN), np.zeros(len(called))
    rows = np.flatnonzero(called & _FALLS[picture.tracks.mode])
    if not len(rows):
        return reached, value
    impact = picture.impact[rows]
    value[rows] = at_risk = worth(impact, picture.ellipse[rows], doctrine.areas)
    threatening = (at_risk > 0) & (impact[:, 2] > now)
    released = threatening & (release_times(picture.launch[rows], picture.alerts, doctrine.decision) <= now)
    reached[rows] = BALLISTIC + threatening + released
    return reached, value


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
