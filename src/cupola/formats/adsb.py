"""ADS-B state vectors to position reports: JSON or CSV tables, see ``table``.

Column names of the OpenSky Network and of tools that follow it, with their units: feet and milliseconds in the JSON of ``traffic``,
metres and seconds in OpenSky's CSV. A state vector repeats its last position until a new one comes: a report is stamped with the
time of its position where the table has it, and a position that was there before is no new measurement.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from cupola.core.batches import Bools, Floats, Ints
from cupola.core.constants import FOOT, Cited
from cupola.core.errors import BadFile
from cupola.dynamics.frames import ecef_from_geodetic
from cupola.formats.reports import Reports, Silence, Source
from cupola.formats.table import Columns, columns, numbers

SIGMA = 60.0
SCAN_S = 1.0
PD = 0.95
SILENT_S = 60.0
TIMES = {"timestamp": 1e-3, "time": 1.0}  # column: s per unit
STAMPS = {"last_position": 1e-3, "lastposupdate": 1.0}  # time of the position itself
HEIGHTS = {"altitude": FOOT, "geoaltitude": 1.0, "baroaltitude": 1.0}
LATEST = 7.3e9  # s since 1970, the year 2201: a number beyond it is in the wrong unit
LOWEST, HIGHEST = -1000.0, 50e3  # m, what an altitude can be

SOURCES: dict[str, Cited] = {
    "SIGMA": Cited("m", "assumed: the messages state no noise, and the height is a pressure height", 2026, "assumed"),
    "SCAN_S": Cited("s", "assumed: reports closer in time than this make one scan", 2026, "assumed"),
    "PD": Cited("1", "assumed; estimated from the reports where they name their aircraft (run/ingest)", 2026, "assumed"),
    "SILENT_S": Cited("s", "assumed: a position older than this, in a row that is still sent, is told of", 2026, "assumed"),
}


def read(data: bytes, where: str) -> Reports:
    """All usable positions. Raises BadFile naming what is wrong and where; rows that cannot be used are counted."""
    table = columns(data, where)
    counts: Counter[str] = Counter(rows=len(next(iter(table.values()))))
    said, t = _times(table, where)
    lat, lon = (_numbers(table, names, where) for names in (("latitude", "lat"), ("longitude", "lon")))
    up = _height(table, where, counts)
    who = np.array([str(v or "").strip() for v in table[_first(table, ("icao24", "icao"), where)]], np.str_)
    good = _usable(t, lat, lon, counts)
    _count_steps_back(said[good], who[good], counts)
    keep = _fresh(t, lat, lon, who, good)
    counts["rows that repeat a position"] = int(np.sum(good)) - len(keep)
    if not len(keep):
        said_counts = ", ".join(f"{v} {k}" for k, v in counts.items() if v)
        raise BadFile(f"{where}: none of its rows has a usable time and position ({said_counts})")
    z = ecef_from_geodetic(np.radians(lat[keep]), np.radians(lon[keep]), up[keep])
    sources = (Source("adsb", "position", (SIGMA,) * 3, PD, SCAN_S),)
    silences = _silences(said, t, who, good)
    return Reports(t[keep], z, np.zeros(len(keep), np.int64), who[keep], sources, counts=counts, silences=silences)


def _times(table: Columns, where: str) -> tuple[Floats, Floats]:
    """(time of the row, time of its position) in s, each ``(n,)``; the same where the table knows only one."""
    name = _first(table, tuple(TIMES), where)
    said = numbers(table[name], where, name) * TIMES[name]
    stamp = next((s for s in STAMPS if s in table), None)
    if stamp is None:
        return said, said
    own = numbers(table[stamp], where, stamp) * STAMPS[stamp]
    return said, np.where(np.isfinite(own), own, said)


def _height(table: Columns, where: str, counts: Counter[str]) -> Floats:
    """Height in m from the first column that has a possible one, row by row; 0 where none has, counted."""
    up = np.full(counts["rows"], np.nan)
    for name, unit in HEIGHTS.items():
        if name in table:
            value = numbers(table[name], where, name) * unit
            up = np.where(np.isfinite(up) | (value < LOWEST) | (value > HIGHEST), up, value)
    counts["rows without height, taken as 0 m"] = int(np.sum(~np.isfinite(up)))
    return np.where(np.isfinite(up), up, 0.0)


def _usable(t: Floats, lat: Floats, lon: Floats, counts: Counter[str]) -> Bools:
    """Rows with a time and a position that can be; the others are counted."""
    there = np.isfinite(t) & np.isfinite(lat) & np.isfinite(lon)
    counts["rows without time or position"] = int(np.sum(~there))
    possible = there & (np.abs(lat) <= 90) & (np.abs(lon) <= 360) & (t >= 0) & (t < LATEST)
    counts["rows with an impossible time or position"] = int(np.sum(there & ~possible))
    return possible


def _count_steps_back(said: Floats, who: NDArray[np.str_], counts: Counter[str]) -> None:
    """Rows of an aircraft that step back in time are sorted, and that is said. (One aircraft after the other is no step back.)"""
    order = np.argsort(who, kind="stable")
    back = (np.diff(said[order]) < 0) & (who[order][1:] == who[order][:-1])
    counts["steps back in time within an aircraft, sorted"] = int(np.sum(back))


def _fresh(t: Floats, lat: Floats, lon: Floats, who: NDArray[np.str_], good: Bools) -> Ints:
    """Rows, in order of time, whose position is new: neither the place nor the time of this aircraft's position before."""
    rows = np.flatnonzero(good)
    rows = rows[np.lexsort((t[rows], who[rows]))]
    same = who[rows][1:] == who[rows][:-1]
    held = (np.diff(lat[rows]) == 0) & (np.diff(lon[rows]) == 0)
    rows = rows[np.r_[True, ~(same & (held | (np.diff(t[rows]) == 0)))]] if len(rows) else rows
    fresh: Ints = rows[np.lexsort((who[rows], t[rows]))]
    return fresh


def _silences(said: Floats, t: Floats, who: NDArray[np.str_], good: Bools) -> tuple[Silence, ...]:
    """Stretches in which an aircraft's rows went on with a position older than SILENT_S, one for each held position."""
    old = np.flatnonzero(good & (said - t > SILENT_S))
    last: dict[tuple[str, float], float] = {}
    for r in old[np.lexsort((said[old], t[old], who[old]))].tolist():
        last[str(who[r]), float(t[r])] = float(said[r])
    return tuple(Silence(w, start, end) for (w, start), end in last.items())


def _numbers(table: Columns, names: tuple[str, ...], where: str) -> Floats:
    name = _first(table, names, where)
    return numbers(table[name], where, name)


def _first(table: Columns, names: tuple[str, ...], where: str) -> str:
    for n in names:
        if n in table:
            return n
    has = ", ".join(sorted(str(k) for k in table))[:200]
    raise BadFile(f"{where}: no column {' or '.join(names)}; its columns are {has}")
