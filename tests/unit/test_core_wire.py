"""Batches survive the way to bytes and back; broken bytes are refused with a clear word."""

from __future__ import annotations

import contextlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cupola.core import columns, wire
from cupola.core.batches import Alert, Outcomes, Picture, Scan, Shots, Tracks
from cupola.core.errors import BadFile


def scans(seed: int, sizes: list[int]) -> list[Scan]:
    g = np.random.default_rng(seed)
    return [
        Scan(k, k + 1, 0.1 * k, *(g.normal(size=s) for s in (3, (3, 3), (m, 3), (m, 3))), g.random((m, 2), np.float32), 0.5)
        for k, m in enumerate(sizes)
    ]  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1000), st.lists(st.integers(0, 5), max_size=4))
def test_scans_round_trip(seed: int, sizes: list[int]) -> None:
    given_scans = scans(seed, sizes)
    now, back = wire.scans_from_bytes(wire.scans_to_bytes(7.5, given_scans))
    assert now == 7.5
    assert len(back) == len(given_scans)
    for a, b in zip(given_scans, back, strict=True):
        assert (a.sensor, a.seq, a.t, a.share) == (b.sensor, b.seq, b.t, b.share)
        for name in ("position", "axes", "z", "sigma", "features"):
            np.testing.assert_array_equal(getattr(a, name), getattr(b, name))


def test_size_said_is_size_sent() -> None:
    one = wire.scans_to_bytes(0.0, scans(1, [100]))
    two = wire.scans_to_bytes(0.0, scans(1, [100, 100]))
    assert abs(len(two) - len(one) - (wire.SCAN_BYTES + 100 * wire.DETECTION_BYTES)) <= 64


def test_shots_and_outcomes_round_trip() -> None:
    i = np.arange(3)
    shots = Shots(i, i, i, i * 1.0, i * 2.0, np.ones((3, 3)))
    now, back = wire.shots_from_bytes(wire.shots_to_bytes(1.0, shots))
    assert now == 1.0
    np.testing.assert_array_equal(back.aim, shots.aim)
    outcomes = Outcomes(i, i * 1.0, i > 1)
    np.testing.assert_array_equal(wire.outcomes_from_bytes(wire.outcomes_to_bytes(1.0, outcomes))[1].kill, i > 1)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 255))
def test_a_broken_byte_never_raises_anything_but_bad_file(at: int, value: int) -> None:
    data = bytearray(wire.scans_to_bytes(7.5, scans(1, [2])))
    data[at % len(data)] = value
    with contextlib.suppress(BadFile):
        wire.scans_from_bytes(bytes(data))


@pytest.mark.parametrize("cut", [0, 3, 7, 9, 60, -1, -9])
def test_truncation_names_the_offset(cut: int) -> None:
    data = wire.scans_to_bytes(7.5, scans(1, [2]))
    with pytest.raises(BadFile, match=r"offset|truncated"):
        wire.scans_from_bytes(data[:cut])


def test_objects_are_refused() -> None:
    with pytest.raises(ValueError, match="dtype"):
        columns.encode("x", 1, {}, {"a": np.array(["text"])})


def picture(n: int) -> Picture:
    g, i = np.random.default_rng(n), np.arange(n)
    tracks = Tracks(
        5.0, i, g.random((n, 6)), g.random((n, 6, 6)), i % 2 == 0, i.astype(np.uint8), g.random(n), g.random(n), i.astype(np.int32),
        i[:, None].astype(np.uint64), np.full((n, 2), np.nan), g.random(n), i - 1,
    )  # fmt: skip
    alerts = tuple(Alert(k, k, 1.0, 0.5, 0.1, 0.2, 900.0, 1.0, "icbm", 0.9) for k in range(2))
    return Picture(5.0, tracks, g.random((n, 5)), g.random(n), i, g.random((n, 3)), g.random((n, 3)), alerts, alerts[1:])


@pytest.mark.parametrize("n", [0, 7])
def test_picture_round_trip(n: int) -> None:
    given_picture = picture(n)
    back = wire.picture_from_bytes(wire.picture_to_bytes(given_picture))
    assert back.alerts == given_picture.alerts
    assert back.new_alerts == given_picture.new_alerts
    for name in wire.PICTURE_COLUMNS:
        np.testing.assert_array_equal(getattr(back, name), getattr(given_picture, name))
    for name in ("id", "x", "P", "confirmed", "mode", "sensors", "beta", "parent"):
        np.testing.assert_array_equal(getattr(back.tracks, name), getattr(given_picture.tracks, name))
