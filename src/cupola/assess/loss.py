"""What a constellation still sees or reaches when some of its satellites are gone: counted on a grid of places and moments.

A row is one place at one moment. Worst cases are upper bounds by counting, never a list of satellites.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from cupola.assess.counting import binomial, hypergeometric
from cupola.core.constants import EARTH_RADIUS, Cited
from cupola.core.errors import BadOption

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

THOUSANDTH = 1e-3
EDGE = 1e-9  # of a comparison that must not drop a satellite by rounding
MOMENTS, LATITUDES, LONGITUDES = 12, 6, 24
GRAZING = 100e3  # m: a line of sight passes at least this high

SOURCES: dict[str, Cited] = {
    "GRAZING": Cited("m", "assumed: above the bright limb and most of the air's own emission", 2026, "assumed"),
}


def horizon_angle(satellite: float, target: float) -> float:
    """Widest angle (rad) at the Earth's centre between a satellite and a target it sees past the limb; heights in m."""
    low = EARTH_RADIUS + GRAZING
    return sum(math.acos(min(1.0, low / (EARTH_RADIUS + h))) for h in (satellite, max(target, GRAZING)))


def reach_angle(satellite: float, target: float, reach: float) -> float:
    """Widest angle (rad) at the Earth's centre over which ``reach`` m joins the two heights. Raises BadOption if it joins none."""
    a, b = EARTH_RADIUS + satellite, EARTH_RADIUS + target
    cosine = (a * a + b * b - reach * reach) / (2.0 * a * b)
    if cosine >= 1.0:
        raise BadOption(f"a reach of {reach / 1e3:g} km does not bridge the {abs(a - b) / 1e3:g} km between orbit and intercept")
    return math.acos(max(-1.0, cosine))


def served(planes: int, per_plane: int, inclination: float, lat: tuple[float, float], angle: float) -> Ints:
    """How many satellites of a Walker delta constellation are within ``angle`` of each row. Angles in rad; phasing 1.

    Rows are places in the band ``lat`` within one spacing of the planes, at moments within one spacing of the satellites: by
    symmetry they stand for all longitudes and all times.
    """
    plane, slot = np.divmod(np.arange(planes * per_plane), per_plane)
    node = 2.0 * math.pi * plane / planes
    lats = np.linspace(*lat, LATITUDES)
    lons = 2.0 * math.pi * (np.arange(LONGITUDES) + 0.5) / LONGITUDES / planes
    la, lo = (x.ravel() for x in np.meshgrid(lats, lons, indexing="ij"))
    places = np.stack([np.cos(la) * np.cos(lo), np.cos(la) * np.sin(lo), np.sin(la)], axis=1)
    counts = []
    for k in range(MOMENTS):
        u = 2.0 * math.pi * ((slot + (k + 0.5) / MOMENTS) / per_plane + plane / (planes * per_plane))
        x = np.cos(u) * np.cos(node) - np.sin(u) * math.cos(inclination) * np.sin(node)
        y = np.cos(u) * np.sin(node) + np.sin(u) * math.cos(inclination) * np.cos(node)
        sky = np.stack([x, y, np.sin(u) * math.sin(inclination)])
        counts.append((places @ sky[:, _near(sky, lat, lons, angle)] >= math.cos(angle)).sum(axis=1))
    return np.concatenate(counts)


def _near(sky: Floats, lat: tuple[float, float], lons: Floats, angle: float) -> NDArray[np.bool_]:
    """Satellites that may be within ``angle`` of some place: all that are, and not many more. Shapes: (3, n) -> (n,)."""
    low, high = (np.sin(np.clip(v, -math.pi / 2, math.pi / 2)) for v in (lat[0] - angle, lat[1] + angle))
    pole = max(abs(lat[0]), abs(lat[1])) + angle
    wide = math.pi if pole >= math.pi / 2 else math.asin(math.sin(angle) / math.cos(pole - angle))
    middle, half = (lons[0] + lons[-1]) / 2.0, (lons[-1] - lons[0]) / 2.0
    along = np.arctan2(sky[1], sky[0]) - middle
    aside = np.abs((along + math.pi) % (2.0 * math.pi) - math.pi)
    return np.asarray((sky[2] >= low - EDGE) & (sky[2] <= high + EDGE) & (aside <= wide + half + EDGE))


def spread_of(counts: Ints) -> Floats:
    """Share of rows served by 0, 1, 2, ... satellites."""
    return np.asarray(np.bincount(counts) / len(counts))


def after_loss(shares: Floats, satellites: int, lost: int) -> Floats:
    """The same shares when ``lost`` of all ``satellites`` are gone at random: hypergeometric, exact."""
    n = np.arange(len(shares))
    return np.asarray(hypergeometric(n[:, None], satellites, n, satellites - lost) @ shares)


def after_cut(shares: Floats, silent: float) -> Floats:
    """The same shares when each satellite's report fails to arrive with probability ``silent``, one like the other."""
    n = np.arange(len(shares))
    return np.asarray(binomial(n[:, None], n, 1.0 - silent) @ shares)


def cut_off(links: int, routes: int, lost: int) -> float:
    """Probability that a satellite with ``routes`` of ``links`` links is cut off when ``lost`` of them fail at random.

    All its routes must be among the lost: C(lost, routes) / C(links, routes). Whichever are lost, at most lost / links of the
    satellites are cut off when each link serves as many, and none while fewer are lost than each has routes.
    """
    return math.comb(lost, routes) / math.comb(links, routes)


def enough_after(counts: Ints, satellites: int, lost: int, wanted: int) -> float:
    """Share of rows with at least ``wanted`` left after a random loss."""
    return float(after_loss(spread_of(counts), satellites, lost)[wanted:].sum())


def enough_at_worst(counts: Ints, satellites: int, lost: int, wanted: int) -> float:
    """Share of rows with at least ``wanted`` left, over all places and times, that no choice of ``lost`` satellites undercuts.

    A row with c falls short only if c - wanted + 1 of its own are lost, so the rows that do are at most the sum over the lost of
    1 / (c - wanted + 1) over the rows each serves; by symmetry each serves c / satellites of them. No choice is worked out.
    """
    needed = counts - wanted + 1
    at_risk = (counts >= wanted) & (needed <= lost)
    fallen = lost / satellites * np.sum(counts[at_risk] / needed[at_risk])
    return float((counts >= wanted).sum() - min(fallen, at_risk.sum())) / len(counts)


def first_gap(counts: Ints, wanted: int) -> int:
    """Fewest losses after which some place at some moment can have fewer than ``wanted``; 0 if one has so already."""
    return max(0, int(counts.min()) - wanted + 1)


def made_up(layout: Callable[[int], Ints], satellites: int, planes: int, lost: int, wanted: int, goal: float) -> float:
    """Satellites to add, 1, 2, 4 or 8 in each plane, until a random loss of ``lost`` leaves ``goal`` to a thousandth; inf beyond.

    layout: how many serve each row with so many more in each plane.
    """
    if enough_after(layout(0), satellites, lost, wanted) >= goal - THOUSANDTH:
        return 0.0
    for more in (1, 2, 4, 8):
        if enough_after(layout(more), satellites + more * planes, lost, wanted) >= goal - THOUSANDTH:
            return float(more * planes)
    return math.inf


def check_lost(lost: int, there: int, what: str = "lost satellites") -> None:
    """Raises BadOption when more are lost than there are."""
    if lost > there:
        raise BadOption(f"{lost} {what} are more than the {there} there are; lower that or add some")
