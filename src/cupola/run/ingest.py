"""Real recordings to one detection file: read, join, group into scans; the identity that reports carry is kept as truth.

The reports are the detections *and*, where they name their aircraft, the truth: a score on such a file shows association and
continuity, not accuracy. A gap or a jump that no aircraft can fly starts a new truth object.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cupola.core.batches import Floats, Ints
from cupola.core.errors import BadFile
from cupola.dynamics.frames import ecef_from_geodetic, eci_from_ecef, enu_axes
from cupola.formats import adsb, asterix, pcap
from cupola.formats.reports import Reports, Source
from cupola.fusion import detfile

GAP_S = 120.0  # a truth object ends where an aircraft is not heard for so long
FASTEST_M_S = 700.0  # assumed: no airliner and few military aircraft fly faster over ground
JUMP_M = 2000.0  # slack of the jump test, for rounded time stamps
CLUTTER = 1e-18  # false reports per m^3, assumed: recordings of cooperative reports have next to none
RADAR_CLUTTER = 1e-9  # false plots per rad^2 m, assumed

Arrays = dict[str, NDArray[Any]]


def ingest(files: Sequence[Path], out: Path) -> dict[str, Any]:
    """Read ``files``, write the detection file ``out``, return what was read and left out. Raises BadFile and writes nothing."""
    if not out.absolute().parent.is_dir():
        raise BadFile(f"--out {out}: there is no folder {out.absolute().parent}; make it first")
    read = [(f, _read(f)) for f in files]
    if len({r.dated for _, r in read}) > 1:
        raise BadFile("these files cannot be joined: ASTERIX gives only the time of day, the others a date; ingest them apart")
    arrays, jumps = detections([r for _, r in read])
    detfile.write(out, arrays)
    report = {
        "out": str(out),
        "detections": len(arrays["det_z"]),
        "scans": len(arrays["scan_t"]),
        "sensors": [str(n) for n in arrays["sensor_name"]],
        "unplaced_radars": [str(n) for n in arrays["sensor_name"][~arrays["sensor_placed"]]],
        "objects": arrays["truth_x"].shape[1] if "truth_x" in arrays else 0,
        "impossible_jumps": jumps,
        "files": {str(f): {k: int(v) for k, v in sorted(r.counts.items()) if v} for f, r in read},
    }
    return report | {"text": _text(report)}


def _read(path: Path) -> Reports:
    """One file by what is in it, not by its name."""
    try:
        data = path.read_bytes()
    except OSError as e:
        raise BadFile(f"{path}: cannot be read ({e.strerror})") from None
    if not data:
        raise BadFile(f"{path}: empty")
    if data.startswith(b"\x1f\x8b"):
        return adsb.read(data, str(path))
    head = data[:4096]
    if pcap.is_pcap(data) or head[0] in (1, 2, 8, 21, 34, 48, 62, 65) or b"\0" in head:
        return asterix.read(data, str(path))
    return adsb.read(data, str(path))


def detections(read: Sequence[Reports]) -> tuple[Arrays, int]:
    """The arrays of a detection file, and how many impossible jumps the reports hold."""
    t, z, source, who, sources = _joined(read)
    t = t - np.floor(t.min())
    scan_s = np.array([s.scan_s for s in sources])[source]
    group = np.floor(t / scan_s + 1e-9).astype(np.int64)
    order = np.lexsort((who, t, source, group * scan_s))
    t, z, source, who, group = t[order], z[order], source[order], who[order], group[order]
    first = np.flatnonzero(np.r_[True, (np.diff(group) != 0) | (np.diff(source) != 0)])
    ptr = np.r_[first, len(t)]
    scan_t = np.add.reduceat(t, first) / np.diff(ptr)
    position, axes, placed = _poses(sources, source[first], scan_t)
    moved = np.repeat(scan_t, np.diff(ptr))
    flat = np.array([s.kind == "position" for s in sources])[source]
    arrays: Arrays = {
        "scan_t": scan_t,
        "scan_sensor": source[first],
        "scan_ptr": ptr,
        "det_z": np.where(flat[:, None], eci_from_ecef(z, moved), z),
        "sensor_kind": np.array([s.kind for s in sources]),
        "sensor_sigma": np.array([s.sigma for s in sources]),
        "sensor_pd": np.array([s.pd for s in sources]),
        "sensor_clutter": np.array([CLUTTER if s.kind == "position" else RADAR_CLUTTER for s in sources]),
        "sensor_pos": position,
        "sensor_axes": axes,
        "sensor_name": np.array([s.name for s in sources]),
        "sensor_placed": placed,
    }
    named = flat & (who != "")
    if not named.any():
        return arrays, 0
    objects, jumps = _objects(t, z, who, named)
    return arrays | _truth(t, z, objects, np.unique(scan_t)), jumps


def _joined(read: Sequence[Reports]) -> tuple[Floats, Floats, Ints, NDArray[np.str_], tuple[Source, ...]]:
    """Reports of several files as one; sources of the same name are one source."""
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
    return t, z, np.concatenate(index), who, tuple(sources)


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


def _objects(t: Floats, z: Floats, who: NDArray[np.str_], named: NDArray[np.bool_]) -> tuple[Ints, int]:
    """Truth object of each report ``(n,)``, -1 if none: one identity, cut at gaps and at jumps; pieces of one report are none."""
    out = np.full(len(t), -1, np.int64)
    rows = np.flatnonzero(named)
    rows = rows[np.lexsort((t[rows], who[rows]))]
    dt = np.diff(t[rows])
    same = who[rows][1:] == who[rows][:-1]
    far = np.linalg.norm(np.diff(z[rows], axis=0), axis=1) > FASTEST_M_S * dt + JUMP_M
    jumps = int(np.sum(same & far & (dt <= GAP_S)))
    piece = np.cumsum(np.r_[0, ~same | far | (dt > GAP_S)])
    long = np.bincount(piece)[piece] > 1
    number = np.unique(piece[long])
    out[rows[long]] = np.searchsorted(number, piece[long])
    return out, jumps


def _truth(t: Floats, z: Floats, objects: Ints, grid: Floats) -> Arrays:
    """truth arrays: each object's states on the grid of scan times inside its own span, NaN outside. Velocities by differences."""
    n = int(objects.max()) + 1
    x = np.full((len(grid), n, 6), np.nan, np.float32)
    order = np.lexsort((t, objects))
    order = order[objects[order] >= 0]
    for piece in np.split(order, np.flatnonzero(np.diff(objects[order])) + 1):
        if not len(piece):
            continue
        a, b = np.searchsorted(grid, [t[piece[0]] - 1e-6, t[piece[-1]] + 1e-6])
        at = grid[a:b]
        place = eci_from_ecef(np.stack([np.interp(at, t[piece], z[piece, i]) for i in range(3)], axis=1), at)
        x[a:b, objects[piece[0]], :3] = place
        if len(at) > 1:
            x[a:b, objects[piece[0]], 3:] = np.gradient(place, at, axis=0)
    return {"truth_t": grid, "truth_x": x, "det_truth": objects}


def _text(report: dict[str, Any]) -> str:
    """A few lines for a person: what was read and, above all, what was not."""
    lines = [f"{report['detections']} detections in {report['scans']} scans of {len(report['sensors'])} sources -> {report['out']}"]
    for name, counts in report["files"].items():
        lines.append(f"  {name}: " + ", ".join(f"{v} {k}" for k, v in counts.items()))
    if report["unplaced_radars"]:
        lines.append(f"  radars whose place the file does not give, put at 0 N 0 E: {', '.join(report['unplaced_radars'])}")
    if report["impossible_jumps"]:
        lines.append(f"  {report['impossible_jumps']} jumps that no aircraft can fly: this source is not to be trusted")
    return "\n".join(lines)
