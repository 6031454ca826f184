"""`/openapi.json` and the page that shows it, whole and by area, for everybody, for staff, or for nobody (API_DOCS).

The page's script and style are Swagger UI's own, served from here: nothing is loaded from elsewhere.
"""

from __future__ import annotations

import re
from base64 import b64encode
from enum import StrEnum
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import fastapi_offline
from fastapi import Depends
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import FileResponse, HTMLResponse

from api.areas import AREAS, areas_served
from api.deps import public, support_only
from api.openapi import document_of
from dogwalk.config import ApiDocs

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastapi import FastAPI

    from dogwalk.config import Settings

DOCUMENT = "/openapi.json"
PAGE = "/api-docs"
ASSETS = f"{PAGE}/assets"
ASSETS_DIR = Path(fastapi_offline.__file__).parent / "static"
CACHED_S = 86400
INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
POLICIES = {ApiDocs.PUBLIC: public, ApiDocs.STAFF: Depends(support_only)}


class Asset(StrEnum):
    SCRIPT = "swagger-ui-bundle.js"
    STYLE = "swagger-ui.css"
    ICON = "favicon.png"


def install_docs(app: FastAPI, settings: Settings) -> None:
    if settings.api_docs_for is ApiDocs.OFF:
        return
    policy = POLICIES[settings.api_docs_for]
    _add(app, f"{ASSETS}/{{asset}}", _asset, policy=public)  # a page's tags cannot send a token, and there is no secret
    _install(app, "", title="Dogwalk", document=app.openapi, policy=policy)
    for area in areas_served(settings):
        document = cache(lambda tags=AREAS[area]: document_of(app, settings, tags=tags))
        _install(app, f"/{area}", title=f"Dogwalk: {area}", document=document, policy=policy)


def _install(app: FastAPI, prefix: str, *, title: str, document: Callable[[], dict[str, Any]], policy: Any) -> None:
    async def show_document() -> dict[str, Any]:
        return document()

    async def show_page() -> HTMLResponse:
        return _page(title, f"{prefix}{DOCUMENT}")

    _add(app, f"{prefix}{DOCUMENT}", show_document, policy=policy)
    _add(app, f"{prefix}{PAGE}", show_page, policy=policy)


def _add(app: FastAPI, path: str, endpoint: Callable[..., Any], *, policy: Any) -> None:
    app.add_api_route(
        path,
        endpoint,
        dependencies=[policy],
        include_in_schema=False,
        response_model=None,
        tags=["operations"],
    )


async def _asset(asset: Asset) -> FileResponse:
    return FileResponse(ASSETS_DIR / asset, headers={"Cache-Control": f"public, max-age={CACHED_S}"})


def _page(title: str, document_url: str) -> HTMLResponse:
    shown = get_swagger_ui_html(
        openapi_url=document_url,
        title=title,
        swagger_js_url=f"{ASSETS}/{Asset.SCRIPT}",
        swagger_css_url=f"{ASSETS}/{Asset.STYLE}",
        swagger_favicon_url=f"{ASSETS}/{Asset.ICON}",
    )
    shown.headers["Content-Security-Policy"] = _page_policy(bytes(shown.body).decode())
    return shown


def _page_policy(html: str) -> str:
    """Swagger UI styles its elements one by one; scripts are its bundle and the one line that starts it."""
    digests = [b64encode(sha256(script.encode()).digest()).decode() for script in INLINE_SCRIPT.findall(html)]
    scripts = " ".join(f"'sha256-{digest}'" for digest in digests)
    return (
        "default-src 'none'; connect-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
        f"script-src 'self' {scripts}; frame-ancestors 'none'"
    )
