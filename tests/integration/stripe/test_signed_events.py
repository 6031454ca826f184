"""Events are taken from Stripe alone, and nothing it says leaves a client secret behind."""

from __future__ import annotations

import json
import logging
import time
from typing import TYPE_CHECKING, Any

import pytest

from devstack.stripe.webhooks import sign
from dogwalk.errors import PaymentError, Unauthenticated
from tests.support.stripe_calls import held

if TYPE_CHECKING:
    from devstack.stripe.client import ControlPlane
    from dogwalk.ports import PaymentGateway


SECRET, OLD_SECRET = "whsec_new", "whsec_old"
SNAPSHOT = {
    "id": "evt_1",
    "object": "event",
    "type": "payment_intent.succeeded",
    "livemode": False,
    "data": {"object": {"id": "pi_1", "object": "payment_intent", "client_secret": "pi_1_secret_x"}},
}
THIN = {"id": "evt_2", "object": "v2.core.event", "type": "v2.core.account.updated", "related_object": {"id": "acct_1"}}


@pytest.mark.parametrize(("event", "object_id"), [(SNAPSHOT, "pi_1"), (THIN, "acct_1")])
def test_an_event_is_verified_while_secrets_roll(
    gateway: PaymentGateway, event: dict[str, Any], object_id: str
) -> None:
    body = json.dumps(event).encode()
    signature = sign(body, secret=OLD_SECRET, at=int(time.time()))
    verified = gateway.verify_event(body=body, signature=signature, secrets=[SECRET, OLD_SECRET])
    assert (verified.event_id, verified.object_id, verified.livemode) == (event["id"], object_id, False)
    assert "secret" not in repr(verified)


@pytest.mark.parametrize(("secret", "age_s", "tail"), [("whsec_other", 0, b""), (SECRET, 301, b""), (SECRET, 0, b" ")])
def test_a_forged_or_old_event_is_refused(gateway: PaymentGateway, secret: str, age_s: int, tail: bytes) -> None:
    body = json.dumps(SNAPSHOT).encode()
    signature = sign(body, secret=secret, at=int(time.time()) - age_s)
    with pytest.raises(Unauthenticated) as refused:
        gateway.verify_event(body=body + tail, signature=signature, secrets=[SECRET])
    assert refused.value.code == "bad_signature"


async def test_no_client_secret_in_errors_reprs_or_logs(
    gateway: PaymentGateway, control: ControlPlane, customer_id: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    setup = await gateway.start_card_setup(customer_id=customer_id, key="setup")
    hold = await held(gateway, customer_id)
    await gateway.release(payment_intent_id=hold.payment_intent_id, key="release")
    with pytest.raises(PaymentError) as refused:
        await gateway.capture(payment_intent_id=hold.payment_intent_id, amount=2000, key="capture")
    everything = (
        f"{setup!r} {hold!r} {refused.value!r} {refused.value.__context__!r} {vars(refused.value)} {caplog.text}"
    )
    assert "_secret_" not in everything
    context = refused.value.__context__
    assert context is not None
    assert context.__context__ is None, "Stripe's own error hangs on ours, with the whole body"
