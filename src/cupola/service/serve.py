"""Run the page's server in a background thread, so that the simulation keeps the main one."""

from __future__ import annotations

import errno
import ipaddress
import socket
import threading
from dataclasses import dataclass

import uvicorn

from cupola.core.errors import BadOption, Fault
from cupola.service.app import LOOPBACK, make_app
from cupola.service.hub import Hub

DEFAULT_PORT = 8080
MAX_MESSAGE = 4096  # bytes; a client has nothing long to say


@dataclass(frozen=True)
class Server:
    """A running server. Stop it with ``stop`` or use it as a context manager."""

    hub: Hub
    url: str
    _uvicorn: uvicorn.Server
    _thread: threading.Thread

    def stop(self, patience: float = 3.0) -> None:
        """Let the clients go and end the thread; safe to call twice. Raises Fault if it does not end in time."""
        self.hub.close()
        self._uvicorn.should_exit = True
        self._thread.join(patience)
        if self._thread.is_alive():
            self._uvicorn.force_exit = True
            self._thread.join(patience)
        if self._thread.is_alive():
            raise Fault(f"the web server at {self.url} did not stop within {2 * patience:.0f} s")

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()


def bind(host: str, port: int) -> socket.socket:
    """A listening socket. Raises BadOption saying what to do when the port is busy, not allowed, or the host is not ours."""
    if not 0 <= port <= 65535:
        raise BadOption(f"--port {port}: a port is 0 (any free one) to 65535")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(64)
    except (OSError, UnicodeError) as error:
        listener.close()
        raise BadOption(_why(host, port, error)) from None
    return listener


def _why(host: str, port: int, error: Exception) -> str:
    number = error.errno if isinstance(error, OSError) else None
    if number == errno.EADDRINUSE:
        other = port % 65535 + 1
        return f"--port {port}: already in use on {host}; stop what listens there or choose another, for example --port {other}"
    if number == errno.EACCES:
        return f"--port {port}: this user may not listen there; choose one above 1023, for example --port {DEFAULT_PORT}"
    return f"host {host}, --port {port}: cannot listen there ({error}); use 127.0.0.1"


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def start(hub: Hub, host: str = "127.0.0.1", port: int = DEFAULT_PORT) -> Server:
    """Serve ``hub`` until ``stop``; returns once the port answers. port 0 takes any free one.

    A host other than this machine must be given on purpose: there is no login. Raises BadOption, Fault.
    """
    listener = bind(host, port)
    hosts = LOOPBACK if is_loopback(host) else ("*",)
    config = uvicorn.Config(
        make_app(hub, hosts=hosts),
        log_level="critical",
        access_log=False,
        lifespan="off",
        ws_max_size=MAX_MESSAGE,
        ws_per_message_deflate=False,  # 34 ms a frame for 15 % less
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="cupola-web", daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.01)
        if not thread.is_alive():
            raise Fault(f"the web server on {host}:{port} ended before it began")
    shown = f"[{host}]" if ":" in host else host
    return Server(hub, f"http://{shown}:{listener.getsockname()[1]}/", server, thread)
