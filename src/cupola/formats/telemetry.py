"""A recorded flight as CSV: time, Earth-relative speed and altitude, perhaps more columns; every row checked."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from cupola.core.batches import Floats
from cupola.core.errors import BadFile

REQUIRED = ("time_s", "speed_m_s", "altitude_m")
LARGEST_GAP = 10.0  # s between rows; wider holes cannot be bridged by a straight line
FASTEST = 20e3  # m/s; faster than any launch: other units, or not a speed
HEIGHTS = (-1e3, 1e8)  # m


def lines(path: Path) -> list[list[str]]:
    """The file's fields, row by row. Raises BadFile where it cannot be read as text."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            return list(csv.reader(file))
    except OSError as error:
        raise BadFile(f"{path}: cannot be read ({error.strerror}); check the name") from None
    except (UnicodeDecodeError, csv.Error):
        raise BadFile(f"{path}: is not a text table; give a CSV with columns {', '.join(REQUIRED)}") from None


def read(path: Path, fewest: int, more: Sequence[str] = ()) -> Floats:
    """Time, speed, altitude and what is asked for besides of every row, checked. Shapes: -> (rows, 3 + len(more)).

    Raises BadFile, naming file and row, for a missing column, a value that is no finite number or lies out of bounds, times that do
    not rise, holes of more than 10 s, or fewer rows than ``fewest``.
    """
    names = (*REQUIRED, *more)
    found = lines(path)
    header = [h.strip() for h in found[0]] if found else []
    missing = [c for c in names if c not in header]
    if missing:
        raise BadFile(f"{path}: row 1: column {missing[0]} is missing (found: {', '.join(header) or 'nothing'}); add it")
    where = {c: header.index(c) for c in names}
    out: list[tuple[float, ...]] = []
    for number, line in enumerate(found[1:], start=2):
        if line:
            out.append(_row(path, number, line, where, len(header)))
            _check(path, number, out)
    if len(out) < fewest:
        raise BadFile(f"{path}: has only {len(out)} rows; at least {fewest} are needed (was the file cut off?)")
    return np.array(out)


def _row(path: Path, number: int, line: list[str], where: dict[str, int], width: int) -> tuple[float, ...]:
    """The finite numbers of one row."""
    if len(line) < width:
        raise BadFile(f"{path}: row {number}: {len(line)} of {width} fields (was the file cut off?); complete or remove the row")
    values = []
    for name, i in where.items():
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
    time, speed, altitude = rows[-1][:3]
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


def without_tail(rows: Floats, fewest: int) -> int:
    """How many rows are left when a tail that repeats the last speed (a display stood still) is cut; its first row stays."""
    keep = len(rows)
    while keep > fewest and rows[keep - 2, 1] == rows[-1, 1]:
        keep -= 1
    return keep
