"""One cache of compiled statements for all the engines of a test process.

A service compiles a statement once and runs it a million times; an engine for each test would compile everything anew for
each, a fifth of what the tests cost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.util import LRUCache

if TYPE_CHECKING:
    from sqlalchemy import Engine

STATEMENTS = 2_000
COMPILED = LRUCache(STATEMENTS)


class SameDialect(PGDialect_asyncpg):
    """A compiled statement is kept under its dialect: one engine's is as good as another's, all speak to one server."""

    supports_statement_cache = True

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SameDialect)

    def __hash__(self) -> int:
        return hash(SameDialect)

    @classmethod
    def engine_created(cls, engine: Engine) -> None:
        engine.update_execution_options(compiled_cache=COMPILED)


def share_statements() -> None:
    """For every engine made from now on in this process."""
    registry.register("postgresql.asyncpg", __name__, SameDialect.__name__)
