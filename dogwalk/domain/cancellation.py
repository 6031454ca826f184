"""What an end before the whole walk costs, and who gets it (booking-life.md, Owner cancels; Settle).

The API's preview, the workflow and the tests call the same functions. All amounts are minor units of the booking's
currency. `lines_sum` is the service's lines, `service_fee` the owner's fee on top, both make `total`; `walker_earns` is
her share of the lines. Parts of each are rounded half up once, and the platform keeps the rest, so that splits add up.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from dogwalk.domain.booking import WAITING, Status
from dogwalk.domain.money import percent_of, pro_rata

if TYPE_CHECKING:
    from collections.abc import Callable

    from dogwalk.domain.policy import Cancellation

FREE_UNASSIGNED = "free_unassigned"
FREE_GRACE = "free_grace"
FREE_EARLY = "free_early"
FREE_SERVICE = "free_service"
LATE = "late"
ON_THE_WAY = "on_the_way"
IN_PROGRESS = "in_progress"
OVER = "over"

WHOLE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """captured = walker_share + platform_fee, none of them negative."""

    captured: int
    walker_share: int
    platform_fee: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CancellationTerms:
    """`fee` is kept of the owner's money and `refund` is not; `walker_compensation` is paid out of the fee. `policy`
    names the clause; `until` is when it stops to hold by time alone (None: only an event ends it). `late_credit` is given
    back of the fee for a walker who was late, at the platform's cost.
    """

    allowed: bool
    refusal_code: str | None
    fee: int
    refund: int
    walker_compensation: int
    policy: str
    until: datetime | None = None
    late_credit: int = 0

    def with_late_credit(self, credit: int) -> CancellationTerms:
        """Calling it off does not make her punctual; no more goes back than was kept."""
        return replace(self, late_credit=min(credit, self.fee))

    @property
    def split(self) -> Split:
        return Split(
            captured=self.fee,
            walker_share=self.walker_compensation,
            platform_fee=self.fee - self.walker_compensation,
        )


@dataclass(frozen=True, slots=True)
class _Clause:
    name: str
    percent: int = 0
    until: datetime | None = None
    refusal_code: str | None = None


def cancellation_terms(
    *,
    total: int,
    lines_sum: int,
    service_fee: int,
    walker_earns: int,
    status: Status,
    assigned_at: datetime | None,
    starts_at: datetime,
    at: datetime,
    policy: Cancellation,
    original_starts_at: datetime | None = None,
) -> CancellationTerms:
    """What the owner's cancellation at `at` would cost. `original_starts_at` is the start before a move inside the free
    period's end: the earlier one counts. A refusal (`walk_in_progress`, `wrong_state`) costs and gives back nothing.
    """
    start = min(starts_at, original_starts_at or starts_at)
    clause = _clause(status, assigned_at=assigned_at, start=start, at=at, policy=policy)
    if not total and clause.refusal_code is None:
        clause = _Clause(FREE_SERVICE)
    kept = _part(lambda amount: percent_of(amount, clause.percent), lines_sum, service_fee, walker_earns)
    is_allowed = clause.refusal_code is None
    return CancellationTerms(
        allowed=is_allowed,
        refusal_code=clause.refusal_code,
        fee=kept.captured,
        refund=total - kept.captured if is_allowed else 0,
        walker_compensation=kept.walker_share,
        policy=clause.name,
        until=clause.until,
    )


def end_early_charge(
    *, lines_sum: int, service_fee: int, walker_earns: int, served_s: int, booked_s: int, policy: Cancellation
) -> Split:
    """The owner asked for the end: the greater of the minimum (50 %) and the part that was walked."""
    if served_s * WHOLE >= booked_s * policy.end_early_min_percent:
        return reduced_charge(
            lines_sum=lines_sum,
            service_fee=service_fee,
            walker_earns=walker_earns,
            served_s=served_s,
            booked_s=booked_s,
        )
    return partial_charge(
        lines_sum=lines_sum,
        service_fee=service_fee,
        walker_earns=walker_earns,
        percent=policy.end_early_min_percent,
    )


def partial_charge(*, lines_sum: int, service_fee: int, walker_earns: int, percent: int) -> Split:
    """`percent` of the lines and of the fee; of her share for the walker."""
    return _part(lambda amount: percent_of(amount, percent), lines_sum, service_fee, walker_earns)


def reduced_charge(*, lines_sum: int, service_fee: int, walker_earns: int, served_s: int, booked_s: int) -> Split:
    """A short walk: pro rata of `booked_s`, no minimum, never above the whole."""
    return _part(
        lambda amount: pro_rata(amount, part_s=served_s, whole_s=booked_s), lines_sum, service_fee, walker_earns
    )


def full_charge(*, lines_sum: int, service_fee: int, walker_earns: int) -> Split:
    return _part(lambda amount: amount, lines_sum, service_fee, walker_earns)


def _clause(
    status: Status, *, assigned_at: datetime | None, start: datetime, at: datetime, policy: Cancellation
) -> _Clause:
    if status in WAITING:
        return _Clause(FREE_UNASSIGNED)
    if status is Status.ASSIGNED and assigned_at is not None:
        return _before_departure(assigned_at, start=start, at=at, policy=policy)
    if status in {Status.ON_THE_WAY, Status.ARRIVED}:
        return _Clause(ON_THE_WAY, policy.on_the_way_percent)
    if status is Status.IN_PROGRESS:
        return _Clause(IN_PROGRESS, refusal_code="walk_in_progress")
    return _Clause(OVER, refusal_code="wrong_state")


def _before_departure(assigned_at: datetime, *, start: datetime, at: datetime, policy: Cancellation) -> _Clause:
    early_until = start - timedelta(seconds=policy.free_until_before_start_s)
    grace_until = assigned_at + timedelta(seconds=policy.free_after_assignment_s)
    if at <= max(early_until, grace_until):
        name = FREE_EARLY if early_until >= grace_until else FREE_GRACE
        return _Clause(name, until=max(early_until, grace_until))
    return _Clause(LATE, policy.late_percent)


def _part(of: Callable[[int], int], lines_sum: int, service_fee: int, walker_earns: int) -> Split:
    captured, walker_share = of(lines_sum) + of(service_fee), of(walker_earns)
    return Split(captured=captured, walker_share=walker_share, platform_fee=captured - walker_share)
