"""Sizing: what must hold whatever the numbers, and what the command says."""

import json
import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cupola.assess.models import model
from cupola.assess.orbits import (
    lattice_kernels,
    lattices,
    launchable,
    shell,
    shell_kernels,
    shell_mix,
    shell_plan,
    shell_search,
    sizing_orbits,
    sizing_text,
)
from cupola.assess.orbits import sizing as constellation
from cupola.assess.orbits import sizing_published as constellation_published
from cupola.assess.orbits import sizing_steps as constellation_steps
from cupola.assess.orbits.band import Band
from cupola.assess.orbits.sizing import Sizing
from cupola.assess.question import ask, checked, least
from cupola.assess.report import answer as report
from cupola.assess.report import words
from cupola.assess.shield import leakage
from cupola.cli import main

BOUND = model("sizing-bound")
FLYING = {"speed_km_s": st.floats(3, 8), "accel_g": st.floats(8, 30), "flyout_s": st.floats(80, 160)}


@settings(max_examples=25)
@given(st.fixed_dictionaries(FLYING), st.floats(1, 40), st.integers(1, 50))
def test_more_time_fewer_more_targets_more(flying, more, targets):
    base = flying | {"boost_s": 250.0, "targets": targets}
    here = ask(BOUND, base)
    assert ask(BOUND, base | {"flyout_s": flying["flyout_s"] + more})["bound"] < here["bound"]
    assert ask(BOUND, base | {"targets": targets + 1})["bound"] > here["bound"]
    here = ask(model("sizing-uniform"), base)
    assert ask(model("sizing-uniform"), base | {"flyout_s": flying["flyout_s"] + more})["bound"] < here["bound"]
    assert ask(model("sizing-uniform"), base | {"targets": targets + 1})["satellites"] > here["satellites"]


@settings(max_examples=8)
@given(st.floats(0, 80), st.floats(0, 8), st.floats(0.02, 0.12), st.integers(1, 6), st.sampled_from([0.5, 0.9, 0.99, 0.999]))
def test_no_design_is_below_the_bound(low, width, psi, wanted, availability):
    lo, hi = math.radians(low), math.radians(min(90.0, low + width))
    bound = shell.mixture_bound(lo, hi, psi)[0] * (wanted - (1.0 - availability))  # on average, with so small a shortfall
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shell_search, "BUDGET", 5e5)  # a hasty search: what it finds must do what it says all the same
        patch.setattr(shell_mix, "BUDGET", 1e5)
        patch.setattr(shell_mix, "PASSES", 1)
        patch.setattr(launchable, "few_planes", lambda *_, **__: [])
        found = shell_search.design(psi, lo, hi, wanted, availability)
    assert bound <= found.satellites * (1 + 1e-6)
    spread = shell_mix.distribution(found.shells, shell.latitudes(lo, hi, psi, 4), psi, wanted)
    assert spread[:, wanted].min() >= availability
    assert (spread @ (wanted - np.arange(wanted + 1.0))).max() <= 1.0 - availability
    assert shell.one_shell_bound(lo, hi, psi)[0] >= shell.mixture_bound(lo, hi, psi)[0] * (1 - 1e-4)


