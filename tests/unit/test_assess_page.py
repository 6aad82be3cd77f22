"""The page of answers says what the questions say: every row of its tables is asked again."""

import re
from pathlib import Path

import pytest
import yaml

from cupola.assess.models import model, models
from cupola.assess.question import ask

PAGE = Path(__file__).parents[2] / "docs" / "answers.md"
ROW = re.compile(r"^\| `([a-z-]+)` \| (?:`([^`]*)`)? ?\| `([a-z0-9_]+)`[^|]*\| ([0-9.]+) \|$", re.MULTILINE)
ROWS = ROW.findall(PAGE.read_text())


def typed(name, text):
    """``salvo=5 restart=false`` with each value in its input's own type."""
    kinds = {i.name: type(i.default) for i in model(name).inputs}
    return {k: kinds[k](yaml.safe_load(v)) for k, v in (pair.split("=") for pair in text.split())}


def test_every_row_is_read():
    assert len(ROWS) == PAGE.read_text().count("\n| `") >= 30


@pytest.mark.parametrize(("name", "changed", "output", "printed"), ROWS)
def test_a_printed_number_is_what_is_answered(name, changed, output, printed):
    digits = len(printed.partition(".")[2])
    assert f"{ask(model(name), typed(name, changed))[output]:.{digits}f}" == printed


def test_questions_named_on_the_page_exist():
    named = set(re.findall(r"`([a-z]+(?:-[a-z]+)*)`", PAGE.read_text()))
    assert {name for name, *_ in ROWS} <= named & set(models())
