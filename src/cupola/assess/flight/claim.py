"""A claimed flight as it is given: its figures read, checked, and how far each may be off by rounding."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from cupola.core.constants import MEAN_RADIUS, Cited
from cupola.core.errors import BadOption

MOST_KM, MOST_S = 1e7, 1e8  # a claim beyond these is a slip of the pen: 26 times the way to the Moon, three years
LIMIT_KM = math.pi * MEAN_RADIUS / 1e3
DEFAULT_LATITUDE = 40.0

SOURCES: dict[str, Cited] = {
    "DEFAULT_LATITUDE": Cited("deg", "assumed: where no site is given", 2026, "assumed"),
}


@dataclass(frozen=True)
class Claim:
    """A claimed flight in SI, half the last digit of each figure, and the place and headings to try."""

    apogee: float
    range: float
    asked_range: float
    time: float
    apogee_slack: float
    range_slack: float
    time_slack: float
    lat: float
    lon: float
    headings: tuple[float, ...]
    too_far: bool


def _number(name: str, value: float, least: float, inclusive: bool = False, most: float = math.inf) -> float:
    """A finite number above ``least`` and at most ``most``, or BadOption."""
    try:
        out = float(value)
    except (TypeError, ValueError):
        raise BadOption(f"{name} must be a number, got {value!r}") from None
    if not math.isfinite(out) or out < least or (out == least and not inclusive):
        raise BadOption(f"{name} must be a finite number {'of at least' if inclusive else 'above'} {least:g}, got {value}")
    if out > most:
        raise BadOption(f"{name} must be at most {most:g}, got {value:g}")
    return out


def _half_digit(value: float, cap: float) -> float:
    """Half of the last decimal place that is not zero, at most ``cap`` times the value: how far a rounded figure may be off."""
    if value == 0:
        return 0.0
    for digits in range(-4, 4):
        if math.isclose(round(value, digits), value, rel_tol=1e-9):
            return min(0.5 * 10.0**-digits, cap * value)
    return 0.0


def _time_slack(time: float) -> float:
    """Half the step a reported time was rounded to: a minute, ten seconds, or one."""
    step = 60.0 if time % 60 == 0 else 10.0 if time % 10 == 0 else 1.0
    return min(step / 2.0, 0.1 * time)


def read(apogee_km: float, range_km: float, time_s: float, site: tuple[float, float] | None, azimuth: float | None) -> Claim:
    """Check the figures and bring them to SI."""
    apogee, reach = _number("--apogee-km", apogee_km, 0.0, most=MOST_KM), _number("--range-km", range_km, 0.0, most=MOST_KM)
    time = _number("--time-s", time_s, 0.0, most=MOST_S)
    lat, lon = site if site is not None else (DEFAULT_LATITUDE, 0.0)
    lat, lon = _number("--site latitude", lat, -90.0, True), _number("--site longitude", lon, -360.0, True)
    if lat > 90.0 or lon > 360.0:
        raise BadOption(f"--site takes latitude (-90 to 90) and longitude (-360 to 360) in degrees, got {lat},{lon}")
    if azimuth is not None:
        azimuth = _number("--azimuth", azimuth, -360.0, inclusive=True)
    headings = (math.radians(azimuth),) if azimuth is not None else tuple(math.radians(a) for a in range(0, 360, 60))
    slacks = (_half_digit(apogee, 0.01) * 1e3, _half_digit(reach, 0.01) * 1e3, _time_slack(time))
    near = min(reach, 0.999 * LIMIT_KM)  # a longer claim is judged at the longest range there is
    return Claim(
        apogee * 1e3, near * 1e3, reach * 1e3, time, *slacks, math.radians(lat), math.radians(lon), headings, reach > LIMIT_KM
    )


def burns(burn_s: float | tuple[float, float] | None) -> tuple[float, float] | None:
    """Lowest and highest burn time given, or None."""
    if burn_s is None:
        return None
    pair = tuple(burn_s) if isinstance(burn_s, Iterable) else (burn_s, burn_s)
    if len(pair) not in (1, 2):
        raise BadOption(f"--burn-s takes one time or LO,HI, got {burn_s}")
    lo, hi = _number("--burn-s", pair[0], 0.0), _number("--burn-s", pair[-1], 0.0)
    if lo > hi:
        raise BadOption(f"--burn-s takes the lower time first, got {lo:g},{hi:g}")
    return lo, hi
