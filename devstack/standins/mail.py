"""SMTP by aiosmtpd: STARTTLS and a log-in before anything else; answers a fault asks for at RCPT, losses after DATA."""

from __future__ import annotations

import asyncio
from email import message_from_bytes
from email.policy import default as modern
from typing import TYPE_CHECKING, Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from devstack.standins.inbox import Channel, Inbox, Received

if TYPE_CHECKING:
    import ssl
    from email.message import EmailMessage

    from devstack.standins.faults import Fault, Faults

SIZE_LIMIT_BYTES = 10_000_000
HEADERS = ("From", "Message-ID", "Date", "List-Unsubscribe")


class MailServer:
    """`protocol` makes what one connection speaks; hooks are named as aiosmtpd calls them."""

    def __init__(self, *, inbox: Inbox, faults: Faults, tls: ssl.SSLContext, username: str, password: str) -> None:
        self._inbox = inbox
        self._faults = faults
        self._tls = tls
        self._login = LoginPassword(username.encode(), password.encode())

    def protocol(self) -> SMTP:
        return SMTP(
            self,
            hostname="mail.local.test",
            data_size_limit=SIZE_LIMIT_BYTES,
            tls_context=self._tls,
            require_starttls=True,
            auth_required=True,
            authenticator=self._authenticate,
            enable_SMTPUTF8=True,
        )

    async def handle_RCPT(  # noqa: N802 aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        del server, session, options
        fault = self._faults.take(Channel.MAIL, address)
        if fault is not None:
            await asyncio.sleep(fault.slow_s)
        if fault is not None and fault.status is not None:
            return f"{fault.status} {fault.code or 'asked for by a fault'}"
        if fault is not None and fault.lost:
            _losses(envelope).append(fault)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        del session
        content = envelope.content
        raw = content if isinstance(content, bytes) else str(content).encode()
        letter = message_from_bytes(raw, policy=modern)
        for recipient in envelope.rcpt_tos:
            await self._inbox.add(_received(recipient, letter))
        if _losses(envelope) and isinstance(server.transport, asyncio.WriteTransport):
            server.transport.abort()
        return "250 OK"

    def _authenticate(self, server: SMTP, session: Session, envelope: Envelope, kind: str, login: Any) -> AuthResult:
        del server, session, envelope, kind
        # unless told that nothing was answered yet, aiosmtpd leaves the client waiting
        return AuthResult(success=login == self._login, handled=False)


def _losses(envelope: Envelope) -> list[Fault]:
    """Faults that break the connection once this mail is in. Kept on the envelope, which lives as long as the mail."""
    found: list[Fault] = envelope.__dict__.setdefault("losses", [])
    return found


def _received(recipient: str, letter: EmailMessage) -> Received:
    return Received(
        channel=Channel.MAIL,
        to=recipient,
        subject=str(letter["Subject"] or ""),
        text=_body(letter, "plain") or "",
        html=_body(letter, "html"),
        provider_data={name: str(letter[name]) for name in HEADERS if letter[name]},
    )


def _body(letter: EmailMessage, kind: str) -> str | None:
    part = letter.get_body(preferencelist=(kind,))
    return None if part is None else str(part.get_content())
