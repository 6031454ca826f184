"""Rows as support reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.record_rendering import strike_view
from api.rendering import dog_views, message_view, photo_view
from api.schemas.booking import PriceLine, WalkSummary
from api.schemas.money import Money
from api.schemas.receipt import LedgerLine
from api.schemas.support import (
    ApprovalView,
    AskedWalker,
    BoardView,
    SupportBooking,
    SupportBookingView,
    SupportEvent,
    SupportHappening,
    SupportHome,
    SupportPayment,
    SupportPayout,
    SupportPhoto,
    SupportRefund,
    SupportReport,
    TaskView,
)
from api.schemas.support_areas import AreaActionView, AreaResult
from api.schemas.support_people import AuditView, PersonView, SupportPerson, SupportWalker
from dogwalk.contracts.booking import workflow_id
from dogwalk.domain.area_action import Effect, result_of
from dogwalk.domain.booking import Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dogwalk.config import Settings
    from dogwalk.db.models.booking import Booking, BookingEvent, Offer
    from dogwalk.db.models.payment import Payment, Payout, Refund
    from dogwalk.db.models.person import Person
    from dogwalk.db.models.photo import WalkReport
    from dogwalk.db.models.support import Approval, AreaActionBooking, AuditEntry, SupportTask
    from dogwalk.services.conversation import ShownMessage
    from dogwalk.services.photo.walk import ShownPhoto
    from dogwalk.services.support import areas, people, reading


def support_booking(row: Booking, settings: Settings) -> SupportBooking:
    return SupportBooking(
        id=row.id,
        status=row.status,
        outcome=row.outcome,
        payment_status=row.payment_status,
        incident=row.incident,
        on_hold=row.on_hold,
        needs_attention=row.needs_attention,
        market_id=row.market_id,
        service=row.service,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        time_zone=row.time_zone,
        owner_id=row.owner_id,
        walker_id=row.walker_id,
        total=Money(amount=row.total, currency=row.currency),
        version=row.version,
        created_at=row.created_at,
        ended_at=row.ended_at,
        closed_at=row.closed_at,
        workflow_url=_workflow_url(row, settings),
    )


def support_booking_view(
    view: reading.FullView, photos: Sequence[ShownPhoto], messages: Sequence[ShownMessage], settings: Settings
) -> SupportBookingView:
    row, money = view.booking, view.money
    walker = view.people.get(row.walker_id) if row.walker_id else None
    return SupportBookingView(
        **support_booking(row, settings).model_dump(),
        owner=person_view(view.people[row.owner_id]),
        walker=person_view(walker) if walker else None,
        home=SupportHome(area=view.home.area_name, address=view.home.address, lat=view.home.lat, lon=view.home.lon),
        dogs=dog_views(view.dogs),
        notes=row.notes,
        lines=[PriceLine.model_validate(line) for line in row.lines],
        walker_earns=Money(amount=row.walker_earns, currency=row.currency),
        summary=WalkSummary.model_validate(row.summary) if row.summary else None,
        asked=[_asked(offer, view.people[offer.walker_id]) for offer in view.offers],
        events=[_event(event) for event in view.events],
        payments=[_payment(payment) for payment in money.payments],
        refunds=[_refund(refund) for refund in money.refunds],
        payouts=[_payout(payout) for payout in money.payouts],
        ledger=[
            LedgerLine(at=journal.at, journal=journal.kind, account=posting.account, amount=posting.amount)
            for journal, posting in money.ledger
        ],
        balances=dict(money.balances),
        tasks=[task_view(task) for task in view.tasks],
        approvals=[approval_view(approval) for approval in view.approvals],
        audit=[audit_view(deed) for deed in view.deeds],
        photos=[_photo(shown) for shown in photos],
        messages=[message_view(shown) for shown in messages],
        report=_report(view.report) if view.report else None,
    )


def _photo(shown: ShownPhoto) -> SupportPhoto:
    row = shown.photo
    return SupportPhoto(**photo_view(shown).model_dump(), person_id=row.person_id, assignment_no=row.assignment_no)


def _report(report: WalkReport) -> SupportReport:
    events = [SupportHappening.model_validate(event) for event in report.events]
    return SupportReport(notes=report.notes, events=events, written_at=report.written_at)


def board_view(board: reading.Board, settings: Settings) -> BoardView:
    return BoardView(
        incidents=[support_booking(row, settings) for row in board.incidents],
        late=[support_booking(row, settings) for row in board.late],
        silent=[support_booking(row, settings) for row in board.silent],
        unmatched=[support_booking(row, settings) for row in board.unmatched],
        unbalanced=[support_booking(row, settings) for row in board.unbalanced],
        stuck=[support_booking(row, settings) for row in board.stuck],
    )


def person_view(person: Person) -> SupportPerson:
    return SupportPerson(
        id=person.id,
        name=person.name,
        email=person.email,
        phone=person.phone,
        locked=person.locked_at is not None,
    )


def whole_person_view(view: people.PersonView) -> PersonView:
    person = view.person
    return PersonView(
        **person_view(person).model_dump(),
        roles=sorted(view.roles),
        email_verified=person.email_verified_at is not None,
        phone_verified=person.phone_verified_at is not None,
        two_factor_on=view.is_two_factor_on,
        open_sessions=view.open_sessions,
        open_bookings=view.open_bookings,
        walker=_walker(view),
        audit=[audit_view(deed) for deed in view.deeds],
        created_at=person.created_at,
    )


def task_view(task: SupportTask) -> TaskView:
    return TaskView(
        id=task.id,
        kind=task.kind,
        booking_id=task.booking_id,
        person_id=task.person_id,
        reason=task.reason,
        status=task.status,
        assignee_id=task.assignee_id,
        resolution=task.resolution,
        created_at=task.created_at,
        resolved_at=task.resolved_at,
    )


def approval_view(row: Approval) -> ApprovalView:
    return ApprovalView(
        id=row.id,
        action=row.action,
        booking_id=row.booking_id,
        amount=Money(amount=row.amount, currency=row.currency),
        reason=row.reason,
        state=row.state,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        expires_at=row.expires_at,
    )


def audit_view(deed: AuditEntry) -> AuditView:
    return AuditView(at=deed.at, actor=deed.actor, action=deed.action, reason=deed.reason, data=deed.data)


def area_action_view(view: areas.AreaActionView) -> AreaActionView:
    action = view.action
    return AreaActionView(
        id=action.id,
        dry_run_id=action.id if action.state == "dry_run" else None,
        action=action.action,
        cause=action.cause,
        state=action.state,
        begins=action.begins,
        ends=action.ends,
        reason=action.reason,
        asked_at=action.asked_at,
        executed_at=action.executed_at,
        results=[_area_result(row, booking) for row, booking in view.results],
    )


def _area_result(row: AreaActionBooking, booking: Booking) -> AreaResult:
    state = result_of(
        Effect(row.effect), sent=row.state == "sent", status=Status(booking.status), outcome=booking.outcome
    )
    return AreaResult(booking_id=row.booking_id, status=booking.status, effect=row.effect, state=state)


def _workflow_url(row: Booking, settings: Settings) -> str | None:
    if settings.temporal_ui_url is None:
        return None
    base, namespace = settings.temporal_ui_url.rstrip("/"), settings.temporal_namespace
    return f"{base}/namespaces/{namespace}/workflows/{workflow_id(row.id)}"


def _asked(offer: Offer, walker: Person) -> AskedWalker:
    return AskedWalker(
        walker_id=offer.walker_id,
        name=walker.name,
        round=offer.round,
        wave=offer.wave,
        rank=offer.rank,
        status=offer.status,
        distance_m=offer.distance_m,
        earns=Money(amount=offer.earns, currency=offer.currency),
        bonus=Money(amount=offer.bonus, currency=offer.currency),
        score=offer.score,
        decline_reason=offer.decline_reason,
        asked_at=offer.created_at,
        expires_at=offer.expires_at,
        answered_at=offer.answered_at,
    )


def _event(event: BookingEvent) -> SupportEvent:
    return SupportEvent(
        version=event.version,
        type=event.type,
        at=event.at,
        actor=event.actor,
        audience=event.audience,
        data=event.data,
    )


def _payment(row: Payment) -> SupportPayment:
    return SupportPayment(
        id=row.id,
        kind=row.kind,
        number=row.number,
        status=row.status,
        amount=Money(amount=row.amount, currency=row.currency),
        captured=Money(amount=row.amount_captured, currency=row.currency),
        refunded=Money(amount=row.amount_refunded, currency=row.currency),
        payment_intent_id=row.payment_intent_id,
        decline_code=row.decline_code,
        capture_before=row.capture_before,
    )


def _refund(row: Refund) -> SupportRefund:
    return SupportRefund(
        id=row.id,
        amount=Money(amount=row.amount, currency=row.currency),
        reason=row.reason,
        funded_by=row.funded_by,
        state=row.state,
        refund_id=row.refund_id,
    )


def _payout(row: Payout) -> SupportPayout:
    return SupportPayout(
        id=row.id,
        walker_id=row.walker_id,
        state=row.state,
        from_charge=Money(amount=row.amount_from_charge, currency=row.currency),
        from_platform=Money(amount=row.amount_from_platform, currency=row.currency),
        due_at=row.due_at,
        paid_at=row.paid_at,
    )


def _walker(view: people.PersonView) -> SupportWalker | None:
    row = view.walker
    if row is None:
        return None
    return SupportWalker(
        verified=row.verified_at is not None,
        suspended_at=row.suspended_at,
        blocked_until=row.blocked_until,
        payout_active=row.payout_active,
        rating=row.rating,
        late_cancels=row.late_cancels,
        strikes=[strike_view(strike, view.appeals.get(strike.id)) for strike in view.strikes],
    )
