"""Law 5: no bare numbers. Every number of the catalogue and every physical constant says what it is and how it is known."""

import importlib
import pkgutil
from pathlib import Path

import numpy as np
import pytest

import cupola
from cupola.catalog import load
from cupola.catalog.entry import Reader
from cupola.catalog.values import STATUSES, Source
from cupola.core import constants
from cupola.core.errors import BadScenario
from cupola.scenario.bibliography import constants as cited_constants
from cupola.scenario.bibliography import numbers

GUARDED = ("core", "dynamics", "observe", "catalog", "truth", "sensors", "scenario", "engage")
# No physical statement: step lengths and tolerances of the numerics (their effect is measured in design/), bounds that only widen a
# search, units, and what follows from cited constants alone.
NUMERICAL = {
    "NAN", "FASTEST", "TURN", "DB", "POLE", "UNIX_JD", "EP2", "E2", "POLAR_RADIUS", "UNITS", "FACTORS", "CELLS",
    "STEP", "STEP_AIR", "STEP_MAX", "STEP_MIN", "MAX_STEP", "ERROR", "ERROR_PART", "SETTLED", "SLOW", "TOLERANCE", "DRAG_FLOOR",
    "AIR_TOP", "ENTRY", "GRID", "COARSE", "FINE", "NEAR", "REVISIT", "REPORT_WITHIN", "NO_LIMITS",
}  # fmt: skip


@pytest.mark.parametrize("kind", sorted(load.FILES))
def test_every_number_of_the_catalogue_is_cited(kind):
    values = load.document(kind).values()
    assert values
    for path, v in values:
        assert v.status in STATUSES, path
        assert v.source, path
        assert 1900 <= v.year <= 2030, path
        assert v.unit, path
        assert v.lo <= v.value <= v.hi, path
        known = load.sources().get(v.source)
        assert known is None or (known.year == v.year and known.title), path


def test_no_file_of_the_catalogue_is_left_out():
    files = {f for f, _ in load.FILES.values()} | {"sources.yaml"}
    assert {p.name for p in load.DATA.glob("*.yaml")} == files


def test_an_assumption_says_so():
    """A source that is called an assumption is never quoted as something that was read."""
    for kind in load.FILES:
        for path, v in load.document(kind).values():
            if v.source.startswith("assumed"):
                assert v.status in ("assumed", "second-hand"), (path, v)


def test_every_constant_of_core_is_cited():
    numbers = {n for n, v in vars(constants).items() if n.isupper() and isinstance(v, float)}
    assert numbers == set(constants.SOURCES)


def test_cited_constants_are_complete_and_exist():
    found = cited_constants()
    assert len(found) > len(constants.SOURCES)
    for name, c in found.items():
        module, constant = name.rsplit(".", 1)
        assert hasattr(importlib.import_module(f"cupola.{module}"), constant), name
        assert c.source, name
        assert c.unit, name
        assert c.status in STATUSES, name


def is_number(value: object) -> bool:
    """A float, or nothing but numbers with a float among them in a tuple, a dict or an array."""
    if isinstance(value, dict):
        value = tuple(value.values())
    if isinstance(value, tuple):
        return any(is_number(v) for v in value)
    return type(value) is float or (isinstance(value, np.ndarray) and value.dtype.kind == "f")


def test_the_guard_sees_numbers_in_tables():
    assert is_number(1.0)
    assert is_number({"a": (1, (2.0, "s"))})
    assert is_number(np.zeros(1))
    assert not is_number(("a", 1))


@pytest.mark.parametrize("package", GUARDED)
def test_no_package_of_the_model_holds_an_uncited_constant(package):
    folder = Path(cupola.__file__).parent / package
    for info in pkgutil.iter_modules([str(folder)]):
        module = importlib.import_module(f"cupola.{package}.{info.name}")
        numbers = {n for n, v in vars(module).items() if n.isupper() and n[0] != "_" and is_number(v)}
        own = numbers - NUMERICAL - set(constants.SOURCES)
        inherited = {n.rsplit(".", 1)[1] for n in cited_constants()}
        assert own <= inherited, f"{info.name}: {sorted(own - inherited)}"


def test_a_number_without_a_source_is_refused():
    reader = Reader("made.yaml", "missile", {"known": Source("known", "t", "a", 2020)})
    with pytest.raises(BadScenario, match=r"made\.yaml: entries\.x\.stages\[1\]\.burn_s: a number without a source"):
        reader.entry("x", {"stages": [{"burn_s": [1.0, "known", "read"]}, {"burn_s": 2.0}]}, ("entries", "x"))


def test_a_scenario_is_cited_number_by_number():
    rows = numbers("lofted-1")
    burn = next(r for r in rows if r["number"] == "missile hwasong-17-class.stages.0.burn_s")
    assert burn["lo"] < burn["value"] < burn["hi"]
    assert burn["unit"] == "s"
    assert burn["status"] == "assumed"
    assert {r["number"] for r in rows} >= {f"core.constants.{n}" for n in ("MU", "OMEGA")}
    assert all(r["source"] and r["status"] in STATUSES for r in rows)
