"""The vaccination gate: where a market asks for it, no dog is walked past the last day of its vaccination."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from dogwalk.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date
    from uuid import UUID

    from dogwalk.domain.policy import Gates


class Vaccinated(Protocol):
    """`vaccinated_until` is the last day it holds; None when nobody has said."""

    @property
    def id(self) -> UUID: ...
    @property
    def vaccinated_until(self) -> date | None: ...


def check_vaccinated(
    dogs: Sequence[Vaccinated], *, gates: Gates, last_day: date, pointer: Callable[[UUID], str]
) -> None:
    """`last_day` is the local day on which the walk ends; `pointer` says where a dog was named. Raises InvalidInput
    `vaccination_required` with the dogs it is about.
    """
    if not gates.vaccination_required:
        return
    lacking = [dog.id for dog in dogs if dog.vaccinated_until is None or dog.vaccinated_until < last_day]
    if lacking:
        raise InvalidInput(
            f"The vaccination must hold until {last_day}",
            code="vaccination_required",
            pointers=list(dict.fromkeys(pointer(dog_id) for dog_id in lacking)),
            dog_ids=[str(dog_id) for dog_id in lacking],
            needed_until=last_day.isoformat(),
        )
