"""Position reports (ADS-B and the like): x, y, z in the frame whose rows are given in ECI: z = axes @ (x - position).

With position 0 and axes the identity a report is plain ECI; with axes turned by the Earth's angle it is ECEF.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from cupola.core.batches import Floats


@njit(cache=True, nogil=True)
def position_h(x: Floats, position: Floats, axes: Floats, z: Floats) -> None:
    """Write x, y, z of the ECI position x ``(>=3,)`` into z ``(3,)``."""
    dx, dy, dz = x[0] - position[0], x[1] - position[1], x[2] - position[2]
    for i in range(3):
        z[i] = axes[i, 0] * dx + axes[i, 1] * dy + axes[i, 2] * dz


@njit(cache=True, nogil=True)
def position_jacobian(x: Floats, position: Floats, axes: Floats, z: Floats, H: Floats) -> None:
    """Write x, y, z into z ``(3,)`` and their derivative by ECI position into H ``(3, 3)``: the axes."""
    position_h(x, position, axes, z)
    for i in range(3):
        for j in range(3):
            H[i, j] = axes[i, j]


@njit(cache=True, nogil=True)
def position_invert(z: Floats, position: Floats, axes: Floats, x: Floats) -> None:
    """Write the ECI position of the report z ``(3,)`` into x ``(>=3,)``."""
    for j in range(3):
        x[j] = position[j] + axes[0, j] * z[0] + axes[1, j] * z[1] + axes[2, j] * z[2]


@njit(cache=True, nogil=True)
def position_covariance(z: Floats, sigma: Floats, axes: Floats, R: Floats) -> None:  # noqa: ARG001  # one signature for all kinds
    """Write the noise sigma ``(3,)`` turned to ECI into R ``(3, 3)``, m^2; z does not matter."""
    for i in range(3):
        for j in range(3):
            total = 0.0
            for k in range(3):
                total += axes[k, i] * axes[k, j] * sigma[k] * sigma[k]
            R[i, j] = total


def h(x: Floats, position: Floats, axes: Floats) -> Floats:
    """Reports ``(n, 3)`` of states x ``(n, >=3)`` in ECI."""
    return np.asarray((x[:, :3] - position) @ axes.T)


def invert(z: Floats, position: Floats, axes: Floats) -> Floats:
    """ECI positions ``(n, 3)`` of reports z ``(n, 3)``."""
    return np.asarray(position + z @ axes)


def covariance(z: Floats, sigma: Floats, axes: Floats) -> Floats:
    """Noise sigma ``(n, 3)`` or ``(3,)`` of reports z ``(n, 3)`` as ECI covariance ``(n, 3, 3)``, m^2."""
    J = axes.T * np.broadcast_to(sigma, z.shape)[:, None, :]
    return np.asarray(J @ np.swapaxes(J, 1, 2))
