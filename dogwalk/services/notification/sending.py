"""One message on its channel: who is asked to carry it, and what the carrier's answer means for the row."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from dogwalk.db.models.person import Device
from dogwalk.domain.notification import CATALOGUE, Channel
from dogwalk.errors import Unavailable
from dogwalk.ports import DeliveryOutcome, MailMessage, PushMessage

if TYPE_CHECKING:
    from datetime import datetime

    from dogwalk.ports import MailSender, PushSender, SmsSender
    from dogwalk.services.notification.addressing import Letter
    from dogwalk.services.notification.text import Texts

log = structlog.get_logger(__name__)

PUSHED_FIELDS = ("offer_id", "walker_id", "booking_message_id")


@dataclass(frozen=True, slots=True)
class Sent:
    """`gone` are devices the provider no longer knows."""

    outcome: DeliveryOutcome
    gone: Sequence[Device] = ()


class Carriers:
    """Raises Unavailable for what a later try may send; every other end is in the answer."""

    def __init__(self, *, push: PushSender, mail: MailSender, sms: SmsSender, texts: Texts) -> None:
        self._push = push
        self._mail = mail
        self._sms = sms
        self._texts = texts

    async def send(self, letter: Letter, *, at: datetime) -> Sent:
        match letter.message.channel:
            case Channel.PUSH:
                return await self._send_push(letter, at)
            case Channel.MAIL:
                return await self._send_mail(letter)
            case _:
                return await self._send_sms(letter)

    async def _send_push(self, letter: Letter, at: datetime) -> Sent:
        """To every phone of hers at once. One that got it is enough: the others are not worth a second ring there."""
        push = self._pushed(letter, at)
        answers = await asyncio.gather(
            *(self._push.send(device_kind=one.kind, device_value=one.value, message=push) for one in letter.devices),
            return_exceptions=True,
        )
        gone = [one for one, answer in zip(letter.devices, answers, strict=True) if answer is DeliveryOutcome.GONE]
        if DeliveryOutcome.SENT in answers:
            return Sent(DeliveryOutcome.SENT, gone)
        for answer in answers:
            if isinstance(answer, BaseException):
                raise answer
        return Sent(DeliveryOutcome.GONE if len(gone) == len(answers) else DeliveryOutcome.REJECTED, gone)

    def _pushed(self, letter: Letter, at: datetime) -> PushMessage:
        message, kind = letter.message, CATALOGUE[letter.message.kind]
        left_s = (message.not_after - at).total_seconds() if message.not_after else kind.ttl_s
        ids = {"booking_id": str(message.booking_id)} if message.booking_id else {}
        return PushMessage(
            message_id=str(message.id),
            kind=message.kind,
            title=self._texts.title(letter.about),
            body=self._texts.short(letter.about),
            data=ids | {name: str(message.data[name]) for name in PUSHED_FIELDS if name in message.data},
            high_priority=kind.high_priority,
            ttl_s=max(1, round(left_s)),
        )

    async def _send_mail(self, letter: Letter) -> Sent:
        if letter.mail is None:
            return Sent(DeliveryOutcome.GONE)
        mail = MailMessage(
            message_id=str(letter.message.id),
            to=letter.mail,
            subject=self._texts.title(letter.about),
            text=self._texts.mail(letter.about),
        )
        return Sent(await self._mail.send(mail))

    async def _send_sms(self, letter: Letter) -> Sent:
        if letter.phone is None:
            return Sent(DeliveryOutcome.GONE)
        text = self._texts.sms(letter.about)
        try:
            return Sent(await self._sms.send(to=letter.phone, text=text, message_id=str(letter.message.id)))
        except Unavailable:
            raise
        except Exception as error:  # noqa: BLE001 whatever broke, the SMS may be out, and a second is worse than none
            log.warning("sms_outcome_unknown", message_id=str(letter.message.id), error=type(error).__name__)
            return Sent(DeliveryOutcome.UNKNOWN)
