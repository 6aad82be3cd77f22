"""What a generic missile is here: stages with burn time, delta-v and specific impulse. Assumed class values, no real design.

``burn_time`` is the one rule per propellant class that ties powered-flight time to the ideal delta-v a missile must have. Its
constants are fitted on published burn times of retired or much described missiles (``PUBLISHED_BURNS``), never on the flights that
``check_flight`` is tested on.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from cupola.core.batches import Floats
from cupola.core.constants import G0, Cited
from cupola.core.errors import BadInput

PROPELLANTS = ("solid", "liquid")
PAYLOAD_BETA = 8000.0
BOOSTER_BETA = (40e3, 25e3, 15e3)


@dataclass(frozen=True)
class PublishedBurn:
    """A burn time that was published: stages (Atlas: one and a half, as two), greatest range (km), all stages' burns (s)."""

    name: str
    propellant: str
    stages: int
    range_km: float
    burn_s: float
    source: str
    status: str


_GUNSTON = "Gunston, Illustrated Encyclopedia of the World's Rockets & Missiles, 1979 (rounded; as remembered, not opened)"
_WADE = "Wade, Encyclopedia Astronautica, stage pages (rounded; as remembered, not opened)"
_APS = "APS Study Group, Boost-Phase Intercept Systems, 2003 (rounded; as remembered, not opened)"

PUBLISHED_BURNS = (
    PublishedBurn("Sergeant", "solid", 1, 140, 34, _WADE, "second-hand"),
    PublishedBurn("Pershing I", "solid", 2, 740, 77, _WADE, "second-hand"),
    PublishedBurn("Pershing II", "solid", 2, 1770, 96, _WADE, "second-hand"),
    PublishedBurn("Trident II", "solid", 3, 12000, 170, _APS, "second-hand"),
    PublishedBurn("Peacekeeper", "solid", 3, 11000, 178, _WADE, "second-hand"),
    PublishedBurn("Minuteman III", "solid", 3, 13000, 186, _WADE, "second-hand"),
    PublishedBurn("R-17 (Scud B)", "liquid", 1, 300, 63, _GUNSTON, "second-hand"),
    PublishedBurn("V-2", "liquid", 1, 320, 68, _GUNSTON, "second-hand"),
    PublishedBurn("Redstone", "liquid", 1, 323, 121, _WADE, "second-hand"),
    PublishedBurn("Jupiter", "liquid", 1, 2400, 157, _WADE, "second-hand"),
    PublishedBurn("Thor", "liquid", 1, 2400, 157, _WADE, "second-hand"),
    PublishedBurn("Titan I", "liquid", 2, 10000, 293, _WADE, "second-hand"),
    PublishedBurn("Atlas D", "liquid", 2, 12000, 303, _WADE, "second-hand"),
    PublishedBurn("Titan II", "liquid", 2, 15000, 335, _WADE, "second-hand"),
)


# burn (s) of a missile with 5 km/s of ideal delta-v, and the power with which burn grows with delta-v
BURN_RULE = {"solid": (107.8, 0.930), "liquid": (165.3, 1.016)}


def burn_time(propellant: str, delta_v: float) -> float:
    """Typical powered-flight time, s, of a class for an ideal delta-v (m/s). Limits: 1.5-10 km/s.

    Raises BadInput for an unknown propellant. Source: power law fitted to ``PUBLISHED_BURNS``.
    """
    if propellant not in BURN_RULE:
        raise BadInput(f"propellant {propellant!r} is unknown: write one of {', '.join(PROPELLANTS)}")
    at_5_km_s, power = BURN_RULE[propellant]
    return at_5_km_s * (delta_v / 5e3) ** power


@dataclass(frozen=True)
class Stage:
    """Burn (s), ideal delta-v (m/s), specific impulse (s), beta = mass / (Cd area) at ignition (kg/m^2), coast before (s)."""

    burn_s: float
    delta_v: float
    isp_s: float
    beta: float
    coast_s: float = 0.0

    def __post_init__(self) -> None:
        values = (self.burn_s, self.delta_v, self.isp_s, self.beta)
        if not all(math.isfinite(v) and v > 0 for v in values) or not self.coast_s >= 0:
            raise BadInput(f"a stage needs positive, finite burn, delta-v, specific impulse and beta, got {self}")

    @property
    def mass_share(self) -> float:
        """Propellant share of the mass at ignition, from the rocket equation."""
        return 1.0 - math.exp(-self.delta_v / (self.isp_s * G0))

    @property
    def first_acceleration(self) -> float:
        """Thrust over mass at ignition, m/s^2."""
        return self.isp_s * G0 * self.mass_share / self.burn_s


