"""One engine a process, one transaction a unit of work. Repositories take the session and never commit."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Collection
    from uuid import UUID

T = TypeVar("T")

RETRYABLE = frozenset({"40001", "40P01"})  # serialization failure, deadlock
MAX_TRIES = 5
NEWS = "news"


class Database:
    """Hands out transactions: committed at the end of the block, rolled back when it raises.

    `on_news` is called after a commit with the people `mark_news` was called for in it; it must not wait or raise.
    """

    def __init__(self, engine: AsyncEngine, *, on_news: Callable[[Collection[UUID]], None] | None = None) -> None:
        self.engine = engine
        self._on_news = on_news
        self._sessions = async_sessionmaker(engine, expire_on_commit=False, autoflush=False)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        async with self._sessions() as session:
            async with session.begin():
                yield session
            if self._on_news and (people := session.info.get(NEWS)):
                self._on_news(people)

    async def run(self, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
        """`work` in a transaction, again (whole) on a deadlock or a serialization failure, five times at most."""
        for _ in range(MAX_TRIES - 1):
            try:
                async with self.transaction() as session:
                    return await work(session)
            except DBAPIError as error:
                if sqlstate(error) not in RETRYABLE:
                    raise
        async with self.transaction() as session:
            return await work(session)


def mark_news(session: AsyncSession, people: Collection[UUID]) -> None:
    """These people can read something new once the transaction is committed."""
    session.info.setdefault(NEWS, set()).update(people)


def sqlstate(error: DBAPIError) -> str | None:
    """The five-character code, e.g. 23P01 for an exclusion constraint."""
    return getattr(error.orig, "sqlstate", None)


def constraint_name(error: IntegrityError) -> str | None:
    """Which named constraint refused, so that a service can say what it means."""
    cause = getattr(error.orig, "__cause__", None)
    return getattr(cause, "constraint_name", None)
