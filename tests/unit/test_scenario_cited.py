"""`cupola cite`: what a scenario's run uses, with values, and nothing it does not use."""

import subprocess
import sys
from importlib import resources

from cupola import scenario
from cupola.scenario.bibliography import NEVER, ONLY, constants, stated

LOADED = """
import sys
import cupola.run.virtual, cupola.run.summary
from cupola import scenario
scenario.build(scenario.load("lofted-1"))
print(*[m for m in sys.modules if m.startswith("cupola.")])
"""


def modules(names):
    return {n.removesuffix(".Config") for n in (key.rpartition(".")[0] for key in names)}


def test_values_stand_beside_their_sources():
    text = scenario.cited("raid-10")
    assert "missile generic-icbm-liquid" in text
    assert "cost 25.4 (24 to 28) M USD [int-findings-aei, second-hand]" in text
    assert "9.80665 m/s^2: CGPM 3, standard gravity (1901) [read; core.constants.G0]" in text
    assert text.index("\nCATALOGUE") < text.index("\nCONSTANTS") < text.index("\nSOURCES")
    assert text.count("  [csis-mt]") == 1


def test_what_a_scenario_does_not_use_is_left_out():
    text = scenario.cited("raid-10")
    assert not [w for w in ("truth.glider", "truth.telemetry", "run.ingest", "assess.", "formats.") if w in text]
    keys = {r["number"] for r in scenario.numbers("raid-10")}
    assert "catalog.defence.SALVO" in keys
    assert not [k for k in keys if k.startswith(NEVER)]
    assert {"truth.glider.RELEASE_M", "assess.tornado.SHARES"} <= {r["number"] for r in scenario.numbers()}
    assert "missile df-17-class" in scenario.cited()


def test_what_only_some_runs_reach_follows_the_scenario(tmp_path):
    plain = resources.files("cupola.scenario").joinpath("builtin", "lofted-1.yaml").read_text()
    glider = tmp_path / "glider.yaml"
    glider.write_text(plain.replace("hwasong-17-class", "generic-glide-icbm"))
    for name, glides in (("lofted-1", False), (str(glider), True)):
        keys = stated(name)[1]
        assert any(k.startswith(ONLY["infrared"]) for k in keys)
        assert any(k.startswith(ONLY["glide"]) for k in keys) is glides


def test_what_no_run_reaches_is_not_loaded_by_one():
    out = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True).stdout.split()
    loaded = {m.removeprefix("cupola.") for m in out}
    every = modules(constants())
    never = {m for m in every if m.startswith(("assess", "formats", "run.ingest", "run.trust"))}
    assert never == every - loaded


def test_every_name_left_out_is_one_of_a_constant():
    names = list(constants())
    kept = [
        n for n in (*NEVER, *(n for some in ONLY.values() for n in some)) if not any(k == n or k.startswith(f"{n}.") for k in names)
    ]
    assert kept == ["engage"]  # its numbers stand in the catalogue's doctrine; one of its own would be left out with it
