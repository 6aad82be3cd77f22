"""The suite as a pure step: schedule, outage, bias, clutter, determinism, independence, refusals."""

from __future__ import annotations

import math
from dataclasses import fields, replace

import numpy as np
import pytest
from one_look import Look, each

from cupola.core.batches import SensorCard, select
from cupola.core.errors import BadScenario, Fault
from cupola.core.randoms import stream
from cupola.dynamics import frames
from cupola.observe import angles, position, radar
from cupola.sensors import suite as suites
from cupola.sensors.platform import Circle, Fixed, Geo, Orbit
from cupola.sensors.spec import SensorSpec
from cupola.truth.frame import TruthFrame

NAN = math.nan
FIELD = (0.03, 1.4, -math.pi, math.pi, 50e3, 4e6)
RADAR = SensorSpec("r", "radar", "ground", "A", Fixed(0.6, 0.1), 2.0, (3e-4, 3e-4, 20.0), FIELD, range_1m2=3e6, clutter=4.0)
SHIP = replace(
    RADAR, name="s", domain="sea", platform=Circle(0.7, 0.2, 40e3, 10.0), period=1.0, budget=100, range_cell=40.0, angle_cell=2e-3
)
EYE = SensorSpec(
    "e", "infrared", "space", "B", Geo(0.1), 1.0, (2e-5, 2e-5, NAN), (-0.16, 0.16, -0.16, 0.16, NAN, NAN),
    threshold=2e4, range_ref=3.6e7, clutter=6.0, angle_cell=3e-5,
)  # fmt: skip
LOW = replace(
    EYE, name="l", platform=Orbit(7.4e6, 1.0, 0.0, 0.5), limits=(-1.5, 1.5, -1.5, 1.5, NAN, NAN), warm_threshold=3.0, range_ref=2e6
)
REPORTS = SensorSpec(
    "p", "position", "ground", "C", Fixed(0.6, 0.1), 5.0, (30.0, 30.0, 50.0), (NAN, NAN, NAN, NAN, 0.0, 1.5e6), pd=0.97
)
ALL = [RADAR, SHIP, EYE, LOW, REPORTS]


def world(n: int = 300, t: float = 0.0) -> TruthFrame:
    g = stream(9, "world")
    x = np.zeros((n, 6))
    x[:, :3] = frames.ecef_from_geodetic(0.6 + 0.1 * g.normal(size=n), 0.1 + 0.1 * g.normal(size=n), g.uniform(1e4, 8e5, n))
    kind = g.integers(0, 5, n)
    return TruthFrame(
        t,
        np.cumsum(g.integers(1, 4, n)),
        x,
        kind,
        kind,
        kind == 0,
        10 ** g.normal(0, 1, n),
        np.full(n, 1e5),
        np.full(n, 30.0),
        np.full(n, 1e3),
    )


def run(specs, seed: int = 3, until: int = 6, f: TruthFrame | None = None) -> list[Look]:
    suite, out, f = suites.build(specs, 0, seed, 1.0), [], world() if f is None else f
    for t in range(until):
        suite, seen = suites.step(suite, replace(f, t=float(t)), float(t))
        out += each(seen)
    return out


def content(seen: Look) -> bytes:
    """Every byte of a scan but the sensor's index."""
    s = seen.scan
    parts = [np.array([s.seq, s.t, s.share]), s.position, s.axes, s.z, s.sigma, s.features, seen.origin]
    return b"".join(np.ascontiguousarray(p).tobytes() for p in parts)


def test_scans_come_when_they_are_due_and_are_numbered():
    seen = run([replace(RADAR, phase=1.0), EYE, REPORTS], until=7)
    times = {i: [(s.scan.seq, s.scan.t) for s in seen if s.scan.sensor == i] for i in range(3)}
    assert times == {0: [(0, 1.0), (1, 3.0), (2, 5.0)], 1: [(k, float(k)) for k in range(7)], 2: [(0, 0.0), (1, 5.0)]}
    assert [s.scan.sensor for s in seen if s.scan.t == 5.0] == [0, 1, 2]


