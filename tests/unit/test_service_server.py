"""The server over real sockets: answers, refusals, slow clients, busy ports, stopping."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from cupola.core.errors import BadOption
from cupola.service.hub import Hub
from cupola.service.serve import start

MADE_UP = Path(__file__).parents[1] / "support" / "made_up.py"


@pytest.fixture
def hub():
    return Hub({"scenario": "test"})


@pytest.fixture
def server(hub):
    with start(hub, port=0) as server:
        yield server


@pytest.fixture
def ws_url(server):
    return server.url.replace("http", "ws") + "ws"


def raw(server, request: bytes) -> bytes:
    """What the server answers to exactly these bytes (clients tidy paths up)."""
    host, port = server.url[7:-1].split(":")
    with socket.create_connection((host, int(port)), 10) as s:
        s.sendall(request)
        s.settimeout(10)
        answer = b""
        while chunk := s.recv(65536):
            answer += chunk
        return answer


def keep_talking(ws) -> None:
    for _ in range(200):
        ws.send("{")
        ws.recv(10)


def test_json_answers_and_the_page(server, hub):
    with httpx.Client(base_url=server.url, trust_env=False) as web:
        assert web.get("api/info").json()["scenario"] == "test"
        assert web.get("api/health").json()["state"] == "preparing"
        assert web.get("api/summary").status_code == 404
        hub.finish({"seed": 3})
        assert web.get("api/summary").json() == {"seed": 3}
        page = web.get("/")
        assert "SIMULATION" in page.text
        assert "default-src 'self'" in page.headers["content-security-policy"]
        assert web.get("js/main.js").headers["content-type"].startswith(("text/javascript", "application/javascript"))


def test_unknown_paths_methods_and_hosts_are_refused_and_counted(server, hub):
    with httpx.Client(base_url=server.url, trust_env=False) as web:
        assert web.get("nothing/here").status_code == 404
        assert web.post("api/info").status_code == 405
        assert web.get("api/info", headers={"Host": "evil.example"}).status_code == 400
    counts = hub.health()["counts"]
    assert (counts["http_404"], counts["http_405"], counts["http_400"]) == (1, 1, 1)


@pytest.mark.parametrize(
    "path", ["/../pyproject.toml", "/js/../../pyproject.toml", "/%2e%2e/pyproject.toml", "/..%2fpyproject.toml", "//etc/passwd"]
)
def test_no_path_leads_out_of_the_page_folder(server, path):
    answer = raw(server, f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
    assert answer.startswith(b"HTTP/1.1 404")
    assert b"hatchling" not in answer
    assert b"root:" not in answer


def test_late_client_gets_events_and_the_newest_frame(hub, ws_url):
    hub.publish_events({"type": "alert", "id": 0}, {"type": "alert", "id": 1})
    hub.publish_frame(b"old")
    hub.publish_frame(b"new")
    with connect(ws_url, proxy=None) as ws:
        assert [e["id"] for e in json.loads(ws.recv(10))] == [0, 1]
        assert ws.recv(10) == b"new"
        hub.publish_frame(b"newer")
        assert ws.recv(10) == b"newer"


def test_bad_messages_are_answered_counted_and_end_when_too_many(hub, ws_url):
    nonsense = ["", "{", "[]", '{"type": "fire"}', '"hello"', b"\x00\x01", "[" * 3000]
    with connect(ws_url, proxy=None) as ws:
        ws.send('{"type": "hello"}')
        for message in nonsense:
            ws.send(message)
            assert "read-only" in json.loads(ws.recv(10))[0]["why"]
        assert hub.health()["counts"]["messages_refused"] == len(nonsense)
        with pytest.raises(ConnectionClosed) as closed:
            keep_talking(ws)
        assert closed.value.rcvd.code == 1008


def test_a_huge_message_closes_that_connection_only(hub, ws_url):
    with connect(ws_url, proxy=None) as good, connect(ws_url, proxy=None) as bad:
        bad.send("x" * 1_000_000)
        with pytest.raises(ConnectionClosed) as closed:
            bad.recv(10)
        assert closed.value.rcvd.code == 1009
        hub.publish_frame(b"still here")
        assert good.recv(10) == b"still here"


def test_another_sites_page_may_not_listen(server, hub, ws_url):
    with pytest.raises(InvalidStatus):
        connect(ws_url, origin="http://evil.example", proxy=None).__enter__()
    assert hub.health()["counts"]["origins_refused"] == 1
    with pytest.raises(InvalidStatus):
        connect(ws_url + "/elsewhere", proxy=None).__enter__()
    assert hub.health()["counts"]["sockets_refused"] == 1
    with connect(ws_url, origin=server.url.rstrip("/"), proxy=None):
        pass


def test_a_client_that_never_reads_delays_nobody(server, hub, ws_url):
    frames, size = 60, 1_000_000
    host, port = server.url[7:-1].split(":")
    with socket.create_connection((host, int(port))) as dead, connect(ws_url, proxy=None, max_size=None) as good:
        key = b"GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        dead.sendall(key + b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")
        while hub.health()["clients"] < 2:
            pass
        for k in range(frames):
            hub.publish_frame(bytes([k]) * size)
            assert good.recv(10)[0] == k
        assert hub.health()["counts"]["frames_sent"] < 2 * frames - 10  # the dead one took what the system buffers, no more
        assert hub.health()["clients"] == 2


def test_a_busy_or_impossible_port_is_bad_input_that_says_what_to_do(server, hub):
    port = int(server.url.rsplit(":", 1)[1][:-1])
    with pytest.raises(BadOption, match=rf"--port {port}: already in use .*--port {port + 1}"):
        start(hub, port=port)
    with pytest.raises(BadOption, match="any free one"):
        start(hub, port=70000)
    with pytest.raises(BadOption, match=r"use 127\.0\.0\.1"):
        start(hub, host="192.0.2.1", port=0)


def test_stop_ends_the_thread_with_clients_connected_and_frees_the_port(hub):
    server = start(hub, port=0)
    port = int(server.url.rsplit(":", 1)[1][:-1])
    with connect(server.url.replace("http", "ws") + "ws", proxy=None) as ws:
        hub.publish_frame(b"x")
        assert ws.recv(10) == b"x"
        server.stop()
        with pytest.raises(ConnectionClosed):
            ws.recv(10)
    server.stop()
    assert "cupola-web" not in {t.name for t in threading.enumerate()}
    hub.publish_frame(b"after the end")
    start(Hub(), port=port).stop()


def test_ctrl_c_ends_the_sample_cleanly():
    heard = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"  # a shell's background job would not hear it
    code = f"{heard}; import runpy; runpy.run_path({str(MADE_UP)!r}, run_name='__main__')"
    command = [sys.executable, "-c", code, "--port", "0", "--launches", "5", "--each", "2"]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    ) as p:
        try:
            assert "http://127.0.0.1:" in p.stdout.readline()
            p.send_signal(signal.SIGINT)
            out, err = p.communicate(timeout=30)
        finally:
            p.kill()
    assert (p.returncode, err) == (0, "")
    assert "stopped" in out
