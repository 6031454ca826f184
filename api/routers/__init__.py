"""Every router, in the order of the docs. A test fails for a module here that is not in the list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.routers import (
    auth_registration,
    auth_session,
    booking_payment,
    bookings,
    devices,
    dogs,
    events,
    geofences,
    homes,
    live,
    market,
    me,
    notification_preferences,
    notifications,
    offers,
    operations,
    payment_methods,
    payout_account,
    quotes,
    route,
    support_actions,
    support_bookings,
    support_tasks,
    support_users,
    time_off,
    tracking,
    two_factor,
    walk_commands,
    walkers,
    webhooks,
)

if TYPE_CHECKING:
    from fastapi import APIRouter

ROUTERS: tuple[APIRouter, ...] = (
    auth_registration.router,
    auth_session.router,
    two_factor.router,
    me.router,
    dogs.router,
    homes.router,
    market.router,
    walkers.router,
    time_off.router,
    payout_account.router,
    quotes.router,
    bookings.router,
    offers.router,
    walk_commands.router,
    tracking.router,
    geofences.router,
    live.router,
    route.router,
    payment_methods.router,
    booking_payment.router,
    webhooks.router,
    events.router,
    devices.router,
    notification_preferences.router,
    notifications.router,
    support_bookings.router,
    support_actions.router,
    support_tasks.router,
    support_users.router,
    operations.router,
)
