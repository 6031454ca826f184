"""Walkers whom others may see: those who may be offered walks."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Uuid, bindparam, exists, select

from dogwalk.db.models.person import Person, PersonBlock
from dogwalk.db.models.walker import FavouriteWalker, Walker
from dogwalk.db.repositories.candidate import FIT, parameters
from dogwalk.domain.matching import Candidate

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.db.repositories.candidate import Search


class Seen(NamedTuple):
    """By one viewer: whether the walker is a favourite of hers, and blocked by her."""

    walker: Walker
    name: str
    photo_key: str | None
    is_favourite: bool
    is_blocked: bool


_VIEWER = bindparam("viewer_id", type_=Uuid)
_IS_FAVOURITE = exists().where(FavouriteWalker.owner_id == _VIEWER, FavouriteWalker.walker_id == Walker.person_id)
_IS_BLOCKED = exists().where(PersonBlock.blocker_id == _VIEWER, PersonBlock.blocked_id == Walker.person_id)
_SEEN = select(Walker, Person.name, Person.photo_key, _IS_FAVOURITE, _IS_BLOCKED).join(
    Person, Person.id == Walker.person_id
)
_FITTING = _SEEN.add_columns(*FIT.c).join(FIT, FIT.c.walker_id == Walker.person_id)


async def visible(session: AsyncSession, walker_id: UUID, *, viewer_id: UUID) -> Seen | None:
    statement = _SEEN.where(
        Walker.person_id == walker_id,
        Walker.verified_at.is_not(None),
        Walker.two_factor_on,
        Walker.payout_active,
        Walker.home_lat.is_not(None),
        Walker.suspended_at.is_(None),
    )
    row = (await session.execute(statement, {"viewer_id": viewer_id})).one_or_none()
    return Seen(*row) if row else None


async def fitting(session: AsyncSession, search: Search) -> list[tuple[Candidate, Seen]]:
    """Who fits, with what the search's owner sees of her, in no order: one query."""
    rows = await session.execute(_FITTING, {**parameters(search), "viewer_id": search.owner_id})
    shown = len(Seen._fields)
    return [(Candidate(**dict(zip(FIT.c.keys(), row[shown:], strict=True))), Seen(*row[:shown])) for row in rows]
