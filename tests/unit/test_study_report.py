"""Reports of studies: what a person gave a name keeps it, no span looks like an interval, fast is told with its limits, and the
scenario's assumptions are in it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cupola import scenario
from cupola.assess.report import study as study_report
from cupola.assess.report import study_figures, study_tables
from cupola.assess.study import definition, naming, plan, quantities
from cupola.assess.study import text as study_text
from cupola.assess.study.result import Agreement, Difference, Estimate, Point, StudyResult

DOCS = Path(__file__).parents[2] / "docs"
SHIP = "defence.batteries.ship-coast.magazine"


def result(**changes: Any) -> StudyResult:
    """Two magazines of a ship, flown in full."""
    made = StudyResult(
        name="ship", question="?", confidence=0.95,
        spec={"model": "raid", "scenario": "raid-10", "design": "grid", "calibration": 4},
        points=(Point(0, f"{SHIP}=16", {SHIP: 16}), Point(1, f"{SHIP}=4", {SHIP: 4}), Point(2, f"{SHIP}=0", {SHIP: 0})),
        outputs=("engagement.leaked",),
        estimates=tuple(Estimate(k, "full", "engagement.leaked", 9, 1.0 + k, 0.5 + k, 1.5 + k, 0.3, "t") for k in range(3)),
        differences=(), agreements=(), units={}, stopped={}, finished=True, provenance={"seed": 1, "runs": 27},
    )  # fmt: skip
    return replace(made, **changes)


def fast(agrees: tuple[bool, ...]) -> StudyResult:
    made = result()
    gaps = tuple(
        Agreement(k, "engagement.leaked", 1.0 + k, 2.0 + k, 1.0, -0.5 if ok else 0.5, 1.5, ok) for k, ok in enumerate(agrees)
    )
    more = tuple(replace(e, fidelity="fast", mean=9.0) for e in made.estimates)
    return replace(made, estimates=made.estimates + more, agreements=gaps)


def test_a_field_is_called_by_what_its_owner_was_named() -> None:
    r = result()
    assert naming.varied(r, SHIP) == ("Magazine, ship-coast", "")
    assert naming.varied(r, "links.*.delay_s") == ("Delay, all links", "s")
    assert naming.varied(r, "launches.1.count") == ("Count, launches 2", "")
    assert naming.point(r, r.points[1]) == "Magazine, ship-coast: 4"
    assert naming.point(r, Point(1, "small ship", {SHIP: 4})) == "small ship"
    assert naming.value("/home/me/flights/one.csv") == "one.csv"
    twice = result(points=(Point(0, "a", {"sensors.x.pd": 1, "custom.x.pd": 1}),))
    assert naming.varied(twice, "custom.x.pd") == ("custom.x.pd", "")


def test_paths_are_no_labels_of_charts() -> None:
    for design in ("grid", "list", "one-at-a-time", "latin-hypercube"):
        r = result(spec={**result().spec, "design": design})
        figures = list(study_figures.figures(r))
        assert figures
        assert SHIP not in str([(f.title, f.note, f.spec) for f in figures])


def test_the_numbers_above_are_called_what_they_are() -> None:
    made = study_report.of_study(result(), "")
    assert made.numbers == (("Warheads that got through: lowest and highest of 3 design points", "1 to 3"),)
    assert "not an interval of chance" in made.summary
    ends = "1 [0.5 to 1.5] at “Magazine, ship-coast: 16”, 3 [2.5 to 3.5] at “Magazine, ship-coast: 0”."
    assert f"Warheads that got through: {ends}" in made.summary
    alone = result(points=result().points[:1], estimates=result().estimates[:1])
    assert study_report.of_study(alone, "").numbers == (
        ("Warheads that got through", "1"),
        ("Warheads that got through: 95 % interval of the mean", "0.5 to 1.5"),
    )


def test_with_both_fidelities_the_numbers_are_of_the_full_path_and_the_verdict_is_in_words() -> None:
    made = study_report.of_study(fast((True, False, False)), "")
    assert made.numbers[0][1] == "1 to 3"
    assert "it differs in warheads that got through" in made.summary
    rows = {t.title: t.rows for t in made.tables}["Can the fast runs stand for full ones?"]
    assert rows[0][1] == "fast gives 1 to 1 more than full at 2 of 3 design points, up to 50 % of full"
    assert rows[0][2].startswith("do not take this number from fast runs")
    agreed = study_report.of_study(fast((True, True, True)), "")
    assert {t.title: t.rows for t in agreed.tables}["Can the fast runs stand for full ones?"][0][1:] == (
        "no difference seen at 3 design points",
        "a difference of up to 1.5 would not have been seen",
    )


def test_the_limits_of_the_fast_fidelity_stand_where_it_was_used_and_nowhere_else() -> None:
    only = result(estimates=tuple(replace(e, fidelity="fast", method="cluster") for e in result().estimates))
    limits = study_report.of_study(only, "").limits
    assert "recorded pictures" in limits
    assert "not known" in limits
    assert "not known" not in study_report.of_study(fast((True,)), "").limits
    assert "recorded pictures" not in study_report.of_study(result(), "").limits


@pytest.mark.parametrize(
    ("output", "mean", "lo", "hi", "says"),
    [
        ("engagement.leaked", 1.0, 0.5, 1.5, "more: worse"),
        ("engagement.clean", 0.3, 0.1, 0.5, "more: better"),
        ("engagement.fired", -3.0, -5.0, -1.0, "less"),
        ("engagement.leaked", 1.0, -0.5, 2.5, "not told apart"),
        ("engagement.leaked", 0.0, 0.0, 0.0, "none in any pair"),
        ("engagement.leaked", 1.0, None, None, "no interval"),
        ("no.such", 1.0, 0.5, 1.5, "more"),
    ],
)
def test_a_difference_is_read_by_its_interval_and_its_direction(output: str, mean: float, lo: Any, hi: Any, says: str) -> None:
    assert study_tables.reading(Difference(1, "full", output, 9, mean, lo, hi, 1.0)) == says


def test_one_row_a_point_and_a_column_an_output() -> None:
    made = result(outputs=("engagement.leaked", "engagement.fired"))
    table = study_tables.tables(made)[0]
    assert table.heads == ("Design point", "Warheads that got through", "Rounds fired", "Runs")
    assert table.rows[0] == ("Magazine, ship-coast: 16", "1 [0.5, 1.5]", "—", "9")


def test_every_point_of_a_sweep_is_in_its_figure_and_in_its_text(tmp_path: Path) -> None:
    from cupola.assess.study import run

    made = run.run(definition.load("sizing-sweep"), tmp_path / "s")
    figure = next(iter(study_figures.figures(made)))
    shown = figure.spec["data"]["values"]
    assert len(shown) == len(made.points) - 1
    assert {"240 s", "10 km/s", "0.5"} <= {row["value"] for row in shown}
    assert {row["end"] for row in shown if row["value"] in ("240 s", "100 s")} == {"low", "high"}
    text = study_text.text(made, "s")
    assert sum(line.startswith("  flyout_s=") for line in text.splitlines()) == 8
    assert "rows more" not in text
    assert re.search(r"^  flyout_s=240 +2,006 +100 +1,318$", text, re.MULTILINE)


def test_the_folder_keeps_what_the_scenario_assumes_and_the_report_shows_it() -> None:
    p = plan.plan(definition.load("raid-10-satellites"))
    head = plan.head(p)
    made = study_report.of_study(result(provenance=head["provenance"]), "")
    assert [t.title.split(" ")[0] for t in made.annex] == ["Numbers", "Constants", "What"]
    printed = re.sub(r"\s+", " ", scenario.cited("raid-10"))
    assert head["provenance"]["assumed"]["count"].split(" (")[0] in printed
    for table in made.annex:
        assert len(table.rows) > 10
        assert all(row[1] in printed for row in table.rows)
    assert all(re.sub(r"\s+", " ", s) in printed for s in made.sources)
    assert re.search(r"rests on \d+ numbers of the catalogue .* \d+ assumed", made.summary)
    assert study_report.of_study(result(), "").annex == ()


def test_points_that_differ_in_what_flies_are_cited_together() -> None:
    def assumed(missiles: str) -> set[str]:
        text = f"scenario: lofted-1\nvary: {{launches.0.missile: [{missiles}]}}"
        kept = plan.head(plan.plan(definition.parse(text, "s.yaml", Path("."))))["provenance"]["assumed"]
        return {row[0] for row in kept["catalogue"]}

    one, other = (assumed(m) for m in ("hwasong-15-class", "hwasong-18-class"))
    assert one != other
    assert assumed("hwasong-15-class, hwasong-18-class") == one | other


def test_every_quantity_is_explained_in_the_page_of_the_summary() -> None:
    page = (DOCS / "summary.md").read_text()
    made_by_studies = {"engagement.clean"}
    for name in set(quantities.TABLE) - made_by_studies:
        part, _, key = name.partition(".")
        assert f"`{key.removesuffix('.p50').removesuffix('.p99') or part}`" in page, name
    labels = [q.label for q in quantities.TABLE.values()]
    assert len(set(labels)) == len(labels)
    assert {q.better for q in quantities.TABLE.values()} == {"less", "more", ""}


def test_fields_that_vary_together_have_a_column_each_and_a_cut_run_is_said_to_be_one() -> None:
    both = tuple(Point(k, f"{SHIP}={m}, tick_s={t}", {SHIP: m, "tick_s": t}) for k, (m, t) in enumerate([(16, 1), (4, 1), (16, 2)]))
    made = result(points=both)
    table = study_tables.tables(made)[0]
    assert table.heads[:2] == ("Magazine, ship-coast", "Tick [s]")
    assert [row[:2] for row in table.rows] == [("16", "1"), ("4", "1"), ("16", "2")]
    assert "Runs were cut" not in study_report.of_study(made, "").summary
    cut = study_report.of_study(result(spec={**made.spec, "duration_s": 300.0}), "")
    assert "Runs were cut at 300 s" in cut.summary


def test_more_outputs_than_a_line_holds_go_into_further_tables() -> None:
    outputs = tuple(f"output_of_some_length_{k}" for k in range(9))
    exact = tuple(Estimate(k, "exact", o, 1, 1.0, None, None, None, "exact") for k in range(3) for o in outputs)
    lines = study_text.text(result(outputs=outputs, estimates=exact), "f").splitlines()
    assert max(map(len, lines)) <= 120
    assert sum(line.startswith("  design point") for line in lines) == 3
    assert all(any(o in line for line in lines) for o in outputs)
    assert sum("magazine=16" in line for line in lines) == 3


def test_prices_are_in_dollars_at_a_terminal_and_the_report_says_what_their_interval_leaves_out() -> None:
    price = "engagement.cost_usd"
    told = Estimate(0, "full", price, 20, 3.7789e9, 3.7351e9, 3.8227e9, 1e8, "t")
    dear = result(outputs=(price,), estimates=(told,), units={price: "USD"}, differences=())
    assert f"{price} $3.78B [$3.74B, $3.82B] (20 runs)" in study_text.text(dear, "f")
    said_here = "the range of their sources is not in the intervals"
    assert said_here in study_report.of_study(dear, "").summary
    assert said_here not in study_report.of_study(result(units={}), "").summary


def test_what_is_varied_is_told_with_its_value_range_status_and_source() -> None:
    ask = (
        "scenario: raid-10\nset: {defence.doctrine.assess: 20}\nrepetitions: 1\nvary:\n"
        f"  {SHIP}: [8, 32]\n  links.*.delay_s: [1, 5]\n"
    )
    p = plan.plan(definition.parse(ask, "s.yaml", Path()))
    spec, kept = definition.spec(p.study), plan.head(p)["provenance"]
    r = result(spec=spec, points=p.points, estimates=(), provenance=kept)
    table = {t.title: t for t in study_report.of_study(r, "").tables}["What this study sets and varies"]
    rows = {row[-1]: dict(zip(table.heads, row, strict=True)) for row in table.rows}
    ship, link, looks = rows[SHIP], rows["links.*.delay_s"], rows["defence.doctrine.assess"]
    assert (ship["Here"], ship["In the scenario"], ship["Plausible"]) == ("varied: 8, 32", "16", "8 to 24")
    assert (ship["Status"], ship["Source"]) == ("assumed", "chosen by raid-10; range: assumed-battery, assumed")
    assert "Outside what is plausible: Magazine, ship-coast 32 (sm3-iia: 8 to 24)." in table.note
    assert link["In the scenario"] == "0.5 s, 0.3 s, 0.1 s"
    assert link["Plausible"] == "none stated: the study's own 1 to 5 s"
    assert (looks["Here"], looks["In the scenario"], looks["Plausible"]) == ("20 s", "10 s", "none stated")
    assert looks["Source"].startswith("doctrine, from intercept")


def test_a_folder_of_another_version_has_no_such_column_filled() -> None:
    table = {t.title: t for t in study_report.of_study(result(), "").tables}["What this study sets and varies"]
    assert table.rows[1][:5] == ("Magazine, ship-coast", "varied: 0, 4, 16", "—", "none stated: the study's own 0 to 16", "—")


def test_what_single_runs_gave_stands_beside_the_mean() -> None:
    wide = tuple(replace(e, n=40, p05=0.0, p50=1.0, p95=6.0) for e in result().estimates)
    tables = {t.title: t for t in study_report.of_study(result(estimates=wide), "").tables}
    assert tables["From run to run"].rows[0] == ("Magazine, ship-coast: 16", "1 [0, 6]", "40")
    assert "From run to run" not in {t.title for t in study_report.of_study(result(), "").tables}


def test_the_terminal_says_at_which_fidelity_and_writes_dollars() -> None:
    made = fast((True,))
    gaps = tuple(Difference(1, kind, "engagement.leaked", 9, 1.0, 0.5, 1.5, 1.0) for kind in ("full", "fast"))
    price = Agreement(0, "engagement.cost_usd", 3.58e9, 3.6e9, 1.5e7, -2e6, 3.3e7, True)
    units, outputs = {"engagement.cost_usd": "USD"}, ("engagement.leaked", "engagement.cost_usd")
    said = study_text.text(replace(made, differences=gaps, agreements=(price,), units=units, outputs=outputs), "there")
    assert f"{SHIP}=4 (full): engagement.leaked +1 [+0.5, +1.5]" in said
    assert f"{SHIP}=4 (fast): engagement.leaked +1 [+0.5, +1.5]" in said
    assert "engagement.cost_usd +$15M [-$2M, +$33M], no difference seen (full $3.58B, fast $3.6B)" in said


def test_every_figure_of_a_study_says_in_words_what_it_shows() -> None:
    swept = result(spec={**result().spec, "design": "grid"})
    (figure,) = study_figures.figures(swept)
    assert figure.note.startswith("From end to end: 3 to 1, intervals apart.")
    near = replace(swept, estimates=tuple(replace(e, lo=e.mean - 2.0, hi=e.mean + 2.0) for e in swept.estimates))
    assert next(iter(study_figures.figures(near))).note.startswith("From end to end: 3 to 1, intervals overlap.")
    listed = result(spec={**result().spec, "design": "list"})
    text = next(iter(study_figures.figures(listed))).note
    assert text.startswith("Lowest 1 at “Magazine, ship-coast: 16”, highest 3 at “Magazine, ship-coast: 0”.")
    drawn = result(spec={**result().spec, "design": "latin-hypercube"})
    assert next(iter(study_figures.figures(drawn))).note.startswith("Rank correlation -1.00 over 3 design points")
    exact = tuple(replace(e, lo=None, hi=None) for e in result().estimates)
    alone = result(spec={**result().spec, "design": "one-at-a-time"}, estimates=exact)
    assert next(iter(study_figures.figures(alone))).note.startswith("Most: magazine, ship-coast, 1 at 16, 3 at 0.")


def test_both_fidelities_are_one_panel_for_each_value_of_a_second_number() -> None:
    """One band and one dashed line each, all over the same axes."""
    delay = "links.*.delay_s"
    points = tuple(Point(k, f"p{k}", {SHIP: m, delay: d}) for k, (m, d) in enumerate([(4, 0.0), (4, 9.0), (8, 0.0), (8, 9.0)]))
    full = tuple(Estimate(k, "full", "engagement.leaked", 9, 1.0 + k, 0.5 + k, 1.5 + k, 0.3, "t") for k in range(4))
    fast = tuple(replace(e, fidelity="fast", mean=e.mean + 1.0) for e in full)
    (figure,) = study_figures.figures(result(points=points, estimates=full + fast))
    assert figure.title == "Warheads that got through, by magazine, ship-coast and delay, all links"
    assert [name for name, _ in figure.drawn] == ["Delay, all links: 0 s", "Delay, all links: 9 s"]
    assert "Dashed, with whiskers: fast." in figure.note
    for _, spec in figure.drawn:
        kinds = [layer["mark"]["type"] for layer in spec["layer"] if "mark" in layer]
        assert kinds == ["area", "line", "rule", "line"]
    assert len({str(spec["layer"][-2]["encoding"]["y"]["scale"]["domain"]) for _, spec in figure.drawn}) == 1
