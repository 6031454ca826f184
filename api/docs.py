"""`/openapi.json` and the page that shows it, for everybody, for staff, or for nobody (API_DOCS)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import Depends
from fastapi.openapi.docs import get_swagger_ui_html

from api.deps import public, support_only
from dogwalk.config import ApiDocs

if TYPE_CHECKING:
    from fastapi import FastAPI
    from fastapi.responses import HTMLResponse

    from dogwalk.config import Settings

DOCUMENT = "/openapi.json"
PAGE = "/api-docs"
# The page's script and style come from FastAPI's CDN, and it starts by an inline script.
PAGE_POLICY = (
    "default-src 'none'; connect-src 'self'; img-src 'self' data: https://fastapi.tiangolo.com; "
    "script-src 'unsafe-inline' https://cdn.jsdelivr.net; style-src 'unsafe-inline' https://cdn.jsdelivr.net; "
    "frame-ancestors 'none'"
)
POLICIES = {ApiDocs.PUBLIC: public, ApiDocs.STAFF: Depends(support_only)}


def install_docs(app: FastAPI, settings: Settings) -> None:
    if settings.api_docs_for is ApiDocs.OFF:
        return

    async def document() -> dict[str, Any]:
        return app.openapi()

    async def page() -> HTMLResponse:
        shown = get_swagger_ui_html(openapi_url=DOCUMENT, title="Dogwalk API")
        shown.headers["Content-Security-Policy"] = PAGE_POLICY
        return shown

    for path, endpoint in ((DOCUMENT, document), (PAGE, page)):
        app.add_api_route(
            path,
            endpoint,
            dependencies=[POLICIES[settings.api_docs_for]],
            include_in_schema=False,
            response_model=None,
            tags=["operations"],
        )
