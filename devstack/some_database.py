"""A database to work on: the one the environment names, the running stack's, or the embedded one started for the moment."""

from __future__ import annotations

import os
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import asyncpg

from devstack.development_secrets import development_secrets
from devstack.parts import postgres
from devstack.postgres import create_database, with_database
from devstack.postgres_home import remove_orphans
from devstack.process import StartFailed
from devstack.records import stop_leftovers
from devstack.running_stack import only_one, running_stack

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from devstack.options import StackOptions


@asynccontextmanager
async def some_database(options: StackOptions) -> AsyncIterator[dict[str, str]]:
    """A whole environment for a child process, DATABASE_URL in it."""
    outside = {name: value for name, value in os.environ.items() if value}  # an empty variable is an unset one
    if "DATABASE_URL" in outside:
        yield {**development_secrets(options.state_dir), **outside}
    elif running := running_stack(options):
        yield {**running.environment, **outside}
    else:
        async with _embedded(options) as address:
            yield {**development_secrets(options.state_dir), **address, **outside}


@asynccontextmanager
async def _embedded(options: StackOptions) -> AsyncIterator[dict[str, str]]:
    with only_one(options):
        stop_leftovers(options.run_dir)
        remove_orphans()
        part = postgres(options)
        try:
            yield await part.start()
        finally:
            await part.stop()


async def create_if_missing(url: str) -> bool:
    """False when it was there. Raises StartFailed, without the password."""
    name = url.partition("?")[0].rpartition("/")[2]
    try:
        await create_database(with_database(url, "postgres"), name=name)
    except asyncpg.DuplicateDatabaseError:
        return False
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise StartFailed(f"{name} cannot be made: {error}") from error
    return True
