"""Our certificates before an authority we did not write: OpenSSL's strict path validation, in a TLS handshake in memory."""

from __future__ import annotations

import ssl
import stat
from pathlib import Path

import pytest

from cupola.core.errors import BadFile, BadOption
from cupola.link import certs


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, certs.NodeFiles]:
    return certs.make(tmp_path_factory.mktemp("keys") / "new", ["sensors", "fusion"])


def context(purpose: ssl.Purpose, own: certs.NodeFiles | None, trusts: certs.NodeFiles) -> ssl.SSLContext:
    c = ssl.create_default_context(purpose, cafile=trusts.authority)
    c.verify_mode = ssl.CERT_REQUIRED
    c.verify_flags |= ssl.VERIFY_X509_STRICT
    if own:
        c.load_cert_chain(own.certificate, own.key)
    return c


def handshake(
    server: certs.NodeFiles, client: certs.NodeFiles | None, host: str = "localhost", trusts: certs.NodeFiles | None = None
) -> tuple[str, str]:
    """The names each end has proved to the other; raises ssl.SSLError where either refuses. TLS 1.3, as QUIC uses."""
    pipes = ssl.MemoryBIO(), ssl.MemoryBIO()
    a = context(ssl.Purpose.CLIENT_AUTH, server, server).wrap_bio(pipes[0], pipes[1], server_side=True)
    b = context(ssl.Purpose.SERVER_AUTH, client, trusts or server).wrap_bio(pipes[1], pipes[0], server_hostname=host)
    for end in (b, a, b, a):
        try:
            end.do_handshake()
        except ssl.SSLWantReadError:
            continue
    proved = [dict(rdn[0] for rdn in end.getpeercert()["subject"])["commonName"] for end in (a, b)]
    return proved[0], proved[1]


def written(folder: Path, authority: certs.Authority, name: str, hours: float, hosts: tuple[str, ...] = ()) -> certs.NodeFiles:
    folder.mkdir()
    found = certs.NodeFiles(folder / "ca.pem", folder / f"{name}.pem", folder / f"{name}.key")
    found.authority.write_bytes(authority.pem)
    for path, data in zip((found.certificate, found.key), authority.issue(name, hours, hosts), strict=True):
        path.write_bytes(data)
        path.chmod(0o600)
    return found


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "sensors"])
def test_both_ends_prove_who_they_are(files: dict[str, certs.NodeFiles], host: str) -> None:
    assert handshake(files["sensors"], files["fusion"], host) == ("fusion", "sensors")


def test_another_host_is_refused(files: dict[str, certs.NodeFiles]) -> None:
    with pytest.raises(ssl.SSLError, match="Hostname mismatch"):
        handshake(files["sensors"], files["fusion"], "example.org")


def test_a_node_that_only_connects_cannot_pose_as_the_router(files: dict[str, certs.NodeFiles]) -> None:
    with pytest.raises(ssl.SSLError, match="unsuitable certificate purpose"):
        handshake(files["fusion"], files["sensors"], "fusion")


def test_no_certificate_is_refused(files: dict[str, certs.NodeFiles]) -> None:
    with pytest.raises(ssl.SSLError, match="PEER_DID_NOT_RETURN_A_CERTIFICATE"):
        handshake(files["sensors"], None)


def test_a_foreign_authority_is_refused_by_either_end(files: dict[str, certs.NodeFiles], tmp_path: Path) -> None:
    other = certs.make(tmp_path / "other", ["sensors", "fusion"])
    with pytest.raises(ssl.SSLError, match="verify failed"):
        handshake(files["sensors"], other["fusion"])
    with pytest.raises(ssl.SSLError, match="verify failed"):
        handshake(files["sensors"], files["fusion"], trusts=other["fusion"])


def test_out_of_date_is_refused(tmp_path: Path) -> None:
    authority = certs.Authority(1.0)
    router = written(tmp_path / "a", authority, "sensors", 1.0, ("localhost",))
    late = written(tmp_path / "b", authority, "fusion", -0.01)
    with pytest.raises(ssl.SSLError, match="expired"):
        handshake(router, late)
    with pytest.raises(BadFile, match="out of date"):
        certs.check(late, "fusion")


def test_only_the_owner_can_read_what_is_written(files: dict[str, certs.NodeFiles]) -> None:
    folder = files["fusion"].key.parent
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(p.stat().st_mode) for p in folder.iterdir()} == {0o600}
    assert len(list(folder.iterdir())) == 5  # two keys for three certificates: the authority's is nowhere


@pytest.mark.parametrize("names", [["../x"], ["ca"], ["a", "a"], [""], ["A"], ["x" * 64], []])
def test_names_that_cannot_be_files_are_refused(tmp_path: Path, names: list[str]) -> None:
    with pytest.raises(BadOption, match="name"):
        certs.make(tmp_path / "new", names)
    assert not list(tmp_path.iterdir())


def test_nothing_is_overwritten(files: dict[str, certs.NodeFiles]) -> None:
    with pytest.raises(BadOption, match="overwritten"):
        certs.make(files["fusion"].key.parent, ["sensors"])


def test_what_cannot_work_is_said_before_the_other_end_refuses_in_silence(
    files: dict[str, certs.NodeFiles], tmp_path: Path
) -> None:
    f, s = files["fusion"], files["sensors"]
    certs.check(f, "fusion")
    loose = tmp_path / "loose.key"
    loose.write_bytes(f.key.read_bytes())
    loose.chmod(0o644)
    for wrong, says in (
        (certs.NodeFiles(f.authority, f.certificate, s.key), "not the key of"),
        (certs.NodeFiles(f.authority, f.certificate, loose), "chmod 600"),
        (certs.NodeFiles(f.authority, s.certificate, s.key), "made out to sensors"),
        (certs.NodeFiles(f.authority, f.key, f.key), "no PEM certificate"),
        (certs.NodeFiles(f.authority, f.certificate, tmp_path / "none.key"), "cannot be read"),
    ):
        with pytest.raises(BadFile, match=says):
            certs.check(wrong, "fusion")
