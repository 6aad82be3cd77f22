"""The kernels' sort against numpy's stable one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cupola.core.sorting import ascending


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from([-np.inf, -1.5, 0.0, 0.25, 3.0, 7.0, np.inf]) | st.floats(-10, 10), max_size=70))
def test_rows_are_numpys_stable_order(values):
    key = np.array(values, dtype=np.float64)
    before = key.copy()
    assert ascending(key).tolist() == np.argsort(key, kind="stable").tolist()
    assert np.array_equal(key, before)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-40, 40).map(float), min_size=30, max_size=120))
def test_many_rows_with_ties_are_numpys_stable_order(values):
    key = np.array(values) / 3.0
    assert ascending(key).tolist() == np.argsort(key, kind="stable").tolist()


@pytest.mark.parametrize("n", [3, 40, 300])
def test_keys_that_are_no_numbers_lose_no_row(n):
    key = np.linspace(-1.0, 5.0, n)
    key[n // 2] = np.nan
    assert sorted(ascending(key).tolist()) == list(range(n))
