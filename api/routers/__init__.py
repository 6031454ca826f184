"""Every router, in the order of the docs. A test fails for a module here that is not in the list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.routers import (
    auth_registration,
    auth_session,
    booking_payment,
    bookings,
    events,
    me,
    notifications,
    offers,
    operations,
    route,
    tracking,
    two_factor,
    walk_commands,
    webhooks,
)

if TYPE_CHECKING:
    from fastapi import APIRouter

ROUTERS: tuple[APIRouter, ...] = (
    auth_registration.router,
    auth_session.router,
    two_factor.router,
    me.router,
    bookings.router,
    offers.router,
    walk_commands.router,
    tracking.router,
    route.router,
    booking_payment.router,
    webhooks.router,
    events.router,
    notifications.router,
    operations.router,
)
