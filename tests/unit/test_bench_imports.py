"""The measurements of ``bench/`` are run by hand: each is imported here, so that a name that was changed is noticed at once."""

from __future__ import annotations

import ast
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from cupola.core import errors

BENCH = Path(__file__).parents[2] / "bench"
OTHERS = ("stonesoup",)  # what a measurement compares with and no extra brings
SCRIPTS = sorted(BENCH.glob("*.py"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda p: p.stem)
def test_a_measurement_finds_what_it_names(script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCH))  # they import each other as scripts do
    spec = importlib.util.spec_from_file_location(f"bench_{script.stem}", script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)  # dataclasses look their module up
    try:
        spec.loader.exec_module(module)
    except ModuleNotFoundError as e:
        if (e.name or "").partition(".")[0] not in OTHERS:
            raise
        pytest.skip(f"{script.name} compares with {e.name}, which is not installed")
    assert missing(script, module) == []


def missing(script: Path, module: ModuleType) -> list[str]:
    """What the script takes of a module of ours that is not there."""
    taken = [n for n in ast.walk(ast.parse(script.read_text())) if isinstance(n, ast.Attribute) and isinstance(n.value, ast.Name)]
    return [f"{n.value.id}.{n.attr}" for n in taken if ours(of := getattr(module, n.value.id, None)) and not hasattr(of, n.attr)]  # type: ignore[attr-defined]


def ours(found: object) -> bool:
    return isinstance(found, ModuleType) and found.__name__.partition(".")[0] == "cupola"


def test_a_name_that_was_changed_is_noticed(tmp_path: Path) -> None:
    script = tmp_path / "some.py"
    script.write_text("errors.BadInput, errors.Renamed, tmp_path.name")
    module = ModuleType("some")
    module.errors = errors  # type: ignore[attr-defined]
    assert missing(script, module) == ["errors.Renamed"]


def test_there_are_measurements() -> None:
    assert SCRIPTS
