"""The walker's pay, the balanced books, and the closing of a booking."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dogwalk.contracts.booking import SettleResult, WalkSummary
from dogwalk.db.repositories import ledger as ledger_rows
from dogwalk.db.repositories import payment as payments
from dogwalk.db.repositories import policy as policies
from dogwalk.db.repositories import refund as refunds
from dogwalk.db.repositories import walk_report, walker_record
from dogwalk.domain import ledger
from dogwalk.domain.booking import Status
from dogwalk.errors import DogwalkError, PaymentError
from dogwalk.services.booking.attention import calling_for_help
from dogwalk.services.booking.facts import Facts, money
from dogwalk.services.booking.parties import locked, parties
from dogwalk.services.booking.summary import summary_of
from dogwalk.services.payment.keys import step_key
from dogwalk.services.payment.owing import write_off
from dogwalk.services.payment.reversal import Reversals
from dogwalk.services.tracking.walk import VerdictChanged

if TYPE_CHECKING:
    from uuid import UUID

    from dogwalk.contracts.booking import SettleRequest
    from dogwalk.db.models.payment import Payout
    from dogwalk.db.session import Database
    from dogwalk.ports import PaymentGateway
    from dogwalk.services.tracking.walk import WalkRecorder


SHARE, FROM_PLATFORM = "transfer", "bonus-transfer"


class Unbalanced(DogwalkError):
    """The ledger and Stripe disagree, or an account that must be empty is not. A person must look."""

    code = "ledger_unbalanced"
    title = "The booking's money does not balance"


class Part(NamedTuple):
    """Of a payout: with a charge it is paid out of what that captured, without one out of the platform's own balance."""

    step: str
    column: str
    amount: int
    charge_id: str | None


