"""A number that says where it comes from, and the units a catalogue file may use."""

from __future__ import annotations

import math
from dataclasses import dataclass

from cupola.core.constants import G0

STATUSES = ("read", "second-hand", "computed", "assumed")

# key suffix -> (unit as printed, factor to SI); a logarithmic or counted unit keeps its number
UNITS: dict[str, tuple[str, float]] = {
    "_km_s": ("km/s", 1e3),
    "_m_s": ("m/s", 1.0),
    "_m_s2": ("m/s^2", 1.0),
    "_g": ("g", G0),
    "_w_sr": ("W/sr", 1.0),
    "_kw_sr": ("kW/sr", 1e3),
    "_dbw_sr": ("dBW/sr", 1.0),
    "_kg_m2": ("kg/m^2", 1.0),
    "_m2": ("m^2", 1.0),
    "_dbsm": ("dBsm", 1.0),
    "_db": ("dB", 1.0),
    "_km": ("km", 1e3),
    "_m": ("m", 1.0),
    "_w_m2": ("W/m^2", 1.0),
    "_min": ("min", 60.0),
    "_h": ("h", 3600.0),
    "_ms": ("ms", 1e-3),
    "_s": ("s", 1.0),
    "_deg_s": ("deg/s", math.pi / 180),
    "_deg": ("deg", math.pi / 180),
    "_mrad": ("mrad", 1e-3),
    "_urad": ("urad", 1e-6),
    "_per_sr": ("1/sr", 1.0),
    "_per_hour": ("1/h", 1 / 3600),
    "_kg": ("kg", 1.0),
    "_t": ("t", 1e3),
    "_kn": ("kN", 1e3),
    "_k": ("K", 1.0),
    "_ghz": ("GHz", 1e9),
    "_mhz": ("MHz", 1e6),
    "_um": ("um", 1e-6),
    "_yr": ("yr", 365.25 * 86400),
    "_kbps": ("kbit/s", 1.0),
    "_usd": ("USD", 1.0),
    "_musd": ("M USD", 1e6),
    "_busd": ("G USD", 1e9),
}
FACTORS = dict(UNITS.values())


def unit_of(key: str) -> tuple[str, float]:
    """Unit and factor to SI from a key's ending: ``range_km`` is km, 1000; no known ending is a pure number."""
    best = max((s for s in UNITS if key.endswith(s)), key=len, default="")
    return UNITS.get(best, ("1", 1.0))


@dataclass(frozen=True)
class Source:
    """One entry of the bibliography. An assumption is one too: its title is the reasoning."""

    key: str
    title: str
    author: str
    year: int
    url: str = ""


@dataclass(frozen=True)
class Value:
    """A number with its range, unit, source, year, and how it is known.

    value, lo, hi are in ``unit``; ``si`` is the value in SI units, angles in radians; lo = hi = value where no range is stated.
    status: ``read`` in the source itself, ``second-hand`` from a transcription or memory of it, ``computed``, ``assumed``.
    """

    value: float
    lo: float
    hi: float
    unit: str
    factor: float
    source: str
    year: int
    status: str

    @property
    def si(self) -> float:
        """The value in SI units (angles in radians; decibels, money and counts as they are)."""
        return self.value * self.factor
