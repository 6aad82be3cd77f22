"""How long a satellite stays up without help, and what it takes to hold it there: drag by altitude and solar activity.

Three densities side by side, because they differ by up to a factor of two and that is the honest error bar:
``ips`` (responds to solar activity), ``mean`` (a published table for mean activity), ``standard`` (the simulation's atmosphere).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from cupola.assess.question import Chart, Input, Model, Output
from cupola.core.batches import Floats
from cupola.core.constants import EARTH_RADIUS, MU, Cited
from cupola.core.errors import BadOption

Density = Callable[[Floats, Floats], Floats]

DAY = 86400.0
YEAR = 365.25 * DAY
NODES, WEIGHTS = np.polynomial.legendre.leggauss(64)  # over altitude: twice as many change a life by less than 1e-9
FLUX_QUIET, FLUX_MEAN, FLUX_ACTIVE = 70.0, 150.0, 200.0
AP_USUAL = 10.0
IPS_TOP = 500.0  # km
LOST_AT = 180.0  # km: lower a satellite counts as lost
CYCLE = 11.0  # years
DRAG_COEFFICIENT = 2.2
MEAN_TABLE = ((300.0, 2.58e-11), (400.0, 3.89e-12), (500.0, 7.3e-13))
STORM = 1.5  # drag in the storm of 4 February 2022 over drag before it

_IPS = (
    "IPS Radio and Space Services (E. Street), Satellite Orbital Decay Calculations, with its program as transcribed in public code"
)
SOURCES: dict[str, Cited] = {
    "FLUX_QUIET": Cited("solar flux units", "usual F10.7 at solar minimum, textbook", 2020, "second-hand"),
    "FLUX_MEAN": Cited("solar flux units", "usual mean F10.7 of an active half-cycle, textbook", 2020, "second-hand"),
    "FLUX_ACTIVE": Cited("solar flux units", "usual F10.7 at solar maximum, textbook", 2020, "second-hand"),
    "AP_USUAL": Cited("1", "usual daily Ap, textbook", 2020, "second-hand"),
    "IPS_TOP": Cited("km", _IPS + ": for circular orbits below 500 km", 1999, "read"),
    "DRAG_COEFFICIENT": Cited("1", "usual value in free molecular flow, textbook", 2020, "second-hand"),
    "LOST_AT": Cited("km", _IPS + ": a satellite is taken as lost there", 1999, "read"),
    "CYCLE": Cited("yr", "mean length of a solar cycle, textbook", 2020, "second-hand"),
    "MEAN_TABLE": Cited("km, kg/m^3", "Space Exploration Stack Exchange, question 48256", 2020, "second-hand"),
    "STORM": Cited("1", "SpaceX statement on the loss of 38 of 49 satellites at 210 km", 2022, "read"),
}


def ips_density(h: Floats | float, f107: Floats | float, ap: float = AP_USUAL) -> Floats:
    """Density (kg/m^3) at ``h`` km: 6e-10 exp(-(h - 175) m / T), T = 900 + 2.5 (F10.7 - 70) + 1.5 Ap, m = 27 - 0.012 (h - 200).

    Source: IPS Radio and Space Services 1999. Limits: 180-500 km; beyond 500 km it is continued with the slope at 500 km, since the
    formula turns upward at 1,300 km.
    """
    h = np.asarray(h, float)
    t = 900.0 + 2.5 * (np.asarray(f107, float) - 70.0) + 1.5 * ap
    low = np.minimum(h, IPS_TOP)
    slope = (27.0 - 0.012 * (IPS_TOP - 200.0)) - 0.012 * (IPS_TOP - 175.0)  # d[(h - 175) m]/dh at the top
    exponent = (low - 175.0) * (27.0 - 0.012 * (low - 200.0)) + slope * (h - low)
    return 6e-10 * np.exp(-exponent / t)


def mean_density(h: Floats | float) -> Floats:
    """Density (kg/m^3) at ``h`` km at mean solar activity: log-linear through three published points, end slopes continued."""
    x, y = (np.array(column) for column in zip(*MEAN_TABLE, strict=True))
    cell = np.clip(np.searchsorted(x, h, side="right") - 1, 0, len(x) - 2)
    slope = np.diff(np.log(y)) / np.diff(x)
    return np.asarray(y[cell] * np.exp(slope[cell] * (np.asarray(h, float) - x[cell])))


def standard_density(h: Floats | float) -> Floats:
    """Density (kg/m^3) at ``h`` km of the atmosphere that the simulation flies through (no solar activity)."""
    from cupola.dynamics.atmosphere import density

    return density(np.asarray(h, float) * 1e3)


def density_model(name: str, ap: float = AP_USUAL) -> Density:
    """The density of a name as a function of altitude (km) and F10.7. Raises BadOption."""
    if name == "ips":
        return lambda h, f: ips_density(h, f, ap)
    if name in {"mean", "standard"}:
        table = mean_density if name == "mean" else standard_density
        return lambda h, _: table(h)
    raise BadOption(f"no density model {name!r}; choose from {', '.join(DENSITIES)}")


DENSITIES = ("ips", "mean", "standard")


def life(rho: Density, altitude: float, ballistic: float, f107: float, stop: float) -> float:
    """Days a circular orbit takes to sink from ``altitude`` to ``stop`` (km); ballistic: Cd A/m, m^2/kg.

    dP/dt = -3 pi a rho (Cd A/m) is da/dt = -sqrt(mu a) rho (Cd A/m), so life is one integral over altitude.
    Limits: circular, no storms, constant activity: years of life mean nothing more exact than a factor of two.
    """
    if altitude <= stop:
        return 0.0
    h = stop + (altitude - stop) * (NODES + 1.0) / 2.0
    return float(np.sum(WEIGHTS / _sinking(rho, h, np.full_like(h, f107), ballistic)) * (altitude - stop) * 1e3 / 2.0 / DAY)


def life_in_cycle(
    rho: Density, altitude: float, ballistic: float, stop: float, phases: Sequence[float], quiet: float, active: float
) -> list[float]:
    """Days of life when F10.7 swings between ``quiet`` and ``active`` in 11 years; phases: years after solar minimum at the start.

    Midpoint steps downward through altitude, all phases at once. Source: the cycle as a plain cosine, assumed.
    """
    steps = max(60, math.ceil((altitude - stop) / 2.0))
    step = (altitude - stop) / steps
    start = np.asarray(phases, float) * YEAR
    t = np.zeros_like(start)

    def flux(when: Floats) -> Floats:
        return quiet + (active - quiet) * (1.0 - np.cos(2.0 * math.pi * when / (CYCLE * YEAR))) / 2.0

    for k in range(steps):
        h = np.full_like(t, altitude - k * step)
        half = 500.0 * step / _sinking(rho, h, flux(start + t), ballistic)
        t = t + 1e3 * step / _sinking(rho, h - step / 2.0, flux(start + t + half), ballistic)
    return [float(v) for v in t / DAY]


def makeup(rho: float, altitude: float, ballistic: float) -> float:
    """Velocity change (m/s) a year that holds a circular orbit against drag: rho v^2 (Cd A/m) / 2 over a year."""
    return 0.5 * rho * MU / (EARTH_RADIUS + altitude * 1e3) * ballistic * YEAR


def _sinking(rho: Density, h: Floats, f107: Floats, ballistic: float) -> Floats:
    """Speed (m/s) at which a circular orbit at ``h`` km shrinks."""
    return np.sqrt(MU * (EARTH_RADIUS + h * 1e3)) * rho(h, f107) * ballistic


# ------------------------------------------------------------------------------------------------------- as a question

INPUTS = (
    Input("altitude_km", "Altitude of the circular orbit", "km", 300.0, 180.0, 1000.0, 10.0, status="read",
          source="AEI 2025, space interceptors",
          help="above 500 km the solar-activity model is continued, not fitted", role="demand"),
    Input("area_over_mass_m2_kg", "Area over mass", "m²/kg", 0.01, 0.0005, 0.1, 0.0005, status="read",
          source=_IPS, help="0.01 is an average satellite, 0.001 a dense interceptor", low=0.005, high=0.02),
    Input("drag_coefficient", "Drag coefficient", "", DRAG_COEFFICIENT, 1.5, 3.0, 0.1, status="second-hand",
          source=SOURCES["DRAG_COEFFICIENT"].source, low=2.0, high=2.5),
    Input("f107", "Solar activity, F10.7", "solar flux units", FLUX_MEAN, 65.0, 300.0, 5.0, status="second-hand",
          source=SOURCES["FLUX_MEAN"].source, help="70 quiet, 150 middling, 200 active", low=70.0, high=200.0),
    Input("ap", "Geomagnetic activity, Ap", "", AP_USUAL, 0.0, 400.0, 1.0, status="second-hand",
          source=SOURCES["AP_USUAL"].source, low=5.0, high=30.0),
    Input("stop_altitude_km", "Altitude at which it counts as lost", "km", LOST_AT, 120.0, 300.0, 10.0, status="second-hand",
          source=_IPS, role="numeric"),
    Input("density_model", "Density of the air", "", "ips", choices=DENSITIES, source="three densities, all in the answer"),
)  # fmt: skip
OUTPUTS = (
    Output("life_days", "Life without thrust", "days"),
    Output("life_quiet_days", "Life at solar minimum (F10.7 70)", "days"),
    Output("life_active_days", "Life at solar maximum (F10.7 200)", "days"),
    Output("life_mean_days", "Life in the published mean density", "days"),
    Output("life_standard_days", "Life in the simulation's atmosphere", "days"),
    Output("density_kg_m3", "Density at the altitude", "kg/m³"),
    Output("density_mean_kg_m3", "Density, published mean", "kg/m³"),
    Output("density_standard_kg_m3", "Density, simulation's atmosphere", "kg/m³"),
    Output("makeup_m_s_yr", "Velocity change to stay up", "m/s per year"),
    Output("makeup_mean_m_s_yr", "Velocity change to stay up, published mean density", "m/s per year"),
    Output("storm_life_days", "Life if a storm raises drag by half throughout", "days"),
)


def answer(given: Mapping[str, Any]) -> dict[str, Any]:
    """Life and station-keeping at one altitude, and both over altitude and solar activity. Raises BadOption."""
    h, stop = given["altitude_km"], given["stop_altitude_km"]
    if h < stop:
        raise BadOption(f"an orbit at {h:g} km is already below the {stop:g} km at which it counts as lost; raise the altitude")
    ballistic = given["drag_coefficient"] * given["area_over_mass_m2_kg"]
    rho, ips = density_model(given["density_model"], given["ap"]), density_model("ips", given["ap"])
    here = {name: float(density_model(name, given["ap"])(np.array([h]), np.array([given["f107"]]))[0]) for name in DENSITIES}
    days = life(rho, h, ballistic, given["f107"], stop)
    return {
        "life_days": days,
        "life_quiet_days": life(ips, h, ballistic, FLUX_QUIET, stop),
        "life_active_days": life(ips, h, ballistic, FLUX_ACTIVE, stop),
        "life_mean_days": life(density_model("mean"), h, ballistic, FLUX_MEAN, stop),
        "life_standard_days": life(density_model("standard"), h, ballistic, FLUX_MEAN, stop),
        "density_kg_m3": here[given["density_model"]],
        "density_mean_kg_m3": here["mean"],
        "density_standard_kg_m3": here["standard"],
        "makeup_m_s_yr": makeup(here[given["density_model"]], h, ballistic),
        "makeup_mean_m_s_yr": makeup(here["mean"], h, ballistic),
        "storm_life_days": days / STORM,
        "charts": _charts(ips, ballistic, stop, h),
    }


def _charts(ips: Density, ballistic: float, stop: float, altitude: float) -> list[Chart]:
    heights = [float(h) for h in np.linspace(max(stop, 200.0) + 10.0, 600.0, 24)]
    activity = {f"F10.7 {f:g}": f for f in (FLUX_QUIET, FLUX_MEAN, FLUX_ACTIVE)}
    lives = {name: (heights, [life(ips, h, ballistic, f, stop) / 365.25 for h in heights]) for name, f in activity.items()}
    thrust = {
        name: (heights, [makeup(float(ips(np.array([h]), np.array([f]))[0]), h, ballistic) for h in heights])
        for name, f in activity.items()
    }
    phases = [float(p) for p in np.linspace(0.0, CYCLE, 23)]
    cycle = life_in_cycle(ips, altitude, ballistic, stop, phases, FLUX_QUIET, FLUX_ACTIVE)
    above = "Above 500 km the density is continued, not fitted."
    year = f"Life from {altitude:g} km by the year of launch"
    return [
        Chart("Life without thrust", "altitude (km)", "life (years)", lives, note=above),
        Chart("Velocity change to stay up", "altitude (km)", "m/s per year", thrust, note=above),
        Chart(year, "years after solar minimum", "life (days)", {"one cycle of 11 years": (phases, cycle)}),
    ]


MODELS = (
    Model(
        "decay", "Orbital decay", "How long does a satellite stay up without thrust, and what does it cost to hold it there?",
        INPUTS, OUTPUTS, answer, quick=True,
        limits="Circular orbit, steady activity, no storms, no thrust. Densities differ by up to a factor of two at one moment"
        " and more over a solar cycle, so lives of years are good to a factor of two. Design life (5 years in AEI and CBO) is"
        " another thing.",
        sources=(_IPS + ", 1999", SOURCES["MEAN_TABLE"].source + ", 2020", "US Standard Atmosphere 1976; Vallado 2013, table 8-4"),
    ),
)  # fmt: skip
