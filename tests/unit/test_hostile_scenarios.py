"""Scenario files made to break the reader: each is one line that says where, or runs."""

import dataclasses
import re

import numpy as np
import pytest

from cupola import scenario
from cupola.catalog.defence import Doctrine
from cupola.core.errors import BadScenario
from cupola.fusion.pool import WORDS
from cupola.scenario.schema import MOST_SENSORS, Kills, Policy
from cupola.truth.kill import KillModel

GOOD = """\
name: one
description: one short flight
duration_s: 3
launches:
  - {missile: generic-mrbm-solid, from: east-asia-coast, to: kanto}
sensors: ["sbirs-geo-*"]
"""
BATTERY = GOOD + "defence:\n  batteries: [{name: a, interceptor: thaad, at: kanto}]\n  doctrine: "
CUSTOM = GOOD + "custom: [{name: a, type: tpy-2, at: {lat_deg: 1, lon_deg: 1}, "
LAUGHS = "a0: &a0 [x]\n" + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 12))


def load(tmp_path, text):
    path = tmp_path / "raid.yaml"
    path.write_text(text, encoding="utf-8")
    return scenario.load(str(path))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (GOOD + "notes: " + "[" * 200_000, r"raid\.yaml:7: nested too deeply"),
        (LAUGHS, "more than 500,000 values"),
        (GOOD + "epoch: 2026-13-45\n", r"raid\.yaml:7: epoch: .*2026-13-45"),
        (GOOD.replace(": 3", ": " + "9" * 5000), r"raid\.yaml:3: duration_s: '9+' is not what it looks like"),
        (GOOD.replace(": 3", ": 1" + "0" * 400), r"raid\.yaml:3: duration_s: .{,110}\.\.\.$"),
        (GOOD.replace(": 3", ": !!int abc"), r"raid\.yaml:3: duration_s: 'abc' is not what it looks like \(int\)"),
        (GOOD + "seed: !!bool maybe\n", r"raid\.yaml:7: seed: 'maybe' is not"),
        (GOOD + "notes: !!timestamp abc\n", r"raid\.yaml:7: notes: 'abc' is not"),
        (GOOD + "? [a, b]\n: 3\n", r"raid\.yaml:7: .*a key should be a word"),
        (GOOD + "without:\n", r"raid\.yaml:7: without: Input should be a valid list"),
        (GOOD + "without: 5\n", r"raid\.yaml:7: without: Input should be a valid list"),
        (GOOD + "without: sbirs-geo-a\n", r"raid\.yaml:7: without: Input should be a valid list"),
        (GOOD + "tick_s: 1e-12\n", "tick_s: .*greater than or equal to 0.01"),
        (GOOD + "seed: 9223372036854775808\n", "seed: .*less than"),
        (GOOD + 'epoch: "1600-01-01T00:00:00Z"\n', "epoch: .*1970"),
        (GOOD + 'epoch: "9999-12-31T00:00:00Z"\n', "epoch: .*2200"),
        (GOOD.replace("name: one", 'name: "a\\nb\\e[31m"'), r"raid\.yaml:1: name: "),
        (GOOD.replace("kanto}", "kanto, loft: .inf}"), r"raid\.yaml:5: launches\[0\]\.loft"),
        (GOOD.replace('"sbirs-geo-*"', '{name: "sbirs-geo-*", bias: [.nan, 0, 0]}'), r"raid\.yaml:6: sensors\[0\]\.bias\[0\]"),
        (GOOD.replace('"sbirs-geo-*"', '{name: "sbirs-geo-*", range_factor: 1.0e+300}'), r"range_factor: .*less than"),
        (GOOD.replace('"sbirs-geo-*"', '{name: "sbirs-geo-*", outage: [[5, 1]]}'), "outage.*ends at 1 s before it begins at 5 s"),
        (CUSTOM + "alt_m: .nan}]", r"custom\[0\]\.alt_m"),
        (CUSTOM + "alt_m: -7e6}]", r"custom\[0\]\.alt_m"),
        (CUSTOM + "boresight_deg: .inf}]", r"custom\[0\]\.boresight_deg"),
        (GOOD + 'links: [{name: a, sensors: ["*"], outage: [[.nan, 3]]}]', r"links\[0\]\.outage\[0\]"),
        (GOOD + 'links: [{name: a, sensors: ["*"]}, {name: a, sensors: ["*"]}]', "'a' is given to more than one link"),
        (GOOD + "priors: {booster: 0, stage: 0, warhead: 1, decoy: 0, debris: 0}", "priors: should all be above zero"),
        (BATTERY + "{salvo: abc}", r"raid\.yaml:9: defence\.doctrine\.salvo"),
        (BATTERY + "{salvo: 1000000000}", r"doctrine\.salvo: .*less than or equal to 100"),
        (BATTERY + "{threshold: high}", r"doctrine\.threshold"),
        (BATTERY + "{plan: 1e-300}", r"doctrine\.plan"),
        (BATTERY + "{decision: .inf}", r"doctrine\.decision"),
        (BATTERY + "{slvo: 2}", r"raid\.yaml:9: defence\.doctrine\.slvo: is no known key; did you mean 'salvo'"),
        (BATTERY.replace("at: kanto}]", "at: kanto, magazine: 99999999999999999999}]") + "{}", r"batteries\[0\]\.magazine"),
    ],
)
def test_a_hostile_file_is_one_line(tmp_path, text, message):
    with pytest.raises(BadScenario, match=message) as e:
        load(tmp_path, text)
    assert "\n" not in str(e.value)
    assert len(str(e.value)) < 400


