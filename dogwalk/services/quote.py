"""A binding price: for these dogs, this home, this start; whoever accepts."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from dogwalk.db.models.booking import Quote
from dogwalk.db.repositories import booking as bookings
from dogwalk.db.repositories import dog as dogs
from dogwalk.db.repositories import home as homes
from dogwalk.db.repositories import policy as policies
from dogwalk.db.repositories import quote as quotes
from dogwalk.db.repositories import relation as relations
from dogwalk.db.repositories import walker as walkers
from dogwalk.domain.local_time import dates_touched
from dogwalk.domain.pricing import PriceBreakdown, duration_of, is_free, price
from dogwalk.domain.vaccination import check_vaccinated
from dogwalk.errors import InvalidInput, NotFound
from dogwalk.services.booking.meeting import refuse_if_met
from dogwalk.services.market import market_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.db.models.household import Dog, Home
    from dogwalk.db.models.walker import Walker
    from dogwalk.db.session import Database
    from dogwalk.domain.policy import MarketPolicy

AHEAD_MAX = timedelta(days=366)


@dataclass(frozen=True, kw_only=True, slots=True)
class QuoteRequest:
    """`starts_at=None` is as soon as possible. `walker_id` asks her alone, at her own rate if that is above the card."""

    home_id: UUID
    dog_ids: tuple[UUID, ...]
    service: str
    starts_at: datetime | None
    walker_id: UUID | None = None


class Quotes:
    def __init__(self, *, database: Database) -> None:
        self._database = database

    async def make(
        self, owner_id: UUID, quote_id: UUID, request: QuoteRequest, *, at: datetime
    ) -> tuple[Quote, MarketPolicy]:
        """The quote and the policy it was made under; again with the same id, the quote that stands. Raises NotFound for
        a home or dog that is not hers, InvalidInput `unknown_service`, `too_soon`, `too_far`, `walker_not_found`,
        `vaccination_required`, for a meeting `walker_required`; Conflict `met_already`.
        """
        async with self._database.transaction() as session:
            if there := await bookings.quote_for(session, quote_id, owner_id):
                return there, await policies.by_version(session, there.market_id, there.policy_version)
            home = _home(await homes.for_owner(session, owner_id, request.home_id))
            policy = await policies.in_force(session, home.market_id, at)
            await _refuse_meeting(session, owner_id, request, policy=policy, at=at)
            starts_at = _start(request, at=at, policy=policy)
            walked = await _dogs(session, owner_id, request.dog_ids)
            _refuse_unvaccinated(request, home, walked, starts_at=starts_at, policy=policy)
            own_rate = await _own_rate(session, owner_id, request)
            market = await market_of(session, home.market_id)
            found = _price(
                request, home, walked, starts_at=starts_at, at=at, policy=policy, currency=market.currency, own=own_rate
            )
            quote = _quote(owner_id, quote_id, request, home, found, starts_at=starts_at, at=at, policy=policy)
            await quotes.add(session, quote)
        return quote, policy


def _start(request: QuoteRequest, *, at: datetime, policy: MarketPolicy) -> datetime:
    if request.starts_at is None:
        return at
    earliest = at + timedelta(seconds=policy.offers.min_lead_s)
    if request.starts_at < earliest:
        raise InvalidInput(
            "Too soon to plan: ask for a walk as soon as possible",
            code="too_soon",
            pointer="/starts_at",
            not_before=earliest.isoformat(),
        )
    if request.starts_at > at + AHEAD_MAX:
        raise InvalidInput("More than a year ahead", code="too_far", pointer="/starts_at")
    return request.starts_at


async def _dogs(session: AsyncSession, owner_id: UUID, ids: Sequence[UUID]) -> Sequence[Dog]:
    found = await dogs.several_for(session, owner_id, set(ids))
    if len(found) != len(set(ids)):
        raise NotFound("No such dog")
    return found


def _refuse_unvaccinated(
    request: QuoteRequest, home: Home, walked: Sequence[Dog], *, starts_at: datetime, policy: MarketPolicy
) -> None:
    dates = _dates(request, home, starts_at=starts_at, policy=policy)
    pointer = lambda dog_id: f"/dog_ids/{request.dog_ids.index(dog_id)}"  # noqa: E731 read where it points
    check_vaccinated(walked, gates=policy.gates, last_day=dates[-1], pointer=pointer)


async def _refuse_meeting(
    session: AsyncSession, owner_id: UUID, request: QuoteRequest, *, policy: MarketPolicy, at: datetime
) -> None:
    """What costs nothing is asked of one walker, and not again and again."""
    if not is_free(policy.pricing, service=request.service):
        return
    if request.walker_id is None:
        raise InvalidInput("Say whom you want to meet", code="walker_required", pointer="/walker_id")
    await refuse_if_met(session, owner_id, request.walker_id, policy=policy.meeting, at=at)


async def _own_rate(session: AsyncSession, owner_id: UUID, request: QuoteRequest) -> int | None:
    if request.walker_id is None:
        return None
    walker = await walkers.get(session, request.walker_id)
    if walker is None or not _may_be_asked(walker) or not await _wants_each_other(session, walker.person_id, owner_id):
        raise InvalidInput("No such walker can be asked", code="walker_not_found", pointer="/walker_id")
    rate: int | None = walker.min_rates.get(request.service)
    return rate


async def _wants_each_other(session: AsyncSession, walker_id: UUID, owner_id: UUID) -> bool:
    return walker_id != owner_id and not await relations.is_blocked(session, walker_id, owner_id)


def _may_be_asked(walker: Walker) -> bool:
    return walker.verified_at is not None and walker.suspended_at is None


def _price(
    request: QuoteRequest,
    home: Home,
    walked: Sequence[Dog],
    *,
    starts_at: datetime,
    at: datetime,
    policy: MarketPolicy,
    currency: str,
    own: int | None,
) -> PriceBreakdown:
    dates = _dates(request, home, starts_at=starts_at, policy=policy)
    return price(
        pricing=policy.pricing,
        currency=currency,
        service=request.service,
        born_on=[birthday_of(dog, today=dates[0]) for dog in walked],
        dates=dates,
        lead_s=(starts_at - at).total_seconds(),
        own_rate=own,
    )


def _dates(request: QuoteRequest, home: Home, *, starts_at: datetime, policy: MarketPolicy) -> tuple[date, ...]:
    """The days it touches at home."""
    ends_at = starts_at + duration_of(policy.pricing, service=request.service)
    return dates_touched(starts_at=starts_at, ends_at=ends_at, time_zone=home.time_zone)


def birthday_of(dog: Dog, *, today: date) -> date | None:
    """A dog said not to be adult counts as a puppy whose birthday nobody knows."""
    return dog.born_on or (None if dog.adult else today)


def _quote(
    owner_id: UUID,
    quote_id: UUID,
    request: QuoteRequest,
    home: Home,
    found: PriceBreakdown,
    *,
    starts_at: datetime,
    at: datetime,
    policy: MarketPolicy,
) -> Quote:
    return Quote(
        id=quote_id,
        owner_id=owner_id,
        home_id=home.id,
        dog_ids=list(dict.fromkeys(request.dog_ids)),
        service=request.service,
        starts_at=starts_at,
        asap=request.starts_at is None,
        walker_id=request.walker_id,
        market_id=home.market_id,
        policy_version=policy.version,
        currency=found.currency,
        lines=[asdict(line) for line in found.lines],
        total=found.total,
        walker_earns=found.walker_earns,
        platform_fee=found.platform_fee,
        expires_at=at + timedelta(seconds=policy.pricing.quote_ttl_s),
        created_at=at,
    )


def _home(home: Home | None) -> Home:
    if home is None:
        raise NotFound("No such home")
    return home
