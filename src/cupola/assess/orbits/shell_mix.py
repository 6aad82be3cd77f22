"""Several Walker shells of different inclinations for one band of latitudes: each shell serves the part where it is dense.

Nodes of different inclinations precess at different rates, so over the years all relative phases occur alike: the numbers in reach
are independent, and their distributions are folded.
"""

from __future__ import annotations

import math

import numpy as np

from cupola.assess.orbits import shell_kernels as kernels
from cupola.assess.orbits.shell import Floats, Shell, latitudes, mixture_bound, mixture_of, occupancy
from cupola.core.randoms import stream

SHELLS = (2, 3, 4)  # how many inclinations are mixed
LIBRARY = 48  # patterns drawn for each shell and size
KEEP = 48  # sums of patterns kept while shells are added
SHIFTS = 16
TRIES = 7  # halvings of the interval in which the size lies
CHECKED = 6  # of the best sums of a size looked at closely
WIDEST = 2.0  # of the bound: a mix larger than that is not looked for


def best_mix(psi: float, low: float, high: float, wanted: int, allowed: float) -> tuple[Shell, ...] | None:
    """The smallest mix found whose mean shortfall is at most ``allowed`` all over the band; None if there is none worth having."""
    lats = latitudes(low, high, psi)
    bound, mix = mixture_bound(low, high, psi)
    found: tuple[Shell, ...] | None = None
    for n in SHELLS:
        parts = mixture_of(mix, n, lats, psi)
        if parts is None:
            continue
        small, large = 1.0, WIDEST if found is None else sum(s.satellites for s in found) / (wanted * bound)
        for attempt in range(TRIES):
            scale = 0.5 * (small + large)
            if scale * sum(x for _, x in parts) >= large * bound:
                large = scale
                continue
            hit = _sum(parts, scale * wanted, psi, lats, latitudes(low, high, psi, 4), wanted, allowed, f"{n}-{attempt}")
            if hit is None:
                small = scale
            else:
                large = scale
                if found is None or sum(s.satellites for s in hit) < sum(s.satellites for s in found):
                    found = hit
    return found


def _sum(
    parts: list[tuple[float, float]], scale: float, psi: float, lats: Floats, fine: Floats, wanted: int, allowed: float, name: str
) -> tuple[Shell, ...] | None:
    """One pattern for each part so that together they do it, ``scale`` times as many satellites as the parts say."""
    cos = math.cos(psi)
    sums: list[tuple[Shell, ...]] = [()]
    spread = np.zeros((1, len(lats), wanted + 1))
    spread[..., 0] = 1.0
    for number, (inclination, size) in enumerate(parts):
        drawn = _drawn(inclination, size * scale, f"{name}-{number}")
        own = np.array([_histogram(s, lats, cos, SHIFTS, wanted) for s in drawn])
        last = number == len(parts) - 1
        lack = _lack(spread, own, _room(parts[number + 1 :], scale, psi, lats, wanted))
        best = np.argsort(lack.max(axis=2).ravel(), kind="stable")[: CHECKED if last else KEEP]
        pairs = [divmod(int(x), len(drawn)) for x in best]
        spread = np.array([_folded(spread[i], own[j]) for i, j in pairs])
        sums = [(*sums[i], drawn[j]) for i, j in pairs]
    for shells in sums:
        if _missing(shells, fine, cos, wanted) <= allowed:
            return shells
    return None


def _drawn(inclination: float, size: float, name: str) -> list[Shell]:
    """Patterns of about this size, planes and phasing drawn."""
    rng = stream(0, "mix", name)
    most = max(3, min(150, int(size / 2)))
    planes = rng.integers(max(2, most // 12), most + 1, LIBRARY).tolist()
    return [Shell(inclination, p, max(1, round(size / p)), int(rng.integers(p))) for p in planes]


def _histogram(s: Shell, lats: Floats, cos: float, shifts: int, wanted: int) -> Floats:
    return np.asarray(kernels.histogram(s.inclination, s.planes, s.each, s.phasing, lats, cos, 1.0, shifts, wanted + 1))


def _room(rest: list[tuple[float, float]], scale: float, psi: float, lats: Floats, wanted: int) -> Floats:
    """What the shells still to come leave to be done at each latitude (their averages less a little for their unevenness)."""
    mean = sum((scale * x * occupancy(i, lats, psi) for i, x in rest), np.zeros(len(lats)))
    return np.asarray(np.maximum(0.0, wanted - np.maximum(0.0, mean - np.sqrt(mean) * 0.5)))


def _lack(spread: Floats, own: Floats, target: Floats) -> Floats:
    """Mean shortfall below ``target`` of every sum with every pattern. Shapes: (sums, patterns, lats)."""
    size = spread.shape[2]
    out = np.empty((len(spread), len(own), spread.shape[1]))
    number = np.arange(size)
    for k in range(spread.shape[1]):
        missing = np.maximum(0.0, target[k] - number[:, None] - number[None, :])
        out[:, :, k] = spread[:, k] @ missing @ own[:, k].T
    return out


def _folded(one: Floats, other: Floats) -> Floats:
    """Distribution of the sum of two independent numbers; the last column stands for that many or more. Shapes: (lats, size)."""
    size = one.shape[1]
    out = np.zeros_like(one)
    for c in range(size):
        out[:, c : size - 1] += one[:, c : c + 1] * other[:, : size - 1 - c]
    out[:, -1] = np.maximum(0.0, 1.0 - out[:, :-1].sum(axis=1))
    return out


def distribution(shells: tuple[Shell, ...], lats: Floats, cos: float, wanted: int, shifts: int = 4 * SHIFTS) -> Floats:
    """Share of time with exactly c in reach, all shells together, the last that many or more. Shapes: (lats, wanted + 1)."""
    total = np.zeros((len(lats), wanted + 1))
    total[:, 0] = 1.0
    for s in shells:
        total = _folded(total, _histogram(s, lats, cos, shifts, wanted))
    return total


def _missing(shells: tuple[Shell, ...], lats: Floats, cos: float, wanted: int) -> float:
    """Largest mean shortfall over the latitudes."""
    spread = distribution(shells, lats, cos, wanted)
    return float((spread[:, :wanted] @ (wanted - np.arange(wanted))).max())
