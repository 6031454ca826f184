"""`make health-check`."""

from __future__ import annotations

import pytest

from devstack.checks import NotWell, check_health


async def test_an_address_that_is_no_url_is_left_to_the_api(unused_tcp_port: int) -> None:
    temporal = {"Temporal, for its command line": f"127.0.0.1:{unused_tcp_port}"}
    with pytest.raises(NotWell) as told:
        await check_health({"PUBLIC_URL": f"http://127.0.0.1:{unused_tcp_port}"}, temporal)
    assert [line.split(":")[0] for line in str(told.value).splitlines()] == ["API", "API, with what it needs"]
