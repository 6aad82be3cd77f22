"""A change in a link is seen in the picture: raid-10 for two minutes, in process."""

from __future__ import annotations

from typing import Any

import pytest

from cupola import scenario
from cupola.run import summary, virtual


def run(overrides: dict[str, str]) -> dict[str, Any]:
    built = scenario.build(scenario.load("raid-10", overrides), 1)
    return summary.summarise(virtual.drive(built, 120.0), 1.0)


@pytest.fixture(scope="module")
def as_built() -> dict[str, Any]:
    return run({})


def test_two_seconds_of_delay_make_alerts_later_and_the_picture_worse(as_built: dict[str, Any]) -> None:
    late = run({"links.*.delay_s": "2"})
    assert late["picture_hash"] != as_built["picture_hash"]
    assert late["picture"]["gospa_m"] > as_built["picture"]["gospa_m"]
    # sooner or later, the same launches: what is later is the alert, by about the added delay (1.5 to 1.9 s on ticks of 1 s)
    assert 1.0 <= late["alerts"]["latency_s"]["p50"] - as_built["alerts"]["latency_s"]["p50"] <= 3.0
    for a, b in zip(as_built["links"], late["links"], strict=True):
        assert b["age_s"]["p50"] > a["age_s"]["p50"]
        assert b["lost"] == a["lost"] == 0


def test_starved_links_lose_data_and_the_picture_shows_it(as_built: dict[str, Any]) -> None:
    full, half = (run({"links.*.capacity_kbps": c}) for c in ("4", "2"))
    for a, b in zip(full["links"], half["links"], strict=True):
        assert b["age_s"]["p50"] >= a["age_s"]["p50"]
        assert b["lost"] >= a["lost"]
    assert sum(r["lost"] for r in half["links"]) > sum(r["lost"] for r in full["links"]) > 0
    assert half["picture"]["gospa_m"] > full["picture"]["gospa_m"] > as_built["picture"]["gospa_m"]
    assert half["alerts"]["latency_s"]["p50"] > full["alerts"]["latency_s"]["p50"]
