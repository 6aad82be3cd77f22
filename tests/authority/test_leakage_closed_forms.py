"""Monte Carlo through the real defence and kill code against closed forms that others published.

Oracles: Wilkening 1998 (Kw = Pt [1 - (1-k)^n], as quoted by Yusufov 2026), the geometric series of shoot-look-shoot, layered
leakage with a common-mode term, rounds counted one object at a time. Intervals are 99 % normal intervals of the simulated share;
seeds were fixed before the first run and are not chosen.
"""

import math
from dataclasses import replace

import exercise
import numpy as np
import pytest
from scipy.stats import binomtest
from skirmish import Raid, fight

from cupola.assess.shield import leakage
from cupola.catalog import defence
from cupola.core.batches import CLASSES, DECOY, Shots
from cupola.dynamics import frames
from cupola.truth import kill

N = 600
CELLS = 32
D = np.deg2rad
PLAIN = defence.Doctrine(common_mode_belief=0.0, decision=0.0, salvo=1, last_salvo=1, assess=2.0, plan=1.0)
SURE = kill.KillModel(common_mode=0.0, draw_kill=False, report_kill=1.0, report_miss=1.0)


def within(count: int, n: int, p: float) -> bool:
    """Whether a simulated count agrees with probability p, exact binomial, at 99 % for all cells of this file together."""
    return binomtest(int(count), n, p).pvalue >= 0.01 / CELLS


def falling(n: int) -> np.ndarray:
    """``n`` bodies that fall straight down on the equator from about 90 km at 3 km/s, 2 km apart."""
    lon = np.arange(n) * 2e3 / 6.378e6
    up = frames.enu_axes(np.zeros(n), lon)[:, 2]
    x = np.concatenate([frames.ecef_from_geodetic(np.zeros(n), lon, 90e3), -3000.0 * up], axis=1)
    return frames.state_eci_from_ecef(x, 0.0)


def layer(name: str, low_km: float, k: float, rounds: int = 10**6) -> defence.Battery:
    """A layer that can meet every body once, in a band of 2.9 km (a second of fall): fast enough to be anywhere at once."""
    kind = replace(
        defence.interceptor_type("thaad"), name=name, burnout=1e9, burn=0.0, delay=0.0, mean_fraction=1.0, alt_min=low_km * 1e3,
        alt_max=low_km * 1e3 + 3.1e3, range_max=2e7, handover=500.0, kill=k, hits=0.0, trials=0.0,
    )  # fmt: skip
    return defence.Battery(name, kind, 0.0, D(1.0), 0.0, rounds, 10**6)


def shares(batteries, doctrine, model, seed, n=N):
    """Bodies that got past each layer, and rounds fired, in a fight of ``n``."""
    out = fight(Raid.warheads(falling(n)), batteries, doctrine, seed, model=model)
    met = out.hits.object[out.hits.why == 0]
    layer_of = {int(o): int(b) for o, b in zip(met, out.hits.battery[out.hits.why == 0], strict=True)}
    past = [n - sum(b <= j for b in layer_of.values()) for j in range(len(batteries))]
    assert out.report.summary["leaked"] == past[-1]
    assert out.report.summary["killed"] == n - past[-1]
    return past, out.report.summary["fired"]


@pytest.mark.parametrize(("k", "looks"), [(0.8, 2), (0.5, 4)])
def test_shoot_look_shoot_one_round_a_look(k, looks):
    batteries = tuple(layer(f"l{j}", 70.0 - 12.0 * j, k) for j in range(looks))
    past, fired = shares(batteries, PLAIN, SURE, seed=11)
    assert within(past[-1], N, (1 - k) ** looks)
    expected = (1 - (1 - k) ** looks) / k
    spread = math.sqrt(sum((2 * j + 1) * (1 - k) ** j for j in range(looks)) - expected**2)
    assert expected == pytest.approx({(0.8, 2): 1.20, (0.5, 4): 1.875}[k, looks])
    assert fired / N == pytest.approx(expected, abs=3.6 * spread / math.sqrt(N))


@pytest.mark.parametrize("common", [0.05, 0.2])
def test_a_body_saved_by_a_common_failure_draws_the_second_round_too(common):
    k = 0.7
    batteries = (layer("high", 70.0, k), layer("low", 58.0, k))
    _, fired = shares(batteries, PLAIN, replace(SURE, common_mode=common), seed=15)
    assert within(fired - N, N, common + (1 - common) * (1 - k))  # second rounds
    assert leakage.rounds_looking(2, k, 1, common) == pytest.approx(1 + common + (1 - common) * (1 - k))


@pytest.mark.parametrize(("n", "first"), [(5, 2), (3, 3), (4, 1)])
@pytest.mark.parametrize("common", [0.0, 0.3])
def test_rounds_with_one_look_are_those_of_draws(n, first, common):
    k, objects = 0.6, 40_000
    rng = np.random.default_rng(20)
    immune = rng.random(objects) < common
    hit = (rng.random((objects, first)) < k).any(axis=1) & ~immune
    rounds = np.where(hit, first, n)
    slack = 4.0 * rounds.std() / math.sqrt(objects)
    assert leakage.rounds_looking(n, k, first, common) == pytest.approx(rounds.mean(), abs=slack + 1e-12)


@pytest.mark.parametrize(("k", "n"), [(0.8, 2), (0.5, 4)])
def test_salvo_leaks_the_same_and_costs_more(k, n):
    past, fired = shares((layer("one", 60.0, k),), replace(PLAIN, last_salvo=n), SURE, seed=12)
    assert within(past[-1], N, (1 - k) ** n)
    assert fired == n * N


