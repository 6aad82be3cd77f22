"""A recording comes back as it was, also when its writer was killed at any byte."""

from __future__ import annotations

import numpy as np
import pytest

from cupola.core.batches import FEATURES, Picture, Scan, SensorCard, Tracks
from cupola.core.errors import BadFile, BadOption
from cupola.record.player import read_head, read_ticks
from cupola.record.recorder import Recorder

CARD = SensorCard("r1", "radar", "ground", "open", np.array([1e-3, 1e-3, 20.0]), 0.9, 1e-9, np.full(6, np.nan))


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
    with Recorder(path, 1_700_000_000_000_000_000, [CARD], {"seed": 3}) as r:
        for k in range(ticks):
            r.tick(float(k), [scan(k)], picture(float(k)), f"hash{k}", [{"kind": "alert", "k": k}])


def test_round_trip(tmp_path) -> None:
    path = tmp_path / "a.mcap"
    write(path)
    head, ticks = read_head(path), list(read_ticks(path))
    assert head.meta == {"seed": 3}
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
