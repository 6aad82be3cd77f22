"""ASTERIX captures (pcap) and raw files to reports: CAT048 plots, CAT062 system tracks, CAT021 ADS-B; CAT034 beside them.

Decoding is libasterix's. The edition of a category is not in the data: of the known ones the newest is taken that reads nearly all
blocks of the file and gives usable reports. One that reads only some of them reads by accident and is not believed.
Time of day wraps at midnight and is unwrapped in the order of the file. Limits: a silence of more than 12 h is ambiguous.
"""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import numpy as np

from cupola.core.constants import Cited
from cupola.core.errors import BadFile
from cupola.formats import pcap
from cupola.formats.asterix_items import DAY_S, NO_HEIGHT, READERS, Radars, Report, radar
from cupola.formats.reports import Reports, Source

USED = (34, 21, 48, 62)  # in this order: the radars' places come first
READS = 0.9  # share of a category's blocks that an edition must read, assumed: some may be damaged
SCAN_S = 0.25
TURN_S = 5.0
PD = 0.9
SIGMA_RANGE = 60.0
SIGMA_AZIMUTH = math.radians(0.08)
SIGMA_HEIGHT = 150.0
SIGMA_NO_HEIGHT = 3000.0
SIGMA_TRACK = 100.0

SOURCES: dict[str, Cited] = {
    "SCAN_S": Cited("s", "assumed: reports of one source closer in time than this make one scan", 2026, "assumed"),
    "TURN_S": Cited("s", "assumed: antenna period of a radar whose CAT034 gives none", 2026, "assumed"),
    "PD": Cited("1", "assumed: an aircraft in view is reported once a turn", 2026, "assumed"),
    "SIGMA_RANGE": Cited("m", "assumed: a secondary radar's range noise", 2026, "assumed"),
    "SIGMA_AZIMUTH": Cited("rad", "assumed: 0.08 deg, a secondary radar's azimuth noise", 2026, "assumed"),
    "SIGMA_HEIGHT": Cited("m", "assumed: a flight level is a pressure height", 2026, "assumed"),
    "SIGMA_NO_HEIGHT": Cited("m", "assumed: 1-sigma of the height of a plot without flight level", 2026, "assumed"),
    "SIGMA_TRACK": Cited("m", "assumed: CAT062 and CAT021 positions, each direction", 2026, "assumed"),
}

Rows = list[tuple[int, Report]]  # place in the file, report


def read(data: bytes, where: str) -> Reports:
    """All reports of one pcap or raw ASTERIX file. Raises BadFile naming file and offset, or if nothing in it can be used."""
    counts: Counter[str] = Counter()
    blocks = _blocks(data, where, counts)
    radars, rows, unread = Radars(), list[tuple[int, Report]](), []
    for category in USED:
        if category in blocks:
            found, known = _category(category, blocks[category], radars, counts)
            rows += found
            unread += [] if known else [f"CAT{category:03d}"]
    if not rows:
        said = ", ".join(f"{v} {k}" for k, v in sorted(counts.items()) if v)
        older = f"; {', '.join(unread)} of an edition that is not known" if unread else ""
        raise BadFile(f"{where}: no usable ASTERIX report of CAT021, 048 or 062 in it ({said or 'empty'}){older}")
    return _reports([r for _, r in sorted(rows, key=lambda row: row[0])], radars, counts)


def _blocks(data: bytes, where: str, counts: Counter[str]) -> dict[int, list[tuple[int, bytes]]]:
    """(place in the file, records' bytes) of each block by category, cut by the blocks' own length fields; the rest is counted."""
    out: dict[int, list[tuple[int, bytes]]] = {}
    captured = pcap.is_pcap(data)
    place = 0
    for _, payload in pcap.datagrams(data, where, counts) if captured else [(0.0, data)]:
        at = 0
        while at + 3 <= len(payload):
            category, length = payload[at], int.from_bytes(payload[at + 1 : at + 3], "big")
            if length < 3 or at + length > len(payload) or not category:
                break
            counts[f"CAT{category:03d} blocks"] += 1
            out.setdefault(category, []).append((place, payload[at + 3 : at + length]))
            at, place = at + length, place + 1
        if not captured and at < len(data):
            _refuse_rest(data, at, where)
        counts["bytes after the last block"] += len(payload) - at
    return out


