"""What is known of a scenario field: its value there, and the range, status and source that the catalogue and the code hold."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from cupola.catalog import load as catalogue
from cupola.scenario import load, stated
from cupola.scenario.schema import Part

RAID = load("raid-10")


@pytest.mark.parametrize(("kind", "field"), [*stated.CATALOGUE, *stated.CONSTANTS])
def test_every_field_named_here_is_one_of_the_schema(kind: type[Part], field: str) -> None:
    assert field in kind.model_fields


def test_every_constant_is_the_one_that_the_code_takes() -> None:
    for kind, field in stated.CONSTANTS:
        node = kind()
        cited = stated._constant(node, field)
        assert cited is not None
        module = stated.defence if stated.CONSTANTS[kind, field] in stated.defence.SOURCES else stated.kill
        assert stated._default(node, field) == getattr(module, stated.CONSTANTS[kind, field])


def test_a_scenarios_own_number_keeps_the_catalogues_range() -> None:
    found = stated.of(RAID, "defence.batteries.ship-coast.magazine")
    usual = catalogue.interceptor("sm3-iia").value("battery_magazine")
    assert found.values == (16,)
    assert found.ranges == (stated.Range("sm3-iia", usual.lo, usual.hi, usual.source, usual.status),)
    assert (found.status, found.source) == (("assumed",), ("chosen by raid-10",))


def test_what_the_scenario_leaves_out_is_the_catalogues_or_the_codes() -> None:
    warheads = stated.of(RAID, "launches.0.warheads")
    cited = catalogue.entry("missile", RAID.launches[0].missile).value("warheads")
    assert (warheads.values, warheads.status, warheads.source) == ((cited.value,), (cited.status,), (cited.source,))
    looks = stated.of(RAID, "defence.doctrine.assess")
    assert (looks.values, looks.unit, looks.status) == ((10.0,), "s", ("assumed",))
    assert looks.source == ("doctrine, from intercept to a kill assessment that can be acted on",)
    assert stated.of(RAID, "defence.doctrine.reserve").values == (0,)
    assert stated.of(RAID, "defence.kill_model.scope").values == ("target",)
    assert stated.of(RAID, "tick_s").source == ("default of a scenario",)


def test_a_wildcard_gives_each_value_and_range_once() -> None:
    found = stated.of(RAID, "links.*.delay_s")
    assert (found.values, found.unit, found.ranges) == ((0.5, 0.3, 0.1), "s", ())
    assert [r.of for r in stated.of(RAID, "defence.batteries.*.magazine").ranges] == ["gbi", "sm3-iia", "thaad", "pac3-mse"]


def test_a_sensors_period_is_that_of_its_type(tmp_path: Path) -> None:
    made = {
        "name": "one", "description": "one", "duration_s": 60, "sensors": [{"name": "beale", "pd": 0.5}, {"name": "sbirs-geo-*"}],
        "launches": [{"missile": "generic-icbm-liquid", "from": "east-asia-north", "to": "pacific-north-west"}],
    }  # fmt: skip
    (tmp_path / "one.yaml").write_text(yaml.safe_dump(made))
    one = load(str(tmp_path / "one.yaml"))
    kind = catalogue.sensor(catalogue.site("beale").text("sensor"))
    assert stated.of(one, "sensors.beale.period_s").values == (kind.value("period_s").value,)
    assert stated.of(one, "sensors.0.pd").source == ("chosen by one",)
    assert stated.of(one, "sensors.1.period_s").unit == "s"
    assert stated.of(one, "launches.0.first_t").unit == "s"


def test_nothing_is_made_up_of_what_is_not_there() -> None:
    for path in ("no.such", "defence.batteries.nobody.magazine", "launches.9.count", "x"):
        assert stated.of(RAID, path) == stated.Stated((), "", (), (), ())
