"""Study files: what is refused and how it is told; the design points of each design."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cupola.assess.study import definition as study
from cupola.assess.study import design as study_design
from cupola.assess.study import plan as study_plan
from cupola.assess.study.definition import BadStudy
from cupola.scenario import load as load_scenario


def parsed(text: str) -> study.Loaded:
    return study.parse(text, "s.yaml", Path("."))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("- a list", "should be a mapping"),
        ("scenario: raid-10\nfidelty: fast", "s.yaml:2: fidelty: is no known key; did you mean 'fidelity'"),
        ("scenario: raid-10\nrepetitions: {min: 9, max: 3}", "s.yaml:2: repetitions: max is 3 and min 9"),
        ("scenario: raid-10\nrepetitions: {min: 3, max: 9, stop: {output: a, half_width: 1}}", "a stop needs min of at least 5"),
        ("scenario: raid-10\nrepetitions: {min: 9, max: 20, stop: {output: a, half_width: -1}}", "greater than 0"),
        ("question: none", "model raid needs a scenario"),
        ("model: leakage\nscenario: raid-10", "scenario goes with model raid, not with leakage"),
        ("scenario: raid-10\nvary: {a: []}", "is an empty list"),
        ("scenario: raid-10\nvary: {a: {from: 3, to: 1}}", "'to' must be above 'from'"),
        ("scenario: raid-10\nvary: {a: 3}", "s.yaml:2: vary.a: should be a list of values, or a range"),
        ("scenario: raid-10\ndesign: list", "design list needs cases"),
        ("scenario: raid-10\ndesign: latin-hypercube\nvary: {a: [1]}", "samples and design latin-hypercube go together"),
        ("scenario: raid-10\ndesign: list\ncases: [{name: a}, {name: a}]", "given to more than one case"),
        ("scenario: raid-10\nscenario: raid-10", "s.yaml:2"),
        ("seed: -1\nscenario: raid-10", "s.yaml:1: seed"),
        ("scenario: [", "not valid YAML"),
        ("scenario: raid-10\nduration_s: 1.0e+30", "less than or equal to 86400"),
        ("scenario: raid-10\nvary: [a]", "s.yaml:2: vary: should be a mapping of what is varied to its values: {links"),
        ("scenario: raid-10\noutputs: [a, b, a]", "s.yaml:2: outputs: has the value a twice; give each once"),
        ("scenario: raid-10\nvary: {a: [1, 2, 1]}", "s.yaml:2: vary.a: has the value 1 twice"),
        ("scenario: raid-10\nvary:\n\tlinks.*.delay_s: [1]", "indent with spaces, not with tabs"),
        ("question: Links: what do they cost?\nscenario: raid-10", "put a text that holds a colon in quotes"),
        ("question: a\nscenario:raid-10\nvary: {a: [1]}", "put a space after the colon"),
        ("scenario: raid-10\nrepetitions: 20 runs", "s.yaml:2: repetitions: should be a number of runs, or {min: 20, max: 60}"),
        (
            "scenario: raid-10\noutputs: engagement.leaked",
            "should be a list in brackets: [engagement.leaked], has 'engagement.leaked'",
        ),
        ("scenario: raid-10\ndesign: list\ncases:\n  - a", "s.yaml:4: cases[0]: should be a case: {name: small"),
        (
            "scenario: raid-10\nvary: {a: {from: 0, to: 1, step: 1}}",
            "vary.a.step: is no known key; here may stand from, to, count, whole",
        ),
        ("scenario: raid-10\nvary: {a: {min: 0, max: 1}}", "s.yaml:2: vary.a.from: is missing; add it; here may stand from, to"),
        ("scenario: raid-10\nvary: {without: [leo-01]}", "sensors are left out by cases"),
        ("scenario: raid-10\nset: {tick_s: 1}\nvary: {tick_s: [1, 2]}", "tick_s is both set and varied"),
        ("model: leakage\nvary: {warheads: {from: 0, to: x}}", "s.yaml:2: vary.warheads.to: Input should be a valid number"),
        ("model: leakage\nset: {warheads: 10, kill: 010}", "s.yaml:2: set.kill: '010' begins with 0"),
        ("model: leakage\nset: {kill: .nan}", "s.yaml:2: set.kill: is nan, no number to compute with"),
        ("model: leakage\nvary: {kill: {from: 0.1, to: .inf}}", "is inf, no number to compute with"),
    ],
)
def test_a_wrong_study_is_told_with_its_place(text: str, told: str) -> None:
    with pytest.raises(BadStudy) as e:
        parsed(text)
    assert told in str(e.value)
    assert "\n" not in str(e.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("model: nothing-such", "no model 'nothing-such'"),
        ("model: leakage\nvary: {warheads: [-3]}", "s.yaml:2: vary.warheads: -3: leakage: warheads is -3"),
        ("model: leakage\nvary: {warheads: {from: 1, to: 2, count: 3}}", "write a whole number; write whole: true in the range"),
        ("model: leakage\nvary: {wardheads: [3]}", "has no input 'wardheads'"),
        ("model: leakage\nset: {warheads: 1e99}", "warheads is 1e+99; warheads in the raid must lie"),
        ("model: leakage\nset: {warheads: 1.0e+99}", "must lie between 1 and 5000"),
        ("model: leakage\noutputs: [nonsense]", "s.yaml:2: outputs[0]: leakage has no output 'nonsense'"),
        ("scenario: no-such", "no scenario 'no-such'"),
        ("scenario: raid-10\nvary: {linkss.*.delay_s: [1]}", "nothing is called 'linkss'"),
        ("scenario: raid-10\nvary: {links.relay.delay_s: [-1]}", "links[0].delay_s"),
        ("scenario: raid-10\ndesign: list\ncases: [{name: a}, {name: b, without: [nope]}]", "s.yaml:3: cases[1]: b: without nope"),
        ("scenario: lofted-1\nfidelity: fast", "fast needs a scenario with a defence"),
        ("scenario: raid-10\nfidelity: fast\nvary: {defence.doctrine.update: [1, 20]}", "s.yaml:2: fidelity: fast updates aims"),
        ("scenario: raid-10\nfidelity: both\nset: {defence.doctrine.update: 20}", "leave update out, or write fidelity: full"),
        ("scenario: raid10\nvary: {links.*.delay_s: [1]}", "s.yaml:1: scenario: no scenario 'raid10'"),
        (
            "scenario: raid-10\nset: {linkss.*.delay_s: 1}\nvary: {tick_s: [1]}",
            "s.yaml:2: set.linkss.*.delay_s: nothing is called 'linkss'",
        ),
        ("scenario: raid-10\nwithout: [nope]\nvary: {tick_s: [1]}", "s.yaml:2: without: without nope"),
        ("scenario: raid-10\nvary: {tick_s: [1], links.*.delay_s: [-1]}", "s.yaml:2: vary.links.*.delay_s: -1: "),
        (
            "scenario: raid-10\nvary: {defence.batteries.ship-coast.magazine: {from: 0, to: 10, count: 4}}",
            "write whole: true in the range",
        ),
        ("scenario: raid-10\noutputs: [leaked]", "s.yaml:2: outputs[0]: no output 'leaked'; did you mean engagement.leaked?"),
        (
            "scenario: raid-10\nset: {seed: 7}",
            "s.yaml:2: set.seed: every point gets the study's own seeds; write seed: N at the top",
        ),
        ("scenario: raid-10\nvary: {seed: [1, 2]}", "s.yaml:2: vary.seed: every point gets the study's own seeds"),
        ("scenario: raid-10\ndesign: list\ncases: [{name: a, set: {seed: 1}}]", "cases[0].set.seed: every point gets"),
        ("scenario: raid-10\nduration_s: 9000", "s.yaml:2: duration_s: 9000 s, but the scenario ends at 2100 s"),
    ],
)
def test_every_point_is_checked_before_the_first_run(text: str, told: str) -> None:
    with pytest.raises(BadStudy) as e:
        study_plan.plan(parsed(text))
    assert told in str(e.value)


def test_fast_passes_over_no_update_time_of_the_scenario_itself(tmp_path: Path) -> None:
    slow = load_scenario("raid-10", {"defence.doctrine.update": "30"}, ()).model_dump_json(by_alias=True)
    (tmp_path / "slow.yaml").write_text(slow)
    for fidelity, doctrine in (("fast", ""), ("both", "\nset: {defence.doctrine.plan: 5}")):
        with pytest.raises(BadStudy, match="leave update out"):
            study_plan.plan(study.parse(f"scenario: slow.yaml\nfidelity: {fidelity}{doctrine}", "s.yaml", tmp_path))
    assert study_plan.plan(study.parse("scenario: slow.yaml\nfidelity: full", "s.yaml", tmp_path)).points
    varied = "scenario: raid-10\nfidelity: full\nvary: {defence.doctrine.update: [1, 20]}"
    assert len(study_plan.plan(parsed(varied)).points) == 2
    assert len(study_plan.plan(parsed("scenario: raid-10\nfidelity: fast\nvary: {defence.doctrine.plan: [0.5, 2]}")).points) == 2


def test_the_grid_has_every_combination_and_its_first_values_are_the_baseline() -> None:
    points = study_design.points(parsed("scenario: raid-10\nvary: {a: [1, 2], b: {from: 0, to: 1, count: 3}}").study)
    assert [(p.changes["a"], p.changes["b"]) for p in points] == [(1, 0), (1, 0.5), (1, 1), (2, 0), (2, 0.5), (2, 1)]


def test_one_at_a_time_changes_one_thing_and_begins_with_none() -> None:
    points = study_design.points(parsed("scenario: raid-10\ndesign: one-at-a-time\nvary: {a: [1, 2], b: [x]}").study)
    assert [dict(p.changes) for p in points] == [{}, {"a": 1}, {"a": 2}, {"b": "x"}]


@settings(max_examples=20, deadline=None)
@given(n=st.integers(2, 60), seed=st.integers(0, 1000))
def test_a_latin_hypercube_uses_each_part_of_each_axis_once(n: int, seed: int) -> None:
    text = f"scenario: raid-10\nseed: {seed}\ndesign: latin-hypercube\nsamples: {n}\nvary: {{a: {{from: 2, to: 4}}, b: [x, y]}}"
    points = study_design.points(parsed(text).study)
    parts = sorted(int((p.changes["a"] - 2) / 2 * n) for p in points[1:])
    assert points[0].changes == {}
    assert parts == list(range(n))
    xs = sum(p.changes["b"] == "x" for p in points[1:])
    assert xs in (n // 2, (n + 1) // 2)


def test_a_grid_that_is_too_large_is_refused() -> None:
    axes = ", ".join(f"{k}: {{from: 0, to: 1, count: 100}}" for k in "abc")
    with pytest.raises(BadStudy, match=r"s\.yaml:2: vary: the grid has 1,000,000 points"):
        study_plan.plan(parsed(f"scenario: raid-10\nvary: {{{axes}}}"))


def test_every_built_in_study_can_be_planned() -> None:
    assert len(study.names()) >= 4
    for name in study.names():
        assert study_plan.plan(study.load(name)).points


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "set: {links.*.delay_s: 2, links.relay.delay_s: 5}",
            "s.yaml:2: set.links.relay.delay_s: names a place that links.*.delay_s names",
        ),
        ("set: {links.*.delay_s: 2}\nvary: {links.0.delay_s: [1, 5]}", "vary.links.0.delay_s: names a place that links.*.delay_s"),
        ("vary: {links.relay.delay_s: [1], links.0.delay_s: [5]}", "vary.links.0.delay_s: names a place that links.relay.delay_s"),
        (
            "set: {defence.doctrine: {salvo: 2}}\nvary: {defence.doctrine.salvo: [1, 2]}",
            "names a place that defence.doctrine names",
        ),
        ("design: list\ncases: [{name: a, set: {links.*.delay_s: 1, links.relay.delay_s: 5}}]", "cases: names a place"),
    ],
)
def test_two_paths_to_one_place_are_refused_with_both_named(text: str, says: str) -> None:
    with pytest.raises(BadStudy, match=re.escape(says)):
        study_plan.plan(study.parse(f"scenario: raid-10\n{text}", "s.yaml", Path()))


def test_two_paths_to_two_places_are_not() -> None:
    text = "scenario: raid-10\nset: {links.relay.delay_s: 2, links.sea.delay_s: 1}\nvary: {links.north.delay_s: [1, 5]}"
    assert len(study_plan.plan(study.parse(text, "s.yaml", Path())).points) == 2
    base = "scenario: raid-10\ndesign: one-at-a-time\nset: {links.sea.delay_s: 2}\nvary: {links.sea.delay_s: [1, 5]}"
    assert len(study_plan.plan(study.parse(base, "s.yaml", Path())).points) == 3


@pytest.mark.parametrize("text", ["seed: true", "seed: '3'", "repetitions: {min: true}", "confidence: '0.9'", "duration_s: '600'"])
def test_what_only_looks_like_a_number_is_refused(text: str) -> None:
    with pytest.raises(BadStudy, match=r"no number|without them"):
        study.parse(f"scenario: raid-10\n{text}", "s.yaml", Path())