def _refuse_rest(data: bytes, at: int, where: str) -> None:
    """A raw file must be blocks to its end: there is no frame around them that could hold anything else."""
    length = int.from_bytes(data[at + 1 : at + 3], "big")
    what = "not ASTERIX" if at == 0 else "truncated, or no longer ASTERIX,"
    raise BadFile(f"{where}: {what} at offset {at} (category {data[at]}, length {length}, {len(data) - at} bytes there)")


def _category(category: int, blocks: list[tuple[int, bytes]], radars: Radars, counts: Counter[str]) -> tuple[Rows, bool]:
    """Reports of one category, and whether an edition of it is known. Its counts are added to ``counts``."""
    import asterix.generated as spec  # 1 s and 6 MB of specifications: only when needed

    best: tuple[Rows, Counter[str], int] | None = None
    editions: list[Any] = spec.manifest["CATS"][category]  # type: ignore[index]  # typed as object
    for edition in reversed(editions):
        records, unread = _parse(spec, edition, blocks)
        if unread > (1 - READS) * len(blocks):
            continue
        trial = _records(category, records, radars)
        if best is None or (trial[0] and not best[0]):
            best = (*trial, unread)
        if best[0] or category == 34:
            break
    if best is None:
        counts[f"CAT{category:03d} blocks that no known edition reads"] += len(blocks)
        return [], False
    rows, said, unread = best
    counts.update(said)
    counts[f"CAT{category:03d} blocks that cannot be read"] += unread
    return rows, True


def _parse(spec: Any, edition: Any, blocks: list[tuple[int, bytes]]) -> tuple[list[tuple[int, Any]], int]:
    """(place, record) of all blocks that this edition reads, and how many blocks it does not."""
    records, unread = [], 0
    for place, block in blocks:
        found = edition.cv_uap.parse(spec.Bits.from_bytes(block))
        if isinstance(found, ValueError):
            unread += 1
            continue
        records += [(place, r) for r in found]
    return records, unread


def _records(category: int, records: list[tuple[int, Any]], radars: Radars) -> tuple[Rows, Counter[str]]:
    """Reports of these records, each different record once, and what was counted."""
    counts: Counter[str] = Counter()
    radars.counts.clear()
    seen: set[bytes] = set()
    rows: Rows = []
    for place, record in records:
        raw = record.unparse().to_bytes()
        if raw in seen:
            counts[f"CAT{category:03d} duplicates"] += 1
            continue
        seen.add(raw)
        counts[f"CAT{category:03d} records"] += 1
        if category == 34:
            radar(record, radars)
            continue
        report = READERS[category](record, radars)
        if isinstance(report, str):
            counts[report] += 1
        else:
            rows.append((place, report))
    return rows, counts + radars.counts


def _reports(rows: list[Report], radars: Radars, counts: Counter[str]) -> Reports:
    t = np.unwrap([r.t for r in rows], period=DAY_S)
    z = np.array([r.z for r in rows])
    names = sorted({r.source for r in rows})
    index = np.array([names.index(r.source) for r in rows], np.int64)
    who = np.array([r.who for r in rows], np.str_)
    counts["midnights passed"] += int(np.floor(t.max() / DAY_S) - np.floor(t.min() / DAY_S))
    sources = tuple(_source(n, z[index == k], radars) for k, n in enumerate(names))
    return Reports(t, z, index, who, sources, dated=False, counts=counts)


def _source(name: str, z: np.ndarray, radars: Radars) -> Source:
    """What is assumed of one sender. A radar's height noise is turned into an angle at the middle of its ranges."""
    if name.endswith(("CAT021", "CAT062")):
        return Source(name, "position", (SIGMA_TRACK,) * 3, PD, SCAN_S)
    antenna = name.removesuffix(NO_HEIGHT)
    height = SIGMA_NO_HEIGHT if name.endswith(NO_HEIGHT) else SIGMA_HEIGHT
    sigma = (min(height / float(np.median(z[:, 2])), math.pi / 4), SIGMA_AZIMUTH, SIGMA_RANGE)
    turn = max(radars.turn.get(antenna, TURN_S), SCAN_S)
    return Source(name, "radar", sigma, PD * SCAN_S / turn, SCAN_S, radars.place.get(antenna))
