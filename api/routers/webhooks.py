"""Stripe's webhooks: the signature on the raw bytes, stored once by the event's id, 200 within a second."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Request, Response

from api.deps import Res, public
from api.errors import problems
from dogwalk.services.payment.announcements import StripeAnnouncements

router = APIRouter(tags=["payment"], dependencies=[public])

Signature = Annotated[str, Header(alias="Stripe-Signature", max_length=2000)]


@router.post("/v1/webhooks/stripe", responses=problems(401))
async def stripe_webhook(request: Request, res: Res, signature: Signature = "") -> Response:
    """Of our own account."""
    return await _receive(request, res, signature, res.settings.stripe_webhook_secrets.get_secret_value(), "platform")


@router.post("/v1/webhooks/stripe/connect", responses=problems(401))
async def stripe_connect_webhook(request: Request, res: Res, signature: Signature = "") -> Response:
    """Of the walkers' accounts."""
    secrets = res.settings.stripe_connect_webhook_secrets.get_secret_value()
    return await _receive(request, res, signature, secrets, "connect")


async def _receive(request: Request, res: Res, signature: str, secrets: str, source: str) -> Response:
    announcements = StripeAnnouncements(
        database=res.database, gateway=res.payments, livemode=res.settings.stripe_livemode
    )
    await announcements.receive(
        body=await request.body(),
        signature=signature,
        secrets=[secret.strip() for secret in secrets.split(",") if secret.strip()],
        source=source,
        at=res.wall_clock.now(),  # its rests are measured by the database's own clock
    )
    return Response(status_code=200)
