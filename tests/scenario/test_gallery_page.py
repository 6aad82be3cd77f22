"""The gallery in a real browser: a slider moves the answer, the address carries every input, the downloaded file asks the same."""

import math
import re
import shutil
from pathlib import Path

import pytest
import yaml

from cupola.assess import amounts, models
from cupola.assess.question import ask, known
from cupola.assess.report import axes
from cupola.service.hub import Hub
from cupola.service.serve import start

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install 'cupola[test]'")
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine: apt-get install chromium")
FLAGS = "--no-sandbox --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync"
PATIENCE_MS = 60_000
CUT = """[...document.querySelectorAll('#charts svg.plot, #bars svg.plot')].filter((s) => {
    const box = s.getBBox();
    return box.x < -1 || box.x + box.width > s.viewBox.baseVal.width + 1;
}).length"""  # charts whose words run over their edge
OVERLAP = """[...document.querySelectorAll('#charts svg.plot, #bars svg.plot')].flatMap((s) => {
    const all = [...s.querySelectorAll('text')].map((t) => [t.getBoundingClientRect(), t.textContent]);
    const over = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 4 && b.top < a.bottom - 4;
    return all.flatMap(([a, t], k) => all.slice(k + 1).filter(([b]) => over(a, b)).map(([, u]) => `${t} | ${u}`));
})"""  # words of a chart that lie on one another
QUICK = [name for name, m in models.models().items() if m.quick]


@pytest.fixture(scope="module")
def server():
    with start(Hub({"gallery": True}), port=0) as server:
        yield server


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as p:
        browser = p.chromium.launch(executable_path=CHROMIUM, args=FLAGS.split())
        yield browser
        browser.close()


@pytest.fixture
def page(browser, server):
    """A page with a log of what it must not do. A refused question is a 400, which the browser reports: that one is allowed."""
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.set_default_timeout(PATIENCE_MS)
    page.wrong = []
    page.on("console", lambda m: page.wrong.append(m.text) if m.type in ("error", "warning") and "400" not in m.text else None)
    page.on("pageerror", lambda e: page.wrong.append(f"exception: {e}"))
    page.on("request", lambda r: page.wrong.append(f"outside: {r.url}") if not r.url.startswith((server.url, "data:")) else None)
    yield page
    page.close()
    assert page.wrong == []


def show(page, server, query: str) -> None:
    page.goto(f"{server.url}gallery/{query}")
    page.wait_for_function(
        "window.__st && window.__st.ready && (window.__st.answers > 0 || window.__st.refused || !location.search)"
    )


def answered(page, act) -> None:
    before = page.evaluate("window.__st.answers")
    act()
    page.wait_for_function(f"window.__st.answers > {before}")


def value(page, name: str) -> str:
    return page.locator(f"dd[data-output='{name}']").inner_text()


def test_a_slider_moves_the_answer_and_its_charts(page, server):
    show(page, server, "?model=leakage")
    first, chart = value(page, "leaked"), page.locator("#charts svg.plot").first.inner_html()
    page.locator("input[type=range][data-for=kill]").focus()
    answered(page, lambda: page.keyboard.press("End"))
    assert page.locator("#in-kill").input_value() == "0.99"
    assert value(page, "leaked") != first
    assert page.locator("#charts svg.plot").first.inner_html() != chart
    assert page.locator("#lead b").inner_text() == value(page, "leaked")
    page.wait_for_function("window.__st.tornados > 0")
    assert page.locator("#bars rect").count() > 3
    answered(page, lambda: page.get_by_role("button", name="Reset").click())
    assert value(page, "leaked") == first


def test_the_address_carries_every_input_and_opens_the_same_answer(page, server):
    show(page, server, "?model=leakage")
    answered(page, lambda: page.locator("#in-decoys").fill("250"))
    page.wait_for_function("location.search.includes('decoys=250')")
    address, shown = page.url, value(page, "leaked")
    assert all(f"{i.name}=" in address for i in models.model("leakage").inputs)
    show(page, server, "")
    show(page, server, address.split("/gallery/")[1])
    assert value(page, "leaked") == shown
    assert page.locator("#in-decoys").input_value() == "250"


