"""Commands on studies: study, query."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from cupola.cli import options, outlet
from cupola.cli.base import command
from cupola.core import whole
from cupola.core.errors import BadOption, CupolaError, MissingExtra


def add(sub: Any) -> None:
    """Register the commands of this file."""
    s = command(sub, "study", _study, "Monte Carlo and sweeps of a scenario or a model, resumable")
    s.add_argument("study", metavar="STUDY", help="a YAML file, or a built-in name (--list)", nargs="?")
    s.add_argument(
        "--out", dest="folder", metavar="DIR", help="folder of the results; the same one again goes on where it was left"
    )
    s.add_argument("--engine", choices=["local", "ray"], default="local", help="local: this machine (default); ray: a cluster")
    s.add_argument("--address", metavar="HOST:PORT", help="of a running Ray cluster (default: one of its own on this machine)")
    s.add_argument("--jobs", type=options.cores, metavar="N", help="processes (default: all cores)")
    s.add_argument("--list", action="store_true", help="the built-in studies")
    s.add_argument("--json", metavar="FILE", help="write the result as JSON (- for standard output)")

    q = command(sub, "query", _query, "SQL on a study's folder, a Parquet file or a recording")
    q.add_argument("source", metavar="DIR|F.parquet|F.mcap")
    q.add_argument("sql", metavar="SQL", nargs="?", help="left out: the tables and their columns")
    form = q.add_mutually_exclusive_group()
    form.add_argument("--json", metavar="FILE", help="rows as JSON (- for standard output)")
    form.add_argument("--csv", metavar="FILE", help="rows as CSV (- for standard output)")


def _study(a: argparse.Namespace) -> int:
    from cupola.assess.study import definition

    if a.list:
        outlet.put("".join(f"{n}: {definition.load(n).study.question}\n" for n in definition.names()))
        return 0
    if a.study is None or a.folder is None:
        raise BadOption("needs a study and --out DIR, as in: cupola study STUDY.yaml --out DIR")
    from cupola.assess.study import run
    from cupola.assess.study import text as study_text

    loaded = definition.load(a.study)
    try:
        result = run.run(loaded, Path(a.folder), a.engine, a.jobs or os.cpu_count() or 1, a.address)
    except CupolaError:
        raise
    except BaseException:  # a wish to stop may come out of a library as another error
        print(f"stopped; go on with: cupola study {shlex.quote(a.study)} --out {shlex.quote(a.folder)}", file=sys.stderr)
        raise
    reported, failed = _reported(a.folder)
    outlet.report(a.json, asdict(result), f"{study_text.text(result, a.folder)}\n{reported}")
    if failed:
        raise failed
    return 0


def _reported(folder: str) -> tuple[str, CupolaError | None]:
    """Write the report beside the results. Where that cannot be the results stand alone, and that is said; one that should have
    been written is an error after them."""
    from cupola.assess.report import files
    from cupola.assess.report import study as report_study

    try:
        page, document = files.write(report_study.read(folder), Path(folder))
    except MissingExtra as e:
        return f"no report: {e}", None
    except CupolaError as e:
        return f"no report; when it can be written: cupola report {shlex.quote(folder)}", e
    return f"report: {page} and {document.name}", None


def _query(a: argparse.Namespace) -> int:
    from cupola.record import query

    rows = query.run(a.source, a.sql)
    if a.json:
        return outlet.write_json(a.json, rows.records())
    text = rows.csv() if a.csv else rows.text()
    if a.csv and a.csv != "-":
        try:
            whole.write(a.csv, text.encode())
        except OSError as e:
            raise BadOption(f"--csv {a.csv}: cannot be written ({e.strerror})") from None
        return 0
    outlet.put(text)
    return 0
