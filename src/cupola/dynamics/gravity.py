"""Gravity of the Earth's zonal harmonics J2, J3, J4. Symmetric about the axis: the same formula in ECI and ECEF."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import ArrayLike

from cupola.core.batches import Floats
from cupola.core.constants import EARTH_RADIUS, J2, J3, J4, MU


@njit(cache=True, nogil=True)
def gravity_kernel(x: float, y: float, z: float) -> tuple[float, float, float]:
    """Acceleration (m/s^2) at one place, without the centrifugal part. For use inside other numba code.

    Source: gradient of mu/r (1 - sum Jn (a/r)^n Pn(z/r)), Vallado 2013, eq. 8-25 f; with the Legendre identities
    P'(n+1) = (n+1) Pn + u Pn' and (1-u^2) Pn' = (n+1)(u Pn - P(n+1)) each zonal needs one polynomial per component.
    """
    r2 = x * x + y * y + z * z
    r = np.sqrt(r2)
    u = z / r
    u2 = u * u
    q = EARTH_RADIUS / r
    k2 = J2 * q * q
    k3 = J3 * q * q * q
    k4 = J4 * q * q * q * q
    side = k2 * (7.5 * u2 - 1.5) + k3 * u * (17.5 * u2 - 7.5) + k4 * ((39.375 * u2 - 26.25) * u2 + 1.875)
    axial = 1.5 * k2 * u * (5.0 * u2 - 3.0) + 0.5 * k3 * ((35.0 * u2 - 30.0) * u2 + 3.0)
    axial += 0.625 * k4 * u * ((63.0 * u2 - 70.0) * u2 + 15.0)
    f = -MU / (r2 * r) * (1.0 - side)
    return f * x, f * y, -MU / r2 * (u - axial)


def acceleration(x: ArrayLike) -> Floats:
    """Gravity (m/s^2) with J2-J4. Shapes: (..., 3) -> (..., 3).

    Limits: outside the Earth; the harmonics left out reach some 3e-5 g near the surface.
    """
    x = np.asarray(x, float)
    r = np.sqrt(np.sum(x * x, axis=-1))
    u, q = x[..., 2] / r, EARTH_RADIUS / r
    u2 = u * u
    k2, k3, k4 = J2 * q**2, J3 * q**3, J4 * q**4
    side = k2 * (7.5 * u2 - 1.5) + k3 * u * (17.5 * u2 - 7.5) + k4 * ((39.375 * u2 - 26.25) * u2 + 1.875)
    axial = 1.5 * k2 * u * (5.0 * u2 - 3.0) + 0.5 * k3 * ((35.0 * u2 - 30.0) * u2 + 3.0)
    axial = axial + 0.625 * k4 * u * ((63.0 * u2 - 70.0) * u2 + 15.0)
    f = -MU / r**3 * (1.0 - side)
    return np.stack([f * x[..., 0], f * x[..., 1], -MU / r**2 * (u - axial)], axis=-1)