@settings(max_examples=40)
@given(
    st.floats(0.05, math.pi / 2),
    st.integers(1, 12),
    st.integers(1, 12),
    st.integers(0, 11),
    st.floats(0, math.pi / 2),
    st.floats(0.05, 2.5),
    st.sampled_from([0.0, 0.3, 0.9]),
)
@example(0.737, 3, 11, 0, 0.348, 2.368, 0.0)  # the cap is most of the sphere
@example(1.403, 9, 5, 2, 0.06, 2.14, 0.9)
def test_counts_are_those_of_brute_force(inc, planes, each, phasing, lat, psi, inner):
    """The steps along the orbit against every satellite's angle, on a grid of phases; of a cap, or of a ring around its middle."""
    near = inner * psi
    edges = math.cos(psi), math.cos(near)
    own = shell_kernels.histogram(inc, planes, each, phasing % planes, np.array([lat]), *edges, 8, 200)[0]
    mean, seen = float(own @ np.arange(200)), []
    point = np.array([math.cos(lat), 0.0, math.sin(lat)])
    p, q = np.meshgrid(np.arange(planes), np.arange(each), indexing="ij")
    for g in range(8):
        node = -math.pi / 2 + 2 * math.pi * (p + (g + 0.5) / 8) / planes
        for k in range(40):
            u = 2 * math.pi * ((q + (k + 0.5) / 40) / each + phasing % planes * p / (planes * each))
            x = np.cos(node) * np.cos(u) - np.sin(node) * np.sin(u) * math.cos(inc)
            dot = point[0] * x + point[2] * np.sin(u) * math.sin(inc)
            seen.append(int(((dot >= edges[0]) & (dot <= edges[1])).sum()))
    assert mean == pytest.approx(np.mean(seen), abs=0.05 + 0.03 * planes)
    assert own.sum() == pytest.approx(1.0)


@settings(max_examples=40)
@given(
    st.floats(0.05, math.pi / 2),
    st.integers(1, 300),
    st.integers(1, 12),
    st.integers(0, 299),
    st.floats(0, math.pi / 2),
    st.floats(0.02, 1.2),
)
@example(0.002, 60, 1, 7, 0.0, 0.05)  # an equatorial ring: the region goes all around
@example(1.5, 40, 3, 5, 1.55, 0.06)  # so does a pole's
def test_a_lattice_is_counted_as_its_shell(inc, planes, each, phasing, lat, psi):
    """Chords and lines of the shortest dual rows against the exact arcs of the planes: two cuts of the same torus."""
    s = shell.Shell(inc, planes, each, phasing % planes)
    exact = shell_kernels.histogram(inc, planes, each, s.phasing, np.array([lat]), math.cos(psi), 1.0, 64, 4000)[0]
    own = lattices.spread(s, np.array([lat]), psi, 3999, 64)[0]
    mean = float(exact @ np.arange(4000))
    assert own.sum() == pytest.approx(1.0)
    assert float(own @ np.arange(4000)) == pytest.approx(mean, rel=0.02, abs=0.02)
    assert lattice_kernels.pattern(lattices.dual(s)) == (planes, each, s.phasing)


def test_a_mix_of_shells_beats_one_where_many_are_wanted(monkeypatch):
    monkeypatch.setattr(launchable, "few_planes", lambda *_, **__: [])
    lo, hi = math.radians(39), math.radians(46)
    psi = 0.052
    found = shell_search.design(psi, lo, hi, 30, 0.999)
    assert len(found.shells) > 1
    assert found.satellites < shell_search.design(psi, lo, hi, 30, 0.999, shell.one_shell_bound(lo, hi, psi)[1]).satellites
    assert found.satellites >= 29.999 * shell.mixture_bound(lo, hi, psi)[0]


@pytest.mark.parametrize(("low", "high", "wanted", "inclination"), [(41, 41, 3, None), (41, 41, 3, 45), (39, 46, 8, None)])
def test_what_launches_can_fill_does_it_too(low, high, wanted, inclination):
    """Its planes are few and full, it is no smaller than the answer, and arcs find enough in reach at places between the nodes."""
    lo, hi, psi = math.radians(low), math.radians(high), 0.06
    found = shell_search.design(psi, lo, hi, wanted, 0.99, math.radians(inclination) if inclination else None)
    assert found.launchable
    assert all(s.planes <= launchable.PLANES and s.each >= launchable.EACH for s in found.launchable)
    assert found.satellites <= sum(s.satellites for s in found.launchable) < 1.15 * found.satellites
    spread = shell_mix.distribution(found.launchable, shell.latitudes(lo, hi, psi, 4), psi, wanted, 50)
    missing = wanted - np.arange(wanted + 1.0)
    assert (spread @ missing).max() <= 0.01 * 1.05  # other places than those it was counted at


