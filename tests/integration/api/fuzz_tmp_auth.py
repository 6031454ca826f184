import asyncio

from api.main import create_app
from tests.support.accounts import somebody
from tests.support.server import served


async def test_fuzz(stack_environment, template, api, inbox):
    url = api.settings.database_url.get_secret_value()
    ada = await somebody(api, inbox).join()
    async with served(create_app(api.settings)) as base:
        p = await asyncio.create_subprocess_exec(
            ".venv/bin/schemathesis",
            "run",
            f"{base}/openapi.json",
            "-H",
            f"Authorization: Bearer {ada.access_token}",
            "--include-path-regex",
            "^/v1/(auth|me)",
            "--exclude-path-regex",
            "logout|events",
            "-n",
            "40",
            "--checks",
            "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance",
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        out, _ = await p.communicate()
    open("/tmp/fuzz_auth.txt", "wb").write(out)
