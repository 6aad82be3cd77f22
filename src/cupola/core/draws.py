"""Random numbers inside compiled kernels: Philox 4x64-10, a counter-based generator.

A draw is a function of a key and a counter and of nothing drawn before it. What a sensor draws for an object in a scan is therefore
the same whatever else there is, whoever else looks, and however often it is asked: two runs that differ in one assumption share all
other chance (common random numbers). Numbers outside kernels come from ``core.randoms.stream``.

Source: Salmon, Moraes, Dror, Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3", SC'11, section 3.3 and table 2.
``numpy.random.Philox`` is the oracle in the tests.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit, uint64
from numpy.typing import NDArray

Words = NDArray[np.uint64]
Word = Any  # uint64 in a kernel

_M0, _M1 = np.uint64(0xD2E7470EE14C6C93), np.uint64(0xCA5A826395121157)
_W0, _W1 = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBB67AE8584CAA73B)
_LOW, _HALF, _DROP, _ONE = np.uint64(0xFFFFFFFF), np.uint64(32), np.uint64(11), np.uint64(1)
_UNIT = 2.0**-53
_CHUNK = 64.0  # mean of the Poisson counts that are added up; exp(-64) is far from underflow


@njit(cache=True, nogil=True)
def _high(a: Word, b: Word) -> Word:
    """Upper 64 bits of a 128-bit product."""
    a0, a1, b0, b1 = a & _LOW, a >> _HALF, b & _LOW, b >> _HALF
    middle = a1 * b0 + ((a0 * b0) >> _HALF)
    other = a0 * b1 + (middle & _LOW)
    return a1 * b1 + (middle >> _HALF) + (other >> _HALF)


@njit(cache=True, nogil=True)
def words(key: Words, a: int, b: int, c: int) -> tuple[Word, Word, Word, Word]:
    """The block of 4 x 64 random bits at counter (a, b, c, 0) under key ``(2,)``; a, b, c: any integers."""
    c0, c1, c2, c3 = uint64(a), uint64(b), uint64(c), uint64(0)
    k0, k1 = key[0], key[1]
    for _ in range(10):
        h0, l0 = _high(_M0, c0), _M0 * c0
        h1, l1 = _high(_M1, c2), _M1 * c2
        c0, c1, c2, c3 = h1 ^ c1 ^ k0, l1, h0 ^ c3 ^ k1, l0
        k0, k1 = k0 + _W0, k1 + _W1
    return c0, c1, c2, c3


@njit(cache=True, nogil=True)
def uniforms(key: Words, a: int, b: int, c: int) -> tuple[float, float, float, float]:
    """Four independent uniform numbers in (0, 1]."""
    w0, w1, w2, w3 = words(key, a, b, c)
    return (
        float((w0 >> _DROP) + _ONE) * _UNIT,
        float((w1 >> _DROP) + _ONE) * _UNIT,
        float((w2 >> _DROP) + _ONE) * _UNIT,
        float((w3 >> _DROP) + _ONE) * _UNIT,
    )


@njit(cache=True, nogil=True)
def gauss(u: float, v: float) -> tuple[float, float]:
    """Two independent standard normal numbers of two uniform ones (Box and Muller 1958, Ann. Math. Stat. 29)."""
    r, angle = math.sqrt(-2.0 * math.log(u)), 2.0 * math.pi * v
    return r * math.cos(angle), r * math.sin(angle)


@njit(cache=True, nogil=True)
def poisson(key: Words, a: int, b: int, mean: float) -> int:
    """A Poisson count, by inversion in chunks of the mean (a sum of counts is one). Takes counters (a, b, 0), (a, b, 1), ..."""
    count, chunk = 0, 0
    while mean > 0.0:
        part = min(mean, _CHUNK)
        u = uniforms(key, a, b, chunk)[0]
        p = math.exp(-part)
        k, below = 0, p
        while u > below and p > 0.0:
            k += 1
            p *= part / k
            below += p
        count += k
        mean -= part
        chunk += 1
    return count


@njit(cache=True, nogil=True)
def normal_tail(key: Words, a: int, b: int, c: int, least: float) -> float:
    """A standard normal number given that it exceeds ``least`` > 0; takes counters (a, b, c), (a, b, c + 1), ...

    Source: Marsaglia 1964, "Generating a variable from the tail of the normal distribution", Technometrics 6(1).
    """
    while True:
        u, v, w, y = uniforms(key, a, b, c)
        x = math.sqrt(least * least - 2.0 * math.log(u))
        if v * x <= least:
            return x
        x = math.sqrt(least * least - 2.0 * math.log(w))
        if y * x <= least:
            return x
        c += 1
