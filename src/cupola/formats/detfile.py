"""Detection file and track file, version 1 (``.npz``): read, checked, written, and as sensor cards and scans.

K scans, S sensors, M detections or track rows; names, shapes and units as docs/ingest.md says ("The detection file"). The truth in
a file, where there is one, is read only by those who ask for it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cupola.core import whole
from cupola.core.batches import FEATURES, KINDS, Ints, Scan, SensorCard
from cupola.core.errors import BadFile
from cupola.formats import npz

Arrays = dict[str, NDArray[Any]]
REQUIRED = (
    "scan_t",
    "scan_sensor",
    "scan_ptr",
    "det_z",
    "sensor_kind",
    "sensor_sigma",
    "sensor_pd",
    "sensor_clutter",
    "sensor_pos",
    "sensor_axes",
)
FAR = 1e9  # m; no sensor stands further away, and squares of more lose every digit
FINEST, COARSEST = 1e-8, 1e8  # rad or m; squares beyond lose every digit too
OPTIONAL = ("sensor_limits", "scan_arrival")


def read(path: str | Path, truth: bool = False) -> Arrays:
    """The arrays of a detection file, checked. ``truth``: those that hold truth too (for scoring, not for tracking).

    Raises BadFile naming the file and the first thing that is wrong with it.
    """
    d = npz.read(path, None if truth else REQUIRED + OPTIONAL)
    problem = next(_problems(d), None)
    if problem:
        raise BadFile(f"{path}: {problem}")
    d["scan_t"], d["scan_ptr"] = d["scan_t"].astype(float), d["scan_ptr"].astype(np.int64)
    d["det_z"] = np.ascontiguousarray(d["det_z"], float)
    return d


def _problems(d: Arrays) -> Iterator[str]:
    """What is wrong, the most basic first; what follows a problem may rest on what it denies: take the first only."""
    missing = [k for k in REQUIRED if k not in d]
    if missing:
        yield f"lacks the array {', '.join(missing)}"
    flat = [k for k in ("scan_t", "scan_sensor", "sensor_kind") if d[k].ndim != 1]
    if flat:
        yield f"{flat[0]} has shape {d[flat[0]].shape}, expected one dimension"
    if d["det_z"].ndim != 2:
        yield f"det_z has shape {d['det_z'].shape}, expected (M, 3)"
    k, s, m = len(d["scan_t"]), len(d["sensor_kind"]), len(d["det_z"])
    shapes = {
        "scan_t": (k,), "scan_sensor": (k,), "scan_ptr": (k + 1,), "det_z": (m, 3), "sensor_pos": (k, 3), "sensor_axes": (k, 3, 3),
        "scan_arrival": (k,), "sensor_sigma": (s, 3), "sensor_pd": (s,), "sensor_clutter": (s,), "sensor_limits": (s, 6),
        "det_truth": (m,),
    }  # fmt: skip
    for name, shape in shapes.items():
        if name in d and d[name].shape != shape:
            yield f"{name} has shape {d[name].shape}, expected {shape}"
        if name in d and d[name].dtype.kind not in "iuf":
            yield f"{name} holds {d[name].dtype}, expected numbers"
    yield from _problem_values(d, s, m)


def _problem_values(d: Arrays, s: int, m: int) -> Iterator[str]:
    ptr, sensor = d["scan_ptr"], d["scan_sensor"]
    for name in ("scan_ptr", "scan_sensor", "det_truth"):
        if name in d and d[name].dtype.kind == "f":
            yield f"{name} holds {d[name].dtype}, expected whole numbers"
    if ptr[0] != 0 or ptr[-1] != m or np.any(np.diff(ptr) < 0):
        yield f"scan_ptr does not run from 0 to the number of detections, {m}"
    for i in np.flatnonzero((sensor < 0) | (sensor >= s)):
        yield f"scan_sensor[{i}] is {sensor[i]}; there are {s} sensors"
    for n, kind in enumerate(d["sensor_kind"]):
        if str(kind) not in KINDS:
            yield f"sensor_kind[{n}] is {str(kind)!r}, expected one of {', '.join(KINDS)}"
    for name in ("scan_t", "sensor_pos", "sensor_axes", "sensor_pd"):
        for i in np.flatnonzero(~np.isfinite(d[name]).all(axis=tuple(range(1, d[name].ndim)))):
            yield f"{name}[{i}] is not finite"
    for i in np.flatnonzero(np.abs(d["scan_t"].astype(float)) * 1e9 >= 2.0**63):
        yield f"scan_t[{i}] is {d['scan_t'][i]:g} s: more than int64 nanoseconds hold (292 years); seconds are expected"
    turn = d["sensor_axes"].astype(float)
    for i in np.flatnonzero(~(np.abs(turn @ turn.transpose(0, 2, 1) - np.eye(3)) < 1e-3).all(axis=(1, 2))):
        yield f"sensor_axes[{i}] is no rotation: its rows should be unit vectors at right angles"
    for i in np.flatnonzero((np.abs(d["sensor_pos"]) > FAR).any(axis=1)):
        yield f"sensor_pos[{i}] lies beyond {FAR:g} m from the Earth's centre; ECI metres are expected"
    yield from _problem_angles(d, sensor, ptr.astype(np.int64))
    for i in np.flatnonzero(~((d["sensor_clutter"] >= 0) & (d["sensor_clutter"] < np.inf))):
        yield f"sensor_clutter[{i}] is {d['sensor_clutter'][i]}, expected a finite number, zero or more"
    no_range = (d["sensor_kind"] == "infrared")[:, None] & (np.arange(3) == 2)
    sigma = np.where(no_range, 1.0, d["sensor_sigma"])
    for i in np.flatnonzero(~(np.isfinite(sigma) & (sigma > 0)).all(axis=1)):
        yield f"sensor_sigma[{i}] is not positive and finite"
    for i in np.flatnonzero(((sigma < FINEST) | (sigma > COARSEST)).any(axis=1)):
        told = d["sensor_sigma"][i].tolist()
        yield f"sensor_sigma[{i}] is {told}: no sensor's; expected rad, rad, m (position: m), {FINEST:g} to {COARSEST:g}"
    for i in np.flatnonzero((d["sensor_pd"] <= 0) | (d["sensor_pd"] > 1)):
        yield f"sensor_pd[{i}] is {d['sensor_pd'][i]}, expected above 0 and at most 1"


def _problem_angles(d: Arrays, sensor: Ints, ptr: Ints) -> Iterator[str]:
    """Degrees given for radians: many angles that no noise makes (a few may be clutter gone wild)."""
    angles = np.repeat((d["sensor_kind"] != "position")[sensor], ptr[1:] - ptr[:-1])
    wild = angles & ((np.abs(d["det_z"][:, 0]) > np.pi) | (np.abs(d["det_z"][:, 1]) > 2 * np.pi))
    if 10 * wild.sum() > angles.sum():
        i = np.flatnonzero(wild)[0]
        yield f"det_z[{i}] has elevation {d['det_z'][i, 0]:g} and azimuth {d['det_z'][i, 1]:g}; radians are expected"


def write(path: str | Path, arrays: Arrays, compress: bool = False) -> None:
    """Write either kind of file at exactly this path: whole or not at all. Raises BadFile where that is impossible."""
    target = Path(path)
    if target.exists() and not target.is_file():  # replacing a folder fails late, replacing a device would destroy it
        raise BadFile(f"{path}: is no ordinary file; give the name of a file to write")
    try:
        with whole.replacing(target) as part, part.open("wb") as f:
            (np.savez_compressed if compress else np.savez)(f, allow_pickle=False, **arrays)
    except OSError as e:
        raise BadFile(f"{path}: cannot be written ({e.strerror})") from None


def cards(d: Arrays) -> tuple[SensorCard, ...]:
    """What the file says of its sensors."""
    s = len(d["sensor_kind"])
    limits = d.get("sensor_limits", np.full((s, 6), np.nan)).astype(float)
    return tuple(
        SensorCard(
            name=f"{d['sensor_kind'][i]}-{i}", kind=str(d["sensor_kind"][i]), domain="", owner="",
            sigma=d["sensor_sigma"][i].astype(float), pd=float(d["sensor_pd"][i]),
            clutter=float(d["sensor_clutter"][i]), limits=limits[i],
        )
        for i in range(s)
    )  # fmt: skip


def scans(d: Arrays) -> list[Scan]:
    """All scans in the file's order."""
    k = len(d["scan_t"])
    seq, count = np.zeros(k, np.int64), np.zeros(len(d["sensor_kind"]), np.int64)
    for i, sensor in enumerate(d["scan_sensor"]):
        seq[i] = count[sensor]
        count[sensor] += 1
    none = np.full((len(d["det_z"]), len(FEATURES)), np.nan, np.float32)
    sigma = np.repeat(d["sensor_sigma"][d["scan_sensor"]], np.diff(d["scan_ptr"]), axis=0).astype(float)
    pos, axes = np.ascontiguousarray(d["sensor_pos"], float), np.ascontiguousarray(d["sensor_axes"], float)
    t, ptr, sensor = d["scan_t"].tolist(), d["scan_ptr"].tolist(), d["scan_sensor"].tolist()
    return [
        Scan(sensor[i], int(seq[i]), t[i], pos[i], axes[i], d["det_z"][a:b], sigma[a:b], none[a:b])
        for i, (a, b) in enumerate(itertools.pairwise(ptr))
    ]
