"""A report as a PDF document, set by Typst without a browser; its charts are Vega's, as vectors."""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path
from typing import Any

from cupola.assess.report.parts import SHORT, Report, Table
from cupola.core.errors import BadOption, MissingExtra

TEMPLATE = Path(__file__).with_name("report.typ")
WIDTH = 610  # of a chart with its labels, in Vega's pixels; the page's width, so that all charts have letters of one size
HALF = 298  # of one of two beside each other
PATH = re.compile(r"(?<=[^\W\d])\.(?=[^\W\d])")  # the dots of a path, where a line may break
FIT = {"type": "fit-x", "contains": "padding"}


def document(report: Report) -> bytes:
    """The file's bytes; the same report gives the same ones. Raises BadOption, MissingExtra."""
    try:
        import typst
        import vl_convert
    except ImportError:
        raise MissingExtra("a PDF report", "studies") from None
    try:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "report.typ").write_bytes(TEMPLATE.read_bytes())
            for k, figure in enumerate(report.figures):
                width = HALF if figure.panels else WIDTH
                for j, (_, one) in enumerate(figure.drawn):
                    spec = {**one, "width": width, "autosize": FIT}
                    (folder / _file(k, j)).write_bytes(vl_convert.vegalite_to_pdf(spec))
            data: bytes = typst.compile(
                folder / "report.typ",
                root=folder,
                ignore_system_fonts=True,
                sys_inputs={"report": json.dumps(_data(report))},
                timestamp=0,
            )
    except OSError as e:
        raise BadOption(f"a PDF report needs room for its parts in {tempfile.gettempdir()} ({e.strerror})") from None
    return data


def _file(k: int, j: int) -> str:
    return f"chart-{k}-{j}.pdf"


def _data(report: Report) -> dict[str, Any]:
    """The report as the template reads it."""
    facts = (*report.facts, ("SHA-256 of the file", report.digest))
    figures = [
        {"title": f.title, "note": f.note, "charts": [{"name": n, "file": _file(k, j)} for j, (n, _) in enumerate(f.drawn)]}
        for k, f in enumerate(report.figures)
    ]
    return {
        "name": report.name,
        "title": report.title,
        "by": dict(report.facts).get("made by", "Cupola"),
        "question": report.question,
        "numbers": report.numbers,
        "summary": report.summary,
        "figures": figures,
        "tables": [_table(t) for t in report.tables],
        "annex": [_table(t) for t in report.annex],
        "limits": report.limits,
        "sources": report.sources,
        "facts": facts,
        "command": report.command,
        "again": report.again,
        "yaml": report.yaml,
    }


def _table(t: Table) -> dict[str, Any]:
    return {
        "title": t.title,
        "heads": t.heads,
        "rows": [[PATH.sub(".\u200b", cell) for cell in row] for row in t.rows],
        "right": t.right,
        "note": t.note,
        "widths": _widths(t),
    }


def _widths(table: Table) -> list[float]:
    """Shares of the page's width by how much a column has to hold: short texts and the longest word must fit."""
    columns = list(zip(table.heads, *table.rows, strict=True))
    longest = [
        max(len(text) if k in table.right and row else _unbroken(text) for row, text in enumerate(c)) for k, c in enumerate(columns)
    ]
    mean = [sum(map(len, c)) / len(c) for c in columns]
    room = [1.0 if k in table.right and w > SHORT else 1.3 for k, w in enumerate(longest)]
    most = min(40.0, 200.0 / len(columns))  # long texts leave room for the others
    return [max(r * w, min(m, most), 7.0, len(c[0]) / 2) for r, w, m, c in zip(room, longest, mean, columns, strict=True)]


def _unbroken(text: str) -> int:
    """Letters that have to stand in one line: a short text (a number with its unit), else its longest word or part of a path."""
    return len(text) if len(text) <= SHORT else max(len(word) for word in PATH.sub(". ", text).split())
