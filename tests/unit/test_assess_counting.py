"""Chances of counts against scipy's own."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from cupola.assess import counting


@given(population=st.integers(1, 3000), marked=st.floats(0, 1), drawn=st.floats(0, 1))
@settings(max_examples=60)
def test_hypergeometric(population, marked, drawn):
    m, d = round(marked * population), round(drawn * population)
    k = np.arange(-1, min(m, 60) + 3)
    want = stats.hypergeom.pmf(k, population, m, d)
    assert counting.hypergeometric(k, population, m, d) == pytest.approx(want, rel=1e-7, abs=1e-12)


@given(population=st.integers(1, 15000), marked=st.floats(0, 1), drawn=st.floats(0, 1), at=st.floats(-3, 3))
@settings(max_examples=80)
def test_hypergeometric_tail(population, marked, drawn, at):
    m, d = round(marked * population), round(drawn * population)
    middle = m * d / population
    sigma = (middle * (1 - m / population) * (1 - d / population)) ** 0.5
    k = np.round(np.array([-1.0, 0.0, 1.0, 2.0, middle + at * sigma, middle, min(m, d), min(m, d) + 1]))
    want = stats.hypergeom.sf(k - 1, population, m, d)
    assert counting.hypergeometric_tail(k, population, m, d) == pytest.approx(want, rel=1e-7, abs=1e-10)


@pytest.mark.parametrize("p", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("k", [1, 2, 5])
def test_binomial_tail(k, p):
    n = np.arange(12)
    assert counting.binomial_tail(k, n, p) == pytest.approx(stats.binom.sf(k - 1, n, p), abs=1e-12)


@pytest.mark.parametrize("p", [0.0, 0.3, 1.0])
def test_binomial(p):
    k, n = np.arange(12)[:, None], np.arange(10)
    assert counting.binomial(k, n, p) == pytest.approx(stats.binom.pmf(k, n, p), abs=1e-12)


@pytest.mark.parametrize(("a", "b"), [(0.5, 0.5), (12.5, 9.5), (1.0, 300.0)])
def test_beta_binomial(a, b):
    k = np.arange(61)
    assert counting.beta_binomial(k, 60, a, b) == pytest.approx(stats.betabinom.pmf(k, 60, a, b), rel=1e-8, abs=1e-14)
