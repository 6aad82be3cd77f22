"""Where the chain broke: each link broken alone, and the counts of a whole fight."""

from dataclasses import replace

import exercise
import numpy as np
import pytest
from scipy.spatial import cKDTree
from skirmish import Raid, fight

from cupola.catalog import defence
from cupola.core.batches import CLASSES, Picture, Shots, Tracks
from cupola.core.randoms import stream
from cupola.run import chain
from cupola.run.price import Money
from cupola.truth.frame import TruthFrame
from cupola.truth.kill import WHYS, Hits
from cupola.truth.world import Impacts

D = np.deg2rad
WARHEAD = CLASSES.index("warhead")
THREAT = Money(6e6, 2e6, 12e6)


@pytest.fixture(scope="module")
def body():
    x = exercise.lob(D(40), D(127), D(38), D(132))[None]
    return x, exercise.ground(x, 0.0, np.array([8000.0]))


@pytest.fixture(scope="module")
def battery(body):
    return defence.battery("arrow", "arrow3", body[1][0, 0], body[1][0, 1] + 0.01, magazine=4)


def frame(body, t=0.0):
    one, zero = np.array([42], dtype=np.int64), np.zeros(1)
    return TruthFrame(t, one, body[0], np.array([WARHEAD]), np.array([7]), zero.astype(bool), zero, zero, zero, np.array([8000.0]))


def picture(body, sigma=(30.0, 1.0), alert=0.0, belief=1.0, off=0.0, impact=None, t=0.0):
    x = body[0] + np.array([0.0, 0.0, off, 0.0, 0.0, 0.0])
    made = exercise.picture(
        exercise.tracks(x, 0.0, sigma, np.array([5])), np.array([belief]), alert, body[1] if impact is None else impact
    )
    return replace(made, t=t)


def empty_picture():
    none = Tracks.empty()
    return Picture(0.0, none, np.empty((0, 5)), np.empty(0), np.empty(0, np.int64), np.empty((0, 3)), np.empty((0, 3)))


def shot(n=1):
    i, z = np.arange(n), np.zeros(n)
    return Shots(i, np.zeros(n, np.int64), np.full(n, 5), z, z + 100.0, np.zeros((n, 3)))


def hits(obj, why, n=1):
    i = np.arange(n)
    return Hits(i, np.zeros(n, np.int64), np.full(n, 100.0), np.full(n, obj), np.full(n, WARHEAD), np.zeros(n), np.full(n, why))


def judged(battery, body, shown=None, seen=True, doctrine=None, batteries=None, shots=None, met=None, fell=True, down=(0.0, 0.0)):
    """The row of the one warhead after such a history."""
    doctrine = doctrine or defence.Doctrine(decision=0.0)
    ledger = chain.start((battery,) if batteries is None else batteries, doctrine)
    ledger = chain.note_seen(ledger, frame(body), np.array([42 if seen else -1]))
    if shown is not None:
        ledger = chain.note_picture(ledger, frame(body), shown)
        if shots is not None:
            ledger = chain.note_shots(ledger, frame(body), shown, shots)
    landed = np.array([42] if fell else [], dtype=np.int64)
    at = np.zeros(len(landed))
    fallen = Impacts(landed, landed, np.full(len(landed), WARHEAD), at + 380.0, at + down[0], at + down[1])
    report = chain.conclude(ledger, met or Hits.empty(), fallen, THREAT)
    assert len(report.rows) == 1
    return report.rows[0] | {"summary": report.summary, "chain": report.chain}


def test_each_link_broken_alone(body, battery):
    far = (defence.Area("far", 0.0, 0.0, 1e4, 1.0),)
    gliding = picture(body)
    gliding = replace(gliding, tracks=replace(gliding.tracks, mode=np.array([3], dtype=np.uint8)))
    distant = defence.battery("distant", "pac3-mse", 0.0, 0.0)
    empty = replace(battery, magazine=0)
    cases = {
        "not detected": {"seen": False},
        "not tracked": {"shown": empty_picture()},
        "not called a warhead": {"shown": picture(body, belief=0.1)},
        "not in ballistic flight": {"shown": gliding},
        "impact not in a defended area": {"shown": picture(body), "doctrine": defence.Doctrine(areas=far)},
        "no alert": {"shown": picture(body, alert=None)},
        "not released in time": {"shown": picture(body), "doctrine": defence.Doctrine(decision=60.0)},
        "out of reach": {"shown": picture(body), "batteries": (distant,)},
        "tracked too poorly": {"shown": picture(body, sigma=(9e3, 200.0))},
        "no round left": {"shown": picture(body), "batteries": (empty,)},
        "not engaged": {"shown": picture(body)},
    }
    found = {name: judged(battery, body, **case)["broke"] for name, case in cases.items()}
    assert found == {name: name for name in cases}
    assert set(cases) == set(chain.BREAKS)


