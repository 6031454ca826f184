"""The page that shows the document: whole and by area, from our own address alone."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from api.areas import AREAS, EVERYWHERE
from dogwalk.config import ApiDocs
from dogwalk.domain.role import Role
from tests.support.api import open_api

if TYPE_CHECKING:
    from tests.support.api import Api
    from tests.support.database import Template

PREFIXES = ["", *(f"/{area}" for area in AREAS)]
LOADED = re.compile(r"(?:src|href)=\"([^\"]+)\"")


@pytest.mark.parametrize("prefix", PREFIXES)
async def test_what_a_page_loads_is_here(api: Api, prefix: str) -> None:
    page = await api.http.get(f"{prefix}/api-docs")
    assert page.status_code == 200
    loaded = LOADED.findall(page.text)
    assert len(loaded) == 3
    for address in loaded:
        assert address.startswith("/api-docs/assets/")
        answer = await api.http.get(address)
        assert answer.status_code == 200
        assert int(answer.headers["content-length"]) > 1000
    assert f"url: '{prefix}/openapi.json'" in page.text
    assert "http" not in page.headers["content-security-policy"]


async def test_a_page_may_run_its_own_scripts_only(api: Api) -> None:
    page = await api.http.get("/api-docs")
    [script] = re.findall(r"<script>(.*?)</script>", page.text, re.DOTALL)
    scripts = next(
        rule for rule in page.headers["content-security-policy"].split("; ") if rule.startswith("script-src")
    )
    digest = b64encode(sha256(script.encode()).digest()).decode()
    assert scripts == f"script-src 'self' 'sha256-{digest}'"


@pytest.mark.parametrize(
    ("asset", "kind"),
    [("swagger-ui-bundle.js", "text/javascript"), ("swagger-ui.css", "text/css"), ("favicon.png", "image/png")],
)
async def test_an_asset_is_told_for_what_it_is(api: Api, asset: str, kind: str) -> None:
    answer = await api.http.get(f"/api-docs/assets/{asset}")
    assert answer.headers["content-type"].split(";")[0] == kind
    assert "max-age" in answer.headers["cache-control"]


@pytest.mark.parametrize("asset", ["redoc.standalone.js", "..%2F__init__.py", "%2e%2e/core.py"])
async def test_nothing_else_is_served_beside_them(api: Api, asset: str) -> None:
    assert (await api.http.get(f"/api-docs/assets/{asset}")).status_code in {404, 422}


@pytest.mark.parametrize("area", AREAS)
async def test_an_areas_document_has_its_operations_alone(api: Api, area: str) -> None:
    document = (await api.http.get(f"/{area}/openapi.json")).json()
    OpenAPIV31SpecValidator(document).validate()
    tags = {tag for path in document["paths"].values() for operation in path.values() for tag in operation["tags"]}
    assert tags
    assert tags <= AREAS[area]
    assert {tag["name"] for tag in document["tags"]} == AREAS[area]


async def test_the_areas_together_have_every_operation(api: Api) -> None:
    whole = (await api.http.get("/openapi.json")).json()["paths"]
    found = {}
    for area in AREAS:
        found |= (await api.http.get(f"/{area}/openapi.json")).json()["paths"]
    rest = [path for path in whole if path not in found]
    assert {tag for path in rest for operation in whole[path].values() for tag in operation["tags"]} == EVERYWHERE


async def test_staffs_pages_are_for_staff_and_their_assets_for_the_page(
    stack_environment: dict[str, str], template: Template
) -> None:
    async with open_api(stack_environment, template, api_docs=ApiDocs.STAFF) as api:
        support = await api.caller(Role.SUPPORT)
        for path in ("/booking/api-docs", "/booking/openapi.json"):
            assert (await api.http.get(path)).status_code == 401
            assert (await api.http.get(path, headers=support.headers)).status_code == 200
        assert (await api.http.get("/api-docs/assets/swagger-ui.css")).status_code == 200
