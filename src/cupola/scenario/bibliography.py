"""The sources of every number a run uses: catalogue entries of the scenario, and the constants of the code."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from typing import Any

import cupola
from cupola.catalog.load import citations
from cupola.core.constants import Cited
from cupola.scenario.builder import used
from cupola.scenario.load import load

PACKAGES = (
    "core", "dynamics", "observe", "formats", "catalog", "truth", "sensors", "scenario", "fusion", "discriminate", "picture",
    "engage", "run", "assess",
)  # fmt: skip


def bibliography(name_or_path: str) -> list[dict[str, Any]]:
    """Rows of key, text and status (how the numbers taken from that source are known), catalogue first, then constants."""
    entries = used(load(name_or_path))
    status: dict[tuple[str, int], set[str]] = {}
    for e in entries:
        for _, v in e.values():
            status.setdefault((v.source, v.year), set()).add(v.status)
    rows = []
    for s in citations(entries):
        text = ". ".join(p for p in (s.author, s.title, str(s.year), s.url) if p)
        rows.append({"key": s.key, "text": text, "status": ", ".join(sorted(status[s.key, s.year]))})
    return rows + [_constant(key, cited) for key, cited in sorted(constants().items())]


def numbers(name_or_path: str) -> list[dict[str, Any]]:
    """Number by number: where it stands, value, lo, hi, unit, status, source. Catalogue first, then the constants of the code."""
    rows = []
    for e in used(load(name_or_path)):
        for path, v in e.values():
            place = f"{e.kind} {'.'.join(str(p) for p in path if p != 'entries')}"
            rows.append({"number": place, **_stated(v.value, v.lo, v.hi, v.unit, v.status), "source": f"{v.source} ({v.year})"})
    for key, cited in sorted(constants().items()):
        held = pkgutil.resolve_name(f"{cupola.__name__}.{key}")
        value = held if isinstance(held, int | float) else None
        rows.append(
            {"number": key, **_stated(value, value, value, cited.unit, cited.status), "source": f"{cited.source}. {cited.year}"}
        )
    return rows


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
