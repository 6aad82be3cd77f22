import re

import pytest

from cupola import scenario
from cupola.core.errors import BadScenario

GOOD = """\
name: small
description: one short flight
duration_s: 400
launches:
  - {missile: scud-b, from: {lat_deg: 40, lon_deg: 127}, to: {lat_deg: 38.2, lon_deg: 127}, first_t: 5}
sensors: [sbirs-geo-e, tpy2-seongju]
links:
  - {name: all, sensors: ["*"], delay_s: 0.1}
"""


def write(tmp_path, text):
    path = tmp_path / "raid.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_names_hold_the_promised_scenarios():
    assert {"lofted-1", "raid-10", "raid-100", "raid-1000", "falcon-nrol-76"} <= set(scenario.names())


@pytest.mark.parametrize("name", scenario.names())
def test_every_builtin_loads(name):
    s = scenario.load(name)
    assert s.name == name
    assert s.description


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("scud-b", "foo"), r"raid\.yaml:5: launches\[0\]\.missile: unknown missile 'foo'"),
        (("scud-b", "scudb"), r"launches\[0\]\.missile: unknown missile 'scudb'; did you mean 'scud-b'\?"),
        (("lat_deg: 40,", "lat_deg: 400,"), r"raid\.yaml:5: launches\[0\]\.from\.lat_deg: .*equal to 90, has 400"),
        (("first_t: 5", "frist_t: 5"), r"raid\.yaml:5: launches\[0\]\.frist_t: is no known key; did you mean 'first_t'\?"),
        (("first_t: 5", "first_t: .nan"), r"launches\[0\]\.first_t"),
        (("tpy2-seongju", "tpy2-seonju"), r"raid\.yaml:6: sensors\[1\]: unknown site 'tpy2-seonju'; did you mean 'tpy2-seongju'"),
        (("duration_s: 400\n", ""), r"raid\.yaml: duration_s: is missing"),
        (("duration_s: 400", "duration_s: soon"), r"raid\.yaml:3: duration_s: Input should be a valid number"),
        (("delay_s: 0.1", "delay_s: -1"), r"raid\.yaml:8: links\[0\]\.delay_s: .*greater than or equal to 0, has -1"),
        (("duration_s: 400", "duration_s: 400\nepoch: yesterday"), r"raid\.yaml:4: epoch: not a UTC time"),
        (("duration_s: 400", "duration_s: 400\nduration_s: 500"), r"raid\.yaml:4: duration_s: the key is given twice"),
        (("duration_s: 400", "duration_s: 400\npriors: {warhead: 1}"), r"priors: should give booster"),
        (("launches:", "telemetry:\n  - {flight: crs-12}\nlaunches:"), r"telemetry\[0\]\.flight: unknown flight 'crs-12'"),
    ],
)
def test_a_bad_file_is_one_line_that_names_line_and_path(tmp_path, change, message):
    text = GOOD.replace(*change)
    assert text != GOOD
    with pytest.raises(BadScenario, match=message) as e:
        scenario.load(write(tmp_path, text))
    assert "\n" not in str(e.value)
    assert e.value.exit_code == 2


@pytest.mark.parametrize("text", ["", "- 1\n- 2\n", "just words", "\x00"])
def test_what_is_no_scenario_is_refused(tmp_path, text):
    with pytest.raises(BadScenario, match=r"raid\.yaml"):
        scenario.load(write(tmp_path, text))


def test_unknown_names_are_answered_with_near_ones():
    with pytest.raises(BadScenario, match=r"no scenario 'raid-11': did you mean raid-10"):
        scenario.load("raid-11")
    with pytest.raises(BadScenario, match="no scenario"):
        scenario.load("missing/file.yaml")


def test_overrides_reach_every_named_place():
    changes = {"links.*.delay_s": "0.2", "links.ground.loss": "0.05", "launches.0.count": "2", "duration_s": "60"}
    s = scenario.load("raid-10", changes)
    assert {link.delay_s for link in s.links} == {0.2}
    assert {link.name: link.loss for link in s.links if link.loss} == {"ground": 0.05}
    assert (s.launches[0].count, s.duration_s) == (2, 60)


def test_a_section_left_to_its_defaults_can_be_set():
    s = scenario.load("raid-10", {"defence.doctrine.salvo": "2", "defence.kill_model.scope": "run"})
    assert (s.defence.doctrine.salvo, s.defence.kill_model.scope) == (2, "run")
    assert s.defence.batteries == scenario.load("raid-10").defence.batteries
    with pytest.raises(BadScenario, match="did you mean 'salvo'"):
        scenario.load("raid-10", {"defence.doctrine.salv": "2"})
    with pytest.raises(BadScenario, match="nothing is called 'defence'"):
        scenario.load("lofted-1", {"defence.doctrine.salvo": "2"})


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("lynks.*.delay_s", "1", "nothing is called 'lynks'"),
        ("links.9.delay_s", "1", "nothing is called '9'"),
        ("links.*.delay_s", "-1", r"links\[\d\]\.delay_s"),
        ("links.*.dellay_s", "1", "did you mean 'delay_s'"),
        ("duration_s", "[", r"the value:2: not valid YAML"),
        ("duration_s", "", r"^override duration_s: Input should be a valid number, has no value"),
        ("links.0.loss", "x", r"^override links\.0\.loss: links\[0\]\.loss: "),
        ("launches.*.from", "nowhere", r"^override launches\.\*\.from: launches\[0\]\.from: unknown area 'nowhere'"),
        ("links.0", "3", "'0' cannot be set on a list: set all of it, or a field of its items"),
        ("name.x", "3", "'x' cannot be set on 'raid-10', which has no fields"),
    ],
)
def test_a_bad_override_says_so(key, value, message):
    with pytest.raises(BadScenario, match=message):
        scenario.load("raid-10", {key: value})


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("links.*.delay_s", "links.relay.delay_s"),
        ("links.relay.delay_s", "links.*.delay_s"),
        ("links.0.delay_s", "links.relay.delay_s"),
        ("defence.doctrine", "defence.doctrine.salvo"),
    ],
)
def test_two_overrides_of_one_place_are_refused_whatever_their_order(first, second):
    given = {"defence.doctrine": "{salvo: 2}", "defence.doctrine.salvo": "1"}
    with pytest.raises(BadScenario, match=re.escape(f"override {second}: ") + ".* is changed by " + re.escape(first) + " too"):
        scenario.load("raid-10", {k: given.get(k, "1") for k in (first, second)})
    apart = scenario.load("raid-10", {"links.relay.delay_s": "1", "links.sea.delay_s": "2"})
    assert {link.name: link.delay_s for link in apart.links}.items() >= {"relay": 1, "sea": 2}.items()
