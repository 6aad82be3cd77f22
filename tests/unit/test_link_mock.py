"""MockLink against the closed form of a queue, and its counting."""

from __future__ import annotations

import numpy as np
import pytest

from cupola.core.batches import FEATURES, Scan
from cupola.link import mock
from cupola.link.spec import LinkSpec


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
    bits = mock.scan_bytes(scan(0, 0.0)) * 8
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
