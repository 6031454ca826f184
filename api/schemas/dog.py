"""An owner's dogs over HTTP."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from api.schemas.base import Schema
from api.schemas.photo import PhotoAddress
from api.schemas.text import ShortText

WeightKg = Annotated[float, Field(ge=0.1, lt=150, examples=[12.5])]
Sex = Literal["female", "male"]
Notes = Annotated[str, Field(max_length=2000, examples=["Pulls at squirrels"])]
Trait = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
Behaviour = Annotated[list[Trait], Field(max_length=20, examples=[["friendly", "pulls"]])]
Microchip = Annotated[str, Field(pattern=r"^[0-9A-Za-z]{9,15}$", examples=["981020012345678"])]


class Vet(Schema):
    name: ShortText
    phone: str = Field(default="", max_length=40)
    address: str = Field(default="", max_length=300)


class NewDog(Schema):
    """`adult` counts when the birthday is not known: a dog under a year is a puppy, and priced as one."""

    name: ShortText = Field(examples=["Rex"])
    breed: ShortText = Field(examples=["Beagle"])
    weight_kg: WeightKg
    born_on: date | None = None
    adult: bool = True
    sex: Sex | None = None
    notes: Notes = ""
    behaviour: Behaviour = Field(default_factory=list)
    vet: Vet | None = None
    microchip: Microchip | None = None
    vaccinated_until: date | None = None


class DogChange(Schema):
    """What is not named stays. Null empties what may be empty (born_on, sex, vet, microchip, vaccinated_until) and leaves
    the rest as it is.
    """

    name: ShortText | None = None
    breed: ShortText | None = None
    weight_kg: WeightKg | None = None
    born_on: date | None = None
    adult: bool | None = None
    sex: Sex | None = None
    notes: Notes | None = None
    behaviour: Behaviour | None = None
    vet: Vet | None = None
    microchip: Microchip | None = None
    vaccinated_until: date | None = None


class DogView(Schema):
    id: UUID
    name: str
    breed: str
    weight_kg: float
    born_on: date | None
    adult: bool
    sex: str | None
    notes: str
    behaviour: list[str]
    vet: Vet | None
    microchip: str | None
    vaccinated_until: date | None
    photo: PhotoAddress | None
    created_at: datetime
