"""Answers of others as points on one line: the usable fly-out time that each of them corresponds to, and nothing else changed."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from cupola.assess.orbits import shell
from cupola.assess.orbits.sizing import Sizing, cap_angle, coverage_radius, reach, uniform_ratio
from cupola.assess.question import Chart, least

HALVINGS = 16  # of 600 s: to a hundredth of a second
Series = dict[str, tuple[list[float], list[float]]]
STANDING = {  # status of a number: in words
    "read": "published",
    "second-hand": "published, as reported",
    "computed": "computed from the published inputs",
    "from memory, unverified": "reported, not verified",
}
TIMES = tuple(float(t) for t in range(60, 250, 10))  # s, of the chart


@dataclass(frozen=True)
class Published:
    """Somebody's number of interceptors. shots: for each target, as the source says, else 1; status: see STANDING."""

    name: str
    satellites: int
    targets: int
    shots: int
    source: str
    status: str


PUBLISHED = (
    Published("APS 2003, one solid ICBM", 1_600, 1, 1, "APS study group, 2003, as reported in Space News, 2003", "second-hand"),
    Published("APS 2025, ten solid ICBMs", 16_000, 10, 1, "APS Panel on Public Affairs, 2025, as reported", "second-hand"),
    Published(
        "APS 2025, with 30 s to decide",
        36_000,
        10,
        1,
        "APS Panel on Public Affairs, 2025; number not verified",
        "from memory, unverified",
    ),
    Published("AEI 2025, ten missiles", 9_972, 10, 2, "T. Harrison, AEI Working Paper 2025-20, 2025", "computed"),
    Published("CBO 2025, one or two missiles", 1_300, 1, 1, "CBO, letter of 5 May 2025, low case; compared as for one", "read"),
)


def explained(s: Sizing) -> list[dict[str, Any]]:
    """For each answer the fly-out time at which each model gives it, s (None: no time does), all else as in ``s``.

    even_s: uniform sphere; single_s: real shells over the middle latitude of the band; band_s: over all of the band
    (the last two with one inclination).
    """
    rows = []
    for p in PUBLISHED:
        case = replace(s, targets=p.targets, shots=p.shots)
        rows.append(
            {"published": p.name, "satellites": p.satellites, "targets": p.targets, "shots": p.shots}
            | {f"{name}_s": _time(model, case, p.satellites) for name, model in models(s).items()}
            | {"source": p.source, "status": p.status}
        )
    return rows


def models(s: Sizing) -> Mapping[str, Callable[[Sizing], float]]:
    """Satellites of a case by the uniform sphere, by real shells over one latitude, over the band of ``s``."""
    middle = 0.5 * (s.low + s.high)

    def single(c: Sizing) -> float:
        return c.wanted * shell.one_shell_bound(middle, middle, cap_angle(c))[0]

    def band(c: Sizing) -> float:
        return c.wanted * shell.one_shell_bound(c.low, c.high, cap_angle(c))[0]

    def even(c: Sizing) -> float:
        return c.wanted * uniform_ratio(replace(c, low=0.0, high=0.5 * math.pi))

    found: dict[str, Callable[[Sizing], float]] = {"even": even, "single": single}
    return found | ({"band": band} if s.high > s.low else {})


def chart(s: Sizing) -> Chart:
    """Satellites against usable fly-out time for the case ``s``, each model a line, and the published answers as points."""
    names = {"even": "even sphere", "single": "real orbits, one latitude", "band": "real orbits, band"}
    points = _points(s, models(s)["single"])
    times = _times(s, points)
    series: Series = {}
    for k, model in models(s).items():
        at_times = times[:: 4 if k == "band" else 1]  # a band takes forty latitudes for one
        series[names[k]] = (at_times, [model(replace(s, flyout=t)) for t in at_times])
    series |= points
    return Chart(
        "One slider: the usable fly-out time",
        "usable fly-out time, s",
        "satellites",
        series,
        note=_note(s, "real orbits over one latitude give them"),
        log=True,
    )


def even_chart(s: Sizing) -> Chart:
    """The same for satellites spread evenly up to the latitude of ``s``: the algebra as a line, published answers as points."""

    def even(c: Sizing) -> float:
        return c.wanted * uniform_ratio(c)

    points = _points(s, even)
    times = _times(s, points)
    series: Series = {
        "even sphere": (times, [even(replace(s, flyout=t)) for t in times]),
        "these assumptions": ([s.flyout], [least(even(s))]),
        **points,
    }
    return Chart(
        "One slider: the usable fly-out time",
        "usable fly-out time, s",
        "satellites",
        series,
        note=_note(s, "the algebra gives them"),
        log=True,
    )


def _note(s: Sizing, where: str) -> str:
    """What points and lines stand for: they are of different cases, unless targets and shots are the same."""
    case = f"{s.targets:,} target{'s' if s.targets > 1 else ''} and {s.shots} shot{'s' if s.shots > 1 else ''} for each"
    return (
        "Answers of others stand for their own targets and shots (1 for each target where the source gives none), "
        f"at the fly-out time at which {where} for those. The lines are for {case}."
    )


def _points(s: Sizing, model: Callable[[Sizing], float]) -> Series:
    """Every answer of others that the model gives at some time of the chart for its own targets and shots, and its standing."""
    points: Series = {}
    for p in PUBLISHED:
        at = _time(model, replace(s, targets=p.targets, shots=p.shots), p.satellites)
        if at is not None and at <= TIMES[-1]:
            points[f"{p.name}: {p.satellites:,} ({STANDING[p.status]})"] = ([at], [p.satellites])
    return points


def _times(s: Sizing, points: Series) -> list[float]:
    """Times of the lines, rising: from that of the first point on, if it is before the others."""
    first = min([t for at, _ in points.values() for t in at], default=TIMES[-1])
    earlier = [first] if first < TIMES[0] else []
    return [t for t in (*earlier, *TIMES) if t > _least_time(s)]


def _least_time(s: Sizing) -> float:
    """Fly-out time at which the interceptor can just make up the difference in height, s."""
    climb, burn = abs(s.altitude - s.intercept), s.speed / s.acceleration
    least = climb / s.speed + 0.5 * burn
    return least if least >= burn else math.sqrt(2.0 * climb / s.acceleration)


def _time(model: Callable[[Sizing], float], s: Sizing, satellites: int) -> float | None:
    """The fly-out time at which the model gives this number, by halving; None where no time up to the horizon does."""
    small, large = _least_time(s) + 0.5, _least_time(s) + 600.0
    sight = 1_500e3
    while large > small + 1.0 and reach(s.speed, s.acceleration, large) > sight:
        large -= 1.0
    if coverage_radius(replace(s, flyout=large)) <= 0.0 or model(replace(s, flyout=large)) > satellites:
        return None
    for _ in range(HALVINGS):
        middle = 0.5 * (small + large)
        small, large = (middle, large) if model(replace(s, flyout=middle)) > satellites else (small, middle)
    return 0.5 * (small + large)
