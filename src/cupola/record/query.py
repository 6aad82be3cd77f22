"""SQL over what Cupola writes: a study's folder, a Parquet file, a recording. duckdb answers; nothing is changed.

Tables of a study: ``runs``, ``refused``, ``points``, ``estimates``, ``differences``, ``agreements`` (before its end the first two).
Of a Parquet file: ``t``. Of a recording: ``sensors``, ``scans``, ``detections``, ``tracks`` (the picture every ten seconds),
``alerts``, ``shots``, ``outcomes``; SI units and radians but for events, whose angles are in degrees as recorded.
"""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cupola.core.batches import CLASSES, FEATURES, MODES
from cupola.core.errors import BadFile, BadOption, MissingExtra
from cupola.record import player

Columns = dict[str, NDArray[Any]]
EVENTS = {
    "alerts": (
        "alert",
        ("t", "id", "track", "launch_t", "latency_s", "lat", "lon", "sigma_m", "heading", "range_class", "confidence", "boosters"),
    ),
    "shots": ("shot", ("t", "id", "battery", "track", "fire_t", "intercept_t")),
    "outcomes": ("outcome", ("t", "shot", "kill")),
}
STUDY = "study.json"  # what tells a study's folder
READING = ("SELECT", "EXPLAIN", "PRAGMA", "CALL", "MULTI")  # kinds of statements that answer; MULTI is a PIVOT
WIDEST = 40  # characters of a cell in a text table


@dataclass(frozen=True)
class Rows:
    """An answer: names of the columns, and rows."""

    names: tuple[str, ...]
    rows: list[tuple[Any, ...]]

    def records(self) -> list[dict[str, Any]]:
        """One mapping a row."""
        return [dict(zip(self.names, (_plain(v) for v in r), strict=True)) for r in self.rows]

    def csv(self) -> str:
        """With a header."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(self.names)
        writer.writerows(self.rows)
        return out.getvalue()

    def text(self) -> str:
        """Columns side by side, for a terminal."""
        cells = [[_shown(v) for v in row] for row in self.rows]
        width = [max(len(n), *(len(c[i]) for c in cells)) if cells else len(n) for i, n in enumerate(self.names)]
        lines = ["  ".join(v.ljust(w) for v, w in zip(row, width, strict=True)).rstrip() for row in [list(self.names), *cells]]
        return "\n".join(lines) + "\n"


def run(source: str, sql: str | None) -> Rows:
    """The answer to a statement; without one, the tables and their columns. Raises BadFile, BadOption, MissingExtra."""
    try:
        import duckdb
    except ImportError:
        raise MissingExtra("SQL (cupola query)", "studies") from None
    with duckdb.connect() as connection:
        opened = _open(connection, Path(source), duckdb.Error)
        ask = sql or "SELECT table_name, column_name, data_type FROM information_schema.columns ORDER BY ALL"
        try:
            _only_reads(connection.extract_statements(ask), opened)
            asked = connection.execute(ask)
            names = tuple(d[0] for d in asked.description or ())
            return Rows(names, asked.fetchall())
        except (RuntimeError, UnicodeError):
            raise BadOption("the SQL is not UTF-8 text") from None
        except duckdb.Error as e:
            said = str(e).strip().splitlines()
            raise BadOption(f"SQL: {said[0]} (tables of {source}: {', '.join(opened)}){_dotted(connection, ask)}") from None


def _dotted(connection: Any, sql: str) -> str:
    """What to write where a column's name holds a dot and stands in the statement without its quotes; else empty."""
    found = connection.execute("SELECT DISTINCT column_name FROM information_schema.columns ORDER BY ALL").fetchall()
    bare = next((c for (c,) in found if "." in c and c.lower() in sql.lower() and f'"{c.lower()}"' not in sql.lower()), None)
    return f'; a name with a dot stands in double quotes: "{bare}"' if bare else ""


def _only_reads(statements: Sequence[Any], tables: Sequence[str]) -> None:
    """Refuse a text without one statement, and one that would change a copy of the tables that is gone with the answer."""
    example = f'write e.g. "SELECT * FROM {"runs" if "runs" in tables else tables[0]} LIMIT 5"'
    if not statements:
        raise BadOption(f"the SQL holds no statement; {example}")
    writing = next((s.type.name for s in statements if s.type.name not in READING), None)
    if writing:
        raise BadOption(f"SQL: {writing.replace('_', ' ')} is refused: a query only reads, nothing was changed; {example}")
    if len(statements) > 1:
        raise BadOption(f"SQL: {len(statements)} statements; give one: only one answer can be shown")


def _open(connection: Any, path: Path, failed: type[Exception]) -> list[str]:
    """Make the tables of a source; then close the door to other files. Gives their names."""
    if path.is_dir():
        made = _folder(connection, path, failed)
    elif not path.is_file():
        raise BadFile(f"{path}: no such file or folder; give a study's folder, a Parquet file or a recording")
    elif path.suffix == ".parquet":
        made = [_view(connection, "t", f"read_parquet('{quoted(path)}')", path, failed)]
    else:
        made = _recording(connection, path)
    connection.execute("SET enable_external_access = false")
    return made


