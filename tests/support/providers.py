"""Providers of messages that speak the real wire protocols on free ports, each with knobs for what goes wrong."""

from __future__ import annotations

import datetime as dt
import ipaddress
import json
import ssl
from dataclasses import dataclass, field
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from email.message import Message
    from pathlib import Path

PROJECT = "dogwalk-test"
SMTP_USER, SMTP_PASSWORD = "dogwalk", "a-password-of-this-test"


def service_account() -> str:
    """A key made for this run. The universe keeps google-auth from calling Google for a token."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    account = {
        "type": "service_account",
        "project_id": PROJECT,
        "private_key_id": "test",
        "private_key": pem,
        "client_email": f"push@{PROJECT}.local.test",
        "token_uri": "http://127.0.0.1:9/token",
        "universe_domain": "local.test",
    }
    return json.dumps(account)


@dataclass
class Fcm:
    """Firebase Cloud Messaging, HTTP v1. `answers` maps a device's value to (status, FCM error code)."""

    received: list[dict[str, Any]] = field(default_factory=list)
    answers: dict[str, tuple[int, str]] = field(default_factory=dict)

    def __enter__(self) -> Self:
        fcm = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                status, answer = fcm.answer(self.path, self.headers["Authorization"], body["message"])
                payload = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(payload)))
                self.end_headers()
                self.wfile.write(payload)

            def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 the base class names it so
                """Nothing: tests read what was received."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def answer(self, path: str, authorization: str, message: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        assert path == f"/v1/projects/{PROJECT}/messages:send", path
        assert authorization.removeprefix("Bearer ").count(".") == 2, "no JWT"
        device = message.get("fid") or message["token"]
        self.received.append(message)
        if device not in self.answers:
            return 200, {"name": f"projects/{PROJECT}/messages/{len(self.received)}"}
        status, code = self.answers[device]
        detail = {"@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", "errorCode": code}
        return status, {"error": {"code": status, "message": code, "status": code, "details": [detail]}}


class Mailbox(Controller):
    """SMTP with STARTTLS under an own CA and a log-in. `refusals` maps a recipient to the answer it gets.

    The hooks' names and arguments are aiosmtpd's.
    """

    def __init__(self, folder: Path) -> None:
        self.received: list[Message] = []
        self.refusals: dict[str, str] = {}
        self.ca_file = folder / "ca.pem"
        super().__init__(self, hostname="127.0.0.1", port=0)
        self._tls = _own_certificate(self.ca_file)

    def factory(self) -> SMTP:
        return SMTP(
            self,
            hostname="127.0.0.1",
            tls_context=self._tls,
            require_starttls=True,
            auth_required=True,
            authenticator=_authenticate,
        )

    def _trigger_server(self) -> None:
        """The base class knocks at the port it was told; ours is chosen by the system."""
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()

    async def handle_RCPT(self, *call: Any) -> str:  # noqa: N802 aiosmtpd's
        _, _, envelope, address, _ = call
        if address in self.refusals:
            return self.refusals[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, *call: Any) -> str:  # noqa: N802 aiosmtpd's
        _, _, envelope = call
        self.received.append(message_from_bytes(envelope.content))
        return "250 OK"


def _authenticate(server: SMTP, session: Any, envelope: Any, mechanism: str, auth_data: LoginPassword) -> AuthResult:
    expected = LoginPassword(SMTP_USER.encode(), SMTP_PASSWORD.encode())
    return AuthResult(success=auth_data == expected, handled=False)


def _own_certificate(ca_file: Path) -> ssl.SSLContext:
    """Signed by itself; `ca_file` is what a client must trust."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder(issuer_name=name, subject_name=name, public_key=key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(minutes=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    ca_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    both = ca_file.with_name("server.pem")
    both.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    return context
