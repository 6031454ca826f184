"""What several routers read through."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from api.deps import Res
from dogwalk.services.booking.offers import OfferReader
from dogwalk.services.booking.reading import BookingReader
from dogwalk.services.market import Markets


async def _bookings(res: Res) -> BookingReader:
    return BookingReader(database=res.database, gateway=res.payments)


async def _offers(res: Res) -> OfferReader:
    return OfferReader(database=res.database)


async def _markets(res: Res) -> Markets:
    return Markets(database=res.database, default_market=res.settings.default_market)


Bookings = Annotated[BookingReader, Depends(_bookings)]
Offers = Annotated[OfferReader, Depends(_offers)]
MarketsFound = Annotated[Markets, Depends(_markets)]
