from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import jwt

from tests.support.api import open_api
from tests.support.database import named
from tests.support.server import served

if TYPE_CHECKING:
    from tests.support.api import Api
    from tests.support.database import Template

NOBODY = "127.0.0.1:1"


async def test_the_process_is_alive_and_ready(api: Api) -> None:
    alive = await api.http.get("/healthz")
    ready = await api.http.get("/readyz")
    assert alive.json() == {"status": "ok", "build_id": api.settings.build_id}
    assert (ready.status_code, ready.json()) == (200, {"status": "ready", "degraded": [], "missing": []})


async def test_without_redis_and_temporal_it_is_ready_but_degraded(
    stack_environment: dict[str, str], template: Template
) -> None:
    away = {"redis_url": f"redis://{NOBODY}/0", "temporal_address": NOBODY}
    async with open_api(stack_environment, template, **away) as api:
        ready = await api.http.get("/readyz")
        signed_in = await api.caller()
        still = await api.http.get("/v1/notifications", headers=signed_in.headers)
    assert (ready.status_code, ready.json()["degraded"]) == (200, ["redis", "temporal"])
    assert still.status_code == 200


async def test_without_postgres_it_is_not_ready(stack_environment: dict[str, str], template: Template) -> None:
    nowhere = f"postgresql+asyncpg://dogwalk@{NOBODY}/dogwalk"
    async with open_api(stack_environment, template, database_url=nowhere) as api:
        ready, alive = await api.http.get("/readyz"), await api.http.get("/healthz")
    assert (ready.status_code, ready.json()["missing"]) == (503, ["postgres"])
    assert alive.status_code == 200


async def test_without_the_migrations_it_is_not_ready(stack_environment: dict[str, str], template: Template) -> None:
    empty = named(stack_environment["DATABASE_URL"], "postgres")
    async with open_api(stack_environment, template, database_url=empty) as api:
        ready = await api.http.get("/readyz")
    assert (ready.status_code, ready.json()["status"]) == (503, "unavailable")


async def test_anybody_can_check_a_token_with_the_public_keys(api: Api) -> None:
    caller = await api.caller()
    published = jwt.PyJWKSet.from_dict((await api.http.get("/.well-known/jwks.json")).json())
    key = published[jwt.get_unverified_header(caller.token)["kid"]]
    claims = jwt.decode(caller.token, key, algorithms=["ES256"], audience="dogwalk", issuer=api.settings.public_url)
    assert claims["sub"] == str(caller.person_id)
    assert "d" not in (await api.http.get("/.well-known/jwks.json")).json()["keys"][0]


async def test_security_txt_names_a_contact_and_an_end(api: Api) -> None:
    text = (await api.http.get("/.well-known/security.txt")).text
    assert f"Contact: mailto:{api.settings.contact_security}" in text
    assert "Expires: 20" in text


async def test_metrics_count_by_template_on_a_port_of_their_own(
    stack_environment: dict[str, str], template: Template, unused_tcp_port: int
) -> None:
    async with open_api(stack_environment, template, metrics_port=unused_tcp_port) as api:
        caller = await api.caller()
        await api.http.get(f"/v1/bookings/{caller.person_id}/timeline", headers=caller.headers)
        async with httpx.AsyncClient() as scraper:
            text = (await scraper.get(f"http://127.0.0.1:{unused_tcp_port}/metrics")).text
        assert (await api.http.get("/metrics")).status_code == 404
    assert 'route="/v1/bookings/{booking_id}/timeline",status="404"} 1.0' in text
    assert 'dogwalk_problems_total{code="not_found"}' in text
    assert str(caller.person_id) not in text


async def test_it_serves_over_real_http(api: Api) -> None:
    async with served(api.app) as address, httpx.AsyncClient(base_url=address) as http:
        answer = await http.get("/healthz")
    assert answer.status_code == 200
    assert answer.headers["x-request-id"]
