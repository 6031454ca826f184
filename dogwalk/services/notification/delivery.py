"""Working the outbox off: claim a few, send them side by side, mark each right after its own send.

A claim lasts longer than a send may take, so two deliverers never send the same row at once; a process that dies between
a send and its mark has that one message sent again, and no other. An SMS is the exception: it is never repeated.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from dogwalk.db.repositories import outbox, recipient
from dogwalk.domain.notification import Channel, OutboxDraft, escalation
from dogwalk.errors import Unavailable
from dogwalk.ports import DeliveryOutcome
from dogwalk.services.notification.addressing import letters
from dogwalk.services.notification.sending import Carriers, Sent

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from dogwalk.db.models.notification import OutboxMessage
    from dogwalk.db.session import Database
    from dogwalk.ports import Clock, KeyVault
    from dogwalk.services.notification.addressing import Letter

log = structlog.get_logger(__name__)

AT_ONCE = 8
SEND_TIMEOUT_S = 20.0  # below outbox.LEASE_S, with room for the mark
ESCALATE_AFTER_ATTEMPTS = 3  # of a push whose provider is away
SMS_WINDOW = timedelta(days=1)
REACHED_NOBODY = frozenset({DeliveryOutcome.GONE, DeliveryOutcome.REJECTED})


class NotificationService:
    """`sms_per_day` is the cap to one number, and to one person."""

    def __init__(
        self, *, database: Database, clock: Clock, vault: KeyVault, carriers: Carriers, sms_per_day: int
    ) -> None:
        self._database = database
        self._clock = clock
        self._vault = vault
        self._carriers = carriers
        self._sms_per_day = sms_per_day

    async def deliver(self, batch: str, *, at: datetime) -> None:
        """Everything of this batch, once each. Raises Unavailable while something of it is still to be sent."""
        tried: list[UUID] = []
        while True:
            claimed = await self._claim_batch(batch, at, tried)
            if claimed:
                tried += [message.id for message in claimed]
                await self._send_all(claimed, at)
            waiting = await self._open(batch)  # asked before the next claim: most often there is nothing more to claim
            if not waiting:
                return
            if not claimed:
                raise Unavailable("Messages are waiting to be sent", waiting=waiting)

    async def deliver_pending(self, *, older_than_s: float, limit: int) -> int:
        """What lies unsent since before and has rested since its last try. How many were tried."""
        tried = 0
        while tried < limit and (claimed := await self._claim_left_over(older_than_s, min(AT_ONCE, limit - tried))):
            tried += len(claimed)
            await self._send_all(claimed, self._clock.now())
        return tried

    async def _open(self, batch: str) -> int:
        async with self._database.transaction() as session:
            return await outbox.count_open(session, batch)

    async def _claim_batch(self, batch: str, at: datetime, tried: Sequence[UUID]) -> Sequence[OutboxMessage]:
        async with self._database.transaction() as session:
            return await outbox.claim_batch(session, batch, at, limit=AT_ONCE, tried=tried)

    async def _claim_left_over(self, older_than_s: float, limit: int) -> Sequence[OutboxMessage]:
        at = self._clock.now()
        async with self._database.transaction() as session:
            before = at - timedelta(seconds=older_than_s)
            return await outbox.claim_left_over(session, before=before, at=at, limit=limit)

    async def _send_all(self, claimed: Sequence[OutboxMessage], at: datetime) -> None:
        async with self._database.transaction() as session:
            written = await letters(session, claimed, self._vault)
        async with asyncio.TaskGroup() as group:
            for letter in written:
                group.create_task(self._send(letter, at))

    async def _send(self, letter: Letter, at: datetime) -> None:
        try:
            async with asyncio.timeout(SEND_TIMEOUT_S):
                sent = await self._carried(letter, at)
        except TimeoutError:
            await self._timed_out(letter, at)
        except Exception as error:  # noqa: BLE001 one message must not hold up the others, and waits for its next try
            await self._put_back(letter, at, reason=type(error).__name__)
        else:
            await self._mark(letter, sent, at)

    async def _carried(self, letter: Letter, at: datetime) -> Sent:
        if letter.is_muted(at):
            return Sent(DeliveryOutcome.MUTED)
        if letter.phone and letter.message.channel == Channel.SMS and await self._is_capped(letter, at):
            return Sent(DeliveryOutcome.REJECTED)
        return await self._carriers.send(letter, at=at)

    async def _is_capped(self, letter: Letter, at: datetime) -> bool:
        """The message's own claim is counted, so that two side by side cannot both be the last allowed one."""
        async with self._database.transaction() as session:
            counted = await outbox.count_sms(
                session, person_id=letter.message.person_id, number=letter.phone or "", since=at - SMS_WINDOW
            )
        return counted > self._sms_per_day

    async def _timed_out(self, letter: Letter, at: datetime) -> None:
        if letter.message.channel == Channel.SMS:
            await self._mark(letter, Sent(DeliveryOutcome.UNKNOWN), at)
        else:
            await self._put_back(letter, at, reason="timeout")

    async def _mark(self, letter: Letter, sent: Sent, at: datetime) -> None:
        """The end of a message, with what follows from it, in one transaction."""
        message = letter.message
        async with self._database.transaction() as session:
            await outbox.mark(session, message.id, state=sent.outcome.value, at=at)
            for device in sent.gone:
                await recipient.forget_device(session, device_id=device.id, value=device.value)
            if sent.outcome in REACHED_NOBODY:
                await outbox.add(session, _escalated(message), at)
        _log(message, sent.outcome.value)

    async def _put_back(self, letter: Letter, at: datetime, *, reason: str) -> None:
        message = letter.message
        async with self._database.transaction() as session:
            await outbox.release(session, message.id)
            if message.attempts >= ESCALATE_AFTER_ATTEMPTS:
                await outbox.add(session, _escalated(message), at)
        _log(message, "waiting", reason=reason)


def _escalated(message: OutboxMessage) -> list[OutboxDraft]:
    pushed = OutboxDraft(
        key=message.key,
        batch=message.batch,
        person_id=message.person_id,
        booking_id=message.booking_id,
        channel=Channel(message.channel),
        kind=message.kind,
        data=message.data,
        not_after=message.not_after,
    )
    followed_by = escalation(pushed)
    return [followed_by] if followed_by else []


def _log(message: OutboxMessage, state: str, **rest: str) -> None:
    about = {"booking_id": str(message.booking_id)} if message.booking_id else {}
    named = {"message_id": str(message.id), "kind": message.kind, "channel": message.channel}
    log.info("message", **named, state=state, **about, **rest)
