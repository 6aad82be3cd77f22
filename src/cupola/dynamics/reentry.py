"""The atmosphere as a filter: where air parts light bodies from heavy ones, and how much time that leaves."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from cupola.core.batches import Floats
from cupola.core.errors import BadInput
from cupola.dynamics.frames import ecef_from_geodetic, height
from cupola.dynamics.propagate import propagate
from cupola.dynamics.vehicle import PAYLOAD_BETA

ENTRY = 150e3  # m, where both begin side by side
GRID = 0.02  # s


def separation(
    beta: ArrayLike,
    heavy: float = PAYLOAD_BETA,
    speed: float = 7000.0,
    angle: float = -0.4014,
    gap: float = 50.0,
    floor: float = 20e3,
) -> tuple[Floats, Floats]:
    """Height (m) at which bodies of ballistic coefficient ``beta`` have fallen ``gap`` m behind a heavy one that entered beside
    them, and the time (s) from then until the heavy one reaches ``floor``; NaN if they never part.

    speed (m/s) and angle (rad, negative down) at 150 km, relative to an Earth at rest under them. Shapes: (n,) -> (n,), (n,).
    Raises: BadInput if the heavy body does not come down to ``floor``.
    Source: a = -rho v^2 / (2 beta); the effect: Sessler et al. 2000, Countermeasures, ch. 6.
    Limits: constant beta, no wind; deployed side by side at the same velocity.
    """
    beta = np.atleast_1d(np.asarray(beta, float))
    start = np.r_[ecef_from_geodetic(0.0, 0.0, ENTRY), speed * np.sin(angle), 0.0, speed * np.cos(angle)]
    times = np.arange(0.0, 4.0 * ENTRY / (speed * abs(np.sin(angle))), GRID)
    paths = propagate(np.repeat(start[None], len(beta) + 1, axis=0), times, np.r_[beta, heavy])[..., :3]
    lead = paths[-1]
    low = np.flatnonzero(height(lead) < floor)
    if not len(low):
        raise BadInput("the heavy body never comes down to the floor: enter steeper or lower the floor")
    behind = np.linalg.norm(paths[:-1, : low[0]] - lead[: low[0]], axis=-1) > gap
    first = np.argmax(behind, axis=1)
    parted = behind[np.arange(len(beta)), first]
    at = height(paths[np.arange(len(beta)), first])
    return np.where(parted, at, np.nan), np.where(parted, times[low[0]] - times[first], np.nan)
