"""Is it there, and does it answer? A line for each, for a person at a terminal."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import httpx
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine

if TYPE_CHECKING:
    from collections.abc import Mapping

TIMEOUT_S = 5.0


class NotWell(RuntimeError):
    """What does not answer, in one line a thing."""


async def check_database(url: str) -> str:
    """The server's version, how fast it answers and which migration it is at. Raises NotWell, without the password."""
    engine = create_async_engine(url, connect_args={"timeout": TIMEOUT_S})
    try:
        async with engine.connect() as connection:
            started = time.perf_counter()
            version = await connection.scalar(text("SHOW server_version"))
            took_ms = (time.perf_counter() - started) * 1000
            known = await connection.scalar(text("SELECT to_regclass('alembic_version') IS NOT NULL"))
            at = await connection.scalar(text("SELECT version_num FROM alembic_version")) if known else "none"
    except (OSError, SQLAlchemyError) as error:
        raise NotWell(f"no database at {engine.url.render_as_string(hide_password=True)}: {error}") from error
    finally:
        await engine.dispose()
    return f"PostgreSQL {version} answers in {took_ms:.1f} ms; migration: {at}"


async def check_health(environment: Mapping[str, str], addresses: Mapping[str, str]) -> list[str]:
    """A line for each thing that answers. Raises NotWell naming those that do not, after asking all of them."""
    asked = {
        "API": f"{environment['PUBLIC_URL']}/healthz",
        "API, with what it needs": f"{environment['PUBLIC_URL']}/readyz",
    }
    # Temporal's own is no URL; /readyz asks it
    asked |= {name: url for name, url in addresses.items() if "://" in url and name not in {"API", "API docs"}}
    async with httpx.AsyncClient(timeout=TIMEOUT_S, follow_redirects=True) as http:
        lines = {name: await _asked(http, url) for name, url in asked.items()}
    bad = [f"{name}: {line}" for name, (is_well, line) in lines.items() if not is_well]
    if bad:
        raise NotWell("\n".join(bad))
    return [f"{name}: {line}" for name, (_, line) in lines.items()]


async def _asked(http: httpx.AsyncClient, url: str) -> tuple[bool, str]:
    """The stand-in for Stripe answers 401 to a stranger: that it answers at all is what counts below 500."""
    try:
        answer = await http.get(url)
    except httpx.HTTPError as error:
        return False, f"{url} does not answer ({type(error).__name__})"
    shown = answer.json().get("status", "") if "readyz" in url and "json" in answer.headers["content-type"] else ""
    return answer.status_code < httpx.codes.INTERNAL_SERVER_ERROR, f"{answer.status_code} {shown}".strip()
