"""The gallery's answers: what a model says as JSON, refusals beside the input they speak of, the study file. A made-up model."""

import itertools
import math
import queue
import sys
import threading
import types
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
import yaml

from cupola.assess import models
from cupola.assess.question import Chart, Input, Model, Output, ask, known
from cupola.assess.report import axes
from cupola.core.errors import BadOption
from cupola.service import gallery
from cupola.service.hub import Hub
from cupola.service.serve import start


def answer(given):
    if given["rounds"] < given["salvo"]:
        raise BadOption(f"salvo {given['salvo']} is more than the {given['rounds']} rounds there are")
    total = given["rounds"] * given["price"] * (2.0 if given["kind"] == "dear" else 1.0) + 1e6 * given["extra"]
    line = Chart("Cost", "rounds", "cost [$]", {"cost": ([1, 2], [given["price"], math.inf])})
    return {"cost": total, "each": total / given["rounds"], "charts": [line]}


INPUTS = (
    Input("rounds", "Rounds bought", "rounds", 10, 1, 100, 1, source="somebody 2020", status="read"),
    Input("salvo", "Rounds in a salvo", "", 2, 0, 100, 1, zero="as many", low=0, high=4),
    Input("price", "Price of one", "$", 2e6, 0.0, 1e9),
    Input("kind", "Kind", "", "cheap", choices=("cheap", "dear")),
    Input("extra", "With extras", "", False),
)
OUTPUTS = (Output("cost", "Cost of all", "$"), Output("each", "Cost of one", "$"))
COST = Model("cost", "Cost of rounds", "What do rounds cost?", INPUTS, OUTPUTS, answer, True, "An example.", ("A. Author, 2020",))
GATE, BEGUN = threading.Event(), queue.SimpleQueue()


def search(given):
    BEGUN.put(given["rounds"])
    assert GATE.wait(60)
    return answer(given)


def at_once(given):
    bars = Chart("Cost", "", "$", {"cost": (["known", "found"], [1.0, math.nan])}, "bar")
    return {"each": answer(given)["each"], "charts": [bars]}


SLOW = Model("slow", "Slow", "Slow?", INPUTS, OUTPUTS, search, False, "", at_once=at_once)


@pytest.fixture
def web(monkeypatch):
    family = types.ModuleType("cupola.assess.made_up")
    family.MODELS = (COST, SLOW)
    monkeypatch.setitem(sys.modules, "cupola.assess.made_up", family)
    monkeypatch.setattr(models, "FAMILIES", {m.name: "made_up" for m in family.MODELS})
    gallery._searched.cache_clear()
    gallery._number.cache_clear()
    GATE.set()
    while not BEGUN.empty():
        BEGUN.get()
    with start(Hub({"gallery": True}), port=0) as server, httpx.Client(base_url=server.url, trust_env=False) as web:
        yield web


def test_every_question_stands_in_one_group_of_the_list():
    listed = {name: models.group(name) for name in models.FAMILIES}
    assert set(listed.values()) == set(models.GROUPS)


def test_the_list_and_one_model_hold_what_the_page_shows(web):
    found = web.get("/api/models").json()
    assert [m["name"] for m in found["models"]] == ["cost", "slow"]
    assert not found["picture"]
    one = web.get("/api/models/cost").json()
    assert [i["name"] for i in one["inputs"]] == ["rounds", "salvo", "price", "kind", "extra"]
    assert (
        one["inputs"][0] | {"source": "somebody 2020", "status": "read", "unit": "rounds", "hi": 100, "whole": True}
        == one["inputs"][0]
    )
    assert not one["inputs"][2]["whole"]
    ranges = [(i["plausible"], i["accepted"]) for i in one["inputs"]]
    assert ranges == [
        ("", "1 to 100 rounds"),
        ("as many to 4", "as many to 100"),
        ("", "$0 to $1B"),
        ("", "cheap, dear"),
        ("", "yes, no"),
    ]
    assert (one["limits"], one["sources"]) == ("An example.", ["A. Author, 2020"])


