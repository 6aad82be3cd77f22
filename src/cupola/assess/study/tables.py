"""A study's results as Parquet tables (duckdb writes them): runs, refused, points, estimates, differences, agreements."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cupola.assess.study.log import Kept
from cupola.assess.study.result import Agreement, Difference, Estimate, StudyResult
from cupola.core import whole
from cupola.core.errors import BadFile, MissingExtra
from cupola.record.query import quoted

Columns = dict[str, NDArray[Any]]
EMPTY: dict[str, Any] = {"str": np.str_, "int": np.int64, "bool": np.bool_}  # a field's type to that of a column without rows


def check() -> Any:
    """What the tables are written with. Raises MissingExtra where it is not installed."""
    try:
        import duckdb
    except ImportError:
        raise MissingExtra("a study's Parquet tables", "studies") from None
    return duckdb


def write(folder: Path, result: StudyResult, kept: Kept) -> None:
    """All tables into the folder, each whole or not at all. Raises MissingExtra, BadFile."""
    duckdb = check()
    with duckdb.connect() as connection:
        for name, columns in tables(result, kept).items():
            table = folder / f"{name}.parquet"
            connection.register("columns", columns)
            try:
                with whole.replacing(table) as part:
                    connection.execute(f"COPY (SELECT * FROM columns) TO '{quoted(part)}' (FORMAT parquet)")
            except (duckdb.Error, OSError) as e:
                why = f"{_said(e)}); the runs are kept: make room, start again"
                raise BadFile(f"{table}: cannot be written ({why}") from None
            connection.unregister("columns")


def _said(error: Exception) -> str:
    """Why a table cannot be written, in the system's words: duckdb wraps them."""
    wrapped = re.search(r'"exception_message":"(?:[^"\\]|\\.)*: ([^:"]+)"', str(error))
    return wrapped[1] if wrapped else (getattr(error, "strerror", None) or str(error).splitlines()[0])


def tables(result: StudyResult, kept: Kept) -> dict[str, Columns]:
    """Name to columns of one length. runs: one row a finished run, one column an output, ordered by point, fidelity and seed;
    refused: one row a run that has no answer, with the reason."""
    out = {"runs": _runs(kept), "refused": _refused(kept), "points": _points(result), "estimates": rows(result.estimates, Estimate)}
    return out | {"differences": rows(result.differences, Difference), "agreements": rows(result.agreements, Agreement)}


def _runs(kept: Kept) -> Columns:
    order = [(point, fidelity, run) for point, fidelity in sorted(kept.runs) for run in kept.of((point, fidelity))]
    out: Columns = {
        "point": np.array([p for p, _, _ in order], np.int32),
        "fidelity": np.array([f for _, f, _ in order], dtype=object),
        "seed": np.array([r.seed for _, _, r in order], np.int64),
    }
    for name in sorted({o for _, _, r in order for o in r.outputs}):
        out[name] = column([r.outputs.get(name) for _, _, r in order])
    return out


def _refused(kept: Kept) -> Columns:
    order = [(point, fidelity, r) for point, fidelity in sorted(kept.refused) for r in kept.refusals((point, fidelity))]
    return {
        "point": np.array([p for p, _, _ in order], np.int32),
        "fidelity": np.array([f for _, f, _ in order], dtype=np.str_),
        "seed": np.array([r.seed for _, _, r in order], np.int64),
        "reason": np.array([r.reason for _, _, r in order], dtype=np.str_),
    }


def _points(result: StudyResult) -> Columns:
    paths = sorted({k for p in result.points for k in p.changes})
    out: Columns = {
        "point": np.array([p.index for p in result.points], np.int32),
        "label": np.array([p.label for p in result.points], dtype=object),
        "without": np.array([json.dumps(list(p.without)) for p in result.points], dtype=object),
        "stopped": np.array([result.stopped.get(p.index, "") for p in result.points], dtype=object),
        "infeasible": np.array([result.infeasible.get(p.index, "") for p in result.points], dtype=object),
    }
    return out | {k: column([p.changes.get(k) for p in result.points]) for k in paths if k not in out}


def rows(records: Sequence[Any], kind: type) -> Columns:
    """Records of one dataclass as columns; no records: columns of the same kinds without rows."""
    named = {f.name: str(f.type) for f in fields(kind)}
    if not records:
        return {n: np.array([], EMPTY.get(of, np.float64)) for n, of in named.items()}
    table: list[Mapping[str, Any]] = [asdict(r) for r in records]
    return {n: column([r[n] for r in table]) for n in named}


def column(values: Sequence[Any]) -> NDArray[Any]:
    """Values as one column: truth values, whole numbers, numbers (None as NaN), or text (other things as JSON)."""
    kinds = {type(v) for v in values if v is not None}
    gaps = any(v is None for v in values)
    if kinds == {bool} and not gaps:
        return np.array(values, np.bool_)
    if kinds == {int} and not gaps:
        return np.array(values, np.int64)
    if kinds <= {bool, int, float}:
        return np.array([np.nan if v is None else float(v) for v in values])
    return np.array([v if v is None or isinstance(v, str) else json.dumps(v) for v in values], dtype=object)
