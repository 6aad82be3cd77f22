"""Scenarios: the YAML schema, built-in scenarios, and the builder that makes a world, sensors, links and a defence of one."""

from __future__ import annotations

from typing import Any

from cupola.scenario.builder import BuiltScenario, LaunchTable, build
from cupola.scenario.load import load, names

__all__ = ["BuiltScenario", "LaunchTable", "bibliography", "build", "describe", "load", "names"]


def describe() -> list[dict[str, str]]:
    """Name and description of every built-in scenario."""
    return [{"name": n, "description": load(n).description} for n in names()]


def bibliography(name_or_path: str) -> list[dict[str, Any]]:
    """The sources of every number a scenario uses: key, text, and how the numbers taken from it are known."""
    from cupola.catalog.load import citations
    from cupola.scenario.builder import used

    entries = used(load(name_or_path))
    status: dict[str, set[str]] = {}
    for e in entries:
        for _, v in e.values():
            status.setdefault(v.source, set()).add(v.status)
    rows = []
    for s in citations(entries):
        text = ". ".join(p for p in (s.author, s.title, str(s.year), s.url) if p)
        rows.append({"key": s.key, "text": text, "status": ", ".join(sorted(status[s.key]))})
    return rows
