"""What operators and machines ask: alive, ready, whom to write to, which keys sign."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse

from api.deps import Res, public
from api.readiness import readiness
from api.schemas.operations import Health, Readiness

router = APIRouter(tags=["operations"], dependencies=[public])

KEYS_CACHED_S = 300
SECURITY_TXT_LIFE = timedelta(days=180)  # RFC 9116: less than a year ahead


@router.get("/healthz")
async def healthz(res: Res) -> Health:
    """The process runs; nothing else is asked."""
    return Health(build_id=res.settings.build_id)


@router.get(
    "/readyz",
    response_model=Readiness,
    responses={503: {"model": Readiness, "description": "Postgres or its migrations are away"}},
)
async def readyz(request: Request, res: Res) -> Response:
    """503 only when Postgres or its migrations are away; Redis and Temporal are named as degraded."""
    found = await readiness(res, request.app.state.temporal)
    return JSONResponse(found.model_dump(), status_code=503 if found.status == "unavailable" else 200)


@router.get("/.well-known/jwks.json")
async def jwks(res: Res, response: Response) -> dict[str, list[dict[str, Any]]]:
    """The public keys of the access tokens, newest first."""
    response.headers["Cache-Control"] = f"public, max-age={KEYS_CACHED_S}"
    return res.access_tokens.jwks()


@router.get("/.well-known/security.txt", response_class=PlainTextResponse)
async def security_txt(res: Res) -> str:
    """RFC 9116."""
    expires = (res.clock.now() + SECURITY_TXT_LIFE).replace(microsecond=0)
    url = res.settings.public_url.rstrip("/")
    return (
        f"Contact: mailto:{res.settings.contact_security}\n"
        f"Expires: {expires.isoformat().replace('+00:00', 'Z')}\n"
        "Preferred-Languages: en\n"
        f"Canonical: {url}/.well-known/security.txt\n"
    )