def test_what_arcs_do_not_confirm_is_left_out():
    small, large = (shell.Shell(0.75, 30, 30, 1),), (shell.Shell(0.75, 60, 60, 1),)
    short = shell_mix.shortfall(small, Band(0.1, 0.7, 0.7, 6, 0.0))
    assert 0.0 < short < 6.0
    assert shell_search._confirmed([large, small], Band(0.1, 0.7, 0.7, 6, 1.01 * short)) == small
    assert shell_search._confirmed([large, small], Band(0.1, 0.7, 0.7, 6, 0.99 * short)) == large
    assert shell_search._confirmed([small], Band(0.1, 0.7, 0.7, 6, 0.99 * short)) == ()


def test_a_shell_that_the_others_leave_nothing_to_do_has_no_pattern():
    large, small = shell.Shell(0.75, 60, 60, 1), shell.Shell(0.70, 5, 5, 1)
    assert shell_mix.few_planes((small, large), Band(0.1, 0.65, 0.75, 1, 0.01)) == ()


@given(st.lists(st.floats(0.01, 1.0), min_size=2, max_size=9), st.floats(0.0, 1.0), st.data())
def test_no_shell_does_with_fewer_on_average_than_are_needed(drops, share, data):
    """Against any distribution with costs that fall ever more slowly."""
    cost = np.append(np.cumsum(sorted(drops))[::-1], 0.0)[None]
    allowed = share * cost[0, 0]
    needed = lattices.Duty(0.1, np.zeros(1), np.zeros(1), cost, cost, allowed).needed[0]
    chances = np.array(data.draw(st.lists(st.floats(0.0, 1.0), min_size=cost.size, max_size=cost.size).filter(any)))
    chances /= chances.sum()
    if chances @ cost[0] <= allowed:
        assert chances @ np.arange(cost.size) >= needed - 1e-9
    even = lattices.Duty(0.1, np.zeros(1), np.zeros(1), cost, cost, allowed + 1e-9).needed[0]
    below, part = int(even), even - int(even)
    assert (1 - part) * cost[0, below] + part * cost[0, min(below + 1, cost.size - 1)] == pytest.approx(allowed, abs=1e-6)


@given(st.lists(st.floats(0.0, 50.0), min_size=1, max_size=5))
def test_a_nearly_even_shell_has_its_mean(means):
    mean = np.array(means)
    chances = shell_plan.nearly_even(mean)
    assert chances.min() >= 0.0
    assert chances.sum(axis=-1) == pytest.approx(np.ones(len(mean)))
    assert (chances * (np.floor(mean)[:, None] + np.arange(-1, 3))).sum(axis=-1) == pytest.approx(mean)


def test_a_plan_foretells_what_is_found():
    """Ten wanted, latitudes and bands of several widths: with one inclination and with as many as seem best."""
    for low, high in ((33, 33), (33, 40), (15, 30)):
        band = Band(0.052, math.radians(low), math.radians(high), 10, 0.001)
        expected = shell_plan.plans(band)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(launchable, "few_planes", lambda *_, **__: [])
            found = shell_search.design(band.psi, band.low, band.high, 10, 0.999)
        assert len(found.shells) == len(expected[0].parts)
        assert found.satellites == pytest.approx(expected[0].satellites, rel=0.08)


