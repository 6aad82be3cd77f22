"""ASTERIX captures to reports: CAT048 plots, CAT062 system tracks, CAT021 ADS-B; CAT034 for a radar's place and antenna period.

Decoding is libasterix's; editions are tried from the newest down. A record whose time of day or position cannot be is counted,
not used: an older edition can parse by accident. Units are those of the specification (EUROCONTROL-SPEC-0149): rho 1/256 NM,
theta 360/65536 deg, flight level 1/4 FL, time of day 1/128 s, which wraps at midnight.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cupola.core.constants import MEAN_RADIUS
from cupola.core.errors import BadFile
from cupola.dynamics.frames import ecef_from_geodetic
from cupola.formats import pcap
from cupola.formats.reports import Reports, Source

USED = (21, 34, 48, 62)
NAUTICAL_MILE = 1852.0  # m, exact (First International Extraordinary Hydrographic Conference, Monaco, 1929)
FLIGHT_LEVEL = 30.48  # m, 100 international feet, exact
DAY_S = 86400.0
SCAN_S = 0.25  # s, reports closer in time than this make one scan
TURN_S = 5.0  # assumed where CAT034 gives no antenna period
SIGMA_RANGE = 60.0  # m, assumed: secondary radar class
SIGMA_AZIMUTH = math.radians(0.08)  # assumed
SIGMA_HEIGHT = 150.0  # m, assumed: flight level is pressure height
MIDDLE_HEIGHT, SIGMA_NO_HEIGHT = 6000.0, 3000.0  # m, assumed for a plot without flight level
SIGMA_TRACK = 100.0  # m, assumed for CAT062 and CAT021 positions


@dataclass
class _Heard:
    """What was decoded so far; one row a report."""

    rows: list[tuple[float, tuple[float, float, float], str, str]] = field(default_factory=list)
    place: dict[str, tuple[float, float, float]] = field(default_factory=dict)
    turn: dict[str, float] = field(default_factory=dict)
    seen: set[bytes] = field(default_factory=set)
    counts: Counter[str] = field(default_factory=Counter)


def read(data: bytes, where: str) -> Reports:
    """All reports of one pcap or raw ASTERIX file. Raises BadFile naming file and offset, or if nothing in it can be used."""
    import asterix.generated as spec  # 1 s and 6 MB of specifications: only when needed

    heard = _Heard()
    blocks = pcap.datagrams(data, where, heard.counts) if pcap.is_pcap(data) else [(0.0, data)]
    for _, payload in blocks:
        _datagram(spec, payload, heard, where, strict=not pcap.is_pcap(data))
    if not heard.rows:
        said = ", ".join(f"{v} {k}" for k, v in sorted(heard.counts.items()) if v)
        raise BadFile(f"{where}: no usable ASTERIX report of CAT021, 048 or 062 in it ({said or 'empty'})")
    return _reports(heard)


def _datagram(spec: Any, payload: bytes, heard: _Heard, where: str, strict: bool) -> None:
    """Blocks of one datagram, cut by their own length fields; what is left over is counted."""
    at = 0
    while at + 3 <= len(payload):
        category, length = payload[at], int.from_bytes(payload[at + 1 : at + 3], "big")
        if length < 3 or at + length > len(payload) or not 1 <= category <= 250:
            if strict and at == 0:
                raise BadFile(f"{where}: not ASTERIX (offset 0: category {category}, length {length}, {len(payload)} bytes there)")
            break
        _block(spec, category, payload[at : at + length], heard)
        at += length
    heard.counts["bytes after the last block"] += len(payload) - at


def _block(spec: Any, category: int, block: bytes, heard: _Heard) -> None:
    heard.counts[f"CAT{category:03d} blocks"] += 1
    if category not in USED:
        return
    parsed = spec.RawDatablock.parse(spec.Bits.from_bytes(block))
    records: Any = parsed
    if not isinstance(parsed, ValueError):
        for edition in reversed(spec.manifest["CATS"][category]):
            records = edition.cv_uap.parse(parsed[0].get_raw_records())
            if not isinstance(records, ValueError):
                break
    if isinstance(records, ValueError):
        heard.counts[f"CAT{category:03d} blocks no edition can read"] += 1
        return
    for record in records:
        raw = record.unparse().to_bytes()
        if bytes([category]) + raw in heard.seen:
            heard.counts["duplicates"] += 1
            continue
        heard.seen.add(bytes([category]) + raw)
        heard.counts[f"CAT{category:03d} records"] += 1
        _READERS[category](record, heard)


def _get(record: Any, item: str, *path: str) -> Any:
    found = record.get_item(item)
    for name in path:
        found = None if found is None else found.variation.get_item(name)
    return found


def _number(record: Any, item: str, *path: str) -> float | None:
    found = _get(record, item, *path)
    return None if found is None else float(found.variation.content.as_quantity())


def _who_from(record: Any, item: str) -> str:
    sac, sic = (_get(record, item, k) for k in ("SAC", "SIC"))
    return "unnamed" if sac is None or sic is None else f"{sac.as_uint()}/{sic.as_uint()}"


def _address(record: Any, item: str, *path: str) -> str:
    found = _get(record, item, *path)
    return "" if found is None else f"{found.as_uint():06x}"


def _sector(record: Any, heard: _Heard) -> None:
    """CAT034: place of the radar (120) and antenna period (041)."""
    name = _who_from(record, "010")
    lat, lon, height = (_number(record, "120", k) for k in ("LAT", "LON", "HGT"))
    if lat is not None and lon is not None and height is not None:
        heard.place[name] = (math.radians(lat), math.radians(lon), height)
    turn = _number(record, "041")
    if turn:
        heard.turn[name] = turn


def _plot(record: Any, heard: _Heard) -> None:
    """CAT048: slant range, azimuth from the radar's north, flight level."""
    t, rho, theta = _number(record, "140"), _number(record, "040", "RHO"), _number(record, "040", "THETA")
    if t is None or rho is None or theta is None or not 0 <= t < DAY_S or rho <= 0:
        heard.counts["plots without position or time"] += 1
        return
    name, level = _who_from(record, "010"), _number(record, "090", "FL")
    r, up = rho * NAUTICAL_MILE, MIDDLE_HEIGHT if level is None else level * FLIGHT_LEVEL
    place = heard.place.get(name)
    el = _elevation(r, up, place[2] if place else 0.0)
    az = (-math.radians(theta) + math.pi) % (2 * math.pi) - math.pi  # x north, y west: to the left
    heard.rows.append((t, (el, az, r), name if level is not None else f"{name} no height", _address(record, "220")))


