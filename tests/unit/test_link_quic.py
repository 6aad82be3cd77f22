"""The live link on loopback, real Zenoh over QUIC with mutual TLS: who gets in, who may say what, what arrives and how."""

from __future__ import annotations

import json
import queue
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import zenoh

from cupola.core.errors import LinkDown
from cupola.link import certs, quic
from cupola.service.deployment import _free_port

GRANTS = (
    quic.Grant("sensors", ("t/scans",), ("t/picture", "t/alerts", "t/shots")),
    quic.Grant("fusion", ("t/picture", "t/alerts"), ("t/scans",)),
    quic.Grant("command", ("t/shots",), ("t/picture", "t/alerts")),
)
NAMES = [g.node for g in GRANTS]


class Place:
    """A router with its certificates."""

    def __init__(self, folder: Path) -> None:
        self.authority = certs.Authority(1.0)
        self.folder = folder
        self.files = {n: self.issue(n, n, 1.0, certs.LOOPBACK if n == "sensors" else ()) for n in NAMES}
        self.endpoint = f"quic/localhost:{_free_port()}"
        try:
            self.router = quic.Node("sensors", self.files["sensors"], self.endpoint, GRANTS)
        except LinkDown as e:
            pytest.skip(f"no UDP on loopback here: {e}")
        for key in ("t/picture", "t/alerts", "t/shots"):
            self.router.hear(key)
        self.router.speak("t/scans")

    def issue(self, stem: str, name: str, hours: float, hosts: tuple[str, ...] = ()) -> certs.NodeFiles:
        files = certs.NodeFiles(*(self.folder / f"{stem}.{e}" for e in ("ca", "pem", "key")))
        data = (self.authority.pem, *self.authority.issue(name, hours, hosts))
        for path, content in zip((files.authority, files.certificate, files.key), data, strict=True):
            path.write_bytes(content)
        return files

    def join(self, name: str, files: certs.NodeFiles | None = None) -> quic.Node:
        return quic.Node(name, files or self.files[name], self.endpoint, patience_s=20.0)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    made = Place(tmp_path_factory.mktemp("keys"))
    yield made
    made.router.close()


def refused(place: Place, files: certs.NodeFiles, endpoint: str | None = None) -> None:
    with pytest.raises(LinkDown, match=r"no link at .* in date, of one authority"):
        quic.Node("fusion", files, endpoint or place.endpoint, patience_s=0.0)


def test_a_foreign_authority_is_refused(place: Place, tmp_path: Path) -> None:
    own = certs.make(tmp_path / "other", ["x", "fusion"])["fusion"]
    refused(place, certs.NodeFiles(place.files["fusion"].authority, own.certificate, own.key))


def test_out_of_date_is_refused(place: Place) -> None:
    refused(place, place.issue("late", "fusion", -0.01))


def test_without_a_certificate_nobody_gets_in(place: Place) -> None:
    config = quic._config("fusion", place.files["fusion"], place.endpoint, None)
    tls = config["transport"]["link"]["tls"]
    del tls["connect_private_key"], tls["connect_certificate"]
    with pytest.raises(zenoh.ZError, match="Unable to connect"):
        zenoh.open(zenoh.Config.from_json5(json.dumps(config)))


def test_nodes_do_not_talk_to_a_false_router(place: Place, tmp_path: Path) -> None:
    """One of a foreign authority, and a stolen certificate of a node that may only connect."""
    foreign = certs.make(tmp_path / "other", ["sensors"])["sensors"]
    for files in (foreign, place.files["command"]):
        endpoint = f"quic/localhost:{_free_port()}"
        with quic.Node("sensors", files, endpoint, GRANTS):
            refused(place, place.files["fusion"], endpoint)


def forge(node: quic.Node, key: str) -> None:
    """Put without asking whether anyone hears: a publisher of ours would learn that nobody does, and keep still."""
    node._session.put(key, b"forged", congestion_control=zenoh.CongestionControl.BLOCK)


def test_without_the_access_list_a_forged_put_arrives(place: Place) -> None:
    """The contrast to the next test: ``forge`` does reach the router."""
    endpoint = f"quic/localhost:{_free_port()}"
    config = quic._config("sensors", place.files["sensors"], endpoint, GRANTS)
    config["access_control"]["enabled"] = False
    got: queue.Queue[bytes] = queue.Queue()
    with zenoh.open(zenoh.Config.from_json5(json.dumps(config))) as open_router:
        kept = open_router.declare_subscriber("t/**", lambda s: got.put(s.payload.to_bytes()))
        with quic.Node("command", place.files["command"], endpoint) as c:
            forge(c, "t/alerts")
            assert got.get(timeout=20.0) == b"forged"
        kept.undeclare()


