"""What a scenario says of one sensor, and its check."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from cupola.core.batches import KINDS, Floats, SensorCard
from cupola.core.constants import EARTH_RADIUS, Cited
from cupola.core.errors import BadScenario
from cupola.sensors.platform import Circle, Fixed, Geo, Orbit, Platform, Route

NAN = math.nan
DOMAINS = ("ground", "sea", "air", "space")
Triple = tuple[float, float, float]
FLOOR = 0.3  # of sigma
LIMB = 100e3

SOURCES: dict[str, Cited] = {
    "LIMB": Cited(
        "m", "assumed: height of the long-wave Earth limb (CO2 and ozone glow up to the lower thermosphere)", 2026, "assumed"
    ),
    "FLOOR": Cited(
        "1", "assumed: least noise where a sensor's entry gives none (Skolnik 2001 names the causes, no number)", 2026, "assumed"
    ),
}


@dataclass(frozen=True)
class SensorSpec:
    """One simulated sensor. SI, radians; NaN: does not apply.

    limits: el lo, hi, az lo, hi, range lo, hi of its field in its own frame (see ``platform``; azimuth may run past pi).
    boresight: azimuth of the frame's x axis, rad from north (not in orbit).
    period, phase: s between scans, and before the first; multiples of the tick.
    sigma: noise of el, az, range (position: x, y, z) at the reference signal; it falls as 1/sqrt(signal) down to floor
    (NaN: ``FLOOR`` of sigma).
    pd, pfa: of one look at the reference signal. Radar: 1 m^2 at range_1m2. Infrared: a plume of ``threshold`` W/sr, a warm body
    of ``warm_threshold`` W/sr, at range_ref; NaN: blind to it.
    clutter: mean false detections per scan over the whole field.
    budget: returns one scan can serve; more are served in turn (objects in one cell are one return and cost one).
    range_cell (m), angle_cell (rad): closer objects give one return; 0: all are told apart.
    cloud: height (m) below which clouds hide a source from a telescope above them.
    Faults, never told to the observer. bias: a constant error; bias_sigma: of another, drawn once per run; outages:
    ((from, to), ...) in s.
    """

    name: str
    kind: str
    domain: str
    owner: str
    platform: Platform
    period: float
    sigma: Triple
    limits: tuple[float, float, float, float, float, float]
    boresight: float = 0.0
    phase: float = 0.0
    pd: float = 0.9
    pfa: float = 1e-6
    clutter: float = 0.0
    budget: float = math.inf
    range_cell: float = 0.0
    angle_cell: float = 0.0
    range_1m2: float = NAN
    threshold: float = NAN
    warm_threshold: float = NAN
    range_ref: float = NAN
    cloud: float = 10e3
    floor: Triple = (NAN, NAN, NAN)
    bias: Triple = (0.0, 0.0, 0.0)
    bias_sigma: Triple = (0.0, 0.0, 0.0)
    outages: tuple[tuple[float, float], ...] = ()


def volume(spec: SensorSpec) -> float:
    """Measurement volume inside the limits: rad^2 m for a radar, rad^2 for infrared, NaN for position reports."""
    width = np.diff(np.asarray(spec.limits).reshape(3, 2), axis=1)[:, 0]
    return {"radar": float(np.prod(width)), "infrared": float(np.prod(width[:2]))}.get(spec.kind, NAN)


def card(spec: SensorSpec) -> SensorCard:
    """What the observer is told of the sensor: its nominal numbers, none of its faults."""
    sigma: Floats = np.array(spec.sigma, dtype=float)
    limits: Floats = np.array(spec.limits, dtype=float)
    if spec.kind == "infrared":
        sigma[2], limits[4:] = NAN, NAN  # it measures no range, so it tells of no range limit either
    density = spec.clutter / volume(spec) if spec.clutter else 0.0
    warm = spec.kind == "infrared" and not math.isnan(spec.warm_threshold)
    return SensorCard(
        name=spec.name, kind=spec.kind, domain=spec.domain, owner=spec.owner, sigma=sigma, pd=spec.pd, clutter=density,
        limits=limits, period=spec.period, range_1m2=spec.range_1m2, warm=warm, pfa=spec.pfa,
        limb=LIMB if spec.kind == "infrared" else NAN,
    )  # fmt: skip


def check(spec: SensorSpec, tick: float) -> None:
    """Raise BadScenario, naming sensor and field, for numbers the simulation cannot use."""
    for field, wrong, advice in _problems(spec, tick):
        if wrong:
            raise BadScenario(f"sensor {spec.name}: {field} {advice}")


def _problems(spec: SensorSpec, tick: float) -> list[tuple[str, bool, str]]:
    lim = spec.limits
    radar, infrared = spec.kind == "radar", spec.kind == "infrared"
    bounded = all(math.isfinite(v) for v in (lim if radar else lim[:4]))
    return [
        (f"kind {spec.kind!r}", spec.kind not in KINDS, f"is unknown; use one of {', '.join(KINDS)}"),
        (f"domain {spec.domain!r}", spec.domain not in DOMAINS, f"is unknown; use one of {', '.join(DOMAINS)}"),
        (f"period {spec.period:g} s", not _multiple(spec.period, tick, 1), f"must be a positive multiple of the tick, {tick:g} s"),
        (
            f"phase {spec.phase:g} s",
            not _multiple(spec.phase, tick, 0),
            f"must be a multiple of the tick, {tick:g} s, not negative",
        ),
        (
            "pd and pfa",
            not (0 < spec.pfa <= 0.1 and spec.pfa < spec.pd < 1),
            f"are {spec.pd:g} and {spec.pfa:g}; pfa in (0, 0.1], pd in (pfa, 1)",
        ),
        ("sigma", not all(s > 0 for s in spec.sigma[: 2 if infrared else 3]), f"is {spec.sigma}; every noise must be positive"),
        ("floor", any(f < 0 for f in spec.floor), f"is {spec.floor}; give the least noise, or nan for {FLOOR} of sigma"),
        ("limits", not radar and not infrared and spec.clutter > 0, "cannot bound clutter of position reports; set clutter to 0"),
        ("limits", (radar or infrared) and not bounded, f"are {lim}; angles (and a radar's ranges) must be finite"),
        (
            "limits",
            any(hi <= lo for lo, hi in zip(lim[::2], lim[1::2], strict=True)),
            f"are {lim}; each low must be below its high",
        ),
        ("clutter", not 0 <= spec.clutter < math.inf, f"is {spec.clutter}; give a mean count per scan, 0 or more"),
        ("budget", not spec.budget >= 1, f"is {spec.budget}; give at least 1 object per scan, or leave it out"),
        ("range_1m2", radar and not spec.range_1m2 > 0, f"is {spec.range_1m2}; a radar needs its range on 1 m^2, in m"),
        (
            "range_ref",
            infrared and not spec.range_ref > 0,
            f"is {spec.range_ref}; an infrared sensor needs its threshold's range, in m",
        ),
        (
            "threshold, warm_threshold",
            infrared and not (spec.threshold > 0 or spec.warm_threshold > 0),
            "are both missing; an infrared sensor needs at least one, in W/sr",
        ),
        ("cells", not (spec.range_cell >= 0 and spec.angle_cell >= 0), "must be 0 or more"),
        ("outages", any(not a < b for a, b in spec.outages), f"are {spec.outages}; each must end after it begins"),
        ("limits", any(abs(v) > math.pi / 2 for v in lim[:2]), f"are {lim}; elevations lie within +-pi/2 rad"),
        (
            "platform",
            not _possible(spec.platform),
            f"cannot be: {spec.platform}; use rad and m, perigee above ground",
        ),
    ]


def _possible(platform: Platform) -> bool:
    """Whether the numbers of a platform make sense (a latitude in degrees does not)."""
    half = math.pi / 2
    if isinstance(platform, Route):
        return len(platform.waypoints) >= 2 and platform.speed >= 0 and all(abs(lat) <= half for lat, _ in platform.waypoints)
    if isinstance(platform, Circle):
        return abs(platform.lat) <= half and platform.radius > 0 and platform.speed >= 0
    if isinstance(platform, Fixed):
        return abs(platform.lat) <= half and abs(platform.lon) <= 2 * math.pi
    if isinstance(platform, Orbit):
        return 0 <= platform.e < 1 and platform.a * (1 - platform.e) > EARTH_RADIUS
    return not isinstance(platform, Geo) or math.isfinite(platform.lon)


def _multiple(value: float, tick: float, least: int) -> bool:
    """Whether value is a whole number of ticks, at least ``least``."""
    if not math.isfinite(value):
        return False
    n = round(value / tick)
    return n >= least and abs(value - n * tick) < 1e-6 * tick
