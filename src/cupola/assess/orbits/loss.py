"""What a constellation still sees or reaches when some of its satellites are gone: shares of places and moments.

A row is one place at one moment; ``shares`` are those of the rows served by 0, 1, 2, ... satellites. Worst cases are upper bounds
by counting, never a list of satellites.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from cupola.assess.counting import binomial, binomial_tail, hypergeometric, hypergeometric_tail
from cupola.assess.orbits.shell_kernels import histogram
from cupola.core.batches import Floats, Ints
from cupola.core.errors import BadOption

THOUSANDTH = 1e-3
NEVER = 1e-15  # a share of places and moments below this is rounding
LATITUDES, LONGITUDES = 6, 24


def in_reach(planes: int, per_plane: int, inclination: float, lat: tuple[float, float], angle: float) -> Floats:
    """Share of places and moments with 0, 1, 2, ... satellites of a Walker delta constellation within ``angle``; phasing 1, rad.

    Places: some latitudes of the band, each from some longitudes within one spacing of the planes, which by symmetry stand for
    all; moments exactly, by the arcs of ``shell_kernels``.
    """
    lats = np.linspace(*lat, LATITUDES)
    most = planes * (math.floor(angle / math.pi * per_plane) + 1)
    size = min(most, planes * per_plane) + 1
    each = histogram(inclination, planes, per_plane, 1, lats, math.cos(angle), 1.0, LONGITUDES, size)
    return np.asarray(np.trim_zeros(each.mean(axis=0), "b"))


def after_loss(shares: Floats, satellites: int, lost: int) -> Floats:
    """The same shares when ``lost`` of all ``satellites`` are gone at random: hypergeometric, exact."""
    n, held = _there(shares)
    return np.asarray(hypergeometric(np.arange(len(shares))[:, None], satellites, n, satellites - lost) @ held)


def after_cut(shares: Floats, silent: float) -> Floats:
    """The same shares when each satellite's report fails to arrive with probability ``silent``, one like the other."""
    n, held = _there(shares)
    return np.asarray(binomial(np.arange(len(shares))[:, None], n, 1.0 - silent) @ held)


def cut_off(links: int, routes: int, lost: int) -> float:
    """Probability that a satellite with ``routes`` of ``links`` links is cut off when ``lost`` of them fail at random.

    All its routes must be among the lost: C(lost, routes) / C(links, routes). Whichever are lost, at most lost / links of the
    satellites are cut off when each link serves as many, and none while fewer are lost than each has routes.
    """
    return math.comb(lost, routes) / math.comb(links, routes)


def enough_after(shares: Floats, satellites: int, lost: ArrayLike, wanted: int) -> Floats:
    """Share of rows with at least ``wanted`` left after a random loss. Shapes: one for each of ``lost``."""
    n, held = _there(shares)
    left = satellites - np.asarray(lost)[..., None]
    return np.asarray(hypergeometric_tail(wanted, satellites, n, left) @ held)


def enough_arrive(shares: Floats, silent: ArrayLike, wanted: int) -> Floats:
    """Share of rows with at least ``wanted`` reports, each missing with probability ``silent``. Shapes: one for each of those."""
    n, held = _there(shares)
    return np.asarray(binomial_tail(wanted, n, 1.0 - np.asarray(silent)[..., None]) @ held)


def enough_at_worst(shares: Floats, satellites: int, lost: int, wanted: int) -> float:
    """Share of rows with at least ``wanted`` left, over all places and times, that no choice of ``lost`` satellites undercuts.

    A row with c falls short only if c - wanted + 1 of its own are lost, so the rows that do are at most the sum over the lost of
    1 / (c - wanted + 1) over the rows each serves; by symmetry each serves c / satellites of them. No choice is worked out.
    """
    n, held = _there(shares)
    needed = n - wanted + 1
    at_risk = (n >= wanted) & (needed <= lost)
    fallen = lost / satellites * np.sum(held[at_risk] * n[at_risk] / needed[at_risk])
    return float(held[n >= wanted].sum() - min(fallen, held[at_risk].sum()))


def first_gap(shares: Floats, wanted: int) -> int:
    """Fewest losses after which some place at some moment can have fewer than ``wanted``; 0 if one has so already."""
    return max(0, int(_there(shares)[0][0]) - wanted + 1)


def _there(shares: Floats) -> tuple[Ints, Floats]:
    """The numbers of satellites that occur, and their shares."""
    n = np.flatnonzero(shares > NEVER)
    return n, shares[n]


def made_up(layout: Callable[[int], Floats], satellites: int, planes: int, lost: int, wanted: int, goal: float) -> float:
    """Satellites to add, 1, 2, 4 or 8 in each plane, until a random loss of ``lost`` leaves ``goal`` to a thousandth; inf beyond.

    layout: the shares with so many more in each plane.
    """
    for more in (0, 1, 2, 4, 8):
        if enough_after(layout(more), satellites + more * planes, lost, wanted) >= goal - THOUSANDTH:
            return float(more * planes)
    return math.inf


def check_lost(lost: int, there: int, what: str = "lost satellites") -> None:
    """Raises BadOption when more are lost than there are."""
    if lost > there:
        raise BadOption(f"{lost} {what} are more than the {there} there are; lower that or add some")
