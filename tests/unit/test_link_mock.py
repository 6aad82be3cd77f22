"""MockLink against the closed form of a queue, and its counting."""

from __future__ import annotations

import numpy as np
import pytest

from cupola.core.batches import FEATURES, Scan
from cupola.core.wire import DETECTION_BYTES, SCAN_BYTES
from cupola.link import mock
from cupola.link.spec import LinkSpec

BYTES = SCAN_BYTES + 10 * DETECTION_BYTES  # of a scan as made here


def scan(seq: int, t: float, m: int = 10, sensor: int = 0) -> Scan:
    return Scan(sensor, seq, t, np.zeros(3), np.eye(3), np.zeros((m, 3)), np.ones((m, 3)), np.zeros((m, len(FEATURES)), np.float32))


def run(spec: LinkSpec, n: int = 50, seed: int = 1, m: int = 10):
    state, arrivals = mock.start([spec], ["a"], seed), []
    for k in range(n * 4):
        now = float(k)
        state, out = mock.step(state, [scan(k, now, m)] if k < n else [], now)
        arrivals += [(now, s.seq) for s in out]
    return state, arrivals


def test_ideal_link_delivers_in_the_same_step() -> None:
    state, arrivals = run(LinkSpec("l", ("a",)))
    assert arrivals == [(float(k), k) for k in range(50)]
    assert mock.summary(state, 200.0)[0]["age_s"] == {"p50": 0.0, "p99": 0.0}


def test_delay_moves_every_arrival() -> None:
    _, arrivals = run(LinkSpec("l", ("a",), delay_s=2.5))
    assert arrivals == [(k + 3.0, k) for k in range(50)]


def test_rate_queues_and_then_drops_with_a_count() -> None:
    bits = BYTES * 8
    state, arrivals = run(LinkSpec("l", ("a",), capacity_kbps=bits / 2e3, buffer_s=5.0))  # takes 2 s a scan
    row = mock.summary(state, 50.0)[0]
    assert len(arrivals) + row["lost"] == 50
    assert row["lost"] > 15
    assert row["age_s"]["p99"] <= 5.0 + 2.0 + 1e-9


def test_loss_is_binomial_and_counted() -> None:
    state, arrivals = run(LinkSpec("l", ("a",), loss=0.3), n=400)
    lost = mock.summary(state, 400.0)[0]["lost"]
    assert lost + len(arrivals) == 400
    assert abs(lost - 120) < 4 * np.sqrt(400 * 0.3 * 0.7)


def test_outage_drops_exactly_its_scans() -> None:
    state, arrivals = run(LinkSpec("l", ("a",), outage=((10.0, 20.0),)))
    assert {k for _, k in arrivals} == set(range(50)) - set(range(10, 20))
    assert mock.summary(state, 50.0)[0]["lost"] == 10


def test_what_never_arrives_is_counted() -> None:
    state, arrivals = run(LinkSpec("l", ("a",), delay_s=1e3))
    assert arrivals == []
    assert mock.summary(state, 50.0)[0]["under_way"] == 50


def test_a_sensor_without_link_is_direct() -> None:
    state = mock.start([LinkSpec("l", ("a",), delay_s=9.0)], ["a", "b"], 1)
    state, out = mock.step(state, [scan(0, 0.0, sensor=0), scan(0, 0.0, sensor=1)], 0.0)
    assert [s.sensor for s in out] == [1]


def test_links_do_not_share_randomness() -> None:
    both = mock.start([LinkSpec("l", ("a",), loss=0.5), LinkSpec("m", ("b",), loss=0.5)], ["a", "b"], 1)
    alone = mock.start([LinkSpec("l", ("a",), loss=0.5)], ["a"], 1)
    kept_both, kept_alone = [], []
    for k in range(40):
        both, out = mock.step(both, [scan(k, float(k), sensor=1), scan(k, float(k), sensor=0)], float(k))
        kept_both += [s.seq for s in out if s.sensor == 0]
        alone, out = mock.step(alone, [scan(k, float(k))], float(k))
        kept_alone += [s.seq for s in out]
    assert kept_both == kept_alone
    assert 5 < len(kept_alone) < 35


@pytest.mark.parametrize("seed", [1, 2])
def test_same_seed_same_arrivals(seed: int) -> None:
    spec = LinkSpec("l", ("a",), loss=0.2, delay_s=0.3, capacity_kbps=50.0)
    assert run(spec, seed=seed)[1] == run(spec, seed=seed)[1]


@pytest.mark.parametrize("share", [0.25, 0.5, 0.85])
def test_less_capacity_means_older_and_fewer_by_the_closed_form(share: float) -> None:
    """A deterministic queue: one scan a second, served in 1/share s, waits (1/share - 1) s longer each until the buffer is full."""
    n, buffer = 200, 5.0
    service = 1.0 / share
    state, arrivals = run(LinkSpec("l", ("a",), capacity_kbps=BYTES * 8e-3 * share, buffer_s=buffer), n)
    sent, free = [], 0.0
    for k in range(n):
        if max(free, k) - k <= buffer:
            free = max(free, float(k)) + service
            sent.append((k, free))
    assert [k for _, k in arrivals] == [k for k, _ in sent]
    (ages,) = mock.ages(state)
    np.testing.assert_allclose(ages, [t - k for k, t in sent], atol=1e-6)
    row = mock.summary(state, float(n))[0]
    assert row["lost"] == n - len(sent)
    assert row["used_kbps"] <= row["capacity_kbps"] * (1 + (buffer + service) / n)


def test_half_the_capacity_never_helps() -> None:
    """Age and loss against capacity, each halved: no number gets better."""
    rate = BYTES * 8e-3
    rows = [mock.summary(run(LinkSpec("l", ("a",), capacity_kbps=rate * c))[0], 50.0)[0] for c in (4.0, 2.0, 1.0, 0.5, 0.25)]
    ages, lost = [r["age_s"]["p50"] for r in rows], [r["lost"] for r in rows]
    assert ages == sorted(ages)
    assert lost == sorted(lost)
    assert ages[-1] > 10 * ages[0]
    assert lost[-1] > lost[-2] > lost[0] == 0


def test_nothing_is_lost_without_a_count() -> None:
    state, arrivals = run(LinkSpec("l", ("a",), capacity_kbps=4.0, loss=0.2, delay_s=1.3, outage=((5.0, 9.0),)))
    c = state.table[0]
    assert c["offered"] == 50 == len(arrivals) + c["lost"] + c["dropped"] + len(state.flying)