@pytest.mark.parametrize("name", ["cost", "slow"])
def test_the_answer_is_the_models_own(web, name):
    found = web.get(f"/api/answer/{name}?rounds=20&kind=dear&extra=true&price=2.5e6").json()
    assert found["outputs"][0] == {"name": "cost", "label": "Cost of all", "unit": "$", "value": 101e6, "shown": "$101M"}
    assert found["inputs"] == {"rounds": 20, "salvo": 2, "price": 2.5e6, "kind": "dear", "extra": True}
    assert found["given"] == {"rounds": "20 rounds", "salvo": "2", "price": "$2.5M", "kind": "dear", "extra": "yes"}
    assert found["charts"][0]["series"] == {"cost": [[1, 2], [2.5e6, None]]}  # JSON knows no infinity
    assert "cost of all $101M" in found["sentence"]
    assert "Defaults: rounds in a salvo 2." in found["sentence"]
    assert "--set rounds=20" in found["command"]


@pytest.mark.parametrize(
    ("query", "name", "words"),
    [
        ("rounds=0", "rounds", "between 1 and 100"),
        ("rounds=2.5", "rounds", "whole number"),
        ("rounds=", "rounds", "not a finite number"),
        ("price=nan", "price", "not a finite number"),
        ("rounds=1_0", "rounds", "'1_0', not a finite number"),
        ("rounds=\uff11\uff10", "rounds", "not a finite number"),
        ("extra=maybe", "extra", "true or false"),
        ("kind=odd", "kind", "cheap, dear"),
        ("salvo=20", "salvo", "more than the 10 rounds"),
        ("salvo=3&rounds=x", "rounds", "not a finite number"),
        ("colour=red", "", "no input 'colour'"),
    ],
)
def test_a_refused_assumption_is_one_line_and_names_its_input(web, query, name, words):
    for what in ("answer", "tornado"):
        got = web.get(f"/api/{what}/cost?{query}")
        if what == "answer" or name != "salvo" or "x" in query:
            assert got.status_code == 400
            assert got.json()["input"] == name
            assert words in got.json()["error"]
            assert "\n" not in got.json()["error"]


def test_an_input_given_twice_is_refused(web):
    for what in ("answer", "tornado", "study"):
        got = web.get(f"/api/{what}/cost?rounds=5&rounds=7")
        assert got.status_code == 400
        assert got.json() == {"error": "rounds is given 2 times (5, 7); give it once", "input": "rounds", "inputs": {}}


def test_every_refused_input_is_named_with_its_line(web):
    assert web.get("/api/answer/cost?rounds=0&price=abc&salvo=2").json()["inputs"] == {
        "rounds": "This is 0 rounds; rounds bought must lie between 1 and 100 rounds",
        "price": "This is 'abc', not a finite number (in $)",
    }
    together = web.get("/api/answer/cost?salvo=20").json()
    assert (together["input"], together["inputs"]) == ("salvo", {})


def test_a_long_word_is_not_sent_back_whole(web):
    word = "x" * 5000
    given = (f"{word}=1", f"{word}=1&{word}=2", f"kind={word}", f"extra={word}")
    for query in (*(f"answer/cost?{g}" for g in given), f"tornado/cost?_output={word}", f"answer/{word}"):
        told = web.get(f"/api/{query}").json()["error"]
        assert "x" * 30 in told
        assert "x" * 81 not in told


def test_an_unknown_model_and_output_are_told(web):
    assert web.get("/api/answer/nothing").status_code == 404
    assert "cost, slow" in web.get("/api/models/nothing").json()["error"]
    assert web.get("/api/tornado/cost?_output=nothing").status_code == 400


