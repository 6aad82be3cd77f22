"""Files of published cases, their tolerances, and the verdicts they give."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from cupola import cli
from cupola.assess import literature
from cupola.assess.literature.case import BUILT_IN, Case, read, sides
from cupola.assess.literature.compare import Ours, compare
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
    assert sides("a_busd == ten times as much", values) is None
    assert sides("__import__('os') == 1", values) is None


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        ({**BASE, "status": "sure"}, "status 'sure' is unknown"),
        ({k: v for k, v in BASE.items() if k != "value"}, "value is missing"),
        ({**BASE, "value": {"flight_time_s": "long"}}, "not a finite number"),
        ({**BASE, "tolerance": [{"of": "flight_time_s"}]}, "a tolerance needs one of"),
        ({**BASE, "tolerance": [{"of": "flight_time_s", "between": [1]}]}, "between needs two numbers"),
        ({**BASE, "inputs": [1, 2]}, "inputs must be a mapping"),
        ("nonsense", "is not a mapping"),
    ],
)
def test_a_broken_file_is_refused_with_its_place(tmp_path, broken, says):
    path = _write(tmp_path, broken)
    with pytest.raises(BadFile, match=says) as e:
        read(path)
    assert str(path) in str(e.value)


def test_the_same_id_twice_and_an_unknown_id(tmp_path):
    with pytest.raises(BadFile, match="twice"):
        read(_write(tmp_path, BASE, BASE))
    with pytest.raises(BadOption, match="aei-n1"):
        literature.compare_all(ids=["aei-n11"])


def test_inputs_that_do_not_suit_are_told_not_raised(tmp_path):
    case = _case(tmp_path, inputs={"ground_range_km": "far"})
    assert isinstance(literature.answer(case), BadInput)
    assert "nothing to compute" in literature.answer(_case(tmp_path, kind="rumour")).why


def test_more_cases_join_and_keep_what_we_assume(tmp_path):
    more = literature.cases([_write(tmp_path, BASE, {**BASE, "id": "mm3-vafb-kwaj", "kind": "trajectory"})])
    assert more["one"].folder == tmp_path.parent
    assert more["mm3-vafb-kwaj"].ours["ground_range_km"] == 7785
    assert len(more) == len(read(BUILT_IN)) + 1


def test_the_command_lists_and_writes(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["literature", "kepler-minE-3000", "gbi-11", "--json", "out.json"]) == 0
    found = json.loads((tmp_path / "out.json").read_text())["cases"]
    assert [c["id"] for c in found] == ["kepler-minE-3000", "gbi-11"]
    assert {r["verdict"] for c in found for r in c["rows"]} == {"within"}
    assert cli.main(["literature", "--list"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(read(BUILT_IN))
