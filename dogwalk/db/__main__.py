"""`python -m dogwalk.db migrate | check | partitions`: the schema, from the command line."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from alembic import command
from alembic.config import Config

from dogwalk.config import Settings
from dogwalk.db.engine import create_engine
from dogwalk.db.repositories.partitions import ensure_position_partitions
from dogwalk.db.session import Database

app = typer.Typer(help="The database's schema.", no_args_is_help=True)


def alembic_config(database_url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["url"] = database_url
    return config


@app.command()
def migrate() -> None:
    """Bring the schema to the newest version and make the positions' partitions ahead."""
    url = Settings().database_url.get_secret_value()
    command.upgrade(alembic_config(url), "head")
    asyncio.run(_ensure_partitions(url, days_ahead=14))


@app.command()
def check() -> None:
    """Fail when the models and the migrations disagree."""
    command.check(alembic_config(Settings().database_url.get_secret_value()))


@app.command()
def partitions(days_ahead: Annotated[int, typer.Option(help="How many days ahead")] = 14) -> None:
    """Make the daily partitions of positions ahead."""
    asyncio.run(_ensure_partitions(Settings().database_url.get_secret_value(), days_ahead=days_ahead))


async def _ensure_partitions(url: str, *, days_ahead: int) -> None:
    engine = create_engine(url, pool_size=1)
    first = datetime.now(UTC).date() - timedelta(days=2)
    async with Database(engine).transaction() as session:
        await ensure_position_partitions(session, first=first, last=first + timedelta(days=days_ahead + 2))
    await engine.dispose()


if __name__ == "__main__":
    app()
