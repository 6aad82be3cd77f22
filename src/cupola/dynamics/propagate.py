"""Unpowered flight of many objects: J2-J4, drag in air that turns with the Earth, impact on the ellipsoid.

Steps are as long as the forces allow (20 s and more in vacuum) and do not depend on when states are asked for: between the ends
of a step a quintic answers. States are ECI ``(n, 6)``; ``beta`` is the ballistic coefficient m/(Cd A), kg/m^2, ``inf`` for no drag.
Accuracy and cost: ``design/propagation.md``; ``bench/propagate.py`` measures them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numba import njit
from numpy.typing import ArrayLike

from cupola.core.batches import Floats
from cupola.core.constants import EARTH_RADIUS
from cupola.core.errors import BadInput
from cupola.dynamics.atmosphere import density
from cupola.dynamics.ballistic import STEP_MAX, is_gone, is_under, landfall, leap, quintic, read, start

if TYPE_CHECKING:
    from concurrent.futures import Future


DRAG_FLOOR = 1e-7  # m/s^2: drag that is smaller at 8 km/s is left out
_RISE = 1.0e3  # m between the heights of the table
_THINNING = -np.log(density(np.arange(0.0, 1.0001e6, _RISE)))  # ascending
CHUNK_BYTES = 16_000_000  # of output per chunk: small enough for the allocator to use the same memory again


def drag_terms(beta: ArrayLike, density_scale: ArrayLike, n: int) -> Floats:
    """Per object ``k`` = scale / (2 beta) and the radius above which its drag is left out. Shapes: -> (n, 2). Raises BadInput."""
    out = np.empty((n, 2))
    out[:, 0], out[:, 1] = beta, density_scale
    if not drag_rows(out):
        raise BadInput("ballistic coefficients must be positive (inf for no drag) and density scales not negative")
    return out


@njit(cache=True, nogil=True)
def drag_rows(out: Floats) -> bool:
    """Kernel of ``drag_terms``, in place: beta and scale in, its two terms out. False if they are out of range."""
    top = len(_THINNING) - 1
    for i in range(len(out)):
        if not (out[i, 0] > 0.0 and out[i, 1] >= 0.0):
            return False
        k = 0.5 * out[i, 1] / out[i, 0]
        thin = -math.log(DRAG_FLOOR / (6.4e7 * max(k, 1e-30)))
        low, high = 0, top
        while high - low > 1:
            mid = (low + high) // 2
            if _THINNING[mid] <= thin:
                low = mid
            else:
                high = mid
        share = (thin - _THINNING[low]) / (_THINNING[high] - _THINNING[low])
        out[i, 0], out[i, 1] = k, EARTH_RADIUS + _RISE * (low + min(max(share, 0.0), 1.0))
    return True


def states(x: ArrayLike) -> Floats:
    """States as a C-ordered float array. Raises BadInput unless the shape is (n, 6) and nothing is infinite."""
    out = np.ascontiguousarray(np.asarray(x, float))
    if out.ndim != 2 or out.shape[1] != 6:
        raise BadInput(f"states must have the shape (n, 6), not {out.shape}")
    if np.isinf(out).any():
        raise BadInput(f"{np.count_nonzero(np.isinf(out).any(axis=1))} of {len(out)} states are infinite: leave those rows out")
    return out


@njit(cache=True, nogil=True)
def propagate_rows(x0: Floats, times: Floats, drag: Floats, out: Floats, ease: float = 1.0) -> None:
    """Kernel of ``propagate``: drag ``(n, 2)`` as of ``drag_terms``, states into ``out (n, k, 6)``. ease: of ``ballistic.stride``,
    1 for the accuracy of ``propagate``."""
    a, b, c, state = np.empty(9), np.empty(9), np.empty(18), np.empty(6)
    for i in range(x0.shape[0]):
        k, roof = drag[i]
        if is_gone(x0[i]):
            out[i] = np.nan
            continue
        start(a, x0[i], k, roof)
        t, guess, j = times[0], STEP_MAX, 0
        while j < len(times):
            dt = leap(a, b, k, roof, guess, ease)
            quintic(a, b, dt, c)
            last = t + dt
            down = is_under(b)
            if down:
                last = t + dt * landfall(c, dt, state)
            while j < len(times) and times[j] <= last:
                read(c, (times[j] - t) / dt, dt, out[i, j])
                j += 1
            if down:
                out[i, j:] = np.nan
                break
            for m in range(9):
                a[m] = b[m]
            t, guess = last, 2.0 * dt


@njit(cache=True, nogil=True)
def advance_rows(x0: Floats, span: Floats, drag: Floats, out: Floats) -> None:
    """Kernel of ``advance``: each by its own span ``(n,)`` s, drag ``(n, 2)`` as of ``drag_terms``, states into ``out (n, 6)``."""
    a, b, c = np.empty(9), np.empty(9), np.empty(18)
    for i in range(x0.shape[0]):
        k, roof = drag[i]
        if is_gone(x0[i]):
            out[i] = np.nan
            continue
        start(a, x0[i], k, roof)
        left, guess = span[i], STEP_MAX
        while left > 0.0:
            dt = leap(a, b, k, roof, min(guess, left))
            if is_under(b):
                quintic(a, b, dt, c)
                landfall(c, dt, b[:6])
                b[:] = np.nan
                left = 0.0
            for m in range(9):
                a[m] = b[m]
            left -= dt
            guess = 2.0 * dt
        for m in range(6):
            out[i, m] = a[m]


@njit(cache=True, nogil=True)
def _impact(x0: Floats, max_s: float, drag: Floats, when: Floats, out: Floats) -> None:
    a, b, c = np.empty(9), np.empty(9), np.empty(18)
    for i in range(x0.shape[0]):
        k, roof = drag[i]
        when[i] = np.nan
        out[i] = np.nan
        if is_gone(x0[i]):
            continue
        start(a, x0[i], k, roof)
        t, guess = 0.0, STEP_MAX
        while t < max_s:
            dt = leap(a, b, k, roof, guess)
            if is_under(b):
                quintic(a, b, dt, c)
                t += dt * landfall(c, dt, b)
                if t <= max_s:
                    when[i] = t
                    for m in range(6):
                        out[i, m] = b[m]
                break
            for m in range(9):
                a[m] = b[m]
            t += dt
            guess = 2.0 * dt


def propagate(
    x0: ArrayLike, times: ArrayLike, beta: ArrayLike = np.inf, density_scale: ArrayLike = 1.0, threads: int = 1
) -> Floats:
    """States at ascending ``times``, all objects starting at ``times[0]``; NaN after impact on the ellipsoid, and for NaN.

    Shapes: (n, 6), (k,), (n,) or one, (n,) or one -> (n, k, 6). Memory: n k 48 bytes; see ``stream`` for more objects.
    Raises: BadInput for wrong shapes, beta <= 0 or times that step back.
    Source: classical Runge-Kutta with a step by the rate of change of drag; quintic Hermite output.
    Limits: against DOP853 (rtol 1e-13) 1 cm for beta >= 1000, 0.5 m for lighter bodies; a body that starts in the ground and climbs
    is let out.
    """
    x0 = states(x0)
    times = np.asarray(times, float)
    out = np.empty((len(x0), len(times), 6))
    for rows, part in stream(x0, times, beta, density_scale, threads):
        out[rows] = part
    return out


def stream(
    x0: ArrayLike,
    times: ArrayLike,
    beta: ArrayLike = np.inf,
    density_scale: ArrayLike = 1.0,
    threads: int = 1,
    chunk: int | None = None,
) -> Iterator[tuple[slice, Floats]]:
    """As ``propagate``, in chunks of objects: yields (rows, states (m, k, 6)) in order, at most ``threads + 1`` chunks alive.

    The numbers are the same for any ``threads`` and ``chunk`` (objects per chunk; None: 16 MB of output each).
    """
    x0, times = states(x0), np.ascontiguousarray(times, float)
    if times.ndim != 1 or not len(times) or not np.all(np.diff(times) >= 0.0):
        raise BadInput("times must be one row of ascending seconds, at least one")
    drag = drag_terms(beta, density_scale, len(x0))
    size = chunk or max(1, CHUNK_BYTES // (48 * max(1, len(times))))
    return _stream(x0, times, drag, [slice(i, min(i + size, len(x0))) for i in range(0, len(x0), size)], threads)


def _stream(x0: Floats, times: Floats, drag: Floats, parts: list[slice], threads: int) -> Iterator[tuple[slice, Floats]]:
    def work(rows: slice) -> Floats:
        out = np.empty((rows.stop - rows.start, len(times), 6))
        propagate_rows(x0[rows], times, drag[rows], out)
        return out

    if threads <= 1:
        for rows in parts:
            yield rows, work(rows)
        return
    from concurrent.futures import ThreadPoolExecutor  # here, so that the plain core loads nothing about threads

    with ThreadPoolExecutor(threads) as pool:
        waiting: list[Future[Floats]] = []
        for i, rows in enumerate(parts):
            while len(waiting) <= threads and i + len(waiting) < len(parts):
                waiting.append(pool.submit(work, parts[i + len(waiting)]))
            yield rows, waiting.pop(0).result()


def advance(x: ArrayLike, t0: ArrayLike, t1: ArrayLike, beta: ArrayLike = np.inf, density_scale: ArrayLike = 1.0) -> Floats:
    """States at ``t1`` of objects that are at ``x`` at ``t0``; NaN where the ellipsoid was met before, and for NaN.

    Shapes: (n, 6), (n,) or one, (n,) or one, ... -> (n, 6). Raises: BadInput if a time would step back.
    Source, Limits: as ``propagate``.
    """
    x = states(x)
    span = np.empty(len(x))
    span[:] = np.asarray(t1, float) - np.asarray(t0, float)
    if (span < 0.0).any():
        raise BadInput("advance goes forward only: t1 must not be before t0 (kepler.coast goes back, in vacuum)")
    out = np.empty_like(x)
    advance_rows(x, span, drag_terms(beta, density_scale, len(x)), out)
    return out


def impact(
    x: ArrayLike, t0: ArrayLike = 0.0, beta: ArrayLike = np.inf, max_s: float = 7200.0, density_scale: ArrayLike = 1.0
) -> tuple[Floats, Floats]:
    """Time (s, on the clock of ``t0``) and ECI state of impact on the ellipsoid; NaN where there is none within ``max_s``.

    Shapes: (n, 6), (n,) or one, ... -> (n,), (n, 6). A body that starts below the ellipsoid and descends lands at once.
    """
    x = states(x)
    when, out = np.empty(len(x)), np.empty_like(x)
    _impact(x, float(max_s), drag_terms(beta, density_scale, len(x)), when, out)
    return when + np.asarray(t0, float), out
