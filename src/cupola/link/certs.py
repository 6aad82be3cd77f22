"""Certificates for the nodes of a deployment: one private authority, one short-lived certificate a node.

Keys are PKCS#8 P-256; a certificate names its node as CN (what the access list goes by) and as DNS name, and is good for both ends
of mutual TLS. Source of the recipe: RFC 5280 (profile), RFC 5480 (P-256).
"""

from __future__ import annotations

import datetime
import ipaddress
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

CLOCK_SKEW = datetime.timedelta(minutes=5)


@dataclass(frozen=True)
class NodeFiles:
    """Paths a node needs to prove who it is and to check the others."""

    authority: Path
    certificate: Path
    key: Path


def make(folder: Path, names: Sequence[str], hours: float = 24.0) -> dict[str, NodeFiles]:
    """An authority and a certificate for each node name, written to ``folder`` (made if absent, keys readable by the owner only).

    The authority's key is used once and never written: nobody can issue more certificates for this deployment.
    """
    folder.mkdir(parents=True, exist_ok=True)
    now = datetime.datetime.now(datetime.UTC)
    span = (now - CLOCK_SKEW, now + datetime.timedelta(hours=hours))
    ca_key = ec.generate_private_key(ec.SECP256R1())
    ca = _authority(ca_key, span)
    _write(folder / "ca.pem", ca.public_bytes(serialization.Encoding.PEM))
    out = {}
    for name in names:
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _node(name, key, ca, ca_key, span)
        files = NodeFiles(folder / "ca.pem", folder / f"{name}.pem", folder / f"{name}.key")
        _write(files.certificate, certificate.public_bytes(serialization.Encoding.PEM))
        pkcs8 = serialization.PrivateFormat.PKCS8
        _write(files.key, key.private_bytes(serialization.Encoding.PEM, pkcs8, serialization.NoEncryption()))
        out[name] = files
    return out


Span = tuple[datetime.datetime, datetime.datetime]


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _builder(subject: str, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, span: Span) -> x509.CertificateBuilder:
    b = x509.CertificateBuilder().subject_name(_name(subject)).issuer_name(issuer).public_key(key.public_key())
    return b.serial_number(x509.random_serial_number()).not_valid_before(span[0]).not_valid_after(span[1])


def _authority(key: ec.EllipticCurvePrivateKey, span: Span) -> x509.Certificate:
    usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    b = _builder("cupola deployment", _name("cupola deployment"), key, span)
    b = b.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True).add_extension(usage, critical=True)
    return b.sign(key, hashes.SHA256())


def _node(
    name: str, key: ec.EllipticCurvePrivateKey, ca: x509.Certificate, ca_key: ec.EllipticCurvePrivateKey, span: Span
) -> x509.Certificate:
    both_ends = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH])
    names = [x509.DNSName(name), x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    b = _builder(name, ca.subject, key, span).add_extension(x509.BasicConstraints(False, None), critical=True)
    b = b.add_extension(both_ends, critical=False).add_extension(x509.SubjectAlternativeName(names), critical=False)
    return b.sign(ca_key, hashes.SHA256())


def _write(path: Path, data: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as f:
        f.write(data)
