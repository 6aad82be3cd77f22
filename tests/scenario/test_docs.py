"""The documentation says what is so: commands are parsed by the real parser, scenarios load, code runs, links lead somewhere."""

import re
import shlex
from pathlib import Path

import numpy as np
import pytest

from cupola import scenario
from cupola.cli import main, parser
from cupola.formats import detfile
from cupola.fusion import tally

DOCS = Path(__file__).parents[2] / "docs"
PAGES = sorted(DOCS.glob("*.md"))
FENCE = re.compile(r"^```(\w+)\n(.*?)^```", re.DOTALL | re.MULTILINE)


def fences(kind: str) -> list[tuple[str, str]]:
    return [(p.name, body) for p in PAGES for k, body in FENCE.findall(p.read_text()) if k == kind]


def commands() -> list[tuple[str, str]]:
    """(page, command) of every command line in a fence; comments cut."""
    shell = [(page, line) for page, body in fences("sh") for line in body.splitlines()]
    console = [(page, line[2:]) for page, body in fences("console") for line in body.splitlines() if line.startswith("$ ")]
    inline = [
        (p.name, c)
        for p in PAGES
        for c in re.findall(r"`(cupola [a-z][^`]*)`", p.read_text())
        if not re.search(r"[A-Z]{3}|\.\.\.", c)
    ]
    return [(page, line.split("  #")[0].strip()) for page, line in shell + console + inline if "cupola " in line]


def test_there_is_something_to_check():
    assert len(PAGES) >= 7
    assert len(commands()) > 15


@pytest.mark.parametrize(("page", "command"), commands())
def test_commands_are_ones_the_parser_knows(page, command):
    words = shlex.split(command)
    assert words[0] == "cupola", page
    if words[1:] == ["--help"]:
        return
    if len(words) == 2:  # a command is named, not run
        words.append("--help")
        with pytest.raises(SystemExit) as e:
            parser().parse_args(words[1:])
        assert e.value.code == 0
        return
    a = parser().parse_args(words[1:])
    if a.command == "run" and not a.scenario.endswith(".yaml"):
        overrides = dict(s.split("=", 1) for s in a.set)
        scenario.load(a.scenario, overrides, a.without)


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_every_command_shown_has_an_output(page):
    for body in [b for k, b in FENCE.findall(page.read_text()) if k == "console"]:
        assert "Traceback" not in body
        lines = body.splitlines()
        silent = [a for a, b in zip(lines, [*lines[1:], "$ "], strict=True) if a.startswith("$ ") and b.startswith("$ ")]
        assert not silent, f"{page.name}: run tools/docs.py for {silent}"


def test_the_example_is_the_file_and_loads():
    (shown,) = [text for page, text in fences("yaml") if page == "scenarios.md"]
    assert shown == (DOCS / "examples" / "one-shot.yaml").read_text()
    assert scenario.load(str(DOCS / "examples" / "one-shot.yaml")).name == "one-shot"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)]+)\)", page.read_text()):
        file, _, anchor = target.partition("#")
        found = DOCS / file if file else page
        assert found.is_file(), f"{page.name}: {target}"
        headings = [
            re.sub(r"[^a-z0-9 -]", "", h.lower()).strip().replace(" ", "-")
            for h in re.findall(r"^#+ (.*)$", found.read_text(), re.MULTILINE)
        ]
        assert not anchor or anchor in headings, f"{page.name}: {target}"


def keys(value: object) -> set[str]:
    if isinstance(value, dict):
        return set(value).union(*(keys(v) for v in value.values()))
    return set().union(*(keys(v) for v in value)) if isinstance(value, list) else set()


def test_every_key_of_the_summary_is_explained(tmp_path):
    import json

    out = tmp_path / "s.json"
    assert main(["run", str(DOCS / "examples" / "one-shot.yaml"), "--duration", "40", "--json", str(out)]) == 0
    text = (DOCS / "summary.md").read_text()
    known = set(re.findall(r"`([A-Za-z0-9_ ]+)`", text)) | set(
        re.findall(r"^## (.*)$", text.replace(" and ", "\n## "), re.MULTILINE)
    )
    assert keys(json.loads(out.read_text())) | set(tally.TALLY) <= known


def test_the_tutorials_code_runs(tmp_path, monkeypatch, capsys):
    """Six aircraft stand in for the recording."""
    from cupola.dynamics.frames import ecef_from_geodetic
    from cupola.formats.reports import Reports, Source
    from cupola.fusion import associate
    from cupola.run import ingest
    from cupola.run.track import track_file

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(associate, "ASSOCIATORS", dict(associate.ASSOCIATORS))
    t, n = np.repeat(np.arange(0.0, 200, 5), 6), np.tile(np.arange(6), 40)
    z = ecef_from_geodetic(0.8 + 0.01 * n, 5e-5 * t, np.full(len(t), 1e4))
    reports = Reports(t, z, np.zeros(len(t), np.int64), n.astype(str), (Source("adsb", "position", (60.0,) * 3, 0.95, 1.0),))
    detfile.write("britain.npz", ingest.detections([reports])[0])
    track_file("britain.npz", "tracks.npz")
    space: dict[str, object] = {}
    for page, body in fences("python"):
        exec(compile(body, page, "exec"), space)
    assert capsys.readouterr().out.startswith("6 tracks; 6 after the last scan\n")