def test_the_tornado_is_widest_first_and_says_what_was_not_tried(web):
    found = web.get("/api/tornado/cost?salvo=100&rounds=100").json()
    assert [b["label"] for b in found["bars"]] == ["Price of one", "Kind", "With extras"]
    assert found["refused"] == ["Rounds bought"]  # fewer are less than a salvo, and 100 are the most there may be
    widths = [abs(b["at_hi"] - b["at_lo"]) for b in found["bars"]]
    assert widths == sorted(widths, reverse=True)
    near = web.get("/api/tornado/cost?salvo=1&kind=dear").json()["bars"]
    (price,) = [b for b in near if b["label"] == "Price of one"]
    assert (price["at_lo"], price["at_hi"], price["lo"], price["hi"]) == (20e6, 60e6, "$1M", "$3M")
    (rounds,) = [b for b in near if b["label"] == "Rounds bought"]
    assert (rounds["lo"], rounds["hi"]) == ("9 rounds", "11 rounds")  # known by reading: a tenth


def test_the_study_file_holds_every_input(web):
    got = web.get("/api/study/cost?rounds=20&kind=dear")
    assert got.headers["content-disposition"] == 'attachment; filename="cost.yaml"'
    file = yaml.safe_load(got.text)
    assert (file["name"], file["model"]) == ("cost", "cost")
    assert file["set"] == {"rounds": 20, "salvo": 2, "price": 2e6, "kind": "dear", "extra": False}
    assert ask(COST, file["set"])["cost"] == 80e6


def test_without_a_run_the_root_leads_to_the_gallery(web):
    assert web.get("/", follow_redirects=False).headers["location"] == "/gallery/"
    page = web.get("/gallery/?model=cost")
    assert "Cupola: answers" in page.text
    with start(Hub({"scenario": "test"}), port=0) as server, httpx.Client(base_url=server.url, trust_env=False) as run:
        assert "Cupola: the picture" in run.get("/").text
        assert run.get("/api/models").json()["picture"]


def test_bars_are_worked_out_one_at_a_time_and_answers_do_not_wait_for_them(web, monkeypatch):
    monkeypatch.setattr(gallery, "PATIENCE", 0.0)
    with gallery._bars:
        refused = web.get("/api/tornado/cost")
        assert refused.status_code == 409
        assert "try again" in refused.json()["error"]
        assert web.get("/api/answer/cost").status_code == 200
    assert web.get("/api/tornado/cost").status_code == 200


def test_searched_bars_come_one_assumption_after_the_other_and_no_answer_is_searched_twice(web):
    whole = web.get("/api/tornado/cost?rounds=30").json()
    names = []
    for n in range(1, 6):
        found = web.get(f"/api/tornado/slow?rounds=30&_first={n}").json()
        assert (found["tried"], found["of"]) == (n, 5)
        names.append({b["label"] for b in found["bars"]} | set(found["refused"]))
        assert all(before <= after for before, after in itertools.pairwise(names))
    assert found["bars"] == whole["bars"]
    searched = [BEGUN.get() for _ in range(BEGUN.qsize())]
    assert len(searched) == 1 + 2 + 2 + 2 + 1 + 1  # as set; rounds, salvo and price at both ends; of kind and extras one is as set
    web.get("/api/tornado/slow?rounds=30")
    assert BEGUN.empty()


def test_searched_bars_stop_with_who_asked_and_block_no_other_question(web):
    GATE.clear()
    with pytest.raises(httpx.ReadTimeout):
        web.get("/api/tornado/slow?rounds=40", timeout=0.5)
    assert BEGUN.get(timeout=60) == 40
    assert web.get("/api/answer/cost").status_code == 200
    assert web.get("/api/tornado/cost").status_code == 200
    GATE.set()
    assert web.get("/api/tornado/slow?rounds=50&_first=1").json()["of"] == 5  # has its turn when the one before has ended
    rest = [BEGUN.get() for _ in range(BEGUN.qsize())]
    assert set(rest) == {45, 50, 55}  # of the 40 nothing more was searched


def test_what_needs_no_search_is_found_out_once(web, monkeypatch):
    from cupola.assess import question

    question.unsearched.cache_clear()
    asked = []
    monkeypatch.setattr(question, "known", lambda m, g=None: asked.append(m.name) or known(m, g))
    for _ in range(3):
        assert web.get("/api/models/slow").json()["at_once"] == ["each"]
    assert asked == ["slow"]