def test_the_downloaded_study_is_the_question(page, server, tmp_path):
    from cupola.assess.study import definition as study

    show(page, server, "?model=leakage&kill=0.75")
    page.wait_for_function("document.querySelector('#yaml').href.includes('kill=0.75')")
    with page.expect_download() as download:
        page.locator("#yaml").click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    assert path.name == "leakage.yaml"
    spec = yaml.safe_load(path.read_text())
    assert spec["set"]["kill"] == 0.75
    assert study.load(str(path)).study.set == spec["set"]
    page.wait_for_function("window.__st.answers > 0")
    leaked = ask(models.model("leakage"), spec["set"])["leaked"]
    assert value(page, "leaked").startswith(f"{leaked:.3g}")


def test_a_refused_assumption_is_told_beside_it(page, server):
    show(page, server, "?model=leakage&kill=7")
    assert "between 0.01 and 0.99" in page.locator("[data-row=kill] .wrong").inner_text()
    assert page.locator("#in-kill").input_value() == "7"
    answered(page, lambda: page.locator("#in-kill").fill("0.5"))
    assert page.locator(".wrong:visible").count() == 0
    page.locator("#in-kill").fill("abc")
    page.locator("[data-row=kill] .wrong", has_text="not a finite number").wait_for()


def test_every_refused_assumption_is_marked_and_nothing_is_taken_along(page, server):
    show(page, server, "?model=leakage&kill=abc&decoys=-5")
    page.get_by_text("see the marked assumptions").wait_for()
    assert page.locator("#inputs .wrong:visible").count() == 2
    assert page.locator("[data-row=decoys] .wrong").inner_text().startswith("This is -5;")
    assert page.locator("#link").is_disabled()
    assert page.locator("#yaml").get_attribute("href") is None
    page.locator("#in-kill").fill("0.5")
    page.get_by_text("see the marked assumption.").wait_for()
    answered(page, lambda: page.locator("#in-decoys").fill("5"))
    assert page.locator("#link").is_enabled()
    assert "decoys=5" in page.locator("#yaml").get_attribute("href")


def test_words_to_quote_hold_answer_and_assumptions(page, server):
    show(page, server, "?model=leakage&kill=0.75")
    page.evaluate("navigator.clipboard.writeText = async (text) => { window.copied = text }")
    page.get_by_role("button", name="Copy as a sentence").click()
    copied = page.evaluate("window.copied")
    assert "kill probability of one round 0.75" in copied
    assert value(page, "leaked") in copied
    page.get_by_role("button", name="Copy link").click()
    assert "kill=0.75" in page.evaluate("window.copied")


@pytest.mark.parametrize("width", [1280, 390])
def test_every_quick_question_opens_and_fits(page, server, width):
    page.set_viewport_size({"width": width, "height": 800})
    for name in QUICK:
        show(page, server, f"?model={name}")
        assert not page.evaluate("window.__st.refused"), name
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
        assert page.evaluate(CUT) == 0, name
        assert page.evaluate(OVERLAP) == [], name


def test_the_page_writes_every_number_as_the_server_does(page, server):
    """Over all values of all answers, and where rounding is a tie."""
    values = {
        0.0,
        0.125,
        2.5,
        12.25,
        1.125,
        0.0625,
        1000.5,
        1001.5,
        99.95,
        999.5,
        999.6,
        -999.6,
        -0.0,
        0.99,
        0.9951,
        0.999951,
        1e-5,
        -3.14159,
        1e15,
        2.5e16,
        123456.7,
    }
    for m in models.models().values():
        found = ask(m) if m.quick else known(m)
        values |= {float(found[o.name]) for o in m.outputs if isinstance(found[o.name], int | float)}
        values |= {float(y) for c in found.get("charts", ()) for _, ys in c.series.values() for y in ys}
    asked = sorted(v for v in values if math.isfinite(v))
    assert len(asked) > 1000
    show(page, server, "")
    shown = page.evaluate("(all) => import('./words.js').then((w) => all.map(w.num))", asked)
    assert {v: (text, amounts.number(v)) for v, text in zip(asked, shown, strict=True) if text != amounts.number(v)} == {}


