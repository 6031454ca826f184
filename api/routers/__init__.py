"""Every router, in the order of the docs. A test fails for a module here that is not in the list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.routers import events, notifications, operations

if TYPE_CHECKING:
    from fastapi import APIRouter

ROUTERS: tuple[APIRouter, ...] = (events.router, notifications.router, operations.router)
