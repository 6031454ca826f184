"""The whole API in this process, on a database of its own, and people with tokens to call it."""

from __future__ import annotations

from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import httpx
from fastapi import FastAPI

from api.main import create_app
from dogwalk.adapters.clock import SystemClock
from dogwalk.config import Settings
from dogwalk.db.models.base import uuid7
from dogwalk.db.models.person import PersonRole
from dogwalk.domain.role import Role
from tests.support.rows import make_person

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from fastapi import APIRouter

    from dogwalk.bootstrap import Resources
    from tests.support.database import Template


@dataclass(frozen=True, kw_only=True)
class Caller:
    """A person, signed in."""

    person_id: UUID
    session_id: UUID
    token: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


@dataclass(kw_only=True)
class Api:
    settings: Settings
    app: FastAPI
    http: httpx.AsyncClient
    clock: SystemClock

    @property
    def resources(self) -> Resources:
        resources: Resources = self.app.state.resources
        return resources

    async def caller(self, *roles: Role) -> Caller:
        """A new person with these roles. An owner unless said otherwise."""
        granted = roles or (Role.OWNER,)
        person_id = await make_person(self.resources)
        async with self.resources.database.transaction() as session:
            session.add_all(PersonRole(person_id=person_id, role=role, granted_at=self.clock.now()) for role in granted)
        return self.signed_in(person_id, *granted)

    async def agent(self, *roles: Role, acr: str = "mfa", ago: timedelta = timedelta()) -> Caller:
        """A new person of support, whose second factor is as old as `ago`."""
        granted = roles or (Role.SUPPORT,)
        return self.signed_in((await self.caller(*granted)).person_id, *granted, acr=acr, ago=ago)

    def signed_in(self, person_id: UUID, *roles: Role, acr: str = "pwd", ago: timedelta = timedelta()) -> Caller:
        """A token for somebody who is there already, who proved herself `ago`."""
        session_id = uuid7()
        token = self.resources.access_tokens.issue(
            person_id=person_id,
            session_id=session_id,
            roles=roles,
            acr=acr,
            authenticated_at=datetime.now(UTC) - ago,
        )
        return Caller(person_id=person_id, session_id=session_id, token=token)


@asynccontextmanager
async def open_api(
    environment: dict[str, str], template: Template, *, more: Iterable[APIRouter] = (), **settings: Any
) -> AsyncIterator[Api]:
    """`more`: routes of the test's own, beside the API's."""
    async with AsyncExitStack() as stack:
        url = await template.clone()
        stack.push_async_callback(template.drop, url)
        values = {name.lower(): value for name, value in environment.items()}
        chosen = {"database_url": url, "redis_prefix": f"{uuid4().hex[:12]}:", "rate_limits": False, **settings}
        serving = serve(Settings(**{**values, **chosen}), SystemClock(), more=more)
        yield await stack.enter_async_context(serving)


@asynccontextmanager
async def serve(settings: Settings, clock: SystemClock, *, more: Iterable[APIRouter] = ()) -> AsyncIterator[Api]:
    """The app on a database that is there; another's clock is shared, so that both move together."""
    async with AsyncExitStack() as stack:
        app = create_app(settings, clock=clock)
        for router in more:
            app.include_router(router)
        await stack.enter_async_context(app.router.lifespan_context(app))
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        http = await stack.enter_async_context(httpx.AsyncClient(transport=transport, base_url="http://api.test"))
        yield Api(settings=settings, app=app, http=http, clock=clock)
