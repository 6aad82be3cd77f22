"""Our metrics against two authorities we did not write: the shared benchmark's scorer and Stone Soup's metric generators."""

from __future__ import annotations

import importlib.util
import sys
from datetime import datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from cupola.core.batches import Floats
from cupola.core.randoms import stream
from cupola.picture import metrics
from cupola.run.score import score_files

BENCH = Path(__file__).parents[2] / ".." / "shared" / "bench"


@pytest.fixture(scope="module")
def bench() -> ModuleType:
    """The shared scorer; its folder is put on the path for its own imports."""
    if not (BENCH / "score.py").exists():
        pytest.skip("the shared benchmark folder is not beside this repository")
    names = ("detfile", "metrics", "score")
    sys.path.insert(0, str(BENCH))
    try:
        for name in names:
            spec = importlib.util.spec_from_file_location(name, BENCH / f"{name}.py")
            assert spec is not None
            assert spec.loader is not None
            module = importlib.util.module_from_spec(spec)
            sys.modules[name] = module
            spec.loader.exec_module(module)
        return sys.modules["score"]
    finally:
        sys.path.remove(str(BENCH))
        for name in names:
            sys.modules.pop(name, None)


def made_up(rng: np.random.Generator) -> tuple[dict[str, Any], dict[str, Any]]:
    """Detections with truth, and a bad tracker's tracks: misses, ghosts, doubles, exchanged numbers, scans out of order."""
    n, scans = 40, 30
    t = np.arange(0.0, 61.0, 10.0)
    x0 = np.hstack([rng.normal(7e6, 8e3, (n, 3)), rng.normal(0, 60, (n, 3))])
    truth = np.stack([np.hstack([x0[:, :3] + s * x0[:, 3:] + 3.0 * s**2, x0[:, 3:] + 6.0 * s]) for s in t])
    truth[:3, :4] = np.nan
    clock = np.sort(rng.uniform(0, 60, scans))
    clock[10], clock[11] = clock[11], clock[10]
    count = rng.integers(5, 30, scans)
    d = {
        "scan_t": clock, "scan_sensor": np.zeros(scans, int), "scan_ptr": np.r_[0, np.cumsum(count)],
        "det_z": rng.normal(size=(count.sum(), 3)), "det_truth": rng.integers(-1, n, count.sum()),
        "sensor_kind": np.array(["radar"]), "sensor_sigma": np.ones((1, 3)), "sensor_pd": np.ones(1), "sensor_clutter": np.ones(1),
        "sensor_pos": np.zeros((scans, 3)), "sensor_axes": np.tile(np.eye(3), (scans, 1, 1)), "truth_t": t, "truth_x": truth,
    }  # fmt: skip
    rows = []
    for k in range(scans):
        s = np.maximum.accumulate(clock)[k]
        x = np.hstack([x0[:, :3] + s * x0[:, 3:] + 3.0 * s**2, x0[:, 3:] + 6.0 * s])
        who = np.flatnonzero(rng.random(n) < 0.8)
        ids = np.where(rng.random(len(who)) < 0.1, who + 100, who)
        states = x[who] + rng.normal(size=(len(who), 6)) * np.r_[[900.0] * 3, [5.0] * 3]
        ghosts = x[:6] + rng.normal(0, 2e3, (6, 6))
        rows.append((np.full(len(who) + 6, k), np.r_[ids, 900 + np.arange(6)], np.vstack([states, ghosts])))
    number = np.concatenate([r[1] for r in rows])
    a = rng.normal(size=(len(number), 6, 6))
    P = (a @ a.transpose(0, 2, 1) + np.eye(6)) * np.outer(*(np.r_[[400.0] * 3, [4.0] * 3],) * 2)
    cpu = np.where(np.arange(scans) % 7 == 3, np.nan, 0.01)
    o = {
        "scan_k": np.concatenate([r[0] for r in rows]),
        "track_id": number,
        "x": np.vstack([r[2] for r in rows]),
        "P": P,
        "cpu_s": cpu,
    }
    return d, o


@pytest.mark.parametrize("covariance", [True, False])
@pytest.mark.parametrize("c", [5000.0, 1500.0])
def test_scores_equal_the_shared_benchmarks(bench: ModuleType, tmp_path: Path, covariance: bool, c: float) -> None:
    d, o = made_up(stream(1, "metrics", int(c)))
    if not covariance:
        del o["P"]
    np.savez(tmp_path / "det.npz", **d)
    np.savez(tmp_path / "trk.npz", **o)
    want, _ = bench.score(dict(np.load(tmp_path / "det.npz")), dict(np.load(tmp_path / "trk.npz")), c, 0.4)
    got = score_files(tmp_path / "det.npz", tmp_path / "trk.npz", c, 0.4)
    assert list(got) == list(want)
    for key, value in want.items():
        assert got[key] == (value if value is None else pytest.approx(value, rel=1e-12)), key
    assert got["missed"] > 1
    assert got["switches"] > 5


def test_gospa_and_ospa_equal_stone_soups() -> None:
    pytest.importorskip("stonesoup", reason="Stone Soup is not installed in this environment")
    from stonesoup.measures import Euclidean
    from stonesoup.metricgenerator.ospametric import GOSPAMetric
    from stonesoup.types.state import State

    rng = stream(2, "stonesoup")
    when, c = datetime(2026, 1, 1) + timedelta(0), 5000.0
    for n, m in ((30, 35), (12, 4), (1, 3)):
        truth, tracks = _cloud(n, rng), _cloud(m, rng)
        theirs = GOSPAMetric(p=2, c=c, measure=Euclidean((0, 1, 2)), generator_name="g", tracks_key="a", truths_key="b")
        metric, _ = theirs.compute_gospa_metric([State(x, when) for x in tracks], [State(x, when) for x in truth])
        pairs = metrics.assign(truth[:, :3], tracks[:, :3], c)
        assert metrics.gospa(pairs, n, m, c) == pytest.approx(float(metric.value["distance"]), rel=1e-9)


def _cloud(n: int, rng: np.random.Generator) -> Floats:
    return np.hstack([rng.normal(0, 5e3, (n, 3)), rng.normal(size=(n, 3))])
