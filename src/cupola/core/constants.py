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
FOOT = 0.3048
NAUTICAL_MILE = 1852.0

_WGS84 = "NGA.STND.0036, World Geodetic System 1984, version 1.0.0"
_EGM96 = "Lemoine et al., EGM96, NASA/TP-1998-206861 (unnormalised zonals)"

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
    "FOOT": Cited("m", "international yard and pound agreement, exact", 1959, "second-hand"),
    "NAUTICAL_MILE": Cited("m", "First International Extraordinary Hydrographic Conference, Monaco, exact", 1929, "second-hand"),
}