@pytest.mark.parametrize("width", [1400, 420])
def test_every_bar_has_the_inputs_value_and_the_answer_at_its_end(page, server, width):
    page.set_viewport_size({"width": width, "height": 900})
    show(page, server, "?model=programme-cost")
    page.wait_for_selector("#bars svg")
    texts = page.locator("#bars text.end").all_text_contents()
    assert len(texts) == page.locator("#bars rect").count() == 24
    assert all(re.fullmatch(r".+ → \$[\d.]+[MBT]", t) for t in texts)
    assert page.evaluate(CUT) == 0
    assert page.evaluate(OVERLAP) == []


def test_the_table_of_assumptions_is_that_of_the_report(page, server):
    """Value for value, status for status."""
    from cupola.assess.report import answer, inputs

    m = models.model("replenishment")
    show(page, server, "?model=replenishment&satellites=17000")
    page.locator("#assumed tbody tr.moved").wait_for()
    rows = [[c.inner_text() for c in r.locator("th, td").all()][:2] for r in page.locator("#assumed tbody tr").all()]
    table = answer.assumptions(m.inputs, inputs.read(m, {"satellites": "17000"}))
    assert rows == [[row[0], row[1].removesuffix(" *")] for row in table.rows]
    assert "17,000" in dict(rows).values()
    assert "default 16,000" in page.locator("#assumed tbody tr.moved").inner_text()


def test_arrow_keys_move_by_one_step_of_the_input(page, server):
    """Of a scale from 0 to 2,000, too, and in the box."""
    show(page, server, "?model=reliability")
    page.locator("input[type=range][data-for=hits]").focus()
    answered(page, lambda: page.keyboard.press("ArrowRight"))
    assert page.locator("#in-hits").input_value() == "13"
    page.locator("#in-hits").focus()
    answered(page, lambda: page.keyboard.press("ArrowDown"))
    assert page.locator("#in-hits").input_value() == "12"
    show(page, server, "?model=leakage")
    page.locator("input[type=range][data-for=kill]").focus()
    answered(page, lambda: page.keyboard.press("ArrowLeft"))
    assert page.locator("#in-kill").input_value() == "0.56"


def test_lines_are_named_at_their_ends_and_each_chart_is_told_in_a_sentence(page, server):
    show(page, server, "?model=decay")
    first = page.locator("#charts section").first
    assert first.locator("text.end").all_text_contents() == ["F10.7 70", "F10.7 150", "F10.7 200"]
    assert first.locator(".key").count() == 0
    assert "F10.7 70: 0.00" in first.locator(".told").inner_text()
    assert page.evaluate(OVERLAP) == []


def test_searched_bars_come_one_by_one_and_stop_when_a_slider_moves(page, server):
    asked: list[str] = []
    page.on("request", lambda r: asked.append(r.url) if "_first=" in r.url else None)
    show(page, server, "?model=sizing-walker")
    page.wait_for_function("window.__st.searches > 0", timeout=PATIENCE_MS)
    page.locator("#output").select_option("satellites")
    page.locator("#move").click()
    page.locator("#tried", has_text="of 11 assumptions tried").wait_for(timeout=PATIENCE_MS)
    assert page.locator("#move").inner_text() == "Stop"
    answered(page, lambda: page.locator("#in-targets").fill("2"))
    assert page.locator("#move").inner_text() == "Compute"
    assert page.locator("#bars svg").count() == 0
    many = len(asked)
    page.wait_for_function("window.__st.searches > 1", timeout=PATIENCE_MS)
    assert len(asked) == many < 11


def test_the_list_leads_to_each(page, server):
    show(page, server, "")
    assert page.locator(".card").count() == len(models.models())
    page.locator(".card").first.click()
    page.wait_for_function("window.__st?.answers > 0")


