"""`python -m devstack init-db | migrate | seed | check-db | health | clear-token-cache`."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import typer

from devstack.commands import app, failure, options_of, running_or_fail
from devstack.paths import CHECKOUT
from devstack.process import StartFailed
from devstack.running_stack import AlreadyRunning

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from devstack.options import StackOptions


@app.command("init-db")
def init_db(context: typer.Context) -> None:
    """Make the database if it is missing, and bring its schema to the newest version."""
    _on_database(options_of(context), _initialise)


@app.command()
def migrate(context: typer.Context) -> None:
    """Bring the schema to the newest version."""
    _on_database(options_of(context), _migrate)


@app.command()
def seed(context: typer.Context) -> None:
    """Put in a market, people, dogs and homes to try things with. Repeats do nothing."""
    _on_database(options_of(context), _seed)


@app.command("check-db")
def check_db(context: typer.Context) -> None:
    """Ask the database for its version and migration. Exits with 1 when it does not answer."""
    _on_database(options_of(context), _check)


@app.command()
def health(context: typer.Context) -> None:
    """Ask everything that runs how it is. Exits with 1 when something does not answer."""
    from devstack.checks import NotWell, check_health

    running = running_or_fail(context)
    try:
        lines = asyncio.run(check_health(running.environment, running.addresses))
    except NotWell as error:
        raise failure(error) from None
    print("\n".join(lines))


@app.command("clear-token-cache")
def clear_token_cache(context: typer.Context) -> None:
    """Forget what Redis counts and keeps of log-ins: limits, one-time nonces and tickets."""
    from devstack.caches import clear_caches
    from dogwalk.config import Settings

    url = os.environ.get("REDIS_URL") or running_or_fail(context).environment["REDIS_URL"]
    print(f"{asyncio.run(clear_caches(redis_url=url, prefix=Settings().redis_prefix))} keys deleted")


def _on_database(options: StackOptions, work: Callable[[dict[str, str]], Awaitable[None]]) -> None:
    from devstack.checks import NotWell
    from devstack.some_database import some_database

    async def do() -> None:
        async with some_database(options) as environment:
            await work(environment)

    try:
        asyncio.run(do())
    except (AlreadyRunning, StartFailed, NotWell) as error:
        raise failure(error) from None
    except subprocess.CalledProcessError as error:
        raise typer.Exit(error.returncode) from None


async def _initialise(environment: dict[str, str]) -> None:
    from devstack.some_database import create_if_missing

    print("made the database" if await create_if_missing(environment["DATABASE_URL"]) else "the database is there")
    await _migrate(environment)


async def _migrate(environment: dict[str, str]) -> None:
    await _python(environment, "dogwalk.db", "migrate")


async def _seed(environment: dict[str, str]) -> None:
    from devstack.seed.logins import print_logins

    await _migrate(environment)
    await _python(environment, "devstack.seed")
    print_logins(environment)


async def _check(environment: dict[str, str]) -> None:
    from devstack.checks import check_database

    print(await check_database(environment["DATABASE_URL"]))


async def _python(environment: dict[str, str], *arguments: str) -> None:
    """Raises CalledProcessError; what it prints is for the person."""
    command = [sys.executable, "-m", *arguments]
    process = await asyncio.create_subprocess_exec(*command, cwd=CHECKOUT, env=environment)
    if code := await process.wait():
        raise subprocess.CalledProcessError(code, command)