@pytest.mark.parametrize("why", [2, 3])
def test_an_engaged_leaker_says_what_the_round_did(body, battery, why):
    row = judged(battery, body, picture(body), shots=shot(), met=hits(42, why))
    assert (row["fate"], row["broke"], row["rounds"]) == ("leaked", WHYS[why], 1)


def test_rounds_that_met_nothing_or_another_object(body, battery):
    assert judged(battery, body, picture(body), shots=shot(), met=hits(-1, 1))["broke"] == "nothing in reach"
    assert judged(battery, body, picture(body), shots=shot(), met=hits(77, 0))["broke"] == "round met another object"


def test_what_falls_where_nothing_is_defended_is_no_leaker(body, battery):
    near = defence.Doctrine(areas=(defence.Area("near", 0.5, 1.0, 1e5, 1.0),), decision=0.0)
    inside, beside = (judged(battery, body, doctrine=near, down=(0.5, 1.0 + off)) for off in (0.01, 0.03))
    assert (inside["fate"], inside["summary"]["leaked"], inside["summary"]["undefended"]) == ("leaked", 1, 0)
    assert (beside["fate"], beside["summary"]["leaked"], beside["summary"]["undefended"]) == ("undefended", 0, 1)
    assert beside["chain"] == {}
    assert judged(battery, body, fell=False)["summary"]["flying"] == 1


def test_a_kill_is_no_break(body, battery):
    row = judged(battery, body, picture(body), shots=shot(2), met=hits(42, 0), fell=False)
    assert (row["fate"], row["broke"], row["t"], row["chain"]) == ("killed", "", 100.0, {})
    assert row["summary"] == {
        "fired": 2, "killed": 1, "leaked": 0, "undefended": 0, "flying": 0, "inventory_left": 2, "cost_usd": 6e6,
        "cost_range_usd": [2 * battery.type.cost_lo, 2 * battery.type.cost_hi],
        "threat_cost_usd": 6e6, "threat_cost_range_usd": [2e6, 12e6],
    }  # fmt: skip


def test_a_track_farther_than_5_km_is_not_a_track_of_it(body, battery):
    assert judged(battery, body, picture(body, off=4.9e3))["broke"] == "not engaged"
    assert judged(battery, body, picture(body, off=5.1e3))["broke"] == "not tracked"


def test_in_flight_updates_are_not_new_rounds(body, battery):
    ledger = chain.start((battery,), defence.Doctrine())
    for _ in range(3):
        ledger = chain.note_shots(ledger, frame(body), picture(body), shot(2))
    assert ledger.fired.tolist() == [2]


def test_a_fight_adds_up(body):
    x = np.array([exercise.lob(D(40), D(127) + 0.003 * i, D(38), D(132)) for i in range(8)])
    lat, lon, _ = body[1][0]
    batteries = (
        defence.battery("t", "thaad", lat, lon, magazine=5),
        defence.battery("p", "pac3-mse", lat, lon + 0.003, magazine=2),
    )
    out = fight(Raid.warheads(x), batteries, defence.Doctrine(decision=0.0), seed=4, sigma=(30.0, 1.0), tick=2.0)
    s = out.report.summary
    assert s["killed"] + s["leaked"] == 8
    assert s["fired"] + s["inventory_left"] == 7
    assert sum(out.report.chain.values()) == s["leaked"]
    assert s["cost_usd"] == out.report.cost.usd > 0
    assert out.defence.fired == s["fired"] == len(out.hits)
    times = [[r[k] for k in chain.STEPS if r[k] is not None] for r in out.report.rows]
    assert all(t == sorted(t) for t in times)
    again = fight(Raid.warheads(x), batteries, defence.Doctrine(decision=0.0), seed=4, sigma=(30.0, 1.0), tick=2.0)
    assert again.report == out.report


def test_the_order_of_batteries_leaves_the_outcome(body):
    x = np.array([exercise.lob(D(40), D(127) + 0.003 * i, D(38), D(132)) for i in range(6)])
    lat, lon, _ = body[1][0]
    batteries = (
        defence.battery("t", "thaad", lat, lon, magazine=4),
        defence.battery("p", "pac3-mse", lat, lon + 0.003, magazine=3),
    )
    one, two = (
        fight(Raid.warheads(x), b, defence.Doctrine(decision=0.0), seed=5, sigma=(30.0, 1.0), tick=2.0).report
        for b in (batteries, batteries[::-1])
    )
    assert one == two


def test_nearest_track_is_that_of_a_tree() -> None:
    rng = stream(1, "nearest")
    x, of = rng.uniform(0.0, 4e4, (50, 6)), rng.uniform(0.0, 4e4, (80, 6))
    rows, got = np.arange(0, 50, 2), np.empty(25, np.int64)
    chain._nearest(x, rows, of, got)
    gap, row = cKDTree(of[:, :3]).query(x[rows, :3], distance_upper_bound=chain.NEAR_M)
    wanted = np.where(np.isfinite(gap), row, -1)
    assert 0 < (wanted < 0).sum() < 25
    np.testing.assert_array_equal(got, wanted)
