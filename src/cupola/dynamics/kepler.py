"""Two-body flight in closed form: least energy, time of flight from apogee and range, coasting, and where an orbit meets ground.

Spherical gravity, no air. The first group counts from surface to surface of the mean-radius sphere; the second takes ECI states and
ends on the WGS-84 ellipsoid.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import ArrayLike

from cupola.core.batches import Floats
from cupola.core.constants import MEAN_RADIUS, MU
from cupola.core.errors import BadInput
from cupola.dynamics.ellipsoid import height
from cupola.dynamics.frames import E2, POLAR_RADIUS

# ----------------------------------------------------------------------------------------------- apogee, range, time


def minimum_energy(ground_range: ArrayLike) -> tuple[Floats, Floats, Floats, Floats]:
    """Slowest launch that covers ``ground_range`` (m): speed (m/s), angle above the horizon (rad), apogee height (m), time (s).

    Shapes: (...) -> four of (...). Raises: BadInput unless 0 < range <= half the circumference.
    Source: Bate, Mueller, White 1971, ch. 6: s = sin(psi/2), v^2 = (mu/R) 2s/(1+s), angle = (pi - psi)/4.
    Limits: sphere at rest, no air, impulsive.
    """
    psi = _arc(ground_range)
    s = np.sin(0.5 * psi)
    speed = np.sqrt(MU / MEAN_RADIUS * 2.0 * s / (1.0 + s))
    apogee = 0.5 * MEAN_RADIUS * (s + np.cos(0.5 * psi) - 1.0)
    return speed, 0.25 * (np.pi - psi), apogee, _time(apogee, psi)


def impulsive_launch(apogee: ArrayLike, ground_range: ArrayLike) -> tuple[Floats, Floats]:
    """Speed (m/s) and angle above the horizon (rad) that reach ``apogee`` (m) and come down at ``ground_range`` (m), at rest.

    Shapes: (...), (...) -> (...), (...). Raises: BadInput. Source, Limits: as ``impulsive_time``.
    """
    a, _, p = _ellipse(_height(apogee), _arc(ground_range))
    speed = np.sqrt(MU * (2.0 / MEAN_RADIUS - 1.0 / a))
    return speed, np.arccos(np.clip(np.sqrt(MU * p) / (MEAN_RADIUS * speed), 0.0, 1.0))


def impulsive_time(apogee: ArrayLike, ground_range: ArrayLike) -> Floats:
    """Free-flight time (s) from surface to surface of the ellipse with this apogee height and ground range (m), Earth at rest.

    Shapes: (...), (...) -> (...). Raises: BadInput for an apogee or range that is not positive, or a range beyond half the globe.
    Source: ra = R + apogee, e = (ra - R)/(ra - R cos(psi/2)), Kepler's equation (Bate, Mueller, White 1971, ch. 6).
    Limits: sphere, no air, no boost: a real flight takes longer by its boost.
    """
    return _time(_height(apogee), _arc(ground_range))


def _arc(ground_range: ArrayLike) -> Floats:
    psi = np.asarray(ground_range, float) / MEAN_RADIUS
    if not np.all((psi > 0.0) & (psi <= np.pi)):
        raise BadInput(
            f"ground range must be above 0 and at most {np.pi * MEAN_RADIUS / 1e3:.0f} km (half the Earth's circumference)"
        )
    return psi


def _height(apogee: ArrayLike) -> Floats:
    apogee = np.asarray(apogee, float)
    if not np.all((apogee > 0.0) & np.isfinite(apogee)):
        raise BadInput("apogee must be a finite height above 0")
    return apogee


def _ellipse(apogee: Floats, psi: Floats) -> tuple[Floats, Floats, Floats]:
    """Semi-major axis, eccentricity, parameter of the ellipse through two surface points ``psi`` apart, symmetric about apogee."""
    top = MEAN_RADIUS + apogee
    e = apogee / (top - MEAN_RADIUS * np.cos(0.5 * psi))
    a = top / (1.0 + e)
    return a, e, a * (1.0 - e * e)


def _time(apogee: Floats, psi: Floats) -> Floats:
    a, e, _ = _ellipse(apogee, psi)
    anomaly = 2.0 * np.arctan2(np.sqrt(1.0 - e) * np.cos(0.25 * psi), np.sqrt(1.0 + e) * np.sin(0.25 * psi))
    return 2.0 * (np.pi - anomaly + e * np.sin(anomaly)) * np.sqrt(a**3 / MU)


# ----------------------------------------------------------------------------------------------- states


@njit(cache=True, nogil=True)
def _stumpff(z: float) -> tuple[float, float]:
    """Stumpff functions C(z), S(z); their series near zero."""
    if abs(z) < 1e-2:
        c = (1.0 - z / 12.0 * (1.0 - z / 30.0 * (1.0 - z / 56.0 * (1.0 - z / 90.0)))) / 2.0
        s = (1.0 - z / 20.0 * (1.0 - z / 42.0 * (1.0 - z / 72.0 * (1.0 - z / 110.0)))) / 6.0
        return c, s
    if z > 0.0:
        q = np.sqrt(z)
        return (1.0 - np.cos(q)) / z, (q - np.sin(q)) / (q * z)
    q = np.sqrt(-z)
    return (1.0 - np.cosh(q)) / z, (q - np.sinh(q)) / (q * z)


@njit(cache=True, nogil=True)
def coast_kernel(x: Floats, dt: float, out: Floats) -> bool:
    """Two-body state after ``dt`` (either sign) into ``out (6,)``; False (and NaN) if the universal anomaly was not found.

    Source: Vallado 2013, algorithm 8, with Laguerre's iteration (Conway 1986, Celestial Mechanics 39, 199).
    """
    r0 = np.sqrt(x[0] * x[0] + x[1] * x[1] + x[2] * x[2])
    root = np.sqrt(MU)
    sigma = (x[0] * x[3] + x[1] * x[4] + x[2] * x[5]) / root
    alpha = 2.0 / r0 - (x[3] * x[3] + x[4] * x[4] + x[5] * x[5]) / MU
    if alpha > 0.0:  # whole turns are left out
        period = 2.0 * np.pi / (root * alpha * np.sqrt(alpha))
        dt -= period * np.floor(dt / period + 0.5)
    target = root * dt
    chi = target * alpha if alpha > 0.0 else target / r0
    for _ in range(60):
        z = alpha * chi * chi
        c, s = _stumpff(z)
        f = sigma * chi * chi * c + (1.0 - alpha * r0) * chi**3 * s + r0 * chi - target
        r = chi * chi * c + sigma * chi * (1.0 - z * s) + r0 * (1.0 - z * c)
        bend = (1.0 - alpha * r0) * chi * (1.0 - z * s) + sigma * (1.0 - z * c)
        step = 5.0 * f / (r + np.sqrt(abs(16.0 * r * r - 20.0 * f * bend)))
        chi -= step
        if abs(step) < 1e-13 * (abs(chi) + 1.0):
            break
    else:
        out[:] = np.nan
        return False
    z = alpha * chi * chi
    c, s = _stumpff(z)
    f, g = 1.0 - chi * chi * c / r0, dt - chi**3 * s / root
    for i in range(3):
        out[i] = f * x[i] + g * x[3 + i]
    r = np.sqrt(out[0] * out[0] + out[1] * out[1] + out[2] * out[2])
    fd, gd = root / (r * r0) * chi * (z * s - 1.0), 1.0 - chi * chi * c / r
    for i in range(3):
        out[3 + i] = fd * x[i] + gd * x[3 + i]
    return True


@njit(cache=True, nogil=True)
def _descent(x: Floats, radius: float) -> float:
    """Time (s, >= 0) until the orbit next comes down through ``radius``; NaN if it never does. Elliptic orbits only."""
    r = np.sqrt(x[0] * x[0] + x[1] * x[1] + x[2] * x[2])
    alpha = 2.0 / r - (x[3] * x[3] + x[4] * x[4] + x[5] * x[5]) / MU
    if alpha <= 0.0:
        return np.nan
    cosine = 1.0 - r * alpha  # e cos E
    sine = (x[0] * x[3] + x[1] * x[4] + x[2] * x[5]) * np.sqrt(alpha / MU)  # e sin E
    e = np.sqrt(cosine * cosine + sine * sine)
    there = 1.0 - radius * alpha
    if e < 1e-12 or abs(there) > e:
        return np.nan
    end = 2.0 * np.pi - np.arccos(there / e)
    mean = (end - e * np.sin(end)) - (np.arctan2(sine, cosine) - sine)
    return np.mod(mean, 2.0 * np.pi) / (np.sqrt(MU * alpha) * alpha)


@njit(cache=True, nogil=True)
def ground_kernel(x: Floats, out: Floats) -> float:
    """Time (s) until a two-body orbit comes down to the ellipsoid, and the state there into ``out (6,)``; NaN if it does not."""
    for m in range(6):
        out[m] = x[m]
    wait = np.nan
    for _ in range(12):  # the sphere through the surface at the latitude found last
        r2 = out[0] * out[0] + out[1] * out[1] + out[2] * out[2]
        surface = POLAR_RADIUS / np.sqrt(1.0 - E2 * (1.0 - out[2] * out[2] / r2))
        before, wait = wait, _descent(x, surface)
        if np.isnan(wait) or not coast_kernel(x, wait, out):
            out[:] = np.nan
            return np.nan
        if abs(wait - before) < 1e-6:
            break
    r = np.sqrt(out[0] * out[0] + out[1] * out[1] + out[2] * out[2])
    sinking = (out[0] * out[3] + out[1] * out[4] + out[2] * out[5]) / r
    wait += -height(out[0], out[1], out[2]) / sinking
    coast_kernel(x, wait, out)
    return wait


@njit(cache=True, nogil=True)
def _coast(x: Floats, dt: Floats, out: Floats) -> int:
    bad = 0
    for i in range(len(x)):
        if not coast_kernel(x[i], dt[i], out[i]):
            bad += 1
    return bad


@njit(cache=True, nogil=True)
def _ground(x: Floats, wait: Floats, out: Floats) -> None:
    for i in range(len(x)):
        wait[i] = ground_kernel(x[i], out[i])


def coast(x: ArrayLike, dt: ArrayLike) -> Floats:
    """Two-body states after ``dt`` s (negative: before). Shapes: (n, 6), (n,) or one -> (n, 6).

    Raises: BadInput if a state is not a real orbit. Source: ``coast_kernel``.
    Limits: spherical gravity: J2 moves an impact point by 7 km (median), 22 km (one in ten);
    use ``propagate`` where that matters.
    """
    x = np.ascontiguousarray(np.asarray(x, float))
    out = np.empty_like(x)
    bad = _coast(x, np.ascontiguousarray(np.broadcast_to(np.asarray(dt, float), (len(x),))), out)
    if bad:
        raise BadInput(f"{bad} of {len(x)} states are no orbits (not finite, or at the Earth's centre)")
    return out


def ground(x: ArrayLike) -> tuple[Floats, Floats]:
    """Time (s from now) and two-body state where each orbit next comes down to the ellipsoid; NaN where it never does.

    Shapes: (n, 6) -> (n,), (n, 6). Limits: as ``coast``; no air, elliptic orbits; a body below the surface is sent once round.
    """
    x = np.ascontiguousarray(np.asarray(x, float))
    wait, out = np.empty(len(x)), np.empty_like(x)
    _ground(x, wait, out)
    return wait, out
