"""A recording comes back as it was, also when its writer was killed at any byte."""

from __future__ import annotations

import dataclasses
import os
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from cupola.core import wire
from cupola.core.batches import FEATURES, Picture, Scan, SensorCard, Tracks
from cupola.core.errors import BadFile, BadOption
from cupola.record.player import read_head, read_ticks
from cupola.record.recorder import Recorder

CARD = SensorCard("r1", "radar", "ground", "open", np.array([1e-3, 1e-3, 20.0]), 0.9, 1e-9, np.full(6, np.nan))


META = {"scenario": "s", "seed": 3, "duration_s": 4.0, "priors": [0.2] * 5, "associator": "gnn", "version": "0"}


def scan(seq: int, m: int = 3) -> Scan:
    g = np.random.default_rng(seq)
    return Scan(
        0,
        seq,
        float(seq),
        g.normal(size=3),
        np.eye(3),
        g.normal(size=(m, 3)),
        np.ones((m, 3)),
        np.full((m, len(FEATURES)), np.nan, np.float32),
    )


def picture(t: float) -> Picture:
    e = np.empty
    return Picture(t, Tracks.empty(t), e((0, 5)), e(0), e(0, np.int64), e((0, 3)), e((0, 3)))


def write(path, ticks: int = 5) -> None:
    with Recorder(path, 1_700_000_000_000_000_000, [CARD], META) as r:
        for k in range(ticks):
            r.tick(float(k), [scan(k)], picture(float(k)), f"hash{k}", [{"kind": "alert", "k": k}])


def test_round_trip(tmp_path) -> None:
    path = tmp_path / "a.mcap"
    write(path)
    head, ticks = read_head(path), list(read_ticks(path))
    assert head.meta == META
    assert head.cards[0].name == "r1"
    assert np.isnan(head.cards[0].range_1m2)
    assert [t.digest for t in ticks] == [f"hash{k}" for k in range(5)]
    for k, tick in enumerate(ticks):
        np.testing.assert_array_equal(tick.scans[0].z, scan(k).z)
        assert tick.events == ({"kind": "alert", "k": k},)


def test_any_truncation_keeps_the_whole_ticks_before_it(tmp_path) -> None:
    path = tmp_path / "a.mcap"
    write(path, 6)
    data = path.read_bytes()
    seen = set()
    for cut in range(len(data) // 3, len(data), 97):
        short = tmp_path / "short.mcap"
        short.write_bytes(data[:cut])
        digests = [t.digest for t in read_ticks(short)]
        assert digests == [f"hash{k}" for k in range(len(digests))]
        seen.add(len(digests))
    assert max(seen) == 6
    assert len(seen) >= 3


def test_not_a_recording(tmp_path) -> None:
    path = tmp_path / "a.mcap"
    path.write_bytes(b"hello")
    with pytest.raises(BadFile, match="not an MCAP file"):
        read_head(path)
    with pytest.raises(BadFile, match="cannot be read"):
        read_head(tmp_path / "none.mcap")
    with pytest.raises(BadOption, match="existing folder"):
        Recorder(tmp_path / "no" / "a.mcap", 0, [], {})


def test_a_flipped_byte_is_refused_not_skipped(tmp_path) -> None:
    path = tmp_path / "a.mcap"
    write(path)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(BadFile, match=r"damaged"):
        list(read_ticks(path))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"format": 2, "version": "9.9"}, "format 2, written by Cupola 9.9; this one reads format 1"),
        ({"priors": None}, "lacks a sound priors"),
        ({"priors": ["x"]}, "lacks a sound priors"),
        ({"duration_s": "long"}, "lacks a sound duration_s"),
        ({"cards": 5}, "head cannot be read"),
        ({"cards": [5]}, "head cannot be read"),
        ({"cards": [{"name": "x"}]}, "missing"),
        ({"cards": [{"nme": "x"}]}, "unknown fields nme"),
        ({"epoch_ns": "noon"}, "head cannot be read"),
    ],
)
def test_a_head_that_cannot_be_used_is_said(tmp_path, change: dict, says: str) -> None:
    path = tmp_path / "a.mcap"
    with Recorder(path, 0, [CARD], META | change):
        pass
    with pytest.raises(BadFile, match=says) as e:
        read_head(path)
    assert str(path) in str(e.value)


def test_times_that_run_backwards_and_unknown_sensors_are_refused(tmp_path) -> None:
    for name, nows, sensor, says in (("a", (0.0, 2.0, 1.0), 0, "from 2 to 1 s"), ("b", (0.0,), 7, "sensor 7 is unknown")):
        with Recorder(tmp_path / name, 0, [CARD], META) as r:
            for now in nows:
                r.tick(now, [dataclasses.replace(scan(1), sensor=sensor)], picture(now), "hash", [])
        with pytest.raises(BadFile, match=says):
            list(read_ticks(tmp_path / name))


def test_a_full_disk_is_said_once_and_ends_the_recording() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    with pytest.raises(BadFile, match=r"/dev/full: cannot be written any further at t = 0 s \(No space left"):
        _write_full()


def _write_full() -> None:
    """The head goes to the null device; the first tick finds the disk full."""
    r = Recorder("/dev/null", 0, [CARD], META)
    os.dup2(os.open("/dev/full", os.O_WRONLY), r._file.fileno())
    r._path = "/dev/full"
    with r:
        r.tick(0.0, [scan(0)], picture(0.0), "hash", [])


def test_reading_holds_one_tick_at_a_time(tmp_path) -> None:
    """30 ticks of about 1 MB: the most that is held while reading is a few of them (raw chunk, message, columns)."""
    path, m = tmp_path / "a.mcap", 20_000
    with Recorder(path, 0, [CARD], META) as r:
        for k in range(30):
            r.tick(float(k), [scan(k, m)], picture(float(k)), f"hash{k}", [])
    tracemalloc.start()
    try:
        total = sum(len(t.scans[0].z) for t in read_ticks(path))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert total == 30 * m
    assert peak < 8 * m * wire.DETECTION_BYTES
