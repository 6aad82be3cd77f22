"""Density: US Standard Atmosphere 1976 to 86 km, Vallado's exponential table above, to 1000 km.

The logarithm of density is one cubic spline through both, cut into cells of 1 km: C2-smooth, for the kinks of a plain table cost an
integrator of order four its accuracy. Against NRLMSIS 2 densities differ by factors 1.1-1.6 at 30-150 km and by more at solar
maximum: vary ``scale`` between 0.6 and 1.5.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import ArrayLike

from cupola.core.batches import Floats
from cupola.core.constants import G0, Cited

GAS = 287.05287  # J/(kg K), dry air
GEOPOTENTIAL_RADIUS = 6356766.0  # m
SEA_LEVEL_PRESSURE = 101325.0  # Pa
TOP = 1.0e6  # m, end of the table

# US76: geopotential base (m), molecular-scale temperature there (K), lapse (K/m)
US76_LAYERS = (
    (0.0, 288.15, -6.5e-3),
    (11000.0, 216.65, 0.0),
    (20000.0, 216.65, 1.0e-3),
    (32000.0, 228.65, 2.8e-3),
    (47000.0, 270.65, 0.0),
    (51000.0, 270.65, -2.8e-3),
    (71000.0, 214.65, -2.0e-3),
)
# Vallado table 8-4 above US76: height (km), density (kg/m^3)
UPPER = (
    (90.0, 3.396e-6), (100.0, 5.297e-7), (110.0, 9.661e-8), (120.0, 2.438e-8), (130.0, 8.484e-9), (140.0, 3.845e-9),
    (150.0, 2.070e-9), (180.0, 5.464e-10), (200.0, 2.789e-10), (250.0, 7.248e-11), (300.0, 2.418e-11), (350.0, 9.518e-12),
    (400.0, 3.725e-12), (450.0, 1.585e-12), (500.0, 6.967e-13), (600.0, 1.454e-13), (700.0, 3.614e-14), (800.0, 1.170e-14),
    (900.0, 5.245e-15), (1000.0, 3.019e-15),
)  # fmt: skip

_US76 = "U.S. Standard Atmosphere, 1976, NOAA-S/T 76-1562"
SOURCES: dict[str, Cited] = {
    "GAS": Cited("J/(kg K)", _US76 + " (R*/M0)", 1976, "second-hand"),
    "GEOPOTENTIAL_RADIUS": Cited("m", _US76, 1976, "second-hand"),
    "SEA_LEVEL_PRESSURE": Cited("Pa", _US76, 1976, "second-hand"),
    "TOP": Cited("m", "end of the table of Vallado 2013", 2013, "second-hand"),
    "US76_LAYERS": Cited("m, K, K/m", _US76 + ", table 4", 1976, "second-hand"),
    "UPPER": Cited(
        "km, kg/m^3", "Vallado, Fundamentals of Astrodynamics and Applications, 4th ed., table 8-4", 2013, "second-hand"
    ),
}


def _us76(h: Floats) -> tuple[Floats, Floats]:
    """Molecular-scale temperature (K) and pressure (Pa) at geometric heights below 86 km. Source: US76, eq. 18, 23, 33."""
    geopotential = GEOPOTENTIAL_RADIUS * h / (GEOPOTENTIAL_RADIUS + h)
    temperature, pressure = np.empty_like(h), np.empty_like(h)
    base_pressure = SEA_LEVEL_PRESSURE
    tops = [layer[0] for layer in US76_LAYERS[1:]] + [84852.0]
    for (base, t0, lapse), top in zip(US76_LAYERS, tops, strict=True):
        here = (geopotential >= base) if base else np.ones_like(h, bool)
        rise = np.minimum(geopotential[here], top) - base
        temperature[here] = t0 + lapse * rise
        pressure[here] = base_pressure * _pressure_ratio(t0, lapse, rise)
        base_pressure *= _pressure_ratio(t0, lapse, np.array([top - base]))[0]
    return temperature, pressure


def _pressure_ratio(t0: float, lapse: float, rise: Floats) -> Floats:
    if lapse == 0.0:
        return np.exp(-G0 * rise / (GAS * t0))
    return (t0 / (t0 + lapse * rise)) ** (G0 / (GAS * lapse))


def _natural_spline(x: Floats, y: Floats) -> Floats:
    """Second derivatives at the knots of the natural cubic spline. Shapes: (m,), (m,) -> (m,)."""
    h = np.diff(x)
    system = np.diag(np.r_[1.0, 2.0 * (h[:-1] + h[1:]), 1.0])
    inner = np.arange(1, len(x) - 1)
    system[inner, inner - 1], system[inner, inner + 1] = h[:-1], h[1:]
    slope = np.diff(y) / h
    return np.linalg.solve(system, np.r_[0.0, 6.0 * np.diff(slope), 0.0])


def _cells() -> Floats:
    """Taylor coefficients of ln(density) in each 1 km cell, in powers of km from its foot. Shapes: -> (1001, 4)."""
    low = np.arange(0.0, 86.5)
    temperature, pressure = _us76(low * 1e3)
    x = np.r_[low, [k for k, _ in UPPER]]
    y = np.log(np.r_[pressure / (GAS * temperature), [d for _, d in UPPER]])
    bend, width, slope = _natural_spline(x, y), np.diff(x), np.diff(y) / np.diff(x)
    foot = np.arange(0.0, 1000.0)
    i = np.searchsorted(x, foot, side="right") - 1
    s = foot - x[i]
    c1 = slope[i] - width[i] * (2.0 * bend[i] + bend[i + 1]) / 6.0
    c2, c3 = bend[i] / 2.0, (bend[i + 1] - bend[i]) / (6.0 * width[i])
    cells = np.stack([y[i] + s * (c1 + s * (c2 + s * c3)), c1 + s * (2.0 * c2 + 3.0 * s * c3), c2 + 3.0 * s * c3, c3], axis=1)
    last = [y[-1], cells[-1, 1] + 2.0 * cells[-1, 2] + 3.0 * cells[-1, 3], 0.0, 0.0]  # above the table: exponential
    return np.ascontiguousarray(np.vstack([cells, last]))


CELLS = _cells()


@njit(cache=True, nogil=True)
def density_and_scale(h: float) -> tuple[float, float]:
    """Density (kg/m^3) and its local logarithmic slope -d ln(rho)/dh (1/m) at height ``h`` (m). For other numba code.

    Limits: below 0 and above 1000 km the end cells are continued (below -5 km the density of -5 km is kept).
    """
    k = max(h, -5000.0) * 1e-3
    i = min(max(int(k), 0), 1000)
    s = k - i
    c = CELLS[i]
    log = c[0] + s * (c[1] + s * (c[2] + s * c[3]))
    return np.exp(log), -1e-3 * (c[1] + s * (2.0 * c[2] + 3.0 * s * c[3]))


@njit(cache=True, nogil=True)
def density_kernel(h: float) -> float:
    """Density (kg/m^3) at height ``h`` (m) above the ellipsoid. For other numba code."""
    return density_and_scale(h)[0]


def density(h: ArrayLike, scale: ArrayLike = 1.0) -> Floats:
    """Density (kg/m^3) at heights (m) above the ellipsoid, times ``scale``. Shapes: (...) -> (...).

    Source: US76 below 86 km, Vallado 2013 table 8-4 above, joined by a spline of the logarithm (within 0.3 % of US76).
    Limits: a mean atmosphere; no weather, latitude, season or solar activity. Beyond 1000 km an exponential.
    """
    k = np.maximum(np.asarray(h, float), -5000.0) * 1e-3
    i = np.clip(np.nan_to_num(k), 0.0, 1000.0).astype(np.int64)
    s, c = k - i, CELLS[i]
    return np.exp(c[..., 0] + s * (c[..., 1] + s * (c[..., 2] + s * c[..., 3]))) * np.asarray(scale, float)
