"""A run from Python: ``cupola.run("raid-10", seed=1)`` gives a ``Result`` with the summary and tables as columns of arrays."""

from __future__ import annotations

import importlib
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cupola import scenario as scenarios
from cupola.core.batches import CLASSES
from cupola.core.errors import BadOption, MissingExtra
from cupola.run import summary as summing
from cupola.run import virtual, warm
from cupola.run.judge import FULL, Verdict

Table = dict[str, NDArray[Any]]
LIBRARIES = ("pandas", "polars", "pyarrow")


@dataclass(frozen=True)
class Result:
    """What a run gives. summary: as ``cupola run --json``; tables: name to columns, all of one length in a table.

    ``launches`` (truth), ``alerts``, ``tracks`` (the last picture), ``impacts`` (truth), ``warheads`` (fate and broken link of
    each, where something is defended), ``ticks`` (wall time of each stage, ms).
    """

    summary: dict[str, Any]
    tables: Mapping[str, Table]

    def frame(self, table: str, library: str = "pandas") -> Any:
        """One table as a pandas or polars DataFrame or an Arrow table. Raises BadOption, MissingExtra."""
        if table not in self.tables:
            raise BadOption(f"no table {table!r}; there are {', '.join(self.tables)}")
        if library not in LIBRARIES:
            raise BadOption(f"no library {library!r}; choose from {', '.join(LIBRARIES)}")
        try:
            made_by = importlib.import_module(library)
        except ImportError:
            raise MissingExtra(f"a {library} table", library) from None
        columns = {k: list(v) if v.ndim > 1 else v for k, v in self.tables[table].items()}
        return made_by.table(columns) if library == "pyarrow" else made_by.DataFrame(columns)


def run(
    scenario: str,
    seed: int | None = None,
    duration: float | None = None,
    overrides: Mapping[str, str] | None = None,
    without: Sequence[str] = (),
    judging: str = FULL,
) -> Result:
    """Run a built-in scenario or a YAML file as fast as it goes, in this process.

    overrides, without: as ``--set PATH=VALUE`` and ``--without NAME`` on the command line. judging: ``engagement`` leaves out, as
    null, what only compares the picture with the truth (``picture_hash``, ``picture``, ``impact``, ``discrimination``), for
    studies of who leaked and what it cost. Raises BadInput.
    """
    loaded = scenarios.load(scenario, dict(overrides or {}), list(without))
    warm.up(partial(print, file=sys.stderr, flush=True))
    built = scenarios.build(loaded, seed)
    began = time.perf_counter()
    verdict = virtual.drive(built, duration, judging=judging)
    return Result(summing.summarise(verdict, time.perf_counter() - began), tables(verdict))


def tables(v: Verdict) -> dict[str, Table]:
    """All tables of a run that has ended."""
    launches = v.built.launches
    out = {
        "launches": {f.name: np.asarray(getattr(launches, f.name)) for f in fields(launches)},
        "alerts": _columns([asdict(a) for a in v.alerts]),
        "tracks": _tracks(v),
        "impacts": v.impacts,
        "ticks": v.ms,
    }
    return out | ({"warheads": _columns(v.engagement.rows)} if v.engagement else {})


def _tracks(v: Verdict) -> Table:
    p = v.picture
    own = {f.name: getattr(p.tracks, f.name) for f in fields(p.tracks) if f.name not in ("t", "confirmed")}
    prob = {f"p_{c}": p.prob[:, k] for k, c in enumerate(CLASSES)}
    return own | prob | {"staleness": p.staleness, "launch": p.launch, "impact": p.impact, "ellipse": p.ellipse}


def _columns(rows: Sequence[Mapping[str, Any]]) -> Table:
    return {k: np.array([np.nan if r[k] is None else r[k] for r in rows]) for k in (rows[0] if rows else ())}
