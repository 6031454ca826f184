"""One declarative base: named constraints, UUIDv7 keys, aware UTC times, nothing loaded lazily."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

import uuid_utils.compat
from sqlalchemy import BigInteger, DateTime, MetaData, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.types import UserDefinedType

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


Ids = ARRAY(PG_UUID(as_uuid=True))


class Box(UserDefinedType[Any]):
    """PostgreSQL's own `box`, in degrees, longitude first. What a GiST index without an extension can hold."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "BOX"


def uuid7() -> UUID:
    """Time-ordered, so that new rows land at the end of their index."""
    return uuid_utils.compat.uuid7()


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        UUID: PG_UUID(as_uuid=True),
        datetime: DateTime(timezone=True),
        str: Text(),
        int: BigInteger(),
        dict[str, Any]: JSONB(),
        list[Any]: JSONB(),
        list[str]: ARRAY(Text()),
        list[UUID]: Ids,
    }


UuidPk = Annotated[UUID, mapped_column(primary_key=True, default=uuid7)]
