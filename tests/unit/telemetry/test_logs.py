"""What a log shows, and what it must not."""

from __future__ import annotations

import io
import json
import logging
from typing import TYPE_CHECKING, Any

import pytest
import structlog

from dogwalk.config import Settings
from dogwalk.telemetry import configure_logging
from dogwalk.telemetry.redaction import REDACTED, is_secret_name, redacted, redacted_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

JWT = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl"


@pytest.fixture
def lines() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    stream = io.StringIO()
    root, structured = logging.getLogger(), structlog.get_config()
    before, level = root.handlers[:], root.level
    configure_logging(Settings(log_format="json", log_level="INFO"), process="test", stream=stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    structlog.configure(**structured)
    structlog.contextvars.clear_contextvars()
    logging.captureWarnings(capture=False)
    root.handlers[:] = before
    root.setLevel(level)


def test_a_line_names_what_the_process_is_working_on(lines: Callable[[], list[dict[str, Any]]]) -> None:
    structlog.contextvars.bind_contextvars(request_id="r1", booking_id="b1")
    structlog.get_logger("dogwalk.x").info("walk_started", distance_m=12)
    (line,) = lines()
    assert line["event"] == "walk_started"
    assert (line["request_id"], line["booking_id"], line["distance_m"]) == ("r1", "b1", 12)
    assert (line["level"], line["logger"], line["process"]) == ("info", "dogwalk.x", "test")


def test_the_standard_library_goes_the_same_way(lines: Callable[[], list[dict[str, Any]]]) -> None:
    structlog.contextvars.bind_contextvars(request_id="r1")
    logging.getLogger("somebody.else").warning("mail to %s", "ada@example.test")
    (line,) = lines()
    assert line["event"] == f"mail to {REDACTED}"
    assert line["request_id"] == "r1"


@pytest.mark.parametrize(
    "name",
    ["password", "access_code", "refreshToken", "Authorization", "Set-Cookie", "home_address", "lat", "phone", "email"],
)
def test_a_field_is_redacted_by_its_name(lines: Callable[[], list[dict[str, Any]]], name: str) -> None:
    structlog.get_logger().info("seen", **{name: "canary", "deep": {"list": [{name: "canary"}]}})
    assert "canary" not in json.dumps(lines())


@pytest.mark.parametrize("name", ["problem_code", "status_code", "latency_s", "longest_s", "encoded", "keyboard"])
def test_harmless_names_are_kept(name: str) -> None:
    assert not is_secret_name(name)


@pytest.mark.parametrize(
    "text",
    [
        f"token {JWT} refused",
        "Authorization: Bearer abcdef123456",
        "sk_test_4eC39HqLyjWDarjtT1zdp7dc",
        "pi_3abc_secret_def",
        "whsec_abc123",
        "-----BEGIN PRIVATE KEY-----\nMIG\n-----END PRIVATE KEY-----",
        "sent to ada@example.test",
        "called +12125550123",
        "postgresql://dogwalk:hunter2hunter2@db/dogwalk",
        "at 40.7128, -74.0060",
        "GET /v1/objects/photos/a.jpg?expires=1&signature=abc",
        '127.0.0.1:50 - "WebSocket /v1/bookings/1/live?ticket=abc" [accepted]',
        "https://b.s3.amazonaws.com/photos/a.jpg?X-Amz-Expires=600&X-Amz-Signature=abc",
    ],
)
def test_a_text_is_redacted_by_its_look(text: str) -> None:
    assert REDACTED in redacted_text(text)
    assert REDACTED in redacted("note", [text])[0]


def test_ids_and_times_are_kept() -> None:
    text = "0193f6c2-a1b2-7c3d-8e4f-5a6b7c8d9e0f at 2026-11-23T09:30:00.123456Z took 0.0123"
    assert redacted_text(text) == text


def test_an_exception_tells_where_but_quotes_no_row(lines: Callable[[], list[dict[str, Any]]]) -> None:
    try:
        try:
            Settings.model_validate({"sse_heartbeat_s": "12 Canary Street"})
        except ValueError as error:
            raise RuntimeError(f"no walk for {JWT}") from error
    except RuntimeError:
        structlog.get_logger().exception("failed")
    (line,) = lines()
    assert "test_logs.py" in line["exception"]
    assert "RuntimeError" in line["exception"]
    assert "ValidationError" in line["exception"]
    assert "Canary" not in json.dumps(line)
    assert "eyJ" not in json.dumps(line)
