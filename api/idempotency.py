"""`once: Once` on a route: its work is done once per (principal, route with its ids, Idempotency-Key).

`return await once.run(work)` for a command; `once.create(work)` gives the work the id of what it makes, the same at
every try; `once.make(work)` answers with that id, where the answer is made anew each time. `once.fingerprint` is the
update id of a workflow's command, `once.key` the bare key. What may be seen of a kept answer for a time alone is judged by
`again` before it is given once more.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from typing import Annotated, Any, TypeVar, cast
from uuid import UUID

import structlog
from fastapi import Depends, Request
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse, Response

from api.deps import Principal, Res, principal
from dogwalk.bootstrap import Resources
from dogwalk.db.repositories.idempotency import ReservationKey
from dogwalk.errors import InvalidInput
from dogwalk.services.idempotency import Idempotency, KeptAnswer, Reservation

T = TypeVar("T")
Again = Callable[[Any], Awaitable[object]]  # a kept answer's content → what is answered of it now, or a refusal
log = structlog.get_logger(__name__)

HEADER = "Idempotency-Key"
KEY_PATTERN = r"^[ -~]{1,64}$"
PRINTABLE = re.compile(KEY_PATTERN)
REPLAYED = {"Idempotency-Replayed": "true"}
NO_CONTENT = 204


class Onceness:
    def __init__(self, *, request: Request, res: Resources, who: Principal, body: bytes) -> None:
        self.key = _key(request)
        self._which = ReservationKey(principal=str(who.person_id), route=_route(request), key=self.key)
        self._body_hash = _body_hash(body)
        self._status: int = request.scope["route"].status_code or 200
        self._reserved: Reservation | None = None
        self._clock = res.clock
        self._idempotency = Idempotency(database=res.database, vault=res.vault)

    @property
    def fingerprint(self) -> str:
        """For the work alone, the same at every try of it; when the key comes again after 7 days, another command's. Short,
        for a history holds it four times a command.
        """
        assert self._reserved is not None  # noqa: S101 the work has begun
        which, reserved = self._which, self._reserved.resource_id
        digest = hashlib.sha256(f"{which.principal}|{which.route}|{which.key}|{reserved}".encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    async def run(
        self, work: Callable[[], Awaitable[T]], *, status: int | None = None, again: Again | None = None
    ) -> T:
        """The work's answer, or the first one again. An error is not kept: the next try runs the work anew."""
        return await self.create(lambda _: work(), status=status, again=again)

    async def create(
        self, work: Callable[[UUID], Awaitable[T]], *, status: int | None = None, again: Again | None = None
    ) -> T:
        """As `run`, for work that makes something: it gets the id reserved with the key."""
        reserved = await self._idempotency.reserve(self._which, body_hash=self._body_hash, at=self._clock.now())
        if isinstance(reserved, KeptAnswer):
            return cast(T, _response(await _by_now(reserved, again), REPLAYED))  # FastAPI sends a Response as it is
        answer = KeptAnswer(status=status or self._status, content=await self._worked(work, reserved))
        await self._idempotency.complete(reserved, answer)
        return cast(T, _response(answer))

    async def make(self, work: Callable[[UUID], Awaitable[None]]) -> UUID:
        """As `create`, where the answer must not be kept: gives the id of what was made, now or at the first try."""
        reserved = await self._idempotency.reserve(self._which, body_hash=self._body_hash, at=self._clock.now())
        if isinstance(reserved, KeptAnswer):
            return UUID(reserved.content["id"])
        await self._worked(work, reserved)
        made = KeptAnswer(status=self._status, content={"id": str(reserved.resource_id)})
        await self._idempotency.complete(reserved, made)
        return reserved.resource_id

    async def _worked(self, work: Callable[[UUID], Awaitable[T]], reserved: Reservation) -> object:
        self._reserved = reserved
        try:
            return jsonable_encoder(await work(reserved.resource_id))
        except Exception:
            await self._let_go(reserved)
            raise

    async def _let_go(self, reserved: Reservation) -> None:
        try:
            await self._idempotency.let_go(reserved, at=self._clock.now())
        except Exception as error:  # noqa: BLE001 the work's own error matters more; the lock ends by itself
            log.warning("reservation_not_let_go", error=type(error).__name__)


async def once(request: Request, res: Res, who: Annotated[Principal, Depends(principal)]) -> Onceness:
    return Onceness(request=request, res=res, who=who, body=await request.body())


Once = Annotated[Onceness, Depends(once)]


def _key(request: Request) -> str:
    key = request.headers.get(HEADER, "")
    if not PRINTABLE.fullmatch(key):
        raise InvalidInput(
            "Send an Idempotency-Key of 1 to 64 printable characters, the same at every try",
            code="idempotency_key_required",
            pointer=f"/header/{HEADER}",
        )
    return key


def _route(request: Request) -> str:
    """`POST /v1/bookings/{booking_id}/start` and its ids, each written in one way."""
    ids = ",".join(f"{name}={_canonical(value)}" for name, value in sorted(request.path_params.items()))
    return f"{request.method} {request.scope['route'].path} {ids}".strip()


def _canonical(value: str) -> str:
    try:
        return str(UUID(value))
    except ValueError:
        return value


def _body_hash(body: bytes) -> str:
    """Of what the body says: a phone may order its fields differently the second time."""
    with suppress(ValueError, RecursionError):
        body = json.dumps(json.loads(body), sort_keys=True).encode()
    return hashlib.sha256(body).hexdigest()


async def _by_now(kept: KeptAnswer, again: Again | None) -> KeptAnswer:
    return kept if again is None else replace(kept, content=jsonable_encoder(await again(kept.content)))


def _response(answer: KeptAnswer, headers: dict[str, str] | None = None) -> Response:
    if answer.status == NO_CONTENT:
        return Response(status_code=NO_CONTENT, headers=headers)
    return JSONResponse(answer.content, status_code=answer.status, headers=headers)