def test_every_kind_sees_something_and_says_it_in_the_batch_s_shape():
    for s in run(ALL):
        m = len(s.origin)
        assert m > 0
        assert s.scan.z.shape == s.scan.sigma.shape == (m, 3)
        assert (s.scan.features.dtype, s.scan.features.shape) == (np.float32, (m, 2))
        angular = s.scan.sensor < 4
        assert np.all(np.abs(s.scan.z[:, 1]) <= math.pi) or not angular
        assert len(np.unique(s.origin[s.origin >= 0])) == (s.origin >= 0).sum()


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others():
    a, b, c = run(ALL), run(ALL), run(ALL, seed=4)
    assert [content(s) for s in a] == [content(s) for s in b]
    assert all(content(x) != content(y) for x, y in zip(a, c, strict=True))


@pytest.mark.parametrize("gone", range(len(ALL)))
def test_removing_a_sensor_changes_no_other(gone):
    rest = [s for i, s in enumerate(ALL) if i != gone]
    whole = [content(s) for s in run(ALL) if s.scan.sensor != gone]
    assert whole == [content(s) for s in run(rest)]


@pytest.mark.parametrize("number", range(len(ALL)))
def test_what_is_said_of_an_object_hangs_on_no_other(number):
    """Half of the world gone: where nobody was merged or kept waiting, the rest gives the same detections, clutter too."""
    spec, whole = replace(ALL[number], angle_cell=0.0, budget=math.inf), world()
    half = select(whole, np.arange(0, len(whole), 2))
    for a, b in zip(run([spec], f=whole), run([spec], f=half), strict=True):
        left = np.isin(a.origin, half.id) | (a.origin < 0)
        np.testing.assert_array_equal(a.origin[left], b.origin)
        np.testing.assert_array_equal(a.scan.z[left], b.scan.z)
        np.testing.assert_array_equal(a.scan.features[left], b.scan.features)


def test_the_order_of_detections_tells_nothing():
    """Within each scan: ids do not ascend, and clutter does not come last."""
    for s in run([EYE], until=3):
        true = s.origin >= 0
        assert not np.all(np.diff(s.origin[true]) > 0)
        assert true[-(~true).sum() :].any()


def test_an_outage_silences_and_the_numbering_waits():
    seen = run([replace(EYE, outages=((2.0, 4.0),))])
    assert [(s.scan.seq, s.scan.t) for s in seen] == [(0, 0.0), (1, 1.0), (2, 4.0), (3, 5.0)]


def test_a_bias_is_constant_and_the_card_does_not_tell():
    honest, biased = RADAR, replace(RADAR, bias=(1e-3, -2e-3, 150.0), bias_sigma=(1e-4, 1e-4, 10.0), outages=((90.0, 99.0),))
    a, b = suites.build([honest], 0, 3, 1.0), suites.build([biased], 0, 3, 1.0)
    assert a.cards[0].__class__ is SensorCard
    assert all(
        np.array_equal(getattr(a.cards[0], f.name), getattr(b.cards[0], f.name), equal_nan=f.name in ("sigma", "limits", "limb"))
        for f in fields(SensorCard)
    )
    with_bias, without = run([biased]), run([honest])
    for p, q in zip(with_bias, without, strict=True):
        d = p.scan.z - q.scan.z
        d[:, 1] = angles.wrap(d[:, 1])
        clutter = p.origin < 0
        np.testing.assert_allclose(d, np.tile(b.table["bias"][0], (len(d), 1)), atol=1e-9)
        assert clutter.any()
    assert not np.array_equal(b.table["bias"][0], np.array(biased.bias))


def test_drawn_biases_have_their_spread():
    specs = [replace(RADAR, name=f"r{i}", bias_sigma=(1e-4, 2e-4, 10.0)) for i in range(400)]
    got = suites.build(specs, 0, 1, 1.0).table["bias"] / [1e-4, 2e-4, 10.0]
    assert np.all(np.abs((got**2).mean(axis=0) - 1) < 4 * math.sqrt(2 / 400))


