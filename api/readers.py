"""What several routers read through."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from api.deps import Res
from dogwalk.services.booking.offers import OfferReader
from dogwalk.services.booking.reading import BookingReader


def _bookings(res: Res) -> BookingReader:
    return BookingReader(database=res.database, gateway=res.payments)


def _offers(res: Res) -> OfferReader:
    return OfferReader(database=res.database)


Bookings = Annotated[BookingReader, Depends(_bookings)]
Offers = Annotated[OfferReader, Depends(_offers)]
