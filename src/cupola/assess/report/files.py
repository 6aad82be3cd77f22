"""A report on disk: one HTML file and one PDF, each with all that is needed to make it again, and the study file."""

from __future__ import annotations

from pathlib import Path

from cupola.assess.report import html, pdf
from cupola.assess.report.parts import Report
from cupola.core import whole
from cupola.core.errors import BadOption


def write(report: Report, folder: Path) -> tuple[Path, Path]:
    """``report.html``, ``report.pdf`` and the study file in ``folder``, each whole or not at all. Gives the first two.

    Raises BadOption, MissingExtra.
    """
    page, document, yaml = folder / "report.html", folder / "report.pdf", folder / f"{report.name}.yaml"
    made = {yaml: report.yaml.encode(), page: html.page(report).encode(), document: pdf.document(report)}
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as e:
        raise BadOption(f"--out {folder}: cannot be written ({e.strerror})") from None
    for path, data in made.items():
        _put(path, data)
    return page, document


def _put(path: Path, data: bytes) -> None:
    """One file, whole or not at all."""
    try:
        whole.write(path, data)
    except OSError as e:
        raise BadOption(f"{path}: cannot be written ({e.strerror}); what stood there is unchanged") from None
