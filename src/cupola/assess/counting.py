"""Chances of counts, by logarithms of factorials: what is needed of ``scipy.stats``, without the second it takes to load."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from cupola.core.batches import Floats

ROUNDING = 1e-17  # of a sum: a smaller term changes no bit of it


def hypergeometric(k: ArrayLike, population: ArrayLike, marked: ArrayLike, drawn: ArrayLike) -> Floats:
    """Chance of ``k`` marked ones among ``drawn`` of ``population`` without putting back; 0 where that cannot be. Broadcasts."""
    k, n, m, d = (np.asarray(v, float) for v in (k, population, marked, drawn))
    possible = (m <= n) & (d <= n) & (k >= 0) & (k <= m) & (k <= d) & (d - k <= n - m)
    m, d = np.minimum(m, n), np.minimum(d, n)
    x = np.where(possible, k, np.maximum(0.0, d - (n - m)))  # some count that can be, so that no logarithm fails
    log = log_choose(m, x) + log_choose(n - m, d - x) - log_choose(n, d)
    return np.asarray(np.where(possible, np.exp(log), 0.0))


def hypergeometric_tail(k: ArrayLike, population: ArrayLike, marked: ArrayLike, drawn: ArrayLike) -> Floats:
    """Chance of ``k`` or more marked ones among ``drawn`` of ``population`` without putting back. Broadcasts.

    Summed from ``k`` away from the mean by the ratio of neighbours until what follows is below rounding: the work is a few dozen
    terms for each number, however large it is. Limits: marked and drawn are at most the population.
    """
    k, n, m, d = np.broadcast_arrays(*(np.asarray(v, float) for v in (k, population, marked, drawn)))
    low, high = np.maximum(0.0, d - (n - m)), np.minimum(m, d)
    upward = k > m * d / np.maximum(n, 1.0)
    first = np.where(upward, k, k - 1.0)
    x = np.clip(first, low, high)
    term = np.where((first >= low) & (first <= high), hypergeometric(x, n, m, d), 0.0)
    total = term.copy()
    while np.any(term > ROUNDING * total):
        up = (m - x) * (d - x) / ((x + 1.0) * (n - m - d + x + 1.0))
        down = x * (n - m - d + x) / ((m - x + 1.0) * (d - x + 1.0))
        term = term * np.where(upward, up, down)
        total += term
        x = np.where(term > 0.0, x + np.where(upward, 1.0, -1.0), x)
    return np.asarray(np.clip(np.where(upward, total, 1.0 - total), 0.0, 1.0))


def binomial_tail(k: int, n: ArrayLike, p: ArrayLike) -> Floats:
    """Chance of ``k`` or more (k >= 1) in ``n`` with probability ``p`` each. Broadcasts."""
    n, p = np.broadcast_arrays(np.asarray(n, np.int64), np.asarray(p, float))
    return np.asarray(np.where(n >= k, special.bdtrc(float(k - 1), np.maximum(n, k), p), 0.0))


def binomial(k: ArrayLike, n: ArrayLike, p: ArrayLike) -> Floats:
    """Chance of ``k`` in ``n`` with probability ``p`` each; 0 where k > n. Broadcasts."""
    k, n, p = (np.asarray(v, float) for v in (k, n, p))
    x = np.minimum(k, n)
    log = log_choose(n, x) + special.xlogy(x, p) + special.xlog1py(n - x, -p)
    return np.asarray(np.where(k <= n, np.exp(log), 0.0))


def beta_binomial(k: ArrayLike, n: int, a: float, b: float) -> Floats:
    """Chance of ``k`` in ``n`` when the probability itself is Beta(a, b)."""
    k = np.asarray(k, float)
    return np.asarray(np.exp(log_choose(n, k) + special.betaln(k + a, n - k + b) - special.betaln(a, b)))


def log_choose(n: ArrayLike, k: ArrayLike) -> Floats:
    """Logarithm of n over k, whole numbers 0 <= k <= n."""
    n, k = np.asarray(n).astype(np.int64), np.asarray(k).astype(np.int64)
    table = _log_factorials(int(n.max(initial=1)).bit_length())
    return np.asarray(table[n] - table[k] - table[n - k])


@cache
def _log_factorials(bits: int) -> Floats:
    """Logarithms of 0!, 1!, ... of every number with so many bits. Shapes: (2 ** bits,)."""
    return np.asarray(special.gammaln(np.arange(1.0, 2**bits + 1.0)))
