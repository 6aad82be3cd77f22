import math

import pytest

from cupola.catalog import load
from cupola.catalog.entry import Reader
from cupola.catalog.missile import missile
from cupola.catalog.values import Source, unit_of
from cupola.catalog.yamlfile import read
from cupola.core.errors import BadInput, BadScenario
from cupola.dynamics.boost import max_range

SOURCES = {"s": Source("s", "title", "author", 2020)}


def entry(raw):
    return Reader("f.yaml", "sensor", SOURCES).entry("x", raw, ("entries", "x"))


def test_both_notations_and_units():
    e = entry({"cite": ["s", "assumed"], "range_km": 5, "turn_deg": [180, 90, 270], "mass_t": [2, "s", "read"],
               "speed": {"value": 4, "unit": "km/s", "source": "free", "year": 2001, "status": "read"}})  # fmt: skip
    assert e.si("range_km") == 5000.0
    assert e.si("turn_deg") == pytest.approx(math.pi)
    assert e.value("turn_deg").lo == 90
    assert (e.si("mass_t"), e.value("mass_t").status) == (2000.0, "read")
    assert (e.si("speed"), e.value("speed").year) == (4000.0, 2001)
    assert e.value("range_km").year == 2020


@pytest.mark.parametrize(
    ("key", "unit"), [("burnout_km_s", "km/s"), ("range_km", "km"), ("mass_kg", "kg"), ("cost_musd", "M USD"), ("warheads", "1")]
)
def test_unit_is_the_longest_known_ending(key, unit):
    assert unit_of(key)[0] == unit


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ({"a_km": 1}, r"entries\.x\.a_km: a number without a source"),
        ({"a_km": [1, "nobody", "read"]}, r"a_km: unknown source 'nobody'"),
        ({"a_km": [1, "s", "guessed"]}, r"a_km: unknown status 'guessed'"),
        ({"a_km": [1, 2, 3, "s", "read"]}, r"a_km: needs lo <= value <= hi"),
        ({"cite": ["s"], "a_km": 1}, r"cite: should be \[source key, status\]"),
        ({"cite": ["s", "read"], "a": {"b": [1.0, {"c_km": None}]}}, r"a\.b\[1\]\.c_km: cannot hold NoneType"),
        ({"a": {"value": 1, "unit": "m", "source": "x", "status": "read"}}, r"a: year is missing"),
        ({"cite": ["s", "read"], "a_km": float("inf")}, r"a_km: needs lo"),
    ],
)
def test_a_bad_entry_names_file_and_path(raw, message):
    with pytest.raises(BadScenario, match=message) as e:
        entry(raw)
    assert str(e.value).startswith("f.yaml: entries.x")


def test_missing_and_mistyped_fields_are_named():
    e = entry({"cite": ["s", "read"], "name": "a", "n": 1})
    with pytest.raises(BadScenario, match=r"f\.yaml: entries\.x\.range_km: is missing"):
        e.si("range_km")
    with pytest.raises(BadScenario, match=r"entries\.x\.name: should be a number, is text"):
        e.si("name")
    assert e.si("range_km", 3.0) == 3.0


def test_unknown_names_suggest_near_ones():
    with pytest.raises(BadInput, match=r"unknown missile 'scudb'; did you mean 'scud-b'"):
        missile("scudb")
    with pytest.raises(BadInput, match=r"unknown sensor 'tpy2'; did you mean 'tpy-2'"):
        load.sensor("tpy2")
    with pytest.raises(BadInput, match="no kind 'planet'"):
        load.entries("planet")


@pytest.mark.parametrize(
    ("text", "message"),
    [("a: 1\nb: [\n", r"f\.yaml:\d: not valid YAML"), ("a: 1\nb:\n  c: 1\n  c: 2\n", r"f\.yaml:4: b\.c: the key is given twice")],
)
def test_broken_yaml_names_the_line(text, message):
    with pytest.raises(BadScenario, match=message):
        read("f.yaml", text)


def test_enough_of_everything():
    sites = load.entries("site")
    types = {n: load.sensor(e.text("sensor")) for n, e in sites.items()}
    assert len(load.entries("missile")) >= 15
    assert len(sites) >= 40
    assert {t.text("domain") for t in types.values()} == {"ground", "sea", "air", "space"}
    assert len({e.text("owner") for e in sites.values()}) >= 5
    classes = {m.text("range_class") for m in load.entries("missile").values()}
    assert classes == {"srbm", "mrbm", "irbm", "icbm"}


@pytest.mark.parametrize("name", list(load.entries("missile")))
def test_missile_masses_add_up_and_it_flies_as_far_as_published(name):
    e, m = load.entry("missile", name), missile(name)
    total = e.si("payload_kg") + sum(s.si("propellant_kg") + s.si("dry_kg") for s in e.parts("stages"))
    launch = e.value("launch_kg")
    assert 0.99 * launch.lo <= total <= 1.01 * launch.hi
    reach = e.value("range_km")
    if m.glide is None and e.value("fit").source == "computed-fit":
        assert max_range(m.vehicle) == pytest.approx(m.reach, rel=0.03)
    elif m.glide is None:  # flown lofted: at least as far
        assert max_range(m.vehicle) > 0.97 * reach.si


def test_citations_are_sorted_and_each_once():
    found = load.citations([load.entry("missile", "scud-b"), load.entry("missile", "scud-b"), load.site("beale")])
    keys = [s.key for s in found]
    assert keys == sorted(set(keys))
    assert {"wp-missiles", "wp-radars"} <= set(keys)
