"""The document says all that can be answered, and who may read it is a setting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from dogwalk.config import ApiDocs
from dogwalk.domain.role import Role
from tests.support.api import open_api

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.api import Api
    from tests.support.database import Template


@pytest.fixture
async def document(api: Api) -> dict[str, Any]:
    answer = await api.http.get("/openapi.json")
    found: dict[str, Any] = answer.json()
    return found


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method} {path}", operation


def test_it_is_a_valid_document_of_its_version(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    OpenAPIV31SpecValidator(document).validate()


def test_it_names_whom_to_write_to(api: Api, document: dict[str, Any]) -> None:
    assert document["info"]["contact"]["email"] == api.settings.contact_technical
    assert document["info"]["x-contacts"] == {
        "security": api.settings.contact_security,
        "emergency": api.settings.contact_emergency,
    }


def test_every_error_is_a_problem_and_every_list_takes_the_same_limit(document: dict[str, Any]) -> None:
    problem = {"schema": {"$ref": "#/components/schemas/Problem"}}
    for name, operation in operations(document):
        for given in operation.get("parameters", ()):
            bounds = [given["schema"].get(key) for key in ("minimum", "maximum", "default")]
            assert given["name"] != "limit" or bounds == [1, 100, 20], name
        for status, answer in operation["responses"].items():
            if status >= "400" and (name, status) != ("get /readyz", "503"):
                assert answer["content"] == {"application/problem+json": problem}, (name, status)
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_every_operation_names_what_any_may_answer(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        expected = {"422", "429", "500", "503"}
        if operation.get("security"):
            expected |= {"401", "403"}
        if "{" in name:
            expected |= {"404"}
        if name.startswith(("post", "put", "patch")):
            expected |= {"413"}
        assert expected <= set(operation["responses"]), name
        assert operation["tags"], name


def test_operations_have_names_of_their_own(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, operation in operations(document)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("docs", "nobody", "owner", "support"),
    [(ApiDocs.PUBLIC, 200, 200, 200), (ApiDocs.STAFF, 401, 403, 200), (ApiDocs.OFF, 404, 404, 404)],
)
async def test_who_may_read_it(
    stack_environment: dict[str, str], template: Template, docs: ApiDocs, nobody: int, owner: int, support: int
) -> None:
    async with open_api(stack_environment, template, api_docs=docs) as api:
        people = {owner: await api.caller(Role.OWNER), support: await api.caller(Role.SUPPORT)}
        for path in ("/openapi.json", "/api-docs"):
            assert (await api.http.get(path)).status_code == nobody
            for status, caller in people.items():
                assert (await api.http.get(path, headers=caller.headers)).status_code == status
