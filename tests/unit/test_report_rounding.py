"""One number, one text: what page, report, sentence and command write of an answer is the same, and of an interval two texts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cupola.assess import amounts
from cupola.assess.models import model, models
from cupola.assess.question import Answer, ask, known
from cupola.assess.report import answer, charts, words
from cupola.service import gallery


def texts(spec: Any) -> Iterator[tuple[float, str]]:
    """Every drawn value of a chart with the text that its bar or its tip shows."""
    if isinstance(spec, dict):
        if "text" in spec and isinstance(spec.get("y"), int | float):
            yield spec["y"], spec["text"]
        for v in spec.values():
            yield from texts(v)
    elif isinstance(spec, list):
        for v in spec:
            yield from texts(v)


def answered(name: str) -> Answer:
    m = model(name)
    return ask(m) if m.quick else known(m)


@pytest.mark.parametrize("name", list(models()))
def test_an_output_has_one_text_on_the_page_in_the_report_and_in_the_sentence(name: str) -> None:
    m, found = model(name), answered(name)
    values = {i.name: i.default for i in m.inputs}
    page = {o["name"]: o["shown"] for o in gallery._found(m, values, found, {})["outputs"]}
    sentence = words.sentence(m, values, found)
    for o in m.outputs:
        assert page[o.name] == words.answered(o, found[o.name])
        assert page[o.name] in sentence
    for c in found.get("charts", ()):
        for value, text in texts(charts.chart(c)):
            assert text == amounts.number(value), (c.title, value)


def test_the_report_of_an_answer_has_the_texts_of_the_page() -> None:
    m = model("leakage")
    values = {i.name: i.default for i in m.inputs}
    page = gallery._found(m, values, ask(m), {})["outputs"]
    assert answer.of_model(m, values).numbers == tuple((o["label"], o["shown"]) for o in page)


@given(st.floats(-1e12, 1e12), st.floats(-1e12, 1e12), st.sampled_from(["", "rounds", "billion USD", "$"]))
@settings(max_examples=200, deadline=None)
def test_two_ends_have_two_texts_where_nine_digits_tell_them_apart(lo: float, hi: float, unit: str) -> None:
    low, high = amounts.ends(lo, hi, unit)
    far = abs(lo - hi) > 1e-8 * max(abs(lo), abs(hi)) and max(abs(lo), abs(hi)) > 1e-3
    assert low != high or not far
    own = unit if amounts.is_money(unit) else ""
    tried = [(amounts.shown(lo, own, k), amounts.shown(hi, own, k)) for k in range(3, amounts.MOST_DIGITS + 1)]
    assert (low, high) == next((pair for pair in tried if pair[0] != pair[1]), tried[0])  # no more digits than it takes


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (0.125, 2, "0.12"),
        (1234.5, 3, "1,234"),
        (1234.56, 6, "1,234.56"),
        (0.9987, 3, "0.9987"),
        (12345678.0, 3, "12,345,678"),
        (1e-5, 3, "1.00e-05"),
        (-0.5, 3, "-0.5"),
        (43.9997, 6, "43.9997"),
        (999.4, 3, "999"),
        (999.6, 3, "1,000"),
        (-999.6, 3, "-1,000"),
        (1000.4, 3, "1,000"),
        (-0.0, 3, "0"),
    ],
)
def test_a_number_has_three_digits_that_count_unless_more_are_asked_for(value: float, digits: int, text: str) -> None:
    assert amounts.number(value, digits) == text
