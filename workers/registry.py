"""Which task queue runs what. One list, printed at start, asserted by a test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from temporalio.worker import Interceptor

from activities.booking import BookingActivities
from activities.claim import ClaimActivities
from activities.delivery import DeliveryStarter, notification_queue
from activities.dunning import DunningStarter
from activities.fleet import FleetActivities
from activities.notification import NotificationActivities
from activities.payment import PaymentActivities
from activities.plan import PlanActivities
from activities.reschedule import RescheduleActivities
from activities.tip import TipActivities
from dogwalk.adapters.booking_workflows import BookingWorkflows
from dogwalk.contracts import queues
from dogwalk.services.booking.assignment import Assignments
from dogwalk.services.booking.delay import Delays
from dogwalk.services.booking.ending import Endings
from dogwalk.services.booking.matching import Matching
from dogwalk.services.booking.no_access import NoAccesses
from dogwalk.services.booking.reading import BookingReader
from dogwalk.services.booking.reconciliation import Reconciliation
from dogwalk.services.booking.request import BookingRequests
from dogwalk.services.booking.reschedule import Reschedules
from dogwalk.services.booking.signs import Signs
from dogwalk.services.booking.silence import Silences
from dogwalk.services.booking.walk import Walks
from dogwalk.services.booking.withdrawal import Withdrawals
from dogwalk.services.claim import Claims
from dogwalk.services.fleet.sweep import FleetSweep as Sweep
from dogwalk.services.payment.balance import BalanceWatch
from dogwalk.services.payment.charge import Charges
from dogwalk.services.payment.collection import Collections
from dogwalk.services.payment.correction import Corrections
from dogwalk.services.payment.debt import Debts
from dogwalk.services.payment.hold import Holds
from dogwalk.services.payment.settlement import Settlements
from dogwalk.services.payment.support_refund import SupportRefunds
from dogwalk.services.payment.tip import Tips
from dogwalk.services.plan.commands import PlanCommands
from dogwalk.services.plan.occurrences import Occurrences
from dogwalk.services.plan.outlook import Outlooks
from dogwalk.services.plan.statements import Statements
from dogwalk.services.quote import Quotes
from dogwalk.services.support.grants import Grants
from workers.grants import GrantChecking
from workflows.booking import Booking
from workflows.claim import Claim
from workflows.debt import Debt
from workflows.fleet import FleetSweep
from workflows.plan import Plan
from workflows.tip import Tip

if TYPE_CHECKING:
    from temporalio.client import Client

    from dogwalk.bootstrap import Resources


@dataclass(frozen=True, kw_only=True)
class Area:
    """What the workers of one task queue know."""

    name: str
    workflows: list[type] = field(default_factory=list)
    activities: list[Callable[..., Any]] = field(default_factory=list)
    interceptors: list[Interceptor] = field(default_factory=list)


def areas(resources: Resources, client: Client) -> list[Area]:
    delivery = DeliveryStarter(client=client, task_queue=notification_queue(resources.settings.task_queue_prefix))
    return [_booking(resources, client, delivery), _payment(resources, client, delivery), _notification(resources)]


def reconciliation(resources: Resources, running: BookingWorkflows) -> Reconciliation:
    """With the services that a booking's own activities call."""
    database, gateway = resources.database, resources.payments
    return Reconciliation(
        database=database,
        running=running,
        endings=Endings(database=database, recorder=resources.walk_recorder),
        collections=Collections(database=database, gateway=gateway),
        settlements=Settlements(database=database, gateway=gateway, recorder=resources.walk_recorder),
    )


