"""The kernels' sort against numpy's stable one."""

import numpy as np
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