def _folder(connection: Any, folder: Path, failed: type[Exception]) -> list[str]:
    found = sorted(folder.glob("*.parquet"))
    if found and not (folder / STUDY).is_file():
        raise BadFile(f"{folder}: is no study's folder (no {STUDY} there); to ask a file of your own name it: {found[0]}")
    if found:
        return [_view(connection, p.stem, f"read_parquet('{quoted(p)}')", p, failed) for p in found]
    runs = folder / "runs.jsonl"
    data = runs.read_bytes() if runs.is_file() else b""
    whole = data[: data.rfind(b"\n") + 1]  # a study that was killed may have left a torn line
    if not whole:
        raise BadFile(f"{folder}: holds no tables and no finished runs; make some with: cupola study STUDY.yaml --out {folder}")
    lines: dict[str, list[bytes]] = {"runs": [], "refused": []}
    for i, line in enumerate(whole.splitlines(keepends=True), 1):
        record = _record(line)
        if record is None:
            raise BadFile(f"{runs}: line {i} is damaged; delete the line and start the study again to repeat that run")
        lines["refused" if "refused" in record else "runs"].append(line)
    what = {"runs": "unnest(outputs)", "refused": "refused AS reason"}
    return [_lines(connection, name, mine, runs, failed, what[name]) for name, mine in lines.items() if mine]


def _lines(connection: Any, name: str, lines: list[bytes], path: Path, failed: type[Exception], what: str) -> str:
    with tempfile.NamedTemporaryFile(suffix=".jsonl") as copy:
        copy.writelines(lines)
        copy.flush()
        source = f"read_json('{quoted(Path(copy.name))}', format = 'newline_delimited', sample_size = -1)"
        return _view(connection, name, source, path, failed, f"point, fidelity, seed, {what}")


def _record(line: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _view(connection: Any, name: str, source: str, path: Path, failed: type[Exception], what: str = "*") -> str:
    try:
        connection.execute(f'CREATE TABLE "{name}" AS SELECT {what} FROM {source}')
    except failed as e:
        raise BadFile(f"{path}: cannot be read as a table ({str(e).splitlines()[0]})") from None
    return name


def _recording(connection: Any, path: Path) -> list[str]:
    head = player.read_head(path)
    ticks = list(player.read_ticks(path))
    names = [c.name for c in head.cards]
    tables: dict[str, Columns] = {
        "sensors": _table({n: [getattr(c, n) for c in head.cards] for n in ("name", "kind", "domain", "owner", "pd", "period")}),
        **_scans(ticks, names),
        "tracks": _tracks(player.read_pictures(path)),
    }
    events = [e for tick in ticks for e in tick.events]
    for table, (kind, fields) in EVENTS.items():
        mine = [e for e in events if e.get("type") == kind]
        tables[table] = _table({f: [e.get(f) for e in mine] for f in fields})
    for name, columns in tables.items():
        connection.register("given", columns)
        connection.execute(f'CREATE TABLE "{name}" AS SELECT * FROM given')
        connection.unregister("given")
    return list(tables)


def _scans(ticks: Iterable[player.RecordedTick], names: list[str]) -> dict[str, Columns]:
    found = [(tick.now, s) for tick in ticks for s in tick.scans]
    counts = np.array([len(s.z) for _, s in found], np.int64)
    sensor = np.array([names[s.sensor] for _, s in found], dtype=object)
    t, seq = np.array([s.t for _, s in found], float), np.array([s.seq for _, s in found], np.int64)
    scans = {"t": t, "arrived": np.array([now for now, _ in found], float), "sensor": sensor, "seq": seq, "detections": counts}
    z = np.concatenate([np.empty((0, 3)), *(s.z for _, s in found)])
    sigma = np.concatenate([np.empty((0, 3)), *(s.sigma for _, s in found)])
    features = np.concatenate([np.empty((0, len(FEATURES))), *(s.features for _, s in found)])
    detections: Columns = {"t": np.repeat(t, counts), "sensor": np.repeat(sensor, counts), "seq": np.repeat(seq, counts)}
    for k in range(3):
        detections |= {f"z{k}": np.ascontiguousarray(z[:, k]), f"sigma{k}": np.ascontiguousarray(sigma[:, k])}
    detections |= {name: np.ascontiguousarray(features[:, k]) for k, name in enumerate(FEATURES)}
    return {"scans": scans, "detections": detections}


def _tracks(pictures: Iterable[tuple[float, Columns]]) -> Columns:
    flat = [_flat(t, c) for t, c in pictures]
    if not flat:
        return {"t": np.empty(0), "id": np.empty(0, np.int64)}
    return {name: np.concatenate([f[name] for f in flat]) for name in flat[0]}


def _flat(t: float, c: Columns) -> Columns:
    """One picture with a column for each number."""
    out: Columns = {"t": np.full(len(c["id"]), t)} | {n: c[n] for n in ("id", "sigma_m", "launch", "staleness")}
    parts = {"x": ("x", "y", "z", "vx", "vy", "vz"), "prob": tuple(f"p_{n}" for n in CLASSES)}
    parts["impact"] = ("impact_lat", "impact_lon", "impact_t")
    for of, names in parts.items():
        out |= {n: np.ascontiguousarray(c[of][:, k]) for k, n in enumerate(names)}
    return out | {"mode": np.array(MODES, dtype=object)[c["mode"]]}


def _table(columns: dict[str, list[Any]]) -> Columns:
    """Lists as columns: numbers where all are, else text."""
    out: Columns = {}
    for name, values in columns.items():
        words = any(isinstance(v, str) for v in values)
        out[name] = np.array(values, dtype=object) if words else np.array([np.nan if v is None else v for v in values])
    return out


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def _shown(value: Any) -> str:
    text = "" if value is None else f"{value:.6g}" if isinstance(value, float) else str(value)
    return text if len(text) <= WIDEST else text[: WIDEST - 3] + "..."


def quoted(path: Path) -> str:
    """A path as it stands between single quotes in SQL."""
    return str(path).replace("'", "''")
