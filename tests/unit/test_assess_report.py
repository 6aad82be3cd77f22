"""Reports: everything inside the file, nothing from elsewhere, the same bytes again, and a PDF that is a document."""

import itertools
import json
import re
import resource
import urllib.parse
import zlib
from dataclasses import replace

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from cupola.assess.question import Chart, Input, Model, Output
from cupola.assess.report import answer as report
from cupola.assess.report import axes, labels, sweeps
from cupola.assess.report import charts as report_charts
from cupola.assess.report import files as report_files
from cupola.assess.report import html as report_html
from cupola.assess.report import inputs as report_inputs
from cupola.assess.report import words as report_words
from cupola.assess.shield.leakage import MODELS as SHIELD
from cupola.assess.study import store as study_store
from cupola.assess.tornado import plausible
from cupola.cli import main
from cupola.core.errors import BadOption

LEAKAGE = SHIELD[0]
vl_convert = pytest.importorskip("vl_convert", reason="reports need pip install 'cupola[studies]'")

INPUTS = (
    Input("missiles", "Missiles", "", 10, 1, 100, 1, source="A. Author, 2020", status="read"),
    Input("price", "Price of one", "$", 2e6, 0.0, 1e9, help="with </script> in its help & a #heading"),
    Input("seed", "Seed", "", 7, role="numeric"),
)
OUTPUTS = (Output("cost", "Cost of all", "$"), Output("share", "A share", ""))


def answer(given):
    x = list(range(1, 6))
    charts = [
        Chart(
            "A line",
            "missiles",
            "cost [$]",
            {"now": (x, [k * given["price"] for k in x]), "published": ([3], [1e6])},
            note="A note.",
        ),
        Chart(
            "A band",
            "missiles",
            "cost",
            {"lo": (x, x), "hi": (x, [k + 1 for k in x]), "mid": (x, [k + 0.5 for k in x])},
            kind="band",
        ),
        Chart("Bars", "kind", "cost", {"a": (["one", "two"], [1.0, 2.0]), "b": (["one", "two"], [2.0, 1.0])}, kind="bar"),
        Chart("Points", "x", "y", {"p": ([1.0, 2.0], [1e-3, 1e6])}, kind="points"),
    ]
    return {"cost": given["missiles"] * given["price"], "share": float("nan"), "charts": charts}


COST = Model(
    "cost", "Cost of missiles", "What do missiles cost?", INPUTS, OUTPUTS, answer, True, "An example ≤ σ.", ("A. Author, 2020",)
)


@pytest.fixture
def made():
    return report.of_model(COST, report_inputs.read(COST, {"missiles": "20"}))


def test_a_page_without_charts_does_without_the_library_that_draws_them(made):
    whole, bare = report_html.page(made), report_html.page(replace(made, figures=()))
    assert "vegaEmbed(" in whole
    assert "<script" not in bare
    assert bare.endswith("</body></html>\n")
    assert len(bare) < len(whole) - 500_000


def test_every_chart_is_one_that_vega_draws(made):
    assert [f.title for f in made.figures] == ["A line", "A band", "Bars", "Points", "What moves “Cost of all” most"]
    for figure in made.figures:
        svg = vl_convert.vegalite_to_svg({**figure.spec, "width": 400})
        assert len(re.findall("<path", svg)) > 3
    assert "log scale" in json.dumps(made.figures[3].spec)


def test_the_page_holds_all_and_loads_nothing(made):
    page = report_html.page(made)
    shown = page.split('<script type="application/json"')[0]
    for text in (
        "$40M",
        "Missiles",
        "20 *",
        "1 to 100",
        "A. Author, 2020",
        "An example ≤ σ.",
        "A note.",
        "seed</dt><dd>7",
        made.digest,
    ):
        assert text in shown
    assert not re.search(r"<(?:script|img|link|iframe)[^>]+(?:src|href)\s*=|@import|url\(", shown)
    assert "default-src 'none'" in page
    assert page.count("</script>") == page.count("<script") == 3  # a text of the model closes no script
    (href,) = re.findall(r'href="data:application/yaml;charset=utf-8,([^"]+)"', page)
    study = yaml.safe_load(urllib.parse.unquote(href))
    assert study["set"] == {"missiles": 20, "price": 2e6, "seed": 7}
    assert page == report_html.page(report.of_model(COST, {"missiles": 20, "price": 2e6, "seed": 7}))


