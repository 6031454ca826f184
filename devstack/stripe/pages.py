"""What a person would see: the issuer's 3-D Secure page and the onboarding of a connected account.

GET shows a button, POST is the button. Both find their account by the publishable key in the address.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from devstack.stripe.authentication import authenticate
from devstack.stripe.resources.accounts import onboard
from devstack.stripe.three_d_secure import challenged

if TYPE_CHECKING:
    from starlette.requests import Request

    from devstack.stripe.merchant import Merchant
    from devstack.stripe.wire import Json

_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title><style>body{{font:1.1rem system-ui;max-width:30rem;margin:4rem auto;padding:0 1rem}}
button{{font:inherit;padding:.6rem 1.2rem;margin-right:.6rem}}</style>
<h1>{title}</h1><p>{text}</p>{buttons}</html>"""


def _page(title: str, text: str, buttons: dict[str, str]) -> HTMLResponse:
    """`buttons`: label by the query that its POST adds to this address."""
    forms = "".join(
        f'<form method="post" style="display:inline"><button name="outcome" value="{escape(value)}">'
        f"{escape(label)}</button></form>"
        for value, label in buttons.items()
    )
    return HTMLResponse(_PAGE.format(title=escape(title), text=escape(text), buttons=forms))


def _merchant(request: Request) -> Merchant:
    merchant: Merchant = request.app.state.registry.caller(
        authorization=None, key=request.query_params.get("key")
    ).merchant
    return merchant


async def show_challenge(request: Request) -> Response:
    if challenged(_merchant(request), request.path_params["source"]) is None:
        return _page("3-D Secure", "This payment does not wait for you any more.", {})
    buttons = {"succeed": "Yes, it is me", "fail": "No"}
    return _page("3-D Secure", "Your bank asks: did you start this payment? (Stand-in)", buttons)


async def answer_challenge(request: Request) -> Response:
    merchant = _merchant(request)
    intent = challenged(merchant, request.path_params["source"])
    if intent is None:
        return JSONResponse({"error": {"message": "Nothing waits for this answer."}}, status_code=409)
    outcome = (await request.form()).get("outcome") or request.query_params.get("outcome", "succeed")
    authenticate(merchant, intent, is_confirmed=outcome == "succeed")
    if intent["_return_url"]:
        return RedirectResponse(intent["_return_url"], status_code=303)
    return JSONResponse({"id": intent["id"], "status": intent["status"]})


async def show_onboarding(request: Request) -> Response:
    merchant = _merchant(request)
    link = _usable(merchant, request.path_params["token"])
    if link is None:
        return _refresh(merchant, request.path_params["token"])
    return _page("Get paid", "Stripe would now ask for your name, birthday and bank. (Stand-in)", {"done": "All given"})


async def finish_onboarding(request: Request) -> Response:
    merchant = _merchant(request)
    link = _usable(merchant, request.path_params["token"])
    if link is None:
        return _refresh(merchant, request.path_params["token"])
    link["expires_at"] = 0  # single use
    onboard(merchant, merchant.get("account", link["account"]))
    return RedirectResponse(link["return_url"], status_code=303)


def _usable(merchant: Merchant, token: str) -> Json | None:
    link = merchant.onboarding.get(token)
    return link if link and link["expires_at"] > merchant.clock.now() else None


def _refresh(merchant: Merchant, token: str) -> Response:
    """As Stripe does with a link that was used or is too old."""
    link = merchant.onboarding.get(token)
    if link is None:
        return JSONResponse({"error": {"message": "No such link."}}, status_code=404)
    return RedirectResponse(link["refresh_url"], status_code=303)


ROUTES = (
    Route("/_pages/3ds/{source}", show_challenge, methods=["GET"]),
    Route("/_pages/3ds/{source}", answer_challenge, methods=["POST"]),
    Route("/_pages/onboarding/{token}", show_onboarding, methods=["GET"]),
    Route("/_pages/onboarding/{token}", finish_onboarding, methods=["POST"]),
)
