"""Activities of the notification queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from temporalio import activity

from activities._failures import as_application_error
from activities.delivery import ACTIVITY
from dogwalk.contracts.booking import Deliver

if TYPE_CHECKING:
    from dogwalk.ports import Clock
    from dogwalk.services.notification import NotificationService


class NotificationActivities:
    def __init__(self, *, notifications: NotificationService, clock: Clock) -> None:
        self._notifications = notifications
        self._clock = clock

    @activity.defn(name=ACTIVITY)
    async def deliver(self, request: Deliver) -> None:
        """Raises `unavailable` while something could not be sent that a later try may send."""
        with as_application_error():
            await self._notifications.deliver(request.batch, at=self._clock.now())
