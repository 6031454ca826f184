"""An owner's dogs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends

from api.addresses import addresses
from api.deps import OwnerOnly, Res
from api.errors import problems
from api.idempotency import Once
from api.pagination import PageQuery
from api.schemas.base import Page
from api.schemas.dog import DogChange, DogView, NewDog, Vet
from dogwalk.services.household.dog import Dogs

if TYPE_CHECKING:
    from api.schemas.photo import PhotoAddress
    from dogwalk.db.models.household import Dog

router = APIRouter(tags=["household"])

MAY_BE_EMPTY = frozenset({"born_on", "sex", "vet", "microchip", "vaccinated_until"})


async def _dogs(res: Res) -> Dogs:
    return Dogs(database=res.database)


Mine = Annotated[Dogs, Depends(_dogs)]


@router.post("/v1/dogs", status_code=201)
async def add_dog(body: NewDog, who: OwnerOnly, res: Res, dogs: Mine, once: Once) -> DogView:
    async def work(dog_id: UUID) -> DogView:
        return await _view(res, await dogs.add(who.person_id, dog_id, body.model_dump(), at=res.clock.now()))

    return await once.create(work)


@router.get("/v1/dogs")
async def list_dogs(who: OwnerOnly, res: Res, dogs: Mine, page: PageQuery) -> Page[DogView]:
    """Newest first."""
    after = page.after[1] if page.after else None
    found = await dogs.page(who.person_id, limit=page.limit + 1, after=after)
    faces = await addresses(res, [dog.photo_key for dog in found])
    return page.of(
        found,
        key=lambda dog: (dog.created_at, dog.id),
        render=lambda dog: _seen(dog, faces.get(dog.photo_key)),
    )


@router.get("/v1/dogs/{dog_id}")
async def get_dog(dog_id: UUID, who: OwnerOnly, res: Res, dogs: Mine) -> DogView:
    return await _view(res, await dogs.get(who.person_id, dog_id))


@router.patch("/v1/dogs/{dog_id}")
async def change_dog(dog_id: UUID, body: DogChange, who: OwnerOnly, res: Res, dogs: Mine) -> DogView:
    return await _view(res, await dogs.change(who.person_id, dog_id, _named(body), at=res.clock.now()))


@router.delete("/v1/dogs/{dog_id}", status_code=204, responses=problems(409))
async def delete_dog(dog_id: UUID, who: OwnerOnly, res: Res, dogs: Mine) -> None:
    """409 `dog_in_use` while a booking with it is not closed."""
    await dogs.delete(who.person_id, dog_id, at=res.clock.now())


def _named(body: DogChange) -> dict[str, Any]:
    fields = body.model_dump(exclude_unset=True)
    return {name: value for name, value in fields.items() if value is not None or name in MAY_BE_EMPTY}


async def _view(res: Res, dog: Dog) -> DogView:
    return _seen(dog, (await addresses(res, [dog.photo_key])).get(dog.photo_key))


def _seen(dog: Dog, photo: PhotoAddress | None) -> DogView:
    return DogView(
        id=dog.id,
        name=dog.name,
        breed=dog.breed,
        weight_kg=dog.weight_kg,
        born_on=dog.born_on,
        adult=dog.adult,
        sex=dog.sex,
        notes=dog.notes,
        behaviour=dog.behaviour,
        vet=Vet.model_validate(dog.vet) if dog.vet else None,
        microchip=dog.microchip,
        vaccinated_until=dog.vaccinated_until,
        photo=photo,
        created_at=dog.created_at,
    )
