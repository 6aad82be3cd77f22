"""The gallery of answers: every model of ``assess`` as JSON for the page in ``web/gallery``. It reads; it changes nothing.

GET /api/models                      names, titles, questions       GET /api/models/NAME           inputs, outputs, limits, sources
GET /api/answer/NAME?input=value     the answer and its charts      GET /api/tornado/NAME?_output=O&input=value   what moves O
GET /api/first/NAME?input=value      what of it is known at once    GET /api/study/NAME?input=value      the study file, to download

Answers of models that are not quick are searched one at a time, in the order asked, and none for who has gone meanwhile.
A refused assumption is 400 with one line and the input's name, and every refused input with a line for the page (``inputs``); a
model that is not there is 404.
"""

from __future__ import annotations

import asyncio
import functools
import threading
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from cupola import __version__
from cupola.assess import models
from cupola.assess.question import SHOWN, Answer, Input, Model, unsearched
from cupola.assess.report import axes, inputs, words
from cupola.assess.tornado import NOTE, Bar, tornado
from cupola.core.errors import BadInput, CupolaError
from cupola.core.plain import plain

MOVER_OUTPUT = "_output"  # the word of a query that is no input
PATIENCE = 10.0  # s that the bars of a quick model wait for the bars before them
GONE = 499  # the status that servers log for who did not wait; nobody reads it
KEPT = 64  # searched answers, for who moves a slider back
_slow = threading.Lock()
_bars = threading.Lock()  # two answers an input: one tornado at a time, so that answers find a core


def routes() -> list[Route]:
    """What the page asks for. The functions are plain ones: starlette runs each in a thread, so no answer delays the picture."""
    return [
        Route("/api/models", _all),
        Route("/api/models/{name}", _refusing(_one)),
        Route("/api/answer/{name}", _in_line(_refusing(_answer))),
        Route("/api/first/{name}", _in_line(_refusing(_first))),
        Route("/api/tornado/{name}", _refusing(_tornado)),
        Route("/api/study/{name}", _refusing(_study)),
    ]


def _refusing(go: Callable[[Model, dict[str, str]], Response]) -> Callable[[Request], Response]:
    """A route of one model: the model and the query, refusals as one line."""

    def endpoint(request: Request) -> Response:
        try:
            chosen = models.model(request.path_params["name"])
        except BadInput as e:
            return JSONResponse({"error": str(e)}, 404)
        query: dict[str, str] = {}
        try:
            query = _once(request.query_params.multi_items())
            return go(chosen, query)
        except inputs.BadAssumption as e:
            return JSONResponse({"error": str(e), "input": e.name, "inputs": _refused(chosen, query)}, 400)
        except CupolaError as e:
            return JSONResponse({"error": str(e)}, 400 if isinstance(e, BadInput) else 500)

    return endpoint


def _refused(model: Model, query: dict[str, str]) -> dict[str, str]:
    """Every input that is refused by itself, with the line that stands beside it: there its own name need not be said."""
    found = {}
    for i in model.inputs:
        try:
            inputs.read(model, {i.name: query[i.name]} if i.name in query else {})
        except inputs.BadAssumption as e:
            line, own = str(e), f"{model.name}: {i.name} is "
            found[i.name] = f"This is {line.removeprefix(own)}" if line.startswith(own) else line
    return found


def _once(pairs: list[tuple[str, str]]) -> dict[str, str]:
    """The query's inputs. Raises BadAssumption where one is given twice: neither value may win in silence."""
    query = dict(pairs)
    for name in query:
        given = [text for n, text in pairs if n == name]
        if len(given) > 1:
            twice = f"{name[:SHOWN]} is given {len(given)} times ({', '.join(given)[:80]}); give it once"
            raise inputs.BadAssumption(twice, name)
    return query


def _all(request: Request) -> Response:
    listed = [
        {"name": m.name, "title": m.title, "question": m.question, "quick": m.quick, "group": models.group(m.name)}
        for m in models.models().values()
    ]
    alone = bool(request.app.state.hub.info.get("gallery"))
    return JSONResponse({"version": __version__, "picture": not alone, "groups": list(models.GROUPS), "models": listed})


