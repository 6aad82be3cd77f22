"""Reads a recorded flight: time, Earth-relative speed and altitude once a second, events and site where they are known."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cupola.core.errors import BadFile

Floats = NDArray[np.float64]
REQUIRED = ("time_s", "speed_m_s", "altitude_m")
LARGEST_GAP = 10.0  # s between rows; wider holes cannot be bridged by a straight line
FEWEST_ROWS = 20
FASTEST = 20e3  # m/s; faster than any launch: other units, or not a speed
HEIGHTS = (-1e3, 1e8)  # m
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
    rows = _columns(path)
    keep = _without_tail(rows)
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


def _lines(path: Path) -> list[list[str]]:
    """The file's fields, row by row. Raises BadFile where it cannot be read as text."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            return list(csv.reader(file))
    except OSError as error:
        raise BadFile(f"{path}: cannot be read ({error.strerror}); check the name") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadFile(f"{path}: is not a text table ({error}); give a CSV with columns {', '.join(REQUIRED)}") from None


def _columns(path: Path) -> Floats:
    """Time, speed, altitude of every row, checked. Shapes: -> (rows, 3)."""
    lines = _lines(path)
    header = [h.strip() for h in lines[0]] if lines else []
    missing = [c for c in REQUIRED if c not in header]
    if missing:
        raise BadFile(f"{path}: row 1: column {missing[0]} is missing (found: {', '.join(header) or 'nothing'}); add it")
    where = [header.index(c) for c in REQUIRED]
    out: list[tuple[float, ...]] = []
    for number, line in enumerate(lines[1:], start=2):
        if line:
            out.append(_row(path, number, line, where, len(header)))
            _check(path, number, out)
    if len(out) < FEWEST_ROWS:
        raise BadFile(f"{path}: has only {len(out)} rows; at least {FEWEST_ROWS} are needed (was the file cut off?)")
    return np.array(out)


def _row(path: Path, number: int, line: list[str], where: list[int], width: int) -> tuple[float, ...]:
    """Three finite numbers of one row."""
    if len(line) < width:
        raise BadFile(f"{path}: row {number}: {len(line)} of {width} fields (was the file cut off?); complete or remove the row")
    values = []
    for name, i in zip(REQUIRED, where, strict=True):
        try:
            value = float(line[i])
        except ValueError:
            raise BadFile(f"{path}: row {number}: {name} is {line[i]!r}, not a number; correct or remove the row") from None
        if not math.isfinite(value):
            raise BadFile(f"{path}: row {number}: {name} is {line[i]}; remove the row or fill the value in")
        values.append(value)
    return tuple(values)


def _check(path: Path, number: int, rows: list[tuple[float, ...]]) -> None:
    """The last row against the one before it."""
    time, speed, altitude = rows[-1]
    if speed < 0:
        raise BadFile(f"{path}: row {number}: speed_m_s is negative ({speed:g}); it is a magnitude, correct the row")
    if speed > FASTEST:
        raise BadFile(f"{path}: row {number}: speed_m_s is {speed:g}, above {FASTEST:,.0f}; give metres per second")
    if not HEIGHTS[0] <= altitude <= HEIGHTS[1]:
        raise BadFile(
            f"{path}: row {number}: altitude_m is {altitude:g}, outside {HEIGHTS[0]:,.0f} to {HEIGHTS[1]:,.0f}; give metres"
        )
    if len(rows) > 1:
        step = time - rows[-2][0]
        if step <= 0:
            raise BadFile(f"{path}: row {number}: time_s runs backwards or repeats ({rows[-2][0]:g} then {time:g}); sort the rows")
        if step > LARGEST_GAP:
            raise BadFile(
                f"{path}: row {number}: {step:g} s are missing before it; at most {LARGEST_GAP:g} s can be bridged, cut there"
            )


def _without_tail(rows: Floats) -> int:
    """How many rows are left when a tail that repeats the last speed is cut; its first row stays."""
    keep = len(rows)
    while keep > FEWEST_ROWS and rows[keep - 2, 1] == rows[-1, 1]:
        keep -= 1
    return keep


def _events(path: Path, flight: str) -> dict[str, float]:
    """Events of ``flight`` by name, s; a file without a flight column belongs to this flight alone."""
    lines = _lines(path)
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
        lines = _lines(beside)
        for line in lines[1:]:
            row = dict(zip(lines[0], line, strict=False))
            if row.get("flight") == path.stem and row.get("site_lat_deg") and row.get("site_lon_deg"):
                return (float(row["site_lat_deg"]), float(row["site_lon_deg"])), True
    return DEFAULT_SITE, False
