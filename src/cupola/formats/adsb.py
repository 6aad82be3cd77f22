"""ADS-B state vectors to position reports: gzipped JSON (rows, or columns of ``{row: value}``) and CSV.

Column names of the OpenSky Network and of tools that follow it, with their units: feet and knots in JSON, SI in its CSV.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections import Counter
from typing import Any

import numpy as np

from cupola.core.errors import BadFile
from cupola.dynamics.frames import ecef_from_geodetic
from cupola.formats.reports import Reports, Source

FOOT = 0.3048  # m, exact
SIGMA = 60.0  # m, assumed: the messages state none; the height is a pressure height
SCAN_S = 1.0
TIMES = {"timestamp": 1e-3, "time": 1.0}
HEIGHTS = {"altitude": FOOT, "geoaltitude": 1.0, "baroaltitude": 1.0}


def read(data: bytes, where: str) -> Reports:
    """All usable positions. Raises BadFile naming what is wrong and where; rows without position are counted."""
    columns = _csv(data, where) if not data.startswith(b"\x1f\x8b") else _json(data, where)
    counts: Counter[str] = Counter(rows=len(next(iter(columns.values()), [])))
    time = _first(columns, TIMES, "time", where)
    t = _numbers(columns[time], where, time) * TIMES[time]
    lat = _numbers(_column(columns, ("latitude", "lat"), where), where, "latitude")
    lon = _numbers(_column(columns, ("longitude", "lon"), where), where, "longitude")
    up = _height(columns, where, counts)
    who = np.array([str(v or "").strip() for v in _column(columns, ("icao24", "icao"), where)], np.str_)
    if np.any(np.diff(t[np.isfinite(t)]) < 0):
        counts["steps back in time, sorted"] = int(np.sum(np.diff(t[np.isfinite(t)]) < 0))
    good = np.isfinite(t) & np.isfinite(lat) & np.isfinite(lon)
    counts["rows without time or position"] = int(np.sum(~good))
    possible = good & (np.abs(lat) <= 90) & (np.abs(lon) <= 360)
    counts["rows with an impossible position"] = int(np.sum(good & ~possible))
    keep, repeated = _fresh(t, lat, lon, who, possible)
    counts["rows that repeat a position"] = repeated
    if not len(keep):
        raise BadFile(f"{where}: none of its {counts['rows']} rows has a time and a position")
    z = ecef_from_geodetic(np.radians(lat[keep]), np.radians(lon[keep]), up[keep])
    sources = (Source("adsb", "position", (SIGMA,) * 3, 0.95, SCAN_S),)
    return Reports(t[keep], z, np.zeros(len(keep), np.int64), who[keep], sources, counts=counts)


def _fresh(t: Any, lat: Any, lon: Any, who: Any, possible: Any) -> tuple[np.ndarray, int]:
    """Rows in order of time whose position is not the aircraft's last one again: a held position is no new measurement."""
    rows = np.flatnonzero(possible)
    rows = rows[np.lexsort((who[rows], t[rows]))]
    last: dict[str, tuple[float, float]] = {}
    keep = []
    for r in rows:
        place = (float(lat[r]), float(lon[r]))
        if last.get(who[r]) != place:
            keep.append(r)
        last[who[r]] = place
    return np.array(keep, np.int64), len(rows) - len(keep)


def _height(columns: dict[str, list[Any]], where: str, counts: Counter[str]) -> np.ndarray:
    """Height in m from the first column that has one, row by row; 0 where none has, counted."""
    up = np.full(len(next(iter(columns.values()))), np.nan)
    for name, unit in HEIGHTS.items():
        if name in columns:
            value = _numbers(columns[name], where, name) * unit
            up = np.where(np.isfinite(up), up, value)
    counts["rows without height, taken as 0 m"] = int(np.sum(~np.isfinite(up)))
    filled: np.ndarray = np.nan_to_num(up)
    return filled


def _json(data: bytes, where: str) -> dict[str, list[Any]]:
    try:
        value = json.loads(gzip.decompress(data))
    except (OSError, EOFError, ValueError) as e:
        raise BadFile(f"{where}: not whole gzipped JSON ({e}); fetch the file again") from None
    if isinstance(value, list) and value and all(isinstance(r, dict) for r in value):
        names = sorted({k for r in value for k in r})
        return {n: [r.get(n) for r in value] for n in names}
    if isinstance(value, dict) and value and all(isinstance(c, dict) for c in value.values()):
        rows = list(next(iter(value.values())))
        return {n: [c.get(r) for r in rows] for n, c in value.items()}
    raise BadFile(f"{where}: neither a list of rows nor columns of rows; see docs/ingest.md for the two forms")


def _csv(data: bytes, where: str) -> dict[str, list[Any]]:
    try:
        table = csv.DictReader(io.StringIO(data.decode("utf-8-sig")), strict=True)
        rows = list(table)
    except (UnicodeDecodeError, csv.Error) as e:
        raise BadFile(f"{where}: not CSV in UTF-8 ({e})") from None
    short = next((k for k, r in enumerate(rows) if None in r or None in r.values()), None)
    if short is not None:
        raise BadFile(f"{where}: row {short + 2} has not as many fields as the header; is the file cut off?")
    if not rows:
        raise BadFile(f"{where}: no rows under its header")
    return {n: [r[n] for r in rows] for n in table.fieldnames or ()}


def _first(columns: dict[str, list[Any]], names: dict[str, float], what: str, where: str) -> str:
    for n in names:
        if n in columns:
            return n
    raise BadFile(f"{where}: no column of {what}; one of {', '.join(names)} is needed, it has {', '.join(sorted(columns))[:200]}")


def _column(columns: dict[str, list[Any]], names: tuple[str, ...], where: str) -> list[Any]:
    return columns[_first(columns, dict.fromkeys(names, 1.0), names[0], where)]


def _numbers(values: list[Any], where: str, name: str) -> np.ndarray:
    """Floats; null and empty become NaN. Raises BadFile naming the row of a value that is no number."""
    out = np.full(len(values), np.nan)
    for k, v in enumerate(values):
        if v is None or v == "":
            continue
        try:
            out[k] = float(v)
        except (TypeError, ValueError):
            raise BadFile(f"{where}: row {k + 1}: {name} is {v!r}, not a number") from None
    return out
