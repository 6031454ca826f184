"""What needs a person is opened once by its fact; what people did is never rewritten."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from dogwalk.db.repositories import audit
from dogwalk.db.repositories import support_task as support_tasks
from tests.support.rows import open_rows

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from dogwalk.bootstrap import Resources
    from tests.support.database import Template


@pytest.fixture
async def resources(stack_environment: dict[str, str], template: Template) -> AsyncIterator[Resources]:
    async with open_rows(stack_environment, template) as opened:
        yield opened


async def test_a_fact_told_twice_is_one_task(resources: Resources) -> None:
    at = resources.wall_clock.now()
    opened = []
    for _ in range(2):
        async with resources.database.transaction() as session:
            opened.append(
                await support_tasks.open(session, key="booking-1:inconclusive:1", kind="verdict", reason="few", at=at)
            )
    assert opened == [True, False]
    async with resources.database.transaction() as session:
        waiting = await support_tasks.page(session, status=None, kind=None, assignee_id=None, after=None, limit=10)
    assert [(task.kind, task.status) for task in waiting] == [("verdict", "open")]


async def test_an_audit_entry_is_written_once_and_never_changed(resources: Resources) -> None:
    subject = f"booking:{uuid4()}"
    for _ in range(2):
        async with resources.database.transaction() as session:
            await audit.append(
                session,
                key="b:1",
                actor="temporal",
                action="hold",
                subject=subject,
                reason="odd",
                at=resources.wall_clock.now(),
            )
    async with resources.database.transaction() as session:
        assert [entry.action for entry in await audit.of_subject(session, subject)] == ["hold"]
    with pytest.raises(DBAPIError, match="append-only"):
        async with resources.database.transaction() as session:
            await session.execute(text("UPDATE audit_entry SET reason = 'other'"))
