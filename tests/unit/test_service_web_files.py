"""The page's files: vendored as published, complete, and with no address outside this machine."""

import importlib.util
import re
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WEB = ROOT / "web"
OURS = sorted(p for p in WEB.rglob("*") if p.suffix in {".html", ".js", ".css"} and "vendor" not in p.parts)


@pytest.fixture
def vendor():
    spec = importlib.util.spec_from_file_location("vendor", ROOT / "tools" / "vendor.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_vendored_files_are_the_published_ones(vendor):
    assert vendor.problems() == []


def test_a_changed_a_missing_and_a_foreign_file_are_named(vendor, tmp_path, monkeypatch):
    shutil.copytree(WEB / "vendor", tmp_path / "vendor")
    monkeypatch.setattr(vendor, "VENDOR", tmp_path / "vendor")
    (tmp_path / "vendor/cesium/Cesium.js").write_text("changed")
    (tmp_path / "vendor/world-atlas/lines.bin").unlink()
    (tmp_path / "vendor/extra.js").write_text("foreign")
    found = vendor.problems()
    assert found == [
        "extra.js: not in SHA256SUMS",
        "cesium/Cesium.js: differs from the published file",
        "world-atlas/lines.bin: missing",
    ]


def test_vendored_size_stays_small():
    assert sum(p.stat().st_size for p in (WEB / "vendor").rglob("*") if p.is_file()) < 15e6


@pytest.mark.parametrize("path", OURS, ids=lambda p: p.name)
def test_no_file_of_ours_names_an_outside_address(path):
    assert not re.findall(r"(?:https?:)?//[a-z0-9-]+\.[a-z]{2,}", path.read_text())


@pytest.mark.parametrize("path", OURS, ids=lambda p: p.name)
def test_everything_referred_to_exists(path):
    text = path.read_text()
    names = re.findall(r"""(?:from|src=|href=)\s*["'](\.?/?[\w./-]+\.\w+)["']""", text)
    base = path.parent
    assert [n for n in names if not (base / n).exists()] == []


def test_files_stay_small():
    assert {p.name: n for p in OURS if (n := len(p.read_text().splitlines())) > 300} == {}
