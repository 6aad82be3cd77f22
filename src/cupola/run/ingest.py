"""Real recordings to one detection file: read, join, group into scans; the identity that reports carry is kept as truth.

The reports are the detections *and*, where they name their aircraft, the truth: a score on such a file shows association and
continuity, not accuracy. A gap, or a jump that no aircraft can fly, starts a new truth object.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cupola.core.batches import Floats, Ints
from cupola.core.constants import Cited
from cupola.core.errors import BadFile
from cupola.dynamics.frames import ecef_from_geodetic, eci_from_ecef, enu_axes
from cupola.formats import adsb, asterix, detfile, pcap
from cupola.formats.reports import Reports, Source
from cupola.formats.table import GZIP
from cupola.run import trust

GAP_S = 120.0
CLUTTER = 1e-18
RADAR_CLUTTER = 1e-9
LARGEST = 2 << 30  # bytes of one file
TRUTH_CELLS = 16_000_000  # scan times x objects (24 bytes each); with more the file gets no truth, and that is said
LEAST_PD, MOST_PD = 0.02, 0.99

SOURCES: dict[str, Cited] = {
    "CLUTTER": Cited("1/m^3", "assumed: false reports: recordings of cooperative reports have next to none", 2026, "assumed"),
    "RADAR_CLUTTER": Cited("1/(rad^2 m)", "assumed: false plots", 2026, "assumed"),
    "GAP_S": Cited("s", "assumed: an aircraft that is not heard for so long ends as an object of the truth", 2026, "assumed"),
}

Arrays = dict[str, NDArray[Any]]
Texts = NDArray[np.str_]


def ingest(files: Sequence[Path], out: Path) -> dict[str, Any]:
    """Read ``files``, write the detection file ``out``, return what was read and left out. Raises BadFile and writes nothing."""
    _check_out(files, out)
    read = [(f, _read(f)) for f in files]
    dated = {r.dated for _, r in read}
    if len(dated) > 1:
        clock, date = (next(f for f, r in read if r.dated == d) for d in (False, True))
        raise BadFile(f"{clock}: gives only the time of day, {date} a date: they cannot be joined; ingest them apart")
    arrays, doubts, repeated = detections([r for _, r in read])
    detfile.write(out, arrays, compress=True)
    report = {
        "out": str(out),
        "detections": len(arrays["det_z"]),
        "scans": len(arrays["scan_t"]),
        "begins": trust.clock(float(arrays["epoch_s"]), dated == {True}),
        "sensors": [str(n) for n in arrays["sensor_name"]],
        "unplaced_radars": [str(n) for n in arrays["sensor_name"][~arrays["sensor_placed"]]],
        "objects": arrays["truth_x"].shape[1] if "truth_x" in arrays else 0,
        "repeated_between_files": repeated,
        "impossible_jumps": sum(d.what == "jump" for d in doubts),
        "doubts": [d.row(dated == {True}) for d in doubts],
        "files": {str(f): {k: int(v) for k, v in sorted(r.counts.items()) if v} for f, r in read},
    }
    return report | {"text": "\n".join(_text(report) + trust.text(doubts, dated == {True}))}


def _check_out(files: Sequence[Path], out: Path) -> None:
    """What can be known to fail before anything is read."""
    if not out.absolute().parent.is_dir():
        raise BadFile(f"--out {out}: there is no folder {out.absolute().parent}; make it first")
    if out.is_dir():
        raise BadFile(f"--out {out}: is a folder; give the name of a file")
    if out.resolve() in {f.resolve() for f in files}:
        raise BadFile(f"--out {out}: is one of the recordings to be read; give another name")


def _read(path: Path) -> Reports:
    """One file by what is in it, not by its name."""
    try:
        size = path.stat().st_size
        if path.is_file() and size > LARGEST:
            raise BadFile(f"{path}: {size >> 20} MB; files of up to {LARGEST >> 20} MB are read: split it")
        if path.exists() and not path.is_file():
            raise BadFile(f"{path}: not a file")
        data = path.read_bytes()
    except (OSError, ValueError) as e:
        raise BadFile(f"{path}: cannot be read ({getattr(e, 'strerror', None) or e})") from None
    if not data:
        raise BadFile(f"{path}: empty")
    table = data.startswith(GZIP) or (not pcap.is_pcap(data) and _is_text(data[:4096]))
    return adsb.read(data, str(path)) if table else asterix.read(data, str(path))


def _is_text(head: bytes) -> bool:
    """Whether a file begins as text does. An ASTERIX block never does: its length has a byte below 32 for all but huge blocks."""
    return not any(b < 32 and b not in b"\t\r\n\f" for b in head)


def detections(read: Sequence[Reports]) -> tuple[Arrays, list[trust.Doubt], int]:
    """The arrays of a detection file, what cannot be true in it, and how many reports came in more than one file."""
    t, z, source, who, sources, repeated = _joined(read)
    epoch = np.floor(t.min())
    t = t - epoch
    scan_s = np.array([s.scan_s for s in sources])[source]
    group = np.floor(t / scan_s + 1e-9).astype(np.int64)
    order = np.lexsort((who, t, source, group * scan_s))
    t, z, source, who, group = t[order], z[order], source[order], who[order], group[order]
    first = np.flatnonzero(np.r_[True, (np.diff(group) != 0) | (np.diff(source) != 0)])
    ptr = np.r_[first, len(t)]
    scan_t = np.add.reduceat(t, first) / np.diff(ptr)
    position, axes, placed = _poses(sources, source[first], scan_t)
    flat = np.array([s.kind == "position" for s in sources])[source]
    objects, doubts = _objects(t, z, who, np.flatnonzero(flat & (who != "")), read, float(epoch))
    arrays: Arrays = {
        "epoch_s": epoch,
        "scan_t": scan_t,
        "scan_sensor": source[first],
        "scan_ptr": ptr,
        "det_z": np.where(flat[:, None], eci_from_ecef(z, np.repeat(scan_t, np.diff(ptr))), z),
        "sensor_kind": np.array([s.kind for s in sources]),
        "sensor_sigma": np.array([s.sigma for s in sources]),
        "sensor_pd": _pd(sources, source, np.repeat(np.arange(len(first)), np.diff(ptr)), objects),
        "sensor_clutter": np.array([CLUTTER if s.kind == "position" else RADAR_CLUTTER for s in sources]),
        "sensor_pos": position,
        "sensor_axes": axes,
        "sensor_name": np.array([s.name for s in sources]),
        "sensor_placed": placed,
    }
    grid = np.unique(scan_t)
    if 0 < (objects.max() + 1) * len(grid) <= TRUTH_CELLS:
        arrays |= _truth(t, z, objects, grid)
    return arrays, doubts, repeated


def _joined(read: Sequence[Reports]) -> tuple[Floats, Floats, Ints, Texts, tuple[Source, ...], int]:
    """Reports of several files as one, each once; sources of the same name are one source. Last: how many came again."""
    names: list[str] = []
    sources: list[Source] = []
    index = []
    for r in read:
        for s in r.sources:
            if s.name not in names:
                names.append(s.name)
                sources.append(s)
        index.append(np.array([names.index(s.name) for s in r.sources])[r.source])
    t, z, who = (np.concatenate([getattr(r, n) for r in read]) for n in ("t", "z", "who"))
    source = np.concatenate(index)
    if len(read) == 1:
        return t, z, source, who, tuple(sources), 0
    order = np.lexsort((*z.T, who, source, t))
    rows = np.column_stack((t, z, source))[order]
    again = np.r_[False, (rows[1:] == rows[:-1]).all(axis=1) & (who[order][1:] == who[order][:-1])]
    keep = np.sort(order[~again])
    return t[keep], z[keep], source[keep], who[keep], tuple(sources), int(again.sum())


def _poses(sources: Sequence[Source], sensor: Ints, t: Floats) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Positions and axes of each scan in ECI, and which sources are placed. A radar of unknown place is put at 0 N 0 E."""
    position, axes = np.zeros((len(t), 3)), np.tile(np.eye(3), (len(t), 1, 1))
    placed = np.array([s.kind == "position" or s.place is not None for s in sources])
    for k, s in enumerate(sources):
        rows = np.flatnonzero(sensor == k)
        if s.kind == "radar":
            lat, lon, alt = s.place or (0.0, 0.0, 0.0)
            east, north, up = enu_axes(lat, lon)
            frame = np.array([north, -east, up])
            position[rows] = eci_from_ecef(np.tile(ecef_from_geodetic(lat, lon, alt), (len(rows), 1)), t[rows])
            for i in range(3):
                axes[rows, i] = eci_from_ecef(np.tile(frame[i], (len(rows), 1)), t[rows])
    return position, axes, placed


