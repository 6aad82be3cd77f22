"""Which range class a missile belongs to: while it burns from how long and how fast, after that from where it will come down.

Classes by greatest range: srbm < 1,000 km, mrbm < 3,000, irbm < 5,500, icbm beyond.
"""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
from numba import njit

from cupola.core.batches import RANGE_CLASSES, Floats
from cupola.core.constants import Cited
from cupola.dynamics.kepler import minimum_energy

LIMITS = (0.0, 1.0e6, 3.0e6, 5.5e6, 16.0e6)
PRIOR = (0.35, 0.3, 0.1, 0.25)
BURN = ((60.0, 0.4), (100.0, 0.3), (140.0, 0.3), (220.0, 0.25))
LEAST = 0.5  # below this probability the class is called unknown

SOURCES: dict[str, Cited] = {
    "LIMITS": Cited(
        "m",
        "Defense Intelligence Ballistic Missile Analysis Committee, Ballistic and Cruise Missile Threat; the last one is assumed",
        2020,
        "second-hand",
    ),
    "PRIOR": Cited("1", "assumed: how common the classes are", 2026, "assumed"),
    "BURN": Cited(
        "s, 1",
        "assumed: log-normal median and spread of burn times, solid and liquid, from the published burns in dynamics.vehicle",
        2026,
        "assumed",
    ),
}
_GRID = 24


def while_burning(since: float, speed: float) -> tuple[str, float]:
    """Class and its probability for a missile that still burns ``since`` s after launch at ``speed`` m/s (Earth-relative).

    Final speeds of a class are spread evenly over those that reach its ranges at minimum energy; a slower final speed than now is
    out, and so is a burn shorter than that so far. Limits: lofted flights look longer-ranged than they are.
    """
    return named(*_burning(since, speed))


def after_burnout(distance: float, sigma: float) -> tuple[str, float]:
    """Class and its probability from the ground distance launch to impact (m) and its 1-sigma."""
    return named(*burnt(distance, sigma))


def named(k: int, share: float) -> tuple[str, float]:
    """Name and probability of the likeliest class k, or that none is likely enough."""
    return (RANGE_CLASSES[k], share) if share >= LEAST else ("unknown", share)


@njit(cache=True, nogil=True)
def _phi(z: float) -> float:
    """Standard normal distribution function."""
    return 0.5 * math.erfc(-z / math.sqrt(2.0))


@njit(cache=True, nogil=True)
def _burning(since: float, speed: float) -> tuple[int, float]:
    """Kernel of ``while_burning``: the likeliest class and its probability."""
    best, most, total = 0, -1.0, 0.0
    for k in range(len(_FINALS)):
        faster = 0.0
        for final in _FINALS[k]:
            # the speed now is short of the final one by a spread of 5 %, for loft and the estimate's own error
            faster += _phi((final - speed) / (0.05 * final)) / _GRID
        longer = _phi((math.log(BURN[k][0]) - math.log(max(since, 1.0))) / BURN[k][1])
        weight = PRIOR[k] * max(faster, 1e-6) * max(longer, 1e-6)
        total += weight
        if weight > most:
            best, most = k, weight
    return best, most / total


@njit(cache=True, nogil=True)
def burnt(distance: float, sigma: float) -> tuple[int, float]:
    """Kernel of ``after_burnout``."""
    best, most, below = 0, -1.0, 0.0
    for k in range(len(LIMITS) - 1):
        up_to = _phi((LIMITS[k + 1] - distance) / max(sigma, 1e3)) if k < len(LIMITS) - 2 else 1.0
        if up_to - below > most:
            best, most = k, up_to - below
        below = up_to
    return best, most


def _final_speeds(nearest: float, farthest: float) -> Floats:
    """Speeds (m/s) between those that reach two ranges (m) at minimum energy."""
    slow, fast = (float(minimum_energy(d)[0]) for d in (max(nearest, 1e5), farthest))
    return np.linspace(slow, fast, _GRID)


_FINALS = np.array([_final_speeds(*pair) for pair in pairwise(LIMITS)])