@given(st.integers(1, 4000), st.floats(1.0, 1.2), st.integers(1, 12))
@settings(max_examples=20)
def test_patterns_are_drawn_from_all_there_are(least, factor, fewest):
    most = int(least * factor)
    every = launchable._patterns(float(least), most, fewest, 10**9)
    size = every[:, 0] * every[:, 1]
    assert len(np.unique(every, axis=0)) == len(every)
    assert np.all((size >= least) & (size <= most) & (every[:, 1] >= fewest) & (every[:, 2] >= 0) & (every[:, 2] < every[:, 0]))
    per_plane = [most // p - max(fewest, -(-least // p), most // p - launchable.DEEP + 1) + 1 for p in range(1, 241)]
    assert len(every) == sum(p * max(0, n) for p, n in enumerate(per_plane, 1))
    some = launchable._patterns(float(least), most, fewest, 50)
    assert np.array_equal(some, every[:50])


@pytest.mark.parametrize(("planes", "each", "phasing"), [(3900, 1, 1234), (690, 12, 77), (487, 4, 446), (1077, 4, 512)])
def test_fewer_places_do_where_nodes_are_near_each_other(planes, each, phasing):
    s, lats, psi = shell.Shell(0.8, planes, each, phasing), np.radians([38.0, 42.0, 47.0]), 0.052
    wanted = int(planes * each * shell.occupancy(0.8, lats, psi).min())
    missing = wanted - np.arange(wanted + 1.0)
    exact = shell_kernels.histogram(0.8, planes, each, phasing, lats, math.cos(psi), 1.0, 512, wanted + 1) @ missing
    assert shell_mix.distribution((s,), lats, psi, wanted) @ missing == pytest.approx(exact, rel=0.005, abs=1e-5)


def test_of_few_patterns_the_smallest_is_found():
    """Every pattern of up to 12 planes, one inclination, one latitude, counted by arcs."""
    psi, lat, inc, wanted = 0.3, 0.7, 0.75, 2
    missing = wanted - np.arange(wanted + 1.0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(launchable, "PLANES", 12)
        duty = shell_search._duty(Band(psi, lat, lat, wanted, 1.0 - 0.9))
        found = launchable.few_planes(duty, np.array([inc]), 60, 60, 1)[0]
    size = next(
        n
        for n in range(10, 61)
        for p in range(1, 13)
        if n % p == 0
        for f in range(p)
        if (shell_mix.distribution((shell.Shell(inc, p, n // p, f),), np.array([lat]), psi, wanted) @ missing)[0] <= 0.1
    )
    assert found.satellites == size


def test_the_same_question_gets_the_same_answer():
    first, again = (shell_search.design(0.06, 0.6, 0.7, 2, 0.99) for _ in range(2))
    assert first == again


def test_steps_end_at_the_bound_and_keep_what_they_changed():
    given = {"targets": 10, "shots": 2, "latitude_lo_deg": 39.0, "latitude_hi_deg": 46.0}
    answer = ask(BOUND, given)
    a = {i.name: given.get(i.name, i.default) for i in BOUND.inputs}
    s = sizing_orbits.orbit_sizing(a)
    steps = constellation_steps.waterfall(s, a, 1.0)
    assert steps[-1].satellites == pytest.approx(answer["bound"])
    assert [x.change[:4] for x in steps].count("10 t") == 1
    spread = constellation_steps.spread_in_time(s, 600.0)
    at_once = s.wanted * shell.one_shell_bound(s.low, s.high, constellation_steps.cap_angle(s))[0]
    assert spread < constellation_steps.spread_in_time(s, 60.0) < at_once


@pytest.mark.parametrize(("targets", "working"), [(1, 1.0), (10, 1.0), (4, 0.8)])
def test_one_count_is_written_one_way_wherever_it_stands(targets, working):
    given = {"targets": targets, "working": working}
    bound, design = ask(BOUND, given), ask(model("sizing-walker"), given)
    averages = [s["satellites"] for s in design["steps"]][:-1]
    assert averages[-1] == pytest.approx(design["bound_one_inclination"]) == pytest.approx(design["spread_satellites"])
    rows = {o["name"]: o["shown"] for o in words.outputs(model("sizing-walker"), design)}
    said = {rows["bound"], rows["bound_one_inclination"], rows["spread_satellites"], f"{bound['satellites']:,}"}
    assert len(said) == 1
    text = sizing_text.walker_text(given | {"kill_probability": 0.8, "confidence": 0.96}, design, [], {})
    assert f"bound {said.pop()}: no mix" in text
    assert design["bound"] % 1.0 > 0.0  # the number for programs stays as computed


def test_published_answers_are_on_the_line():
    s = Sizing(10, 1, 4000.0, 98.0665, 110.0, 300e3, 200e3, math.radians(39), math.radians(46), 0.999)
    for row in constellation_published.explained(s):
        for name, number in constellation_published.models(s).items():
            at = row[f"{name}_s"]
            case = Sizing(row["targets"], row["shots"], *(4000.0, 98.0665, at, 300e3, 200e3), s.low, s.high, 0.999)
            assert number(case) == pytest.approx(row["satellites"], rel=1e-3)


def test_what_is_left_unsaid_is_the_default():
    assert sizing_orbits.flyout({}) == 110.0
    assert sizing_orbits.flyout({"decide_s": 0.0}) == 140.0
    assert leakage.shots_for(0.96, 0.8) == 2
    assert leakage.shots_for(0.5, 0.5) == 1
    burning = constellation.reach(6000.0, 100.0, 30.0)
    assert burning == pytest.approx(0.5 * 100.0 * 30.0**2)
    assert constellation.reach(6000.0, 100.0, 60.0) == pytest.approx(0.5 * 100.0 * 60.0**2)


def run(capsys, *words):
    code = main(["size-constellation", *words])
    return code, *capsys.readouterr()


def test_the_command_answers(capsys):
    code, out, _ = run(capsys, "--targets", "10", "--json", "-")
    answer = json.loads(out)
    assert code == 0
    assert {"satellites", "bound", "absentee_ratio", "reach_km", "shots"} <= set(answer)
    assert answer["satellites"] == 9972
    code, out, _ = run(capsys, "--model", "walker", "--json", "-")
    assert {"inclination_deg", "planes", "steps", "published", "tornado"} <= set(json.loads(out))
    code, out, _ = run(capsys, "--model", "walker")
    assert out.count("\n") > 15
    assert "that launches can fill (at most 240 planes of each inclination, 10 or more in each): " in out
    assert all(said in out for said in ("9,972          170", "computed from the published inputs", "reported, not verified"))
    assert json.loads(run(capsys, "--kill-probability", "0.5", "--confidence", "0.97", "--json", "-")[1])["shots"] == 6
    assert json.loads(run(capsys, "--boost-s", "170", "--json", "-")[1])["assumptions"]["flyout_s"] == 110.0


def test_the_confidence_that_the_shots_reach_is_said(capsys):
    assert main(["size-constellation", "--shots", "2", "--kill-probability", "0.5"]) == 0
    assert (
        "2 shots of 0.5 kill a target with probability 0.75, below the wanted 0.96: that takes 5 shots" in capsys.readouterr().out
    )


def test_a_zero_that_is_no_amount_is_a_word(capsys):
    assert main(["size-constellation", "--json", "-"]) == 0
    assert json.loads(capsys.readouterr().out)["assumptions"]["shots"] == "automatic"
    inputs = {i.name: i for i in BOUND.inputs}
    assert inputs["flyout_s"].worded(0.0) == "derived"
    assert inputs["flyout_s"].worded(90.0) == 90.0
    assert inputs["margin_s"].worded(0.0) == 0.0


@settings(max_examples=6)
@given(st.floats(0, 60), st.floats(0, 8))
def test_launches_spread_in_time_need_fewer_and_none_spread_the_bound(low, width):
    case = {"latitude_lo_deg": low, "latitude_hi_deg": low + width, "targets": 10}
    found = [ask(BOUND, case | {"spread_s": w}) for w in (0.0, 60.0, 300.0, 3000.0)]
    spread = [f["spread_satellites"] for f in found]
    assert spread[0] == pytest.approx(10 * 0.999 * found[0]["absentee_ratio"], rel=1e-6)
    assert found[0]["satellites"] == math.ceil(spread[0] - 1e-6)
    assert spread == sorted(spread, reverse=True)
    assert spread[-1] == pytest.approx(0.999 * found[0]["absentee_ratio"])  # one must always be there


def test_a_boost_as_long_as_the_flyout_is_said(capsys):
    assert main(["size-constellation", "--flyout-s", "200"]) == 0
    assert "a boost of 200 s is taken" in capsys.readouterr().err


@pytest.mark.parametrize("band", ["39,46", "-46,-39"])
def test_a_band_on_the_even_sphere_counts_by_its_far_end_and_that_is_said(capsys, band):
    far = json.loads(run(capsys, "--latitude-deg", "46", "--json", "-")[1])
    code, out, err = run(capsys, f"--latitude-deg={band}", "--json", "-")
    assert code == 0
    assert json.loads(out) == far
    assert "covers all latitudes up to 46 deg" in err


def test_steps_are_drawn_as_they_are_written():
    answer = ask(model("sizing-walker"))
    (_, drawn), steps = answer["charts"][0].series["satellites"], answer["steps"]
    assert list(drawn) == [least(s["satellites"]) for s in steps]
    assert any(s["satellites"] % 1 for s in steps)


def test_the_even_sphere_shows_published_answers():
    by_time, by_targets = ask(model("sizing-uniform"))["charts"]
    (at,), (n,) = by_time.series["AEI 2025, ten missiles: 9,972 (computed from the published inputs)"]
    assert (at, n) == (pytest.approx(120.0, abs=0.1), 9972)
    assert by_time.note.endswith("The lines are for 1 target and 2 shots for each.")
    assert by_targets.series["satellites"][1][-1] == 9972


def test_too_few_shots_are_told_in_the_report_and_in_the_sentence():
    said = "The kill probability of a target, 0.8, is below the wanted 0.96: that takes 2 shots."
    for shots, there in ((1, True), (2, False)):
        for name in ("sizing-uniform", "sizing-bound"):
            values = checked(model(name), {"shots": shots})
            assert (said in words.sentence(model(name), values, ask(model(name), values))) == there
        assert (
            report.of_model(model("sizing-uniform"), checked(model("sizing-uniform"), {"shots": shots})).summary == said
        ) == there


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("--model walker --flyout-s 200 --boost-s 170", "longer than the boost"),
        ("--flyout-s 200 --boost-s 170", "longer than the boost"),
        ("--flyout-s 1900", "no missile known here boosts longer"),
        ("--model walker --flyout-s 1900", "no missile known here boosts longer"),
        ("--model walker --detect-s 100 --decide-s 80", "no time to fly"),
        ("--model walker --flyout-s 30 --accel-g 5", "apart in height"),
        ("--flyout-s 20 --speed-km-s 3", "apart in height"),
        ("--model walker --latitude-deg 46,39", "give the lower one first"),
        ("--latitude-deg 46,39", "give the lower latitude first"),
        ("--model walker --inclination-deg 30", "never brings a satellite within reach"),
        ("--model walker --inclination-deg 0", "it serves up to 3.0 deg. Take one of at least 38.0 deg"),
        ("--model walker --targets 400 --shots 3", "1,200 interceptors in reach at once"),
        ("--kill-probability 1", "must lie between"),
        ("--confidence 0", "must lie between"),
        ("--model walker --availability 1", "must lie between"),
        ("--availability 2", "between 0 and 1"),
        ("--shots 0", "without a shot"),
        ("--targets 0", "must lie between"),
        ("--model walker --flyout-s 100 --detect-s 20", "give it or --detect-s"),
        ("--model walker --speed-km-s 15 --accel-g 100 --flyout-s 300 --boost-s 300", "beyond the horizon"),
        ("--model walker --latitude-deg 95", "must lie between"),
        ("--inclination-deg 40", "no orbits"),
        ("--spread-s 40", "no orbits"),
        ("--margin-s -50", "margin of -50 s: a time cannot be negative"),
    ],
)
def test_what_cannot_be_is_explained(capsys, words, says):
    code, out, err = run(capsys, *words.split())
    assert (code, out) == (2, "")
    assert says in err
    assert err.count("\n") == 1