@dataclass(frozen=True)
class Vehicle:
    """A missile as a point mass: stages from the ground up, beta (kg/m^2) of what flies on after cut-off, and attitude program.

    The thrust axis is vertical for ``rise_s``, tilts linearly until ``tilted_s`` and keeps that direction in space.
    """

    name: str
    propellant: str
    stages: tuple[Stage, ...]
    payload_beta: float = PAYLOAD_BETA
    rise_s: float = 10.0
    tilted_s: float = 70.0

    def __post_init__(self) -> None:
        if not self.stages:
            raise BadInput(f"{self.name}: a vehicle needs at least one stage")
        if self.stages[0].first_acceleration < 1.02 * G0:
            g = self.stages[0].first_acceleration / G0
            raise BadInput(
                f"{self.name}: thrust is only {g:.2f} times the weight at lift-off; shorten the first burn or raise its delta-v"
            )
        if not 0 < self.rise_s < self.tilted_s:
            raise BadInput(f"{self.name}: rise_s must lie between 0 and tilted_s, got {self.rise_s} and {self.tilted_s}")

    @property
    def burn_s(self) -> float:
        """Time from lift-off to the last burn-out, coasts between stages included."""
        return sum(s.burn_s + s.coast_s for s in self.stages)

    @property
    def delta_v(self) -> float:
        """Ideal delta-v of all stages, m/s."""
        return sum(s.delta_v for s in self.stages)

    def packed(self) -> Floats:
        """The stage table the kernels read. Shapes: (stages, 5) of start, burn, exhaust speed, delta-v, beta."""
        out, t = np.empty((len(self.stages), 5)), 0.0
        for i, s in enumerate(self.stages):
            t += s.coast_s
            out[i] = t, s.burn_s, s.isp_s * G0, s.delta_v, s.beta
            t += s.burn_s
        return out

    def scaled(self, factor: float) -> Vehicle:
        """The same vehicle with every stage's delta-v times ``factor``, burn times kept."""
        return replace(self, stages=tuple(replace(s, delta_v=s.delta_v * factor) for s in self.stages))


SPLITS = {  # burn shares, delta-v shares, specific impulses (s) by (propellant, stages)
    ("solid", 1): ((1.0,), (1.0,), (255.0,)),
    ("solid", 2): ((0.55, 0.45), (0.5, 0.5), (260.0, 275.0)),
    ("solid", 3): ((0.33, 0.35, 0.32), (0.32, 0.34, 0.34), (265.0, 280.0, 285.0)),
    ("liquid", 1): ((1.0,), (1.0,), (250.0,)),
    ("liquid", 2): ((0.45, 0.55), (0.42, 0.58), (280.0, 300.0)),
    ("liquid", 3): ((0.35, 0.35, 0.30), (0.33, 0.35, 0.32), (280.0, 300.0, 310.0)),
}


LOSS = 0.3 * G0

SOURCES: dict[str, Cited] = {
    "PAYLOAD_BETA": Cited("kg/m^2", "assumed: mass / (Cd area) of a re-entry body, after public cone values", 2026, "assumed"),
    "BOOSTER_BETA": Cited("kg/m^2", "assumed: at ignition of the first, second, third stage", 2026, "assumed"),
    "BURN_RULE": Cited(
        "s, 1",
        "least squares in logarithms over PUBLISHED_BURNS, each at the delta-v its generic missile needs; a test repeats it",
        2026,
        "computed",
    ),
    "SPLITS": Cited("1, 1, s", "assumed: generic shares of burn and delta-v, and specific impulses, by class", 2026, "assumed"),
    "LOSS": Cited("m/s^2", "assumed: gravity loss per second of burn; sizing and shooting scale it", 2026, "assumed"),
}


def stage_count(propellant: str, speed: float) -> int:
    """How many stages a generic missile of this class has for a surface speed (m/s). Assumed from public examples."""
    steps = (2900.0, 4900.0) if propellant == "solid" else (3600.0, 1e9)
    return 1 + sum(speed > s for s in steps)


def generic(
    propellant: str,
    speed: float,
    *,
    burn_s: float | tuple[float, ...] | None = None,
    stages: int | None = None,
    name: str = "",
    payload_beta: float = PAYLOAD_BETA,
) -> Vehicle:
    """A generic missile whose burn-out gives about the surface speed ``speed`` (m/s) on a steep flight.

    ``burn_s`` is the whole powered time, or one burn per stage; by default the class rule. Delta-v = speed + losses, which are
    assumed as 0.6 g0 times half the burn plus 150 m/s. Raises BadInput for an unknown propellant or stage count and for a burn that
    cannot lift.
    """
    rule = burn_time(propellant, speed)
    for _ in range(6):
        rule = burn_time(propellant, speed + LOSS * rule + 150.0)
    given = burn_s if isinstance(burn_s, tuple) else None
    count = len(given) if given else stages or stage_count(propellant, speed)
    if (propellant, count) not in SPLITS:
        raise BadInput(f"a generic {propellant} missile has 1 to 3 stages, got {count}")
    shares, parts, isp = SPLITS[propellant, count]
    total = sum(given) if given else float(burn_s) if isinstance(burn_s, int | float) else rule
    burns = given or tuple(total * s for s in shares)
    needed = speed + LOSS * total + 150.0
    tilted = min(70.0, 0.5 * total)
    return Vehicle(
        name or f"generic {propellant}, {count} stage{'s' * (count > 1)}, {speed / 1e3:.1f} km/s",
        propellant,
        tuple(Stage(b, needed * p, i, beta) for b, p, i, beta in zip(burns, parts, isp, BOOSTER_BETA, strict=False)),
        payload_beta,
        tilted / 7.0,
        tilted,
    )
