"""Counter-based draws of the kernels: numpy's Philox bit for bit, the laws they follow, nothing remembered."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from cupola.core import draws
from cupola.core.randoms import key

WORD = st.integers(0, 2**63 - 2)
KEY = key(7, "test")


@given(k0=WORD, k1=WORD, a=WORD, b=WORD, c=WORD)
@settings(max_examples=40, deadline=None)
def test_words_are_numpys_philox(k0, k1, a, b, c):
    """numpy raises its counter before it draws."""
    own = np.array([k0, k1], np.uint64)
    theirs = np.random.Philox(key=own, counter=np.array([a, b, c, 0], np.uint64))
    assert tuple(int(w) for w in draws.words(own, a + 1, b, c)) == tuple(int(w) for w in theirs.random_raw(4))


def test_keys_differ_by_seed_and_name():
    keys = {tuple(key(s, n).tolist()) for s in range(20) for n in ("a", "b", "c")}
    assert len(keys) == 60


def sample(n: int) -> np.ndarray:
    return np.array([draws.uniforms(KEY, 3, 5, c) for c in range(n)])


def test_uniform_and_normal_numbers_follow_their_laws():
    u = sample(4000)
    assert u.min() > 0.0
    assert stats.kstest(u.ravel(), "uniform").pvalue > 1e-4
    assert np.abs(np.corrcoef(u.T) - np.eye(4)).max() < 4 / math.sqrt(len(u))
    z = np.array([draws.gauss(a, b) for a, b, *_ in u])
    assert stats.kstest(z.ravel(), "norm").pvalue > 1e-4
    assert abs(np.corrcoef(z.T)[0, 1]) < 4 / math.sqrt(len(z))


def test_a_poisson_count_has_its_law_small_and_large():
    for mean in (0.0, 0.3, 5.0, 64.0, 300.0):
        n = np.array([draws.poisson(KEY, scan, 2, mean) for scan in range(3000)])
        assert abs(n.mean() - mean) <= 4 * math.sqrt(mean / len(n))
        assert abs(n.var() - mean) <= 4 * math.sqrt((mean + 2 * mean**2) / len(n))
        edges = np.unique(stats.poisson.ppf(np.linspace(0.1, 0.9, 9), mean))
        for e in edges if mean else []:
            p = stats.poisson.cdf(e, mean)
            assert abs((n <= e).mean() - p) <= 4 * math.sqrt(p * (1 - p) / len(n)) + 1e-12


def test_the_normals_tail_is_the_normal_given_that_it_is_there():
    for least in (1.3, 4.75):
        x = np.array([draws.normal_tail(KEY, scan, 4, 0, least) for scan in range(3000)])
        assert x.min() > least
        p = stats.norm.sf(x) / stats.norm.sf(least)
        assert stats.kstest(p, "uniform").pvalue > 1e-4
