"""Scenarios: the YAML schema, built-in scenarios, and the builder that makes a world, sensors, links and a defence of one."""

from __future__ import annotations

from cupola.scenario.bibliography import bibliography, numbers
from cupola.scenario.builder import BuiltScenario, LaunchTable, build, check
from cupola.scenario.cited_text import table as cited_table
from cupola.scenario.cited_text import text as cited
from cupola.scenario.load import load, names

__all__ = [
    "BuiltScenario",
    "LaunchTable",
    "bibliography",
    "build",
    "check",
    "cited",
    "cited_table",
    "describe",
    "load",
    "names",
    "numbers",
]


def describe() -> list[dict[str, str]]:
    """Name and description of every built-in scenario."""
    return [{"name": n, "description": load(n).description} for n in names()]
