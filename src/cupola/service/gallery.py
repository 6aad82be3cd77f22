"""The gallery of answers: every model of ``assess`` as JSON for the page in ``web/gallery``. It reads; it changes nothing.

GET /api/models                      names, titles, questions       GET /api/models/NAME           inputs, outputs, limits, sources
GET /api/answer/NAME?input=value     the answer and its charts      GET /api/tornado/NAME?_output=O&input=value   what moves O
GET /api/first/NAME?input=value      what of it is known at once    GET /api/study/NAME?input=value      the study file, to download

Answers of models that are not quick are searched one at a time, in the order asked, and none for who has gone meanwhile. So are the
bars of an output that is searched for: the page asks for those of the first assumption, of the first two and so on (``_first=N``),
answers are kept, and between two searches it is looked whether who asked is still there.
A refused assumption is 400 with one line and the input's name, and every refused input with a line for the page (``inputs``); a
model that is not there is 404.
"""

from __future__ import annotations

import asyncio
import functools
import threading
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import asdict
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from cupola import __version__
from cupola.assess import models
from cupola.assess.question import SHOWN, Answer, Input, Model, number, unsearched
from cupola.assess.report import axes, inputs, movers, reading, words
from cupola.assess.tornado import NOTE, Asked, plausible, tornado
from cupola.core.errors import BadInput, CupolaError
from cupola.core.plain import plain

MOVER_OUTPUT = "_output"  # the word of a query that is no input
PATIENCE = 10.0  # s that the bars of a quick model wait for the bars before them
GONE = 499  # the status that servers log for who did not wait; nobody reads it
FIRST = "_first"  # the word of a query that says of how many assumptions bars are wanted
KEPT = 64  # searched answers, for who moves a slider back
KEPT_NUMBERS = 512  # searched numbers, for who asks for bars again
_bars = threading.Lock()  # two answers an input: one tornado at a time, so that answers find a core


def routes() -> list[Route]:
    """What the page asks for. The functions are plain ones: starlette runs each in a thread, so no answer delays the picture."""
    return [
        Route("/api/models", _all),
        Route("/api/models/{name}", _refusing(_one)),
        Route("/api/answer/{name}", _in_line(_refusing(_answer), _searches)),
        Route("/api/first/{name}", _in_line(_refusing(_first), _searches)),
        Route("/api/tornado/{name}", _in_line(_moved, _searches_bars)),
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
    return asdict(i) | {
        "whole": type(i.default) is int,
        "plausible": stated,
        "accepted": words.accepted(i),
        "usual": words.value(i, i.default),
    }


def _in_line(go: Callable[[Request], Response], slow: Callable[[Request], bool]) -> Callable[[Request], Awaitable[Response]]:
    """Quick answers at once; of the slow ones one at a time, in the order asked, none for who has gone while it waited.

    ``request.state.gone`` tells a slow one whether who asked has gone since.
    """
    line = asyncio.Lock()

    async def endpoint(request: Request) -> Response:
        request.state.gone = _stays
        if not await run_in_threadpool(slow, request):
            return await run_in_threadpool(go, request)
        await request.body()
        gone = asyncio.ensure_future(request.receive())  # after the body only the end comes; a middleware hides it from polls
        request.state.gone = gone.done
        try:
            async with line:
                return Response(status_code=GONE) if gone.done() else await run_in_threadpool(go, request)
        finally:
            gone.cancel()

    return endpoint


def _stays() -> bool:
    """Who asked for what comes at once is taken to wait for it."""
    return False


def _searches(request: Request) -> bool:
    name = request.path_params["name"]
    return name in models.FAMILIES and not models.model(name).quick


def _searches_bars(request: Request) -> bool:
    if not _searches(request):
        return False
    model = models.model(request.path_params["name"])
    output = request.query_params.get(MOVER_OUTPUT, model.outputs[0].name)
    return output not in unsearched(model)


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


def _found(model: Model, values: dict[str, Any], answer: Answer, more: dict[str, Any]) -> Any:
    return plain(
        {
            "inputs": values,
            "given": {i.name: words.value(i, values[i.name]) for i in model.inputs},
            "outputs": words.outputs(model, answer),
            "charts": [asdict(c) | {"axes": axes.of_chart(c), "told": reading.sentence(c)} for c in answer.get("charts", ())],
            "command": words.command(model, values),
            "warnings": list(answer.get("warnings", ())),
            "notes": list(answer.get("notes", ())),
        }
        | more
    )


class _Gone(Exception):
    """Who asked has gone: nothing more is searched."""


def _moved(request: Request) -> Response:
    try:
        return _refusing(lambda model, query: _tornado(model, query, request.state.gone))(request)
    except _Gone:
        return Response(status_code=GONE)


def _tornado(model: Model, query: dict[str, str], gone: Callable[[], bool]) -> Response:
    output, first = query.pop(MOVER_OUTPUT, model.outputs[0].name), query.pop(FIRST, "")
    values = inputs.read(model, query)
    if output in unsearched(model) or output not in {o.name for o in model.outputs}:
        if not _bars.acquire(timeout=PATIENCE):
            return JSONResponse({"error": "another long computation is under way; try again when it has ended"}, 409)
        try:
            return JSONResponse(_drawn(model, values, output))
        finally:
            _bars.release()
    tried = [i.name for i in model.inputs if plausible(i, values[i.name])]
    only = tried[: max(1, int(first))] if first.isdecimal() else tried

    def asked(_: Model, given: Mapping[str, Any], of: str) -> float:
        if gone():
            raise _Gone
        return _number(model, tuple(given.items()), of)

    return JSONResponse(_drawn(model, values, output, only, asked) | {"tried": len(only), "of": len(tried)})


@functools.lru_cache(KEPT_NUMBERS)
def _number(model: Model, values: tuple[tuple[str, Any], ...], output: str) -> float:
    return number(model, dict(values), output)


def _drawn(
    model: Model, values: dict[str, Any], output: str, only: Collection[str] | None = None, of: Asked = number
) -> dict[str, Any]:
    """The bars of an output with their words, how their axis runs, and what was not tried."""
    bars, refused = tornado(model, values, output, only, of)
    asked = next(o for o in model.outputs if o.name == output)
    labels = [i.label for i in model.inputs if i.name in refused]
    how = axes.axis([v for b in bars for v in (b.at_lo, b.at_hi)], zero=False)
    rows = movers.rows(model, asked, bars)
    told = movers.told(rows, words.answered(asked, of(model, values, output))) if rows else ""
    found: dict[str, Any] = plain(
        {"output": output, "bars": rows, "axis": how, "refused": labels, "told": told, "note": f"{movers.READ} {NOTE}"}
    )
    return found


def _study(model: Model, query: dict[str, str]) -> Response:
    values = inputs.read(model, query)
    headers = {"Content-Disposition": f'attachment; filename="{model.name}.yaml"'}
    return PlainTextResponse(words.study_yaml(model, values), headers=headers, media_type="application/yaml")
