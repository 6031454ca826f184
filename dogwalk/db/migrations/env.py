"""Alembic's entry: online only, through the async engine."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from alembic import context

from dogwalk.db.engine import create_engine
from dogwalk.db.models import Base

if TYPE_CHECKING:
    from sqlalchemy import Connection


def include_name(name: str | None, kind: str, _parents: Any) -> bool:
    """Daily partitions are made by a command, not by a migration."""
    return not (kind == "table" and name is not None and name.startswith("position_"))


def run(connection: Connection) -> None:
    context.configure(
        connection=connection, target_metadata=Base.metadata, include_name=include_name, compare_server_default=False
    )
    with context.begin_transaction():
        context.run_migrations()


async def main() -> None:
    engine = create_engine(context.config.attributes["url"], pool_size=1)
    async with engine.connect() as connection:
        await connection.run_sync(run)
    await engine.dispose()


asyncio.run(main())
