"""Separate charges and transfers with manual capture (providers.md), as `dogwalk.ports.PaymentGateway` promises."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dogwalk.adapters.stripe.accounts import PayoutAccounts
from dogwalk.adapters.stripe.cards import Cards
from dogwalk.adapters.stripe.client import StripeApi, StripeRefusal
from dogwalk.adapters.stripe.events import event_from
from dogwalk.adapters.stripe.holds import hold_from
from dogwalk.errors import CardDeclined, PaymentError
from dogwalk.ports import HoldStatus, PaymentHold, RefundReceipt, ReversalReceipt, TransferReceipt

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from dogwalk.adapters.stripe.client import Json
    from dogwalk.ports import ProviderEvent

PAGE = 100
WITH_CHARGE: Any = {"expand": ["latest_charge"]}


class StripePaymentGateway(Cards, PayoutAccounts):
    """Cards and payout accounts come from the two bases; here are the moves of money.

    Besides what the port lists, refusals carry Stripe's own code in `extra["provider_code"]`. `balance_insufficient`
    is stored under its idempotency key for 24 hours like every answer: a later try of a transfer needs a new key.
    """

    def __init__(self, *, api_key: str, api_base: str | None, timeout_s: float) -> None:
        super().__init__(api=StripeApi(api_key=api_key, api_base=api_base, timeout_s=timeout_s))

    async def close(self) -> None:
        await self._api.close()

    async def authorize(
        self,
        *,
        customer_id: str,
        payment_method_id: str,
        amount: int,
        currency: str,
        booking_id: str,
        off_session: bool,
        key: str,
    ) -> PaymentHold:
        params = _intent(customer_id, amount, currency, booking_id=booking_id, key=key) | _card(
            payment_method_id, off_session=off_session
        )
        own = {"capture_method": "manual", "confirm": True}
        intents = self._api.services.v1.payment_intents
        return await self._tried(intents.create_async(params | own | WITH_CHARGE, {"idempotency_key": key}))

    async def charge(
        self,
        *,
        customer_id: str,
        payment_method_id: str,
        amount: int,
        currency: str,
        booking_id: str,
        off_session: bool,
        key: str,
        attempt: str,
    ) -> PaymentHold:
        """One intent, whoever tries first: it is made without a card, so that two at once ask for the same thing."""
        params = _intent(customer_id, amount, currency, booking_id=booking_id, key=key)
        params |= {"capture_method": "automatic"}
        made = await self._api.change(
            self._api.services.v1.payment_intents.create_async(params, {"idempotency_key": key})
        )
        return await self.confirm(
            payment_intent_id=made["id"],
            payment_method_id=payment_method_id,
            off_session=off_session,
            key=f"{key}:{attempt}",
        )

    async def confirm(
        self, *, payment_intent_id: str, payment_method_id: str, off_session: bool, key: str
    ) -> PaymentHold:
        params = _card(payment_method_id, off_session=off_session)
        intents = self._api.services.v1.payment_intents
        return await self._tried(
            intents.confirm_async(payment_intent_id, params | WITH_CHARGE, {"idempotency_key": key})
        )

    async def _tried(self, call: Awaitable[Any]) -> PaymentHold:
        try:
            return hold_from(await self._api.change(call))
        except StripeRefusal as refusal:
            return _hold_in(refusal)

    async def get_hold(self, *, payment_intent_id: str) -> PaymentHold:
        intents = self._api.services.v1.payment_intents
        return hold_from(await self._api.read(intents.retrieve_async(payment_intent_id, WITH_CHARGE)))

    async def find_holds(self, *, customer_id: str, booking_id: str) -> list[PaymentHold]:
        params: Any = {"customer": customer_id, "limit": PAGE, "expand": ["data.latest_charge"]}
        intents = await self._api.read_all(self._api.services.v1.payment_intents.list_async(params))
        return [hold_from(intent) for intent in intents if intent["metadata"].get("booking_id") == booking_id]

    async def get_client_secret(self, *, payment_intent_id: str) -> str:
        intents = self._api.services.v1.payment_intents
        intent = await self._api.read(intents.retrieve_async(payment_intent_id))
        return str(intent["client_secret"])

    async def capture(self, *, payment_intent_id: str, amount: int, key: str) -> PaymentHold:
        params: Any = {"amount_to_capture": amount} | WITH_CHARGE
        intents = self._api.services.v1.payment_intents
        try:
            call = intents.capture_async(payment_intent_id, params, {"idempotency_key": key})
            return hold_from(await self._api.change(call))
        except StripeRefusal:
            hold = await self.get_hold(payment_intent_id=payment_intent_id)
            if hold.status is HoldStatus.CAPTURED:
                return hold
            if hold.status in (HoldStatus.CANCELED, HoldStatus.DECLINED):
                raise PaymentError("The hold is gone: there is nothing to capture", code="hold_lapsed") from None
            raise

    async def release(self, *, payment_intent_id: str, key: str) -> PaymentHold:
        params: Any = {"cancellation_reason": "requested_by_customer"} | WITH_CHARGE
        intents = self._api.services.v1.payment_intents
        try:
            call = intents.cancel_async(payment_intent_id, params, {"idempotency_key": key})
            return hold_from(await self._api.change(call))
        except StripeRefusal:
            hold = await self.get_hold(payment_intent_id=payment_intent_id)
            if hold.status in (HoldStatus.CANCELED, HoldStatus.CAPTURED):
                return hold
            raise

    async def refund(self, *, payment_intent_id: str, amount: int, booking_id: str, key: str) -> RefundReceipt:
        """Looks for its own earlier try first: keys are forgotten after 24 hours, a workflow may wait longer."""
        refunds = self._api.services.v1.refunds
        made = await self._api.read_all(refunds.list_async({"payment_intent": payment_intent_id, "limit": PAGE}))
        refund = _made_under(key, made)
        if refund is None:
            params: Any = {
                "payment_intent": payment_intent_id,
                "amount": amount,
                "metadata": _metadata(booking_id, key),
            }
            refund = await self._api.change(refunds.create_async(params, {"idempotency_key": key}))
        return _refunded(refund)

    async def get_refund(self, *, refund_id: str) -> RefundReceipt:
        return _refunded(await self._api.read(self._api.services.v1.refunds.retrieve_async(refund_id)))

    async def transfer(
        self,
        *,
        account_id: str,
        amount: int,
        currency: str,
        booking_id: str,
        source_charge_id: str | None,
        key: str,
        attempt: int = 1,
    ) -> TransferReceipt:
        """As `refund`, looks for its own earlier try first. `attempt`: Stripe repeats a refusal for ever under one key."""
        transfer = _made_under(key, await self._transfers_of(booking_id))
        if transfer is None:
            params: Any = {
                "amount": amount,
                "currency": currency,
                "destination": account_id,
                "transfer_group": _group(booking_id),
                "metadata": _metadata(booking_id, key),
                **({"source_transaction": source_charge_id} if source_charge_id else {}),
            }
            transfer = await self._transfer(params, f"{key}:{attempt}")
        return _receipt(transfer)

    async def reverse(self, *, transfer_id: str, amount: int, key: str, attempt: int) -> ReversalReceipt:
        """As `refund`, looks for its own earlier try first."""
        reversals = self._api.services.v1.transfers.reversals
        made = await self._api.read_all(reversals.list_async(transfer_id, {"limit": PAGE}))
        reversal = _made_under(key, made)
        if reversal is None:
            params: Any = {"amount": amount, "metadata": {"step": key}}
            call = reversals.create_async(transfer_id, params, {"idempotency_key": f"{key}:{attempt}"})
            reversal = await self._change_with_balance(call)
        return ReversalReceipt(reversal_id=reversal["id"], amount=reversal["amount"])

    async def _transfer(self, params: Any, key: str) -> Json:
        transfers = self._api.services.v1.transfers
        return await self._change_with_balance(transfers.create_async(params, {"idempotency_key": key}))

    async def _change_with_balance(self, call: Awaitable[Any]) -> Json:
        """Whose balance is too small says so by a code of ours."""
        try:
            return await self._api.change(call)
        except StripeRefusal as refusal:
            if refusal.provider_code == "balance_insufficient":
                refusal.code = "balance_insufficient"
            raise

    async def available_balance(self) -> dict[str, int]:
        balance = await self._api.read(self._api.services.v1.balance.retrieve_async())
        return {one["currency"]: one["amount"] for one in balance["available"]}

    async def find_transfers(self, *, booking_id: str) -> list[TransferReceipt]:
        return [_receipt(transfer) for transfer in await self._transfers_of(booking_id)]

    async def _transfers_of(self, booking_id: str) -> list[Json]:
        transfers = self._api.services.v1.transfers
        return await self._api.read_all(transfers.list_async({"transfer_group": _group(booking_id), "limit": PAGE}))

    def verify_event(self, *, body: bytes, signature: str, secrets: list[str]) -> ProviderEvent:
        return event_from(body=body, signature=signature, secrets=secrets)


def _intent(customer_id: str, amount: int, currency: str, *, booking_id: str, key: str) -> Any:
    return {
        "amount": amount,
        "currency": currency,
        "customer": customer_id,
        "payment_method_types": ["card"],
        "transfer_group": _group(booking_id),
        "metadata": _metadata(booking_id, key),
    }


def _card(payment_method_id: str, *, off_session: bool) -> Any:
    """Which is tried, and whether its owner is there to answer her bank."""
    return {"payment_method": payment_method_id, **({"off_session": True} if off_session else {})}


def _hold_in(refusal: StripeRefusal) -> PaymentHold:
    """A decline is an answer: the intent is there and says why. A card refused before there was one is not."""
    if refusal.hold is not None:
        return refusal.hold
    if refusal.decline_code is not None:
        raise CardDeclined(decline_code=refusal.decline_code) from None
    raise refusal


def _group(booking_id: str) -> str:
    return f"booking_{booking_id}"


def _metadata(booking_id: str, key: str) -> dict[str, str]:
    return {"booking_id": booking_id, "step": key}


def _made_under(key: str, objects: list[Json]) -> Json | None:
    return next((made for made in objects if made["metadata"].get("step") == key), None)


def _refunded(refund: Json) -> RefundReceipt:
    step = refund["metadata"].get("step")
    return RefundReceipt(refund_id=refund["id"], amount=refund["amount"], status=refund["status"], step=step)


def _receipt(transfer: Json) -> TransferReceipt:
    return TransferReceipt(
        transfer_id=transfer["id"],
        amount=transfer["amount"],
        amount_reversed=transfer["amount_reversed"],
        step=transfer["metadata"].get("step"),
    )
