"""A throw-away CA and one server certificate under it. The CA's key is forgotten at once: nobody can sign another."""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from devstack.development_secrets import write_private

if TYPE_CHECKING:
    from pathlib import Path

LOOPBACK = "127.0.0.1"
VALID_FOR = dt.timedelta(days=90)
CLOCK_SKEW = dt.timedelta(minutes=5)


def server_tls(folder: Path, *, name: str) -> ssl.SSLContext:
    """For 127.0.0.1, localhost and `name`. `ca.pem` in `folder` is what a client must trust."""
    ca_key, server_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca = _unsigned("Dogwalk stand-ins, throw-away CA", "Dogwalk stand-ins, throw-away CA", ca_key)
    ca = ca.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    ca = ca.add_extension(_may_only_sign_certificates(), critical=True)
    server = _unsigned(name, "Dogwalk stand-ins, throw-away CA", server_key)
    hosts = [x509.DNSName(host) for host in ("localhost", name) if host != LOOPBACK]
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(LOOPBACK)), *hosts])
    server = server.add_extension(names, critical=False)
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key())
    server = server.add_extension(issuer, critical=False)
    ca = ca.add_extension(x509.SubjectKeyIdentifier.from_public_key(ca_key.public_key()), critical=False)
    write_private(folder / "ca.pem", _pem(ca.sign(ca_key, hashes.SHA256())))
    return _context(folder, certificate=server.sign(ca_key, hashes.SHA256()), key=server_key)


def _unsigned(subject: str, issuer: str, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder(issuer_name=_name(issuer), subject_name=_name(subject), public_key=key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCK_SKEW)
        .not_valid_after(now + VALID_FOR)
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _may_only_sign_certificates() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _context(folder: Path, *, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> ssl.SSLContext:
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    both = folder / "server.pem"
    write_private(both, _pem(certificate) + private.decode())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    return context
