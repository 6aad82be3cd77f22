"""Every question that Cupola answers, by name. A family of questions is a file with ``MODELS``; it is read when it is needed."""

from __future__ import annotations

import importlib

from cupola.assess.question import SHOWN, Model
from cupola.core.errors import BadOption

FAMILIES: dict[str, str] = {  # of every question, in the order in which they are listed
    "sizing-uniform": "orbits.sizing_uniform",
    "sizing-bound": "orbits.sizing_orbits",
    "sizing-walker": "orbits.sizing_orbits",
    "tracking-layer": "orbits.tracking_layer",
    "leakage": "shield.leakage",
    "decay": "orbits.decay",
    "programme-cost": "money.programme",
    "reliability": "shield.reliability",
    "stability": "shield.stability",
    "launch-on-warning": "shield.warning_time",
    "replenishment": "money.replenish",
    "cost-exchange": "money.exchange",
    "magazine": "shield.campaign",
    "architecture-cost": "money.architecture",
    "degradation": "orbits.degradation",
    "degradation-interceptors": "orbits.degradation",
}

GROUPS: dict[str, tuple[str, ...]] = {  # the folders and files of ``FAMILIES`` under the heads a reader looks for
    "Interceptors and satellites in orbit": ("orbits",),
    "What gets through": ("shield.leakage", "shield.campaign"),
    "Money": ("money",),
    "Stability": ("shield.stability", "shield.warning_time"),
    "Reliability": ("shield.reliability",),
}


def group(name: str) -> str:
    """The head under which a question is listed; empty for one of none."""
    where = FAMILIES[name]
    return next((head for head, places in GROUPS.items() if where in places or where.partition(".")[0] in places), "")


def models() -> dict[str, Model]:
    """All models by name, in the order of ``FAMILIES``."""
    return {name: model(name) for name in FAMILIES}


def model(name: str) -> Model:
    """One model; of the families only its own is imported. Raises BadOption that lists the names."""
    if name not in FAMILIES:
        raise BadOption(f"no model {name[:SHOWN]!r}; there are {', '.join(FAMILIES)}")
    family: tuple[Model, ...] = importlib.import_module(f"cupola.assess.{FAMILIES[name]}").MODELS
    return next(m for m in family if m.name == name)
