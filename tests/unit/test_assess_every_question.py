"""What every question owes its user, whatever is asked of it."""

import importlib
import math
import pkgutil
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cupola import assess
from cupola.assess.models import FAMILIES, model, models
from cupola.assess.question import ask, checked
from cupola.catalog.values import STATUSES
from cupola.core.errors import BadInput, BadOption

NAMES = tuple(models())
QUICK = tuple(name for name, m in models().items() if m.quick)


def values(i):
    """Any value an input accepts, ends included."""
    if isinstance(i.default, bool):
        return st.booleans()
    if isinstance(i.default, str):
        return st.sampled_from(i.choices)
    return st.integers(int(i.lo), int(i.hi)) if isinstance(i.default, int) else st.floats(i.lo, i.hi)


def assumptions(m):
    """Some of the inputs at any value, the others at their defaults."""
    return st.fixed_dictionaries({}, optional={i.name: values(i) for i in m.inputs})


def test_every_question_is_found_by_its_name_where_it_stands():
    standing = {}
    for info in pkgutil.walk_packages(assess.__path__, "cupola.assess."):
        for m in getattr(importlib.import_module(info.name), "MODELS", ()):
            standing[m.name] = info.name.removeprefix("cupola.assess.")
    assert standing == FAMILIES
    assert [m.name for m in models().values()] == list(FAMILIES)


def test_one_question_imports_no_family_but_its_own():
    script = (
        "import sys\nfrom cupola.assess.models import FAMILIES, model\nmodel('stability')\n"
        "loaded = {f for f in FAMILIES.values() if f'cupola.assess.{f}' in sys.modules}\n"
        "sys.exit(f'imported: {loaded}' if loaded != {FAMILIES['stability']} else 0)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", NAMES)
def test_inputs_are_named_ranged_and_say_how_they_are_known(name):
    m = model(name)
    assert m.question.endswith("?")
    assert m.limits
    assert m.sources
    assert len({i.name for i in m.inputs}) == len(m.inputs)
    for i in m.inputs:
        assert i.label, i.name
        assert i.status in STATUSES, i.name
        assert i.status == "assumed" or i.source, i.name
        if isinstance(i.default, int | float) and not isinstance(i.default, bool):
            assert i.lo <= i.default <= i.hi, i.name
    assert checked(m, {}) == {i.name: i.default for i in m.inputs}


@pytest.mark.parametrize("name", NAMES)
def test_outputs_that_are_shares_by_their_label_are_told_as_shares(name):
    """Their intervals end at zero and one. A unit says of what else a number is: rounds for a wanted probability."""
    for o in model(name).outputs:
        assert not (o.share and o.unit), o.name
        if not o.unit and any(w in o.label.lower() for w in ("probability", "share", "leakage", "coverage")):
            assert o.share, o.name


@pytest.mark.parametrize("name", QUICK)
def test_the_answer_gives_every_output_twice_the_same(name):
    m = model(name)
    first, again = ask(m), ask(m)
    assert first == again
    assert set(first) >= {o.name for o in m.outputs}
    for chart in first.get("charts", ()):
        for x, y in chart.series.values():
            assert len(x) == len(y) > 0
            assert all(math.isfinite(v) for v in y), chart.title


@pytest.mark.parametrize("name", QUICK)
@given(data=st.data())
@settings(max_examples=25)
def test_any_accepted_assumption_gives_numbers_or_a_reason(name, data):
    m = model(name)
    asked = data.draw(assumptions(m))
    try:
        answer = ask(m, asked)
    except BadInput:
        return
    for o in m.outputs:
        assert not math.isnan(answer[o.name]), o.name
        if o.share:
            assert -1e-9 <= answer[o.name] <= 1 + 1e-9, o.name


@pytest.mark.parametrize(
    ("name", "asked", "words"),
    [
        ("programme-cost", {"first_unit_musd": -1.0}, "must lie between 0 and 5000 million USD"),
        ("programme-cost", {"life_yr": 0.0}, "design life of a satellite must lie between"),
        ("programme-cost", {"wet_mass_kg": 5000.0, "payload_kg": 4000.0}, "does not fit a launcher"),
        ("programme-cost", {"kill": 1.0}, "kill probability of one shot must lie between"),
        ("replenishment", {"altitude_km": 200.0, "budget_m_s": 0.0, "area_over_mass_m2_kg": 0.1, "period_yr": 50.0},
        "drag ends a satellite after"),
        ("architecture-cost", {"add_gbi": -21}, "takes 21 away where the baseline 'ground' has 20"),
        ("architecture-cost", {"baseline": "moon"}, "choose from none, ground"),
        ("cost-exchange", {"first": 3, "rounds": 2}, "a first salvo of 3 is more than the 2 rounds"),
        ("cost-exchange", {"missile_musd": -5.0}, "one missile must lie between"),
        ("magazine", {"stock": 10, "reserve": 11}, "a reserve of 11 is more than the 10 rounds"),
        ("magazine", {"stock": 10.5}, "write a whole number"),
        ("stability", {"a_warheads": 0, "b_warheads": 0}, "nothing to exchange"),
        ("launch-on-warning", {"range_km": 25000.0}, "must lie between 300 and 19000 km"),
        ("reliability", {"hits": 22}, "22 hits in 21 tests cannot be"),
        ("degradation", {"lost": 60}, "60 lost satellites are more than the 54"),
        ("degradation", {"lost": 50, "subverted": 5}, "5 lying satellites are more than the 4"),
        ("degradation", {"links": 4, "links_lost": 5}, "5 lost links are more than the 4"),
        ("degradation-interceptors", {"lost": 1081}, "1081 lost satellites are more than the 1080"),
        ("degradation-interceptors", {"reach_km": 110.0, "altitude_km": 400.0}, "does not bridge the 200 km"),
        ("decay", {"altitude_km": 200.0, "stop_altitude_km": 250.0}, "already below the 250 km"),
    ],
)  # fmt: skip
def test_impossible_assumptions_are_explained(name, asked, words):
    with pytest.raises(BadOption) as e:
        ask(model(name), asked)
    assert words in str(e.value)


@pytest.mark.parametrize("name", QUICK)
def test_each_input_alone_can_go_to_its_ends_or_says_why_not(name):
    """What a tornado chart asks. Only a limit that another input sets may stand in the way."""
    m = model(name)
    refused = []
    for i in m.inputs:
        if isinstance(i.default, int | float) and not isinstance(i.default, bool):
            for end in (i.lo, i.hi):
                try:
                    ask(m, {i.name: type(i.default)(end)})
                except BadInput as e:
                    refused.append((i.name, end, str(e)))
    others = {
        "first", "rounds", "reserve", "stock", "hits", "trials", "lost", "subverted", "planes", "per_plane", "links", "routes",
        "links_lost", "lat_lo_deg", "lat_hi_deg",
    }  # fmt: skip
    others |= {i.name for i in m.inputs if name.startswith("sizing-") and i.unit}  # time, reach and heights bound each other
    assert {n for n, _, _ in refused if not n.startswith("add_")} <= others, refused
