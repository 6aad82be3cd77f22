"""SQL over a Parquet file, a folder and a recording: what comes out is what went in, and nothing else can be read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cupola.core.batches import FEATURES, Picture, Scan, SensorCard, Tracks
from cupola.core.errors import BadFile, BadOption
from cupola.record import query
from cupola.record.recorder import Recorder

duckdb = pytest.importorskip("duckdb")
CARD = SensorCard("r1", "radar", "ground", "open", np.array([1e-3, 1e-3, 20.0]), 0.9, 1e-9, np.full(6, np.nan))
META = {"scenario": "s", "seed": 3, "duration_s": 4.0, "priors": [0.2] * 5, "associator": "gnn", "version": "0"}


def parquet(path: Path) -> None:
    with duckdb.connect() as c:
        c.execute(f"COPY (SELECT range AS k, 'it''s' AS word FROM range(4)) TO '{path}' (FORMAT parquet)")


def recording(path: Path) -> np.ndarray:
    z = np.arange(6.0).reshape(2, 3)
    features = np.full((2, len(FEATURES)), np.nan, np.float32)
    e = np.empty
    tracks = Picture(0.0, Tracks.empty(0.0), e((0, 5)), e(0), e(0, np.int64), e((0, 3)), e((0, 3)))
    with Recorder(path, 1_700_000_000_000_000_000, [CARD], META) as r:
        for k in range(3):
            scan = Scan(0, k, float(k), np.zeros(3), np.eye(3), z + k, np.ones((2, 3)), features)
            r.tick(float(k), [scan], tracks, "h", [{"type": "shot", "t": float(k), "id": k, "battery": "north", "track": 7}])
    return z


def test_a_parquet_file_is_table_t_and_an_answer_goes_out_in_three_forms(tmp_path: Path) -> None:
    parquet(tmp_path / "a.parquet")
    (tmp_path / "a.parquet").rename(tmp_path / "a'b.parquet")
    got = query.run(str(tmp_path / "a'b.parquet"), "SELECT sum(k) AS s, word FROM t GROUP BY word")
    assert got.records() == [{"s": 6, "word": "it's"}]
    assert got.csv() == "s,word\n6,it's\n"
    assert got.text() == "s  word\n6  it's\n"
    listed = query.run(str(tmp_path / "a'b.parquet"), None)
    assert [r[:2] for r in listed.rows] == [("t", "k"), ("t", "word")]


def test_a_recording_gives_scans_detections_and_events(tmp_path: Path) -> None:
    z = recording(tmp_path / "r.mcap")
    got = query.run(str(tmp_path / "r.mcap"), "SELECT z1 FROM detections JOIN scans USING (sensor, seq) WHERE seq = 2 ORDER BY z1")
    assert [r[0] for r in got.rows] == (z[:, 1] + 2).tolist()
    assert query.run(str(tmp_path / "r.mcap"), "SELECT battery, count(*) FROM shots GROUP BY ALL").rows == [("north", 3)]
    assert query.run(str(tmp_path / "r.mcap"), "SELECT name, pd FROM sensors").rows == [("r1", 0.9)]
    assert query.run(str(tmp_path / "r.mcap"), "SELECT * FROM outcomes").rows == []


def test_a_name_with_a_dot_wants_double_quotes(tmp_path: Path) -> None:
    with duckdb.connect() as c:
        c.execute(f"""COPY (SELECT 3 AS "engagement.leaked") TO '{tmp_path / "a.parquet"}' (FORMAT parquet)""")
    with pytest.raises(BadOption, match=r'stands in double quotes: "engagement\.leaked"'):
        query.run(str(tmp_path / "a.parquet"), "SELECT avg(engagement.leaked) FROM t")
    with pytest.raises(BadOption, match=r"t\)$"):
        query.run(str(tmp_path / "a.parquet"), 'SELECT avg("engagement.leaked") FROM nothing')
    assert query.run(str(tmp_path / "a.parquet"), 'SELECT avg("engagement.leaked") FROM t').rows == [(3.0,)]


def test_mistakes_are_told_and_other_files_stay_closed(tmp_path: Path) -> None:
    parquet(tmp_path / "a.parquet")
    parquet(tmp_path / "other.parquet")
    with pytest.raises(BadOption, match=r"tables of .*: t\)"):
        query.run(str(tmp_path / "a.parquet"), "SELECT * FROM nothing")
    with pytest.raises(BadOption):
        query.run(str(tmp_path / "a.parquet"), f"SELECT * FROM read_parquet('{tmp_path / 'other.parquet'}')")
    with pytest.raises(BadFile, match="is no study's folder"):
        query.run(str(tmp_path), "SELECT * FROM other")
    with pytest.raises(BadOption, match="COPY is refused: a query only reads"):
        query.run(str(tmp_path / "a.parquet"), f"COPY t TO '{tmp_path / 'out.csv'}'")
    with pytest.raises(BadFile, match="no such file or folder"):
        query.run(str(tmp_path / "none"), None)
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadFile, match="holds no tables"):
        query.run(str(tmp_path / "empty"), None)
    (tmp_path / "bad.parquet").write_bytes(b"no table")
    with pytest.raises(BadFile, match="cannot be read as a table"):
        query.run(str(tmp_path / "bad.parquet"), None)


@pytest.mark.parametrize("statement", ["DELETE FROM t", "SELECT 1; DROP TABLE t", "INSERT INTO t VALUES (1, 'x') RETURNING *", ""])
def test_a_statement_that_would_change_a_table_is_refused_and_says_so(tmp_path: Path, statement: str) -> None:
    parquet(tmp_path / "a.parquet")
    with pytest.raises(BadOption, match=r"nothing was changed|no statement") as told:
        query.run(str(tmp_path / "a.parquet"), statement or "-- nothing")
    assert "SELECT * FROM t LIMIT 5" in str(told.value)


def test_two_statements_are_refused_for_one_answer_would_be_lost(tmp_path: Path) -> None:
    parquet(tmp_path / "a.parquet")
    with pytest.raises(BadOption, match="2 statements; give one"):
        query.run(str(tmp_path / "a.parquet"), "SELECT 1; SELECT 2")
    assert query.run(str(tmp_path / "a.parquet"), "SELECT ';' ;").rows == [(";",)]


@pytest.mark.parametrize(
    "statement", ["FROM t", "WITH a AS (SELECT 1 AS x) SELECT * FROM a", "SUMMARIZE t", "PIVOT t ON word USING sum(k)"]
)
def test_whatever_only_reads_is_answered(tmp_path: Path, statement: str) -> None:
    parquet(tmp_path / "a.parquet")
    assert query.run(str(tmp_path / "a.parquet"), statement).rows