def _one(model: Model, _: dict[str, str]) -> Response:
    found = {
        "name": model.name,
        "title": model.title,
        "question": model.question,
        "quick": model.quick,
        "limits": model.limits,
        "sources": model.sources,
        "inputs": [_input(i) for i in model.inputs],
        "outputs": [asdict(o) for o in model.outputs],
        "at_once": unsearched(model),
    }
    return JSONResponse(plain(found))


def _input(i: Input) -> dict[str, Any]:
    """An input as the page draws it; its ranges in the words that reports use."""
    stated = "" if i.low is None else words.plausible(i)
    return asdict(i) | {"whole": type(i.default) is int, "plausible": stated, "accepted": words.accepted(i)}


def _in_line(go: Callable[[Request], Response]) -> Callable[[Request], Awaitable[Response]]:
    """Quick answers at once; of the others one at a time, in the order asked, none for who has gone while it waited."""
    line = asyncio.Lock()

    async def endpoint(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in models.FAMILIES or (await run_in_threadpool(models.model, name)).quick:
            return await run_in_threadpool(go, request)
        await request.body()
        gone = asyncio.ensure_future(request.receive())  # after the body only the end comes; a middleware hides it from polls
        try:
            async with line:
                return Response(status_code=GONE) if gone.done() else await run_in_threadpool(go, request)
        finally:
            gone.cancel()

    return endpoint


def _answer(model: Model, query: dict[str, str]) -> Response:
    values = inputs.read(model, query)
    if model.quick:
        return JSONResponse(_whole(model, values))
    return JSONResponse(_searched(model, tuple(values.items())))


@functools.lru_cache(KEPT)
def _searched(model: Model, values: tuple[tuple[str, Any], ...]) -> Any:
    return _whole(model, dict(values))


def _whole(model: Model, values: dict[str, Any]) -> Any:
    answer = inputs.answer(model, values)
    return _found(model, values, answer, {"sentence": words.sentence(model, values, answer)})


def _first(model: Model, query: dict[str, str]) -> Response:
    values = inputs.read(model, query)
    answer = inputs.at_once(model, values)
    return JSONResponse(_found(model, values, answer, {"searched": [o.name for o in model.outputs if answer[o.name] is None]}))


def _in_turn(turn: threading.Lock, wait: float, go: Callable[[], Response]) -> Response:
    """``go`` when it has its turn, or 409 after ``wait`` s: long ones are not queued, for who asked may be gone by then."""
    if not turn.acquire(timeout=wait):
        return JSONResponse({"error": "another long computation is under way; try again when it has ended"}, 409)
    try:
        return go()
    finally:
        turn.release()


def _found(model: Model, values: dict[str, Any], answer: Answer, more: dict[str, Any]) -> Any:
    return plain(
        {
            "inputs": values,
            "outputs": words.outputs(model, answer),
            "charts": [asdict(c) | {"axes": axes.of_chart(c)} for c in answer.get("charts", ())],
            "command": words.command(model, values),
            "warnings": list(answer.get("warnings", ())),
        }
        | more
    )


def _tornado(model: Model, query: dict[str, str]) -> Response:
    output = query.pop(MOVER_OUTPUT, model.outputs[0].name)
    values = inputs.read(model, query)

    def movers() -> Response:
        bars, refused = tornado(model, values, output)
        labels = [i.label for i in model.inputs if i.name in refused]
        how = axes.axis([v for b in bars for v in (b.at_lo, b.at_hi)], zero=False)
        found = {"output": output, "bars": [_bar(model, b) for b in bars], "axis": how, "refused": labels, "note": NOTE}
        return JSONResponse(plain(found))

    return _in_turn(_bars, PATIENCE, movers) if output in unsearched(model) else _in_turn(_slow, 0.0, movers)


def _bar(model: Model, bar: Bar) -> dict[str, Any]:
    i = next(i for i in model.inputs if i.name == bar.name)
    ends = {"lo": words.value(i, bar.lo), "hi": words.value(i, bar.hi)}
    return {"label": i.label, "at_lo": bar.at_lo, "at_hi": bar.at_hi, **ends}


def _study(model: Model, query: dict[str, str]) -> Response:
    values = inputs.read(model, query)
    headers = {"Content-Disposition": f'attachment; filename="{model.name}.yaml"'}
    return PlainTextResponse(words.study_yaml(model, values), headers=headers, media_type="application/yaml")