def test_numbers_of_a_doctrine_may_be_written_with_an_exponent(tmp_path):
    assert load(tmp_path, BATTERY + "{min_gain: 1e-3}").defence.doctrine.min_gain == 1e-3


def test_an_outage_may_last_for_ever(tmp_path):
    s = load(tmp_path, GOOD.replace('"sbirs-geo-*"', '{name: "sbirs-geo-*", outage: [[0, .inf]]}'))
    assert s.sensors[0].outage == [(0, np.inf)]


def test_an_epoch_needs_no_quotes(tmp_path):
    assert load(tmp_path, GOOD + "epoch: 2026-03-01T06:00:00.5Z\n").epoch == "2026-03-01T06:00:00.5Z"


def test_a_scenario_can_change_every_field_of_the_doctrine():
    assert set(Policy.model_fields) == {f.name for f in dataclasses.fields(Doctrine)} - {"areas"}
    assert set(Kills.model_fields) == {f.name for f in dataclasses.fields(KillModel)}


def test_the_kill_model_is_the_worlds_and_the_defence_is_not_told(tmp_path):
    raw = BATTERY.replace("doctrine: ", "kill_model: {common_mode: 0.4, scope: run, report_kill: 0.5}\n")
    built = scenario.build(load(tmp_path, raw))
    assert built.world.model == KillModel(common_mode=0.4, scope="run", report_kill=0.5)
    assert built.doctrine == Doctrine()
    with pytest.raises(BadScenario, match=r"raid\.yaml:9: defence\.doctrine\.common_mode: is no known key"):
        load(tmp_path, BATTERY + "{common_mode: 0.4}")


def test_a_flight_shorter_than_its_releases_lets_all_go_before_it_lands(tmp_path):
    near = "from: {lat_deg: 36, lon_deg: 140}, to: {lat_deg: 36.4, lon_deg: 140}, decoys: 5"
    s = load(tmp_path, GOOD.replace("from: east-asia-coast, to: kanto", near))
    built = scenario.build(s)
    assert np.isfinite(built.world.objects.x).all()


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("duration_s", "!!int abc", "override duration_s=!!int abc: 'abc' is not what it looks like"),
        ("notes", "[" * 3000, f"override notes={'[' * 57}...: nested too deeply"),
        ("notes", "- " * 200_000, f"override notes={'- ' * 28}-...: nested too deeply"),
        ("notes", "{a: 1, a: 2}", "override notes={a: 1, a: 2}: a: the key is given twice"),
        ("notes", "[", "override notes=[: the value:2: not valid YAML"),
    ],
)
def test_a_hostile_override_is_one_line(key, value, message):
    with pytest.raises(BadScenario) as e:
        scenario.load("lofted-1", {key: value})
    assert str(e.value).startswith(message)
    assert "\n" not in str(e.value)
    assert len(str(e.value)) < 300


def test_a_time_that_cannot_be_stays_text():
    assert scenario.load("lofted-1", {"notes": "2026-13-45"}).notes == "2026-13-45"


def test_no_more_sensors_than_the_tracker_tells_apart(tmp_path):
    assert MOST_SENSORS == 64 * WORDS
    shell = "{name: %s, type: ir-leo, total: %d, planes: 1, altitude_km: 1200, inclination_deg: 80}"
    with pytest.raises(BadScenario, match=r"raid\.yaml:7: shells\[0\]\.total: .*less than or equal to 256"):
        load(tmp_path, GOOD + f"shells: [{shell % ('a', 2000)}]")
    two = load(tmp_path, GOOD + f"shells: [{shell % ('a', 200)}, {shell % ('b', 200)}]")
    with pytest.raises(BadScenario, match=r"40[0-9] sensors together; at most 256"):
        scenario.build(two)


def test_a_shell_of_ground_radars_is_refused(tmp_path):
    shell = "{name: a, type: tpy-2, total: 4, planes: 2, altitude_km: 1000, inclination_deg: 60}"
    with pytest.raises(BadScenario, match=r"raid\.yaml:7: shells\[0\]\.type: tpy-2 is for ground and cannot be in orbit; .*ir-leo"):
        load(tmp_path, GOOD + f"shells: [{shell}]")


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        ("launches.0.count", "true", "is true, which is no number; write one"),
        ("duration_s", "yes", "YAML reads a bare yes as true"),
        ("launches.0.count", '"3"', "is a number in quotes, which YAML reads as a word; write 3 without them"),
        ("launches.0.loft", '"1.2"', "write 1.2 without them"),
        ("links.0.outage", '[["1", 2]]', "write 1 without them"),
        ("priors", "{booster: 0.1, stage: 0.1, warhead: '0.1', decoy: 0.3, debris: 0.4}", "write 0.1 without them"),
        ("custom.0.at.lat_deg", "'47.5'", "write 47.5 without them"),
    ],
)
def test_what_only_looks_like_a_number_is_refused_where_one_is_wanted(path, value, says):
    with pytest.raises(BadScenario, match=re.escape(says)):
        scenario.load("raid-10", {path: value})


def test_words_truth_values_and_numbers_stay_where_they_belong():
    given = {"name": "'12'", "launches.0.loft": "lofted", "launches.1.loft": "1.2", "defence.kill_model.draw_kill": "true"}
    made = scenario.load("raid-10", given)
    assert (made.name, made.launches[0].loft, made.launches[1].loft) == ("12", "lofted", 1.2)
    assert made.defence is not None
    assert made.defence.kill_model.draw_kill is True
