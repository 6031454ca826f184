"""Requests made up from our own OpenAPI document, some fitting it and some not; the same ones at every run."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.checks import load_all_checks
from schemathesis.specs.openapi import checks

from api.idempotency import HEADER
from api.main import create_app
from api.openapi import document_of
from dogwalk.config import ApiDocs, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from schemathesis import Case
    from schemathesis.schemas import APIOperation

FITTING, MISFIT = 4, 2
CONFORMS = [
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
STREAM = "text/event-stream"
A_PATH_ID = re.compile(r"{\w+}")


def every_operation() -> list[APIOperation]:
    """Of the whole API."""
    configured = Settings(api_docs=ApiDocs.PUBLIC)
    document = document_of(create_app(configured), configured)
    load_all_checks()
    return [one.ok() for one in schemathesis.openapi.from_dict(document).get_all_operations()]


def is_stream(operation: APIOperation) -> bool:
    return STREAM in str(operation.definition.raw["responses"])


def cases_of(operation: APIOperation) -> Iterator[Case]:
    yield from _drawn(operation, GenerationMode.POSITIVE, FITTING)
    if operation.body or operation.query or operation.path_parameters:
        yield from _drawn(operation, GenerationMode.NEGATIVE, MISFIT)


def made_known(case: Case, ids: Mapping[str, Any]) -> None:
    """Names what is there instead of what is not, in the path and in the body, under a key of its own."""
    for place in (case.path_parameters, case.body):
        if isinstance(place, dict):
            place.update({name: value for name, value in ids.items() if name in place})
    if HEADER in (case.headers or {}):
        case.headers[HEADER] = str(uuid4())


def request_of(case: Case, headers: Mapping[str, str]) -> httpx.Request:
    sent = requests.Request(**case.as_transport_kwargs(base_url="http://api.test")).prepare()
    return httpx.Request(str(sent.method), str(sent.url), headers={**sent.headers, **headers}, content=sent.body)


def path_of_nothing(operation: APIOperation) -> str:
    """With ids that nobody has. Stripe's carry their kind."""
    return A_PATH_ID.sub(lambda name: f"pm_{uuid4().hex}" if "method" in name[0] else str(uuid4()), operation.path)


def conforms(case: Case, answer: httpx.Response) -> None:
    """Raises with the request as a curl command: a status, header, media type or body the document does not know."""
    case.validate_response(answer, checks=CONFORMS)


def _drawn(operation: APIOperation, mode: GenerationMode, count: int) -> list[Case]:
    found: list[Case] = []

    @seed(0)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def draw(case: Case) -> None:
        found.append(case)

    draw()
    return found
