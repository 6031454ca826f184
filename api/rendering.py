"""Rows as answers. What a viewer may not see is left out here and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.schemas.booking import (
    BookedDog,
    BookedHome,
    BookedWalker,
    BookingView,
    Cancellation,
    PaymentAction,
    Price,
    PriceLine,
    WalkSummary,
)
from api.schemas.message import Message
from api.schemas.money import Money
from api.schemas.offer import OfferArea, OfferView
from api.schemas.photo import Photo
from api.schemas.quote import Clause
from api.schemas.receipt import LedgerLine, ReceiptView
from api.schemas.reschedule import Reschedule as RescheduleRead
from dogwalk.domain.geo import coarse_point
from dogwalk.domain.policy_text import cancellation_clauses, meeting_clauses

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dogwalk.db.models.booking import Booking
    from dogwalk.db.models.household import Dog
    from dogwalk.domain import policy
    from dogwalk.domain.cancellation import CancellationTerms
    from dogwalk.services.booking import offers, reading
    from dogwalk.services.booking import reschedule as rescheduling
    from dogwalk.services.conversation import ShownMessage
    from dogwalk.services.payment.receipt import Receipt
    from dogwalk.services.photo.walk import ShownPhoto

COARSE_M = 500


def booking_view(view: reading.BookingView) -> BookingView:
    row = view.booking
    return BookingView(
        id=row.id,
        plan_id=row.plan_id if view.is_owner else None,
        status=row.status,
        outcome=row.outcome,
        incident=row.incident,
        on_hold=row.on_hold,
        payment_status=row.payment_status,
        payment_action=_action(view),
        service=row.service,
        asap=row.asap,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        time_zone=row.time_zone,
        dogs=dog_views(view.dogs),
        home=_home(view),
        walker=_walker(view),
        price=_price(row),
        policy_version=row.policy_version,
        notes=row.notes,
        assigned_at=row.assigned_at,
        on_the_way_at=row.on_the_way_at,
        arrived_at=row.arrived_at,
        late_minutes=view.late_minutes,
        eta=view.eta,
        started_at=row.started_at,
        finished_at=row.finished_at,
        ended_at=row.ended_at,
        closed_at=row.closed_at,
        summary=WalkSummary.model_validate(row.summary) if row.summary else None,
        created_at=row.created_at,
    )


def offer_view(view: offers.OfferView) -> OfferView:
    offer, booking = view.offer, view.booking
    lat, lon = coarse_point(view.home.lat, view.home.lon, grid_m=COARSE_M)
    return OfferView(
        id=offer.id,
        booking_id=booking.id,
        status=offer.status,
        expires_at=offer.expires_at,
        service=booking.service,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        time_zone=booking.time_zone,
        earns=Money(amount=offer.earns, currency=offer.currency),
        bonus=Money(amount=offer.bonus, currency=offer.currency),
        dogs=dog_views(view.dogs),
        area=OfferArea(name=view.home.area_name, lat=lat, lon=lon),
        distance_m=max(COARSE_M, round(offer.distance_m / COARSE_M) * COARSE_M),
    )


def cancellation_view(booking: Booking, terms: CancellationTerms) -> Cancellation:
    return Cancellation(
        allowed=terms.allowed,
        refund=Money(amount=terms.refund, currency=booking.currency),
        fee=Money(amount=terms.fee, currency=booking.currency),
        walker_compensation=Money(amount=terms.walker_compensation, currency=booking.currency),
        late_credit=Money(amount=terms.late_credit, currency=booking.currency),
        policy=terms.policy,
        until=terms.until,
    )


def clauses_view(rules: policy.Cancellation, *, total: int | None = None) -> list[Clause]:
    """Those of one price where a `total` is given."""
    clauses = meeting_clauses() if total == 0 else cancellation_clauses(rules)
    return [Clause(policy=clause.policy, kept_percent=clause.kept_percent, text=clause.text) for clause in clauses]


def reschedule_view(view: rescheduling.RescheduleView) -> RescheduleRead:
    row, currency = view.reschedule, view.booking.currency
    return RescheduleRead(
        id=row.id,
        booking_id=row.booking_id,
        status=view.status,
        asked_by=row.asked_by,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        price=Price(
            lines=[PriceLine.model_validate(line) for line in row.lines],
            total=Money(amount=row.total, currency=currency),
            walker_earns=Money(amount=row.walker_earns, currency=currency),
        ),
        expires_at=row.expires_at,
        created_at=row.created_at,
        decided_at=row.decided_at,
    )


def receipt_view(receipt: Receipt) -> ReceiptView:
    row = receipt.booking
    return ReceiptView(
        booking_id=row.id,
        service=row.service,
        starts_at=row.starts_at,
        outcome=row.outcome,
        lines=[PriceLine.model_validate(line) for line in row.lines],
        total=Money(amount=row.total, currency=row.currency),
        captured=Money(amount=receipt.captured, currency=row.currency),
        refunded=Money(amount=receipt.refunded, currency=row.currency),
        owed=Money(amount=receipt.owed, currency=row.currency),
        transferred=Money(amount=receipt.transferred, currency=row.currency),
        platform_fee=Money(amount=receipt.platform_fee, currency=row.currency),
        balanced=receipt.is_balanced,
        ledger=[
            LedgerLine(at=journal.at, journal=journal.kind, account=posting.account, amount=posting.amount)
            for journal, posting in receipt.ledger
        ],
    )


def photo_view(shown: ShownPhoto) -> Photo:
    row = shown.photo
    return Photo(
        id=row.id,
        url=shown.address.url,
        expires_at=shown.address.expires_at,
        stored_at=row.stored_at,
        width_px=row.width_px,
        height_px=row.height_px,
    )


def message_view(shown: ShownMessage) -> Message:
    row = shown.message
    return Message(
        id=row.id,
        walker_id=row.walker_id,
        sender_id=row.sender_id,
        text=row.text,
        photo=photo_view(shown.photo) if shown.photo else None,
        at=row.at,
        seen_at=row.seen_at,
    )


def _action(view: reading.BookingView) -> PaymentAction | None:
    row = view.booking
    if not view.is_owner or row.payment_action_kind is None or row.payment_action_expires_at is None:
        return None
    return PaymentAction(
        kind=row.payment_action_kind, client_secret=view.client_secret, expires_at=row.payment_action_expires_at
    )


def dog_views(dogs: Sequence[Dog]) -> list[BookedDog]:
    return [
        BookedDog(
            id=dog.id,
            name=dog.name,
            breed=dog.breed,
            weight_kg=dog.weight_kg,
            behaviour=dog.behaviour,
            notes=dog.notes,
        )
        for dog in dogs
    ]


def _home(view: reading.BookingView) -> BookedHome:
    home = view.home
    if not view.shows_address:
        return BookedHome(id=home.id, area=home.area_name)
    label = home.label if view.is_owner else None
    return BookedHome(id=home.id, label=label, area=home.area_name, address=home.address, lat=home.lat, lon=home.lon)


def _walker(view: reading.BookingView) -> BookedWalker | None:
    card = view.walker
    return BookedWalker(id=card.id, first_name=card.first_name, rating=card.rating) if card else None


def _price(row: Booking) -> Price:
    return Price(
        lines=[PriceLine.model_validate(line) for line in row.lines],
        total=Money(amount=row.total, currency=row.currency),
        walker_earns=Money(amount=row.walker_earns, currency=row.currency),
    )
