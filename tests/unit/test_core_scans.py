"""Scans as one table: nothing is lost on the way in, out, or when some are taken."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from cupola.core.batches import FEATURES, Scan
from cupola.core.scans import Scans

COLUMNS = ("position", "axes", "z", "sigma", "features")


def scans(seed: int, sizes: list[int]) -> list[Scan]:
    g = np.random.default_rng(seed)
    return [
        Scan(
            k, 2 * k, 0.5 * k, g.random(3), g.random((3, 3)), g.random((m, 3)), g.random((m, 3)),
            g.random((m, len(FEATURES)), np.float32), 0.5,
        )
        for k, m in enumerate(sizes)
    ]  # fmt: skip


def same(a: Scan, b: Scan) -> None:
    assert (a.sensor, a.seq, a.t, a.share) == (b.sensor, b.seq, b.t, b.share)
    for name in COLUMNS:
        np.testing.assert_array_equal(getattr(a, name), getattr(b, name))


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 99), st.lists(st.integers(0, 4), max_size=5), st.data())
def test_a_table_gives_back_its_scans(seed: int, sizes: list[int], data: st.DataObject) -> None:
    given_scans = scans(seed, sizes)
    table = Scans.of(given_scans)
    assert len(table) == len(sizes)
    for a, b in zip(given_scans, table, strict=True):
        same(a, b)
    rows = data.draw(st.lists(st.integers(0, len(sizes) - 1), max_size=6)) if sizes else []
    some = table.take(np.array(rows, np.int64))
    assert len(some.found) == sum(sizes[k] for k in rows)
    for k, b in zip(rows, some, strict=True):
        same(given_scans[k], b)
    for a, b in zip(given_scans[1:], table[1:], strict=True):
        same(a, b)


def test_a_table_stays_the_table_it_is() -> None:
    table = Scans.of(scans(1, [2, 0, 3]))
    assert Scans.of(table) is table
    assert len(Scans.empty()) == 0
