"""Files of published cases, their tolerances, and the verdicts they give."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from cupola import cli
from cupola.assess.literature import answers, constellations, table
from cupola.assess.literature.case import BUILT_IN, HELD_OUT, IN_WORDS, Case, read, sides
from cupola.assess.literature.compare import Ours, as_dict, compare
from cupola.assess.literature.table import tally
from cupola.core.errors import BadFile, BadInput, BadOption

BASE = {
    "id": "one",
    "kind": "trajectory_analytic",
    "quantity": "a flight",
    "inputs": {"ground_range_km": 5000, "time_resolution_s": 60},
    "value": {"flight_time_s": 1000.0},
    "unit": {"flight_time_s": "s"},
    "tolerance": [{"of": "flight_time_s", "rel": 0.01}],
    "status": "computed",
}


def _write(folder: Path, *cases: dict) -> Path:
    path = folder / "cases.yaml"
    path.write_text(yaml.safe_dump({"version": 1, "cases": list(cases)}), encoding="utf-8")
    return path


def _case(tmp_path: Path, **changes) -> Case:
    return read(_write(tmp_path, {**BASE, **changes}))[0]


def _verdict(case: Case, value: float, **more) -> str:
    return compare(case, Ours({"flight_time_s": value}, "", **more)).rows[0].verdict


@pytest.mark.parametrize(
    ("rule", "inside", "outside"),
    [
        ({"abs": 5}, 1005.0, 1005.1),
        ({"rel": 0.01}, 990.0, 989.9),
        ({"factor": 2}, 500.0, 499.0),
        ({"between": [900, 1100]}, 1100.0, 1101.0),
        ({"exact": True}, 1000.0, 1000.1),
    ],
)
def test_each_rule_can_agree_and_differ(tmp_path, rule, inside, outside):
    case = _case(tmp_path, tolerance=[{"of": "flight_time_s", **rule}])
    assert _verdict(case, inside) == "within"
    assert _verdict(case, outside) == "differs"


def test_standard_errors_count_only_for_drawn_values(tmp_path):
    case = _case(tmp_path, tolerance=[{"of": "flight_time_s", "sigma": 3}])
    assert _verdict(case, 1000.0) == "shown"
    assert _verdict(case, 1020.0, sigma={"flight_time_s": 10.0}) == "within"
    assert _verdict(case, 1031.0, sigma={"flight_time_s": 10.0}) == "differs"


def test_only_the_check_that_fits_applies(tmp_path):
    rules = [{"of": "flight_time_s", "rel": 0.1, "when": "Monte Carlo"}, {"of": "flight_time_s", "rel": 0.01, "when": "analytic"}]
    case = _case(tmp_path, tolerance=rules)
    assert _verdict(case, 1050.0, fits=("analytic",)) == "differs"
    assert _verdict(case, 1050.0, fits=("Monte Carlo",)) == "within"


def test_half_a_minute_is_allowed_only_where_the_case_says_so(tmp_path):
    widened = _case(tmp_path, tolerance=[{"of": "flight_time_s", "rel": 0.01, "when": "plus half of time_resolution_s"}])
    assert _verdict(widened, 1040.0) == "within"
    assert _verdict(widened, 1041.0) == "differs"
    assert _verdict(_case(tmp_path), 1011.0) == "differs"


def test_what_is_only_remembered_or_taken_over_never_gates(tmp_path):
    assert _verdict(_case(tmp_path, status="from memory, unverified"), 5.0) == "shown"
    assert _verdict(_case(tmp_path), 1000.0, given=frozenset({"flight_time_s"})) == "shown"


def test_identities_are_arithmetic_on_the_published_numbers():
    values = {"a_busd": 2.0, "b_musd": 500.0}
    assert sides("a_busd / 4 == b_musd", values) == (500.0, 500.0)
    assert sides("a_busd == ten times as much", values) == IN_WORDS
    assert sides("__import__('os') == 1", values) == "is no sum of the case's own numbers"
    assert sides("a_busd / (b_musd - b_musd) == 1", values) == "divides by a number of the case that is 0"
    assert sides("a_busd + c == 1", values) == "names c, which the case does not give"
    assert sides("-a_busd == b_musd", values) == (-2000.0, 500.0)


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        ({**BASE, "status": "sure"}, "status 'sure' is unknown"),
        ({k: v for k, v in BASE.items() if k != "value"}, "value is missing"),
        ({**BASE, "value": {"flight_time_s": "long"}}, "not a finite number"),
        ({**BASE, "tolerance": [{"of": "flight_time_s"}]}, "a tolerance needs one of"),
        ({**BASE, "tolerance": [{"of": "flight_time_s", "between": [1]}]}, "between needs two numbers"),
        ({**BASE, "tolerance": [{"of": "flight_time_s", "rel": -0.1}]}, "rel is -0.1, which nothing could meet; write 0 or more"),
        ({**BASE, "tolerance": [{"of": "flight_time_s", "abs": -5}]}, "abs is -5, which nothing could meet"),
        ({**BASE, "tolerance": [{"of": "flight_time_s", "sigma": -3}]}, "sigma is -3, which nothing could meet"),
        ({**BASE, "tolerance": [{"of": "flight_time_s", "factor": 0.5}]}, "factor is 0.5, which nothing could meet; write 1"),
        ({**BASE, "tolerance": [{"of": "flight_time_s", "between": [9, 8]}]}, "give the lower number first"),
        ({**BASE, "inputs": [1, 2]}, "inputs must be a mapping"),
        ("nonsense", "is not a mapping"),
    ],
)
def test_a_broken_case_says_what_is_wrong_and_the_others_are_answered(tmp_path, broken, says):
    path = _write(tmp_path, broken, {**BASE, "id": "sound"})
    bad, sound = answers.compare_all([path], [c.id for c in read(path)])
    assert says in bad.problem
    assert str(path) in bad.problem
    assert says in " ".join(table.text([bad]).split())
    assert sound.rows[0].ours == pytest.approx(1236.7, abs=0.5)


@pytest.mark.parametrize(("text", "says"), [("cases: [", r":2: not valid YAML"), ("cases: 3", "needs 'cases:' with a list")])
def test_a_file_that_is_no_list_of_cases_is_refused(tmp_path, text, says):
    path = tmp_path / "cases.yaml"
    path.write_text(text)
    with pytest.raises(BadFile, match=says):
        read(path)
    with pytest.raises(BadFile, match="cannot be read"):
        read(tmp_path / "none.yaml")


LOFT = {"kind": "trajectory", "value": {"apogee_km": 2000, "ground_range_km": 700, "flight_time_s": 1700}}
ALGEBRA = {"kind": "constellation", "value": 998, "unit": "interceptors", "inputs": {"flyout_s": 120, "delta_v_km_s": 6}}
SINK = {"kind": "decay", "value": 13, "unit": "day", "inputs": {"altitude_km": 300, "cd_area_over_mass_m2_kg": 0.022}}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        (LOFT | {"value": {**LOFT["value"], "apogee_km": -5}}, "apogee_km is -5; it should be above 0"),
        (LOFT | {"inputs": {"launch_lat_deg": 139, "launch_lon_deg": 0}}, "a latitude, from -90 to 90"),
        (LOFT | {"inputs": {"time_resolution_s": "a minute"}}, "time_resolution_s is 'a minute', not a number"),
        (ALGEBRA | {"inputs": {**ALGEBRA["inputs"], "orbit_altitude_km": -300}}, "orbit_altitude_km is -300"),
        (ALGEBRA | {"inputs": {**ALGEBRA["inputs"], "salvo": 2.5}}, "salvo is 2.5; it should be a whole number"),
        (ALGEBRA | {"inputs": {**ALGEBRA["inputs"], "boost_s": 100}}, "flyout_s 120 is longer than boost_s 100"),
        (ALGEBRA | {"kind": "cost", "unit": "B USD", "inputs": {**ALGEBRA["inputs"], "first_unit_musd": -70}}, "first_unit_musd"),
        (SINK | {"inputs": {**SINK["inputs"], "altitude_km": 150}}, "not above 180"),
        (SINK | {"unit": "fortnight"}, "no unit of a life"),
        ({"kind": "leakage", "value": 1, "inputs": {"single_shot_kill_probability": 0.5, "warheads": 9, "p_no_leak": 0.9,
          "p_track": 0.9}}, "out of reach"),
        ({"kind": "inventory_cost", "value": {"hits": 9, "tests": 8}}, "more hits than tests"),
        ({"kind": "rumour"}, "kind 'rumour' is not known"),
    ],
)  # fmt: skip
def test_impossible_numbers_get_a_problem_and_no_number(tmp_path, changes, says):
    (found,) = answers.compare_all([_write(tmp_path, {**BASE, "tolerance": [], **changes})], ["one"])
    assert says in found.problem
    assert all(r.ours is None for r in found.rows)


@pytest.mark.parametrize(
    ("changes", "ours"),
    [
        (ALGEBRA | {"inputs": {**ALGEBRA["inputs"], "shots": 3}}, 1496),
        (ALGEBRA | {"kind": "cost", "unit": "M USD FY2026"}, 104_426),
        (SINK | {"unit": "years", "inputs": {**SINK["inputs"], "altitude_km": 500, "f107": 70}}, 8.344),
        ({"kind": "leakage", "value": {"kw_pt_0_995": 0.9552}, "inputs": {"shots": 2, "single_shot_kill_probability": 0.8,
          "p_track": [0.995]}}, 0.9552),
        ({"kind": "constellation", "value": {"ratio_20_over_2": 10}, "inputs": {}}, 10.0),
    ],
)  # fmt: skip
def test_other_values_of_the_same_kinds_are_answered(tmp_path, changes, ours):
    (found,) = answers.compare_all([_write(tmp_path, {**BASE, "tolerance": [], **changes})], ["one"])
    assert found.rows[0].ours == pytest.approx(ours, rel=1e-3)


def test_the_same_id_twice_and_an_unknown_id(tmp_path):
    with pytest.raises(BadFile, match="twice"):
        read(_write(tmp_path, BASE, BASE))
    with pytest.raises(BadOption, match="aei-n1"):
        answers.compare_all(ids=["aei-n11"])


def test_inputs_that_do_not_suit_are_told_not_raised(tmp_path):
    case = _case(tmp_path, inputs={"ground_range_km": "far"})
    assert isinstance(answers.answer(case), BadInput)
    assert "nothing to compute" in answers.answer(_case(tmp_path, kind="claim")).why


def test_more_cases_join_and_keep_what_we_assume(tmp_path):
    more = answers.cases([_write(tmp_path, BASE, {**BASE, "id": "mm3-vafb-kwaj", "kind": "trajectory"})])
    assert more["one"].folder == tmp_path.parent
    assert more["mm3-vafb-kwaj"].ours["ground_range_km"] == 7785
    assert len(more) == len(read(BUILT_IN)) + len(read(HELD_OUT)) + 1


def test_the_command_lists_and_writes(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["literature", "kepler-minE-3000", "gbi-11", "--json", "out.json"]) == 0
    found = json.loads((tmp_path / "out.json").read_text())["cases"]
    assert [c["id"] for c in found] == ["kepler-minE-3000", "gbi-11"]
    assert {r["verdict"] for c in found for r in c["rows"]} == {"within"}
    assert cli.main(["literature", "--list"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(read(BUILT_IN)) + len(read(HELD_OUT))


def test_a_check_of_what_is_nowhere_is_named_and_the_others_are_answered(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    checks = [{"of": "zzz", "rel": 0.1}, {"of": "flight_time_s", "rel": 0.5}]
    path = _write(tmp_path, {**BASE, "tolerance": checks}, {**BASE, "id": "two"})
    assert cli.main(["literature", "one", "two", "--cases", str(path), "--json", "out.json"]) == 0
    first, second = json.loads((tmp_path / "out.json").read_text())["cases"]
    assert "case 'one': a tolerance is of 'zzz'" in first["problem"]
    assert first["problem"] in capsys.readouterr().err
    assert {r["of"]: r["verdict"] for r in first["rows"]}["flight_time_s"] == "within"
    assert not second["problem"]


def test_a_range_of_what_is_computed_but_not_published_is_no_mistake(tmp_path):
    case = _case(tmp_path, tolerance=[{"of": "apogee_km", "between": [1, 2]}])
    assert compare(case, Ours({"apogee_km": 3.0}, "")).problem == ""
    assert "'apogee_km'" in compare(case, Ours({"flight_time_s": 1000.0}, "")).problem


@pytest.mark.parametrize(("span", "said"), [((900.0, 1100.0), True), ((1010.0, 1100.0), False)])
def test_a_best_estimate_that_misses_says_whether_the_plausible_range_holds_what_is_reported(tmp_path, span, said):
    (row,) = compare(_case(tmp_path), Ours({"flight_time_s": 1050.0}, "", spans={"flight_time_s": span})).rows
    assert row.verdict == "differs"
    assert bool(row.note) == said
    assert ("900 to 1,100 s" in row.note) == said
    (near,) = compare(_case(tmp_path), Ours({"flight_time_s": 1001.0}, "", spans={"flight_time_s": span})).rows
    assert (near.verdict, near.note) == ("within", "")


def test_the_tally_counts_identities_of_the_published_numbers_apart(tmp_path):
    identity = [{"of": "a", "abs": 1}, {"identity": "a + a == b", "abs": 0.1}]
    case = _case(tmp_path, value={"a": 1.0, "b": 2.0}, unit="", tolerance=identity)
    said = tally([compare(case, Ours({"a": 1.0}, ""))])
    assert said.splitlines()[1] == f"within: 1 {case.kind}, 1 the published numbers among themselves"
    assert "\n" not in tally([compare(_case(tmp_path), Ours({}, ""))])


def _compared(tmp_path, **changes):
    (found,) = answers.compare_all([_write(tmp_path, {**BASE, "tolerance": [], **changes})], ["one"])
    return found


@pytest.mark.parametrize(
    ("changes", "ours"),
    [
        ({"inputs": {"ground_range_miles": 3106.856}, "value": {"flight_time_min": 20}, "unit": ""}, 20.612),
        ({"inputs": {"range_km": 5000}, "value": {"flight_time_s": 20}, "unit": {"flight_time_s": "minutes"}}, 20.612),
        ({"inputs": {"range_km": 5000}, "quantity": "launch speed", "value": 6000, "unit": "m/s"}, 5884.0),
        ({"inputs": {"ground_range_km": 5000}, "quantity": "apogee", "value": 560, "unit": "nautical miles"}, 527.7),
        (ALGEBRA | {"inputs": {"delta_v_m_s": 6000}, "quantity": "wet mass", "value": 1.3, "unit": "t"}, 1.29407),
        (ALGEBRA | {"kind": "cost", "quantity": "over 20 years", "value": 0.1, "unit": "T USD"}, 0.104426),
        (SINK | {"value": 0.43, "unit": "months"}, 12.7711 * 12 / 365.25),
        ({"kind": "decay", "value": 1e-12, "unit": "kg/m3", "inputs": {"altitude_km": 400, "f107": 70, "ap": 0}}, 1.28e-12),
        ({"kind": "decay", "value": {"density_400km_kg_m3": 1e-12}, "inputs": {"f107": 70, "ap": 0}}, 1.28e-12),
    ],
)  # fmt: skip
def test_other_units_and_names_of_the_same_thing(tmp_path, changes, ours):
    row = _compared(tmp_path, **changes).rows[0]
    assert row.ours == pytest.approx(ours, rel=2e-3)


@pytest.mark.parametrize("reach", [1000, 5000, 11000])
@pytest.mark.parametrize("apogee", [0, 300, 4000])
def test_a_flight_from_speed_and_angle_is_the_one_over_its_range(tmp_path, reach, apogee):
    """Two closed forms, one inverse to the other."""
    inputs = {"ground_range_km": reach} | ({"apogee_km": apogee} if apogee else {})
    there = _compared(tmp_path, inputs=inputs).ours.values
    back = _compared(tmp_path, inputs={k: there[k] for k in ("launch_speed_km_s", "launch_angle_deg")}).ours.values
    assert back["ground_range_km"] == pytest.approx(reach, rel=1e-6)
    assert [back[k] for k in ("apogee_km", "flight_time_s")] == pytest.approx([there[k] for k in ("apogee_km", "flight_time_s")])
    assert "escape speed" in _compared(tmp_path, inputs={"launch_speed_km_s": 12, "launch_angle_deg": 45}).problem


@pytest.mark.parametrize(
    ("inputs", "like"),
    [
        ({"boost_s": 170, "detect_s": 45, "decide_s": 30, "margin_s": 0}, {"flyout_s": 95}),
        ({"flyout_s": 120, "targets": 5}, {"flyout_s": 120, "salvo": 5}),
        ({"flyout_s": 120, "sspk": 0.5}, {"flyout_s": 120, "single_shot_kill_probability": 0.5}),
    ],
)
def test_the_same_said_otherwise_needs_the_same_constellation(tmp_path, inputs, like):
    said, known = (_compared(tmp_path, **ALGEBRA | {"inputs": i}).rows[0].ours for i in (inputs, like))
    assert said == known > 0


def test_one_launch_latitude_is_sized_with_real_shells(tmp_path, monkeypatch):
    asked = []
    found = {"satellites": 77, "absentee_ratio": 38.5, "inclination_deg": 45.0}
    monkeypatch.setattr(constellations, "ask", lambda m, given: asked.append((m.name, given)) or found)
    row = _compared(tmp_path, **ALGEBRA | {"inputs": {"flyout_s": 220, "latitude_deg": 40, "targets": 3}}).rows[0]
    assert row.ours == 77.0
    wanted = {"flyout_s": 220.0, "boost_s": 220.0, "latitude_lo_deg": 40.0, "latitude_hi_deg": 40.0, "targets": 3}
    assert asked == [("sizing-walker", wanted)]


@pytest.mark.parametrize(
    ("quantity", "inputs", "missiles", "flyout"),
    [
        ("interceptors for ONE solid ICBM", {}, 1, 100.0),
        ("a salvo of 10 solid ICBMs", {}, 10, 100.0),
        ("against two liquid-fuelled missiles", {}, 2, 170.0),
        ("against liquid missiles", {"salvo": 4}, 4, 170.0),
    ],
)
def test_a_study_in_words_is_answered_with_the_time_that_its_missiles_leave(
    tmp_path, monkeypatch, quantity, inputs, missiles, flyout
):
    asked = []
    monkeypatch.setattr(constellations, "_walker", lambda n, s: asked.append((n, s)) or (100.0 if n == 1 else 70.0 * n, 300.0))
    found = _compared(tmp_path, kind="constellation", quantity=quantity, inputs=inputs, value={"interceptors": 1000})
    assert asked[0] == (1, flyout)
    assert found.rows[0].ours == 100.0 * missiles
    assert f"{flyout:g} are left to fly in" in found.ours.why


def test_a_ballistic_coefficient_is_the_other_way_up(tmp_path):
    one, other = ({"altitude_km": 300, k: v} for k, v in (("cd_area_over_mass_m2_kg", 0.02), ("ballistic_coefficient_kg_m2", 50)))
    assert (
        _compared(tmp_path, **SINK | {"inputs": one}).rows[0].ours == _compared(tmp_path, **SINK | {"inputs": other}).rows[0].ours
    )


def test_a_word_for_the_least_is_no_minute(tmp_path):
    """``_min`` ends both: the unit beside the number, or the name that the rules know, tells which."""
    value = {**LOFT["value"], "flight_time_min_s": 1650}
    least, best = (next(r for r in _compared(tmp_path, **LOFT | {"value": value}).rows if r.of == k) for k in
                   ("flight_time_min_s", "flight_time_s"))  # fmt: skip
    assert 1500 < least.ours < best.ours


def test_a_published_range_is_met_inside_and_by_its_nearer_end(tmp_path):
    case = _case(tmp_path, value={"flight_time_s": [900, 1000]}, tolerance=[{"of": "flight_time_s", "rel": 0.01}])
    assert case.ranges == {"flight_time_s": (900.0, 1000.0)}
    inside, near, far = (compare(case, Ours({"flight_time_s": v}, "")).rows[0] for v in (950.0, 1009.0, 1011.0))
    assert [r.verdict for r in (inside, near, far)] == ["within", "within", "differs"]
    assert (inside.difference, near.difference) == (0.0, 9.0)
    assert "900 to 1000" in table.block(compare(case, Ours({"flight_time_s": 950.0}, "")))
    for wrong in ([1000, 900], [1, 2, 3]):
        with pytest.raises(BadFile, match=r"lower number first|one, or two"):
            _case_or_raise(tmp_path, wrong)


def _case_or_raise(tmp_path, value):
    case = _case(tmp_path, value=value)
    if case.broken:
        raise BadFile(case.broken)


def test_an_input_that_is_a_range_gives_the_middle_and_what_its_ends_give(tmp_path):
    found = _compared(tmp_path, **ALGEBRA | {"inputs": {"flyout_s": [90, 150]}, "value": 1000})
    assert found.rows[0].ours == 998.0
    assert found.ours.spans["value"] == (583.0, 2106.0)
    assert "583 to 2106" in found.ours.how


def test_a_misspelt_name_is_told_and_not_taken_for_the_default_in_silence(tmp_path):
    found = _compared(tmp_path, **ALGEBRA | {"inputs": {"flyot_s": 60, "delta_v_km_s": 6}})
    assert "flyot_s (is flyout_s meant?)" in found.ours.why
    assert "'tolerence' is not known; is tolerance meant?" in _compared(tmp_path, tolerence=[]).ours.why
    broken = _case(tmp_path, **{"staus": "read", "status": None})
    assert "is 'staus' meant to be it?" in broken.broken
    assert _case(tmp_path, status="Second hand").status == "second-hand"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"kind": "cost", "value": {"some_total_busd": 5}}, "without the quantities and prices"),
        ({"kind": "inventory_cost", "value": {"x_icbm_2040": 5}}, "forecast of an agency"),
        ({"kind": "sensor", "value": {"tranche9_satellites": 5}}, "a programme's decision"),
        ({"kind": "constellation", "value": {"satellites": 650}, "inputs": {}}, "flyout_s, boost_s or delta_v_km_s"),
    ],
)
def test_a_number_that_is_not_computed_says_why_by_what_it_is(tmp_path, changes, why):
    found = _compared(tmp_path, **changes)
    assert [r.verdict for r in found.rows] == ["not computed"]
    assert why in found.rows[0].note
    assert why in " ".join(table.block(found).split())


def test_the_catalogue_is_asked_by_what_a_case_says_and_not_by_its_name(tmp_path):
    rates = {"kind": "inventory_cost", "quantity": "SM-6 production", "value": {"now_per_year": 100}}
    assert _compared(tmp_path, **rates).rows[0].ours == 125.0
    threat = {"kind": "inventory_cost", "value": {"iran_icbm_now": 1, "iran_icbm_2035": 50}}
    assert {r.of: r.ours for r in _compared(tmp_path, **threat).rows} == {"iran_icbm_now": 0.0, "iran_icbm_2035": 60.0}


def test_what_is_looked_up_never_counts_as_agreement(tmp_path):
    rates = {"kind": "inventory_cost", "quantity": "SM-6 production", "value": {"now_per_year": 125},
             "tolerance": [{"of": "now_per_year", "exact": True}]}  # fmt: skip
    (found,) = answers.compare_all([_write(tmp_path, {**BASE, **rates})], ["one"])
    assert [(r.ours, r.verdict) for r in found.rows] == [(125.0, "shown")]


def test_a_missile_that_does_not_reach_as_far_is_replaced_by_its_class(tmp_path):
    far = {"kind": "trajectory", "quantity": "Scud-B over 9,000 km", "inputs": {}, "value": {"ground_range_km": 9000}}
    found = _compared(tmp_path, **far)
    assert "scud-b does not reach as far" in found.ours.how
    assert 1800 < found.ours.values["flight_time_s"] < 2400


@pytest.mark.parametrize(
    ("inputs", "unit", "ours"),
    [
        ({"single_shot_kill_probability": 0.7, "shots": 2, "warheads": 10}, "warheads", 0.9),
        ({"single_shot_kill_probability": 0.8, "composite_kill_probability": 0.96}, "shots", 2.0),
        ({"layer_efficiencies": [0.7, 0.7, 0.7], "p_track": 0.9}, "ratio", 0.1243),
        ({"single_shot_kill_probability": 0.7, "warheads": 20, "p_no_leak": 0.8, "p_track": 0.99, "whole_rounds": True}, "", 120.0),
    ],
)
def test_more_of_what_leaks(tmp_path, inputs, unit, ours):
    found = _compared(tmp_path, kind="leakage", value=1.0, unit=unit, inputs=inputs)
    assert found.rows[0].ours == pytest.approx(ours)


def test_a_fleet_at_a_stated_price_is_bought_again_when_its_life_is_over(tmp_path):
    inputs = {"interceptors": 100, "satellite_musd": 10, "life_years": 5, "period_years": 20, "operations_musd_per_year": 50,
              "usd_per_kg": 1000, "wet_mass_kg": 1000, "nonrecurring_musd": 500}  # fmt: skip
    found = _compared(tmp_path, kind="cost", inputs=inputs, value={"total_busd": 5.9, "acquisition_busd": 4.9}, unit="B USD")
    bought = 4 * 100 * 11 / 1e3 + 0.5
    assert {r.of: r.ours for r in found.rows} == pytest.approx({"total_busd": bought + 1.0, "acquisition_busd": bought})
    assert not found.ours.why


@pytest.mark.parametrize(
    ("inputs", "ours"),
    [
        ({"slant_range_km": 5000, "elevation_deg": 0}, 1726.0),
        ({"reference_range_km": 1000, "rcs_m2": 0.01}, 1000 * 0.01**0.25),
        ({"reference_range_km": 1500, "arrays": 2}, 1500 * 8**0.25),
        ({"target_altitude_km": 100}, 1133.9),
    ],
)
def test_what_a_radar_reaches(tmp_path, inputs, ours):
    found = _compared(tmp_path, kind="sensor", inputs=inputs, value=1000.0, unit="km")
    assert found.rows[0].ours == pytest.approx(ours, rel=1e-3)


def test_the_radar_equation_by_hand(tmp_path):
    """R^4 = P t G A s / ((4 pi)^2 k T snr): 1 MJ, gain 1, area 1 and 1 m^2 at 290 K and snr 1 reach (1e6 / 6.32e-19)^(1/4) m."""
    inputs = {"average_power_w": 1e6, "dwell_s": 1, "gain_db": 0, "antenna_area_m2": 1, "rcs_m2": 1, "snr_db": 0}
    found = _compared(tmp_path, kind="sensor", inputs=inputs, value=1.0, unit="km")
    assert found.rows[0].ours == pytest.approx((1e6 / (157.91367 * 1.380649e-23 * 290)) ** 0.25 / 1e3, rel=1e-6)


@pytest.mark.parametrize(
    "changes",
    [
        {"inputs": {"ground_range_miles": 10**400}},
        {"inputs": {"ground_range_km": 10**400}},
        {"kind": "trajectory", "inputs": {"time_resolution_s": []}, "value": LOFT["value"], "tolerance": [{"of": "*", "rel": 0.1}]},
        {"kind": "inventory_cost", "value": {"a": 1e300, "b": 1.0}, "tolerance": [{"identity": "a * a == b", "abs": 1}]},
        {"value": {"flight_time_s": 1e-320}},
        {"kind": "sensor", "value": 1, "inputs": {"average_power_w": -1, "dwell_s": 1, "gain_db": 0, "antenna_area_m2": 1,
                                                 "rcs_m2": 1, "snr_db": 0}},
    ],
)  # fmt: skip
def test_numbers_without_sense_end_in_words_and_in_plain_json(tmp_path, changes):
    (found,) = answers.compare_all([_write(tmp_path, {**BASE, "tolerance": [], **changes})], ["one"])
    assert table.block(found)
    json.dumps(as_dict(found), allow_nan=False)
