"""The floors of B3 and B4: `python -m tests.bench.bare --port N`, a FastAPI app of bare routes.

`POST /start` inserts one row and starts a workflow. `GET /one/{n}`, `GET /page/{n}` run the very statements with which
our reader answers the n-th question of QUESTIONS, recorded once at the start: one transaction, rows as JSON.
"""

from __future__ import annotations

import json
import os
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID, uuid4

import typer
import uvicorn
from fastapi import FastAPI, Request, Response
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from temporalio.client import Client

from dogwalk.db.repositories.booking_seen import PageFilter
from dogwalk.db.session import Database
from dogwalk.services.booking.reading import BookingReader

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

QUESTIONS = "BENCH_QUESTIONS"  # a file: {"one": [[booking, person], …], "page": [person, …]}
PAGE = 21  # one more than is shown, as the API asks for
TABLE = "CREATE TABLE IF NOT EXISTS bare (id uuid PRIMARY KEY, document jsonb NOT NULL, at timestamptz NOT NULL)"
INSERT = text("INSERT INTO bare (id, document, at) VALUES (:id, :document, :at)")
WORKFLOW, TASK_QUEUE = "Bare", "bare"

Statement = tuple[str, Any]


@dataclass(kw_only=True)
class Bare:
    engine: AsyncEngine
    temporal: Client
    one: list[list[Statement]]
    page: list[list[Statement]]

    async def rows(self, statements: list[Statement]) -> Response:
        async with self.engine.begin() as connection:
            found = [(await connection.exec_driver_sql(*statement)).mappings().all() for statement in statements]
        content = json.dumps([[dict(row) for row in rows] for rows in found], default=str)
        return Response(content, media_type="application/json")


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    engine = create_async_engine(os.environ["DATABASE_URL"], pool_size=5)
    client = await Client.connect(os.environ["TEMPORAL_ADDRESS"])
    app.state.bare = Bare(engine=engine, temporal=client, **await _recorded(engine, _questions()))
    async with engine.begin() as connection:
        await connection.execute(text(TABLE))
    yield
    await engine.dispose()


def _questions() -> dict[str, Any]:
    named = os.environ.get(QUESTIONS)
    return json.loads(Path(named).read_text()) if named else {"one": [], "page": []}


async def _recorded(engine: AsyncEngine, asked: dict[str, Any]) -> dict[str, list[list[Statement]]]:
    reader, at = BookingReader(database=Database(engine), gateway=_NeverAsked()), datetime.now(UTC)
    one, page = [], []
    for booking_id, person_id in asked["one"]:
        with _recording(engine, one):
            await reader.get(UUID(booking_id), UUID(person_id), at=at)
    for person_id in asked["page"]:
        with _recording(engine, page):
            await reader.page(UUID(person_id), chosen=PageFilter(), before=None, limit=PAGE, at=at)
    return {"one": one, "page": page}


class _recording:  # noqa: N801 a context manager
    def __init__(self, engine: AsyncEngine, kept: list[list[Statement]]) -> None:
        self._engine, self._kept = engine.sync_engine, kept

    def __enter__(self) -> None:
        self._seen: list[Statement] = []
        event.listen(self._engine, "before_cursor_execute", self._see)

    def __exit__(self, *_: object) -> None:
        event.remove(self._engine, "before_cursor_execute", self._see)
        self._kept.append(self._seen)

    def _see(self, _c: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: Any) -> None:
        self._seen.append((statement, parameters))


class _NeverAsked:
    """No booking here waits for a bank, so nobody asks Stripe."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        raise AssertionError(name)


app = FastAPI(lifespan=_lifespan)


@app.get("/healthz")
async def healthz() -> dict[str, str]:
    return {"status": "ok"}


@app.get("/one/{number}")
async def one(request: Request, number: int) -> Response:
    bare: Bare = request.app.state.bare
    return await bare.rows(bare.one[number])


@app.get("/page/{number}")
async def page(request: Request, number: int) -> Response:
    bare: Bare = request.app.state.bare
    return await bare.rows(bare.page[number])


@app.post("/start")
async def start(request: Request, document: dict[str, Any]) -> dict[str, str]:
    bare: Bare = request.app.state.bare
    id_ = uuid4()
    async with bare.engine.begin() as connection:
        await connection.execute(INSERT, {"id": id_, "document": json.dumps(document), "at": datetime.now(UTC)})
    await bare.temporal.start_workflow(WORKFLOW, document, id=f"bare-{id_}", task_queue=TASK_QUEUE)
    return {"id": str(id_)}


def main(port: Annotated[int, typer.Option()]) -> None:
    uvicorn.run(app, host="127.0.0.1", port=port, log_config=None, access_log=False)


if __name__ == "__main__":
    typer.run(main)
