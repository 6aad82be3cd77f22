"""The tracker alone over a detection file (``cupola track``): scan by scan, with the CPU time of each."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from cupola.core.batches import Floats, Ints, SensorCard
from cupola.core.scans import Scans
from cupola.formats import detfile
from cupola.fusion import tracker
from cupola.fusion.config import Config

CORES = 1  # what the tracker can use: each scan needs the tracks the one before has left


def track_file(det_path: str | Path, out_path: str | Path, associator: str = "gnn", cores: int = 1) -> dict[str, Any]:
    """Track a detection file scan by scan, write a track file, and say what happened.

    The tracks after each scan stand at the latest ``scan_t`` so far. ``cpu_s`` is the process's CPU time of each scan; compiled
    kernels are loaded before the first. cores: how many it may use; the tracker uses one (scans depend on each other), which is
    what ``cores`` in the answer says.
    Raises BadFile, BadOption.
    """
    d = detfile.read(det_path)
    config = replace(Config(), associator=associator)
    cards, todo = detfile.cards(d), Scans.of(detfile.scans(d))
    total = _load_kernels(config, cards, todo)
    state = tracker.start(config, cards)
    now, cpu = -np.inf, np.full(len(todo), np.nan)
    out: list[tuple[Ints, Floats, Floats]] = []
    for k, t in enumerate(todo.looks["t"].tolist()):
        begin = time.process_time()
        now = max(now, t)
        state, result = tracker.step(state, todo[k : k + 1], now)
        cpu[k] = time.process_time() - begin
        sure = result.tracks.confirmed
        out.append((result.tracks.id[sure], result.tracks.x[sure], result.tracks.P[sure]))
        for name, value in result.counts.items():
            total[name] = total.get(name, 0) + value
    detfile.write(out_path, track_arrays(out, cpu))
    ids = np.unique(np.concatenate([i for i, _, _ in out])) if out else np.empty(0)
    return {
        "out": str(out_path),
        "associator": associator,
        "cores": min(cores, CORES),
        "tracks": len(ids),
        "cpu_s": float(cpu.sum()),
        **total,
    }


def _load_kernels(config: Config, cards: tuple[SensorCard, ...], todo: Scans) -> dict[str, int]:
    """The first scan once for nothing: reading compiled kernels from disk takes half a second and is no scan's work. Gives all that
    the tracker counts, at 0: a file without scans has the same counts."""
    _, result = tracker.step(tracker.start(config, cards), todo[:1], todo[0].t if len(todo) else 0.0)
    return dict.fromkeys(result.counts, 0)


def track_arrays(rows: list[tuple[Ints, Floats, Floats]], cpu: Floats) -> detfile.Arrays:
    """A track file's arrays from (ids, states, covariances) after each scan."""
    size = [len(i) for i, _, _ in rows]
    return {
        "scan_k": np.repeat(np.arange(len(rows)), size),
        "track_id": np.concatenate([i for i, _, _ in rows]) if rows else np.empty(0, np.int64),
        "x": np.concatenate([x for _, x, _ in rows]) if rows else np.empty((0, 6)),
        "P": np.concatenate([p for _, _, p in rows]) if rows else np.empty((0, 6, 6)),
        "cpu_s": cpu,
    }
