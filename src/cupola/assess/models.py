"""Every question that Cupola answers, by name. A family of questions is a file with ``MODELS``; it is read when it is needed."""

from __future__ import annotations

import importlib

from cupola.assess.question import Model
from cupola.core.errors import BadOption

FAMILIES: tuple[str, ...] = (
    "constellation_models",
    "tracking_layer",
    "leakage",
    "decay",
    "programme",
    "reliability",
    "stability",
    "warning_time",
    "replenish",
    "exchange",
    "campaign",
    "architecture",
    "degradation",
)


def models() -> dict[str, Model]:
    """All models by name, in the order of the families."""
    found = (importlib.import_module(f"cupola.assess.{family}").MODELS for family in FAMILIES)
    return {m.name: m for family in found for m in family}


def model(name: str) -> Model:
    """One model. Raises BadOption that lists the names."""
    known = models()
    if name not in known:
        raise BadOption(f"no model {name!r}; there are {', '.join(known)}")
    return known[name]
