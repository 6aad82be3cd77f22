"""The sources of every number a run uses: catalogue entries of the scenario, and the constants of the code its run reaches.

Without a scenario: the whole catalogue and every constant.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Mapping
from typing import Any

import cupola
from cupola.catalog.entry import Entry
from cupola.catalog.load import FILES, citations, document, entries
from cupola.core.constants import Cited
from cupola.scenario.builder import used
from cupola.scenario.load import load
from cupola.scenario.schema import Scenario

PACKAGES = (
    "core", "dynamics", "observe", "formats", "catalog", "truth", "sensors", "scenario", "fusion", "discriminate", "picture",
    "engage", "run", "assess",
)  # fmt: skip


# What no run of a scenario reaches: assessments, the reading of recordings, and the generic missiles of checks and sizings.
NEVER = (
    "assess", "formats", "run.ingest", "run.trust", "core.constants.FOOT", "core.constants.NAUTICAL_MILE",
    *(f"dynamics.vehicle.{n}" for n in ("BURN_RULE", "SPLITS", "LOSS", "BOOSTER_BETA")),
)  # fmt: skip
# What only some runs reach, by what the scenario must have for it.
ONLY = {
    "glide": ("truth.glider", "dynamics.glide", "fusion.config.Config.q_glide"),
    "telemetry": ("truth.telemetry",),
    "defence": ("engage", "catalog.defence", "truth.kill"),
    "radar": ("sensors.radar", "observe.fluctuation"),
    "infrared": ("sensors.infrared", "sensors.plume", "observe.infrared", "fusion.stereo"),
}


def bibliography(name_or_path: str | None = None) -> list[dict[str, Any]]:
    """Rows of key, text and status (how the numbers taken from that source are known), catalogue first, then constants."""
    found, held = stated(name_or_path)
    return references(found) + [_constant(key, cited) for key, cited in held.items()]


def references(found: list[Entry]) -> list[dict[str, Any]]:
    """The sources of catalogue entries as rows of key, text and status."""
    status: dict[tuple[str, int], set[str]] = {}
    for e in found:
        for _, v in e.values():
            status.setdefault((v.source, v.year), set()).add(v.status)
    rows = []
    for s in citations(found):
        text = ". ".join(p for p in (s.author, s.title, str(s.year), s.url) if p)
        rows.append({"key": s.key, "text": text, "status": ", ".join(sorted(status[s.key, s.year]))})
    return rows


def stated(name_or_path: str | None) -> tuple[list[Entry], dict[str, Cited]]:
    """The catalogue entries and the constants a scenario's run uses, by name; all there are for None. Raises BadInput."""
    if name_or_path is None:
        kinds = [k for k in FILES if k != "signature"]
        return [e for k in kinds for e in entries(k).values()] + [document("signature")], dict(sorted(constants().items()))
    return stated_by([load(name_or_path)])


def stated_by(scenarios: Iterable[Scenario]) -> tuple[list[Entry], dict[str, Cited]]:
    """The catalogue entries and the constants that runs of these scenarios use between them, by name."""
    entered: dict[tuple[str, str], Entry] = {}
    has: set[str] = set()
    for scenario in scenarios:
        found = used(scenario)
        entered |= {(e.kind, e.name): e for e in found}
        has |= _has(scenario, found)
    out = NEVER + tuple(n for need, names in ONLY.items() if need not in has for n in names)
    return list(entered.values()), {key: cited for key, cited in sorted(constants().items()) if not _below(key, out)}


def _has(scenario: Scenario, found: list[Entry]) -> set[str]:
    sensors = {e.text("kind") for e in found if e.kind == "sensor"}
    glides = any("glide" in e for e in found if e.kind == "missile")
    more = {"glide": glides, "telemetry": bool(scenario.telemetry), "defence": scenario.defence is not None}
    return sensors | {need for need, there in more.items() if there}


def _below(key: str, names: tuple[str, ...]) -> bool:
    """Whether a constant is one of ``names`` or stands in one of these packages or modules."""
    return any(key == n or key.startswith(f"{n}.") for n in names)


def numbers(name_or_path: str | None = None) -> list[dict[str, Any]]:
    """Number by number: where it stands, value, lo, hi, unit, status, source. Catalogue first, then the constants of the code."""
    rows = []
    found, held = stated(name_or_path)
    for e in found:
        for path, v in e.values():
            place = f"{e.kind} {'.'.join(str(p) for p in path if p != 'entries')}"
            rows.append({"number": place, **_stated(v.value, v.lo, v.hi, v.unit, v.status), "source": f"{v.source} ({v.year})"})
    for key, cited in held.items():
        value = constant(key)
        rows.append(
            {"number": key, **_stated(value, value, value, cited.unit, cited.status), "source": f"{cited.source}. {cited.year}"}
        )
    return rows


def constant(key: str) -> float | None:
    """The value of a cited constant; None where it is a table."""
    held = pkgutil.resolve_name(f"{cupola.__name__}.{key}")
    return held if isinstance(held, int | float) else None


def _stated(value: float | None, lo: float | None, hi: float | None, unit: str, status: str) -> dict[str, Any]:
    return {"value": value, "lo": lo, "hi": hi, "unit": unit, "status": status}


def constants() -> Mapping[str, Cited]:
    """Every cited constant of the code, as ``package.module.NAME`` (a setting's default: ``module.Class.field``)."""
    found: dict[str, Cited] = {}
    for package in PACKAGES:
        where = importlib.import_module(f"cupola.{package}").__path__
        for info in pkgutil.walk_packages(where, f"cupola.{package}."):
            table = getattr(importlib.import_module(info.name), "SOURCES", {})
            found |= {f"{info.name.removeprefix(cupola.__name__ + '.')}.{n}": c for n, c in table.items() if isinstance(c, Cited)}
    return found


def _constant(key: str, cited: Cited) -> dict[str, Any]:
    return {"key": key, "text": f"{cited.source}. {cited.year}", "status": cited.status}
