"""Certificates for the nodes of a deployment: one private authority, one short-lived certificate a node.

Keys are PKCS#8 P-256. A certificate names its node as CN (what the access list goes by) and as DNS name. Only the node that listens
may act as a server and carries the names it is reached at; the others may only connect, so that a stolen key of theirs cannot pose
as the router. Source of the profile: RFC 5280 (sections 4.2 and 6.1), RFC 5480 (P-256).
"""

from __future__ import annotations

import datetime
import ipaddress
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from cupola.core.errors import BadFile, BadOption

LONGEST_H = 87_600.0  # ten years
CLOCK_SKEW = datetime.timedelta(minutes=5)
LOOPBACK = ("localhost", "127.0.0.1")
AUTHORITY = "cupola deployment"
LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
Span = tuple[datetime.datetime, datetime.datetime]


@dataclass(frozen=True)
class NodeFiles:
    """Paths a node needs to prove who it is and to check the others."""

    authority: Path
    certificate: Path
    key: Path


def make(folder: Path, names: Sequence[str], hours: float = 24.0, hosts: Sequence[str] = LOOPBACK) -> dict[str, NodeFiles]:
    """An authority and a certificate for each node, written to ``folder``; the first name is the node that listens, at ``hosts``.

    Files are readable by their owner only and never overwritten. The authority's key is used and forgotten: nobody can issue more
    certificates for this deployment. Raises BadOption.
    """
    check_names(names)
    if not 0 < hours <= LONGEST_H:
        raise BadOption(f"--hours {hours:g}: certificates are good for more than 0 and at most {LONGEST_H:g} hours (ten years)")
    authority = Authority(hours)
    files = {n: NodeFiles(folder / "ca.pem", folder / f"{n}.pem", folder / f"{n}.key") for n in names}
    there = [p for f in files.values() for p in (f.authority, f.certificate, f.key) if p.exists()]
    if there:
        raise BadOption(f"{there[0]}: is there already and would be overwritten; give an empty folder")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(folder / "ca.pem", authority.pem)
        for n, f in files.items():
            certificate, key = authority.issue(n, hours, hosts if n == names[0] else ())
            _write(f.certificate, certificate)
            _write(f.key, key)
    except OSError as e:
        raise BadOption(f"{folder}: certificates cannot be written ({e.strerror}); give a folder that can") from None
    return files


def check_names(names: Sequence[str]) -> None:
    """Raises BadOption unless these are different DNS labels that can stand as file names."""
    bad = [n for n in names if not LABEL.fullmatch(n) or n == "ca"]
    if bad:
        raise BadOption(f"node name {bad[0]!r}: use lower-case letters, digits and hyphens, at most 63, and not 'ca'")
    if len(set(names)) < len(names) or not names:
        raise BadOption(f"node names {','.join(names) or '(none)'}: give at least one, each once")


def check(files: NodeFiles, name: str) -> None:
    """Raises BadFile unless these files are there, in date, made for ``name``, and the key is its owner's only.

    The other end refuses without a word, so what can be seen from here is said here.
    """
    try:
        certificate = x509.load_pem_x509_certificate(files.certificate.read_bytes())
        x509.load_pem_x509_certificate(files.authority.read_bytes())
        key = serialization.load_pem_private_key(files.key.read_bytes(), None)
    except OSError as e:
        raise BadFile(f"{e.filename}: cannot be read ({e.strerror}); make certificates with: cupola certs DIR") from None
    except (ValueError, TypeError) as e:
        raise BadFile(f"{files.certificate}, {files.authority} or {files.key}: is no PEM certificate or plain key ({e})") from None
    if os.name == "posix" and files.key.stat().st_mode & 0o077:
        raise BadFile(f"{files.key}: others may read this key; take that away with: chmod 600 {files.key}")
    said = [str(a.value) for a in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    if said != [name]:
        raise BadFile(f"{files.certificate}: is made out to {' '.join(said) or 'nobody'}; the node is {name}")
    if key.public_key() != certificate.public_key():
        raise BadFile(f"{files.key}: is not the key of {files.certificate}")
    ends, now = certificate.not_valid_after_utc, datetime.datetime.now(datetime.UTC)
    if not certificate.not_valid_before_utc <= now < ends:
        raise BadFile(f"{files.certificate}: out of date (it ends {ends:%Y-%m-%d %H:%M} UTC); make new ones with: cupola certs DIR")


class Authority:
    """A private authority that lives as long as this object: its key is in memory only."""

    def __init__(self, hours: float) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)  # signs certificates and CRLs only
        b = _builder(AUTHORITY, _name(AUTHORITY), self._key.public_key(), _span(hours), self._key.public_key())
        b = b.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True).add_extension(usage, critical=True)
        self._certificate = b.sign(self._key, hashes.SHA256())
        self.pem = self._certificate.public_bytes(serialization.Encoding.PEM)

    def issue(self, name: str, hours: float, hosts: Sequence[str] = ()) -> tuple[bytes, bytes]:
        """Certificate and key of one node, PEM. hosts: names and addresses it listens at; none for a node that only connects."""
        key = ec.generate_private_key(ec.SECP256R1())
        role = ExtendedKeyUsageOID.SERVER_AUTH if hosts else ExtendedKeyUsageOID.CLIENT_AUTH
        usage = x509.KeyUsage(True, False, False, False, False, False, False, False, False)  # signs handshakes only
        names = x509.SubjectAlternativeName([_general(h) for h in dict.fromkeys((name, *hosts))])
        b = _builder(name, self._certificate.subject, key.public_key(), _span(hours), self._key.public_key())
        b = b.add_extension(x509.BasicConstraints(False, None), critical=True).add_extension(usage, critical=True)
        b = b.add_extension(x509.ExtendedKeyUsage([role]), critical=False).add_extension(names, critical=False)
        pkcs8 = serialization.PrivateFormat.PKCS8
        private = key.private_bytes(serialization.Encoding.PEM, pkcs8, serialization.NoEncryption())
        return b.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM), private


def _span(hours: float) -> Span:
    now = datetime.datetime.now(datetime.UTC)
    return now - CLOCK_SKEW, now + datetime.timedelta(hours=hours)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _general(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        pass
    try:
        return x509.DNSName(host)
    except ValueError:
        raise BadOption(f"host {host!r}: is neither an IP address nor a DNS name in ASCII") from None


def _builder(
    subject: str, issuer: x509.Name, key: ec.EllipticCurvePublicKey, span: Span, signer: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    b = x509.CertificateBuilder().subject_name(_name(subject)).issuer_name(issuer).public_key(key)
    b = b.serial_number(x509.random_serial_number()).not_valid_before(span[0]).not_valid_after(span[1])
    b = b.add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    return b.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer), critical=False)


def _write(path: Path, data: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as f:
        f.write(data)
