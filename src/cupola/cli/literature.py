"""The command literature: published numbers beside Cupola's."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from cupola.cli import outlet
from cupola.cli.base import command

NEAR = ("reference_cases.yaml", "../shared/reference/reference_cases.yaml")  # read too where one lies there


def add(sub: Any) -> None:
    """Register the commands of this file."""
    q = command(sub, "literature", _literature, "published numbers beside Cupola's, each with its assumptions")
    q.add_argument("ids", nargs="*", metavar="ID", help="cases to show (default all; --list names them)")
    q.add_argument(
        "--cases",
        action="append",
        default=[],
        metavar="F.yaml",
        help="more cases in the same form; repeat as needed (reference_cases.yaml here is read by itself)",
    )
    q.add_argument("--list", action="store_true", help="names only")
    q.add_argument("--json", metavar="FILE", help="the comparison as JSON (- for standard output)")


def _literature(a: argparse.Namespace) -> int:
    from cupola.assess.literature import answers, compare, table

    files = [Path(f) for f in NEAR if Path(f).is_file()][:1] + [Path(f) for f in a.cases]
    for f in files:
        print(f"cupola literature: cases of {f} too", file=sys.stderr)
    if a.list:
        outlet.put("".join(f"{c.id:<26} {c.quantity}\n" for c in answers.cases(files).values()))
        return 0
    found = answers.compare_all(files, a.ids)
    for c in found:
        if c.problem and (c.case.broken or c.ours.values):  # the file is at fault
            print(f"cupola literature: {c.problem}", file=sys.stderr)
    if a.json:
        return outlet.write_json(a.json, {"cases": [compare.as_dict(c) for c in found]})
    outlet.put(table.text(found))
    return 0
