"""Labels inside sentences: what is small there, and what keeps its capital."""

import re

import pytest

from cupola.assess.models import model, models
from cupola.assess.question import Output, checked, small
from cupola.assess.report import answer, words
from cupola.assess.study.quantities import TABLE
from cupola.core.errors import BadOption

LABELS = sorted({x.label for m in models().values() for x in (*m.inputs, *m.outputs)} | {q.label for q in TABLE.values()})
NAME = re.compile(r"[A-Z][A-Za-z]*[ -][A-Z][a-z]|[A-Z]('s)?\b|[A-Z]{2}|Patriot\b")  # two capital words, a letter, an abbreviation


def test_a_label_in_a_sentence_keeps_its_name_and_nothing_else():
    wanted = {label: label if NAME.match(label) else label[0].lower() + label[1:] for label in LABELS}
    assert {label: small(label) for label in LABELS} == wanted
    assert 5 < sum(small(label) == label for label in LABELS) < len(LABELS) / 4


@pytest.mark.parametrize(
    "label", ["", "A", "A's answer", "X-ray flux", "F10.7", "SM-3 IIA", "THAAD batteries", "Aegis Ashore sites"]
)
def test_names_letters_and_abbreviations_stay(label):
    assert small(label) == label


def test_a_refusal_keeps_capitals_inside_a_label():
    with pytest.raises(BadOption, match=r"solar activity, F10\.7 must lie between"):
        checked(model("decay"), {"f107": 999.0})
    with pytest.raises(BadOption, match="; geomagnetic activity, Ap must lie"):
        checked(model("decay"), {"ap": 999.0})
    with pytest.raises(BadOption, match="side A must lie"):
        checked(model("stability"), {next(i.name for i in model("stability").inputs if i.label == "Warheads of side A"): -1})


def test_sentences_of_an_answer_and_of_its_chance_use_the_same_words():
    m = model("stability")
    values = checked(m, {})
    found = m.answer(values)
    assert "; A's answer if B had no shield " in words.sentence(m, values, found)
    output = m.outputs[[o.label for o in m.outputs].index("A's answer if B had no shield")]
    assert isinstance(output, Output)
    told = answer._chance(m, found | {"errors": {output.name: 0.1}})
    assert ": A's answer if B had no shield " in told[0]
