"""The five areas of the API. Each has a document of its own, and a process may serve some of them alone (API_AREAS)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.routers import ROUTERS
from dogwalk.config import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from fastapi import APIRouter

    from dogwalk.config import Settings

# area → tags of its routes
AREAS: Mapping[str, frozenset[str]] = {
    "auth": frozenset({"auth"}),
    "booking": frozenset({"booking", "household", "walker", "support"}),
    "payment": frozenset({"payment"}),
    "notification": frozenset({"notification"}),
    "tracking": frozenset({"tracking"}),
}
EVERYWHERE = frozenset({"operations"})


def areas_served(settings: Settings) -> list[str]:
    """In the order of the docs. ConfigurationError for one that there is not."""
    wanted = {name.strip() for name in settings.api_areas.split(",") if name.strip()} or set(AREAS)
    if unknown := sorted(wanted - AREAS.keys()):
        raise ConfigurationError(f"API_AREAS: there is no {', '.join(unknown)}; there are {', '.join(AREAS)}")
    return [name for name in AREAS if name in wanted]


def routers_of(areas: Iterable[str]) -> list[APIRouter]:
    """Those of the areas, and the operations of every process."""
    tags = EVERYWHERE.union(*(AREAS[name] for name in areas))
    return [router for router in ROUTERS if not tags.isdisjoint(map(str, router.tags))]
