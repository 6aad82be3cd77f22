"""The path of a glide vehicle after it leaves its booster, as a table of nodes.

A stand-in for analysis: an unbanked equilibrium glide along the direction the booster gave it, which ends in free fall near the
target. It steers to nothing.
"""

from __future__ import annotations

import numpy as np

from cupola.catalog.missile import Glide
from cupola.core.batches import Floats
from cupola.core.constants import OMEGA, Cited
from cupola.dynamics import glide as gliding
from cupola.dynamics.frames import ecef_from_eci, geodetic_from_ecef, great_circle, turn

BOOST_SHARE = 0.45
RELEASE_M = 60e3
LONGEST_S = 4000.0

SOURCES: dict[str, Cited] = {
    "BOOST_SHARE": Cited(
        "1",
        "computed: share of the range flown ballistically so that L/D 2.6 glides the rest (Eggers et al. 1958)",
        2026,
        "computed",
    ),
    "RELEASE_M": Cited("m", "assumed: ground distance to the target at which the glide ends in free fall", 2026, "assumed"),
    "LONGEST_S": Cited("s", "assumed: longer than any glide here", 2026, "assumed"),
}


def glide_path(x: Floats, t: float, kind: Glide, target: tuple[float, float]) -> Floats:
    """Nodes ``(k, 6)`` 1 s apart, ECI, from state ``x`` at ``t`` until near the target (lat, lon), below 1 km/s, or the ground.

    Limits: no bank, no dive: it may pass the target or fall short of it by some hundred km.
    """
    back = np.concatenate([turn(x[:3], -OMEGA * t), turn(x[3:], -OMEGA * t)])
    times, states = gliding.fly(back, kind.lift_drag, kind.beta, duration=LONGEST_S)
    lat, lon, _ = geodetic_from_ecef(ecef_from_eci(states[:, :3], times))
    left, _ = great_circle(lat, lon, *target)
    nearest = int(np.argmin(left))
    near = np.flatnonzero(left[: nearest + 1] < RELEASE_M)
    end = max(2, int(near[0]) + 1 if len(near) else nearest + 1)
    nodes = states[:end]
    return np.asarray(np.concatenate([turn(nodes[:, :3], OMEGA * t), turn(nodes[:, 3:], OMEGA * t)], axis=1))
