"""Many unpowered objects asked for their state at every tick: each holds the step it is in, and makes the next when it ends.

A record of arrays, one row per object. The arrays are **consumed**: ``state_at`` moves rows forward in place, so only the latest
record is of use. Rows are independent.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import ArrayLike

from cupola.core.batches import Floats
from cupola.core.errors import BadInput, Fault
from cupola.dynamics.ballistic import STEP_MAX, is_under, landfall, leap, quintic, read, start
from cupola.dynamics.propagate import drag_terms, states


@dataclass(frozen=True)
class Segments:
    """Dense output of ``n`` objects.

    span ``(n, 2)``: begin and end (s) of the step each is in; node ``(n, 9)``: position, velocity, acceleration at its end;
    coefficient ``(n, 18)``: its quintic; drag ``(n, 2)``; impact ``(n, 7)``: time (s) and ECI state at impact, NaN before it.
    """

    span: Floats
    node: Floats
    coefficient: Floats
    drag: Floats
    impact: Floats

    def __len__(self) -> int:
        return len(self.span)


@njit(cache=True, nogil=True)
def _begin(x: Floats, drag: Floats, node: Floats) -> None:
    for i in range(len(x)):
        start(node[i], x[i], drag[i, 0], drag[i, 1])


@njit(cache=True, nogil=True)
def advance_row(
    t: float, i: int, span: Floats, node: Floats, coefficient: Floats, drag: Floats, impact: Floats, out: Floats
) -> bool:
    """Move row ``i`` forward to ``t`` in place and write its state into ``out (6,)``, NaN after impact; False if past ``t``."""
    if t >= impact[i, 0]:
        out[:] = np.nan
        return True
    if t < span[i, 0]:
        return False
    b = np.empty(9)
    while t > span[i, 1] and not impact[i, 0] <= span[i, 1]:
        k, roof = drag[i]
        guess = 2.0 * (span[i, 1] - span[i, 0])
        dt = leap(node[i], b, k, roof, guess if guess > 0.0 else STEP_MAX)
        quintic(node[i], b, dt, coefficient[i])
        node[i] = b
        span[i, 0] = span[i, 1]
        span[i, 1] += dt
        if is_under(b):
            impact[i, 0] = span[i, 0] + dt * landfall(coefficient[i], dt, impact[i, 1:])
    dt = span[i, 1] - span[i, 0]
    if t >= impact[i, 0]:
        out[:] = np.nan
    elif dt > 0.0:
        read(coefficient[i], (t - span[i, 0]) / dt, dt, out)
    else:
        for m in range(6):
            out[m] = node[i, m]
    return True


@njit(cache=True, nogil=True)
def _state_at(t: float, span: Floats, node: Floats, coefficient: Floats, drag: Floats, impact: Floats, out: Floats) -> int:
    late = 0
    for i in range(len(span)):
        late += not advance_row(t, i, span, node, coefficient, drag, impact, out[i])
    return late


def start_segments(x: ArrayLike, t: ArrayLike, beta: ArrayLike = np.inf, density_scale: ArrayLike = 1.0) -> Segments:
    """Objects with ECI states ``x`` at ``t``. Shapes: (n, 6), (n,) or one, (n,) or one, (n,) or one. Raises BadInput."""
    x = states(x)
    n = len(x)
    if np.any(np.isnan(x)):
        raise BadInput(f"{np.count_nonzero(np.isnan(x).any(axis=1))} of {n} objects start at NaN: leave those that have landed out")
    drag, node = drag_terms(beta, density_scale, n), np.empty((n, 9))
    _begin(x, drag, node)
    span = np.repeat(np.broadcast_to(np.asarray(t, float), (n,))[:, None], 2, axis=1)
    return Segments(span, node, np.zeros((n, 18)), drag, np.full((n, 7), np.nan))


def state_at(segments: Segments, t: float) -> Floats:
    """ECI states at ``t``; NaN after impact. Rows whose step ends before ``t`` are moved forward **in place**. Shapes: -> (n, 6).

    Raises: Fault if ``t`` lies before the step a row is in: time goes forward only.
    Limits: as ``propagate``; the numbers do not depend on when states are asked for.
    """
    out = np.empty((len(segments), 6))
    late = _state_at(float(t), segments.span, segments.node, segments.coefficient, segments.drag, segments.impact, out)
    if late:
        raise Fault(f"{late} objects are already past t = {t} s: ask for states in ascending time, or start new segments")
    return out