def _elevation(r: float, up: float, station: float) -> float:
    """Elevation of a target at height ``up`` and slant range r, by the triangle to the centre of a sphere; refraction left out."""
    a, b = MEAN_RADIUS + station, MEAN_RADIUS + up
    return math.asin(min(1.0, max(-1.0, (b * b - a * a - r * r) / (2 * r * a))))


def _track(record: Any, heard: _Heard) -> None:
    """CAT062: system track with WGS-84 position (105); height from geometric (130) or barometric altitude (135) or level (136)."""
    t = _number(record, "070")
    lat, lon = _number(record, "105", "LAT"), _number(record, "105", "LON")
    feet, level = _number(record, "130"), _number(record, "136")
    up = feet * 0.3048 if feet is not None else level * FLIGHT_LEVEL if level is not None else MIDDLE_HEIGHT
    _position(
        heard,
        t,
        lat,
        lon,
        up,
        f"{_who_from(record, '010')} CAT062",
        f"track {_get(record, '040').as_uint()}" if _get(record, "040") else "",
    )


def _adsb(record: Any, heard: _Heard) -> None:
    """CAT021: ADS-B position (131, 130), time of applicability or reception (071, 073), height (140) or flight level (145)."""
    t = next((v for v in (_number(record, k) for k in ("071", "073", "030")) if v is not None), None)
    high = _get(record, "131")
    lat, lon = (_number(record, "131" if high is not None else "130", k) for k in ("LAT", "LON"))
    feet, level = _number(record, "140"), _number(record, "145")
    up = feet * 0.3048 if feet is not None else level * FLIGHT_LEVEL if level is not None else MIDDLE_HEIGHT
    _position(heard, t, lat, lon, up, f"{_who_from(record, '010')} CAT021", _address(record, "080"))


def _position(heard: _Heard, t: float | None, lat: float | None, lon: float | None, up: float, source: str, who: str) -> None:
    if t is None or lat is None or lon is None or not (0 <= t < DAY_S and -90 <= lat <= 90):
        heard.counts["reports without position or time, or with an impossible one"] += 1
        return
    x = ecef_from_geodetic(math.radians(lat), math.radians(lon), up)
    heard.rows.append((t, (float(x[0]), float(x[1]), float(x[2])), source, who))


_READERS = {21: _adsb, 34: _sector, 48: _plot, 62: _track}


def _reports(heard: _Heard) -> Reports:
    t = np.array([r[0] for r in heard.rows])
    if np.ptp(t) > DAY_S / 2:  # the recording runs over midnight
        t = np.where(t < DAY_S / 2, t + DAY_S, t)
    z = np.array([r[1] for r in heard.rows])
    names = sorted({r[2] for r in heard.rows})
    index = np.array([names.index(r[2]) for r in heard.rows], np.int64)
    who = np.array([r[3] for r in heard.rows], np.str_)
    sources = tuple(_source(n, z[index == k], heard) for k, n in enumerate(names))
    return Reports(t, z, index, who, sources, dated=False, counts=heard.counts)


def _source(name: str, z: np.ndarray, heard: _Heard) -> Source:
    if "CAT" in name:
        return Source(name, "position", (SIGMA_TRACK,) * 3, 0.9, SCAN_S)
    radar = name.split(maxsplit=1)[0]
    height = SIGMA_NO_HEIGHT if "no height" in name else SIGMA_HEIGHT
    sigma = (height / float(np.median(z[:, 2])), SIGMA_AZIMUTH, SIGMA_RANGE)
    turn = heard.turn.get(radar, TURN_S)
    return Source(name, "radar", sigma, 0.9 * SCAN_S / turn, SCAN_S, heard.place.get(radar))
