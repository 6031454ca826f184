"""The connections of a process, and how a dead one is noticed before somebody's transaction meets it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from sqlalchemy import event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import create_async_engine

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine
    from sqlalchemy.pool import ConnectionPoolEntry

ASKED_AFTER_S = 15.0  # networks forget a silent connection after minutes
LEFT_AT = "left_at"


def create_engine(url: str, *, pool_size: int = 10) -> AsyncEngine:
    """`pool_size` connections are kept, twice as many opened at most; a stale one is noticed before it is used.

    Statement parameters stand in no error: they may be addresses or tokens.
    """
    engine = create_async_engine(url, pool_size=pool_size, max_overflow=pool_size, hide_parameters=True)

    def look(connection: Any, record: ConnectionPoolEntry, _proxy: Any) -> None:
        if _is_stale(engine, connection, record):
            raise DisconnectionError("the connection has ended")  # the pool opens another

    event.listen(engine.sync_engine, "checkin", _note_when)  # codespell:ignore checkin
    event.listen(engine.sync_engine, "checkout", look)
    return engine


def _note_when(_connection: Any, record: ConnectionPoolEntry) -> None:
    record.info[LEFT_AT] = time.monotonic()


def _is_stale(engine: AsyncEngine, connection: Any, record: ConnectionPoolEntry) -> bool:
    """The driver knows when a server said goodbye. Only of one that lay silent is it asked: a round trip, or three with
    its transaction, before every transaction is what `pool_pre_ping` would cost.
    """
    if record.driver_connection is None or record.driver_connection.is_closed():
        return True
    if time.monotonic() - record.info.get(LEFT_AT, time.monotonic()) < ASKED_AFTER_S:
        return False
    try:
        return not engine.dialect.do_ping(connection)
    except engine.dialect.loaded_dbapi.Error:
        return True
