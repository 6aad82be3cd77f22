"""Plain records of a simulated defence: interceptor types, batteries, defended areas and doctrine.

All of it is known to both wings; how kills come about is the world's (``truth.kill.KillModel``), the defence has a belief instead.

Nothing here steers anything: an interceptor is a reach (speed, altitudes, range), a basket (how large a handover error its kill
vehicle can still remove) and a belief about its kill probability. ``interceptor_type`` makes one from the catalogue.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from cupola.catalog import load
from cupola.core.constants import Cited
from cupola.core.errors import BadScenario

LAYERS = ("midcourse", "upper", "terminal")
THRESHOLD = 0.3
MIN_BASKET = 0.5
SALVO, LAST_SALVO = 1, 2
ASSESS_S = 10.0
DECISION_S = 60.0
PLAN_S = 2.0
UPDATE_S = 1.0
COMMON_MODE = 0.05


def _assumed(unit: str, what: str) -> Cited:
    return Cited(unit, f"assumed: {what}; a scenario can change it", 2026, "assumed")


SOURCES: dict[str, Cited] = {
    "THRESHOLD": _assumed("1", "doctrine, least P(warhead) to fire at"),
    "MIN_BASKET": _assumed("1", "doctrine, least probability that the object will be in the handover basket"),
    "SALVO": _assumed("1", "doctrine, rounds per look (shoot, look, shoot)"),
    "LAST_SALVO": _assumed("1", "doctrine, rounds when no further look fits in"),
    "ASSESS_S": _assumed("s", "doctrine, from intercept to a kill assessment that can be acted on"),
    "DECISION_S": _assumed("s", "doctrine, from a launch alert to release"),
    "PLAN_S": _assumed("s", "doctrine, between plans"),
    "UPDATE_S": _assumed("s", "doctrine, between in-flight updates"),
    "COMMON_MODE": _assumed("1", "share of common-mode failures, 1 - Pt of Wilkening 1998; the defence believes the same"),
}


@dataclass(frozen=True)
class InterceptorType:
    """What one round can do. SI units.

    burnout: speed at burnout, Earth-fixed; burn: time to it; delay: from command to lift-off; mean_fraction: mean speed after
    burnout over burnout speed (1 above the air, less where drag slows it). alt_min, alt_max, range_max: envelope of intercept
    points (range on the ground). handover: largest distance between aim point and object that homing still removes; homing: its
    duration before intercept; update_dv: velocity change available for in-flight updates between burnout and homing.
    kill: single-shot kill probability with the object in the basket; hits, trials: the evidence behind it as (pseudo-)counts,
    so that the belief is Beta(hits + 1/2, trials - hits + 1/2). cost, cost_lo, cost_hi: USD per round.
    """

    name: str
    layer: str
    burnout: float
    burn: float
    delay: float
    mean_fraction: float
    alt_min: float
    alt_max: float
    range_max: float
    handover: float
    homing: float
    update_dv: float
    kill: float
    hits: float
    trials: float
    cost: float
    cost_lo: float
    cost_hi: float

    def __post_init__(self) -> None:
        if self.layer not in LAYERS:
            raise BadScenario(f"interceptor {self.name}: layer {self.layer!r} is unknown; choose from {', '.join(LAYERS)}")
        if not 0 <= self.kill <= 1 or not 0 <= self.hits <= self.trials:
            raise BadScenario(f"interceptor {self.name}: needs 0 <= kill <= 1 and 0 <= hits <= trials")
        if self.burnout <= 0 or self.burn < 0 or not self.alt_min < self.alt_max:
            raise BadScenario(f"interceptor {self.name}: needs burnout > 0, burn >= 0 and alt_min < alt_max")


@dataclass(frozen=True)
class Battery:
    """Launchers of one type at one place. lat, lon rad, alt m; magazine: rounds (no reload); channels: rounds in flight at once."""

    name: str
    type: InterceptorType
    lat: float
    lon: float
    alt: float
    magazine: int
    channels: int

    def __post_init__(self) -> None:
        if self.magazine < 0 or self.channels < 1:
            raise BadScenario(
                f"battery {self.name}: needs magazine >= 0 and channels >= 1, has {self.magazine} and {self.channels}"
            )


@dataclass(frozen=True)
class Area:
    """A defended area: a circle of ``radius`` m around lat, lon (rad). value: relative worth of one warhead kept from it."""

    name: str
    lat: float
    lon: float
    radius: float
    value: float


@dataclass(frozen=True)
class Doctrine:
    """How the defence decides. The defaults are assumptions, to be varied.

    areas: what is defended; none means every predicted impact on land or sea counts 1. threshold: least P(warhead) to fire at;
    min_gain: least P(warhead) x value x kill probability for a round (the reserve price of raids yet to come); min_basket: least
    probability, from the track's covariance, that the object will be in the handover basket.
    salvo: rounds per look; last_salvo: rounds when no further look fits in; reserve: rounds a battery never fires.
    assess: s from intercept to a kill assessment that can be acted on; decision: s from a launch alert to release.
    plan: s between plans; update: s between in-flight updates.
    common_mode_belief: what the defence takes for the share of common-mode failures (the world's: ``truth.kill.KillModel``).
    """

    areas: tuple[Area, ...] = ()
    threshold: float = THRESHOLD
    min_gain: float = 0.0
    min_basket: float = MIN_BASKET
    salvo: int = SALVO
    last_salvo: int = LAST_SALVO
    reserve: int = 0
    assess: float = ASSESS_S
    decision: float = DECISION_S
    plan: float = PLAN_S
    update: float = UPDATE_S
    common_mode_belief: float = COMMON_MODE

    def __post_init__(self) -> None:
        if not (0 <= self.threshold <= 1 and 0 <= self.common_mode_belief <= 1):
            raise BadScenario("doctrine: threshold and common_mode_belief are probabilities between 0 and 1")
        if self.salvo < 1 or self.last_salvo < 1 or self.reserve < 0:
            raise BadScenario("doctrine: salvo and last_salvo must be at least 1, reserve at least 0")
        if min(self.assess, self.decision) < 0 or min(self.plan, self.update) <= 0:
            raise BadScenario("doctrine: assess and decision must be >= 0 s, plan and update > 0 s")


def check_names(batteries: tuple[Battery, ...]) -> None:
    """Raises BadScenario when two batteries share a name: names break ties, so that the order of the list means nothing."""
    names = [b.name for b in batteries]
    twice = sorted({n for n in names if names.count(n) > 1})
    if twice:
        raise BadScenario(f"batteries: the name {twice[0]!r} is used more than once; give each battery its own name")


@cache
def interceptor_type(name: str) -> InterceptorType:
    """The type of this name from ``interceptors.yaml``; kill is the mean of its Beta belief. Raises BadInput (unknown name)."""
    e = load.interceptor(name)
    cost, hits, trials = e.value("cost_musd"), e.si("hits"), e.si("trials")
    return InterceptorType(
        name=name,
        layer=e.text("layer"),
        burnout=e.si("burnout_km_s"),
        burn=e.si("burn_s"),
        delay=e.si("delay_s"),
        mean_fraction=e.si("mean_fraction"),
        alt_min=e.si("alt_min_km"),
        alt_max=e.si("alt_max_km"),
        range_max=e.si("range_max_km"),
        handover=e.si("handover_km"),
        homing=e.si("homing_s"),
        update_dv=e.si("update_dv_m_s"),
        kill=(hits + 0.5) / (trials + 1),
        hits=hits,
        trials=trials,
        cost=cost.si,
        cost_lo=cost.lo * cost.factor,
        cost_hi=cost.hi * cost.factor,
    )


def battery(
    name: str, kind: str, lat: float, lon: float, alt: float = 0.0, magazine: int | None = None, channels: int | None = None
) -> Battery:
    """A battery of a catalogue type; magazine and channels default to the type's typical battery. Raises BadInput, BadScenario."""
    e = load.interceptor(kind)
    rounds = round(e.si("battery_magazine")) if magazine is None else magazine
    guided = round(e.si("battery_channels")) if channels is None else channels
    return Battery(name, interceptor_type(kind), lat, lon, alt, rounds, guided)