def test_clutter_has_its_mean_its_place_and_its_density():
    nobody = world(0)
    for spec, measured in ((RADAR, 3), (EYE, 2)):
        suite, places = suites.build([replace(spec, clutter=50.0, period=1.0)], 0, 2, 1.0), []
        for t in range(60):
            suite, told = suites.step(suite, nobody, float(t))
            (seen,) = each(told)
            assert np.all(seen.origin == -1)
            assert seen.scan.share == 1.0
            places.append(seen.scan.z)
        z = np.concatenate(places)[:, :measured]
        assert abs(len(z) - 3000) < 4 * math.sqrt(3000)
        lo, hi = np.array(spec.limits[::2])[:measured], np.array(spec.limits[1::2])[:measured]
        u = (z - lo) / (hi - lo)
        assert np.all(np.abs(u.mean(axis=0) - 0.5) < 4 * math.sqrt(1 / 12 / len(z)) + 1e-3)
        assert suite.cards[0].clutter * np.prod(hi - lo) == pytest.approx(50.0)


def test_position_reports_are_in_the_receiver_s_frame():
    f = world()
    (seen,) = run([REPORTS], until=1, f=f)
    row = {int(i): k for k, i in enumerate(f.id)}
    x = f.x[[row[int(i)] for i in seen.origin]]
    nees = ((seen.scan.z - position.h(x, seen.scan.position, seen.scan.axes)) / np.array(REPORTS.sigma)) ** 2
    assert np.all(np.abs(nees.mean(axis=0) - 1) < 4 * math.sqrt(2 / len(nees)))
    r = radar.h(f.x, seen.scan.position, seen.scan.axes)[:, 2]
    sight = frames.line_of_sight(seen.scan.position, f.x[:, :3]) & (r <= 1.5e6)
    assert set(seen.origin) <= set(f.id[sight])
    assert len(seen.origin) > 0.9 * sight.sum()


def test_an_empty_world_is_looked_at_in_silence():
    for s in run([replace(x, clutter=0.0) for x in ALL], f=world(0), until=2):
        assert len(s.origin) == 0
        assert s.scan.z.shape == (0, 3)


BAD = [
    ({"period": 1.5}, "period 1.5 s must be a positive multiple of the tick, 1 s"),
    ({"period": 0.0}, "period"),
    ({"phase": -1.0}, "phase"),
    ({"kind": "sonar"}, "kind 'sonar' is unknown; use one of radar, infrared, position"),
    ({"domain": "moon"}, "domain 'moon'"),
    ({"pd": 1.0}, "pd and pfa"),
    ({"pfa": 0.0}, "pd and pfa"),
    ({"sigma": (1e-4, 0.0, 20.0)}, "sigma"),
    ({"limits": (math.nan,) * 6}, "limits"),
    ({"limits": (0.5, 0.1, -1.0, 1.0, 0.0, 1e6)}, "each low must be below its high"),
    ({"limits": (3.0, 85.0, -1.0, 1.0, 0.0, 1e6)}, "elevations lie within"),
    ({"clutter": -1.0}, "clutter"),
    ({"budget": 0}, "budget"),
    ({"range_1m2": NAN}, "range_1m2"),
    ({"angle_cell": -1.0}, "cells"),
    ({"outages": ((5.0, 5.0),)}, "outages"),
    ({"platform": Fixed(35.0, 100.0)}, "platform"),
    ({"platform": Orbit(6e6, 0.0, 0.0, 0.0)}, "platform"),
]


@pytest.mark.parametrize(("change", "said"), BAD, ids=[str(c) for c, _ in BAD])
def test_bad_numbers_are_refused_with_name_and_field(change, said):
    with pytest.raises(BadScenario, match="sensor r: ") as e:
        suites.build([replace(RADAR, **change)], 0, 1, 1.0)
    assert said in str(e.value)


def test_an_infrared_sensor_needs_a_threshold_and_its_range():
    with pytest.raises(BadScenario, match="at least one"):
        suites.build([replace(EYE, threshold=NAN)], 0, 1, 1.0)
    with pytest.raises(BadScenario, match="range_ref"):
        suites.build([replace(EYE, range_ref=NAN)], 0, 1, 1.0)
    with pytest.raises(BadScenario, match="clutter of position reports"):
        suites.build([replace(REPORTS, clutter=1.0)], 0, 1, 1.0)


def test_a_name_used_twice_is_refused():
    with pytest.raises(BadScenario, match="'r' is used twice"):
        suites.build([RADAR, replace(EYE, name="r")], 0, 1, 1.0)


def test_a_time_between_ticks_is_a_fault():
    with pytest.raises(Fault, match="no multiple of the tick"):
        suites.step(suites.build([RADAR], 0, 1, 1.0), world(), 0.4)