def _booking(resources: Resources, client: Client, delivery: DeliveryStarter) -> Area:
    database, recorder = resources.database, resources.walk_recorder
    activities = BookingActivities(
        matching=Matching(database=database),
        assignments=Assignments(database=database, walks=recorder),
        withdrawals=Withdrawals(database=database, recorder=recorder),
        walks=Walks(database=database, recorder=recorder),
        signs=Signs(database=database),
        no_accesses=NoAccesses(database=database, recorder=recorder),
        silences=Silences(database=database),
        endings=Endings(database=database, recorder=recorder),
        delays=Delays(database=database, grants=Grants(vault=resources.vault)),
        delivery=delivery,
    )
    reschedule = RescheduleActivities(reschedules=Reschedules(database=database), delivery=delivery)
    claims = ClaimActivities(claims=Claims(database=database), running=_running(resources, client))
    fleet = FleetActivities(
        sweep=Sweep(database=database, running=_running(resources, client)),
        balance=BalanceWatch(database=database, gateway=resources.payments),
    )
    return Area(
        name=queues.BOOKING,
        workflows=[Booking, Claim, Debt, FleetSweep, Plan, Tip],
        interceptors=[GrantChecking(grants=Grants(vault=resources.vault))],
        activities=[
            activities.open_wave,
            activities.decline,
            activities.claim,
            activities.withdraw,
            activities.advance,
            activities.finish,
            activities.rejudge,
            activities.no_access,
            activities.find_signs,
            activities.silence,
            activities.end,
            activities.delay,
            activities.note,
            reschedule.open,
            reschedule.move,
            reschedule.decline,
            reschedule.lapse,
            claims.press,
            claims.settle,
            fleet.sweep,
            *_of_plans(resources, client, delivery),
        ],
    )


def _running(resources: Resources, client: Client) -> BookingWorkflows:
    settings = resources.settings
    return BookingWorkflows(
        client=client, task_queue_prefix=settings.task_queue_prefix, command_timeout_s=settings.command_timeout_s
    )


def _of_plans(resources: Resources, client: Client, delivery: DeliveryStarter) -> list[Callable[..., Any]]:
    database = resources.database
    activities = PlanActivities(
        outlooks=Outlooks(database=database),
        occurrences=Occurrences(
            database=database,
            quotes=Quotes(database=database),
            requests=BookingRequests(database=database, gateway=resources.payments),
            dispatcher=_running(resources, client),
        ),
        statements=Statements(database=database),
        commands=PlanCommands(database=database, bookings=BookingReader(database=database, gateway=resources.payments)),
        delivery=delivery,
    )
    return [
        activities.look_ahead,
        activities.book,
        activities.drop,
        activities.give_up,
        activities.state_week,
        activities.change,
        activities.take_break,
        activities.resume,
        activities.end,
    ]


def _payment(resources: Resources, client: Client, delivery: DeliveryStarter) -> Area:
    database, gateway = resources.database, resources.payments
    activities = PaymentActivities(
        holds=Holds(database=database, gateway=gateway),
        collections=Collections(database=database, gateway=gateway),
        corrections=Corrections(database=database, gateway=gateway),
        settlements=Settlements(database=database, gateway=gateway, recorder=resources.walk_recorder),
        debts=Debts(database=database, charges=Charges(gateway=gateway)),
        refunds=SupportRefunds(database=database, gateway=gateway),
        dunning=DunningStarter(
            client=client, task_queue=queues.task_queue(resources.settings.task_queue_prefix, queues.BOOKING)
        ),
        delivery=delivery,
    )
    tips = TipActivities(
        tips=Tips(database=database, gateway=gateway, charges=Charges(gateway=gateway)), delivery=delivery
    )
    return Area(
        name=queues.PAYMENT,
        activities=[
            activities.authorize,
            activities.refresh_hold,
            activities.collect,
            activities.correct,
            activities.settle,
            activities.charge_debt,
            activities.refund,
            tips.charge,
            tips.look,
            tips.pass_on,
        ],
    )


def _notification(resources: Resources) -> Area:
    activities = NotificationActivities(notifications=resources.notifications, clock=resources.clock)
    return Area(name=queues.NOTIFICATION, activities=[activities.deliver])