def test_a_question_that_searches_draws_at_once_what_needs_no_search(page, server):
    """The first picture says what is searched for; then the whole answer fills it in, and a move begins anew."""
    asked: list[str] = []
    page.on("request", lambda r: asked.append(r.url) if "/api/answer/" in r.url else None)
    for name in (n for n, m in models.models().items() if m.at_once):
        page.route("**/api/answer/**", lambda _: None)  # the search goes on
        show(page, server, f"?model={name}&targets=4")  # which no test has asked for: the server keeps answers
        first = models.model(name).outputs[0].name
        assert value(page, first) == page.locator("#lead b").inner_text() == "searching…"
        assert page.locator("#charts text.open").all_text_contents() == ["searching…"]
        assert page.locator("#quote").is_disabled()
        places = page.locator("#charts section").evaluate_all("(all) => all.map((s) => s.offsetTop)")
        page.unroute("**/api/answer/**")
        answered(page, lambda: page.locator("#in-targets").fill("2"))
        page.wait_for_function("window.__st.searches > 0", timeout=PATIENCE_MS)
        assert "targets=2" in asked[-1]
        assert "searching" not in page.locator("article").inner_text()
        assert page.locator("#charts section").evaluate_all("(all) => all.map((s) => s.offsetTop)") == places
        assert page.locator("#quote").is_enabled()
        answered(page, lambda: page.locator("#in-targets").fill("3"))
        assert value(page, first) == "searching…"
        page.wait_for_function("window.__st.searches > 1", timeout=PATIENCE_MS)
        assert value(page, first) == f"{ask(models.model(name), {'targets': 3})[first]:,}"


def test_a_drag_asks_for_one_search(page, server):
    (name,) = (n for n, m in models.models().items() if m.at_once)
    show(page, server, f"?model={name}")
    asked: list[str] = []
    page.on("request", lambda r: asked.append(r.url) if "/api/answer/" in r.url else None)
    page.locator("input[type=range][data-for=boost_s]").focus()
    for _ in range(12):
        page.keyboard.press("ArrowRight")
    boost = page.locator("#in-boost_s").input_value()
    found = f"window.__st.query.includes('boost_s={boost}') && !document.querySelector('.open')"
    page.wait_for_function(found, timeout=PATIENCE_MS)
    assert f"boost_s={boost}" in asked[-1]
    assert len(asked) < 12  # moves in quick succession wish for no search in between


def test_a_question_that_searches_shows_its_warnings_and_what_moves_its_bound(page, server):
    show(page, server, "?model=sizing-walker&kill_probability=0.8&confidence=0.96")
    page.wait_for_selector("#bars svg")
    assert "that takes 2 shots" in page.locator("#warned").inner_text()
    assert page.locator("#output").input_value() == "bound"
    assert not page.locator("#move").is_visible()
    page.locator("#output").select_option("satellites")
    assert page.locator("#move").is_visible()


def test_no_page_of_the_gallery_needs_more_than_it_brings():
    folder = Path(__file__).parents[2] / "web" / "gallery"
    assert sum(p.stat().st_size for p in folder.iterdir()) < 60_000


def test_axes_run_as_the_server_decided(page, server):
    def scales(name: str) -> list[str]:
        return [axes.of_chart(c)["y"] for c in ask(models.model(name)).get("charts", ())]

    name = next(n for n in QUICK if "log" in scales(n))
    show(page, server, f"?model={name}")
    page.wait_for_selector("#charts svg.plot")
    labels = page.locator("#charts section").all_inner_texts()
    assert ["(log scale)" in text for text in labels] == [how == "log" for how in scales(name)]
    page.route("**/api/answer/**", lambda route: route.fulfill(body=route.fetch().text().replace('"y":"log"', '"y":"free"')))
    show(page, server, f"?model={name}&")
    page.wait_for_function("![...document.querySelectorAll('#charts section')].some((s) => s.innerText.includes('log scale'))")
