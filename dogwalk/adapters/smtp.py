"""Mail over SMTP: STARTTLS, log-in, one connection a mail."""

from __future__ import annotations

import ssl
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate, parseaddr

import aiosmtplib
import structlog

from dogwalk.errors import Unavailable
from dogwalk.ports import DeliveryOutcome, MailMessage

log = structlog.get_logger(__name__)

TIMEOUT_S = 10.0
PERMANENT_FROM = 500


class SmtpMailSender:
    """`ca_file` adds an own CA. A server that offers no STARTTLS gets neither the password nor the mail."""

    def __init__(
        self, *, host: str, port: int, username: str, password: str, sender: str, ca_file: str | None = None
    ) -> None:
        self._host = host
        self._port = port
        self._username = username
        self._password = password
        self._sender = _address(sender)
        self._tls = ssl.create_default_context(cafile=ca_file)

    async def send(self, message: MailMessage) -> DeliveryOutcome:
        """A refusal of our log-in, our sender or our connection speaks of us and not of this mail: it waits."""
        try:
            letter = self._letter(message)
        except (ValueError, MessageError) as error:
            return _rejected(error)
        try:
            await self._hand_over(letter)
        except aiosmtplib.SMTPRecipientsRefused as error:
            return _answer(max(refused.code for refused in error.recipients), error)
        except aiosmtplib.SMTPDataError as error:
            return _answer(error.code, error)
        except (aiosmtplib.SMTPException, OSError) as error:
            raise Unavailable(f"SMTP: {type(error).__name__}") from error
        return DeliveryOutcome.SENT

    async def _hand_over(self, letter: EmailMessage) -> None:
        await aiosmtplib.send(
            letter,
            hostname=self._host,
            port=self._port,
            username=self._username,
            password=self._password,
            start_tls=True,
            tls_context=self._tls,
            timeout=TIMEOUT_S,
        )

    def _letter(self, message: MailMessage) -> EmailMessage:
        letter = EmailMessage()
        letter["From"] = self._sender
        letter["To"] = Address(addr_spec=message.to)
        letter["Subject"] = message.subject
        letter["Date"] = formatdate()
        letter["Message-ID"] = f"<{message.message_id}@{self._sender.domain}>"
        letter["Auto-Submitted"] = "auto-generated"
        letter.set_content(message.text)
        if message.html is not None:
            letter.add_alternative(message.html, subtype="html")
        return letter


def _answer(code: int, error: Exception) -> DeliveryOutcome:
    if code < PERMANENT_FROM:
        raise Unavailable(f"SMTP: {code}") from error
    return _rejected(error)


def _rejected(error: Exception) -> DeliveryOutcome:
    log.warning("mail_rejected", error=type(error).__name__)
    return DeliveryOutcome.REJECTED


def _address(text: str) -> Address:
    name, spec = parseaddr(text)
    return Address(display_name=name, addr_spec=spec)
