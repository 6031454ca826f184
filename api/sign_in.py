"""What the routes about accounts share."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Header

from api.deps import Principal, Res
from api.schemas.auth import Tokens
from dogwalk.domain.authentication import Proof
from dogwalk.services.auth.services import AuthServices
from dogwalk.services.auth.sessions import TokenPair

MAX_USER_AGENT = 200


async def _auth(res: Res) -> AuthServices:
    return res.auth


async def _user_agent(user_agent: Annotated[str | None, Header(include_in_schema=False)] = None) -> str | None:
    """Shown to its owner in the list of sessions; whatever it holds, it is short and printable."""
    kept = "".join(letter for letter in user_agent or "" if letter.isprintable())[:MAX_USER_AGENT]
    return kept or None


Auth = Annotated[AuthServices, Depends(_auth)]
UserAgent = Annotated[str | None, Depends(_user_agent)]


def tokens(pair: TokenPair) -> Tokens:
    return Tokens(access_token=pair.access_token, refresh_token=pair.refresh_token, expires_in=pair.expires_in)


def proof(who: Principal) -> Proof:
    return Proof(acr=who.acr, authenticated_at=who.authenticated_at)
