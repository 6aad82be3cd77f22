"""Physical constants, each with its source. SI units.

``SOURCES`` is what the uncited-number test and ``cupola cite`` read: every upper-case float here must be in it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Cited:
    """Where a number comes from. ``status``: read, second-hand, computed, or assumed."""

    unit: str
    source: str
    year: int
    status: str


MU = 3.986004418e14
EARTH_RADIUS = 6378137.0
FLATTENING = 1 / 298.257223563
J2 = 1.08262668e-3
J3 = -2.5327e-6
J4 = -1.6196e-6
OMEGA = 7.292115e-5
G0 = 9.80665
MEAN_RADIUS = 6371.0e3
BOLTZMANN = 1.380649e-23
LIGHT_SPEED = 299792458.0
STEFAN_BOLTZMANN = 5.670374419e-8

_WGS84 = "NGA.STND.0036, World Geodetic System 1984, version 1.0.0"
_EGM96 = "Lemoine et al., EGM96, NASA/TP-1998-206861 (unnormalised zonals)"
_SI = "BIPM, SI Brochure, 9th edition"

SOURCES: dict[str, Cited] = {
    "MU": Cited("m^3/s^2", _WGS84, 2014, "read"),
    "EARTH_RADIUS": Cited("m", _WGS84 + " (equatorial)", 2014, "read"),
    "FLATTENING": Cited("1", _WGS84, 2014, "read"),
    "J2": Cited("1", _EGM96, 1998, "second-hand"),
    "J3": Cited("1", _EGM96, 1998, "second-hand"),
    "J4": Cited("1", _EGM96, 1998, "second-hand"),
    "OMEGA": Cited("rad/s", _WGS84, 2014, "read"),
    "G0": Cited("m/s^2", "CGPM 3, standard gravity", 1901, "read"),
    "MEAN_RADIUS": Cited("m", "Moritz, Geodetic Reference System 1980, mean radius R1, rounded", 1980, "second-hand"),
    "BOLTZMANN": Cited("J/K", _SI, 2019, "read"),
    "LIGHT_SPEED": Cited("m/s", _SI, 2019, "read"),
    "STEFAN_BOLTZMANN": Cited("W/m^2/K^4", "CODATA 2018", 2019, "second-hand"),
}
