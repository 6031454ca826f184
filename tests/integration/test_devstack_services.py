"""The three services under every other integration test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redis.asyncio import Redis
from temporalio.client import Client

from devstack.postgres import connect, create_database, drop_database

if TYPE_CHECKING:
    import asyncpg


async def test_postgres_18_answers_on_its_socket_with_btree_gist(stack_environment: dict[str, str]) -> None:
    connection = await connect(stack_environment["DATABASE_URL"])
    try:
        assert (await connection.fetchval("SHOW server_version")).startswith("18.")
        assert await connection.fetchval("SHOW listen_addresses") == ""
        assert await connection.fetchval("SHOW fsync") == "off"
        assert await connection.fetchval("SHOW log_error_verbosity") == "terse"  # no row is quoted in a log
        assert await connection.fetchval("SELECT count(*) FROM pg_available_extensions WHERE name = 'btree_gist'") == 1
    finally:
        await connection.close()


async def test_a_database_is_made_from_a_template(stack_environment: dict[str, str]) -> None:
    server = stack_environment["DATABASE_URL"]
    template = await create_database(server, name="devstack template")
    connection: asyncpg.Connection = await connect(template)
    await connection.execute("CREATE TABLE dog (name text); INSERT INTO dog VALUES ('Rex')")
    await connection.close()

    copy = await connect(await create_database(server, name="devstack_copy", template="devstack template"))
    assert await copy.fetchval("SELECT name FROM dog") == "Rex"
    await copy.close()
    await drop_database(server, name="devstack_copy")
    await drop_database(server, name="devstack template")


async def test_valkey_answers(stack_environment: dict[str, str]) -> None:
    client = Redis.from_url(stack_environment["REDIS_URL"])
    assert await client.set("devstack:probe", "1", px=1000)
    assert await client.get("devstack:probe") == b"1"
    await client.aclose()


async def test_temporal_answers(stack_environment: dict[str, str]) -> None:
    client = await Client.connect(
        stack_environment["TEMPORAL_ADDRESS"], namespace=stack_environment["TEMPORAL_NAMESPACE"]
    )
    assert await client.service_client.check_health()
