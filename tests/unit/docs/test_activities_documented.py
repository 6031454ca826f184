"""docs/architecture.md has every activity by its name and queue; docs name every metric of ours."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from prometheus_client import REGISTRY

from activities.booking import BookingActivities
from activities.claim import ClaimActivities
from activities.fleet import LAST_SWEEP, FleetActivities
from activities.notification import NotificationActivities
from activities.payment import PaymentActivities
from activities.plan import PlanActivities
from activities.reschedule import RescheduleActivities
from activities.tip import TipActivities
from dogwalk.contracts import queues
from dogwalk.telemetry.http_metrics import HttpMetrics

if TYPE_CHECKING:
    from collections.abc import Iterator

CHECKOUT = Path(__file__).resolve().parents[3]
ARCHITECTURE = (CHECKOUT / "docs" / "architecture.md").read_text()
DOCUMENTS = "".join(path.read_text() for path in (CHECKOUT / "docs").glob("*.md"))
ROW = re.compile(r"^\| `(?P<queue>[a-z]+)` \|(?P<workflows>[^|]*)\|(?P<activities>[^|]*)\|$", re.MULTILINE)
NAME = re.compile(r"`([a-z_]+\.[a-z_]+)`")
CLASSES = {
    queues.BOOKING: (BookingActivities, ClaimActivities, FleetActivities, PlanActivities, RescheduleActivities),
    queues.PAYMENT: (PaymentActivities, TipActivities),
    queues.NOTIFICATION: (NotificationActivities,),
}


def _names(activities: type) -> Iterator[str]:
    for _, method in inspect.getmembers(activities, inspect.isfunction):
        if definition := getattr(method, "__temporal_activity_definition", None):
            yield definition.name


@pytest.mark.parametrize("queue", queues.AREAS)
def test_every_activity_stands_in_its_queues_row(queue: str) -> None:
    [row] = [row for row in ROW.finditer(ARCHITECTURE) if row["queue"] == queue]
    assert sorted(NAME.findall(row["activities"])) == sorted(
        name for activities in CLASSES[queue] for name in _names(activities)
    )


def test_every_metric_of_ours_is_named() -> None:
    found = [*HttpMetrics().registry.collect(), *REGISTRY.collect()]
    ours = {LAST_SWEEP, *(metric.name for metric in found if metric.name.startswith("dogwalk_"))}
    assert ours
    assert {name for name in ours if name not in DOCUMENTS} == set()