def test_the_document_has_its_words_and_is_the_same_again(made, tmp_path):
    pytest.importorskip("typst", reason="PDF reports need pip install 'cupola[studies]'")
    page, document = report_files.write(made, tmp_path / "new" / "folder")
    data = document.read_bytes()
    assert data.startswith(b"%PDF-")
    assert b"/Title" in data
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", data)) >= 2
    fonts = b"".join(inflated(data))
    assert b"LibertinusSerif" in data + fonts
    assert page.read_text() == report_html.page(made)
    assert report_files.write(made, tmp_path / "again")[1].read_bytes() == data
    assert (tmp_path / "again" / "cost.yaml").read_text() == made.yaml


def inflated(data: bytes):
    for m in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", data, re.DOTALL):
        try:
            yield zlib.decompress(m[1])
        except zlib.error:
            continue


def test_numbers_are_as_people_write_them():
    said = {
        (3.6e12, "$"): "$3.6T", (1.75e11, "$"): "$175B", (999_999.0, "$"): "$1M", (-2.5e6, "$"): "-$2.5M",
        (104.2, "billion USD"): "$104B", (450, "million USD per year"): "$450M per year", (16012.4, ""): "16,012",
        (0.93772, ""): "0.938", (0.99983, ""): "0.99983", (0.999, ""): "0.999",
        (44, "rounds"): "44 rounds", (True, ""): "yes", (None, "km"): "—", (float("inf"), "km"): "∞",
        (2.0e-7, ""): "2.00e-07", (0.0, "km"): "0 km", ("walker", ""): "walker",
    }  # fmt: skip
    assert {k: report_words.shown(*k) for k in said} == said


def test_a_chart_without_a_value_still_draws():
    spec = report_charts.chart(Chart("x", "x", "y", {"a": ([1, 2, 3], [1.0, float("nan"), float("inf")])}))
    assert spec["layer"][0]["data"]["values"][1]["y"] is None
    assert "<svg" in vl_convert.vegalite_to_svg(spec)


def test_the_command_writes_both_and_refuses_in_one_line(tmp_path, capsys):
    pytest.importorskip("typst", reason="PDF reports need pip install 'cupola[studies]'")
    assert main(["report", "leakage", "--set", "kill=0.7", "--out", str(tmp_path / "r")]) == 0
    page, document, main_line = capsys.readouterr().out.splitlines()
    assert [p.rsplit("/", 1)[1] for p in (page, document)] == ["report.html", "report.pdf"]
    assert main_line == "Warheads that get through, expected: 0.53 warheads"
    for wrong, words in {"nothing": "no model", "leakage --set kill=7": "between 0.01", "leakage --set kill": "NAME=VALUE"}.items():
        assert main(["report", *wrong.split(), "--out", str(tmp_path / "w")]) == 2
        said = capsys.readouterr().err
        assert words in said
        assert said.count("\n") == 1
    assert main(["report", "leakage"]) == 2
    (tmp_path / "file").write_text("")
    with pytest.raises(BadOption, match="cannot be written"):
        report_files.write(report.of_model(COST, report_inputs.read(COST, {})), tmp_path / "file")


