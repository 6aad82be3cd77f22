"""Reads a recorded flight: time, Earth-relative speed and altitude once a second, events and site where they are known."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cupola.core.batches import Floats
from cupola.core.errors import BadFile
from cupola.formats import telemetry

FEWEST_ROWS = 20
DEFAULT_SITE = (28.5, -80.6)  # degrees; assumed where no flights.csv names the site


@dataclass(frozen=True)
class Recording:
    """One flight on a grid of whole seconds. Shapes: t, speed, altitude (k,), SI; events by name, s; site (lat, lon) in degrees."""

    name: str
    t: Floats
    speed: Floats
    altitude: Floats
    events: dict[str, float]
    site: tuple[float, float]
    notes: tuple[str, ...]


def read(path: str | Path, events: str | Path | None = None) -> Recording:
    """Read ``path``, its ``events`` file if given, and the site from a flights.csv beside it.

    A frozen tail (last speed repeated) is cut and counted in ``notes``. Raises BadFile, naming file and row, for a missing column,
    a value that is no finite number, times that do not rise, holes of more than 10 s, or fewer than 20 rows.
    """
    path = Path(path)
    rows = telemetry.read(path, FEWEST_ROWS)
    keep = telemetry.without_tail(rows, FEWEST_ROWS)
    notes = [f"{len(rows) - keep} last rows repeat the last speed and were left out"] if keep < len(rows) else []
    t, speed, altitude = rows[:keep].T
    grid = np.arange(math.ceil(t[0]), math.floor(t[-1]) + 1.0)
    if len(grid) < FEWEST_ROWS:
        raise BadFile(f"{path}: lasts only {t[-1] - t[0]:g} s; at least {FEWEST_ROWS} s are needed (is time_s in seconds?)")
    if len(grid) != len(t) or not np.array_equal(grid, t):
        notes.append("rows are not on whole seconds: interpolated to them")
    site, told = _site(path)
    if not told:
        notes.append(f"launch site unknown: {site[0]:g} N {-site[1]:g} W and an eastward launch assumed")
    found = _events(Path(events), path.stem) if events is not None else {}
    if events is not None and not found:
        notes.append(f"{Path(events).name} has no event of {path.stem}: the flight's phases were detected from the data")
    return Recording(path.stem, grid, np.interp(grid, t, speed), np.interp(grid, t, altitude), found, site, tuple(notes))


def _events(path: Path, flight: str) -> dict[str, float]:
    """Events of ``flight`` by name, s; a file without a flight column belongs to this flight alone."""
    lines = telemetry.lines(path)
    header = [h.strip() for h in lines[0]] if lines else []
    for column in ("event", "time_s"):
        if column not in header:
            raise BadFile(f"{path}: row 1: column {column} is missing (found: {', '.join(header) or 'nothing'}); add it")
    out: dict[str, float] = {}
    for number, line in enumerate(lines[1:], start=2):
        if not line:
            continue
        row = dict(zip(header, line, strict=False))
        if row.get("flight", flight).strip() != flight:
            continue
        try:
            out[row["event"].strip()] = _finite(row["time_s"])
        except (KeyError, ValueError):
            raise BadFile(f"{path}: row {number}: time_s is missing or not a number; correct or remove the row") from None
    return out


def _finite(text: str) -> float:
    """A finite number, or ValueError."""
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value


def _site(path: Path) -> tuple[tuple[float, float], bool]:
    """Latitude and longitude (degrees) of this flight's row in flights.csv beside it, and whether there was one."""
    beside = path.parent / "flights.csv"
    if beside.is_file():
        lines = telemetry.lines(beside)
        for line in lines[1:]:
            row = dict(zip(lines[0], line, strict=False))
            if row.get("flight") == path.stem and row.get("site_lat_deg") and row.get("site_lon_deg"):
                return (float(row["site_lat_deg"]), float(row["site_lon_deg"])), True
    return DEFAULT_SITE, False
