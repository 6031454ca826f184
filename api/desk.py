"""What the routes of support share: a deed is granted, sent to its booking, or laid before a second person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import Depends

from api.deps import Principal, Res, SupportOnly
from api.running import Running, command
from api.schemas.support import SupportBooking
from api.schemas.support_deeds import SupportAnswer
from api.sign_in import proof
from api.support_rendering import approval_view, support_booking
from dogwalk.adapters.booking_workflows import BookingWorkflows
from dogwalk.bootstrap import Resources
from dogwalk.contracts.booking import Change, Deed
from dogwalk.contracts.refund import RefundRequest
from dogwalk.contracts.support import Complete, DecideVerdict, Reassign, RefundByHand, SupportCancel, SupportCommand
from dogwalk.domain.authentication import check_step_up
from dogwalk.errors import Conflict, WrongState
from dogwalk.services.booking.reading import BookingReader
from dogwalk.services.payment.support_refund import SupportRefunds
from dogwalk.services.support.approvals import Approvals, Wish
from dogwalk.services.support.grants import Grants
from dogwalk.services.support.impartial import refuse_own
from dogwalk.services.support.message_reads import MessageReads
from dogwalk.services.support.photo_reads import PhotoReads
from dogwalk.services.support.reading import SupportReader

if TYPE_CHECKING:
    from uuid import UUID

    from dogwalk.db.models.support import Approval

COMMANDS: dict[str, type[SupportCommand]] = {
    "support_cancel": SupportCancel,
    "reassign": Reassign,
    "complete": Complete,
    "retry_payment": SupportCommand,
    "refund": RefundByHand,
    "verdict": DecideVerdict,
}


class Desk:
    def __init__(self, *, res: Resources, who: Principal, running: BookingWorkflows) -> None:
        self.reader = SupportReader(database=res.database)
        self.messages = MessageReads(database=res.database, store=res.objects)
        self.photos = PhotoReads(database=res.database, store=res.objects)
        self.approvals = Approvals(database=res.database)
        self.who = who
        self._res = res
        self._running = running
        self._grants = Grants(vault=res.vault)
        self._bookings = BookingReader(database=res.database, gateway=res.payments)

    def check_step_up(self) -> None:
        """Forbidden `step_up_required`: who moves money or people has proved herself lately, by two factors."""
        check_step_up(proof(self.who), needs_second_factor=True, now=self._res.wall_clock.now())

    async def refuse_own(self, booking_id: UUID) -> None:
        """NotFound; Forbidden `second_person_required` for its owner and its walker."""
        refuse_own(await self.reader.row(booking_id), self.who.person_id)

    async def send(self, booking_id: UUID, action: str, said: SupportCommand, *, update_id: str) -> SupportAnswer:
        """With a grant in the caller's name, so that the booking knows who it was. Forbidden `second_person_required`."""
        await self.refuse_own(booking_id)
        return await self._sent(booking_id, action, said, update_id)

    async def send_or_ask(
        self, booking_id: UUID, action: str, said: SupportCommand, *, amount: int, update_id: str
    ) -> SupportAnswer:
        """Above what one person may move alone a second one decides first. Forbidden `second_person_required`."""
        await self.refuse_own(booking_id)
        wish = Wish(
            booking_id=booking_id,
            action=action,
            amount=amount,
            reason=said.reason,
            arguments=said.model_dump(mode="json"),
            asked_by=self.who.person_id,
        )
        asked = await self.approvals.ask_if_needed(wish, at=self._res.clock.now())
        if asked is None:
            return await self._sent(booking_id, action, said, update_id)
        return SupportAnswer(booking=await self.row(booking_id), approval=approval_view(asked))

    async def carry_out(self, approval: Approval, *, update_id: str) -> None:
        """Under the approval's own id: repeated until it is done, it is done once. In the name of who asked. A refusal may
        be the first try's, which Temporal says again: so it is judged anew, too.
        """
        said = COMMANDS[approval.action].model_validate(approval.arguments | {"actor_id": str(approval.asked_by)})
        try:
            await self._granted(approval.booking_id, approval.action, said, f"approval-{approval.id}")
        except Conflict:
            await self._granted(approval.booking_id, approval.action, said, update_id)

    async def row(self, booking_id: UUID) -> SupportBooking:
        return support_booking(await self.reader.row(booking_id), self._res.settings)

    async def _sent(self, booking_id: UUID, action: str, said: SupportCommand, update_id: str) -> SupportAnswer:
        await self._granted(booking_id, action, said.model_copy(update={"actor_id": self.who.person_id}), update_id)
        return SupportAnswer(booking=await self.row(booking_id))

    async def _granted(self, booking_id: UUID, action: str, said: SupportCommand, update_id: str) -> None:
        granted = self._grants.mint(action, booking_id, said, at=self._res.clock.now())
        try:
            await command(
                self._running, self._bookings, booking_id=booking_id, name=action, payload=granted, update_id=update_id
            )
        except WrongState as error:
            if not isinstance(said, RefundByHand) or error.extra.get("expected") != []:
                raise
            await self._refund_afterwards(booking_id, said)

    async def _refund_afterwards(self, booking_id: UUID, said: RefundByHand) -> None:
        """The booking's workflow is over; its money can still go back."""
        data = {"amount": said.amount, "funded_by": said.funded_by.value, "claw_back": int(said.claw_back)}
        deed = Deed(actor=str(said.actor_id), action="refund", reason=said.reason, data=data)
        change = Change(booking_id=booking_id, version=0, at=self._res.clock.now(), actor="support", deed=deed)
        request = RefundRequest(
            change=change,
            refund_id=said.refund_id,
            amount=said.amount,
            funded_by=said.funded_by,
            claw_back=said.claw_back,
        )
        refunds = SupportRefunds(database=self._res.database, gateway=self._res.payments)
        await refunds.refund(request, beside=True)


async def _desk(res: Res, who: SupportOnly, running: Running) -> Desk:
    return Desk(res=res, who=who, running=running)


AtDesk = Annotated[Desk, Depends(_desk)]
