"""Kernels of the defence's bookkeeping against the numpy formulas they stand for."""

from __future__ import annotations

import numpy as np

from cupola.core.randoms import stream
from cupola.engage import defend


def test_rounds_that_may_be_fired() -> None:
    rng = stream(1, "room")
    m, k, now = 5, 40, 100.0
    rounds, channels, battery = rng.integers(0, 12, m), rng.integers(1, 9, m), rng.integers(0, m, k)
    end, out = rng.uniform(50.0, 150.0, k), np.empty(m, np.int64)
    defend._room(rounds, 2, channels, battery, end, now, out)
    busy = np.bincount(battery[end > now], minlength=m)
    np.testing.assert_array_equal(out, np.maximum(0, np.minimum(rounds - 2, channels - busy)))


def test_when_to_look_again() -> None:
    rng = stream(2, "pause")
    n, m, now, plan = 30, 4, 500.0, 2.0
    first, command = rng.uniform(500.0, 600.0, (n, m)), rng.uniform(480.0, 540.0, (n, m))
    first[rng.random((n, m)) < 0.6] = np.nan
    impact, out = rng.uniform(510.0, 1200.0, n), np.empty(n)
    defend._pause(first, command, impact, now, plan, out)
    wait = np.where(~np.isnan(first), command, np.inf).min(axis=1) - plan - now
    later = np.where(wait > 0, np.clip(wait, plan, defend.REVISIT), defend.REVISIT)
    np.testing.assert_allclose(out, np.where(impact - now > defend.NEAR, later, plan))
