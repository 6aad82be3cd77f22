"""What a report holds, before it is a page or a document."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SHORT = 14  # letters of a table's text that is not broken: a number with its unit


@dataclass(frozen=True)
class Figure:
    """A chart. spec: Vega-Lite without width; note: what it says and what to mind when reading it.

    panels: instead of ``spec`` several charts over the same axes, each with its name, beside each other where there is room.
    """

    title: str
    spec: Mapping[str, Any]
    note: str = ""
    panels: tuple[tuple[str, Mapping[str, Any]], ...] = ()

    @property
    def drawn(self) -> tuple[tuple[str, Mapping[str, Any]], ...]:
        """Every chart with its name, which is empty for one alone."""
        return self.panels or (("", self.spec),)


@dataclass(frozen=True)
class Table:
    """Rows of texts under heads. right: columns that hold numbers."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: tuple[int, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Report:
    """A whole report. numbers: label and text of each answer, the first is the main one; facts: seed, version and the like.

    yaml: the study file that gives it again by ``command``; annex: tables to look things up in, after everything else.
    """

    name: str
    title: str
    question: str
    numbers: tuple[tuple[str, str], ...]
    summary: str
    figures: tuple[Figure, ...]
    tables: tuple[Table, ...]
    limits: str
    sources: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    command: str
    yaml: str
    annex: tuple[Table, ...] = ()

    @property
    def again(self) -> str:
        """The command that runs the study file."""
        return f"cupola study {self.name}.yaml --out {self.name}"

    @property
    def digest(self) -> str:
        """SHA-256 of the study file."""
        return hashlib.sha256(self.yaml.encode()).hexdigest()
