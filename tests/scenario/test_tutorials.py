"""The analysts' tutorials do what they show: every command is run, and prints what the page says."""

import importlib.util
import re
import shlex
import shutil
from pathlib import Path

import pytest

from cupola.cli import main

DOCS = Path(__file__).parents[2] / "docs"
TUTORIALS = ("tutorial-how-many-interceptors.md", "tutorial-what-does-a-raid-cost.md", "gallery.md")
NEEDS = {"report": "typst", "study": "joblib"}


def blocks(page: str) -> list[tuple[str, str]]:
    """Command and shown output, in order."""
    text = (DOCS / page).read_text()
    bodies = re.findall(r"^```console\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    return [
        (command, shown) for body in bodies for command, shown in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", body, re.MULTILINE)
    ]


@pytest.mark.parametrize(("command", "shown"), [pytest.param(*b, id=f"{page}: {b[0]}") for page in TUTORIALS for b in blocks(page)])
def test_a_command_prints_what_the_page_shows(command, shown, tmp_path, monkeypatch, capsys):
    words = shlex.split(command)[1:]
    needed = NEEDS.get(words[0])
    if needed and importlib.util.find_spec(needed) is None:
        pytest.skip(f"{command}: needs pip install 'cupola[studies]'")
    shutil.copytree(DOCS / "examples", tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    assert main(words) == 0
    out = capsys.readouterr().out
    if words[0] == "study" and importlib.util.find_spec("typst") is None:
        out, shown = (re.sub(r"(no report|report): .*\n", "", text) for text in (out, shown))
    assert [line.rstrip() for line in out.splitlines()] == [line.rstrip() for line in shown.splitlines()]


def test_there_are_commands_to_run():
    assert {page: len(blocks(page)) > 0 for page in TUTORIALS} == dict.fromkeys(TUTORIALS, True)


def test_the_study_shown_is_the_example():
    (shown,) = re.findall(r"^```text\n(.*?)^```", (DOCS / TUTORIALS[1]).read_text(), re.DOTALL | re.MULTILINE)
    example = (DOCS / "examples" / "leakers.yaml").read_text()
    assert shown == example.split("\n", 1)[1]
