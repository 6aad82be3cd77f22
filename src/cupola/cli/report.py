"""The command of reports: an answer, or a study that was run, as HTML and PDF."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cupola.cli import options, outlet
from cupola.cli.base import command
from cupola.core.errors import BadOption

if TYPE_CHECKING:
    from cupola.assess.report.parts import Report


def add(sub: Any) -> None:
    """Register the commands of this file."""
    q = command(sub, "report", _report, "an answer, or a finished study, as one HTML file and one PDF")
    q.add_argument("what", metavar="MODEL|DIR", nargs="?", help="name of a model (--list), or folder of a study")
    q.add_argument("--list", action="store_true", help="the models and their questions")
    q.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="change an assumption; repeat as needed")
    q.add_argument(
        "--out", dest="folder", metavar="DIR", help="folder to write to (default: the study's own; for a model it must be given)"
    )


def _report(a: argparse.Namespace) -> int:
    from cupola.assess import models
    from cupola.assess.report import files

    if a.list:
        outlet.put("".join(f"{m.name:<26} {m.question}\n" for m in models.models().values()))
        return 0
    if a.what is None:
        raise BadOption("needs a model or the folder of a study; --list names the models")
    made, folder = _of_study(a) if os.path.isdir(a.what) else _of_model(a)
    for path in files.write(made, Path(folder)):
        outlet.put(f"{path}\n")
    outlet.put("".join(f"{label}: {text}\n" for label, text in made.numbers[:1]))
    return 0


def _of_study(a: argparse.Namespace) -> tuple[Report, str]:
    from cupola.assess.report import study

    if a.set:
        raise BadOption(f"--set {a.set[0]}: a study that was run stays as it is; change its file and run it into a new folder")
    return study.read(a.what), a.folder or a.what


def _of_model(a: argparse.Namespace) -> tuple[Report, str]:
    from cupola.assess import models
    from cupola.assess.report import answer, inputs

    model = models.model(a.what)
    values = inputs.read(model, options.pairs(a.set, "NAME=VALUE, e.g. kill=0.7"))
    if a.folder is None:
        raise BadOption("--out DIR is missing: name a folder for report.html and report.pdf")
    return answer.of_model(model, values, a.folder), a.folder
