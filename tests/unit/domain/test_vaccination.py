from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import pytest

from dogwalk.domain.policy import Gates
from dogwalk.domain.vaccination import check_vaccinated
from dogwalk.errors import InvalidInput

LAST_DAY = date(2027, 3, 4)
DAY = timedelta(days=1)
ON = Gates(vaccination_required=True)


@dataclass(frozen=True)
class Dog:
    id: UUID
    vaccinated_until: date | None


def dogs(*dates: date | None) -> list[Dog]:
    return [Dog(UUID(int=n), until) for n, until in enumerate(dates)]


def pointer(dog_id: UUID) -> str:
    return f"/dog_ids/{dog_id.int}"


def test_it_holds_on_its_last_day() -> None:
    check_vaccinated(dogs(LAST_DAY, LAST_DAY + DAY), gates=ON, last_day=LAST_DAY, pointer=pointer)


def test_every_dog_that_lacks_it_is_named() -> None:
    with pytest.raises(InvalidInput) as refused:
        check_vaccinated(dogs(LAST_DAY - DAY, LAST_DAY, None), gates=ON, last_day=LAST_DAY, pointer=pointer)
    assert (refused.value.code, refused.value.pointers) == ("vaccination_required", ("/dog_ids/0", "/dog_ids/2"))
    assert refused.value.extra == {
        "dog_ids": [str(UUID(int=0)), str(UUID(int=2))],
        "needed_until": "2027-03-04",
    }


def test_dogs_named_by_one_field_are_pointed_at_once() -> None:
    with pytest.raises(InvalidInput) as refused:
        check_vaccinated(dogs(None, None), gates=ON, last_day=LAST_DAY, pointer=lambda _: "/quote_id")
    assert refused.value.pointers == ("/quote_id",)


def test_a_market_that_does_not_ask_for_it_looks_at_nothing() -> None:
    check_vaccinated(dogs(None), gates=Gates(), last_day=LAST_DAY, pointer=pointer)
