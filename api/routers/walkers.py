"""A walker's own side: her profile, her week, the hours she takes off, and whether she is on call."""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends

from api.deps import Res, WalkerOnly
from api.readers import MarketsFound
from api.schemas.walker import (
    Availability,
    DaySlot,
    MinRate,
    MinRates,
    OnCallChange,
    OnCallView,
    WalkerProfileChange,
    WalkerProfileView,
)
from dogwalk.domain.availability import Slot
from dogwalk.domain.money import Money
from dogwalk.services.walker import OnCall, WalkerProfile, Walkers, Week

if TYPE_CHECKING:
    from dogwalk.db.models.walker import Walker

router = APIRouter(tags=["walker"])


async def _walkers(res: Res, markets: MarketsFound) -> Walkers:
    return Walkers(database=res.database, markets=markets)


Mine = Annotated[Walkers, Depends(_walkers)]


@router.get("/v1/walkers/me")
async def get_walker_profile(who: WalkerOnly, res: Res, walkers: Mine) -> WalkerProfileView:
    """Mine, and what a first offer still waits for."""
    return _view(*await walkers.profile(who.person_id, at=res.clock.now()))


@router.put("/v1/walkers/me")
async def set_walker_profile(body: WalkerProfileChange, who: WalkerOnly, res: Res, walkers: Mine) -> WalkerProfileView:
    """The whole of it. 422 `area_not_served`, `currency_mismatch`."""
    profile = WalkerProfile(**body.model_dump(exclude={"min_rates"}), min_rates=_rates(body.min_rates))
    return _view(*await walkers.set_profile(who.person_id, profile, at=res.clock.now()))


@router.get("/v1/walkers/me/availability")
async def get_availability(who: WalkerOnly, res: Res, walkers: Mine) -> Availability:
    return _week(await walkers.week(who.person_id, at=res.clock.now()))


@router.put("/v1/walkers/me/availability")
async def set_availability(body: Availability, who: WalkerOnly, res: Res, walkers: Mine) -> Availability:
    """Replaces the whole week; slots that touch become one. 422 `unknown_time_zone`, `empty_slot`, `overlapping_slots`."""
    week = Week(time_zone=body.time_zone, weekly=[_slot(one) for one in body.weekly])
    return _week(await walkers.set_week(who.person_id, week, at=res.clock.now()))


@router.put("/v1/walkers/me/on-call")
async def go_on_call(body: OnCallChange, who: WalkerOnly, res: Res, walkers: Mine) -> OnCallView:
    """I come at once to walks near here, also outside my week. 422 `on_call_over`, `on_call_too_long`."""
    on_call = OnCall(until=body.until, lat=body.lat, lon=body.lon)
    return OnCallView(until=(await walkers.go_on_call(who.person_id, on_call, at=res.clock.now())).on_call_until)


@router.delete("/v1/walkers/me/on-call", status_code=204)
async def go_off_call(who: WalkerOnly, res: Res, walkers: Mine) -> None:
    """Where I was is forgotten too."""
    await walkers.go_on_call(who.person_id, None, at=res.clock.now())


def _rates(given: MinRates) -> dict[str, Money]:
    return {service: Money(rate.amount, rate.currency) for service, rate in given if rate is not None}


def _view(walker: Walker, currency: str | None) -> WalkerProfileView:
    rates = {service: MinRate(amount=amount, currency=currency or "") for service, amount in walker.min_rates.items()}
    return WalkerProfileView(
        id=walker.person_id,
        bio=walker.bio,
        home_lat=walker.home_lat,
        home_lon=walker.home_lon,
        service_radius_m=walker.service_radius_m,
        max_dogs=walker.max_dogs,
        max_dog_weight_kg=walker.max_dog_weight_kg,
        min_rates=MinRates(**rates) if currency else MinRates(),
        time_zone=walker.time_zone,
        verified=walker.verified_at is not None,
        suspended=walker.suspended_at is not None,
        blocked_until=walker.blocked_until,
        two_factor_on=walker.two_factor_on,
        payout_active=walker.payout_active,
        rating=walker.rating,
        reviews=walker.reviews,
        late_cancels=walker.late_cancels,
        on_call_until=walker.on_call_until,
    )


def _slot(given: DaySlot) -> Slot:
    return Slot(given.weekday, time.fromisoformat(given.from_time), time.fromisoformat(given.to_time))


def _week(week: Week) -> Availability:
    slots = [
        DaySlot(weekday=slot.weekday, from_time=f"{slot.from_time:%H:%M}", to_time=f"{slot.to_time:%H:%M}")
        for slot in week.weekly
    ]
    return Availability(time_zone=week.time_zone, weekly=slots)
