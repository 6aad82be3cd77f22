"""Chances of counts, by logarithms of factorials: what is needed of ``scipy.stats``, without the second it takes to load."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

Floats = NDArray[np.float64]


def hypergeometric(k: ArrayLike, population: ArrayLike, marked: ArrayLike, drawn: ArrayLike) -> Floats:
    """Chance of ``k`` marked ones among ``drawn`` of ``population`` without putting back; 0 where that cannot be. Broadcasts."""
    k, n, m, d = np.broadcast_arrays(*(np.asarray(v, float) for v in (k, population, marked, drawn)))
    possible = (m <= n) & (d <= n) & (k >= 0) & (k <= m) & (k <= d) & (d - k <= n - m)
    m, d = np.minimum(m, n), np.minimum(d, n)
    x = np.where(possible, k, np.maximum(0.0, d - (n - m)))  # some count that can be, so that no logarithm fails
    log = log_choose(m, x) + log_choose(n - m, d - x) - log_choose(n, d)
    return np.asarray(np.where(possible, np.exp(log), 0.0))


def binomial(k: ArrayLike, n: ArrayLike, p: ArrayLike) -> Floats:
    """Chance of ``k`` in ``n`` with probability ``p`` each; 0 where k > n. Broadcasts."""
    k, n, p = np.broadcast_arrays(*(np.asarray(v, float) for v in (k, n, p)))
    x = np.minimum(k, n)
    log = log_choose(n, x) + special.xlogy(x, p) + special.xlog1py(n - x, -p)
    return np.asarray(np.where(k <= n, np.exp(log), 0.0))


def beta_binomial(k: ArrayLike, n: int, a: float, b: float) -> Floats:
    """Chance of ``k`` in ``n`` when the probability itself is Beta(a, b)."""
    k = np.asarray(k, float)
    return np.asarray(np.exp(log_choose(n, k) + special.betaln(k + a, n - k + b) - special.betaln(a, b)))


def log_choose(n: ArrayLike, k: ArrayLike) -> Floats:
    """Logarithm of n over k, 0 <= k <= n."""
    n, k = np.asarray(n, float), np.asarray(k, float)
    return np.asarray(special.gammaln(n + 1.0) - special.gammaln(k + 1.0) - special.gammaln(n - k + 1.0))