def _objects(t: Floats, z: Floats, who: Texts, rows: Ints, read: Sequence[Reports], epoch: float) -> tuple[Ints, list[trust.Doubt]]:
    """Truth object of each report ``(n,)``, -1 if none: one identity, cut at gaps and at jumps; pieces of one report are none.

    rows: those that are positions with an identity. Second: what cannot be true in them.
    """
    out = np.full(len(t), -1, np.int64)
    rows = rows[np.lexsort((t[rows], who[rows]))]
    doubts = trust.doubts(t[rows] + epoch, z[rows], who[rows], [s for r in read for s in r.silences])
    if not len(rows):
        return out, doubts
    dt = np.diff(t[rows])
    jump = trust.far(dt, np.linalg.norm(np.diff(z[rows], axis=0), axis=1))
    piece = np.cumsum(np.r_[0, (who[rows][1:] != who[rows][:-1]) | jump | (dt > GAP_S)])
    long = np.bincount(piece)[piece] > 1
    number = np.unique(piece[long])
    out[rows[long]] = np.searchsorted(number, piece[long])
    return out, doubts


def _pd(sources: Sequence[Source], source: Ints, scan: Ints, objects: Ints) -> Floats:
    """How often a source reports an object per scan of its own, between the object's first and last report; else as assumed."""
    pd = np.array([s.pd for s in sources])
    for k in range(len(sources)):
        mine = np.flatnonzero((source == k) & (objects >= 0))
        if not len(mine):
            continue
        number = np.unique(scan[source == k], return_inverse=True)[1]  # this source's scans, counted from 0
        number = number[objects[source == k] >= 0]
        lo, hi = np.full(objects.max() + 1, len(scan)), np.full(objects.max() + 1, -1)
        np.minimum.at(lo, objects[mine], number)
        np.maximum.at(hi, objects[mine], number)
        heard = hi >= 0
        pd[k] = np.clip(len(mine) / np.sum(hi[heard] - lo[heard] + 1), LEAST_PD, MOST_PD)
    return pd


