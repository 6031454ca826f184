"""How the process is."""

from __future__ import annotations

from typing import Literal

from api.schemas.base import Schema


class Health(Schema):
    status: Literal["ok"] = "ok"
    build_id: str


class Readiness(Schema):
    """`degraded` names what is away but not needed by everything: redis, temporal."""

    status: Literal["ready", "degraded", "unavailable"]
    degraded: list[str]
    missing: list[str]
