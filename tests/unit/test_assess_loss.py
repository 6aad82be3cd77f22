"""Satellites lost or lying. Oracles: every choice of the lost tried out on a small constellation, urns by enumeration."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cupola.assess.models import model
from cupola.assess.orbits import degradation, loss, tracking_layer
from cupola.assess.orbits import sizing as constellation
from cupola.assess.question import ask
from cupola.core.errors import BadOption

D = math.radians
PLANES, EACH, INC, BAND, ANGLE = 3, 4, D(55.0), (D(20.0), D(45.0)), D(40.0)
N = PLANES * EACH


def rows_and_satellites():
    """Which of the twelve satellites serve which place and moment, over all longitudes and a whole revolution."""
    out = []
    lats, lons = np.linspace(*BAND, loss.LATITUDES), np.linspace(0, 2 * np.pi, 72, endpoint=False)
    la, lo = (x.ravel() for x in np.meshgrid(lats, lons))
    places = np.stack([np.cos(la) * np.cos(lo), np.cos(la) * np.sin(lo), np.sin(la)], axis=1)
    for turn in np.linspace(0, 2 * np.pi, 48, endpoint=False):
        x = []
        for p, s in itertools.product(range(PLANES), range(EACH)):
            u, node = turn + 2 * np.pi * (s / EACH + p / N), 2 * np.pi * p / PLANES
            flat = np.array([np.cos(u), np.sin(u) * np.cos(INC), np.sin(u) * np.sin(INC)])
            turned = np.array([[np.cos(node), -np.sin(node), 0], [np.sin(node), np.cos(node), 0], [0, 0, 1]])
            x.append(turned @ flat)
        out.append(places @ np.array(x).T >= np.cos(ANGLE))
    return np.concatenate(out)


SEEN = rows_and_satellites()
SHARES = loss.in_reach(PLANES, EACH, INC, BAND, ANGLE)


def shares_of(*counts):
    return np.bincount(counts) / len(counts)


@pytest.mark.parametrize("angle", [8.0, 35.0, 88.0])
@pytest.mark.parametrize("inclination", [20.0, 64.0, 100.0])
@pytest.mark.parametrize("band", [(-80.0, -30.0), (-10.0, 50.0), (80.0, 80.0)])
def test_any_band_inclination_and_cap_against_a_grid_of_moments(angle, inclination, band):
    planes, each, inc = 5, 6, D(inclination)
    lats, lons = np.linspace(*np.radians(band), loss.LATITUDES), 2 * np.pi * (np.arange(48) + 0.5) / 48 / planes
    la, lo = (x.ravel() for x in np.meshgrid(lats, lons))
    places = np.stack([np.cos(la) * np.cos(lo), np.cos(la) * np.sin(lo), np.sin(la)], axis=1)
    plane, slot = np.divmod(np.arange(planes * each), each)
    node, counts = 2 * np.pi * plane / planes, []
    for turn in (np.arange(60) + 0.5) / 60 / each:
        u = 2 * np.pi * (turn + slot / each + plane / (planes * each))
        sky = [np.cos(u) * np.cos(node) - np.sin(u) * np.cos(inc) * np.sin(node),
               np.cos(u) * np.sin(node) + np.sin(u) * np.cos(inc) * np.cos(node), np.sin(u) * np.sin(inc)]  # fmt: skip
        counts.append((places @ np.array(sky) >= np.cos(D(angle))).sum(axis=1))
    own = loss.in_reach(planes, each, inc, tuple(np.radians(band)), D(angle))
    assert own.sum() == pytest.approx(1.0)
    want = np.bincount(np.concatenate(counts), minlength=len(own)) / np.concatenate(counts).size
    assert np.pad(own, (0, len(want) - len(own))) == pytest.approx(want, abs=0.02)


@pytest.mark.parametrize(("lost", "wanted"), [(0, 1), (7, 2), (30, 3), (53, 1), (54, 1)])
def test_what_is_left_is_the_tail_of_the_thinned_shares(lost, wanted):
    shares = loss.in_reach(6, 9, D(70.0), (D(30.0), D(50.0)), D(35.0))
    assert loss.enough_after(shares, 54, [lost], wanted) == pytest.approx(loss.after_loss(shares, 54, lost)[wanted:].sum())
    arrive = loss.after_cut(shares, lost / 54)[wanted:].sum()
    assert loss.enough_arrive(shares, [lost / 54], wanted) == pytest.approx(arrive)


def test_one_spacing_stands_for_all_places_and_times():
    whole = np.bincount(SEEN.sum(axis=1), minlength=N) / len(SEEN)
    part = np.pad(SHARES, (0, len(whole) - len(SHARES)))
    assert part == pytest.approx(whole, abs=0.02)
    assert part @ np.arange(len(part)) == pytest.approx(SEEN.sum(axis=1).mean(), rel=0.01)


@pytest.mark.parametrize("lost", [0, 1, 2, 3, 12])
@pytest.mark.parametrize("wanted", [1, 2])
def test_random_loss_is_the_mean_over_all_choices_and_worst_lies_below_all(lost, wanted):
    left = [
        (SEEN[:, [s for s in range(N) if s not in gone]].sum(axis=1) >= wanted).mean()
        for gone in itertools.combinations(range(N), lost)
    ]
    assert loss.enough_after(SHARES, N, lost, wanted) == pytest.approx(np.mean(left), abs=0.01)
    assert loss.enough_at_worst(SHARES, N, lost, wanted) <= min(left) + 0.01


def test_first_gap_is_the_thinnest_place():
    assert loss.first_gap(shares_of(5, 3, 4), 2) == 2
    assert loss.first_gap(shares_of(5, 1), 2) == 0
    thinnest = SEEN.sum(axis=1).min()
    assert loss.first_gap(SHARES, 1) == thinnest


@given(lost=st.integers(0, 53), planes=st.integers(2, 8), each=st.integers(7, 12))
@settings(max_examples=25)
def test_losing_more_never_helps_and_the_bound_is_a_bound(lost, planes, each):
    n = planes * each
    lost = min(lost, n - 1)
    shares = loss.in_reach(planes, each, D(70.0), (D(30.0), D(50.0)), D(35.0))
    for wanted in (1, 2):
        now, then = (loss.enough_after(shares, n, k, wanted) for k in (lost, lost + 1))
        assert then <= now + 1e-12
        assert loss.enough_at_worst(shares, n, lost, wanted) <= now + 1e-12
        assert 0.0 <= loss.enough_at_worst(shares, n, lost + 1, wanted) <= loss.enough_at_worst(shares, n, lost, wanted) + 1e-12


@pytest.mark.parametrize(("seen", "bad"), [(1, 1), (2, 1), (3, 1), (3, 2), (4, 2), (5, 2)])
def test_lies_by_enumeration(seen, bad):
    """Six satellites, ``bad`` of them lying: which of all choices spoil a place that ``seen`` of them watch."""
    choices = list(itertools.combinations(range(6), bad))
    liars = [sum(c < seen for c in choice) for choice in choices]
    voted = [k >= (math.ceil(seen / 2) if seen >= 3 else 1) for k in liars]
    shares = shares_of(seen)
    assert degradation.spoiled_share(shares, 6, bad, True) == pytest.approx(np.mean(voted))
    alone = [any(c < min(seen, 2) for c in choice) for choice in choices]
    assert degradation.spoiled_share(shares, 6, bad, False) == pytest.approx(np.mean(alone))


def test_no_liar_spoils_nothing_and_unseen_places_do_not_count():
    def spoiled(counts, bad, checked):
        return degradation.spoiled_share(shares_of(*counts), 6, bad, checked)

    assert spoiled([0, 3], 0, False) == 0.0
    assert spoiled([0, 0], 3, True) == 0.0
    assert spoiled([0, 3, 3], 2, True) == pytest.approx(spoiled([3], 2, True))


@pytest.mark.parametrize(("links", "routes", "lost"), [(6, 1, 2), (6, 2, 3), (5, 3, 2), (5, 3, 5)])
def test_links_by_enumeration(links, routes, lost):
    """A satellite that uses the first ``routes`` links: the share of all choices of the lost that take every one of them."""
    choices = list(itertools.combinations(range(links), lost))
    assert loss.cut_off(links, routes, lost) == pytest.approx(np.mean([set(range(routes)) <= set(c) for c in choices]))


def test_shares_stay_shares_and_thin_as_they_should():
    shares = shares_of(0, 2, 2, 5)
    for thinner in (loss.after_loss(shares, 10, 4), loss.after_cut(shares, 0.4)):
        assert thinner.sum() == pytest.approx(1.0)
        assert thinner @ np.arange(6) == pytest.approx(0.6 * shares @ np.arange(6))
    assert loss.after_cut(shares, 0.0) == pytest.approx(shares)
    assert loss.after_cut(shares, 1.0)[0] == pytest.approx(1.0)


def test_more_ways_down_bear_more_lost_links():
    question = model("degradation")
    arrived = [ask(question, {"routes": r, "links_lost": 3})["stereo_cut"] for r in (1, 2, 3)]
    assert arrived == sorted(arrived)
    assert arrived[0] < arrived[-1]
    assert ask(question, {"links_lost": 6, "lost": 0})["leak_now"] == pytest.approx(1.0)


def test_leakage_of_poor_and_spoiled_tracks_by_hand():
    """Of 0.8 in stereo half are false: 0.4 are good, so 0.6 fail in common, on half of the tracks; then 0.2 of 0.5 x 0.5 leak."""
    given = {"dependence": 0.5, "layer_efficiency": 0.5, "layers": 2, "common_mode": 0.2}
    assert degradation.leak(given, 0.8, 0.5) == pytest.approx(1.0 - 0.8 * 0.7 * 0.75)


def test_leakage_without_losses_is_the_closed_form_and_checks_pay():
    question = model("degradation")
    well = ask(question, {"lost": 0, "subverted": 0})
    assert well["leak_now"] == pytest.approx(0.05 + 0.95 * 0.3**3)
    bad = ask(question, {"subverted": 6})
    assert bad["leak"] < bad["leak_checked"] < bad["leak_subverted"]
    unchecked = ask(question, {"lost": 0, "subverted": 6, "cross_check": False})
    assert unchecked["leak_now"] == pytest.approx(bad["leak_subverted"])
    assert ask(question, {"subverted": 6, "dependence": 0.0})["leak_now"] == pytest.approx(well["leak_now"])


def test_redundancy_and_replacement_buy_coverage_back():
    r = ask(model("degradation"), {"per_plane": 5, "lost": 4})
    assert r["stereo_worst"] < r["stereo_random"] < r["stereo_year"] < r["stereo"]
    assert r["extra"] in {6, 12, 24, 48}
    assert r["extra_musd"] == 50.0 * r["extra"]
    more = ask(model("degradation"), {"per_plane": 5 + r["extra"] // 6, "lost": 4})
    assert more["stereo_random"] >= r["stereo"] - 1e-3
    assert ask(model("degradation"), {"lost": 0})["extra"] == 0
    assert r["replace_musd"] == 4 * 50.0


def test_horizon_and_reach_angles():
    limb = tracking_layer.limb_angle(1200e3, 100e3, 100e3)
    assert limb == pytest.approx(math.acos((6378137.0 + 100e3) / (6378137.0 + 1200e3)))
    seen = tracking_layer.view(1200e3, 300e3, 100e3, math.inf, cold_sky=False)
    assert seen.farthest == tracking_layer.limb_angle(1200e3, 300e3, 100e3) > limb
    psi = constellation.reach_angle(300e3, 200e3, 597.63e3)
    assert psi > constellation.reach_angle(300e3, 200e3, 300e3)
    assert 2.0 / (1.0 - math.cos(psi)) == pytest.approx(498.57, rel=0.02)  # the uniform algebra's ratio for the same reach
    with pytest.raises(BadOption, match="beyond the horizon"):
        constellation.reach_angle(300e3, 200e3, 4000e3)


@pytest.mark.parametrize("name", ["degradation", "degradation-interceptors"])
def test_a_band_upside_down_is_refused(name):
    with pytest.raises(BadOption, match="give the lower one first"):
        ask(model(name), {"lat_lo_deg": 50.0, "lat_hi_deg": 40.0})


@pytest.mark.parametrize("name", ["degradation", "degradation-interceptors"])
def test_the_largest_constellation_is_worked_out_on_small_arrays(name, monkeypatch):
    """What keeps an answer fit for a slider: few calls on arrays that stay small."""
    m, sizes = model(name), []
    real = loss.hypergeometric_tail, loss.hypergeometric
    for of, calls in zip(("hypergeometric_tail", "hypergeometric"), real, strict=True):

        def counted(*a, calls=calls):
            sizes.append(np.broadcast(*(np.asarray(x) for x in a)).size)
            return calls(*a)

        for where in (loss, degradation):
            monkeypatch.setattr(where, of, counted, raising=False)
    most = {i.name: i.hi for i in m.inputs if i.name in ("planes", "per_plane", "altitude_km", "wanted")}
    ask(m, most | ({"altitude_km": 400.0, "reach_km": 3000.0} if name == "degradation-interceptors" else {}))
    assert len(sizes) <= 20
    assert sum(sizes) < 1_000_000
