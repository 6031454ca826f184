"""What a plan asks for in the weeks ahead against what was made of it: what is to be made, called off and stated now, and
when to look again. Wall times become moments here: zoneinfo does not run in a workflow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from dogwalk.contracts.plan import Occurrence, Outlook
from dogwalk.db.models.plan import Plan, PlanOccurrence
from dogwalk.db.repositories import booking as bookings
from dogwalk.db.repositories import occurrence as occurrences
from dogwalk.db.repositories import policy as policies
from dogwalk.domain.local_time import at_wall_time, local_date
from dogwalk.domain.plan import DAY, WEEK, OccurrenceState, Series, Slot, Terms, ToMake, to_drop, to_make
from dogwalk.domain.policy import MarketPolicy
from dogwalk.services.plan.series import made_of, read, series_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dogwalk.contracts.plan import LookAhead
    from dogwalk.db.session import Database

SEEN_AHEAD = 62 * DAY  # past what is made now; a longer vacation is looked at again
LOOK_ANYWAY = 30 * DAY
MIDNIGHT = time(0)


class Outlooks:
    def __init__(self, *, database: Database) -> None:
        self._database = database

    async def look_ahead(self, request: LookAhead) -> Outlook:
        async with self._database.transaction() as session:
            plan = await read(session, request.plan_id)
            home = await bookings.home(session, plan.home_id)
            view = _View(
                plan=plan,
                series=await series_of(session, plan),
                rows=await occurrences.since(
                    session, plan.id, first=local_date(request.at, time_zone=home.time_zone) - DAY
                ),
                unstated=await occurrences.unstated(session, plan.id),
                policy=await policies.in_force(session, home.market_id, request.at),
                time_zone=home.time_zone,
                at=request.at,
            )
        return view.outlook()


@dataclass(frozen=True, slots=True, kw_only=True)
class _View:
    plan: Plan
    series: Series
    rows: Sequence[PlanOccurrence]
    unstated: Sequence[date]
    policy: MarketPolicy
    time_zone: str
    at: datetime

    def outlook(self) -> Outlook:
        make, drop = self._to_make(), self._to_drop()
        moments = sorted(self._moments())
        return Outlook(
            make=[self._occurrence(one.slot, one.round) for one in make],
            drop=drop,
            statements=[week for week in self.unstated if self._stated_at(week) <= self.at],
            look_again_at=moments[0] if moments else None,
            over=self._is_past and not (make or drop or self.unstated),
        )

    def _to_make(self) -> list[ToMake]:
        """What is tried already is tried to its end; what is new must not be too near."""
        earliest = self.at + timedelta(seconds=self.policy.offers.min_lead_s)
        made = {(row.local_date, row.at): made_of(row) for row in self.rows}
        asked = [slot for slot in self._slots(until=self._horizon) if self._starts_at(slot) <= self._horizon]
        return [
            one
            for one in to_make(asked, made, self._terms)
            if self._starts_at(one.slot) >= earliest or self._is_due(one.slot)
        ]

    def _to_drop(self) -> list[Occurrence]:
        rows = {(row.local_date, row.at): row for row in self.rows if row.starts_at > self.at}
        until = max([self._horizon, *(row.starts_at + DAY for row in rows.values())])
        surplus = to_drop(self._slots(until=until), [made_of(row) for row in rows.values()], self._terms)
        return [_made(rows[one.key]) for one in surplus]

    def _moments(self) -> Iterator[datetime]:
        """When there is something to do that is not to be done yet."""
        yield from (moment for week in self.unstated if (moment := self._stated_at(week)) > self.at)
        if self._is_past:
            return
        if any(made_of(row).may_pass and row.starts_at > self.at for row in self.rows):
            yield self.at + timedelta(seconds=self.policy.plans.blocked_retry_s)
        ahead = (self._starts_at(slot) for slot in self._slots(until=self._horizon + SEEN_AHEAD))
        yield next((starts_at - self._ahead for starts_at in ahead if starts_at > self._horizon), self.at + LOOK_ANYWAY)
        if self.series.ends_on is not None:
            yield at_wall_time(self.series.ends_on + DAY, MIDNIGHT, time_zone=self.time_zone)

    @property
    def _terms(self) -> dict[int, Terms]:
        return {one.number: one for one in self.series.terms}

    @property
    def _is_past(self) -> bool:
        ends_on = self.series.ends_on
        return self.series.is_ended or (ends_on is not None and self._today > ends_on)

    @property
    def _today(self) -> date:
        return local_date(self.at, time_zone=self.time_zone)

    @property
    def _ahead(self) -> timedelta:
        return timedelta(seconds=self.policy.plans.ahead_s)

    @property
    def _horizon(self) -> datetime:
        return self.at + self._ahead

    def _slots(self, *, until: datetime) -> Iterator[Slot]:
        return self.series.slots(first=self._today, last=local_date(until, time_zone=self.time_zone))

    def _starts_at(self, slot: Slot) -> datetime:
        return at_wall_time(slot.local_date, slot.at, time_zone=self.time_zone)

    def _stated_at(self, week_of: date) -> datetime:
        return at_wall_time(week_of + WEEK, time(self.policy.plans.statement_hour), time_zone=self.time_zone)

    def _is_due(self, slot: Slot) -> bool:
        return any(row.state == OccurrenceState.DUE for row in self.rows if (row.local_date, row.at) == slot.key)

    def _occurrence(self, slot: Slot, made_round: int) -> Occurrence:
        return Occurrence(
            plan_id=self.plan.id,
            local_date=slot.local_date,
            wall_time=slot.at,
            round=made_round,
            terms_number=slot.terms.number,
            starts_at=self._starts_at(slot),
        )


def _made(row: PlanOccurrence) -> Occurrence:
    return Occurrence(
        plan_id=row.plan_id,
        local_date=row.local_date,
        wall_time=row.at,
        round=row.round,
        terms_number=row.terms_number,
        starts_at=row.starts_at,
    )