def test_long_answers_are_searched_one_at_a_time_and_none_for_who_has_gone(web):
    GATE.clear()
    with ThreadPoolExecutor(2) as others:
        first = others.submit(web.get, "/api/answer/slow?rounds=11", timeout=60)
        assert BEGUN.get(timeout=60) == 11
        with pytest.raises(httpx.ReadTimeout):
            web.get("/api/answer/slow?rounds=12", timeout=0.3)
        third = others.submit(web.get, "/api/answer/slow?rounds=13", timeout=60)
        with pytest.raises(httpx.ReadTimeout):
            web.get("/api/answer/slow?rounds=14", timeout=0.3)
        assert web.get("/api/answer/cost").status_code == 200  # a quick one does not wait
        assert BEGUN.empty()
        GATE.set()
        assert [job.result().json()["inputs"]["rounds"] for job in (first, third)] == [11, 13]
    assert web.get("/api/answer/slow?rounds=15").status_code == 200
    assert [BEGUN.get(timeout=60) for _ in range(2)] == [13, 15]


def test_a_searched_answer_is_kept(web):
    one, again = (web.get(f"/api/answer/slow?rounds={r}").json() for r in ("20", "2e1"))
    assert one == again
    assert (BEGUN.get(timeout=60), BEGUN.empty()) == (20, True)


def test_what_is_known_at_once_comes_without_the_search(web):
    found = web.get("/api/first/slow?rounds=20&price=3e6").json()
    assert [(o["name"], o["value"], o["shown"]) for o in found["outputs"]] == [("cost", None, "—"), ("each", 3e6, "$3M")]
    assert found["searched"] == ["cost"]
    assert found["charts"][0]["series"]["cost"][1] == [1.0, None]
    assert "sentence" not in found
    assert BEGUN.empty()
    assert web.get("/api/first/slow?salvo=20").json()["input"] == "salvo"
    assert "searched" not in web.get("/api/answer/slow").json()


@pytest.mark.parametrize("name", [name for name, m in models.models().items() if m.at_once])
def test_what_is_known_at_once_is_in_the_whole_answer(name):
    """The same numbers, and the same charts but for what is searched for."""
    asked = models.model(name)
    first, whole = known(asked), ask(asked)
    searched = [o.name for o in asked.outputs if first[o.name] is None]
    assert searched
    assert all(first[key] == whole[key] for key in first if key not in (*searched, "charts"))
    for mine, full in zip(first["charts"], whole["charts"], strict=True):
        assert (mine.title, mine.series.keys()) == (full.title, full.series.keys())
        for key, (x, y) in mine.series.items():
            assert list(x) == list(full.series[key][0])
            assert all(math.isnan(v) or v == w for v, w in zip(y, full.series[key][1], strict=True))


def test_the_page_is_told_how_every_axis_runs(web):
    (chart,) = web.get("/api/answer/cost").json()["charts"]
    assert chart["axes"] == {"x": "free", "y": "free"}
    bars = web.get("/api/tornado/cost").json()
    ends = [b[k] for b in bars["bars"] for k in ("at_lo", "at_hi")]
    assert bars["axis"] == axes.axis(ends, zero=False) == "zero"


def test_what_moves_an_output_known_at_once_needs_no_search(web):
    found = web.get("/api/tornado/slow?_output=each").json()
    assert [b["label"] for b in found["bars"]] == [b["label"] for b in web.get("/api/tornado/cost?_output=each").json()["bars"]]
    assert BEGUN.empty()
    assert web.get("/api/models/slow").json()["at_once"] == ["each"]
    assert web.get("/api/models/cost").json()["at_once"] == ["cost", "each"]


def test_every_question_says_what_of_it_is_known_at_once():
    with start(Hub({"gallery": True}), port=0) as server, httpx.Client(base_url=server.url, trust_env=False) as web:
        found = {name: web.get(f"/api/first/{name}") for name in models.FAMILIES}
    assert {name for name, answer in found.items() if answer.status_code != 200} == set()
    assert found["tracking-layer"].json()["searched"] == [o.name for o in models.model("tracking-layer").outputs]
