"""Which migrations the database has seen, and which this build was made for."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import text

import dogwalk.db

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession


async def is_current(session: AsyncSession) -> bool:
    """False before the migrations, and behind them. A schema ahead of this build is fine: it is migrated before it is
    deployed. Raises ProgrammingError on an empty database.
    """
    applied = set(await session.scalars(text("SELECT version_num FROM alembic_version")))
    known, heads = of_this_build()
    return bool(applied) and (applied >= heads or not applied <= known)


@cache
def of_this_build() -> tuple[frozenset[str], frozenset[str]]:
    """Every revision, and the newest. Reads the migrations' files: a process that answers within a second asks once at
    its start, in a thread.
    """
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory(str(Path(dogwalk.db.__file__).parent / "migrations"))
    return frozenset(one.revision for one in scripts.walk_revisions()), frozenset(scripts.get_heads())
