"""The HTTP and WebSocket face of a hub: the page's files, three JSON answers, one socket. Nothing here changes a run.

GET /api/info      what does not change          GET /api/health   counters
GET /api/summary   404 until the run has ended   WS  /ws           binary frames and JSON events
GET /...           the page's own files, and the gallery's answers (``gallery``)
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from cupola.core.errors import Fault
from cupola.service import gallery
from cupola.service.hub import Cursor, Hub, Info

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
MAX_BAD_MESSAGES = 20
REFUSED = json.dumps([{"type": "refused", "why": 'not understood: the picture is read-only; say {"type": "hello"} or nothing'}])
# The browser itself refuses any request that would leave this machine. Cesium starts its workers from blobs
# and compiles small functions, hence blob: and unsafe-eval.
POLICY = (
    "default-src 'self'; script-src 'self' blob: 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; worker-src 'self' blob:; frame-ancestors 'none'; base-uri 'none'"
)


def web_folder() -> Path:
    """The page's files: inside an installed wheel, else the checkout's ``web``. Raises Fault."""
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "web", package.parent.parent / "web"):
        if (folder / "index.html").is_file():
            return folder
    raise Fault(
        f"the page's files are missing: neither {package / 'web'} nor a checkout's web/ holds index.html; install cupola again"
    )


async def _dress(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    """Every answer gets the safety headers; every refusal is counted."""
    response = await call_next(request)
    if response.status_code >= 400:
        request.app.state.hub.count(f"http_{response.status_code}")
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-cache"  # revalidate: a page of yesterday must not meet a server of today
    return response


def _same_origin(socket: WebSocket) -> bool:
    """Programs send no Origin; a browser must come from this very server, or any web page could read the picture."""
    origin = socket.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == socket.headers.get("host")


async def _send(socket: WebSocket, hub: Hub, cursor: Cursor) -> None:
    """Pass on news for as long as the client takes it; waiting for a slow one blocks this coroutine alone."""
    while True:
        await cursor.wake.wait()
        cursor.wake.clear()
        news = hub.news(cursor)
        if news.events:
            await socket.send_text("[" + ",".join(news.events) + "]")
        if news.frame is not None:
            await socket.send_bytes(news.frame)
            hub.count("frames_sent")
        if news.closed:
            return


def _understood(message: dict[str, Any]) -> bool:
    """The one thing a client may say is ``{"type": "hello"}``; everything else is refused and counted."""
    try:
        return bool(json.loads(message["text"])["type"] == "hello")
    except (KeyError, TypeError, ValueError, RecursionError):
        return False


async def _listen(socket: WebSocket, hub: Hub) -> None:
    """Read what the client says until it goes; too much nonsense ends the connection."""
    bad = 0
    while bad < MAX_BAD_MESSAGES:
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            if message.get("code") == 1009:
                hub.count("messages_too_big")
            return
        if not _understood(dict(message)):
            bad += 1
            hub.count("messages_refused")
            await socket.send_text(REFUSED)


async def _socket(socket: WebSocket) -> None:
    hub: Hub = socket.app.state.hub
    if not _same_origin(socket):
        hub.count("origins_refused")
        await socket.close(1008)
        return
    await socket.accept()
    cursor = Cursor()
    hub.join(cursor)
    tasks = {asyncio.create_task(_send(socket, hub, cursor)), asyncio.create_task(_listen(socket, hub))}
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        hub.leave(cursor)
        for task in tasks:
            task.cancel()
        ends = await asyncio.gather(*tasks, return_exceptions=True)
    gone = (asyncio.CancelledError, WebSocketDisconnect, RuntimeError)  # RuntimeError: starlette's word for a send after close
    for end in ends:
        if isinstance(end, BaseException) and not isinstance(end, gone):
            hub.count("socket_faults")
            raise end
    if socket.application_state is WebSocketState.CONNECTED and socket.client_state is WebSocketState.CONNECTED:
        await socket.close(1001 if hub.closed else 1008)


async def _no_socket(socket: WebSocket) -> None:
    socket.app.state.hub.count("sockets_refused")
    await socket.close(1008)


def _info(request: Request) -> Response:
    return JSONResponse(request.app.state.hub.info)


def _health(request: Request) -> Response:
    return JSONResponse(request.app.state.hub.health())


def _summary(request: Request) -> Response:
    summary = request.app.state.hub.summary
    return JSONResponse({"error": "the run has not ended"}, 404) if summary is None else JSONResponse(summary)


def _to_gallery(_: Request) -> Response:
    return RedirectResponse("/gallery/")


def _refuse(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    if status == 500:
        request.app.state.hub.count("http_500")  # passes by the middleware that counts the others
    return JSONResponse({"error": f"no answer to {request.method} {request.url.path} ({status})"}, status)


def make_app(hub: Hub, info: Info | None = None, *, hosts: tuple[str, ...] = LOOPBACK, web: Path | None = None) -> Starlette:
    """The application for a hub. info: replaces the hub's. hosts: names this server answers to (guards against DNS rebinding)."""
    if info is not None:
        hub.set_info(info)
    app = Starlette(
        routes=[
            Route("/api/info", _info),
            Route("/api/health", _health),
            Route("/api/summary", _summary),
            *gallery.routes(),
            *([Route("/", _to_gallery)] if hub.info.get("gallery") else []),  # no run, so no picture
            WebSocketRoute("/ws", _socket),
            WebSocketRoute("/{path:path}", _no_socket),
            Mount("/", StaticFiles(directory=web or web_folder(), html=True)),
        ],
        middleware=[
            Middleware(BaseHTTPMiddleware, dispatch=_dress),
            Middleware(TrustedHostMiddleware, allowed_hosts=[*hosts]),
        ],
        exception_handlers={HTTPException: _refuse, Exception: _refuse},
    )
    app.state.hub = hub
    return app
