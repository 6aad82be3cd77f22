import dataclasses
import math

import numpy as np
import pytest

from cupola import scenario
from cupola.core.batches import CLASSES, Shots
from cupola.core.errors import BadScenario
from cupola.scenario import sensing
from cupola.truth import world

QUICK = [n for n in scenario.names() if n != "raid-1000"]


def same(a, b):
    """Bit for bit, through records, tuples and arrays."""
    if isinstance(a, np.ndarray):
        return a.tobytes() == b.tobytes()
    if dataclasses.is_dataclass(a):
        return all(same(getattr(a, f.name), getattr(b, f.name)) for f in dataclasses.fields(a))
    if isinstance(a, tuple):
        return len(a) == len(b) and all(map(same, a, b))
    return a == b or (isinstance(a, float) and math.isnan(a) and math.isnan(b))


@pytest.mark.parametrize("name", QUICK)
def test_every_builtin_builds_and_steps(name):
    built = scenario.build(scenario.load(name))
    assert len(built.launches) == len(set(built.launches.number)) > 0
    assert built.priors.sum() == pytest.approx(1)
    assert built.citations
    sensors = {c.name for c in built.suite.cards}
    linked = [n for link in built.links for n in link.sensors]
    assert len(linked) == len(set(linked))
    assert set(linked) <= sensors
    _, out = world.step(built.world, Shots.empty(), 100.0)
    assert (np.diff(out.frame.id) > 0).all()
    assert np.isfinite(out.frame.x).all()
    assert len(out.frame) > 0


def test_raid_1000_is_as_large_as_promised():
    built = scenario.build(scenario.load("raid-1000"))
    assert len(built.launches) == 1000
    assert np.ptp(built.launches.t) <= 300
    assert {c.domain for c in built.suite.cards} == {"ground", "sea", "air", "space"}
    assert len(built.suite.cards) >= 30
    w, peak = built.world, 0
    for t in (500.0, 560.0, 620.0):
        w, out = world.step(w, Shots.empty(), t)
        peak = max(peak, len(out.frame))
    assert peak >= 20_000


def test_same_seed_same_bytes_other_seed_not():
    s = scenario.load("raid-10")
    a, b, c = (scenario.build(s, seed) for seed in (3, 3, 4))
    assert same(a.world.objects, b.world.objects)
    assert same(a.world.paths, b.world.paths)
    assert same(a.launches, b.launches)
    assert not same(a.world.objects, c.world.objects)
    assert not same(a.launches.t, c.launches.t)


def test_without_leaves_out_sensors_and_nothing_else():
    full = scenario.build(scenario.load("raid-10"), 1)
    less = scenario.build(scenario.load("raid-10", without=["sbirs-geo-f", "leo-0*"]), 1)
    gone = {c.name for c in full.suite.cards} - {c.name for c in less.suite.cards}
    assert gone == {"sbirs-geo-f", *(f"leo-{i:02d}" for i in range(1, 10))}
    assert same(full.world.objects, less.world.objects)
    with pytest.raises(BadScenario, match=r"without sbirs-geo-z: unknown sensor 'sbirs-geo-z'; did you mean"):
        scenario.build(scenario.load("raid-10", without=["sbirs-geo-z"]))


def test_a_target_out_of_reach_names_the_launch():
    s = scenario.load("raid-10", {"launches.0.missile": "scud-b"})
    with pytest.raises(BadScenario, match=r"launches\[0\]: range [\d,]+ km"):
        scenario.build(s)


def test_a_link_to_no_sensor_and_a_bad_doctrine_are_errors():
    with pytest.raises(BadScenario, match=r"links\[0\]\.sensors: unknown sensor 'sbrs-geo-f'"):
        scenario.build(scenario.load("raid-10", {"links.relay.sensors": "[sbrs-geo-f]"}))
    with pytest.raises(
        BadScenario, match=r"override defence\.doctrine: defence\.doctrine\.tresh: is no known key; did you mean 'thre"
    ):
        scenario.build(scenario.load("raid-10", {"defence.doctrine": "{tresh: 0.4}"}))


def test_sensor_changes_reach_the_specification():
    raw = "[{name: tpy2-shariki, bias: [100, 0, 5], outage: [[10, 20]], range_factor: 0.5}]"
    s = scenario.load("lofted-1", {"sensors": raw, "links": "[]"})
    spec = sensing.specs(s)[0]
    assert spec.bias == (pytest.approx(1e-4), 0.0, 5.0)
    assert spec.outages == ((10, 20),)
    assert spec.range_1m2 == pytest.approx(750e3)


def test_launch_table_agrees_with_the_objects():
    built = scenario.build(scenario.load("raid-10"))
    o, table = built.world.objects, built.launches
    assert (np.diff(table.t) >= 0).all()
    boosters = np.flatnonzero(o.parent < 0)
    assert o.launch[boosters].tolist() == list(table.number)
    assert np.allclose(o.birth[boosters], table.t)
    assert np.allclose(o.cut[boosters], table.burnout)
    warheads = np.bincount(o.launch[o.kind == CLASSES.index("warhead")], minlength=len(table))
    assert warheads.tolist() == list(table.warheads)


def test_bibliography_names_sources_and_how_they_are_known():
    rows = scenario.bibliography("lofted-1")
    assert "csis-mt" in {r["key"] for r in rows}
    assert all(r["text"] and r["status"] for r in rows)
    assert any(r["key"] == "core.constants.MU" for r in rows)
