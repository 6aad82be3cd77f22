"""Law 5: no bare numbers. Every number of the catalogue and every physical constant says what it is and how it is known."""

import dataclasses
import functools
import importlib
import pkgutil

import numpy as np
import pytest

from cupola.catalog import load
from cupola.catalog.entry import Reader
from cupola.catalog.values import STATUSES, Source
from cupola.core import constants
from cupola.core.errors import BadScenario
from cupola.fusion.config import Config
from cupola.scenario.bibliography import constants as cited_constants
from cupola.scenario.bibliography import numbers

GUARDED = (
    "core", "dynamics", "observe", "formats", "catalog", "truth", "sensors", "scenario", "engage", "fusion", "discriminate",
    "picture", "run", "assess",
)  # fmt: skip
# No physical statement: step lengths and tolerances of the numerics (their effect is measured in design/), bounds that only widen a
# search, units, and what follows from cited constants alone.
NUMERICAL = {
    "NAN", "FASTEST", "TURN", "DB", "POLE", "UNIX_JD", "EP2", "E2", "POLAR_RADIUS", "UNITS", "FACTORS", "CELLS",
    "STEP", "STEP_AIR", "STEP_MAX", "STEP_MIN", "MAX_STEP", "ERROR", "ERROR_PART", "SETTLED", "SLOW", "TOLERANCE", "DRAG_FLOOR",
    "AIR_TOP", "ENTRY", "GRID", "COARSE", "FINE", "NEAR", "REVISIT", "REPORT_WITHIN",
}  # fmt: skip
# The same, module by module: weights, thresholds of decisions, step lengths, periods, units and defaults of questions, whose inputs
# say themselves where they come from. What they do is measured in design/.
ALGORITHM = {
    "formats.adsb": {"TIMES", "STAMPS", "HEIGHTS", "LATEST", "LOWEST", "HIGHEST"},
    "formats.asterix": {"READS"},
    "formats.asterix_items": {"DAY_S", "FLIGHT_LEVEL"},
    "formats.detfile": {"FAR", "FINEST", "COARSEST"},
    "formats.telemetry": {"LARGEST_GAP", "HEIGHTS"},
    "fusion.belief": {"CERTAIN", "STEEPEST", "FAINT"},
    "fusion.boost": {"LIT", "OUT", "ASTRAY"},
    "fusion.crowd": {"ANGLE", "RANGE"},
    "fusion.delete": {"DOWN", "WORTH", "ONE_MISS", "SURE"},
    "fusion.gate": {"LN_TURN"},
    "fusion.initiate": {"CLAIMED"},
    "fusion.maneuver": {"MEMORY", "EXPECTED", "GATE2", "CHANCE", "ALERT"},
    "fusion.merge": {"PERIOD", "REACH", "CHANCE", "APART", "APART_SPEED", "FREEDOM", "ODDS", "LIKELY", "GONE", "FAR"},
    "fusion.motion": {"LONGEST", "SERIES", "SLOWING", "BRIEFEST", "CERTAIN", "FARTHEST"},
    "fusion.report": {"KNOWN"},
    "fusion.sight": {"PRIOR_LOOKS", "DOUBT_LOOKS", "FADE", "FLOOR"},
    "fusion.split": {"LEAST", "ALIKE", "ENDED"},
    "fusion.stereo": {"SUPPORT", "STEEP"},
    "fusion.tracker": {"PERIOD"},
    "fusion.update": {"CERTAIN", "MEMORY", "CALM", "POWER", "WIDEST"},
    "discriminate.bayes": {"SIMILARITIES"},
    "discriminate.crowd": {"FARTHEST"},
    "discriminate.kinematics": {"WIDE"},
    "discriminate.looks": {"LEAST"},
    "discriminate.scoring": {"LEAST"},
    "discriminate.signatures": {"SIMILARITIES"},
    "picture.alerts": {"VAGUE", "PATIENCE", "YOUNG"},
    "picture.compose": {"SETTLE"},
    "picture.descent": {"APART"},
    "picture.impact_kernels": {"CENTRE", "SIDES", "THIN", "BRAKES"},
    "picture.impact_refresh": {"SOONEST", "LATEST", "PART"},
    "picture.launch_kernels": {"STEADY", "FIT"},
    "picture.ranges": {"LEAST"},
    "engage.opportunities": {"EASE"},
    "run.ceiling": {"EVEN"},
    "run.chain": {"NEAR_M"},
    "run.ingest": {"LEAST_PD", "MOST_PD"},
    "run.judge": {"EVERY_S"},
    "run.summary": {"NEAR_LAUNCH_M", "NEAR_LAUNCH_S", "MB"},
    "run.trust": {"SLOW_FOR_S"},
    "assess.flight.ascent_fit": {"GOOD", "STARTS"},
    "assess.shield.campaign": {"YEAR"},
    "assess.orbits.sizing": {"WHOLE"},
    "assess.question": {"WHOLE"},
    "assess.study.engines": {"ANSWER_S"},
    "assess.orbits.sizing_published": {"TIMES"},
    "assess.counting": {"ROUNDING"},
    "assess.orbits.decay": {"DAY", "YEAR", "NODES", "WEIGHTS"},
    "assess.orbits.degradation": {"NEVER"},
    "assess.flight.claim": {"MOST_KM", "MOST_S", "LIMIT_KM"},
    "assess.flight.free_fall": {"WIDEST"},
    "assess.literature.constellations": {"AEI", "BAND", "DECISION_S"},
    "assess.literature.costs": {"COSTS"},
    "assess.literature.compare": {"TINIEST"},
    "assess.literature.units": {"GROUPS", "SUFFIXES"},
    "assess.literature.case": {"LARGEST"},
    "assess.literature.flights": {"HEADINGS", "GRAZING_KM"},
    "assess.literature.sense": {"INF", "TINY"},
    "assess.orbits.loss": {"THOUSANDTH", "NEVER"},
    "assess.orbits.tracking_layer": {"ROUNDING"},
    "assess.shield.reliability": {"PRIORS", "NODES", "WEIGHTS"},
    "assess.money.replenish": {"TRILLION", "LOST_AT", "NEVER"},
    "assess.report.axes": {"LOG_SPAN", "NEAR", "NEAR_X"},
    "assess.amounts": {"MONEY", "MONEY_STEPS"},
    "assess.orbits.lattice_kernels": {"FIRST", "LAST", "GIVE_UP"},
    "assess.orbits.launch_kernels": {"SLACK", "NEARLY", "ALMOST"},
    "assess.orbits.launchable": {"MORE", "PARTS", "TO_COME", "BUDGET", "EVEN", "SLANTED", "CHEAPEST"},
    "assess.orbits.lattices": {"HOPEFUL", "MORE", "GOOD", "LOOKING", "SHORTEST", "LONGEST"},
    "assess.orbits.shell": {"NODES", "WEIGHTS", "HALF", "PLACES", "SHARES"},
    "assess.orbits.shell_mix": {"LITTLE", "STRICTER", "BUDGET", "FILLING", "WIDER", "NARROW"},
    "assess.orbits.shell_plan": {"OFF", "LARGEST"},
    "assess.orbits.shell_search": {"BUDGET", "STRICTER", "FULLER", "CLOSE"},
    "assess.spread": {"QUANTILES", "Z90"},
    "assess.shield.stability": {"SHARES"},
    "assess.study.progress": {"EVERY_S"},
    "assess.study.run": {"GROWTH"},
    "assess.flight.telemetry_file": {"DEFAULT_SITE"},
    "assess.shield.warning_time": {"MIN"},
}
SETTINGS = {"gate", "gate_position", "confirm_score", "stereo_window", "stereo_gate", "air_coast", "spent_coast", "sigma_limit",
            "late_limit", "hold"}  # fmt: skip


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
        pkgutil.resolve_name(f"cupola.{name}")
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


