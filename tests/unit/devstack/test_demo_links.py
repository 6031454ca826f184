"""What the demo leaves a person to look at."""

from __future__ import annotations

import pytest

from devstack.demo.play import links
from devstack.running_stack import RunningStack
from dogwalk.config import Settings

RUNNING = RunningStack(
    environment={"INBOX_URL": "http://inbox"},
    addresses={"API docs": "http://api/api-docs"},
)


@pytest.mark.parametrize(
    ("ui", "workflow"),
    [
        (None, None),
        ("http://ui", "http://ui/namespaces/default/workflows/booking-7"),
    ],
)
def test_a_temporal_of_ones_own_may_have_no_ui(ui: str | None, workflow: str | None) -> None:
    found = links(RUNNING, Settings(temporal_ui_url=ui), booking_id="7")
    assert (found["Inbox"], found.get("The booking's workflow")) == ("http://inbox", workflow)