@pytest.mark.parametrize(("common", "published"), [(0.0, (0.240, 0.0625, 0.0081, 0.0016)), (0.05, (0.278, 0.109, 0.058, 0.052))])
@pytest.mark.parametrize("column", range(4))
def test_four_layers_with_and_without_common_failure(common, published, column):
    k = (0.3, 0.5, 0.7, 0.8)[column]
    expected = leakage.leakage([k] * 4, common)
    assert expected == pytest.approx(published[column], abs=6e-4)
    batteries = tuple(layer(f"l{j}", 70.0 - 12.0 * j, k) for j in range(4))
    past, _ = shares(batteries, PLAIN, replace(SURE, common_mode=common), seed=13)
    assert within(past[-1], N, expected)
    assert within(past[0], N, leakage.leakage([k], common))


@pytest.mark.parametrize(("pt", "published"), [(1.0, 0.9625), (0.95, 0.9144), (0.9, 0.8663)])
def test_wilkening(pt, published):
    assert leakage.kill_chance(4, 0.56, 1 - pt) == pytest.approx(published, abs=5e-5)
    past, _ = shares((layer("one", 60.0, 0.56),), replace(PLAIN, last_salvo=4), replace(SURE, common_mode=1 - pt), seed=14)
    assert within(N - past[-1], N, leakage.kill_chance(4, 0.56, 1 - pt))


def test_wilkening_rounds_for_a_raid_of_twenty():
    n = leakage.rounds_needed(20, 0.8, 0.70, 0.01)
    assert n == pytest.approx(5.654, abs=5e-4)
    assert round(20 * n) == 113
    assert round(20 * leakage.rounds_looking(n, 0.70, 2)) == 47


TABLE = {0.5: (5, 7, 8, 9, 10, 11, 15), 0.7: (3, 4, 5, 5, 6, 7, 9), 0.9: (2, 2, 3, 3, 3, 4, 5)}
SIZES = (1, 5, 10, 20, 50, 100, 1000)


def test_rounds_table():
    assert {k: tuple(math.ceil(leakage.rounds_needed(w, 0.95, k)) for w in SIZES) for k in TABLE} == TABLE


@pytest.mark.parametrize("k", sorted(TABLE))
@pytest.mark.parametrize("warheads", [5, 20])
def test_raid_annihilation_with_the_rounds_of_the_table(k, warheads):
    """P(no leaker) of many raids through ``settle``; each raid has bodies of its own."""
    raids = 600 // warheads * 2
    n = TABLE[k][SIZES.index(warheads)]
    battery, whole = layer("one", 60.0, k), 0
    x = falling(warheads)
    for r in range(raids):
        ids = np.repeat(np.arange(warheads), n)
        numbers = r * warheads * n + np.arange(warheads * n)
        z = np.zeros(len(ids))
        due = Shots(numbers, np.zeros(len(ids), np.int64), ids, z, z, x[ids, :3])
        out = kill.settle(0.0, x, np.full(warheads, CLASSES.index("warhead")), np.arange(warheads), due, (battery,), SURE, 15)
        whole += len(out.killed) == warheads
    assert within(whole, raids, (1 - (1 - k) ** n) ** warheads)


def test_common_failure_of_a_type_in_the_run_takes_the_whole_layer():
    model = replace(SURE, common_mode=0.5, scope="run")
    batteries = (layer("a", 70.0, 1.0), layer("b", 50.0, 1.0))
    fates = [tuple(p in {0, 40} for p in shares(batteries, PLAIN, model, seed, n=40)[0]) for seed in range(6)]
    assert all(all(f) for f in fates)


def test_one_more_round_never_hurts():
    """The same raid and luck with magazines one larger: expected kills over seeds do not fall."""
    killed = [
        sum(60 - shares((layer("one", 60.0, 0.5, rounds=m),), replace(PLAIN, last_salvo=2), SURE, s, n=60)[0][-1] for s in range(2))
        for m in (0, 30, 60, 120, 200)
    ]
    assert killed[0] == 0
    assert killed == sorted(killed)
    assert killed[-1] == killed[-2]


def test_undiscriminated_decoys_draw_rounds_like_warheads():
    """W* = W Pww + D Pdw, with beliefs on either side of the threshold."""
    n = 300
    x, rng = falling(n), np.random.default_rng(16)
    kinds = np.where(np.arange(n) < 100, CLASSES.index("warhead"), CLASSES.index("decoy"))
    called = np.where(np.arange(n) < 100, rng.random(n) < 0.9, rng.random(n) < 0.4)
    raid = Raid(x, np.full(n, 8000.0), kinds, np.where(called, 0.6, 0.05))
    out = fight(raid, (layer("one", 60.0, 1.0),), PLAIN, 17, model=SURE)
    assert out.report.summary["fired"] == called.sum()
    assert out.report.summary["killed"] == called[:100].sum()
    decoys = out.hits.object[(out.hits.why == kill.KILLED) & (out.hits.kind == DECOY)]
    assert len(np.unique(decoys)) == called[100:].sum()
    spread = math.sqrt(100 * 0.9 * 0.1 + 200 * 0.4 * 0.6)
    assert called.sum() == pytest.approx(leakage.effective_targets(100, 200, 0.9, 0.4), abs=2.576 * spread)


def test_the_made_up_raid_is_where_the_layers_expect_it():
    ground = exercise.ground(falling(3), 0.0, np.full(3, 8000.0))
    assert np.all((ground[:, 2] > 25.0) & (ground[:, 2] < 45.0))