def test_a_full_disk_leaves_the_report_that_was_there_and_no_part(made, tmp_path):
    pytest.importorskip("typst", reason="PDF reports need pip install 'cupola[studies]'")
    page, document = report_files.write(made, tmp_path)
    before = page.read_bytes(), document.read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, hard))  # refused by the system, as on a full disk
    try:
        with pytest.raises(BadOption, match=r"report\.html: cannot be written \(.*unchanged") as told:
            report_files.write(replace(made, summary="another"), tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "\n" not in str(told.value)
    assert (page.read_bytes(), document.read_bytes()) == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["cost.yaml", "report.html", "report.pdf"]


def test_a_chart_that_asks_for_it_is_logarithmic_and_large_numbers_are_short():
    few = Chart("x", "x", "y", {"a": ([1.0, 2.0, 3.0], [900.0, 30.0, 20.0])})
    assert "log" not in json.dumps(report_charts.chart(few)["layer"])
    assert report_charts.chart(replace(few, log=True))["layer"][0]["encoding"]["y"]["scale"]["type"] == "log"
    much = Chart("x", "x", "y", {"a": ([1, 2], [0.0, 4.0e9])})
    svg = vl_convert.vegalite_to_svg({**report_charts.chart(much), "width": 400})
    assert ">3B<" in svg
    assert "000,000" not in svg.split("aria-label")[0] + "".join(re.findall(r"<text[^>]*>([^<]*)<", svg))


@pytest.mark.parametrize(
    ("values", "given", "how"),
    [
        ([1.0, 1e4], {}, "log"),
        ([1.0, 1e4], {"even": True}, "zero"),
        ([0.0, 1e9], {}, "zero"),
        ([5.0, 6.0], {"zero": False}, "free"),
        ([1.0, 6.0], {"zero": False}, "zero"),
        ([1.0, 6.0], {"zero": False, "near": 0.1}, "free"),
        ([-1.0, 6.0], {"zero": False}, "free"),
        ([float("nan"), None], {"zero": False}, "free"),
    ],
)
def test_one_rule_says_how_an_axis_runs(values, given, how):
    assert axes.axis(values, **given) == how


def test_a_charts_axes_are_those_of_the_rule():
    for c in answer({"missiles": 3, "price": 2.0, "seed": 1})["charts"][:2]:
        encoding = report_charts.chart(c)["layer"][-1]["encoding"]
        for side, how in axes.of_chart(c).items():
            scale = {"type": "log"} if how == "log" else {"zero": how == "zero"}
            assert scale.items() <= encoding[side]["scale"].items()
    turning = Chart("", "x", "y", {"a": ([1, 2, 3], [1.0, 1e5, 2.0])})
    assert axes.of_chart(turning)["y"] == "zero"
    assert axes.of_chart(replace(turning, kind="points"))["y"] == "log"


STUDY = """name: a sweep
question: How does it grow?
model: leakage
set: {decoys: 20}
vary: {warheads: [5, 20, 40], kill: [0.5, 0.9]}
outputs: [leaked]
"""


@pytest.fixture(scope="module")
def studied(tmp_path_factory):
    from cupola.assess.study import definition as study
    from cupola.assess.study import run as study_run

    folder = tmp_path_factory.mktemp("study")
    (folder / "sweep.yaml").write_text(STUDY)
    study_run.run(study.load(str(folder / "sweep.yaml")), folder / "out", "local", 1, None)
    return folder / "out"


def test_a_study_is_told_with_its_points_assumptions_and_file(studied):
    from cupola.assess.report import study as report_study

    made = report_study.read(studied)
    assert made.yaml == STUDY
    assert made.figures[0].title == "Warheads that get through, expected, by warheads in the raid and kill probability of one round"
    assert [name for name, _ in made.figures[0].drawn] == [
        "Kill probability of one round: 0.5",
        "Kill probability of one round: 0.9",
    ]
    places = [one["layer"][-1]["encoding"]["y"]["scale"]["domain"] for _, one in made.figures[0].drawn]
    assert places[0] == places[1]  # panels over the same axes
    assert all(vl_convert.vegalite_to_svg({**one, "width": 400}).count("<path") > 6 for _, one in made.figures[0].drawn)
    tables = {t.title: t for t in made.tables}
    assert len(tables["Results"].rows) == 6
    assumed = {row[0]: row[1] for row in tables["Assumptions"].rows}
    assert (assumed["Warheads in the raid"], assumed["Decoys beside them"]) == ("varied: 5, 20, 40 (default 20)", "20 *")
    page = report_html.page(made)
    assert page == report_html.page(report_study.read(studied))
    low, high = made.numbers[0][1].removesuffix(" warheads").split(" to ")  # over the points, not the first of them
    assert 0.0 <= float(low) < float(high)
    assert "20,000 raids" in made.summary
    assert "intervals at 95 % confidence" in made.summary
    assert re.fullmatch(r"[\d.]+ \[[\d.]+, [\d.]+\]", tables["Results"].rows[0][2])
    assert "Runs" not in tables["Results"].heads
    assert dict(made.facts)["drawn"].startswith("20,000 raids")
    assert made.command == f"cupola study {studied.parent / 'sweep.yaml'} --out {studied}"
    shown = [e.output for e in study_store.load(studied).estimates if e.point == 0]
    assert shown == [o.name for o in LEAKAGE.outputs]


def test_what_the_user_changed_is_the_users():
    rows = {r[0]: r for r in report.of_model(LEAKAGE, report_inputs.read(LEAKAGE, {"magazine": "100"}), "mine").tables[0].rows}
    assert rows["Rounds there are"][4:] == ("yours", "default 44, second-hand: 44 Ground-Based Interceptors (MDAA, as quoted)")
    assert rows["Kill probability of one round"][4] == "second-hand"
    made = report.of_model(LEAKAGE, report_inputs.read(LEAKAGE, {}), "my dir")
    assert made.command == "cupola report leakage --out 'my dir'"
    assert "Drawn; 95 % intervals of that chance alone: warheads that get through, expected " in made.summary


def test_a_zero_that_is_no_amount_is_a_word_in_every_range():
    i = Input("x", "X", "s", 0, 0, 300, zero="auto", low=0.0, high=190.0)
    assert (report_words.plausible(i), report_words.accepted(i)) == ("auto to 190 s", "auto to 300 s")
    assert plausible(replace(i, low=150.0), 240) == (150.0, 240)
    assert plausible(replace(i, low=150.0), 0) == (150.0, 190.0)


def test_intervals_differences_and_agreement_are_shown(studied):
    from cupola.assess.report import study as report_study
    from cupola.assess.study.result import Agreement, Difference, Estimate, Point

    result = replace(
        study_store.load(studied),
        spec={"model": "raid", "scenario": "raid-10", "design": "list", "set": {"links.*.delay_s": 2}, "repetitions": {"stop": {}}},
        points=(Point(0, "all", {}), Point(1, "one less", {}, ("leo-01",))),
        outputs=("engagement.leaked",),
        estimates=tuple(Estimate(k, "full", "engagement.leaked", 20, 2.0 + k, 1.0, 3.5, 0.3, "t") for k in (0, 1)),
        differences=(Difference(1, "full", "engagement.leaked", 20, 1.0, 0.5, 1.5, 3.0),),
        agreements=(Agreement(0, "engagement.leaked", 2.0, 2.5, 0.5, 0.1, 0.9, False),),
        finished=False,
    )
    made = report_study.of_study(result, STUDY)
    assert [f.title for f in made.figures] == ["Warheads that got through", "Warheads that got through: difference from “all”"]
    assert "NOT FINISHED" in made.summary
    tables = {t.title: t.rows for t in made.tables}
    assert tables["Results"][1] == ("one less", "3 [1, 3.5]", "20")
    assert tables["Differences from “all”"][0][2:] == ("1 [0.5, 1.5]", "more: worse", "20")
    assert tables["Fast against full, point by point"][0][-1] == "DIFFERENT"
    assert tables["Can the fast runs stand for full ones?"][0][1].startswith("fast gives 0.5 more than full at 1 of 1 design point")
    given = [(r[0], r[1], r[-1]) for r in tables["What this study sets and varies"]]
    assert ("Delay, all links", "2 s", "links.*.delay_s") in given
    assert ("In “one less”", "left out: leo-01", "cases") in given


def rows_of(lo, mean, hi, series="s"):
    return [
        {"x": x, "series": series, "mean": m, "lo": a, "hi": b}
        for x, a, m, b in zip(range(1, len(mean) + 1), lo, mean, hi, strict=True)
    ]


def drawn_up(spec):
    """The vertical places of the line's points."""
    svg = vl_convert.vegalite_to_svg({**spec, "width": 200})
    line = re.search(r'aria-roledescription="line mark"[^>]*d="([^"]*)"', svg)
    return [float(y) for y in re.findall(r"[ML][^,]*,([-0-9.e]+)", line[1])]


def marks(spec):
    """Kinds of marks, layer by layer, of a sweep without names at its ends."""
    return [layer["mark"]["type"] for layer in spec["layer"] if "mark" in layer]


def test_a_sweep_is_logarithmic_only_where_its_band_has_room_and_no_curve_turns():
    def scale(rows):
        return sweeps.sweep(rows, "x", "y")["layer"][-1]["encoding"]["y"]["scale"]

    falling = [2e4, 300.0, 1.0]
    assert scale(rows_of([1e4, 200.0, 0.5], falling, [3e4, 400.0, 2.0]))["type"] == "log"
    cut = rows_of([1e4, 200.0, 0.0], falling, [3e4, 400.0, 2.0])  # the interval of a count, cut at zero
    assert scale(cut)["zero"] is True
    assert scale(cut)["domain"] == [0.0, 3e4]
    assert len(set(drawn_up(sweeps.sweep(cut, "x", "y")))) == 3
    turned = [300.0, 2e4, 1.0]
    assert scale(rows_of([None] * 3, turned, [None] * 3))["zero"] is True
    assert scale(rows_of([-5.0, 1.0, 2.0], [-1.0, 2.0, 3.0], [1.0, 3.0, 4.0]))["domain"] == [-5.0, 4.0]


def test_a_sweep_has_its_band_where_there_is_an_interval():
    some = rows_of([1.0, 2.0, 3.0], [2.0, 3.0, 4.0], [3.0, 4.0, 5.0])
    assert marks(sweeps.sweep(some, "x", "y")) == ["area", "line"]
    gap = rows_of([1.0, None, 2.0, 3.0], [2.0, 3.0, 4.0, 5.0], [3.0, None, 5.0, 6.0])  # an area would hide that one has none
    assert marks(sweeps.sweep(gap, "x", "y")) == ["rule", "line"]
    svg = vl_convert.vegalite_to_svg({**sweeps.sweep(gap, "x", "y"), "width": 400})
    assert svg.count('aria-roledescription="rule mark"') == 3
    none = rows_of([None] * 2, [1.0, 2.0], [None] * 2)
    assert marks(sweeps.sweep(none, "x", "y")) == ["line"]
    assert (sweeps.banded(some), sweeps.banded(none)) == (True, False)


def test_a_sweep_has_one_band_and_the_name_of_each_line_at_its_end():
    full = rows_of([1.0, 2.0], [2.0, 3.0], [3.0, 4.0], "full path")
    fast = rows_of([1.0, 2.0], [2.1, 3.1], [3.1, 4.1], "fast")
    spec = sweeps.sweep(full + fast, "x", "y")
    assert marks(spec) == ["area", "line", "rule", "line"]
    svg = vl_convert.vegalite_to_svg({**spec, "width": 400})
    assert {"full path", "fast"} <= set(re.findall(r">([^<>]+)</text>", svg))
    assert "role-legend" not in svg.replace('role-legend"></g>', "")
    assert len(set(re.findall(r'line mark"[^>]*stroke-dasharray="([^"]*)"', svg))) == 2  # told apart without colours


def test_names_that_do_not_fit_at_the_ends_stand_in_a_legend():
    rows = [r for name in ("a " * 30, "b " * 30) for r in rows_of([None] * 2, [1.0, 2.0], [None] * 2, name)]
    svg = vl_convert.vegalite_to_svg({**sweeps.sweep(rows, "x", "y"), "width": 400})
    assert "legend-label" in svg


def test_a_legend_tells_lines_by_their_dashes_too():
    """As on paper without colour: the second line's symbol is dashed as the line is."""
    rows = [r for name in ("a " * 30, "b " * 30) for r in rows_of([None] * 2, [1.0, 2.0], [None] * 2, name)]
    svg = vl_convert.vegalite_to_svg({**sweeps.sweep(rows, "x", "y"), "width": 400})
    symbols = re.findall(r"<path[^>]*>", svg[svg.index("role-legend") :])
    symbols = [s for s in symbols if 'stroke-width="2"' in s]
    assert [re.findall(r'stroke-dasharray="([\d, ]+)"', s) for s in symbols] == [["1,0"], ["6,3"]], symbols


@pytest.mark.parametrize("scale", ["log", "linear"])
def test_a_name_stands_where_its_line_ends(scale):
    """From 1 to 1,000 in 300 px: on a logarithmic axis a decade is 100 px, on an even one 10 is near the foot."""
    ends = {"low": [(0.0, 1.0), (5.0, 10.0)], "high": [(0.0, 1.0), (5.0, 100.0)]}
    at = labels.at_ends(ends, {"type": scale, "domain": [1.0, 1000.0]}, 300.0)
    assert [n["name"] for n in at] == ["high", "low"]
    assert [n["dy"] for n in at] == pytest.approx([0.0, 0.0], abs=1e-9)
    down = [labels._down({"type": scale, "domain": [1.0, 1000.0]}, y, 300.0) for y in (1.0, 10.0, 1000.0)]
    assert down == pytest.approx([300.0, 200.0 if scale == "log" else 300.0 * (1.0 - 9.0 / 999.0), 0.0])


def test_names_are_pushed_apart_by_where_they_lie_on_a_logarithmic_axis():
    """10 and 1,000 of a million are a hundred pixels apart there; drawn evenly both would lie at the foot."""
    ends = {"low": [(5.0, 10.0)], "high": [(5.0, 1000.0)]}
    assert all(n["dy"] == 0.0 for n in labels.at_ends(ends, {"type": "log", "domain": [1.0, 1e6]}, 300.0))
    assert any(n["dy"] for n in labels.at_ends(ends, {"zero": False, "domain": [1.0, 1e6]}, 300.0))


@given(st.lists(st.floats(-50.0, 250.0), min_size=1, max_size=6))
@settings(max_examples=50, deadline=None)
def test_names_at_ends_keep_their_order_and_their_distance(wanted):
    placed = labels.spread(sorted(wanted), 13.0, 200.0)
    assert all(b - a >= 13.0 - 1e-9 for a, b in itertools.pairwise(placed))
    assert placed[-1] <= 206.5 + 1e-9


@pytest.mark.parametrize("value", [0.0, 5.0, -3.0])
def test_a_sweep_without_any_spread_draws(value):
    same = [value] * 3
    for rows in (rows_of(same, same, same), rows_of([None] * 3, same, [None] * 3)):
        places = drawn_up(sweeps.sweep(rows, "x", "y"))
        assert len(set(places)) == 1
        assert 0.0 <= places[0] <= 220.0


def test_what_is_the_same_in_all_runs_is_said_so(studied):
    from cupola.assess.report import study as report_study
    from cupola.assess.study import text as study_text
    from cupola.assess.study.result import Difference, Estimate, Point

    result = replace(
        study_store.load(studied),
        spec={"model": "raid", "scenario": "raid-10", "design": "grid", "repetitions": {"stop": None}},
        points=tuple(Point(k, f"plan={k}", {"plan": k}) for k in range(3)),
        outputs=("engagement.leaked",),
        estimates=tuple(Estimate(k, "full", "engagement.leaked", 20, 3.0, 3.0, 3.0, 0.0, "t") for k in range(3)),
        differences=tuple(Difference(k, "full", "engagement.leaked", 20, 0.0, 0.0, 0.0, 1.0) for k in (1, 2)),
    )
    tables = {t.title: t.rows for t in report_study.of_study(result, STUDY).tables}
    assert tables["Results"][0] == ("Plan: 0", "3 (all runs)", "20")
    assert tables["Differences from “Plan: 0”"][0][2:] == ("0 (all runs)", "none in any pair", "20")
    said = study_text.text(result, "d")
    assert "  plan=0: engagement.leaked 3 (in each of 20 runs)" in said
    assert "  plan=1: engagement.leaked +0 (in each of 20 pairs)" in said


def test_the_command_reports_a_study_where_it_lies(studied, capsys):
    pytest.importorskip("typst", reason="PDF reports need pip install 'cupola[studies]'")
    assert main(["report", str(studied)]) == 0
    assert (studied / "report.html").is_file()
    assert (studied / "study.yaml").read_text() == STUDY
    assert main(["report", str(studied), "--set", "kill=1"]) == 2
    assert "change its file" in capsys.readouterr().err


def test_a_span_of_money_names_the_unit_at_both_ends():
    assert report_words.span(9.3, 15.5, "million USD") == "$9.3M to $15.5M"
    assert report_words.span(0.0375, 62_500, "million USD") == "$37,500 to $62.5B"
    assert report_words.span(1, 2, "km") == "1 to 2 km"


def test_a_span_never_goes_from_a_text_to_the_same_text():
    assert report_words.span(43.9998, 44.0003, "rounds") == "43.9998 to 44.0003 rounds"
    assert report_words.span(159.62, 159.71, "rounds") == "159.6 to 159.7 rounds"
    assert report_words.span(3.5812, 3.5833, "billion USD") == "$3.581B to $3.583B"
    assert report_words.span(44.0, 44.0, "rounds") == "44 rounds, no spread"
    assert report_words.span(0.0, 1e-6, "") == "0 to 1.00e-06"


def test_the_chance_of_every_drawn_answer_is_told_with_two_ends(monkeypatch):
    """Of draws that leave next to nothing open, too."""
    asked = report.inputs.answer
    monkeypatch.setattr(report.inputs, "answer", lambda m, v: (a := asked(m, v)) | {"errors": dict.fromkeys(a["errors"], 1e-5)})
    told = report.of_model(LEAKAGE, report_inputs.read(LEAKAGE, {})).summary
    pairs = re.findall(r"([\d.]+) to ([\d.]+)", told)
    assert len(pairs) == 5
    assert all(a != b for a, b in pairs)
