"""Missiles of the catalogue as generic vehicles that ``dynamics.boost`` can fly."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

from cupola.catalog.entry import Entry
from cupola.catalog.load import entry
from cupola.core.batches import RANGE_CLASSES
from cupola.core.constants import G0, Cited
from cupola.core.errors import BadScenario
from cupola.dynamics.vehicle import Stage, Vehicle

DRAG_COEFFICIENT = 0.3
TILTED_S = 70.0

SOURCES: dict[str, Cited] = {
    "DRAG_COEFFICIENT": Cited("1", "assumed: slender stack, mean over the ascent (0.2-0.5)", 2026, "assumed"),
    "TILTED_S": Cited(
        "s", "assumed: end of the tilt for long burns, as in the checks of published lofted flights", 2026, "assumed"
    ),
}


@dataclass(frozen=True)
class Glide:
    """A glide vehicle: lift to drag, ballistic coefficient (kg/m^2), short-wave intensity of its hot wake (W/sr)."""

    lift_drag: float
    beta: float
    wake: float


@dataclass(frozen=True)
class Missile:
    """One missile type. SI units.

    reach: published range. thrust: N per stage, which the plume is drawn from. separating: the warhead leaves the last stage.
    warheads: usual number. cost, cost_lo, cost_hi: USD. glide: set for glide vehicles.
    """

    name: str
    title: str
    owner: str
    range_class: str
    separating: bool
    vehicle: Vehicle
    thrust: tuple[float, ...]
    reach: float
    warheads: int
    cost: float
    cost_lo: float
    cost_hi: float
    glide: Glide | None = None


@cache
def missile(name: str) -> Missile:
    """One missile by name. Raises BadInput with the nearest names for an unknown one, BadScenario for an entry that cannot fly."""
    e = entry("missile", name)
    if e.text("range_class") not in RANGE_CLASSES:
        raise BadScenario(f"{e.where('range_class')}: unknown class; one of {', '.join(RANGE_CLASSES)}")
    glide = None
    if "glide" in e:
        g = e.part("glide")
        glide = Glide(g.si("lift_drag"), g.si("beta_kg_m2"), g.si("wake_w_sr"))
    cost = e.value("cost_musd")
    thrust = tuple(s.si("propellant_kg") * s.si("isp_s") * G0 / s.si("burn_s") for s in e.parts("stages"))
    return Missile(
        name, e.text("title"), e.text("owner"), e.text("range_class"), e.flag("separating"), vehicle(e), thrust, e.si("range_km"),
        round(e.si("warheads")), cost.si, cost.lo * cost.factor, cost.hi * cost.factor, glide,
    )  # fmt: skip


def vehicle(e: Entry) -> Vehicle:
    """The stages as delta-v by the rocket equation times the entry's ``fit``; the usual attitude program, shorter for short burns.

    Limits: open loop, no throttling; the ballistic coefficient of a stack is its mass over an assumed drag area.
    """
    stages: list[Stage] = []
    fit = e.si("fit", 1.0)
    above = e.si("payload_kg")
    for s in reversed(e.parts("stages")):
        end = above + s.si("dry_kg")
        start = end + s.si("propellant_kg")
        area = math.pi / 4 * s.si("diameter_m") ** 2
        delta_v = fit * G0 * s.si("isp_s") * math.log(start / end)
        stages.insert(0, Stage(s.si("burn_s"), delta_v, s.si("isp_s"), start / (DRAG_COEFFICIENT * area)))
        above = start
    tilted = min(TILTED_S, 0.5 * sum(s.burn_s for s in stages))
    return Vehicle(e.name, e.text("propellant"), tuple(stages), rise_s=tilted / 7, tilted_s=tilted)
