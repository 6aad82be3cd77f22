"""Satellites in circular orbits over a latitude: how often one is in reach, and the fewest that any mix of orbits needs.

A satellite spends most of its time near its turning latitude, so it matters more where the targets are than how large the Earth is.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from cupola.core.errors import Fault

Floats = NDArray[np.float64]
Mix = tuple[tuple[float, float], ...]  # inclination (rad) and satellites of each
NODES, WEIGHTS = np.polynomial.legendre.leggauss(24)
HALF = 0.5 * math.pi
PLACES, SHARES = np.sin(HALF * NODES), np.cos(HALF * NODES) * WEIGHTS
BLOCK = 2048  # pairs worked on at once: they fit into the processor's cache


@dataclass(frozen=True)
class Shell:
    """A Walker pattern: circular orbits of one inclination (rad), ``planes`` evenly spaced nodes, ``each`` satellites a plane.

    phasing F: the next plane's satellites are ahead by F / (planes x each) of a turn. Source: J. G. Walker, 1984.
    """

    inclination: float
    planes: int
    each: int
    phasing: int

    @property
    def satellites(self) -> int:
        """All of them."""
        return self.planes * self.each


def occupancy(inclination: Floats | float, latitude: Floats | float, psi: float) -> Floats:
    """Share of the time that a satellite of this inclination is within ``psi`` of a point at this latitude (all rad).

    Shapes: inclination and latitude broadcast. Exact on a sphere, averaged over node and phase: a plane that passes at the angle d
    has it in reach for acos(cos psi / cos d) / pi of each turn.
    Source: integral over the nodes by Gauss-Legendre in sin(t), which takes the square roots at the ends away; 24 nodes.
    """
    inc, lat = np.broadcast_arrays(np.asarray(inclination, float), np.abs(np.asarray(latitude, float)))
    scale = np.maximum(np.cos(lat) * np.sin(inc), 1e-12)
    offset = np.sin(lat) * np.cos(inc)
    reach = math.sin(min(psi, HALF))  # every circle comes within 90 deg
    first = np.arcsin(np.clip((-reach - offset) / scale, -1.0, 1.0))
    last = np.arcsin(np.clip((reach - offset) / scale, -1.0, 1.0))
    middle, half = 0.5 * (first + last), 0.5 * (last - first)
    shares = np.empty(middle.size)
    parts = [x.reshape(-1, 1) for x in (middle, half, scale, offset)]
    for k in range(0, middle.size, BLOCK):
        mid, wide, factor, shift = (x[k : k + BLOCK] for x in parts)
        arc = mid + wide * PLACES
        np.sin(arc, out=arc)
        arc *= factor
        arc += shift  # the sine of how far the plane passes
        arc *= arc
        np.sqrt(np.maximum(1.0 - arc, 1e-12), out=arc)
        np.divide(math.cos(psi), arc, out=arc)
        np.arccos(np.clip(arc, -1.0, 1.0, out=arc), out=arc)
        shares[k : k + BLOCK] = arc @ SHARES
    return np.asarray(shares.reshape(middle.shape) * half * (HALF / math.pi**2))


def latitudes(low: float, high: float, psi: float, fine: int = 1, most: int = 40) -> Floats:
    """Latitudes that stand for the band, the ends among them, about psi / (4 fine) apart, at most ``most`` times ``fine``."""
    if high - low < 1e-9:
        return np.array([low])
    return np.linspace(low, high, fine * min(most, max(2, math.ceil(4.0 * (high - low) / psi))) + 1)


def inclinations(low: float, high: float, psi: float, parts: int = 60, most: int = 400) -> Floats:
    """Inclinations worth trying for a band: up to a little above what the turning latitude needs, about psi / parts apart."""
    first, last = max(low - psi, psi / 60.0), min(high + 3.0 * psi, HALF)
    return np.linspace(first, last, min(most, max(2 * parts // 3, math.ceil((last - first) / psi * parts))))


@functools.lru_cache(4096)  # charts ask the same again and again while one assumption moves
def one_shell_bound(low: float, high: float, psi: float) -> tuple[float, float]:
    """Satellites for one in reach on average all over the band, with one inclination: (number, inclination)."""
    tried = inclinations(low, high, psi, 15, 120)
    lats = latitudes(low, high, psi)
    for _ in range(3):
        seen = occupancy(tried[:, None], lats[None], psi).min(axis=1)
        k = int(seen.argmax())
        best = 1.0 / float(seen[k]), float(tried[k])
        tried = np.linspace(tried[max(0, k - 2)], tried[min(len(tried) - 1, k + 2)], 41)
    return best


@functools.lru_cache(4096)
def mixture_bound(low: float, high: float, psi: float) -> tuple[float, Mix]:
    """Fewest satellites for one in reach on average all over the band, with any mix of inclinations.

    Gives the number and the mix: (inclination, satellites). No design can do with fewer, for what is in reach on average is a sum
    over the satellites. A linear programme: least sum of x with sum of x p(i, L) >= 1 at each latitude. Its dual prices of the
    latitudes make the number a bound for inclinations between the ones tried, too (they are checked on a finer grid).
    Limits: circular orbits of one altitude, sphere.
    """
    from scipy.optimize import linprog

    if high - low < 1e-9:
        number, inclination = one_shell_bound(low, high, psi)
        return number, ((inclination, number),)
    lats = latitudes(low, high, psi)
    tried = inclinations(low, high, psi, 15, 120)
    seen = occupancy(tried[:, None], lats[None], psi)
    found = linprog(np.ones(len(tried)), A_ub=-seen.T, b_ub=-np.ones(len(lats)), method="highs")
    if found.status != 0:
        raise Fault(f"the bound's linear programme ended with: {found.message}")
    prices = -found.ineqlin.marginals
    priced = prices > 1e-9 * prices.max()
    between = np.concatenate([np.linspace(tried[0], tried[-1], 4 * len(tried)), np.linspace(tried[-1], HALF, 60)])
    dearest = float((occupancy(between[:, None], lats[None, priced], psi) @ prices[priced]).max())
    mix = tuple((float(tried[k]), float(found.x[k])) for k in np.flatnonzero(found.x > 1e-6 * found.fun))
    return float(prices.sum()) / max(1.0, dearest), mix


def mixture_of(mix: Mix, n: int, lats: Floats, psi: float) -> Mix | None:
    """A mix of ``n`` inclinations near a mix of many: (inclination, satellites), one in reach on average at each latitude.

    Neighbours are joined where least is lost, then the inclinations are moved one at a time while that saves satellites.
    None if the mix has fewer.
    """
    groups = [list(m) for m in sorted(mix)]
    if len(groups) < n:
        return None
    while len(groups) > n:
        cost = [(b[0] - a[0]) * min(a[1], b[1]) for a, b in pairwise(groups)]
        k = int(np.argmin(cost))
        a, b = groups[k], groups.pop(k + 1)
        groups[k] = [(a[0] * a[1] + b[0] * b[1]) / (a[1] + b[1]), a[1] + b[1]]
    places = [g[0] for g in groups]
    best, weights = _weights(places, lats, psi)
    step = psi / 4.0
    while step > psi / 40.0:
        moved = False
        for k in range(n):
            for way in (-step, step):
                near = [p + way * (q == k) for q, p in enumerate(places)]
                if not psi / 60.0 < near[k] < HALF:
                    continue
                total, x = _weights(near, lats, psi)
                if total < best * (1.0 - 1e-6):
                    best, weights, places, moved = total, x, near, True
        step = step if moved else 0.5 * step
    return None if not math.isfinite(best) else tuple((p, x) for p, x in zip(places, weights, strict=True) if x > 0.0)


def _weights(places: list[float], lats: Floats, psi: float) -> tuple[float, list[float]]:
    """The fewest satellites of these inclinations that have one in reach on average at each latitude: their sum, and each."""
    from scipy.optimize import linprog

    seen = occupancy(np.array(places)[:, None], lats[None], psi)
    found = linprog(np.ones(len(places)), A_ub=-seen.T, b_ub=-np.ones(len(lats)), method="highs")
    return (float(found.fun), found.x.tolist()) if found.status == 0 else (math.inf, [])


def crossing_share(inclination: float, latitude: float, psi: float) -> float:
    """Share of evenly spaced planes whose circle crosses the cap of ``psi`` around a point at this latitude (all rad)."""
    scale = max(math.cos(latitude) * math.sin(inclination), 1e-12)
    offset = math.sin(latitude) * math.cos(inclination)
    ends = [math.asin(min(1.0, max(-1.0, (way * math.sin(min(psi, HALF)) - offset) / scale))) for way in (-1.0, 1.0)]
    return (ends[1] - ends[0]) / math.pi
