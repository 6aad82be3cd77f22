"""Poses, sight, limits and densities against the tracking benchmark's own sensors, where that folder is there."""

from __future__ import annotations

import importlib
import math
import sys
from pathlib import Path

import numpy as np
import pytest

from cupola.core.constants import MU, OMEGA
from cupola.core.randoms import stream
from cupola.dynamics import frames
from cupola.observe import radar
from cupola.sensors.platform import Fixed, Geo, Orbit
from cupola.sensors.pose import pose
from cupola.sensors.spec import SensorSpec, card
from cupola.sensors.visibility import bounds, field, in_view

BENCH = Path(__file__).parents[2].parent / "shared" / "bench"
pytestmark = pytest.mark.skipif(not (BENCH / "sensors.py").exists(), reason="the tracking benchmark is not beside this clone")
LIMITS = (0.05, 1.4, -1.2, 1.2, 1e5, 3e6)
NAN = math.nan


@pytest.fixture
def bench(monkeypatch):
    """The benchmark's sensors module; its modules of common names are forgotten again."""
    monkeypatch.syspath_prepend(str(BENCH))
    for name in ("sensors", "earth"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    yield importlib.import_module("sensors")
    for name in ("sensors", "earth"):
        sys.modules.pop(name, None)


def sky(n: int = 3000) -> np.ndarray:
    g = stream(4, "bench")
    x = np.zeros((n, 6))
    x[:, :3] = frames.ecef_from_geodetic(g.uniform(0.2, 1.2, n), g.uniform(-1.2, 0.2, n), g.uniform(2e4, 1e6, n))
    return x


def in_field(x: np.ndarray, origin: np.ndarray, axes: np.ndarray, limits: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows of x in view, and their el, az, range."""
    r = np.array([in_view(*place[:3], field(origin, axes, bounds(limits))) for place in x])
    seen = np.flatnonzero(r > 0.0)
    z = radar.h(x[seen], origin, axes)
    np.testing.assert_allclose(r[seen], z[:, 2], rtol=1e-12)
    return seen, z


def test_radar(bench):
    theirs = bench.Radar(np.array([3e-4, 3e-4, 20.0]), 0.9, 7.0, np.array(LIMITS), lat=0.7, lon=-0.5, boresight=2.0)
    x, t = sky(), 345.0
    position, axes = pose(Fixed(0.7, -0.5), 2.0, t, 0)
    for ours, want in zip((position, axes), theirs.pose(t), strict=True):
        np.testing.assert_allclose(ours, want, atol=1e-8)
    rows, z = in_field(x, position, axes, np.array(LIMITS))
    np.testing.assert_array_equal(rows, np.flatnonzero(theirs.sees(t, x, np.ones(len(x), bool))))
    np.testing.assert_allclose(z, theirs.measure(t, x)[rows], rtol=1e-9)
    spec = SensorSpec(
        "r", "radar", "ground", "A", Fixed(0.7, -0.5), 2.0, (3e-4, 3e-4, 20.0), LIMITS, 2.0, clutter=7.0, range_1m2=3e6
    )
    assert card(spec).clutter == pytest.approx(7.0 / theirs.volume, rel=1e-12)


def test_infrared(bench):
    limits = np.array([-0.155, 0.155, -0.155, 0.155, NAN, NAN])
    x, t, lon = sky(), 100.0, -0.4
    a = (MU / OMEGA**2) ** (1 / 3)
    plane = np.array([[math.cos(lon), math.sin(lon), 0.0], [-math.sin(lon), math.cos(lon), 0.0]])
    theirs = bench.Infrared(np.array([2e-5, 2e-5, NAN]), 0.9, 7.0, limits, radius=a, plane=plane)
    position, axes = pose(Geo(lon), 0.0, t, 0)
    for ours, want in zip((position, axes), theirs.pose(t), strict=True):
        np.testing.assert_allclose(ours, want, atol=1e-3)
    rows, _ = in_field(x, position, axes, limits)
    np.testing.assert_array_equal(rows, np.flatnonzero(theirs.sees(t, x, np.ones(len(x), bool))))
    spec = SensorSpec(
        "e", "infrared", "space", "A", Geo(lon), 1.0, (2e-5, 2e-5, NAN), tuple(limits), clutter=7.0, threshold=1e4, range_ref=4e7
    )
    assert card(spec).clutter == pytest.approx(7.0 / theirs.volume, rel=1e-12)
    np.testing.assert_allclose(pose(Orbit(a, 0.0, 0.0, lon), 0.0, 0.0, 0)[0], theirs.pose(0.0)[0], atol=1e-6)