class Settlements:
    def __init__(self, *, database: Database, gateway: PaymentGateway, recorder: WalkRecorder) -> None:
        self._database = database
        self._gateway = gateway
        self._recorder = recorder
        self._reversals = Reversals(database=database, gateway=gateway)

    async def settle(self, request: SettleRequest) -> SettleResult:
        """Transfers what is due, compares our books with Stripe's, closes. Unbalanced keeps the booking open."""
        async with calling_for_help(self._database, request.change.booking_id):
            return await self._settle(request)

    async def _settle(self, request: SettleRequest) -> SettleResult:
        booking_id = request.change.booking_id
        if await self._waits_for_report(request):
            return SettleResult(transferred=0, balanced=False, report_missing=True)
        try:
            summary = await self._last_look(request)
        except VerdictChanged:
            return SettleResult(transferred=0, balanced=False, verdict_changed=True)
        async with self._database.transaction() as session:
            payout = await payments.begin_payout(session, booking_id, request.assignment_no)
        transferred = await self._pay(request, payout) if payout is not None else 0
        await self._write_off(request)
        await self._reconcile(request, transferred)
        await self._close(request, payout, summary)
        return SettleResult(transferred=transferred, balanced=True, summary=summary)

    async def _waits_for_report(self, request: SettleRequest) -> bool:
        if request.report_by is None or request.change.at >= request.report_by:
            return False
        async with self._database.transaction() as session:
            return await walk_report.get(session, request.change.booking_id) is None

    async def _last_look(self, request: SettleRequest) -> WalkSummary | None:
        """The walker is paid by the last word: what came late enters the figures, and must leave the verdict as it is."""
        if request.evidence_by is None:
            return None
        async with self._database.transaction() as session:
            booking = await locked(session, request.change)
            before = WalkSummary.model_validate(booking.summary)
            policy = await policies.by_version(session, booking.market_id, booking.policy_version)
            recorded = await self._recorder.look_again(
                session,
                booking_id=booking.id,
                assignment_no=request.assignment_no,
                known=before.verdict,
                came_by=request.evidence_by,
                booked_s=int((booking.ends_at - booking.starts_at).total_seconds()),
                policy=policy.walking,
                at=request.change.at,
            )
        if recorded is None:
            return None
        return summary_of(
            recorded, arrived_at=before.arrived_at, started_at=before.started_at, finished_at=before.finished_at
        )

    async def _pay(self, request: SettleRequest, payout: Payout) -> int:
        """From the charge what it captured for her, from the platform what it adds; each booked before the next is made.
        What she owes back from before comes out of it at once.
        """
        total = _total(payout)
        if payout.state == "paid":
            return total
        if payout.state != "paying":
            raise PaymentError(f"The payout waits, it is {payout.state}", code="payout_held")
        account_id, charge_id = await self._route(payout)
        for part in _parts(payout, charge_id):
            await self._transfer(request, payout, part, account_id)
        async with self._database.transaction() as session:
            await payments.paid_out(session, payout.id, at=request.change.at)
        await self._reversals.net(payout.walker_id, payout.currency, up_to=total, at=request.change.at)
        return total

    async def _transfer(self, request: SettleRequest, payout: Payout, part: Part, account_id: str) -> None:
        """A refusal stands at Stripe under its idempotency key: each try of the workflow has one of its own, and a transfer
        made unheard is found by its fact's key before another is tried.
        """
        key = step_key(payout.booking_id, part.step, payout.assignment_no)
        receipt = await self._gateway.transfer(
            account_id=account_id,
            amount=part.amount,
            currency=payout.currency,
            booking_id=str(payout.booking_id),
            source_charge_id=part.charge_id,
            key=key,
            attempt=request.change.version,
        )
        async with self._database.transaction() as session:
            await payments.transferred(session, payout.id, part.column, receipt.transfer_id)
            await ledger_rows.post(
                session,
                ledger.Journal(
                    key=key,
                    booking_id=payout.booking_id,
                    kind="transfer",
                    at=request.change.at,
                    currency=payout.currency,
                    postings=ledger.transfer(amount=receipt.amount),
                    reference=receipt.transfer_id,
                ),
            )

    async def _route(self, payout: Payout) -> tuple[str, str | None]:
        async with self._database.transaction() as session:
            account_id = await walker_record.payout_account(session, payout.walker_id)
            rows = await payments.holds_of(session, payout.booking_id)
        if account_id is None:
            raise PaymentError("The walker has no payout account", code="no_payout_account")
        return account_id, next((row.charge_id for row in rows if row.amount_captured), None)

    async def _write_off(self, request: SettleRequest) -> None:
        async with self._database.transaction() as session:
            booking = await locked(session, request.change)
            await write_off(session, booking, at=request.change.at)

    async def _reconcile(self, request: SettleRequest, transferred: int) -> None:
        """Our accounts at zero but for what came back and is owed to the owner, and our figures Stripe's figures."""
        booking_id = request.change.booking_id
        async with self._database.transaction() as session:
            balances = await ledger_rows.balances(session, booking_id)
            rows = await payments.holds_of(session, booking_id)
            owed = await refunds.owed_in_books(session, booking_id)
        if not ledger.is_settled(balances, owed_to_owner=owed):
            raise Unbalanced("An account that must be empty is not")
        for row in rows:
            if row.payment_intent_id is None:
                continue
            hold = await self._gateway.get_hold(payment_intent_id=row.payment_intent_id)
            if hold.amount_captured != row.amount_captured or hold.amount_capturable:
                raise Unbalanced("Stripe captured or holds something else than we booked")
        await self._reconcile_transfers(booking_id, request.assignment_no, transferred)

    async def _reconcile_transfers(self, booking_id: UUID, assignment_no: int, transferred: int) -> None:
        """The walker's pay; a tip beside it is its own workflow's."""
        if not transferred:
            return
        keys = {step_key(booking_id, step, assignment_no) for step in (SHARE, FROM_PLATFORM)}
        made = [one for one in await self._gateway.find_transfers(booking_id=str(booking_id)) if one.step in keys]
        if sum(receipt.amount for receipt in made) != transferred:
            raise Unbalanced("Stripe transferred something else than we booked")

    async def _close(self, request: SettleRequest, payout: Payout | None, summary: WalkSummary | None) -> None:
        change = request.change
        async with self._database.transaction() as session:
            booking = await locked(session, change)
            figures = {"summary": summary.model_dump(mode="json")} if summary else {}
            closed = {"status": Status.CLOSED.value, "closed_at": change.at, "needs_attention": None}
            facts = Facts(change=change, projection={**closed, **figures}, lasting=tuple(closed))
            facts.event("closed", audience=parties(booking))
            if payout is not None and _total(payout):
                amount = money(_total(payout), payout.currency)
                facts.event("payout_sent", audience=[payout.walker_id], amount=amount)
                facts.message("payout_sent", payout.walker_id, amount=amount)
            await facts.write(session)


def _total(payout: Payout) -> int:
    return payout.amount_from_charge + payout.amount_from_platform - payout.amount_deducted


def _parts(payout: Payout, charge_id: str | None) -> list[Part]:
    """What was deducted is not sent; of the charge first."""
    of_charge = max(payout.amount_from_charge - payout.amount_deducted, 0)
    parts = [
        Part(SHARE, "transfer_id", of_charge, charge_id),
        Part(FROM_PLATFORM, "platform_transfer_id", _total(payout) - of_charge, None),
    ]
    return [part for part in parts if part.amount]