def test_only_the_granted_is_put_and_heard(place: Place) -> None:
    """Forged puts of an admitted node are dropped, on keys of others and on alerts; it hears nothing it was not granted."""
    r, spied = place.router, []
    with place.join("fusion") as f, place.join("command") as c:
        f.hear("t/scans")
        c.hear("t/picture")
        c._kept += [c._session.declare_subscriber(k, lambda s: spied.append(s.payload.to_bytes())) for k in ("t/scans", "t/*")]
        f.speak("t/picture")
        c.speak("t/shots")
        r.wait(lambda: r.heard_by_someone("t/scans"), "fusion", 20.0)
        f.wait(lambda: f.heard_by_someone("t/picture"), "sensors", 20.0)
        c.wait(lambda: c.heard_by_someone("t/shots"), "sensors", 20.0)
        forge(f, "t/shots")
        forge(f, "t/scans")
        forge(c, "t/picture")
        forge(c, "t/alerts")
        f.put("t/picture", b"picture")
        c.put("t/shots", b"shots")
        r.put("t/scans", b"scans")
        assert f.take("t/scans", "sensors") == b"forged"  # its own put, seen in its own session only
        assert f.take("t/scans", "sensors") == b"scans"
        assert c.take("t/picture", "fusion") == b"forged"  # likewise
        assert c.take("t/picture", "fusion") == b"picture"
        assert r.take("t/picture", "fusion") == b"picture"
        assert r.take("t/shots", "command") == b"shots"
        assert [r.waiting(k) for k in ("t/picture", "t/alerts", "t/shots")] == [0, 0, 0]
        assert b"scans" not in spied


def test_alerts_are_real_time_and_nothing_else_is(place: Place) -> None:
    r = place.router
    before = r.urgent("t/alerts")
    with place.join("fusion") as f:
        f.speak("t/picture")
        f.speak("t/alerts", urgent=True)
        f.wait(lambda: f.heard_by_someone("t/alerts") and f.heard_by_someone("t/picture"), "sensors", 20.0)
        for k in range(3):
            f.put("t/alerts", bytes([k]))
            f.put("t/picture", bytes([k]))
        for k in range(3):
            assert r.take("t/alerts", "fusion") == bytes([k])
            assert r.take("t/picture", "fusion") == bytes([k])
    assert r.urgent("t/alerts") - before == 3
    assert r.urgent("t/picture") == 0


def test_big_messages_come_whole_and_in_order_and_alerts_pass_them(place: Place) -> None:
    """A picture of 20,000 tracks is about 10 MB: thousands of fragments, with a small message behind each."""
    r, big = place.router, np.random.default_rng(1).bytes(10_000_000)
    with place.join("fusion") as f:
        f.speak("t/picture")
        f.speak("t/alerts", urgent=True)
        f.wait(lambda: f.heard_by_someone("t/alerts") and f.heard_by_someone("t/picture"), "sensors", 20.0)
        for k in range(4):
            f.put("t/picture", bytes([k]) + big)
            f.put("t/picture", bytes([k]))
        f.put("t/alerts", b"now")
        assert r.take("t/alerts", "fusion") == b"now"
        for k in range(4):
            assert r.take("t/picture", "fusion") == bytes([k]) + big
            assert r.take("t/picture", "fusion") == bytes([k])


def test_a_node_that_leaves_is_noticed_after_its_last_word(place: Place) -> None:
    r = place.router
    with place.join("command") as c:
        c.speak("t/shots")
        c.wait(lambda: c.heard_by_someone("t/shots"), "sensors", 20.0)
        c.put("t/shots", b"last")
        r.wait(lambda: r.waiting("t/shots") == 1, "its last word", 20.0)  # closing at once may lose it: see design/link.md
    r.wait(lambda: "command" in r.gone, "its leave", 20.0)
    assert r.take("t/shots", "command") == b"last"
    with place.join("command"), pytest.raises(LinkDown, match="the command node left while t/shots was awaited"):
        r.take("t/shots", "command")  # also when it is back: what it sent in between would be missing


def test_what_is_known_better_is_said_first(place: Place) -> None:
    def check() -> None:
        raise LinkDown("the process was killed")

    with pytest.raises(LinkDown, match="was killed"):
        place.router.take("t/shots", "command", check)


def test_a_port_in_use_is_said(place: Place) -> None:
    with pytest.raises(LinkDown, match=r"cannot listen at .*is the port in use") as e:
        quic.Node("sensors", place.files["sensors"], place.endpoint, GRANTS)
    assert ".cargo" not in str(e.value)


def test_waiting_ends(place: Place) -> None:
    with pytest.raises(LinkDown, match="nobody came within 0 s"):
        place.router.wait(lambda: False, "nobody came", 0.0)
