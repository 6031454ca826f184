"""Parts that are skipped, stacks side by side, and what a killed run leaves behind."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import psutil
import pytest
from redis.asyncio import Redis

from devstack.development_secrets import development_secrets
from devstack.options import Kind, StackOptions
from devstack.parts import plan
from devstack.paths import CHECKOUT, private_dir
from devstack.ports import PortBook, PortTaken
from devstack.process import StartFailed
from devstack.records import records, remember, running, stop_leftovers
from devstack.some_database import create_if_missing, some_database
from devstack.stack import Stack
from devstack.standins.client import InboxClient

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# What costs seconds to start is somebody else's in these tests.
ELSEWHERE = {
    "DATABASE_URL": "postgresql+asyncpg://db.test/dogwalk",
    "TEMPORAL_ADDRESS": "temporal.test:7233",
    "STRIPE_API_BASE": "https://stripe.test",
}
REPLACED_BY = {
    "DATABASE_URL": "postgres",
    "REDIS_URL": "valkey",
    "TEMPORAL_ADDRESS": "temporal",
    "STRIPE_API_BASE": "stripe",
}
EVERYTHING = {"postgres", "valkey", "temporal", "stripe", "standins"}


def options(folder: Path) -> StackOptions:
    return StackOptions(kind=Kind.TEST, state_dir=private_dir(folder / "state"), search_attributes={})


def planned(folder: Path, outside: dict[str, str]) -> set[str]:
    chosen = options(folder)
    return {part.name for part in plan(chosen, outside=outside, secrets=development_secrets(chosen.state_dir))}


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(["sleep", "60"], start_new_session=True)
    yield process
    process.kill()
    process.wait()


def test_nothing_set_starts_everything(tmp_path: Path) -> None:
    assert planned(tmp_path, {}) == EVERYTHING


@pytest.mark.parametrize(("setting", "part"), REPLACED_BY.items())
def test_a_part_is_skipped_when_its_address_is_set(tmp_path: Path, setting: str, part: str) -> None:
    assert planned(tmp_path, {setting: "somewhere"}) == EVERYTHING - {part}


def test_the_standins_are_skipped_when_all_their_providers_are_set(tmp_path: Path) -> None:
    own = {"FCM_BASE_URL": "http://fcm.test", "SMTP_HOST": "mail.test", "AWS_ENDPOINT_URL_SNS": "http://sns.test"}
    assert planned(tmp_path, own) == EVERYTHING - {"standins"}


async def test_only_the_channels_nobody_else_serves_are_stood_in_for(tmp_path: Path) -> None:
    own = ELSEWHERE | {
        "REDIS_URL": "redis://r.test",
        "SMTP_HOST": "mail.test",
        "AWS_ENDPOINT_URL_SNS": "http://sns.test",
    }
    async with Stack(options=options(tmp_path), outside=own) as stack:
        found = stack.environment
    assert found["FCM_BASE_URL"].startswith("http://127.0.0.1:")
    assert (found["SMTP_HOST"], found["AWS_ENDPOINT_URL_SNS"]) == ("mail.test", "http://sns.test")
    assert "SMTP_CA_FILE" not in found


async def test_two_stacks_side_by_side(tmp_path: Path) -> None:
    stacks = [Stack(options=options(tmp_path / name), outside=ELSEWHERE) for name in ("one", "two")]
    one, two = await asyncio.gather(*(stack.start() for stack in stacks))
    processes = [process for stack in stacks for process in running(stack.options.run_dir).values()]
    assert len(processes) == 4
    for environment in (one, two):
        async with InboxClient(environment["INBOX_URL"]) as inbox, Redis.from_url(environment["REDIS_URL"]) as redis:
            assert await inbox.messages() == []
            assert await redis.ping()
    await asyncio.gather(*(stack.stop() for stack in stacks))
    assert not any(process.is_running() for process in processes)
    assert [record for stack in stacks for record in records(stack.options.run_dir)] == []
    for stack in stacks:
        stack.remove()


KILLED = """
import asyncio, json, os, signal, sys
from pathlib import Path
from devstack.options import Kind, StackOptions
from devstack.stack import Stack

async def main():
    options = StackOptions(kind=Kind.TEST, state_dir=Path(sys.argv[1]), search_attributes={})
    await Stack(options=options, outside=json.loads(sys.argv[2])).start()
    os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""


async def test_a_killed_run_leaves_nothing_that_stops_the_next(tmp_path: Path) -> None:
    chosen = options(tmp_path)
    argv = [sys.executable, "-c", KILLED, str(chosen.state_dir), json.dumps(ELSEWHERE)]
    killed = await asyncio.to_thread(subprocess.run, argv, cwd=CHECKOUT, check=False)
    assert killed.returncode == -signal.SIGKILL
    left = [record.pid for record in records(chosen.run_dir)]
    assert len(left) == 2
    async with Stack(options=chosen, outside=ELSEWHERE) as stack:
        assert not any(psutil.pid_exists(pid) for pid in left)
        async with InboxClient(stack.environment["INBOX_URL"]) as inbox:
            assert await inbox.messages() == []
    stack.remove()


def test_a_leftover_is_stopped(tmp_path: Path, sleeper: subprocess.Popen[bytes]) -> None:
    remember(tmp_path, name="sleeper", process=psutil.Process(sleeper.pid), stop_signal=signal.SIGTERM)
    assert stop_leftovers(tmp_path) == ["sleeper"]
    assert not psutil.pid_exists(sleeper.pid)
    assert records(tmp_path) == []


def test_a_process_that_only_has_the_same_number_is_left_alone(
    tmp_path: Path, sleeper: subprocess.Popen[bytes]
) -> None:
    file = remember(tmp_path, name="gone", process=psutil.Process(sleeper.pid), stop_signal=signal.SIGTERM)
    file.write_text(json.dumps({**json.loads(file.read_text()), "started": time.time() - 3600}))
    assert stop_leftovers(tmp_path) == []
    assert sleeper.poll() is None


def test_ports_are_the_same_at_the_next_start(tmp_path: Path) -> None:
    file = tmp_path / "ports.json"
    first = PortBook(file=file).port("api")
    assert PortBook(file=file).port("api") == first
    assert PortBook(file=file, given={"api": first + 1}).port("api") == first + 1


def test_a_port_that_was_asked_for_and_is_taken_is_named(unused_tcp_port: int) -> None:
    with socket.create_server(("127.0.0.1", unused_tcp_port)), pytest.raises(PortTaken, match="API_PORT"):
        PortBook(given={"api": unused_tcp_port}).port("api")


def test_secrets_are_made_once_and_stay_private(tmp_path: Path) -> None:
    """In a fresh checkout too, where a command on one's own database comes first."""
    fresh = tmp_path / "fresh"
    first = development_secrets(fresh)
    assert development_secrets(fresh) == first
    assert (fresh / "secrets.json").stat().st_mode & 0o077 == 0


async def test_a_database_that_does_not_answer_is_told_in_a_line(unused_tcp_port: int) -> None:
    with pytest.raises(StartFailed, match=r"walks cannot be made: .*Connect call failed") as told:
        await create_if_missing(f"postgresql+asyncpg://ada:p4ss@127.0.0.1:{unused_tcp_port}/walks")
    assert "p4ss" not in str(told.value)


async def test_an_empty_variable_puts_nothing_in_a_parts_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql+asyncpg://db.internal/walks")
    monkeypatch.setenv("SMTP_PASSWORD", "")
    async with some_database(options(tmp_path)) as environment:
        assert environment["SMTP_PASSWORD"]
