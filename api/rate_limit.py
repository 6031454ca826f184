"""How often somebody may call, by class of route: by person when signed in, else by address.

`principal` and the policy `anyone` in api/deps.py count each call here. The answer's headers are those of the IETF draft.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dogwalk.adapters.rate_limits import RateLimit, RateVerdict
from dogwalk.errors import TooManyRequests

if TYPE_CHECKING:
    from fastapi import Request
    from starlette.types import Scope

    from dogwalk.bootstrap import Resources

AUTH = RateLimit(name="auth", quota=60, window_s=60)  # many phones share a carrier's address
WRITE = RateLimit(name="write", quota=240, window_s=60)
MESSAGE = RateLimit(name="message", quota=30, window_s=60)  # beside `write`: a person types no faster
READ = RateLimit(name="read", quota=900, window_s=60)
UNLIMITED_TAG = "operations"
UNLIMITED_PATHS = "/v1/webhooks/"  # providers burst, from a few addresses, and prove who they are by signature
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
VERDICT = "dogwalk.rate_verdict"


async def count_call(request: Request, res: Resources, *, who: str | None) -> None:
    """TooManyRequests past the limit of the route's class. `who`: the person, None for an unknown caller."""
    limit = limit_of(request)
    if limit is not None:
        await count(request.scope, res, limit=limit, who=who or _address(request))


async def count(scope: Scope, res: Resources, *, limit: RateLimit, who: str, unless: str | None = None) -> bool:
    """TooManyRequests past the limit; the answer's headers are told by the scope. Barred by the key `unless`. False when
    nobody counts.
    """
    if not res.settings.rate_limits:
        return False
    verdict = await res.rate_limiter.count(limit, who, unless=unless)
    if verdict is None:
        return False
    scope[VERDICT] = verdict
    if verdict.is_over:
        raise TooManyRequests("Too many calls; wait", retry_after_s=verdict.resets_in_s)
    return True


def limit_of(request: Request) -> RateLimit | None:
    route = request.scope["route"]
    if UNLIMITED_TAG in route.tags or route.path.startswith(UNLIMITED_PATHS):
        return None
    if request.method in SAFE_METHODS:
        return READ
    return AUTH if "auth" in route.tags else WRITE


def headers_of(verdict: RateVerdict) -> dict[str, str]:
    limit = verdict.limit
    return {
        "RateLimit": f'"{limit.name}";r={verdict.remaining};t={verdict.resets_in_s}',
        "RateLimit-Policy": f'"{limit.name}";q={limit.quota};w={limit.window_s}',
    }


def _address(request: Request) -> str:
    return request.client.host if request.client else "unknown"