def _truth(t: Floats, z: Floats, objects: Ints, grid: Floats) -> Arrays:
    """truth arrays: each object's states on the grid of scan times inside its own span, NaN outside. Velocities by differences."""
    x = np.full((len(grid), int(objects.max()) + 1, 6), np.nan, np.float32)
    order = np.lexsort((t, objects))
    order = order[objects[order] >= 0]
    for piece in np.split(order, np.flatnonzero(np.diff(objects[order])) + 1):
        a, b = np.searchsorted(grid, [t[piece[0]] - 1e-6, t[piece[-1]] + 1e-6])
        at = grid[a:b]
        place = eci_from_ecef(np.stack([np.interp(at, t[piece], z[piece, i]) for i in range(3)], axis=1), at)
        x[a:b, objects[piece[0]], :3] = place
        x[a:b, objects[piece[0]], 3:] = np.gradient(place, at, axis=0) if len(at) > 1 else 0.0
    return {"truth_t": grid, "truth_x": x, "det_truth": objects}


def _text(report: dict[str, Any]) -> list[str]:
    """A few lines for a person: what was read and, above all, what was not."""
    lines = [f"{report['detections']} detections in {report['scans']} scans of {len(report['sensors'])} sources -> {report['out']}"]
    for name, counts in report["files"].items():
        lines.append(f"  {name}: " + ", ".join(f"{v} {k}" for k, v in counts.items()))
    if report["repeated_between_files"]:
        lines.append(f"  {report['repeated_between_files']} reports came in more than one file and are taken once")
    if report["unplaced_radars"]:
        lines.append(f"  radars whose place the file does not give, put at 0 N 0 E: {', '.join(report['unplaced_radars'])}")
    if not report["objects"]:
        lines.append("  no truth in it (nothing names its aircraft by position, or too much of it): it can be tracked, not scored")
    return lines
