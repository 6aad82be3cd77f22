"""Laws 1 to 4 of the house, each shown to be able to fail, and that the command starts light.

Law 5 is test_citations.py; law 6 is tested where something can be lost (test_link_mock.py, test_ingest.py and others).
"""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINTER = shutil.which("lint-imports", path=str(Path(sys.executable).parent))


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    assert LINTER, "import-linter is part of the test extra: pip install -e '.[test]'"
    return subprocess.run([LINTER, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False)


def test_laws_1_to_4_hold() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    for name in (
        "layers point down",
        "the observer never sees the truth",
        "it cannot reach a network",
        "the numerical core is plain",
        "answers build on each other one way",
    ):
        assert name in done.stdout


@pytest.mark.parametrize(
    ("where", "line", "broken"),
    [
        ("fusion", "from cupola.truth import frame", "the observer never sees the truth"),
        ("engage", "import socket", "it cannot reach a network"),
        ("engage", "import urllib.request", "it cannot reach a network"),
        ("engage", "import subprocess", "it cannot reach a network"),
        ("dynamics", "import yaml", "the numerical core is plain"),
        ("core", "from cupola.run import virtual", "layers point down"),
        ("assess/orbits", "from cupola.assess.money import programme", "answers build on each other one way"),
    ],
)
def test_each_law_can_fail(tmp_path: Path, where: str, line: str, broken: str) -> None:
    """Break one law in a copy of the house and see the linter say so."""
    copy = tmp_path / "src"
    shutil.copytree(ROOT / "src", copy, ignore=shutil.ignore_patterns("__pycache__", "data", "builtin"))
    shutil.copy(ROOT / ".importlinter", tmp_path)
    (copy / "cupola" / where / "intruder.py").write_text(f'"""An intruder."""\n\n{line}\n')
    lines = ("import sys", f"sys.path.insert(0, {str(copy)!r})", "from importlinter.cli import lint_imports_command as go")
    script = "\n".join([*lines, "go(['--no-cache'])"])
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    said = [row for row in done.stdout.splitlines() if row.endswith("BROKEN")]
    assert any(broken in row for row in said), done.stdout + done.stderr


def test_help_imports_nothing_heavy() -> None:
    """``cupola --help`` within 0.3 s rests on this; bench/startup.py measures it."""
    script = (
        "import sys\nfrom cupola import cli\n"
        "try:\n cli.main(['--help'])\nexcept SystemExit:\n pass\n"
        "heavy = {'numpy', 'numba', 'scipy', 'zenoh', 'pydantic', 'yaml', 'starlette', 'uvicorn', 'asterix', 'mcap'}\n"
        "heavy &= set(sys.modules)\n"
        "sys.exit(f'imported: {sorted(heavy)}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "cupola" in done.stdout


def test_no_file_is_too_long() -> None:
    long = {p.name: n for p in (ROOT / "src").rglob("*.py") if (n := len(p.read_text().splitlines())) > 600}
    assert not long, f"cut these in two: {long}"


@pytest.mark.parametrize(
    "folder", sorted(p.parent for p in (ROOT / "src/cupola/assess").rglob("__init__.py")), ids=lambda p: p.name
)
def test_every_file_of_the_answers_stands_in_its_folders_map(folder: Path) -> None:
    said = ast.get_docstring(ast.parse((folder / "__init__.py").read_text())) or ""
    here = {p.stem for p in folder.glob("*.py")} - {"__init__"} | {p.parent.name for p in folder.glob("*/__init__.py")}
    assert not {name for name in here if f"``{name}``" not in said}, "name these in the folder's __init__"
