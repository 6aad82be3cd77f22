"""Bars of what moves an answer: a number at each end, as every text writes it, inside the picture whatever its width."""

from __future__ import annotations

import re
from typing import Any

import pytest

from cupola.assess.models import model, models
from cupola.assess.question import Input, Model, Output, known, unsearched
from cupola.assess.report import movers, words
from cupola.assess.report.pdf import FIT
from cupola.assess.tornado import Bar, tornado

vl_convert = pytest.importorskip("vl_convert", reason="reports need pip install 'cupola[studies]'")
TEXT = re.compile(r'<text [^>]*text-anchor="(start|end)" transform="translate\(([-\d.]+),[^>]*font-size="11px"[^>]*>([^<]*)</text>')
LETTER = 5.6  # px of the font at 11 px, on average


def made(name: str) -> tuple[list[dict[str, Any]], float, str]:
    """Bars of a question's first output that needs no search, with its defaults."""
    m = model(name)
    output = next(o for o in m.outputs if o.name in unsearched(m))
    values = {i.name: i.default for i in m.inputs}
    bars, _ = tornado(m, values, output.name)
    now = known(m)[output.name] if m.at_once else m.answer(values)[output.name]
    return movers.rows(m, output, bars), float(now), output.label


def test_an_end_tells_the_inputs_value_and_the_answer_there() -> None:
    price = Input("price", "Price", "million USD", 2.0, 0.0, 9.0)
    count = Model(
        "m", "", "", (price,), (Output("n", "Satellites", "", up=True), Output("c", "Cost", "billion USD")), dict, True, ""
    )
    (row,) = movers.rows(count, count.outputs[0], [Bar("price", 1.0, 3.0, 380.2, 420.0)])
    assert (row["lo_text"], row["hi_text"]) == ("$1M → 381", "$3M → 420")  # a least count is rounded up, as everywhere
    (row,) = movers.rows(count, count.outputs[1], [Bar("price", 1.0, 3.0, 104.2, 104.4)])
    assert (row["lo_text"], row["hi_text"]) == ("$1M → $104.2B", "$3M → $104.4B")  # two numbers are never one text
    assert movers.told([row], "$104B") == "Most: price; $104.2B at $1M, $104.4B at $3M, $104B now."
    assert movers.told([], "") == ""


@pytest.mark.parametrize("width", [300, 610])
@pytest.mark.parametrize("name", ["leakage", "stability", "programme-cost", "sizing-bound"])
def test_every_bar_has_its_numbers_inside_the_picture(name: str, width: int) -> None:
    rows, now, label = made(name)
    svg = vl_convert.vegalite_to_svg({**movers.chart(rows, label, now), "width": width, "autosize": FIT})
    texts = TEXT.findall(svg.replace("&amp;", "&"))
    wanted = [r[k] for r in rows[: movers.MOST] for k in ("lo_text", "hi_text")]
    found = [(anchor, float(x), text) for anchor, x, text in texts if "→" in text]
    assert {t for *_, t in found} == set(wanted)
    for anchor, x, text in found:
        left = x if anchor == "start" else x - LETTER * len(text)
        assert left >= -2.0, text
        assert left + LETTER * len(text) <= width + 2.0, text


@pytest.mark.parametrize("name", [n for n, m in models().items() if m.quick])
def test_the_ends_are_written_as_the_answer_is(name: str) -> None:
    rows, now, _ = made(name)
    output = model(name).outputs[0]
    for r in rows:
        for way in ("lo", "hi"):
            text = r[f"{way}_text"].split(" → ")[1]
            whole = words.answered(output, r[f"at_{way}"])
            assert whole.startswith(text) or len(text) > len(whole.split()[0]), (r["label"], text, whole)
    assert not rows or "now." in movers.told(rows, words.answered(output, now))