def floats(module):
    """The module's upper-case numbers, as (name, value in words)."""
    return {(n, repr(v)) for n, v in vars(module).items() if n.isupper() and n[0] != "_" and is_number(v)}


@functools.cache
def known():
    """Every cited constant, and every one of the numerics, as (name, value in words): a module may use another's, as it is."""
    cited = {(name.rsplit(".", 1)[1], repr(pkgutil.resolve_name(f"cupola.{name}"))) for name in cited_constants()}
    for module, names in ALGORITHM.items():
        cited |= {(n, v) for n, v in floats(importlib.import_module(f"cupola.{module}")) if n in names}
    return cited


@pytest.mark.parametrize("package", GUARDED)
def test_no_package_of_the_model_holds_an_uncited_constant(package):
    where = importlib.import_module(f"cupola.{package}").__path__
    for info in pkgutil.walk_packages(where, f"cupola.{package}."):
        bare = {(n, v) for n, v in floats(importlib.import_module(info.name)) if n not in NUMERICAL} - known()
        assert not bare, f"{info.name}: {sorted(bare)}"


def test_every_physical_setting_of_the_tracker_is_cited():
    numbers = {f.name for f in dataclasses.fields(Config) if isinstance(f.default, float)}
    cited = {n.rsplit(".", 1)[1] for n in cited_constants() if n.startswith("fusion.config.Config.")}
    assert cited == numbers - SETTINGS


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
    setting = next(r for r in rows if r["number"] == "fusion.config.Config.exhaust_speed")
    assert setting["value"] == Config().exhaust_speed
    assert all(r["source"] and r["status"] in STATUSES for r in rows)
